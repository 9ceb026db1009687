/** A piece of a document's Markdown as people read it: tables as tables, one quote marked. */

import { css, html, nothing, type TemplateResult } from "lit";

import { findQuote } from "./quote.ts";

const RULE = /^\|[\s:|-]+$/;

export const documentTextStyle = css`
  .text {
    margin: 0 0 0.6rem;
    white-space: pre-line;
    overflow-wrap: anywhere;
  }

  table {
    width: 100%;
    margin: 0.3rem 0 0.6rem;
    border-collapse: collapse;
  }

  th,
  td {
    padding: 0.25rem 0.5rem;
    border: 1px solid var(--line);
    text-align: start;
    vertical-align: top;
    overflow-wrap: anywhere;
  }

  th {
    background: var(--sunken);
  }

  mark,
  tr.quoted td {
    background: var(--mark);
    color: var(--ink);
  }

  mark {
    border-radius: 3px;
    box-shadow: 0 0 0 2px var(--mark);
  }

  mark,
  tr.quoted {
    scroll-margin: 4rem;
  }
`;

/** The text with `quote` marked where it stands; "" marks nothing. */
export function documentText(text: string, quote: string, label: string): TemplateResult {
  return html`${blocks(text).map((block) =>
    isRow(block[0] ?? "")
      ? table(block, quote, label)
      : html`<p class="text">${withMark(block.join("\n"), quote, label)}</p>`,
  )}`;
}

/** Lines in groups: each table by itself, everything else between them. */
function blocks(text: string): string[][] {
  const found: string[][] = [];
  for (const line of text.split("\n")) {
    const last = found.at(-1);
    if (last && isRow(last[0] ?? "") === isRow(line)) last.push(line);
    else if (line.trim() !== "") found.push([line]);
  }
  return found;
}

function isRow(line: string): boolean {
  return line.startsWith("|");
}

function table(rows: readonly string[], quote: string, label: string): TemplateResult {
  const hasHead = RULE.test(rows[1] ?? "");
  const body = rows.slice(hasHead ? 2 : 0);
  return html`<table>
    ${hasHead
      ? html`<thead>
          <tr>
            ${cells(rows[0] ?? "").map((cell) => html`<th>${cell}</th>`)}
          </tr>
        </thead>`
      : nothing}
    <tbody>
      ${body.map((row) => {
        const marked = quote !== "" && row.trim() === quote.trim();
        return html`<tr class=${marked ? "quoted" : nothing} aria-label=${marked ? label : nothing}>
          ${cells(row).map(
            (cell, place) =>
              html`<td>${marked && place === 0 ? html`<mark>${cell}</mark>` : cell}</td>`,
          )}
        </tr>`;
      })}
    </tbody>
  </table>`;
}

function cells(row: string): string[] {
  return row.replace(/^\s*\|/, "").replace(/\|\s*$/, "").split("|").map((cell) => cell.trim());
}

function withMark(text: string, quote: string, label: string): TemplateResult | string {
  const found = quote === "" ? null : findQuote(text, quote);
  if (found === null) return text;
  return html`${found.before}<mark aria-label=${label}>${found.quote}</mark>${found.after}`;
}

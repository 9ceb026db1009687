/** One template for each kind of card. Pressing goes up as `press`, a document as `cite`. */

import { html, nothing, type TemplateResult } from "lit";

import { checkIcon } from "../icons.ts";
import type {
  Button,
  Card,
  ProductItem,
  ProductsCard,
  QueueCard,
  ReadBackCard,
  ReceiptCard,
  ReviewCard,
  Row,
  TableCard,
} from "../protocol.ts";
import { dateAndTime, words } from "../strings.ts";
import type { Locale } from "../protocol.ts";
import "./code-entry.ts";

/** What a card needs from the bubble it sits in. */
export interface CardContext {
  locale: Locale;
  /** False once the customer has said something since: an old read-back cannot be confirmed. */
  active: boolean;
  /** Buttons of the same message; their titles name the read-back's two choices. */
  buttons: Button[];
  press(payload: string, title: string): void;
  openDocument(documentId: string): void;
}

export function cardView(card: Card, context: CardContext): TemplateResult {
  switch (card.kind) {
    case "read_back":
      return readBack(card, context);
    case "receipt":
      return receipt(card, context);
    case "table":
      return table(card);
    case "products":
      return products(card, context);
    case "queue":
      return queue(card, context);
    case "review":
      return review(card, context);
    case "code":
      return html`<guitai-code-entry
        .locale=${context.locale}
        .card=${card}
        ?disabled=${!context.active}
      ></guitai-code-entry>`;
  }
}

const rows = (items: Row[]): TemplateResult => html`<dl class="rows">
  ${items.map((row) => html`<div><dt>${row.label}</dt><dd>${row.value}</dd></div>`)}
</dl>`;

function readBack(card: ReadBackCard, context: CardContext): TemplateResult {
  const titleOf = (payload: string, otherwise: string): string =>
    context.buttons.find((button) => button.payload === payload)?.title ?? otherwise;
  const cancel = titleOf(card.cancel, words(context.locale, "cancel"));
  const confirm = titleOf(card.confirm, words(context.locale, "confirm"));
  return html`<section class="card" aria-label=${card.title}>
    <h2>${card.title}</h2>
    ${rows(card.rows)}
    <div class="choices">
      <button
        type="button"
        ?disabled=${!context.active}
        @click=${() => context.press(card.cancel, cancel)}
      >
        ${cancel}
      </button>
      <button
        type="button"
        class="primary"
        ?disabled=${!context.active}
        @click=${() => context.press(card.confirm, confirm)}
      >
        ${confirm}
      </button>
    </div>
  </section>`;
}

function receipt(card: ReceiptCard, { locale }: CardContext): TemplateResult {
  const all = [
    ...card.rows,
    { label: words(locale, "receiptId"), value: card.receipt_id },
    { label: words(locale, "receiptAt"), value: dateAndTime(locale, card.at) },
  ];
  return html`<section class="card receipt" aria-label=${card.title}>
    <h2>${checkIcon}${card.title}</h2>
    ${rows(all)}
    ${card.sandbox ? html`<p class="foot">${words(locale, "receiptSandbox")}</p>` : nothing}
  </section>`;
}

/** Cells that are figures line up on the right, as in a statement. */
const FIGURE = /^[-+−]?[¥￥$]?\s?[\d,]+(\.\d+)?\s?(%|元)?$/;

function table(card: TableCard): TemplateResult {
  const figures = card.columns.map((_, index) =>
    card.rows.every((row) => FIGURE.test(row[index] ?? "")),
  );
  const side = (index: number): string => (figures[index] ? "figure" : "");
  return html`<section class="card" aria-label=${card.title}>
    <h2>${card.title}</h2>
    <div class="scroll" tabindex="0" role="group" aria-label=${card.title}>
      <table>
        <thead>
          <tr>
            ${card.columns.map((name, at) => html`<th scope="col" class=${side(at)}>${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${card.rows.map(
            (row) => html`<tr>
              ${row.map((cell, at) => html`<td class=${side(at)}>${cell}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function products(card: ProductsCard, context: CardContext): TemplateResult {
  return html`<section class="card">
    ${card.items.map((item) => product(item, context))}
  </section>`;
}

function product(item: ProductItem, { locale, openDocument }: CardContext): TemplateResult {
  return html`<article class="product">
    <h2>${item.name}</h2>
    <p>${item.summary}</p>
    <dl class="facts">
      <div><dt>${words(locale, "rate")}</dt><dd>${item.rate}</dd></div>
      <div><dt>${words(locale, "risk")}</dt><dd>${item.risk}</dd></div>
    </dl>
    ${item.reasons.length > 0
      ? html`<p class="reasons-title">${words(locale, "why")}</p>
          <ul class="reasons">
            ${item.reasons.map((reason) => html`<li>${reason}</li>`)}
          </ul>`
      : nothing}
    <p class="disclosure">${item.disclosure}</p>
    ${item.document_id
      ? html`<button type="button" @click=${() => openDocument(item.document_id)}>
          ${words(locale, "readDocument")}
          <span class="visually-hidden">${item.name}</span>
        </button>`
      : nothing}
  </article>`;
}

function review(card: ReviewCard, { locale }: CardContext): TemplateResult {
  const place = card.position
    ? [{ label: words(locale, "queuePosition"), value: card.position }]
    : [];
  return html`<section class="card" aria-label=${words(locale, "reviewTitle")}>
    <h2>${words(locale, "reviewTitle")}</h2>
    ${rows([{ label: words(locale, "reviewNumber"), value: card.ticket }, ...place])}
  </section>`;
}

function queue(card: QueueCard, { locale }: CardContext): TemplateResult {
  const ahead = Math.max(0, card.position - 1);
  const minutes = Math.max(1, Math.ceil(card.eta_s / 60));
  return html`<section class="card" aria-label=${words(locale, "queueTitle")}>
    <h2>${words(locale, "queueTitle")}</h2>
    ${rows([
      {
        label: words(locale, "queuePosition"),
        value: words(locale, "queuePeople", { n: ahead }),
      },
      { label: words(locale, "queueWait"), value: words(locale, "minutes", { n: minutes }) },
    ])}
  </section>`;
}

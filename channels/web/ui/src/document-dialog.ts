/** A cited document, opened at the quoted sentence. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { HttpProblem, bankDocument } from "./api.ts";
import "./dialog-frame.ts";
import { documentText, documentTextStyle } from "./document-text.ts";
import type { BubbleEvents } from "./message-bubble.ts";
import type { BankDocument, Locale } from "./protocol.ts";
import { findQuote } from "./quote.ts";
import { sharedStyle } from "./shared-style.ts";
import { words } from "./strings.ts";

/** Fires `dismiss`. */
@customElement("guitai-document")
export class DocumentDialog extends LitElement {
  static override styles = [
    sharedStyle,
    documentTextStyle,
    css`
      .about {
        display: flex;
        flex-wrap: wrap;
        gap: 0.2rem 1rem;
        margin: 0 0 0.8rem;
        color: var(--ink-soft);
        font-size: 0.875rem;
      }

      h3 {
        margin: 1.1rem 0 0.3rem;
        font-size: 1rem;
      }
    `,
  ];

  @property({ attribute: false }) locale: Locale = "zh-Hans";
  @property({ attribute: false }) source!: BubbleEvents["cite"];
  @state() private document: BankDocument | null = null;
  @state() private missing = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("document") || this.document === null) return;
    // The dialog opens in its own first update; only then is there something to scroll.
    requestAnimationFrame(() =>
      this.renderRoot.querySelector("mark")?.scrollIntoView({ block: "center" }),
    );
  }

  override render() {
    const heading = this.document?.title ?? words(this.locale, "sources");
    return html`<guitai-dialog .locale=${this.locale} heading=${heading}>
      ${this.content()}
    </guitai-dialog>`;
  }

  private content(): TemplateResult {
    if (this.missing) return html`<p role="alert">${words(this.locale, "documentMissing")}</p>`;
    if (this.document === null) return html`<p role="status">${words(this.locale, "loading")}</p>`;
    const { document, locale } = this;
    const { effective_from: from, effective_to: to } = document;
    return html`<p class="about">
        <span>${words(locale, "version", { version: document.version })}</span>
        <span>
          ${to === null
            ? words(locale, "validFrom", { from })
            : words(locale, "validBetween", { from, to })}
        </span>
        <span>${words(locale, "owner", { owner: document.owner })}</span>
      </p>
      ${this.sections(document)}`;
  }

  /** All sections; the quote is marked once, in the cited section if it stands there. */
  private sections(document: BankDocument): TemplateResult[] {
    const holds = document.sections.map((one) => findQuote(one.text, this.source.quote) !== null);
    const cited = document.sections.findIndex(
      (one, index) => holds[index] && one.heading === this.source.section,
    );
    const marked = cited >= 0 ? cited : holds.indexOf(true);
    return document.sections.map(
      (one, index) => html`<section>
        ${one.heading ? html`<h3>${one.heading}</h3>` : nothing}
        ${documentText(
          one.text,
          index === marked ? this.source.quote : "",
          words(this.locale, "quoted"),
        )}
      </section>`,
    );
  }

  private async load(): Promise<void> {
    try {
      this.document = await bankDocument(this.source.documentId, this.source.version);
    } catch (problem) {
      if (!(problem instanceof HttpProblem)) throw problem;
      this.missing = true;
    }
  }
}

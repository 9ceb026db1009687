/** One ticket: why it came, what was said, and the reply box. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import "./message-list.ts";
import type { Locale, Ticket } from "./protocol.ts";
import { sharedStyle } from "./shared-style.ts";
import { deskWords } from "./strings-desk.ts";
import type { Timeline } from "./timeline.ts";

/** Fires `accept`, `end`, `back`, `reply` (detail: the words) and `cite` from bubbles. */
@customElement("guitai-desk-conversation")
export class DeskConversation extends LitElement {
  static override styles = [
    sharedStyle,
    css`
      :host {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr) auto;
        min-width: 0;
        min-height: 0;
      }

      header {
        padding: 0.9rem 1.2rem;
        border-bottom: 1px solid var(--line);
        background: var(--surface);
      }

      .first {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 0.9rem;
      }

      h2 {
        flex: 1;
        margin: 0;
        font-size: 1.125rem;
      }

      .id {
        color: var(--ink-soft);
        font-size: 0.875rem;
        font-weight: 400;
      }

      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0.25rem 0.9rem;
        margin: 0.6rem 0 0;
        font-size: 0.9375rem;
      }

      dt {
        color: var(--ink-soft);
      }

      dd {
        margin: 0;
        white-space: pre-line;
        overflow-wrap: anywhere;
      }

      footer {
        padding: 0.7rem 1.2rem max(0.8rem, env(safe-area-inset-bottom));
        border-top: 1px solid var(--line);
        background: var(--surface);
      }

      .write {
        display: flex;
        align-items: flex-end;
        gap: 0.6rem;
        max-width: 760px;
        margin: 0 auto;
      }

      textarea {
        flex: 1;
        min-width: 0;
        min-height: 4.5rem;
        padding: 0.5rem 0.8rem;
        border: 1px solid var(--line-strong);
        border-radius: 12px;
        background: var(--surface);
        resize: vertical;
      }

      footer p {
        margin: 0;
        color: var(--ink-soft);
        text-align: center;
      }

      .back {
        display: none;
      }

      @media (max-width: 56rem) {
        .back {
          display: inline-flex;
        }
      }
    `,
  ];

  @property({ attribute: false }) locale: Locale = "zh-Hans";
  @property({ attribute: false }) ticket!: Ticket;
  @property({ attribute: false }) timeline!: Timeline;
  @property({ attribute: false }) revision = 0;
  @property({ attribute: false }) colleague = "";
  @state() private empty = true;
  @query("textarea") private readonly area!: HTMLTextAreaElement | null;

  override render() {
    const { locale } = this;
    return html`${this.about()}
      <guitai-log
        .locale=${locale}
        .timeline=${this.timeline}
        .revision=${this.revision}
        readonly
      ></guitai-log>
      <footer>${this.footer()}</footer>`;
  }

  /** Give back words that were not sent, unless others were written meanwhile. */
  putBack(text: string): void {
    if (this.area === null || this.area.value !== "") return;
    this.area.value = text;
    this.empty = false;
  }

  private about(): TemplateResult {
    const { locale, ticket } = this;
    const name = ticket.customer?.name ?? deskWords(locale, "visitor");
    return html`<header>
      <div class="first">
        <button type="button" class="back" @click=${() => this.fire("back")}>
          ${deskWords(locale, "back")}
        </button>
        <h2>${name} <span class="id">${ticket.customer?.id ?? ""}</span></h2>
        ${ticket.status === "waiting"
          ? html`<button type="button" class="primary" @click=${() => this.fire("accept")}>
              ${deskWords(locale, "accept")}
            </button>`
          : nothing}
        ${this.isMine()
          ? html`<button type="button" @click=${() => this.fire("end")}>
              ${deskWords(locale, "close")}
            </button>`
          : nothing}
      </div>
      ${ticket.status === "assistant"
        ? nothing
        : html`<dl>
            <dt>${deskWords(locale, "reason")}</dt>
            <dd>${ticket.reason}</dd>
            <dt>${deskWords(locale, "summary")}</dt>
            <dd>${ticket.summary || "—"}</dd>
          </dl>`}
    </header>`;
  }

  private isMine(): boolean {
    const { status, colleague } = this.ticket;
    return status === "accepted" && (colleague === null || colleague === this.colleague);
  }

  private footer(): TemplateResult {
    const { locale, ticket } = this;
    if (!this.isMine()) {
      const text =
        ticket.status === "accepted"
          ? deskWords(locale, "colleague", { name: ticket.colleague ?? "" })
          : deskWords(locale, ticket.status === "waiting" ? "acceptFirst" : ticket.status);
      return html`<p>${text}</p>`;
    }
    return html`<div class="write">
      <textarea
        rows="2"
        maxlength="2000"
        aria-label=${deskWords(locale, "reply")}
        placeholder=${deskWords(locale, "reply")}
        @input=${() => (this.empty = this.area?.value.trim() === "")}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          this.reply();
        }}
      ></textarea>
      <button type="button" class="primary" ?disabled=${this.empty} @click=${this.reply}>
        ${deskWords(locale, "send")}
      </button>
    </div>`;
  }

  private reply(): void {
    const text = this.area?.value.trim() ?? "";
    if (text === "" || this.area === null) return;
    this.area.value = "";
    this.empty = true;
    this.fire("reply", text);
  }

  private fire(name: string, detail?: string): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

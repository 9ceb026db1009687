/** The list of tickets. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import type { Locale, Ticket } from "./protocol.ts";
import { sharedStyle } from "./shared-style.ts";
import { deskWords } from "./strings-desk.ts";

const MINUTE_MS = 60_000;

/** Fires `choose` with the ticket id. */
@customElement("guitai-desk-queue")
export class DeskQueue extends LitElement {
  static override styles = [
    sharedStyle,
    css`
      :host {
        display: block;
        overflow-y: auto;
      }

      h2 {
        margin: 0;
        padding: 1rem 1rem 0;
        font-size: 1rem;
      }

      .counts,
      .empty {
        margin: 0;
        padding: 0.1rem 1rem 0.7rem;
        color: var(--ink-soft);
        font-size: 0.875rem;
      }

      ul {
        margin: 0;
        padding: 0 0.6rem 1rem;
        list-style: none;
      }

      li + li {
        margin-top: 0.4rem;
      }

      li button {
        display: block;
        width: 100%;
        padding: 0.65rem 0.8rem;
        border-color: var(--line);
        border-radius: 12px;
        text-align: start;
      }

      li button[aria-current="true"] {
        border-color: var(--brand);
        background: var(--brand-soft);
        box-shadow: inset 3px 0 0 var(--brand);
      }

      .first {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        gap: 0.5rem;
        font-weight: 600;
      }

      .status {
        flex: none;
        color: var(--ink-soft);
        font-size: 0.8125rem;
        font-weight: 400;
      }

      .status.waiting {
        padding: 0 0.45rem;
        border-radius: 6px;
        background: var(--notice);
        color: var(--on-notice);
      }

      .about {
        display: -webkit-box;
        margin-top: 0.2rem;
        overflow: hidden;
        color: var(--ink-soft);
        font-size: 0.875rem;
        line-height: 1.45;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
      }

      .times {
        margin-top: 0.25rem;
        color: var(--ink-soft);
        font-size: 0.8125rem;
      }
    `,
  ];

  @property({ attribute: false }) locale: Locale = "zh-Hans";
  @property({ attribute: false }) tickets: Ticket[] = [];
  @property({ attribute: false }) chosen: string | null = null;
  /** Milliseconds since the epoch, for how long customers have waited. */
  @property({ attribute: false }) now = 0;

  override render() {
    const { locale, tickets } = this;
    const waiting = tickets.filter((ticket) => ticket.status === "waiting").length;
    const mine = tickets.filter((ticket) => ticket.status === "accepted").length;
    return html`<h2>${deskWords(locale, "queue")}</h2>
      <p class="counts" role="status">${deskWords(locale, "counts", { waiting, mine })}</p>
      ${tickets.length === 0 ? html`<p class="empty">${deskWords(locale, "empty")}</p>` : nothing}
      <ul>
        ${repeat(
          tickets,
          (ticket) => ticket.ticket_id,
          (ticket) => this.ticket(ticket),
        )}
      </ul>`;
  }

  private ticket(ticket: Ticket): TemplateResult {
    const { locale } = this;
    return html`<li>
      <button
        type="button"
        aria-current=${ticket.ticket_id === this.chosen}
        @click=${() =>
          this.dispatchEvent(new CustomEvent("choose", { detail: ticket.ticket_id }))}
      >
        <span class="first">
          ${ticket.customer?.name ?? deskWords(locale, "visitor")}
          <span class="status ${ticket.status}">${deskWords(locale, ticket.status)}</span>
        </span>
        <span class="about">${ticket.summary || ticket.reason}</span>
        <span class="times">${this.times(ticket)}</span>
      </button>
    </li>`;
  }

  private times(ticket: Ticket): string {
    const { locale } = this;
    if (ticket.status !== "waiting") {
      return ticket.colleague ? deskWords(locale, "colleague", { name: ticket.colleague }) : "";
    }
    const waited = Math.max(0, this.now - Date.parse(ticket.created_at));
    const n = Math.floor(waited / MINUTE_MS);
    const position = deskWords(locale, "position", { n: ticket.position });
    return `${position} · ${deskWords(locale, "waited", { n })}`;
  }
}

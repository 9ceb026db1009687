/** One line above the conversation when something is not as usual. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { ConnectionState } from "./connection.ts";
import type { Alert } from "./conversation.ts";
import type { Locale } from "./protocol.ts";
import { sharedStyle } from "./shared-style.ts";
import { words, type StringKey } from "./strings.ts";

/** A connection that is back sooner than this is not worth a word. */
const PATIENCE_MS = 700;

const STATES: Partial<Record<ConnectionState, StringKey>> = {
  connecting: "connecting",
  waiting: "waiting",
  offline: "offline",
  superseded: "superseded",
  refused: "originRefused",
};

/** Fires `continue`, `identity`, `visitor` and `dismiss`. */
@customElement("guitai-banner")
export class StatusBanner extends LitElement {
  static override styles = [
    sharedStyle,
    css`
      .banner {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: 0.3rem 0.75rem;
        padding: 0.4rem 1rem;
        border-bottom: 1px solid var(--line);
        background: var(--notice);
        color: var(--on-notice);
        font-size: 0.9375rem;
      }

      button {
        min-height: 2.25rem;
        padding: 0.2rem 0.8rem;
        color: var(--ink);
      }
    `,
  ];

  @property({ attribute: false }) locale: Locale = "zh-Hans";
  @property({ attribute: false }) state: ConnectionState = "idle";
  @property({ attribute: false }) alert: Alert | null = null;
  @state() private patient = false;
  private timer: number | undefined;

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("state")) return;
    clearTimeout(this.timer);
    this.patient = this.state === "connecting";
    if (this.patient) this.timer = setTimeout(() => (this.patient = false), PATIENCE_MS);
  }

  override render() {
    return html`<div role="status">${this.content()}</div>`;
  }

  private content(): TemplateResult | typeof nothing {
    const { locale, alert } = this;
    const key = STATES[this.state];
    if (alert !== null) {
      return html`<div class="banner">${words(locale, alert)}${this.alertButtons(alert)}</div>`;
    }
    if (key === undefined || this.patient) return nothing;
    return html`<div class="banner">
      ${words(locale, key)}
      ${this.state === "superseded" ? this.button("continueHere", "continue") : nothing}
    </div>`;
  }

  private alertButtons(alert: Alert): TemplateResult {
    if (alert !== "signed_out") return this.button("close", "dismiss");
    return html`${this.button("signIn", "identity")}${this.button("stayVisitor", "visitor")}`;
  }

  private button(key: StringKey, event: string): TemplateResult {
    return html`<button type="button" @click=${() => this.dispatchEvent(new CustomEvent(event))}>
      ${words(this.locale, key)}
    </button>`;
  }
}

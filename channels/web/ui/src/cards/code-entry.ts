/** Entry of a one-time code: numeric keypad, filled from the SMS where the device offers it. */

import { LitElement, css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import type { CodeCard, Locale } from "../protocol.ts";
import { sharedStyle } from "../shared-style.ts";
import { timeOfDay, words } from "../strings.ts";

/** Digits of a code the bank sends. */
export const CODE_LENGTH = 6;

/** Fires `code` with the digits; the code itself is cleared from the page at once. */
@customElement("guitai-code-entry")
export class CodeEntry extends LitElement {
  static override styles = [
    sharedStyle,
    css`
      :host {
        display: block;
        margin-top: 0.6rem;
        padding: 0.8rem 0.9rem;
        border: 1px solid var(--line);
        border-radius: 12px;
        background: var(--surface);
      }

      label {
        display: block;
        font-weight: 600;
      }

      .sent,
      .secret {
        margin: 0.15rem 0 0;
        color: var(--ink-soft);
        font-size: 0.875rem;
      }

      .entry {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem;
        margin: 0.6rem 0 0.5rem;
      }

      input {
        flex: 1 1 9rem;
        min-width: 0;
        min-height: var(--target);
        padding: 0.3rem 0.8rem;
        border: 1px solid var(--line-strong);
        border-radius: 10px;
        background: var(--ground);
        font-size: 1.25rem;
        font-variant-numeric: tabular-nums;
        letter-spacing: 0.3em;
      }
    `,
  ];

  @property({ attribute: false }) locale: Locale = "zh-Hans";
  @property({ attribute: false }) card: CodeCard | null = null;
  @property({ type: Boolean }) disabled = false;
  @state() private complete = false;
  @state() private over = false;
  @query("input") private readonly input!: HTMLInputElement;
  private timer: number | undefined;

  override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("card")) this.watchExpiry();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  override render() {
    if (this.card === null) return nothing;
    const { locale, card } = this;
    const off = this.disabled || this.over;
    return html`
      <label for="code">${words(locale, "codeLabel")}</label>
      <p class="sent">
        ${words(locale, "codeSentTo", { phone: card.masked_phone })} ·
        ${this.over
          ? words(locale, "codeOver")
          : words(locale, "codeExpires", { time: timeOfDay(locale, card.expires_at) })}
      </p>
      <div class="entry">
        <input
          id="code"
          inputmode="numeric"
          autocomplete="one-time-code"
          pattern="[0-9]*"
          maxlength=${CODE_LENGTH}
          aria-describedby="secret"
          ?disabled=${off}
          @input=${this.typed}
          @keydown=${this.key}
        />
        <button
          type="button"
          class="primary"
          ?disabled=${off || !this.complete}
          @click=${this.submit}
        >
          ${words(locale, "codeSubmit")}
        </button>
      </div>
      <p class="secret" id="secret">${words(locale, "codeSecret")}</p>
    `;
  }

  private watchExpiry(): void {
    clearTimeout(this.timer);
    const left = Date.parse(this.card?.expires_at ?? "") - Date.now();
    if (Number.isNaN(left)) return;
    this.over = left <= 0;
    if (left > 0) this.timer = setTimeout(() => (this.over = true), left);
  }

  private typed(): void {
    this.input.value = this.input.value.normalize("NFKC").replace(/\D/g, "");
    this.complete = this.input.value.length === CODE_LENGTH;
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Enter" && this.complete) this.submit();
  }

  private submit(): void {
    const code = this.input.value;
    this.input.value = "";
    this.complete = false;
    this.dispatchEvent(new CustomEvent("code", { detail: code, bubbles: true, composed: true }));
  }
}

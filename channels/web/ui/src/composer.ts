/** Where the customer writes. */

import { LitElement, css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { CODE_LENGTH } from "./cards/code-entry.ts";
import { sendIcon, stopIcon } from "./icons.ts";
import type { Locale } from "./protocol.ts";
import { sharedStyle } from "./shared-style.ts";
import { words } from "./strings.ts";

/** Longest message the server takes, in characters. */
const MOST = 2000;
/** From here on the counter is shown. */
const NEARLY = 1800;

/** Fires `say` with `{ text, secret }`, `keystroke` while writing, and `stop`. */
@customElement("guitai-composer")
export class Composer extends LitElement {
  static override styles = [
    sharedStyle,
    css`
      :host {
        display: block;
      }

      .bar {
        display: flex;
        align-items: flex-end;
        gap: 0.5rem;
        padding: 0.3rem;
        border: 1px solid var(--line-strong);
        border-radius: 1.6rem;
        background: var(--surface);
      }

      .bar:focus-within {
        border-color: var(--focus);
        box-shadow: 0 0 0 1px var(--focus);
      }

      textarea {
        flex: 1;
        min-width: 0;
        min-height: var(--target);
        max-height: 9.5rem;
        padding: 0.62rem 0.4rem 0.55rem 0.85rem;
        border: 0;
        background: none;
        line-height: 1.5;
        resize: none;
      }

      /* The bar around it shows the focus. */
      textarea:focus-visible {
        outline: none;
      }

      textarea::placeholder {
        color: var(--ink-soft);
        opacity: 1;
      }

      button {
        flex: none;
        min-width: var(--target);
        padding: 0.35rem 1rem;
      }

      .stop {
        padding: 0 0.8rem;
      }

      .count {
        margin: 0 0.9rem 0.25rem;
        color: var(--ink-soft);
        font-size: 0.8125rem;
        text-align: end;
      }

      .over {
        color: var(--danger);
        font-weight: 600;
      }

      .send span {
        margin-inline-start: 0.1rem;
      }

      @media (max-width: 30rem) {
        .send {
          padding: 0;
        }

        .send span {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
    `,
  ];

  @property({ attribute: false }) locale: Locale = "zh-Hans";
  /** The assistant works on a reply that can be stopped. */
  @property({ type: Boolean }) running = false;
  /** A one-time code is asked for: offer digits, and treat six of them as a secret. */
  @property({ type: Boolean }) code = false;
  @state() private length = 0;
  @query("textarea") private readonly area!: HTMLTextAreaElement;

  override focus(): void {
    this.area.focus();
  }

  override render() {
    const { locale } = this;
    return html`${this.counter()}
      <div class="bar">
        <textarea
          rows="1"
          aria-label=${words(locale, "messageBox")}
          aria-describedby=${this.length >= NEARLY ? "count" : nothing}
          aria-invalid=${this.length > MOST}
          placeholder=${words(locale, this.code ? "placeholderCode" : "placeholder")}
          inputmode=${this.code ? "numeric" : "text"}
          autocomplete=${this.code ? "one-time-code" : "off"}
          enterkeyhint="send"
          @input=${this.typed}
          @keydown=${this.key}
        ></textarea>
        ${this.running
          ? html`<button
              type="button"
              class="stop"
              title=${words(locale, "stop")}
              aria-label=${words(locale, "stop")}
              @click=${() => this.dispatchEvent(new CustomEvent("stop"))}
            >
              ${stopIcon}
            </button>`
          : nothing}
        <button
          type="button"
          class="primary send"
          ?disabled=${this.length === 0 || this.length > MOST}
          @click=${this.submit}
        >
          ${sendIcon}<span>${words(locale, "send")}</span>
        </button>
      </div>`;
  }

  private counter() {
    if (this.length < NEARLY) return nothing;
    const over = this.length - MOST;
    const text =
      over > 0
        ? words(this.locale, "tooLong", { n: over })
        : words(this.locale, "characters", { n: this.length, max: MOST });
    return html`<p class="count ${over > 0 ? "over" : ""}" id="count" role="status">${text}</p>`;
  }

  private typed(): void {
    this.measure();
    if (this.length > 0) this.dispatchEvent(new CustomEvent("keystroke"));
  }

  private measure(): void {
    // Characters as a person counts them, not UTF-16 units.
    this.length = [...this.area.value.trim()].length;
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight}px`;
  }

  private key(event: KeyboardEvent): void {
    // Enter also ends a word in an input method; that one must not send.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  private submit(): void {
    this.measure();
    if (this.length === 0 || this.length > MOST) return;
    const text = this.area.value.trim();
    const digits = text.normalize("NFKC").replace(/\s/g, "");
    const secret = this.code && new RegExp(`^\\d{${CODE_LENGTH}}$`).test(digits);
    this.area.value = "";
    this.measure();
    this.dispatchEvent(
      new CustomEvent("say", { detail: { text: secret ? digits : text, secret } }),
    );
  }
}

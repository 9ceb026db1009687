/** A modal dialog with a title and a close button. Esc and a click beside it close it. */

import { LitElement, css, html } from "lit";
import { customElement, property, query } from "lit/decorators.js";

import { closeIcon } from "./icons.ts";
import type { Locale } from "./protocol.ts";
import { sharedStyle } from "./shared-style.ts";
import { words } from "./strings.ts";

/** Open while it is in the page. Fires `dismiss` when the customer closes it. */
@customElement("guitai-dialog")
export class DialogFrame extends LitElement {
  static override styles = [
    sharedStyle,
    css`
      dialog {
        display: flex;
        flex-direction: column;
        width: min(34rem, calc(100vw - 2rem));
        max-height: min(44rem, calc(100dvh - 2rem));
        padding: 0;
        border: 1px solid var(--line);
        border-radius: 18px;
        background: var(--surface);
        color: var(--ink);
        box-shadow: 0 20px 60px rgb(6 24 30 / 30%);
      }

      dialog::backdrop {
        background: rgb(8 24 29 / 55%);
      }

      .head {
        display: flex;
        align-items: flex-start;
        justify-content: space-between;
        gap: 0.75rem;
        padding: 0.9rem 0.6rem 0.7rem 1.2rem;
        border-bottom: 1px solid var(--line);
      }

      h2 {
        margin: 0;
        padding: 0.45rem 0;
        font-size: 1.125rem;
        line-height: 1.35;
      }

      .head button {
        flex: none;
        min-width: var(--target);
        padding: 0;
      }

      .body {
        padding: 1rem 1.2rem 1.3rem;
        overflow-y: auto;
        overscroll-behavior: contain;
      }

      @media (max-width: 480px) {
        dialog {
          width: 100vw;
          max-width: 100vw;
          max-height: calc(100dvh - 3rem);
          margin: auto 0 0;
          border-width: 1px 0 0;
          border-radius: 18px 18px 0 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) locale: Locale = "zh-Hans";
  @property() heading = "";
  @query("dialog") private readonly dialog!: HTMLDialogElement;

  override firstUpdated(): void {
    this.dialog.showModal();
  }

  override render() {
    return html`<dialog
      aria-labelledby="heading"
      @close=${this.dismissed}
      @click=${(event: MouseEvent) => {
        if (event.target === this.dialog) this.dialog.close();
      }}
    >
      <div class="head">
        <h2 id="heading">${this.heading}</h2>
        <button
          type="button"
          class="plain"
          aria-label=${words(this.locale, "close")}
          @click=${() => this.dialog.close()}
        >
          ${closeIcon}
        </button>
      </div>
      <div class="body" tabindex="0" role="group" aria-labelledby="heading"><slot></slot></div>
    </dialog>`;
  }

  private dismissed(): void {
    this.dispatchEvent(new CustomEvent("dismiss", { bubbles: true, composed: true }));
  }
}

/** Sign-in of a colleague in the sandbox. */

import { LitElement, css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { HttpProblem, staffSignIn } from "./api.ts";
import { markIcon } from "./icons.ts";
import type { Locale } from "./protocol.ts";
import { sharedStyle } from "./shared-style.ts";
import { words } from "./strings.ts";
import { deskWords } from "./strings-desk.ts";

/** The sandbox's sample colleague. */
const SAMPLE = "李静";

export interface Colleague {
  name: string;
  token: string;
}

/** Fires `signed-in` with a `Colleague`. */
@customElement("guitai-desk-sign-in")
export class DeskSignIn extends LitElement {
  static override styles = [
    sharedStyle,
    css`
      :host {
        display: grid;
        place-items: center;
        min-height: 100dvh;
        padding: 1rem;
      }

      main {
        width: min(24rem, 100%);
        padding: 1.6rem;
        border: 1px solid var(--line);
        border-radius: 18px;
        background: var(--surface);
        box-shadow: var(--shadow);
      }

      .mark {
        width: 2.8rem;
        height: 2.8rem;
      }

      h1 {
        margin: 0.7rem 0 0.3rem;
        font-size: 1.25rem;
      }

      p {
        margin: 0 0 1rem;
        color: var(--ink-soft);
        font-size: 0.9375rem;
      }

      label {
        display: block;
        font-size: 0.9375rem;
      }

      input {
        width: 100%;
        min-height: var(--target);
        margin: 0.3rem 0 1rem;
        padding: 0.3rem 0.8rem;
        border: 1px solid var(--line-strong);
        border-radius: 10px;
        background: var(--surface);
      }

      button {
        width: 100%;
      }

      [role="alert"] {
        margin: 0.8rem 0 0;
        color: var(--danger);
      }
    `,
  ];

  @property({ attribute: false }) locale: Locale = "zh-Hans";
  @state() private failed = false;
  @state() private busy = false;
  @query("input") private readonly input!: HTMLInputElement;

  override render() {
    const { locale } = this;
    return html`<main>
      <div class="mark">${markIcon}</div>
      <h1>${words(locale, "bank")} · ${deskWords(locale, "signInTitle")}</h1>
      <p>${deskWords(locale, "signInLead")}</p>
      <label>
        ${deskWords(locale, "name")}
        <input
          value=${SAMPLE}
          autocomplete="username"
          @keydown=${(event: KeyboardEvent) => {
            if (event.key === "Enter" && !event.isComposing) void this.submit();
          }}
        />
      </label>
      <button type="button" class="primary" ?disabled=${this.busy} @click=${this.submit}>
        ${deskWords(locale, "signIn")}
      </button>
      ${this.failed ? html`<p role="alert">${deskWords(locale, "signInFailed")}</p>` : nothing}
    </main>`;
  }

  private async submit(): Promise<void> {
    const name = this.input.value.trim();
    if (name === "") return;
    this.busy = true;
    this.failed = false;
    try {
      const { token } = await staffSignIn(name);
      const colleague: Colleague = { name, token };
      this.dispatchEvent(new CustomEvent("signed-in", { detail: colleague }));
    } catch (problem) {
      if (!(problem instanceof HttpProblem)) throw problem;
      this.failed = true;
    } finally {
      this.busy = false;
    }
  }
}

/** What a page for colleagues shows before one has signed in. */
export function signInFirst(locale: Locale, signedIn: (colleague: Colleague) => void) {
  return html`<guitai-desk-sign-in
    .locale=${locale}
    @signed-in=${(event: CustomEvent<Colleague>) => signedIn(event.detail)}
  ></guitai-desk-sign-in>`;
}

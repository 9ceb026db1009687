/** Sign-in as one of the sandbox's sample customers. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { HttpProblem, signIn } from "./api.ts";
import "./dialog-frame.ts";
import type { Locale, SampleCustomer } from "./protocol.ts";
import type { Identity } from "./session.ts";
import { sharedStyle } from "./shared-style.ts";
import { words, type StringKey } from "./strings.ts";

const LEVELS: readonly StringKey[] = ["level1", "level2", "level3", "level4"];
/** What an app sign-in gives: a bound card. Level 4 is reached by a code in the conversation. */
const USUAL_LEVEL = 3;

/** Fires `signed-in` with an `Identity`, `signed-out`, or `dismiss`. */
@customElement("guitai-sign-in")
export class SignInDialog extends LitElement {
  static override styles = [
    sharedStyle,
    css`
      p {
        margin: 0 0 0.8rem;
        color: var(--ink-soft);
        font-size: 0.9375rem;
      }

      ul {
        display: grid;
        gap: 0.5rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }

      li button {
        justify-content: flex-start;
        gap: 0.75rem;
        width: 100%;
        min-height: 3.5rem;
        padding: 0.5rem 0.85rem;
        border-color: var(--line);
        border-radius: 12px;
        text-align: start;
      }

      li button[aria-pressed="true"] {
        border-color: var(--brand);
        background: var(--brand-soft);
      }

      .initial {
        display: grid;
        flex: none;
        place-items: center;
        width: 2.4rem;
        height: 2.4rem;
        border-radius: 50%;
        background: var(--brand-soft);
        color: var(--brand);
        font-weight: 600;
      }

      li button[aria-pressed="true"] .initial {
        background: var(--brand);
        color: var(--on-brand);
      }

      .who {
        display: block;
        color: var(--ink-soft);
        font-size: 0.875rem;
      }

      label {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        margin: 1rem 0 0;
        font-size: 0.9375rem;
      }

      select {
        min-height: var(--target);
        max-width: 60%;
        padding: 0.25rem 0.6rem;
        border: 1px solid var(--line-strong);
        border-radius: 10px;
        background: var(--surface);
      }

      .other {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        margin-top: 1rem;
      }

      .other button {
        flex: 1 1 auto;
      }

      [role="alert"] {
        margin: 0.8rem 0 0;
        color: var(--danger);
      }
    `,
  ];

  @property({ attribute: false }) locale: Locale = "zh-Hans";
  /** Null where there is no sandbox. */
  @property({ attribute: false }) customers: SampleCustomer[] | null = null;
  @property({ attribute: false }) current: Identity | null = null;
  @state() private level = USUAL_LEVEL;
  @state() private failed = false;
  @state() private busy = false;

  override render() {
    const { locale } = this;
    return html`<guitai-dialog .locale=${locale} heading=${words(locale, "signInTitle")}>
      ${this.customers === null
        ? html`<p>${words(locale, "noSandbox")}</p>`
        : this.choices(this.customers)}
      ${this.failed ? html`<p role="alert">${words(locale, "signInFailed")}</p>` : nothing}
      <div class="other">
        ${this.current === null
          ? html`<button type="button" @click=${() => this.fire("dismiss")}>
              ${words(locale, "stayVisitor")}
            </button>`
          : html`<button type="button" @click=${() => this.fire("signed-out")}>
              ${words(locale, "signOut")}
            </button>`}
      </div>
    </guitai-dialog>`;
  }

  private choices(customers: SampleCustomer[]): TemplateResult {
    const { locale } = this;
    return html`<p>${words(locale, "signInLead")}</p>
      <ul>
        ${customers.map((customer) => this.choice(customer))}
      </ul>
      <label>
        ${words(locale, "signInLevel")}
        <select
          @change=${(event: Event) =>
            (this.level = Number((event.target as HTMLSelectElement).value))}
        >
          ${LEVELS.map(
            (key, index) => html`<option value=${index + 1} ?selected=${index + 1 === this.level}>
              ${words(locale, key)}
            </option>`,
          )}
        </select>
      </label>`;
  }

  private choice(customer: SampleCustomer): TemplateResult {
    return html`<li>
      <button
        type="button"
        ?disabled=${this.busy}
        aria-pressed=${this.current?.customerId === customer.customer_id}
        @click=${() => this.choose(customer)}
      >
        <span class="initial" aria-hidden="true">${customer.name.slice(0, 1)}</span>
        <span>${customer.name}<span class="who">${customer.who}</span></span>
      </button>
    </li>`;
  }

  private async choose(customer: SampleCustomer): Promise<void> {
    this.busy = true;
    this.failed = false;
    try {
      const { token } = await signIn(customer.customer_id, this.level);
      const identity = { token, customerId: customer.customer_id, name: customer.name };
      this.fire("signed-in", identity);
    } catch (problem) {
      if (!(problem instanceof HttpProblem)) throw problem;
      this.failed = true;
    } finally {
      this.busy = false;
    }
  }

  private fire(name: string, detail?: Identity): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

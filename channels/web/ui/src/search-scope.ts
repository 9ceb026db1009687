/** What a search of the documents is narrowed to: audience, product, channel. */

import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { Locale, Scope, ScopeChoices } from "./protocol.ts";
import { sharedStyle } from "./shared-style.ts";
import { deskWords, scopeWords } from "./strings-desk.ts";

type Field = keyof Scope;

interface Option {
  id: string;
  name: string;
}

@customElement("guitai-search-scope")
export class SearchScope extends LitElement {
  static override styles = [
    sharedStyle,
    css`
      fieldset {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: 0.6rem;
        min-width: 0;
        margin: 0.6rem 0 0;
        padding: 0;
        border: 0;
      }

      label {
        display: block;
        color: var(--ink-soft);
        font-size: 0.875rem;
      }

      select {
        width: 100%;
        min-height: var(--target);
        margin-top: 0.2rem;
        padding: 0.3rem 0.6rem;
        border: 1px solid var(--line-strong);
        border-radius: 10px;
        background: var(--surface);
        color: var(--ink);
      }

      @media (max-width: 40rem) {
        fieldset {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }

        label:first-of-type {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  @property({ attribute: false }) locale: Locale = "zh-Hans";
  @property({ attribute: false }) choices: ScopeChoices | null = null;

  /** What is chosen; "" is anything. */
  readonly value: Scope = { product: "", audience: "", channel: "" };

  override render(): TemplateResult {
    const { locale, choices } = this;
    const named = (ids: string[] = []): Option[] =>
      ids.map((id) => ({ id, name: scopeWords(locale, id) }));
    return html`<fieldset ?disabled=${choices === null}>
      <legend class="visually-hidden">${deskWords(locale, "narrow")}</legend>
      ${this.choice("product", choices?.products ?? [])}
      ${this.choice("audience", named(choices?.audience))}
      ${this.choice("channel", named(choices?.channels))}
    </fieldset>`;
  }

  private choice(field: Field, options: Option[]): TemplateResult {
    return html`<label>
      ${deskWords(this.locale, field)}
      <select
        name=${field}
        @change=${(event: Event) => (this.value[field] = (event.target as HTMLSelectElement).value)}
      >
        <option value="">${deskWords(this.locale, "anything")}</option>
        ${options.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
      </select>
    </label>`;
  }
}

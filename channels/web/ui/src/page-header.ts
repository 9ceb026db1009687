/** Bank, AI notice, sandbox label, and the controls that are always there. */

import { LitElement, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

import { headerStyle } from "./header-style.ts";
import { headsetIcon, markIcon, personIcon } from "./icons.ts";
import { LOCALES } from "./preferences.ts";
import type { Locale, Mode } from "./protocol.ts";
import { sharedStyle } from "./shared-style.ts";
import { words, type StringKey } from "./strings.ts";

const SHORT: Readonly<Record<Locale, string>> = { "zh-Hans": "简", "zh-Hant": "繁", en: "EN" };
const FULL: Readonly<Record<Locale, string>> = {
  "zh-Hans": "简体中文",
  "zh-Hant": "繁體中文",
  en: "EN (English)",
};
const HANDOFF: Readonly<Record<Mode, StringKey>> = {
  assistant: "handoff",
  waiting: "handoffWaiting",
  colleague: "handoffTalking",
};

/** Fires `locale` (detail: the locale), `elder` (detail: on), `handoff` and `identity`. */
@customElement("guitai-header")
export class PageHeader extends LitElement {
  static override styles = [sharedStyle, headerStyle];

  @property({ attribute: false }) locale: Locale = "zh-Hans";
  @property({ type: Boolean }) elder = false;
  @property({ type: Boolean }) sandbox = false;
  @property({ attribute: false }) mode: Mode = "assistant";
  /** Name of the signed-in customer; null for a visitor. */
  @property({ attribute: false }) name: string | null = null;

  override render() {
    const { locale } = this;
    return html`<header>
      ${this.sandbox ? html`<p class="sandbox">${words(locale, "sandbox")}</p>` : nothing}
      <div class="fit">
        <div class="inner">
          <div class="bank">
            <span class="mark">${markIcon}</span>
            <div>
              <h1>${words(locale, "bank")}</h1>
              <p class="notice" title=${words(locale, "assistantNoticeLong")}>
                ${words(locale, "assistantNotice")}
              </p>
            </div>
          </div>
          ${this.identity()}
          <div class="controls">
            ${this.languages()}
            <button
              type="button"
              class="elder"
              aria-pressed=${this.elder}
              @click=${() => this.fire("elder", !this.elder)}
            >
              ${words(locale, "elder")}
            </button>
            <button
              type="button"
              class="handoff"
              ?disabled=${this.mode === "colleague"}
              @click=${() => this.fire("handoff")}
            >
              ${headsetIcon}${words(locale, HANDOFF[this.mode])}
            </button>
          </div>
        </div>
      </div>
    </header>`;
  }

  private identity(): TemplateResult {
    const { locale, name } = this;
    return html`<button type="button" class="identity" @click=${() => this.fire("identity")}>
      ${personIcon}
      ${name === null
        ? words(locale, "signIn")
        : html`<span class="visually-hidden">
              ${words(locale, "signedInAs", { name: "" })}
            </span>${name}`}
    </button>`;
  }

  private languages(): TemplateResult {
    return html`<div class="languages" role="group" aria-label=${words(this.locale, "language")}>
      ${LOCALES.map(
        (locale) => html`<button
          type="button"
          lang=${locale}
          title=${FULL[locale]}
          aria-label=${FULL[locale]}
          aria-pressed=${locale === this.locale}
          @click=${() => this.fire("locale", locale)}
        >
          ${SHORT[locale]}
        </button>`,
      )}
    </div>`;
  }

  private fire(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

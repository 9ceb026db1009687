/** The colleagues' search page: a question, a day, ranked passages, and the source opened. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import * as api from "./api.ts";
import { type Colleague, signInFirst } from "./desk-sign-in.ts";
import "./document-dialog.ts";
import { documentText, documentTextStyle } from "./document-text.ts";
import { markIcon } from "./icons.ts";
import type { BubbleEvents } from "./message-bubble.ts";
import { applyElder, applyLocale, storedElder, storedLocale } from "./preferences.ts";
import type { Found, FoundPassage, Locale, ScopeChoices } from "./protocol.ts";
import "./search-scope.ts";
import type { SearchScope } from "./search-scope.ts";
import { sharedStyle } from "./shared-style.ts";
import { words } from "./strings.ts";
import { deskWords } from "./strings-desk.ts";
import { topBarStyle } from "./top-bar-style.ts";

/** Shared with the queue page: one sign-in for both. */
const KEY = "guitai.colleague";

@customElement("guitai-search")
export class SearchPage extends LitElement {
  static override styles = [
    sharedStyle,
    topBarStyle,
    documentTextStyle,
    css`
      main {
        max-width: 52rem;
        margin: 0 auto;
        padding: 1.2rem;
      }

      .ask {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto auto;
        gap: 0.6rem;
        align-items: end;
      }

      label {
        display: block;
        color: var(--ink-soft);
        font-size: 0.875rem;
      }

      input {
        width: 100%;
        min-height: var(--target);
        margin-top: 0.2rem;
        padding: 0.3rem 0.8rem;
        border: 1px solid var(--line-strong);
        border-radius: 10px;
        background: var(--surface);
        color: var(--ink);
      }

      .count {
        margin: 1rem 0 0.4rem;
        color: var(--ink-soft);
        font-size: 0.875rem;
      }

      ol {
        display: grid;
        gap: 0.8rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }

      li {
        padding: 0.9rem 1.1rem;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
      }

      h2 {
        margin: 0;
        font-size: 1rem;
      }

      .about {
        display: flex;
        flex-wrap: wrap;
        gap: 0.1rem 1rem;
        margin: 0.15rem 0 0.5rem;
        color: var(--ink-soft);
        font-size: 0.875rem;
      }

      .open {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }

      [role="alert"] {
        color: var(--danger);
      }

      @media (max-width: 40rem) {
        .ask {
          grid-template-columns: minmax(0, 1fr) auto;
        }

        .question {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  @state() private readonly locale: Locale = storedLocale();
  @state() private colleague: Colleague | null = storedColleague();
  @state() private choices: ScopeChoices | null = null;
  @state() private found: Found | null = null;
  @state() private failed = false;
  @state() private busy = false;
  @state() private source: BubbleEvents["cite"] | null = null;
  @query("#question") private readonly question!: HTMLInputElement;
  @query("#day") private readonly day!: HTMLInputElement;
  @query("guitai-search-scope") private readonly scope!: SearchScope;

  override connectedCallback(): void {
    super.connectedCallback();
    applyLocale(this.locale, deskWords(this.locale, "searchTitle"));
    applyElder(storedElder());
    void this.loadChoices();
  }

  override render() {
    const { locale, colleague } = this;
    if (colleague === null) {
      return signInFirst(locale, (signedIn) => this.signedIn(signedIn));
    }
    return html`<header class="top">
        <span class="mark">${markIcon}</span>
        <h1>${words(locale, "bank")} · ${deskWords(locale, "search")}</h1>
        <a href="./desk">${deskWords(locale, "desk")}</a>
        <span>${colleague.name}</span>
      </header>
      <main>
        <div class="ask" role="search">
          <label class="question">
            ${deskWords(locale, "question")}
            <input id="question" type="search" maxlength="500" @keydown=${this.entered} />
          </label>
          <label>
            ${deskWords(locale, "asOf")}
            <input id="day" type="date" />
          </label>
          <button type="button" class="primary" ?disabled=${this.busy} @click=${this.search}>
            ${deskWords(locale, "look")}
          </button>
        </div>
        <guitai-search-scope .locale=${locale} .choices=${this.choices}></guitai-search-scope>
        ${this.failed ? html`<p role="alert">${deskWords(locale, "searchFailed")}</p>` : nothing}
        <div role="status">${this.count()}</div>
        <ol>
          ${this.found?.passages.map((passage) => this.passage(passage)) ?? nothing}
        </ol>
      </main>
      ${this.source
        ? html`<guitai-document
            .locale=${locale}
            .source=${this.source}
            @dismiss=${() => (this.source = null)}
          ></guitai-document>`
        : nothing}`;
  }

  private count(): TemplateResult | typeof nothing {
    if (this.found === null) return nothing;
    const { passages, as_of: day } = this.found;
    return html`<p class="count">
      ${passages.length === 0
        ? deskWords(this.locale, "nothingFound")
        : deskWords(this.locale, "found", { n: passages.length, day })}
    </p>`;
  }

  private passage(passage: FoundPassage): TemplateResult {
    const { locale } = this;
    const { effective_from: from, effective_to: to } = passage;
    const best = passage.sentences[0];
    return html`<li>
      <h2>${passage.title}${passage.section ? ` · ${passage.section}` : ""}</h2>
      <p class="about">
        <span>${words(locale, "version", { version: passage.version })}</span>
        <span>
          ${to === null
            ? words(locale, "validFrom", { from })
            : words(locale, "validBetween", { from, to })}
        </span>
        <span>${words(locale, "owner", { owner: passage.owner })}</span>
        <span>${deskWords(locale, "score", { n: Math.round(passage.score * 100) })}</span>
      </p>
      ${documentText(passage.text, best?.text ?? "", words(locale, "quoted"))}
      ${best
        ? html`<div class="open">
            <button type="button" @click=${() => this.open(passage, best.text)}>
              ${deskWords(locale, "openSource")}
            </button>
          </div>`
        : nothing}
    </li>`;
  }

  private open(passage: FoundPassage, quote: string): void {
    this.source = {
      documentId: passage.document_id,
      version: passage.version,
      quote,
      section: passage.section.split(" / ").at(-1) ?? "",
    };
  }

  private readonly entered = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && !event.isComposing) void this.search();
  };

  private readonly search = async (): Promise<void> => {
    const asked = this.question.value.trim();
    if (asked === "" || this.colleague === null) return;
    this.busy = true;
    this.failed = false;
    try {
      this.found = await api.searchDocuments(
        this.colleague.token,
        asked,
        this.day.value,
        this.scope.value,
      );
    } catch (problem) {
      this.explain(problem);
    } finally {
      this.busy = false;
    }
  };

  /** Without them the choice stays closed and a search goes over everything. */
  private async loadChoices(): Promise<void> {
    if (this.colleague === null) return;
    try {
      this.choices = await api.searchScopes(this.colleague.token);
    } catch (problem) {
      this.explain(problem);
    }
  }

  private explain(problem: unknown): void {
    if (!(problem instanceof api.HttpProblem)) throw problem;
    if (problem.status === 401) this.signOut();
    else this.failed = true;
  }

  private signedIn(colleague: Colleague): void {
    this.colleague = colleague;
    sessionStorage.setItem(KEY, JSON.stringify(colleague));
    void this.loadChoices();
  }

  private signOut(): void {
    this.colleague = null;
    sessionStorage.removeItem(KEY);
  }
}

function storedColleague(): Colleague | null {
  const text = sessionStorage.getItem(KEY);
  return text === null ? null : (JSON.parse(text) as Colleague);
}

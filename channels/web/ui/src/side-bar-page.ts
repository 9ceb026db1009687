/**
 * The page a colleague has beside a WeCom chat: how the conversation of that contact stands, and the
 * way to the desk. Whoever opens it gives the contact in the address, `?contact=…`.
 */

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";

import * as api from "./api.ts";
import { type Colleague, signInFirst } from "./desk-sign-in.ts";
import { markIcon } from "./icons.ts";
import { applyElder, applyLocale, storedElder, storedLocale } from "./preferences.ts";
import type { ConversationState, Locale } from "./protocol.ts";
import { sharedStyle } from "./shared-style.ts";
import { words } from "./strings.ts";
import { levelWords, sideBarWords, type SideBarKey } from "./strings-side-bar.ts";
import { topBarStyle } from "./top-bar-style.ts";

/** Shared with the queue page: one sign-in for both. */
const KEY = "guitai.colleague";
const ANSWERING = {
  assistant: "byAssistant",
  waiting: "byWaiting",
  colleague: "byColleague",
} as const satisfies Record<ConversationState["answered_by"], SideBarKey>;

@customElement("guitai-side-bar")
export class SideBarPage extends LitElement {
  static override styles = [
    sharedStyle,
    topBarStyle,
    css`
      main {
        max-width: 34rem;
        margin: 0 auto;
        padding: 1rem;
      }

      section {
        padding: 1rem 1.1rem;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
      }

      h2 {
        margin: 0 0 0.8rem;
        font-size: 1.125rem;
      }

      .id {
        color: var(--ink-soft);
        font-size: 0.875rem;
        font-weight: 400;
      }

      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0.45rem 1rem;
        margin: 0;
        font-size: 0.9375rem;
      }

      dt {
        color: var(--ink-soft);
      }

      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }

      .waiting,
      .colleague {
        display: inline-block;
        color: var(--on-notice);
        background: var(--notice);
        border-radius: 6px;
        padding: 0 0.4rem;
      }

      .ways {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem;
        margin-top: 1rem;
      }

      .open {
        flex: 1 1 14rem;
        border-color: var(--brand);
        background: var(--brand);
        color: var(--on-brand);
        font-weight: 600;
        text-decoration: none;
      }

      .open:hover {
        border-color: var(--brand-hover);
        background: var(--brand-hover);
      }

      .note {
        margin: 0;
      }
    `,
  ];

  @state() private readonly locale: Locale = storedLocale();
  @state() private colleague: Colleague | null = storedColleague();
  @state() private found: ConversationState | null = null;
  @state() private problem: SideBarKey | null = null;
  @state() private busy = false;
  private readonly contact = new URLSearchParams(location.search).get("contact") ?? "";

  override connectedCallback(): void {
    super.connectedCallback();
    applyLocale(this.locale, sideBarWords(this.locale, "pageTitle"));
    applyElder(storedElder());
    document.addEventListener("visibilitychange", this.returned);
    void this.look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.returned);
  }

  override render() {
    const { locale, colleague } = this;
    if (colleague === null) {
      return signInFirst(locale, (signedIn) => this.signedIn(signedIn));
    }
    return html`<header class="top">
        <span class="mark">${markIcon}</span>
        <h1>${words(locale, "bank")} · ${sideBarWords(locale, "sideBar")}</h1>
        <span>${colleague.name}</span>
      </header>
      <main>
        <section aria-busy=${this.busy ? "true" : "false"}>
          <div role="status">
            ${this.problem
              ? html`<p class="note">${sideBarWords(locale, this.problem)}</p>`
              : nothing}
          </div>
          ${this.found ? this.about(this.found) : nothing}
          ${this.contact === "" ? nothing : this.ways()}
        </section>
      </main>`;
  }

  private about(found: ConversationState): TemplateResult {
    const { locale } = this;
    const { customer, task, answered_by: by } = found;
    const answering = sideBarWords(locale, ANSWERING[by], { name: found.colleague ?? "" });
    return html`<h2>
        ${customer?.name ?? sideBarWords(locale, "visitor")}
        <span class="id">${customer?.id ?? ""}</span>
      </h2>
      <dl>
        <dt>${sideBarWords(locale, "level")}</dt>
        <dd>${levelWords(locale, found.level)}</dd>
        <dt>${sideBarWords(locale, "task")}</dt>
        <dd>${task ? taskName(task.names, locale) : sideBarWords(locale, "noTask")}</dd>
        <dt>${sideBarWords(locale, "answering")}</dt>
        <dd><span class=${by}>${answering}</span></dd>
        <dt>${sideBarWords(locale, "lastTurn")}</dt>
        <dd>${found.last_turn_at ? this.instant(found.last_turn_at) : sideBarWords(locale, "never")}</dd>
      </dl>`;
  }

  private ways(): TemplateResult {
    const { locale, found } = this;
    return html`<div class="ways">
      ${found
        ? html`<a
            class="button open"
            href="./desk?conversation=${encodeURIComponent(found.conversation_id)}"
            >${sideBarWords(locale, "open")}</a
          >`
        : nothing}
      <button type="button" ?disabled=${this.busy} @click=${this.look}>
        ${sideBarWords(locale, "refresh")}
      </button>
    </div>`;
  }

  private instant(text: string): string {
    return new Intl.DateTimeFormat(this.locale, { dateStyle: "medium", timeStyle: "short" }).format(
      new Date(text),
    );
  }

  /** Each look is written down, so the page looks when it is looked at, not all the time. */
  private readonly returned = (): void => {
    if (!document.hidden) void this.look();
  };

  private readonly look = async (): Promise<void> => {
    if (this.contact === "") {
      this.problem = "noContact";
      return;
    }
    if (this.colleague === null) return;
    this.busy = true;
    try {
      this.found = (await api.staffContact(this.colleague.token, this.contact)).state;
      this.problem = null;
    } catch (problem) {
      this.explain(problem);
    } finally {
      this.busy = false;
    }
  };

  private explain(problem: unknown): void {
    if (!(problem instanceof api.HttpProblem)) throw problem;
    this.found = null;
    if (problem.status === 401) this.signOut();
    else this.problem = problem.status === 404 ? "unknown" : "failed";
  }

  private signedIn(colleague: Colleague): void {
    this.colleague = colleague;
    sessionStorage.setItem(KEY, JSON.stringify(colleague));
    void this.look();
  }

  private signOut(): void {
    this.colleague = null;
    sessionStorage.removeItem(KEY);
  }
}

function taskName(names: Readonly<Record<string, string>>, locale: Locale): string {
  return names[locale] ?? names["zh-Hans"] ?? "";
}

function storedColleague(): Colleague | null {
  const text = sessionStorage.getItem(KEY);
  return text === null ? null : (JSON.parse(text) as Colleague);
}

/** The colleague queue page. It asks for the queue and the open conversation every 2 s. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";

import * as api from "./api.ts";
import "./desk-conversation.ts";
import type { DeskConversation } from "./desk-conversation.ts";
import "./desk-queue.ts";
import "./desk-reviews.ts";
import { type Colleague, signInFirst } from "./desk-sign-in.ts";
import "./document-dialog.ts";
import { markIcon } from "./icons.ts";
import type { BubbleEvents } from "./message-bubble.ts";
import { applyElder, applyLocale, storedElder, storedLocale } from "./preferences.ts";
import type { ConversationState, Locale, Ticket } from "./protocol.ts";
import { sharedStyle } from "./shared-style.ts";
import { words } from "./strings.ts";
import { deskWords, type DeskKey } from "./strings-desk.ts";
import { Timeline } from "./timeline.ts";
import { topBarStyle } from "./top-bar-style.ts";

const POLL_MS = 2_000;
const KEY = "guitai.colleague";
/** Names a conversation in the address, as the side-bar page does. */
const WANTED = "conversation";

@customElement("guitai-desk")
export class DeskPage extends LitElement {
  static override styles = [
    sharedStyle,
    topBarStyle,
    css`
      .page {
        display: grid;
        grid-template-rows: auto auto minmax(0, 1fr);
        height: 100dvh;
      }

      .problem {
        margin: 0;
        padding: 0.4rem 1.2rem;
        background: var(--notice);
        color: var(--on-notice);
      }

      main {
        display: grid;
        grid-template-columns: minmax(17rem, 24rem) minmax(0, 1fr);
        min-height: 0;
      }

      guitai-desk-queue {
        border-inline-end: 1px solid var(--line);
        background: var(--surface);
      }

      .nobody {
        place-self: center;
        padding: 1rem;
        color: var(--ink-soft);
      }

      @media (max-width: 56rem) {
        main {
          grid-template-columns: minmax(0, 1fr);
        }

        main.open guitai-desk-queue,
        .nobody {
          display: none;
        }
      }
    `,
  ];

  @state() private readonly locale: Locale = storedLocale();
  @state() private colleague: Colleague | null = storedColleague();
  @state() private tickets: Ticket[] = [];
  @state() private chosen: Ticket | null = null;
  @state() private problem: DeskKey | null = null;
  @state() private reviewing = false;
  @state() private revision = 0;
  @state() private now = Date.now();
  @state() private source: BubbleEvents["cite"] | null = null;
  private timeline = new Timeline();
  private timer: number | undefined;
  private wanted = new URLSearchParams(location.search).get(WANTED);

  override connectedCallback(): void {
    super.connectedCallback();
    applyLocale(this.locale, deskWords(this.locale, "pageTitle"));
    applyElder(storedElder());
    void this.poll();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  override render() {
    const { locale, colleague } = this;
    if (colleague === null) {
      return signInFirst(locale, (signedIn) => this.signedIn(signedIn));
    }
    return html`<div class="page">
      <header class="top">
        <span class="mark">${markIcon}</span>
        <h1>${words(locale, "bank")} · ${deskWords(locale, "desk")}</h1>
        <button type="button" @click=${() => (this.reviewing = !this.reviewing)}>
          ${deskWords(locale, this.reviewing ? "conversations" : "reviews")}
        </button>
        <a href="./search">${deskWords(locale, "search")}</a>
        <span>${colleague.name}</span>
        <button type="button" @click=${() => this.signOut()}>${deskWords(locale, "signOut")}</button>
      </header>
      <div role="status">
        ${this.problem
          ? html`<p class="problem">${deskWords(locale, this.problem)}</p>`
          : nothing}
      </div>
      ${this.reviewing
        ? html`<guitai-desk-reviews
            .locale=${locale}
            .token=${colleague.token}
            .colleague=${colleague.name}
          ></guitai-desk-reviews>`
        : this.conversations(colleague)}
      ${this.source
        ? html`<guitai-document
            .locale=${locale}
            .source=${this.source}
            @dismiss=${() => (this.source = null)}
          ></guitai-document>`
        : nothing}
    </div>`;
  }

  private conversations(colleague: Colleague): TemplateResult {
    const { locale } = this;
    return html`<main class=${this.chosen ? "open" : ""}>
        <guitai-desk-queue
          .locale=${locale}
          .tickets=${this.tickets}
          .chosen=${this.chosen?.ticket_id ?? null}
          .now=${this.now}
          @choose=${(event: CustomEvent<string>) => this.choose(event.detail)}
        ></guitai-desk-queue>
        ${this.conversation(colleague)}
      </main>`;
  }

  private conversation(colleague: Colleague): TemplateResult {
    const ticket = this.chosen;
    if (ticket === null) {
      return html`<p class="nobody">${deskWords(this.locale, "choose")}</p>`;
    }
    const { token } = colleague;
    return html`<guitai-desk-conversation
      .locale=${this.locale}
      .ticket=${ticket}
      .timeline=${this.timeline}
      .revision=${this.revision}
      .colleague=${colleague.name}
      @accept=${() => this.act(api.acceptTicket(token, ticket.ticket_id))}
      @end=${() => this.act(api.closeTicket(token, ticket.ticket_id))}
      @reply=${(event: CustomEvent<string>) =>
        this.reply(ticket, colleague, event.detail)}
      @back=${() => (this.chosen = null)}
      @cite=${(event: CustomEvent<BubbleEvents["cite"]>) => (this.source = event.detail)}
    ></guitai-desk-conversation>`;
  }

  private async poll(): Promise<void> {
    clearTimeout(this.timer);
    await this.refresh();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.poll(), POLL_MS);
  }

  private async refresh(): Promise<void> {
    if (this.colleague === null || document.hidden) return;
    try {
      this.tickets = (await api.queue(this.colleague.token)).tickets;
      this.now = Date.now();
      this.keepChosen();
      await this.openWanted(this.colleague);
      await this.refreshConversation();
      if (this.problem === "unreachable") this.problem = null;
    } catch (problem) {
      this.failed(problem, "unreachable");
    }
  }

  /** The chosen ticket as the queue now has it; one that left the queue is closed. */
  private keepChosen(): void {
    const { chosen } = this;
    if (chosen === null) return;
    const now = this.tickets.find((ticket) => ticket.conversation_id === chosen.conversation_id);
    if (now !== undefined) this.chosen = now;
    else if (chosen.status !== "assistant") this.chosen = { ...chosen, status: "closed" };
  }

  /** Open the conversation the address names: its place in the queue, or else for reading. */
  private async openWanted({ token }: Colleague): Promise<void> {
    const { wanted } = this;
    if (wanted === null) return;
    this.wanted = null;
    const waiting = this.tickets.find((ticket) => ticket.conversation_id === wanted);
    try {
      this.chosen = waiting ?? readOnly(await api.conversationState(token, wanted));
    } catch (problem) {
      if (!(problem instanceof api.HttpProblem) || problem.status !== 404) {
        this.wanted = wanted;
        throw problem;
      }
      this.problem = "noConversation";
    }
  }

  private async refreshConversation(): Promise<void> {
    const { chosen, colleague } = this;
    if (chosen === null || colleague === null) return;
    const { frames } = await api.staffConversation(colleague.token, chosen.conversation_id);
    const head = Math.max(0, ...frames.map((frame) => frame.seq ?? 0));
    // Another ticket may have been chosen meanwhile.
    if (this.chosen?.conversation_id !== chosen.conversation_id || head === this.timeline.lastSeq) return;
    this.timeline.restore(frames, head);
    this.revision += 1;
  }

  private choose(ticketId: string): void {
    this.chosen = this.tickets.find((ticket) => ticket.ticket_id === ticketId) ?? null;
    this.timeline = new Timeline();
    this.problem = null;
    void this.poll();
  }

  private async reply(ticket: Ticket, { token }: Colleague, text: string): Promise<void> {
    const sent = await this.act(api.sayToCustomer(token, ticket.ticket_id, text));
    if (!sent) this.renderRoot.querySelector<DeskConversation>("guitai-desk-conversation")?.putBack(text);
  }

  /** True when the server did it. */
  private async act(call: Promise<unknown>): Promise<boolean> {
    let done = true;
    try {
      await call;
      this.problem = null;
    } catch (problem) {
      done = false;
      this.failed(problem, "taken");
    }
    await this.poll();
    return done;
  }

  private failed(problem: unknown, key: DeskKey): void {
    if (!(problem instanceof api.HttpProblem)) throw problem;
    if (problem.status === 401) this.signOut();
    else this.problem = key;
  }

  private signedIn(colleague: Colleague): void {
    this.colleague = colleague;
    sessionStorage.setItem(KEY, JSON.stringify(colleague));
    void this.poll();
  }

  private signOut(): void {
    this.colleague = this.chosen = null;
    this.tickets = [];
    sessionStorage.removeItem(KEY);
  }
}

/** A conversation nobody waits in, as the page shows those that have a place in the queue. */
function readOnly(found: ConversationState): Ticket {
  return {
    ticket_id: "",
    conversation_id: found.conversation_id,
    customer: found.customer,
    reason: "",
    summary: "",
    status: "assistant",
    position: 0,
    eta_s: 0,
    created_at: "",
    colleague: null,
  };
}

function storedColleague(): Colleague | null {
  const text = sessionStorage.getItem(KEY);
  return text === null ? null : (JSON.parse(text) as Colleague);
}

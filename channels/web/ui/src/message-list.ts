/** The log of the conversation: bubbles, notices, what is being sent, and what is being written. */

import { LitElement, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { downIcon } from "./icons.ts";
import { listStyle } from "./list-style.ts";
import "./message-bubble.ts";
import type { Outgoing } from "./outbox.ts";
import type { Locale, Message } from "./protocol.ts";
import { sharedStyle } from "./shared-style.ts";
import { words, type StringKey } from "./strings.ts";
import type { Entry, MessageEntry, NoticeEntry, Timeline } from "./timeline.ts";

/** Nearer to the end than this, new messages are followed. Pixels. */
const NEAR_END = 120;
const SUGGESTIONS: readonly StringKey[] = [
  "suggestion1",
  "suggestion2",
  "suggestion3",
  "suggestion4",
];

/** Fires `earlier`, `read`, `retry` (detail: cmid) and `say`; passes on the events of bubbles. */
@customElement("guitai-log")
export class MessageList extends LitElement {
  static override styles = [sharedStyle, listStyle];

  @property({ attribute: false }) locale: Locale = "zh-Hans";
  @property({ attribute: false }) timeline!: Timeline;
  /** Changes whenever the timeline or the outbox did; they are mutated in place. */
  @property({ attribute: false }) revision = 0;
  @property({ attribute: false }) outbox: readonly Outgoing[] = [];
  @property({ type: Boolean }) connected = false;
  @property({ type: Boolean }) theyType = false;
  /** Messages after this seq get a line above the first of them; 0 for none. */
  @property({ attribute: false }) seenBefore = 0;
  /** The colleague's view: nothing can be pressed or rated, and nobody is greeted. */
  @property({ type: Boolean }) readonly = false;
  @state() private behind = false;
  @query(".scroll") private readonly scroller!: HTMLElement;
  @query(".column") private readonly column!: HTMLElement;
  private follow = true;
  /** Bubbles grow after they were added, and all at once in elder mode. */
  private readonly resized = new ResizeObserver(() => this.stayAtEnd());
  /** Extent at the last scroll; a scroll that comes with another extent is not the customer's. */
  private extent = "";

  override firstUpdated(): void {
    this.resized.observe(this.column);
    this.resized.observe(this.scroller);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  override updated(): void {
    if (this.follow) this.toEnd();
    else if (this.nearEnd()) this.behind = false;
  }

  override render() {
    const { timeline, locale } = this;
    return html`<div class="scroll" @scroll=${this.scrolled} tabindex="-1">
        <div class="column">
          ${timeline.firstSeq > 1 && timeline.entries.length > 0
            ? html`<button type="button" class="earlier" @click=${() => this.fire("earlier")}>
                ${words(locale, "earlier")}
              </button>`
            : nothing}
          ${this.isEmpty() && !this.readonly ? this.greeting() : nothing}
          <div
            role="log"
            aria-live="polite"
            aria-relevant="additions"
            aria-label=${words(locale, "conversation")}
          >
            ${repeat(timeline.entries, entryKey, (entry, index) => this.entry(entry, index))}
          </div>
          ${repeat(
            this.outbox,
            (item) => item.cmid,
            (item) => this.outgoing(item),
          )}
          ${this.previews()} ${this.dots()}
        </div>
      </div>
      ${this.behind
        ? html`<button type="button" class="newest" @click=${() => this.toEnd(true)}>
            ${downIcon}${words(locale, "newest")}
          </button>`
        : nothing}`;
  }

  private isEmpty(): boolean {
    const said = this.timeline.messages().some((message) => message.role === "customer");
    return !said && this.outbox.length === 0;
  }

  private greeting(): TemplateResult {
    const { locale } = this;
    return html`<section class="greeting">
      <h2>${words(locale, "greetingTitle")}</h2>
      <p>${words(locale, "assistantNoticeLong")}${locale === "en" ? " " : ""}${words(
          locale,
          "greetingLead",
        )}</p>
      <div class="suggestions">
        ${SUGGESTIONS.map(
          (key) => html`<button
            type="button"
            @click=${() => this.fire("say", { text: words(locale, key), secret: false })}
          >
            ${words(locale, key)}
          </button>`,
        )}
      </div>
    </section>`;
  }

  private entry(entry: Entry, index: number): TemplateResult {
    const line = this.isFirstNew(entry, index)
      ? html`<p class="line"><span>${words(this.locale, "newSince")}</span></p>`
      : nothing;
    return html`${line}${entry.kind === "notice" ? this.notice(entry) : this.bubble(entry, index)}`;
  }

  private isFirstNew(entry: Entry, index: number): boolean {
    if (this.seenBefore === 0 || entry.seq <= this.seenBefore) return false;
    if (entry.kind !== "message" || entry.message.role === "customer") return false;
    const before = this.timeline.entries[index - 1];
    return before === undefined || before.seq <= this.seenBefore;
  }

  private bubble(entry: MessageEntry, index: number): TemplateResult {
    const { message } = entry;
    const before = this.timeline.entries[index - 1];
    const next = this.timeline.entries[index + 1];
    const sameBefore =
      before?.kind === "message" &&
      before.message.role === message.role &&
      before.message.channel === message.channel;
    const sameNext = next?.kind === "message" && next.message.role === message.role;
    return html`<guitai-bubble
      class=${message.role}
      .locale=${this.locale}
      .message=${message}
      .at=${entry.at}
      ?active=${!this.readonly && this.timeline.isCurrent(message) && this.outbox.length === 0}
      ?named=${!sameBefore}
      ?rateable=${!this.readonly && message.ai_generated && !sameNext && message.turn > 0}
    ></guitai-bubble>`;
  }

  private notice(entry: NoticeEntry): TemplateResult {
    const text = {
      handoff_requested: () => words(this.locale, "queueNotice", { n: entry.position }),
      handoff_accepted: () =>
        words(this.locale, "joinedNotice", { name: entry.colleague && ` ${entry.colleague} ` }),
      handoff_ended: () => words(this.locale, "endedNotice"),
    }[entry.notice]();
    return html`<p class="line"><span>${text}</span></p>`;
  }

  private outgoing(item: Outgoing): TemplateResult {
    const label = item.secret ? "••••••" : item.label;
    const message = ownMessage(item.cmid, label);
    const status: StringKey =
      item.state === "failed" ? "failed" : this.connected ? "sending" : "unsent";
    return html`<guitai-bubble class="customer" .locale=${this.locale} .message=${message}>
      </guitai-bubble>
      <p class="status ${item.state}" role="status">
        ${words(this.locale, status)}
        ${item.state === "failed"
          ? html`<button type="button" @click=${() => this.fire("retry", item.cmid)}>
              ${words(this.locale, "retry")}
            </button>`
          : nothing}
      </p>`;
  }

  /** Streamed words are kept from screen readers; the durable message is read out once, whole. */
  private previews(): TemplateResult {
    const shown = [...this.timeline.previews].filter(([, text]) => text !== "");
    return html`<div aria-hidden="true">
      ${repeat(
        shown,
        ([id]) => id,
        ([id, text]) => html`<guitai-bubble
          class="assistant"
          .locale=${this.locale}
          .message=${{ ...ownMessage(id, text), role: "assistant", ai_generated: true }}
          named
          preview
        ></guitai-bubble>`,
      )}
    </div>`;
  }

  private dots(): TemplateResult | typeof nothing {
    const streaming = [...this.timeline.previews.values()].some((text) => text !== "");
    if (streaming || (!this.timeline.running && !this.theyType)) return nothing;
    const key = this.theyType && !this.timeline.running ? "typing" : "thinking";
    return html`<p class="dots" role="status">
      <span class="visually-hidden">${words(this.locale, key)}</span>
      <span aria-hidden="true"><i></i><i></i><i></i></span>
    </p>`;
  }

  private nearEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  /** An empty conversation stays at its top, where the greeting is. */
  private stayAtEnd(): void {
    if (this.follow && !this.isEmpty()) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  private scrolled(): void {
    const { scrollHeight, clientHeight, clientWidth } = this.scroller;
    const extent = `${scrollHeight} ${clientHeight} ${clientWidth}`;
    const moved = extent !== this.extent;
    this.extent = extent;
    if (moved && this.follow) {
      this.stayAtEnd();
      return;
    }
    this.follow = this.nearEnd();
    this.behind = !this.follow;
    if (this.follow) this.fire("read");
  }

  private toEnd(smooth = false): void {
    this.follow = true;
    // Bubbles lay themselves out in their own update; wait for them.
    requestAnimationFrame(() => {
      const top = this.isEmpty() ? 0 : this.scroller.scrollHeight;
      this.scroller.scrollTo({ top, behavior: smooth ? "smooth" : "auto" });
      if (!document.hidden) this.fire("read");
    });
  }

  private fire(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function entryKey(entry: Entry): string {
  return entry.kind === "message" ? entry.message.message_id : `notice-${entry.seq}`;
}

function ownMessage(id: string, text: string): Message {
  return {
    message_id: id,
    role: "customer",
    turn: 0,
    text,
    buttons: [],
    citations: [],
    card: null,
    ai_generated: false,
    cmid: null,
    channel: "web",
    display: null,
  };
}

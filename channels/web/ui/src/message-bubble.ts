/** One bubble: words, sources, buttons and card. */

import { LitElement, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { cardStyle } from "./cards/card-style.ts";
import { cardView } from "./cards/card-view.ts";
import { bubbleStyle } from "./bubble-style.ts";
import { badIcon, goodIcon } from "./icons.ts";
import type { Button, Citation, Locale, Message } from "./protocol.ts";
import { sharedStyle } from "./shared-style.ts";
import { timeOfDay, words, type StringKey } from "./strings.ts";

/** What a bubble asks of its page. */
export interface BubbleEvents {
  press: { payload: string; title: string };
  cite: { documentId: string; version: string | null; quote: string; section: string };
  rate: { turn: number; rating: 1 | -1; comment?: string };
}

/** Signing in is not an answer to a read-back: it may be pressed at any time. */
const SIGN_IN = "/sign_in";

/** Pressed buttons whose title is not in the frames held: pressed elsewhere, or long ago. */
const PRESSED: Readonly<Record<string, StringKey>> = {
  "/affirm": "confirm",
  "/deny": "cancel",
  "/human_handoff": "handoff",
  "/go_on": "goOn",
};

/** Channels named beside what was said there; a page's own need no name. */
const PLACES: Readonly<Record<string, StringKey>> = {
  wechat: "placeWechat",
  wechat_page: "placeWechatPage",
  mini_program: "placeMiniProgram",
  wecom_kf: "placeWecom",
  voice: "placeVoice",
};

/** Fires `press`, `cite` and `rate` (see `BubbleEvents`), and `code` from a one-time code entry. */
@customElement("guitai-bubble")
export class MessageBubble extends LitElement {
  static override styles = [sharedStyle, bubbleStyle, cardStyle];

  @property({ attribute: false }) locale: Locale = "zh-Hans";
  @property({ attribute: false }) message!: Message;
  @property({ attribute: false }) at = "";
  /** Buttons can still be pressed. */
  @property({ type: Boolean }) active = false;
  /** First of its speaker's run: carries the name. */
  @property({ type: Boolean }) named = false;
  /** Last of its turn: carries the thumbs. */
  @property({ type: Boolean }) rateable = false;
  /** Streamed words that the durable message will replace. */
  @property({ type: Boolean }) preview = false;
  @state() private rated: 1 | -1 | 0 = 0;
  @state() private explained = false;

  override render() {
    const { message } = this;
    return html`
      ${this.named ? this.nameLine() : html`<span class="visually-hidden">${this.speaker()}</span>`}
      <div class="bubble ${message.role}">
        ${message.text ? html`<p class="text">${this.textWithMarks()}</p>` : nothing}
        ${message.card ? this.card() : nothing} ${this.sources()}
      </div>
      ${this.buttons()} ${this.rateable ? this.thumbs() : nothing}
    `;
  }

  private speaker(): string {
    const key = { customer: "you", assistant: "assistant", colleague: "colleague" } as const;
    return words(this.locale, key[this.message.role]);
  }

  private nameLine(): TemplateResult {
    return html`<p class="name ${this.message.role}">
      <span>${this.speaker()}</span>
      ${this.message.ai_generated
        ? html`<span class="ai">${words(this.locale, "aiLabel")}</span>`
        : nothing}
      ${this.place()}
      ${this.at ? html`<time datetime=${this.at}>${timeOfDay(this.locale, this.at)}</time>` : nothing}
    </p>`;
  }

  /** Where it was said, when that was not a page. */
  private place(): TemplateResult | typeof nothing {
    const key = PLACES[this.message.channel];
    return key === undefined
      ? nothing
      : html`<span class="place">${words(this.locale, key)}</span>`;
  }

  /** The words, with each "[n]" that has a source made into a link to it. */
  private textWithMarks(): (string | TemplateResult)[] {
    const { text, citations, role } = this.message;
    const pressed = role === "customer" ? PRESSED[text] : undefined;
    if (pressed !== undefined) return [words(this.locale, pressed)];
    return text.split(/(\[\d{1,2}\])/).map((piece) => {
      const number = /^\[(\d{1,2})\]$/.exec(piece)?.[1];
      const citation = number === undefined ? undefined : citations[Number(number) - 1];
      if (citation === undefined) return piece;
      return html`<button
        type="button"
        class="mark"
        aria-label=${words(this.locale, "openSource", { n: number ?? "", title: citation.title })}
        @click=${() => this.cite(citation)}
      >
        ${number}
      </button>`;
    });
  }

  private card(): TemplateResult {
    const { card, buttons } = this.message;
    if (card === null) return html``;
    return cardView(card, {
      locale: this.locale,
      active: this.active,
      buttons,
      press: (payload, title) => this.fire("press", { payload, title }),
      openDocument: (documentId) =>
        this.fire("cite", { documentId, version: null, quote: "", section: "" }),
    });
  }

  private sources(): TemplateResult | typeof nothing {
    const { citations } = this.message;
    if (citations.length === 0) return nothing;
    return html`<div class="sources">
      <p id="sources">${words(this.locale, "sources")}</p>
      <ol aria-labelledby="sources">
        ${citations.map(
          (citation, index) => html`<li>
            <button type="button" class="source" @click=${() => this.cite(citation)}>
              <span class="number">${index + 1}</span>
              <span>
                <span class="title">
                  ${citation.title}${citation.section ? ` · ${citation.section}` : ""}
                </span>
                <span class="valid">${this.validity(citation)}</span>
              </span>
            </button>
          </li>`,
        )}
      </ol>
    </div>`;
  }

  private validity(citation: Citation): string {
    const from = citation.effective_from;
    return citation.effective_to === null
      ? words(this.locale, "validFrom", { from })
      : words(this.locale, "validBetween", { from, to: citation.effective_to });
  }

  private cite(citation: Citation): void {
    this.fire("cite", {
      documentId: citation.document_id,
      version: citation.version,
      quote: citation.quote,
      section: citation.section,
    });
  }

  /** Buttons of the message; the two a read-back shows itself are not repeated. */
  private buttons(): TemplateResult | typeof nothing {
    const { card } = this.message;
    const inCard = card?.kind === "read_back" ? [card.confirm, card.cancel] : [];
    const shown = this.message.buttons.filter((button) => !inCard.includes(button.payload));
    if (shown.length === 0) return nothing;
    return html`<div class="buttons">${shown.map((button) => this.button(button))}</div>`;
  }

  private button(button: Button): TemplateResult {
    return html`<button
      type="button"
      ?disabled=${!this.active && button.payload !== SIGN_IN}
      @click=${() => this.fire("press", button)}
    >
      ${button.title}
    </button>`;
  }

  private thumbs(): TemplateResult {
    const thumb = (rating: 1 | -1, key: "good" | "bad", icon: TemplateResult) => html`<button
      type="button"
      class="thumb"
      aria-label=${words(this.locale, key)}
      title=${words(this.locale, key)}
      aria-pressed=${this.rated === rating}
      @click=${() => this.rate(rating)}
    >
      ${icon}
    </button>`;
    return html`<div class="thumbs">
        ${thumb(1, "good", goodIcon)} ${thumb(-1, "bad", badIcon)}
        <span role="status" class="thanks">
          ${this.rated !== 0 ? words(this.locale, "thanks") : nothing}
        </span>
      </div>
      ${this.rated === -1 && !this.explained ? this.explanation() : nothing}`;
  }

  private explanation(): TemplateResult {
    return html`<div class="why">
      <input
        type="text"
        maxlength="300"
        aria-label=${words(this.locale, "whyBad")}
        placeholder=${words(this.locale, "whyBad")}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === "Enter" && !event.isComposing) this.explain();
        }}
      />
      <button type="button" @click=${() => this.explain()}>${words(this.locale, "submit")}</button>
    </div>`;
  }

  private rate(rating: 1 | -1): void {
    if (this.rated === rating) return;
    this.rated = rating;
    this.fire("rate", { turn: this.message.turn, rating });
  }

  private explain(): void {
    const comment = this.renderRoot.querySelector<HTMLInputElement>(".why input")?.value.trim();
    if (comment) this.fire("rate", { turn: this.message.turn, rating: -1, comment });
    this.explained = true;
  }

  private fire<Name extends keyof BubbleEvents>(name: Name, detail: BubbleEvents[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

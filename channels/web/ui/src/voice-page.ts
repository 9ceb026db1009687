/** The call page: a microphone, a keypad, and what was understood and said, in writing. */

import { LitElement, css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";

import * as api from "./api.ts";
import { markIcon } from "./icons.ts";
import { applyElder, applyLocale, storedElder, storedLocale } from "./preferences.ts";
import type { Locale } from "./protocol.ts";
import { Session } from "./session.ts";
import { sharedStyle } from "./shared-style.ts";
import { voiceWords, type VoiceWord } from "./strings-voice.ts";
import { words } from "./strings.ts";
import { topBarStyle } from "./top-bar-style.ts";
import { NoMicrophone, VoiceCall, type CallState } from "./voice-call.ts";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

interface Said {
  role: string;
  text: string;
}

@customElement("guitai-voice")
export class VoicePage extends LitElement {
  static override styles = [
    sharedStyle,
    topBarStyle,
    css`
      main {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 17rem;
        gap: 1.2rem;
        max-width: 60rem;
        margin: 0 auto;
        padding: 1.2rem;
      }

      .notice {
        grid-column: 1 / -1;
        margin: 0;
        color: var(--ink-soft);
      }

      section {
        padding: 1rem;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
      }

      ol {
        display: grid;
        gap: 0.6rem;
        min-height: 18rem;
        max-height: calc(100vh - 11rem);
        overflow-y: auto;
        margin: 0;
        padding: 0;
        list-style: none;
        align-content: start;
      }

      li {
        max-width: 85%;
        padding: 0.55rem 0.9rem;
        border-radius: var(--radius);
        background: var(--sunken);
      }

      .text {
        white-space: pre-line;
      }

      li.customer {
        justify-self: end;
        background: var(--customer);
        color: var(--on-customer);
      }

      .who {
        display: block;
        font-size: 0.8125rem;
        opacity: 0.8;
      }

      .state {
        margin: 0 0 0.8rem;
        font-weight: 600;
      }

      .keys {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 0.5rem;
        margin: 0.8rem 0;
      }

      .keys button {
        min-height: 3.2rem;
        font-size: 1.25rem;
      }

      .call {
        width: 100%;
      }

      .secret {
        padding: 0.6rem 0.8rem;
        border-radius: 10px;
        background: var(--notice);
        color: var(--on-notice);
      }

      [role="alert"] {
        color: var(--danger);
      }

      @media (max-width: 44rem) {
        main {
          grid-template-columns: minmax(0, 1fr);
        }

        ol {
          min-height: 8rem;
        }
      }
    `,
  ];

  @state() private readonly locale: Locale = storedLocale();
  @state() private call: CallState = "idle";
  @state() private said: readonly Said[] = [];
  @state() private hearing = false;
  @state() private secret = false;
  @state() private typed = 0;
  @state() private trouble = "";
  private readonly session = new Session(sessionStorage);
  private readonly line = new VoiceCall({
    changed: (state) => {
      this.call = state;
      if (state !== "open") this.hearing = this.secret = false;
    },
    frame: (type, body) => this.take(type, body),
  });

  override connectedCallback(): void {
    super.connectedCallback();
    applyLocale(this.locale, `${words(this.locale, "bank")} ${this.word("title")}`);
    applyElder(storedElder());
  }

  override render() {
    const isOpen = this.call === "open";
    return html`<header class="top">
        <span class="mark">${markIcon}</span>
        <h1>${words(this.locale, "bank")} · ${this.word("title")}</h1>
        <a href="./">${this.word("written")}</a>
      </header>
      <main>
        <p class="notice">${this.word("notice")}</p>
        <section>
          <ol role="log">
            ${this.said.map(
              ({ role, text }) =>
                html`<li class=${role === "customer" ? "customer" : ""}>
                  <span class="who">
                    ${this.word(role === "customer" ? "you" : "assistant")}
                  </span>
                  <span class="text">${text}</span>
                </li>`,
            )}
          </ol>
        </section>
        <section>
          <p class="state" role="status">${this.word(this.stateWord())}</p>
          ${this.trouble ? html`<p role="alert">${this.trouble}</p>` : nothing}
          ${this.secret ? html`<p class="secret">${this.word("secret")}</p>` : nothing}
          ${this.typed > 0
            ? html`<p role="status">${this.word("typed", { n: this.typed })}</p>`
            : nothing}
          <div class="keys" role="group" aria-label=${this.word("keypad")}>
            ${KEYS.map(
              (key) =>
                html`<button
                  type="button"
                  aria-label=${this.word("key", { key })}
                  ?disabled=${!isOpen}
                  @click=${() => this.line.key(key)}
                >
                  ${key}
                </button>`,
            )}
          </div>
          ${isOpen || this.call === "connecting"
            ? html`<button type="button" class="call" @click=${() => this.line.hangUp()}>
                ${this.word("hangUp")}
              </button>`
            : html`<button type="button" class="call primary" @click=${this.start}>
                ${this.word(this.call === "cut-off" ? "goOn" : "call")}
              </button>`}
        </section>
      </main>`;
  }

  override updated(): void {
    const log = this.renderRoot.querySelector("ol");
    if (log !== null) log.scrollTop = log.scrollHeight;
  }

  private stateWord(): VoiceWord {
    if (this.call === "open") return this.hearing ? "hearing" : "listening";
    return this.call === "cut-off" ? "cutOff" : this.call;
  }

  private readonly start = async (): Promise<void> => {
    this.trouble = "";
    if (this.call !== "cut-off") {
      this.line.conv = null;
      this.said = [];
    }
    try {
      await this.line.start(this.session.identity?.token ?? null, this.locale);
    } catch (problem) {
      if (problem instanceof NoMicrophone) this.trouble = this.word("noMicrophone");
      else if (problem instanceof api.HttpProblem) this.trouble = this.word("cutOff");
      else throw problem;
    }
  };

  private take(type: string, body: Record<string, unknown>): void {
    switch (type) {
      case "transcript":
        this.said = [...this.said, { role: String(body["role"]), text: String(body["text"]) }];
        break;
      case "speech":
        this.hearing = body["state"] === "started";
        break;
      case "keypad":
        this.secret = body["keypad"] !== null;
        this.typed = 0;
        break;
      case "keys":
        this.typed = Number(body["count"]);
        break;
      case "transfer":
        this.trouble = this.word("transferred");
        break;
      case "error":
        this.trouble = String(body["text"] ?? this.word("cutOff"));
        break;
    }
  }

  private word(key: VoiceWord, values: Record<string, string | number> = {}): string {
    return voiceWords(this.locale, key, values);
  }
}

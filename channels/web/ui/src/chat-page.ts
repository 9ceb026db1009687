/** The customer page. */

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { continueTask, HttpProblem, sampleCustomers } from "./api.ts";
import "./composer.ts";
import type { Composer } from "./composer.ts";
import { Conversation } from "./conversation.ts";
import "./document-dialog.ts";
import type { BubbleEvents } from "./message-bubble.ts";
import "./message-list.ts";
import "./page-header.ts";
import {
  applyElder,
  applyLocale,
  chooseLocale,
  pinnedLocale,
  storedElder,
  storedLocale,
} from "./preferences.ts";
import type { Locale, SampleCustomer } from "./protocol.ts";
import { conversationInAddress, Session, taskTokenInAddress, type Identity } from "./session.ts";
import { sharedStyle } from "./shared-style.ts";
import "./sign-in-dialog.ts";
import { words } from "./strings.ts";
import "./status-banner.ts";

const SIGN_IN = "/sign_in";
/** Payload that says nothing: the task that waited for the sign-in goes on. */
const CONTINUE = "/continue";

@customElement("guitai-chat")
export class ChatPage extends LitElement {
  static override styles = [
    sharedStyle,
    css`
      :host {
        display: grid;
        grid-template: auto auto minmax(0, 1fr) auto / minmax(0, 1fr);
        height: 100dvh;
      }

      .skip {
        position: absolute;
        z-index: 1;
        top: -4rem;
        inset-inline-start: 1rem;
      }

      .skip:focus {
        top: 0.5rem;
      }

      main {
        display: contents;
      }

      .write {
        max-width: 760px;
        width: 100%;
        margin: 0 auto;
        padding: 0.5rem 1rem max(0.5rem, env(safe-area-inset-bottom));
      }

      .under {
        display: flex;
        align-items: center;
        justify-content: center;
        flex-wrap: wrap;
        gap: 0 0.6rem;
        margin: 0.25rem 0 0;
        color: var(--ink-soft);
        font-size: 0.8125rem;
        text-align: center;
      }

      .under button {
        min-height: 1.75rem;
        padding: 0 0.4rem;
        border: 0;
        background: none;
        color: var(--link);
        font-size: inherit;
        text-decoration: underline;
        text-underline-offset: 0.2em;
      }
    `,
  ];

  @state() private locale: Locale = storedLocale();
  @state() private elder = storedElder();
  @state() private customers: SampleCustomer[] | null = null;
  @state() private signingIn = false;
  @state() private source: BubbleEvents["cite"] | null = null;
  @state() private revision = 0;
  /** A reply asked for the sign-in; the task it belongs to goes on afterwards. */
  private taskWaits = false;
  /** Of a task begun in another channel, until it was brought. */
  private taskToken = taskTokenInAddress();
  @query("guitai-composer") private readonly composer!: Composer;
  private readonly session = new Session(sessionStorage);
  /** How the bank's newest reply wants to be shown. */
  private preferred: "standard" | "elder" | null = null;
  private readonly conversation = new Conversation(
    this.session,
    pinnedLocale,
    () => (this.revision += 1),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    applyLocale(this.locale, words(this.locale, "pageTitle"));
    applyElder(this.elder);
    addEventListener("hashchange", () => this.followAddress());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.conversation.read();
    });
    void this.loadSandbox();
    void this.begin();
  }

  override willUpdate(): void {
    const told = this.conversation.timeline.messages().findLast((each) => each.display !== null);
    if (told === undefined || told.display === this.preferred) return;
    // A choice made on this device stays until the bank tells of another one.
    const changes = this.preferred !== null || told.display === "elder";
    this.preferred = told.display;
    if (changes) this.changeElder(told.display === "elder");
  }

  override render() {
    const { locale, conversation } = this;
    const { timeline } = conversation;
    return html`<button type="button" class="skip" @click=${() => this.composer.focus()}>
        ${words(locale, "skipToInput")}
      </button>
      <guitai-header
        .locale=${locale}
        ?elder=${this.elder}
        ?sandbox=${this.customers !== null}
        .mode=${timeline.mode}
        .name=${this.session.identity?.name ?? null}
        @locale=${(event: CustomEvent<Locale>) => this.changeLocale(event.detail)}
        @elder=${(event: CustomEvent<boolean>) => this.changeElder(event.detail)}
        @handoff=${() => conversation.askForColleague()}
        @identity=${() => (this.signingIn = true)}
      ></guitai-header>
      <guitai-banner
        .locale=${locale}
        .state=${conversation.state}
        .alert=${conversation.alert}
        @continue=${() => conversation.reconnect()}
        @identity=${() => (this.signingIn = true)}
        @visitor=${() => conversation.restart()}
        @dismiss=${() => conversation.dismissAlert()}
      ></guitai-banner>
      <main>${this.log()} ${this.write()}</main>
      ${this.dialogs()}`;
  }

  private log(): TemplateResult {
    const { conversation } = this;
    return html`<guitai-log
      .locale=${this.locale}
      .timeline=${conversation.timeline}
      .revision=${this.revision}
      .outbox=${conversation.outbox.all()}
      ?connected=${conversation.state === "open"}
      ?theyType=${conversation.theyType}
      .seenBefore=${conversation.seenBefore}
      @earlier=${() => conversation.earlier()}
      @read=${() => conversation.read()}
      @retry=${(event: CustomEvent<string>) => conversation.retry(event.detail)}
      @say=${this.say}
      @code=${(event: CustomEvent<string>) => conversation.say(event.detail, true)}
      @press=${(event: CustomEvent<BubbleEvents["press"]>) => this.press(event.detail)}
      @cite=${(event: CustomEvent<BubbleEvents["cite"]>) => (this.source = event.detail)}
      @rate=${(event: CustomEvent<BubbleEvents["rate"]>) => {
        const { turn, rating, comment } = event.detail;
        conversation.rate(turn, rating, comment);
      }}
    ></guitai-log>`;
  }

  private write(): TemplateResult {
    const { locale, conversation } = this;
    return html`<div class="write">
      <guitai-composer
        .locale=${locale}
        ?running=${conversation.timeline.running}
        ?code=${this.codeAsked()}
        @say=${this.say}
        @keystroke=${(event: Event) => conversation.typing(event.timeStamp)}
        @stop=${() => conversation.stop()}
      ></guitai-composer>
      <div class="under">
        <span>${words(locale, "footer")}</span>
        <button type="button" @click=${() => conversation.restart()}>
          ${words(locale, "newConversation")}
        </button>
      </div>
    </div>`;
  }

  private dialogs(): TemplateResult {
    return html`${this.signingIn
      ? html`<guitai-sign-in
          .locale=${this.locale}
          .customers=${this.customers}
          .current=${this.session.identity}
          @signed-in=${(event: CustomEvent<Identity>) => this.signedIn(event.detail)}
          @signed-out=${() => this.signedOut()}
          @dismiss=${() => (this.signingIn = false)}
        ></guitai-sign-in>`
      : nothing}
    ${this.source
      ? html`<guitai-document
          .locale=${this.locale}
          .source=${this.source}
          @dismiss=${() => (this.source = null)}
        ></guitai-document>`
      : nothing}`;
  }

  private async begin(): Promise<void> {
    if (this.session.identity === null && this.session.conv !== null) {
      const identity = await this.session.borrowIdentity();
      if (identity !== null) this.session.identify(identity);
    }
    if (this.taskToken !== null && this.session.identity === null) this.signingIn = true;
    if (!(await this.bringTask())) this.conversation.reconnect();
  }

  /** Go on with the task of the address, once somebody has signed in. */
  private async bringTask(): Promise<boolean> {
    const { taskToken, session } = this;
    if (taskToken === null || session.identity === null) return false;
    this.taskToken = null;
    try {
      const found = await continueTask(session.identity.token, taskToken);
      this.conversation.follow(found.conversation_id);
      return true;
    } catch (problem) {
      if (!(problem instanceof HttpProblem)) throw problem;
      this.conversation.tell("task_token");
      return false;
    }
  }

  private async loadSandbox(): Promise<void> {
    try {
      this.customers = await sampleCustomers();
    } catch (problem) {
      // 404: a real bank, whose app signs in. Anything else: the connection banner tells.
      if (!(problem instanceof HttpProblem)) throw problem;
    }
  }

  /** True while the newest reply asks for a one-time code. */
  private codeAsked(): boolean {
    const { timeline } = this.conversation;
    const newest = timeline.messages().at(-1);
    return newest?.card?.kind === "code";
  }

  private say(event: CustomEvent<{ text: string; secret: boolean }>): void {
    this.conversation.say(event.detail.text, event.detail.secret);
  }

  private press({ payload, title }: BubbleEvents["press"]): void {
    if (payload === SIGN_IN) {
      this.signingIn = true;
      this.taskWaits = true;
    } else this.conversation.press(payload, title);
  }

  private signedIn(identity: Identity): void {
    const before = this.session.identity;
    this.signingIn = false;
    this.session.identify(identity);
    if (this.taskToken !== null) {
      void this.bringTask().then((isThere) => isThere || this.conversation.restart());
      return;
    }
    // A visitor takes the conversation along; another customer must not see it.
    if (before !== null && before.customerId !== identity.customerId) this.conversation.restart();
    else this.conversation.reconnect();
    if (this.taskWaits) this.conversation.press(CONTINUE, words(this.locale, "signedInNow"));
    this.taskWaits = false;
  }

  private signedOut(): void {
    this.signingIn = false;
    this.session.identify(null);
    this.conversation.restart();
  }

  private changeLocale(locale: Locale): void {
    if (locale === this.locale) return;
    this.locale = locale;
    chooseLocale(locale);
    applyLocale(locale, words(locale, "pageTitle"));
    this.conversation.reconnect();
  }

  private changeElder(on: boolean): void {
    this.elder = on;
    applyElder(on);
  }

  /** Another conversation was put into the address bar. */
  private followAddress(): void {
    this.taskToken = taskTokenInAddress() ?? this.taskToken;
    void this.bringTask();
    const linked = conversationInAddress();
    if (linked !== null && linked !== this.session.conv) location.reload();
  }
}

/** One conversation with the assistant: connection, timeline and outbox joined. */

import { streamTicket } from "./api.ts";
import { Connection, type ConnectionState } from "./connection.ts";
import { newId } from "./ids.ts";
import { Outbox, type Outgoing } from "./outbox.ts";
import type { Frame, Locale, ProtocolError, Welcome } from "./protocol.ts";
import type { Session } from "./session.ts";
import { Timeline } from "./timeline.ts";

/** What the page has to tell the customer besides the timeline. */
export type Alert = "task_token" | "rate_limited" | "refused" | "signed_out" | "not_yours";

/** A second "typing" is due after 3 s; one that is overdue means they stopped. */
const TYPING_MS = 5_000;
const TYPING_EVERY_MS = 3_000;
const HISTORY_PAGE = 50;
/** What is acknowledged need not be sent again; one ack covers a burst. */
const ACK_MS = 400;

export class Conversation {
  readonly timeline = new Timeline();
  readonly outbox: Outbox;
  alert: Alert | null = null;
  /** True while somebody on the other side types. */
  theyType = false;
  /** Frames after this one arrived while the customer was away. */
  readonly seenBefore: number;
  private readonly connection: Connection;
  private handoffWanted = false;
  private joined = false;
  private typingTimer: number | undefined;
  private ackTimer: number | undefined;
  private resendTimer: number | undefined;
  private typedAt = 0;
  private readUpTo: number;

  constructor(
    private readonly session: Session,
    private readonly locale: () => Locale | null,
    private readonly changed: () => void,
  ) {
    this.outbox = new Outbox(sessionStorage);
    this.seenBefore = this.readUpTo = session.lastSeq;
    this.connection = new Connection({
      ticket: async () => (await streamTicket(session.identity?.token ?? null)).ticket,
      hello: () => this.hello(),
      frame: (frame) => this.receive(frame),
      changed: () => this.update(),
      unauthorised: () => this.unauthorised(),
    });
  }

  get state(): ConnectionState {
    return this.connection.state;
  }

  /** Connect, with the present sign-in and language. */
  reconnect(): void {
    this.joined = false;
    this.connection.open();
  }

  /** Leave this conversation and begin another. */
  restart(): void {
    this.session.leave();
    this.timeline.reset();
    this.outbox.clear();
    this.readUpTo = 0;
    this.reconnect();
  }

  /** Go on in another conversation of the same customer. */
  follow(conv: string): void {
    this.session.follow(conv);
    this.timeline.reset();
    this.outbox.clear();
    this.readUpTo = 0;
    this.reconnect();
  }

  say(text: string, secret: boolean): void {
    this.queue({ cmid: newId(), text, label: text, secret, state: "waiting" });
  }

  press(payload: string, title: string): void {
    this.queue({ cmid: newId(), button: payload, label: title, secret: false, state: "waiting" });
  }

  retry(cmid: string): void {
    this.outbox.retry(cmid);
    this.deliver();
    this.update();
  }

  /** Stop the words of the running turn. What it does at the bank goes on, and will be shown. */
  stop(): void {
    if (!this.connection.send("run.cancel")) return;
    this.timeline.running = false;
    this.timeline.previews.clear();
    this.update();
  }

  rate(turn: number, rating: 1 | -1, comment?: string): void {
    this.connection.send("feedback", comment ? { turn, rating, comment } : { turn, rating });
  }

  /** Ask for a colleague; asked again after a reconnect if the connection is down now. */
  askForColleague(): void {
    this.handoffWanted = !this.connection.send("handoff.request");
    this.update();
  }

  earlier(): void {
    this.connection.send("history", { before_seq: this.timeline.firstSeq, limit: HISTORY_PAGE });
  }

  /** The customer types; told at most every 3 s. */
  typing(now: number): void {
    if (now - this.typedAt < TYPING_EVERY_MS) return;
    this.typedAt = now;
    this.connection.send("typing");
  }

  /** The newest bubble is on screen. */
  read(): void {
    const seq = this.timeline.lastSeq;
    if (seq > this.readUpTo && this.connection.send("read", { seq })) this.readUpTo = seq;
  }

  tell(alert: Alert): void {
    this.alert = alert;
    this.update();
  }

  dismissAlert(): void {
    this.alert = null;
    this.update();
  }

  private queue(item: Outgoing): void {
    this.alert = null;
    this.outbox.add(item);
    this.post(item);
    this.update();
  }

  private post({ cmid, text, button }: Outgoing): void {
    this.connection.send("send", button === undefined ? { cmid, text } : { cmid, button });
  }

  private deliver(): void {
    for (const item of this.outbox.waiting()) this.post(item);
  }

  private hello(): Record<string, unknown> {
    const { conv, epoch } = this.session;
    // What this page holds, not what it once saw: after a reload it holds nothing.
    const hello: Record<string, unknown> = { last_seq: this.timeline.lastSeq };
    const locale = this.locale();
    if (locale !== null) hello["locale"] = locale;
    if (conv !== null) hello["conv"] = conv;
    if (epoch !== null) hello["epoch"] = epoch;
    return hello;
  }

  private receive(frame: Frame): void {
    if (frame.seq !== undefined) this.receiveDurable(frame);
    else this.receiveControl(frame);
    this.update();
  }

  private receiveDurable(frame: Frame): void {
    const applied = this.timeline.applyDurable(frame);
    if (applied === "gap") {
      // Say hello again with what we have; the server replays the rest.
      this.reconnect();
      return;
    }
    if (applied === "duplicate") return;
    const seq = frame.seq ?? 0;
    const cmid = frame.body["cmid"];
    this.outbox.shown(typeof cmid === "string" ? cmid : null, seq);
    if (frame.type === "message") this.theyType = false;
    if (frame.type === "event" && frame.body["type"] === "conversation_continued") {
      this.follow(String(frame.body["into"]));
      return;
    }
    this.caughtUp();
  }

  private receiveControl(frame: Frame): void {
    const { body } = frame;
    switch (frame.type) {
      case "welcome":
        this.welcome(frame, body as unknown as Welcome);
        break;
      case "accepted":
        this.outbox.accepted(String(body["cmid"]), Number(body["seq"]), this.timeline.lastSeq);
        break;
      case "error":
        this.refused(body as unknown as ProtocolError);
        break;
      case "resync":
        this.timeline.reset();
        this.reconnect();
        break;
      case "snapshot":
        this.snapshot(body["frames"] as Frame[], Number(body["head_seq"]));
        break;
      case "history":
        this.timeline.prepend(body["frames"] as Frame[]);
        break;
      case "typing":
        this.showTyping();
        break;
      default:
        this.timeline.applyEphemeral(frame);
    }
  }

  private welcome(frame: Frame, welcome: Welcome): void {
    this.joined = true;
    this.timeline.mode = welcome.mode;
    this.timeline.running = false;
    const conv = welcome.conv ?? frame.conv;
    if (conv) this.session.enter(conv, welcome.epoch ?? frame.epoch ?? 0);
    this.connection.welcomed();
    if (this.alert === "signed_out" || this.alert === "not_yours") this.alert = null;
    if (this.handoffWanted) this.handoffWanted = !this.connection.send("handoff.request");
    this.deliver();
  }

  private snapshot(frames: Frame[], headSeq: number): void {
    const { mode } = this.timeline;
    this.timeline.restore(frames, headSeq);
    // The welcome said what is so now; old notices in the snapshot may be incomplete.
    this.timeline.mode = mode;
    for (const frame of frames) {
      const cmid = frame.body["cmid"];
      this.outbox.shown(typeof cmid === "string" ? cmid : null, frame.seq ?? 0);
    }
    this.caughtUp();
  }

  private refused(error: ProtocolError): void {
    const waiting = this.outbox.waiting();
    if (error.retryable) {
      if (error.code.includes("rate")) this.alert = "rate_limited";
      clearTimeout(this.resendTimer);
      this.resendTimer = setTimeout(() => this.deliver(), error.after_ms ?? 1_000);
      return;
    }
    if (!this.joined && this.session.conv !== null) {
      this.leaveForeign();
      return;
    }
    const cmid = error.cmid ?? (waiting.length === 1 ? waiting[0]?.cmid : undefined);
    if (cmid !== undefined) this.outbox.failed(cmid);
    this.alert = "refused";
  }

  /** A token that ran out is dropped; a conversation that is not ours is left. */
  private unauthorised(): void {
    if (this.session.identity !== null) {
      this.session.identify(null);
      this.alert = "signed_out";
    } else if (this.session.conv !== null && !this.joined) this.leaveForeign();
    else this.alert = "refused";
    this.update();
  }

  private leaveForeign(): void {
    this.alert = "not_yours";
    this.session.leave();
    this.timeline.reset();
    this.reconnect();
  }

  private showTyping(): void {
    this.theyType = true;
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => {
      this.theyType = false;
      this.update();
    }, TYPING_MS);
  }

  private caughtUp(): void {
    this.session.seen(this.timeline.lastSeq);
    clearTimeout(this.ackTimer);
    this.ackTimer = setTimeout(
      () => this.connection.send("ack", { seq: this.timeline.lastSeq }),
      ACK_MS,
    );
  }

  private update(): void {
    this.changed();
  }
}

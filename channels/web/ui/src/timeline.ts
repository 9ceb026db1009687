/** The conversation as this page knows it: a fold over frames, without any I/O. */

import { messageFrom, type Frame, type Message, type Mode } from "./protocol.ts";

export interface MessageEntry {
  kind: "message";
  seq: number;
  at: string;
  message: Message;
}

/** A line between bubbles: the conversation changed hands. */
export interface NoticeEntry {
  kind: "notice";
  seq: number;
  at: string;
  notice: "handoff_requested" | "handoff_accepted" | "handoff_ended";
  colleague: string;
  position: number;
  etaSeconds: number;
}

export type Entry = MessageEntry | NoticeEntry;

/** `gap`: frames before this one are missing, and it was not applied. */
export type Applied = "applied" | "duplicate" | "gap";

const NOTICES: Readonly<Record<string, Mode>> = {
  handoff_requested: "waiting",
  handoff_accepted: "colleague",
  handoff_ended: "assistant",
};

export class Timeline {
  entries: Entry[] = [];
  /** Streamed text by message id, until its durable message arrives. */
  previews = new Map<string, string>();
  /** Seq of the last durable frame applied; 0 before the first. */
  lastSeq = 0;
  /** Seq of the oldest durable frame held; 0 while there is none. */
  firstSeq = 0;
  mode: Mode = "assistant";
  /** True from RUN_STARTED to RUN_FINISHED. */
  running = false;

  /** Apply a durable frame once, and only in order. */
  applyDurable(frame: Frame): Applied {
    const seq = frame.seq ?? 0;
    if (seq <= this.lastSeq) return "duplicate";
    if (seq > this.lastSeq + 1) return "gap";
    this.take(frame, seq);
    this.lastSeq = seq;
    this.firstSeq ||= seq;
    return "applied";
  }

  /** Apply an ephemeral frame. Unknown types are ignored: the protocol may grow. */
  applyEphemeral(frame: Frame): void {
    const id = String(frame.body["messageId"] ?? "");
    switch (frame.type) {
      case "RUN_STARTED":
        this.running = true;
        break;
      case "TEXT_MESSAGE_START":
        if (!this.holds(id)) this.previews.set(id, "");
        break;
      case "TEXT_MESSAGE_CONTENT":
        if (!this.holds(id)) {
          this.previews.set(id, (this.previews.get(id) ?? "") + String(frame.body["delta"] ?? ""));
        }
        break;
    }
  }

  /** Forget everything and take the server's state instead. */
  restore(frames: Frame[], headSeq: number): void {
    this.reset();
    for (const frame of inOrder(frames)) this.take(frame, frame.seq ?? 0);
    this.firstSeq = frames.length > 0 ? (inOrder(frames)[0]?.seq ?? 0) : headSeq;
    this.lastSeq = headSeq;
  }

  /** Put older frames before what is held. Frames already held are skipped. */
  prepend(frames: Frame[]): void {
    const older = inOrder(frames).filter((frame) => (frame.seq ?? 0) < this.firstSeq);
    const first = older[0]?.seq;
    if (first === undefined) {
      this.firstSeq = 1;
      return;
    }
    const { mode, running } = this;
    const held = this.entries;
    this.entries = [];
    for (const frame of older) this.take(frame, frame.seq ?? 0);
    this.entries = [...this.entries, ...held];
    this.firstSeq = first;
    // What happened earlier says nothing about now.
    this.mode = mode;
    this.running = running;
  }

  reset(): void {
    this.entries = [];
    this.previews.clear();
    this.lastSeq = this.firstSeq = 0;
    this.mode = "assistant";
    this.running = false;
  }

  /** Messages only, oldest first. */
  messages(): Message[] {
    return this.entries.flatMap((entry) => (entry.kind === "message" ? [entry.message] : []));
  }

  /** True when the payload may still be pressed: nothing was said by the customer since. */
  isCurrent(message: Message): boolean {
    const messages = this.messages();
    const lastOwn = messages.findLastIndex((other) => other.role === "customer");
    return messages.indexOf(message) > lastOwn;
  }

  private holds(messageId: string): boolean {
    return this.messages().some((message) => message.message_id === messageId);
  }

  private take(frame: Frame, seq: number): void {
    const at = frame.ts ?? "";
    if (frame.type === "message") this.takeMessage(seq, at, messageFrom(frame.body));
    else if (frame.type === "event") this.takeEvent(seq, at, frame.body);
    else if (frame.type === "RUN_FINISHED") {
      this.running = false;
      this.previews.clear();
    }
  }

  private takeMessage(seq: number, at: string, message: Message): void {
    this.previews.delete(message.message_id);
    if (message.role === "customer") message.text = this.spoken(message.text);
    if (message.role === "colleague") this.mode = "colleague";
    const entry: MessageEntry = { kind: "message", seq, at, message };
    const same = this.entries.findIndex(
      (held) => held.kind === "message" && held.message.message_id === message.message_id,
    );
    if (same >= 0) this.entries[same] = entry;
    else this.entries.push(entry);
  }

  /** The title of a pressed button in place of its payload. */
  private spoken(text: string): string {
    if (!text.startsWith("/")) return text;
    const offered = this.messages().flatMap((message) => message.buttons);
    return offered.findLast((button) => button.payload === text)?.title ?? text;
  }

  private takeEvent(seq: number, at: string, body: Record<string, unknown>): void {
    const type = String(body["type"] ?? "");
    const mode = NOTICES[type];
    if (mode === undefined) return;
    this.mode = mode;
    this.entries.push({
      kind: "notice",
      seq,
      at,
      notice: type as NoticeEntry["notice"],
      colleague: String(body["colleague"] ?? ""),
      position: Number(body["position"] ?? 0),
      etaSeconds: Number(body["eta_s"] ?? 0),
    });
  }
}

function inOrder(frames: Frame[]): Frame[] {
  return [...frames].sort((one, other) => (one.seq ?? 0) - (other.seq ?? 0));
}

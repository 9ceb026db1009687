/** One WebSocket that comes back: ticket, hello, welcome, and a wait that grows after each failure. */

import { HttpProblem } from "./api.ts";
import { backoffMs } from "./backoff.ts";
import type { Frame } from "./protocol.ts";

/**
 * `superseded`: another page took the conversation over; `refused`: the server will not have this
 * page (wrong origin). Both stay until `open()` is called again.
 */
export type ConnectionState =
  | "idle"
  | "connecting"
  | "open"
  | "waiting"
  | "offline"
  | "superseded"
  | "refused";

export interface ConnectionEvents {
  /** A fresh one-time ticket. */
  ticket(): Promise<string>;
  /** Body of the hello, without the ticket. */
  hello(): Record<string, unknown>;
  frame(frame: Frame): void;
  changed(state: ConnectionState): void;
  /** The sign-in or the conversation is no longer accepted. */
  unauthorised(): void;
}

// Close codes of the public contract.
const CLOSED_UNAUTHORISED = 4401;
const CLOSED_ORIGIN = 4403;
const CLOSED_SUPERSEDED = 4409;
const CLOSED_RATE = 4429;
/** The server's message window is 10 s; earlier attempts would only be refused again. */
const RATE_WAIT_MS = 10_000;
/** A welcome that takes longer is taken for a lost connection. */
const WELCOME_MS = 10_000;

export class Connection {
  state: ConnectionState = "idle";
  private socket: WebSocket | null = null;
  private attempt = 0;
  /** Counts the dials, so that a ticket that comes late is not used. */
  private dials = 0;
  private retry: number | undefined;
  private welcomeTimer: number | undefined;

  constructor(private readonly events: ConnectionEvents) {
    addEventListener("online", () => this.wake());
    addEventListener("offline", () => this.lost());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.state === "waiting") this.wake();
    });
  }

  /** Connect now, dropping any connection there is. */
  open(): void {
    this.drop();
    this.attempt = 0;
    void this.connect();
  }

  close(): void {
    this.drop();
    this.become("idle");
  }

  /** The server said welcome. */
  welcomed(): void {
    clearTimeout(this.welcomeTimer);
    this.attempt = 0;
    this.become("open");
  }

  /** False when there is no welcomed connection; nothing is queued here. */
  send(type: string, body: Record<string, unknown> = {}): boolean {
    if (this.state !== "open" || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify({ v: 1, type, body } satisfies Frame));
    return true;
  }

  private async connect(): Promise<void> {
    if (!navigator.onLine) {
      this.become("offline");
      return;
    }
    this.become("connecting");
    this.attempt += 1;
    const dial = ++this.dials;
    let ticket: string;
    try {
      ticket = await this.events.ticket();
    } catch (problem) {
      if (dial === this.dials) this.ticketFailed(problem);
      return;
    }
    if (dial === this.dials) this.dial(ticket);
  }

  private ticketFailed(problem: unknown): void {
    if (!(problem instanceof HttpProblem)) throw problem;
    if (problem.status === 401 || problem.status === 403) {
      this.become("idle");
      this.events.unauthorised();
    } else this.later();
  }

  private dial(ticket: string): void {
    const address = new URL("/v1/stream", location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.socket = socket;
    this.welcomeTimer = setTimeout(() => socket.close(), WELCOME_MS);
    socket.addEventListener("open", () => {
      const body = { ticket, ...this.events.hello() };
      socket.send(JSON.stringify({ v: 1, type: "hello", body } satisfies Frame));
    });
    socket.addEventListener("message", (event) => {
      if (socket === this.socket) this.events.frame(JSON.parse(String(event.data)) as Frame);
    });
    socket.addEventListener("close", (event) => {
      if (socket === this.socket) this.closed(event.code);
    });
  }

  private closed(code: number): void {
    this.drop();
    if (code === CLOSED_UNAUTHORISED) {
      this.become("idle");
      this.events.unauthorised();
    } else if (code === CLOSED_SUPERSEDED) this.become("superseded");
    else if (code === CLOSED_ORIGIN) this.become("refused");
    else this.later(code === CLOSED_RATE ? RATE_WAIT_MS : 0);
  }

  private later(atLeastMs = 0): void {
    this.become("waiting");
    const wait = backoffMs(this.attempt - 1, Math.random(), atLeastMs);
    this.retry = setTimeout(() => void this.connect(), wait);
  }

  private lost(): void {
    this.drop();
    if (this.state !== "superseded" && this.state !== "refused") this.become("offline");
  }

  private wake(): void {
    if (this.state === "offline" || this.state === "waiting") this.open();
  }

  private drop(): void {
    this.dials += 1;
    clearTimeout(this.retry);
    clearTimeout(this.welcomeTimer);
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  private become(state: ConnectionState): void {
    if (state === this.state) return;
    this.state = state;
    this.events.changed(state);
  }
}

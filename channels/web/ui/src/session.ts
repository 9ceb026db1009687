/**
 * Which conversation this tab is in and who is signed in: kept for a reload, shared with a second
 * tab that opens the same `#conv=`.
 *
 * The token never goes into the address; another tab of the same origin asks for it over a
 * BroadcastChannel and is answered only for a conversation that this tab is in.
 */

export interface Identity {
  token: string;
  customerId: string;
  name: string;
}

interface Stored {
  conv: string | null;
  epoch: number | string | null;
  lastSeq: number;
  identity: Identity | null;
}

type Call = { ask: string } | { conv: string; identity: Identity };

const KEY = "guitai.session";
const CHANNEL = "guitai.sign-in";
/** How long a new tab waits for another one to answer. */
const ANSWER_MS = 400;

export class Session {
  private stored: Stored;
  private readonly channel = new BroadcastChannel(CHANNEL);

  constructor(private readonly storage: Storage) {
    this.stored = read(storage);
    const linked = conversationInAddress();
    if (linked !== null && linked !== this.stored.conv) {
      this.stored = { ...this.stored, conv: linked, epoch: null, lastSeq: 0 };
    }
    this.write();
    this.channel.addEventListener("message", (event) => this.answer(event.data as Call));
  }

  get conv(): string | null {
    return this.stored.conv;
  }

  get epoch(): number | string | null {
    return this.stored.epoch;
  }

  /** Seq of the last frame seen before this page was loaded or since; 0 for none. */
  get lastSeq(): number {
    return this.stored.lastSeq;
  }

  get identity(): Identity | null {
    return this.stored.identity;
  }

  enter(conv: string, epoch: number | string): void {
    this.stored = { ...this.stored, conv, epoch };
    this.write();
    history.replaceState(null, "", `#conv=${encodeURIComponent(conv)}`);
  }

  /** Go on in another conversation, from its beginning. */
  follow(conv: string): void {
    this.stored = { ...this.stored, conv, epoch: null, lastSeq: 0 };
    this.write();
    history.replaceState(null, "", `#conv=${encodeURIComponent(conv)}`);
  }

  seen(seq: number): void {
    if (seq <= this.stored.lastSeq) return;
    this.stored = { ...this.stored, lastSeq: seq };
    this.write();
  }

  identify(identity: Identity | null): void {
    this.stored = { ...this.stored, identity };
    this.write();
  }

  /** Start over without a conversation. The sign-in stays. */
  leave(): void {
    this.stored = { ...this.stored, conv: null, epoch: null, lastSeq: 0 };
    this.write();
    history.replaceState(null, "", location.pathname + location.search);
  }

  /** Ask the other tabs for the sign-in of this conversation; null when none answers in time. */
  async borrowIdentity(): Promise<Identity | null> {
    const { conv } = this.stored;
    if (conv === null) return null;
    return new Promise((resolve) => {
      const done = (identity: Identity | null): void => {
        this.channel.removeEventListener("message", listen);
        clearTimeout(timer);
        resolve(identity);
      };
      const listen = (event: MessageEvent): void => {
        const reply = event.data as Call;
        if ("identity" in reply && reply.conv === conv) done(reply.identity);
      };
      const timer = setTimeout(() => done(null), ANSWER_MS);
      this.channel.addEventListener("message", listen);
      this.channel.postMessage({ ask: conv } satisfies Call);
    });
  }

  private answer(call: Call): void {
    const { conv, identity } = this.stored;
    if (!("ask" in call) || identity === null || conv === null || call.ask !== conv) return;
    this.channel.postMessage({ conv, identity } satisfies Call);
  }

  private write(): void {
    this.storage.setItem(KEY, JSON.stringify(this.stored));
  }
}

/** The conversation named in the address, e.g. `#conv=c_01`. */
export function conversationInAddress(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get("conv");
}

/** The token of a task begun in another channel, e.g. `#go_on=…`; taken out of the address. */
export function taskTokenInAddress(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get("go_on");
  if (token !== null) history.replaceState(null, "", location.pathname + location.search);
  return token;
}

function read(storage: Storage): Stored {
  const fresh: Stored = { conv: null, epoch: null, lastSeq: 0, identity: null };
  const text = storage.getItem(KEY);
  if (text === null) return fresh;
  try {
    return { ...fresh, ...(JSON.parse(text) as Partial<Stored>) };
  } catch {
    return fresh;
  }
}

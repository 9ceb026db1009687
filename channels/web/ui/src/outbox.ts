/**
 * What the customer sent and the server has not yet shown back.
 *
 * Kept for a reload, and sent again after every reconnect with the same `cmid`: the server answers
 * a repeated `cmid` with the first result, so nothing is done twice.
 */

export interface Outgoing {
  cmid: string;
  text?: string;
  button?: string;
  /** What the bubble says meanwhile. */
  label: string;
  /** One-time codes: shown masked and never written to storage. */
  secret: boolean;
  state: "waiting" | "accepted" | "failed";
  /** Seq the server stored it under, once accepted. */
  seq?: number;
}

const KEY = "guitai.outbox";

export class Outbox {
  private items: Outgoing[];

  constructor(private readonly storage: Storage) {
    this.items = read(storage);
  }

  all(): readonly Outgoing[] {
    return this.items;
  }

  /** Everything to send after a reconnect, oldest first. */
  waiting(): Outgoing[] {
    return this.items.filter((item) => item.state === "waiting");
  }

  add(item: Outgoing): void {
    this.items = [...this.items, item];
    this.write();
  }

  /** The server stored it; it stays visible until its message arrives. */
  accepted(cmid: string, seq: number, shownUpTo: number): void {
    if (seq <= shownUpTo) this.drop((item) => item.cmid === cmid);
    else this.change(cmid, { state: "accepted", seq });
  }

  /** Its message arrived, or everything up to `seq` did. */
  shown(cmid: string | null, seq: number): void {
    this.drop((item) => item.cmid === cmid || (item.seq !== undefined && item.seq <= seq));
  }

  failed(cmid: string): void {
    this.change(cmid, { state: "failed" });
  }

  retry(cmid: string): void {
    this.change(cmid, { state: "waiting" });
  }

  clear(): void {
    this.drop(() => true);
  }

  private drop(which: (item: Outgoing) => boolean): void {
    this.items = this.items.filter((item) => !which(item));
    this.write();
  }

  private change(cmid: string, change: Partial<Outgoing>): void {
    this.items = this.items.map((item) => (item.cmid === cmid ? { ...item, ...change } : item));
    this.write();
  }

  private write(): void {
    this.storage.setItem(KEY, JSON.stringify(this.items.filter((item) => !item.secret)));
  }
}

function read(storage: Storage): Outgoing[] {
  const stored = storage.getItem(KEY);
  if (stored === null) return [];
  try {
    return JSON.parse(stored) as Outgoing[];
  } catch {
    // Another version of the page wrote it; what cannot be read cannot be sent.
    storage.removeItem(KEY);
    return [];
  }
}

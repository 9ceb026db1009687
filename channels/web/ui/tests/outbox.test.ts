import { beforeEach, describe, expect, test } from "vitest";

import { Outbox, type Outgoing } from "../src/outbox.ts";

class MemoryStorage implements Storage {
  private readonly items = new Map<string, string>();
  get length(): number {
    return this.items.size;
  }
  clear(): void {
    this.items.clear();
  }
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

const item = (cmid: string, secret = false): Outgoing => ({
  cmid,
  text: "你好",
  label: "你好",
  secret,
  state: "waiting",
});

describe("the outbox", () => {
  let storage: Storage;
  let outbox: Outbox;
  beforeEach(() => {
    storage = new MemoryStorage();
    outbox = new Outbox(storage);
  });

  test("survives a reload with what is unsent, in order", () => {
    outbox.add(item("a"));
    outbox.add(item("b"));
    expect(new Outbox(storage).waiting().map((one) => one.cmid)).toEqual(["a", "b"]);
  });

  test("does not send again what was accepted, and shows it until its message arrives", () => {
    outbox.add(item("a"));
    outbox.accepted("a", 5, 4);
    expect(outbox.waiting()).toEqual([]);
    expect(outbox.all()).toHaveLength(1);
    outbox.shown("a", 5);
    expect(outbox.all()).toEqual([]);
  });

  test("forgets an accepted message that is already on the page", () => {
    outbox.add(item("a"));
    outbox.accepted("a", 5, 7);
    expect(outbox.all()).toEqual([]);
  });

  test("never writes a one-time code to storage", () => {
    outbox.add({ ...item("a", true), text: "246810", label: "246810" });
    expect(outbox.waiting()).toHaveLength(1);
    expect(JSON.stringify(storage.getItem("guitai.outbox"))).not.toContain("246810");
  });

  test("starts empty when another version of the page left something unreadable", () => {
    storage.setItem("guitai.outbox", "{not json");
    expect(new Outbox(storage).all()).toEqual([]);
  });
});

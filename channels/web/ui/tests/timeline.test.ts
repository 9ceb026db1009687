import { describe, expect, test } from "vitest";

import type { Frame } from "../src/protocol.ts";
import { Timeline } from "../src/timeline.ts";

const durable = (seq: number, type: string, body: Record<string, unknown>): Frame => ({
  v: 1,
  seq,
  type,
  body,
});
const message = (seq: number, role: string, text: string, more = {}): Frame =>
  durable(seq, "message", { message_id: `m${seq}`, role, turn: 1, text, ...more });
const ephemeral = (type: string, body: Record<string, unknown> = {}): Frame => ({ v: 1, type, body });
const texts = (timeline: Timeline): string[] => timeline.messages().map((one) => one.text);

describe("the timeline", () => {
  test("applies a frame once and only in order", () => {
    const timeline = new Timeline();
    expect(timeline.applyDurable(message(1, "customer", "你好"))).toBe("applied");
    expect(timeline.applyDurable(message(1, "customer", "你好"))).toBe("duplicate");
    expect(timeline.applyDurable(message(3, "assistant", "晚到"))).toBe("gap");
    expect(texts(timeline)).toEqual(["你好"]);
    expect(timeline.lastSeq).toBe(1);
  });

  test("replaces a preview by its durable message and ignores late deltas", () => {
    const timeline = new Timeline();
    timeline.applyEphemeral(ephemeral("RUN_STARTED"));
    timeline.applyEphemeral(ephemeral("TEXT_MESSAGE_START", { messageId: "m1" }));
    timeline.applyEphemeral(ephemeral("TEXT_MESSAGE_CONTENT", { messageId: "m1", delta: "一半" }));
    expect(timeline.previews.get("m1")).toBe("一半");
    timeline.applyDurable(message(1, "assistant", "全部"));
    timeline.applyEphemeral(ephemeral("TEXT_MESSAGE_CONTENT", { messageId: "m1", delta: "尾" }));
    expect(timeline.previews.size).toBe(0);
    expect(texts(timeline)).toEqual(["全部"]);
  });

  test("stops running when the run finished, and drops previews nobody completed", () => {
    const timeline = new Timeline();
    timeline.applyEphemeral(ephemeral("RUN_STARTED"));
    timeline.applyEphemeral(ephemeral("TEXT_MESSAGE_CONTENT", { messageId: "m9", delta: "…" }));
    timeline.applyDurable(durable(1, "RUN_FINISHED", { outcome: "success" }));
    expect(timeline.running).toBe(false);
    expect(timeline.previews.size).toBe(0);
  });

  test("lets only the newest reply's buttons be pressed", () => {
    const timeline = new Timeline();
    timeline.applyDurable(message(1, "assistant", "确认吗？"));
    expect(timeline.isCurrent(timeline.messages()[0]!)).toBe(true);
    timeline.applyDurable(message(2, "customer", "等等"));
    expect(timeline.isCurrent(timeline.messages()[0]!)).toBe(false);
  });

  test("keeps where each message was said", () => {
    const timeline = new Timeline();
    timeline.applyDurable(message(1, "customer", "转账", { channel: "wechat" }));
    timeline.applyDurable(message(2, "customer", "继续"));
    expect(timeline.messages().map((one) => one.channel)).toEqual(["wechat", ""]);
  });

  test("shows the title of a pressed button instead of its payload", () => {
    const timeline = new Timeline();
    const buttons = [{ title: "确认锁卡", payload: "/affirm" }];
    timeline.applyDurable(message(1, "assistant", "确认吗？", { buttons }));
    timeline.applyDurable(message(2, "customer", "/affirm"));
    expect(texts(timeline)).toEqual(["确认吗？", "确认锁卡"]);
  });

  test("follows a conversation to a colleague and back", () => {
    const timeline = new Timeline();
    timeline.applyDurable(durable(1, "event", { type: "handoff_requested", position: 2 }));
    expect(timeline.mode).toBe("waiting");
    timeline.applyDurable(durable(2, "event", { type: "handoff_accepted", colleague: "李静" }));
    expect(timeline.mode).toBe("colleague");
    timeline.applyDurable(durable(3, "event", { type: "handoff_ended" }));
    expect(timeline.mode).toBe("assistant");
    expect(timeline.entries).toHaveLength(3);
  });

  test("takes a snapshot and then older history, without repeating anything", () => {
    const timeline = new Timeline();
    timeline.restore([message(11, "customer", "十一"), message(12, "assistant", "十二")], 12);
    timeline.prepend([message(10, "assistant", "十"), message(11, "customer", "十一")]);
    expect(texts(timeline)).toEqual(["十", "十一", "十二"]);
    expect(timeline.firstSeq).toBe(10);
    expect(timeline.applyDurable(message(13, "customer", "十三"))).toBe("applied");
  });

  test("shows the text alone of a card it does not know", () => {
    const timeline = new Timeline();
    timeline.applyDurable(message(1, "assistant", "文字", { card: { kind: "hologram" } }));
    expect(timeline.messages()[0]!.card).toBeNull();
  });
});

import { describe, expect, test } from "vitest";

import { backoffMs } from "../src/backoff.ts";
import { findQuote } from "../src/quote.ts";
import { words } from "../src/strings.ts";
import { scopeWords } from "../src/strings-desk.ts";

describe("the wait before a reconnect", () => {
  test("grows, keeps to its ceiling, and never drops below what the server asked for", () => {
    expect(backoffMs(0, 0)).toBe(250);
    expect(backoffMs(3, 1)).toBe(4_000);
    expect(backoffMs(50, 1)).toBe(20_000);
    expect(backoffMs(0, 0, 10_000)).toBe(10_000);
  });
});

describe("the quoted sentence", () => {
  test("is found whatever the line breaks, with the document's own spelling", () => {
    expect(findQuote("前文。年利率为\n1.10%（含）。后文", "年利率为 1.10%（含）。")).toEqual({
      before: "前文。",
      quote: "年利率为\n1.10%（含）。",
      after: "后文",
    });
  });

  test("is not found where it does not stand, nor when it is empty", () => {
    expect(findQuote("别的文字", "年利率")).toBeNull();
    expect(findQuote("别的文字", " ")).toBeNull();
  });
});

test("words are filled in, in each language", () => {
  expect(words("zh-Hans", "queueNotice", { n: 2 })).toBe("已为您排队，第 2 位");
  expect(words("en", "queueNotice", { n: 2 })).toBe("You are number 2 in the queue");
});

test("audiences and channels are named, and an unknown one keeps its id", () => {
  expect(scopeWords("zh-Hant", "small_business")).toBe("小微企業");
  expect(scopeWords("en", "drive-in")).toBe("drive-in");
});

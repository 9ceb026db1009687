/** Words of the call page's own controls. What is spoken comes from the server. */

import type { Locale } from "./protocol.ts";

type Words = readonly [hans: string, hant: string, english: string];

const STRINGS = {
  title: ["语音通话", "語音通話", "Voice call"],
  notice: [
    "与您通话的是智能助手（AI）。按 0 或说“转人工”由同事接听。",
    "與您通話的是智能助手（AI）。按 0 或說「轉人工」由同事接聽。",
    "You are talking to an AI assistant. Press 0 or say “agent” for a person.",
  ],
  call: ["开始通话", "開始通話", "Call"],
  hangUp: ["挂断", "掛斷", "Hang up"],
  written: ["文字对话", "文字對話", "Written conversation"],
  idle: ["未接通", "未接通", "Not connected"],
  connecting: ["正在接通…", "正在接通…", "Connecting…"],
  listening: ["请讲", "請講", "Listening"],
  hearing: ["正在听您说", "正在聽您說", "Hearing you"],
  ended: ["通话已结束", "通話已結束", "The call has ended"],
  cutOff: ["连接中断，可以再次接通，接着办理。", "連線中斷，可以再次接通，接著辦理。", "Cut off. Call again to go on."],
  goOn: ["接着通话", "接著通話", "Call again"],
  noMicrophone: [
    "没有可用的麦克风，请检查权限。",
    "沒有可用的麥克風，請檢查權限。",
    "No microphone can be used. Please check its permission.",
  ],
  transferred: [
    "已转给同事，请在文字对话里继续。",
    "已轉給同事，請在文字對話裡繼續。",
    "A colleague takes over; please go on in the written conversation.",
  ],
  keypad: ["按键", "按鍵", "Keypad"],
  key: ["按键 {key}", "按鍵 {key}", "Key {key}"],
  secret: [
    "请在这里按键输入，不要说出来。现在不听、不录、不显示。",
    "請在這裡按鍵輸入，不要說出來。現在不聽、不錄、不顯示。",
    "Enter it here and do not say it. Nothing is heard, kept or shown now.",
  ],
  typed: ["已输入 {n} 位", "已輸入 {n} 位", "{n} digits entered"],
  you: ["我", "我", "You"],
  assistant: ["智能助手", "智能助手", "Assistant"],
} satisfies Record<string, Words>;

export type VoiceWord = keyof typeof STRINGS;

const PLACE: Record<Locale, 0 | 1 | 2> = { "zh-Hans": 0, "zh-Hant": 1, en: 2 };

export function voiceWords(
  locale: Locale,
  key: VoiceWord,
  values: Record<string, string | number> = {},
): string {
  return STRINGS[key][PLACE[locale]].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(values[name] ?? ""),
  );
}

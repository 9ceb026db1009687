/** Words of the side-bar page's controls. */

import type { Locale } from "./protocol.ts";
import { fill } from "./strings.ts";

type Words = readonly [hans: string, hant: string, english: string];

const STRINGS = {
  pageTitle: ["海岳银行 聊天侧边栏", "海岳銀行 聊天側邊欄", "Haiyue Bank side bar"],
  sideBar: ["聊天侧边栏", "聊天側邊欄", "Side bar"],
  customer: ["客户", "客戶", "Customer"],
  visitor: ["访客（未绑定）", "訪客（未綁定）", "Visitor, not bound"],
  level: ["身份等级", "身份等級", "Assurance"],
  task: ["正在办理", "正在辦理", "Task in hand"],
  noTask: ["没有进行中的业务", "沒有進行中的業務", "Nothing under way"],
  answering: ["当前由谁回复", "目前由誰回覆", "Who answers"],
  byAssistant: ["智能助手", "智能助手", "The assistant"],
  byWaiting: ["智能助手（客户正在排队等人工）", "智能助手（客戶正在排隊等人工）", "The assistant; the customer waits for a colleague"],
  byColleague: ["坐席：{name}", "坐席：{name}", "Colleague: {name}"],
  lastTurn: ["最近一次对话", "最近一次對話", "Last turn"],
  never: ["还没有", "還沒有", "None yet"],
  open: ["在工作台打开这段对话", "在工作台打開這段對話", "Open this conversation at the desk"],
  refresh: ["刷新", "重新整理", "Refresh"],
  noContact: [
    "没有收到客户编号。请从企业微信聊天的侧边栏打开此页。",
    "沒有收到客戶編號。請從企業微信聊天的側邊欄打開此頁。",
    "No contact was given. Open this page from the side bar of a WeCom chat.",
  ],
  unknown: [
    "这位客户还没有和智能助手说过话。",
    "這位客戶還沒有和智能助手說過話。",
    "This contact has not talked to the assistant yet.",
  ],
  failed: [
    "暂时查不到，请稍后刷新。",
    "暫時查不到，請稍後重新整理。",
    "It cannot be looked up now, please refresh later.",
  ],
} as const satisfies Record<string, Words>;

export type SideBarKey = keyof typeof STRINGS;

/** The ladder of assurance, lowest first. */
const LEVELS: readonly Words[] = [
  ["0 级 访客", "0 級 訪客", "0, visitor"],
  ["1 级 手机号", "1 級 手機號", "1, telephone"],
  ["2 级 实名", "2 級 實名", "2, real name"],
  ["3 级 已绑卡", "3 級 已綁卡", "3, bound card"],
  ["4 级 强认证", "4 級 強認證", "4, full"],
];

const COLUMN: Readonly<Record<Locale, 0 | 1 | 2>> = { "zh-Hans": 0, "zh-Hant": 1, en: 2 };

/** The words for a key, with `{name}` filled in from `values`. */
export function sideBarWords(
  locale: Locale,
  key: SideBarKey,
  values: Readonly<Record<string, string>> = {},
): string {
  return fill(STRINGS[key][COLUMN[locale]], values);
}

/** The words for a level; one the page does not know keeps its number. */
export function levelWords(locale: Locale, level: number): string {
  return LEVELS[level]?.[COLUMN[locale]] ?? String(level);
}

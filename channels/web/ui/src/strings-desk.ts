/** Words of the colleague queue page's controls. */

import type { Locale } from "./protocol.ts";
import { fill } from "./strings.ts";

type Words = readonly [hans: string, hant: string, english: string];

const STRINGS = {
  pageTitle: ["海岳银行 人工坐席", "海岳銀行 人工坐席", "Haiyue Bank desk"],
  desk: ["人工坐席", "人工坐席", "Colleague desk"],
  signInTitle: ["坐席登录", "坐席登入", "Colleague sign-in"],
  signInLead: [
    "演示环境：输入姓名即可。真实环境由银行统一身份认证登录。",
    "演示環境：輸入姓名即可。真實環境由銀行統一身份認證登入。",
    "Sandbox: a name is enough. A real bank uses its own identity provider.",
  ],
  name: ["姓名", "姓名", "Name"],
  signIn: ["登录", "登入", "Sign in"],
  signOut: ["退出", "登出", "Sign out"],
  signInFailed: ["登录没有成功。", "登入沒有成功。", "Signing in did not work."],
  queue: ["排队与进行中", "排隊與進行中", "Waiting and accepted"],
  counts: ["{waiting} 人等待 · {mine} 个进行中", "{waiting} 人等待 · {mine} 個進行中", "{waiting} waiting · {mine} accepted"],
  empty: ["目前没有客户在等待。", "目前沒有客戶在等待。", "Nobody is waiting."],
  unreachable: [
    "暂时无法获取队列，正在重试…",
    "暫時無法取得佇列，正在重試…",
    "The queue cannot be reached, trying again…",
  ],
  reviews: ["视频核验", "視訊核驗", "Video checks"],
  noReviews: ["目前没有等待核验的申请。", "目前沒有等待核驗的申請。", "Nothing waits for a check."],
  chooseReview: ["从左侧选择一项申请", "從左側選擇一項申請", "Choose a request"],
  seconding: ["等待第二人复核", "等待第二人複核", "Needs a second colleague"],
  fourEyes: ["需要两位同事通过，已通过 {n} 位", "需要兩位同事通過，已通過 {n} 位", "Two colleagues must approve; {n} did"],
  claim: ["我来处理", "我來處理", "Take it"],
  evidence: ["身份与风险记录", "身份與風險紀錄", "Identity and risk record"],
  checklist: ["核验清单", "核驗清單", "Checklist"],
  approve: ["通过", "通過", "Approve"],
  refuse: ["不通过", "不通過", "Refuse"],
  refusal: ["不通过的原因", "不通過的原因", "Reason to refuse"],
  conversations: ["人工会话", "人工會話", "Conversations"],
  visitor: ["访客", "訪客", "Visitor"],
  waiting: ["等待中", "等待中", "Waiting"],
  accepted: ["进行中", "進行中", "Accepted"],
  assistant: ["由智能助手接待，此处只读。", "由智能助手接待，此處唯讀。", "The assistant answers; read only here."],
  closed: ["已结束", "已結束", "Closed"],
  position: ["第 {n} 位", "第 {n} 位", "No. {n}"],
  waited: ["已等 {n} 分钟", "已等 {n} 分鐘", "waited {n} min"],
  colleague: ["坐席：{name}", "坐席：{name}", "Colleague: {name}"],
  reason: ["转接原因", "轉接原因", "Reason"],
  summary: ["对话摘要", "對話摘要", "Summary"],
  accept: ["接入", "接入", "Accept"],
  close: ["结束服务", "結束服務", "Close"],
  back: ["返回队列", "返回佇列", "Back to the queue"],
  choose: ["从左侧选择一位客户", "從左側選擇一位客戶", "Choose a customer from the queue"],
  reply: ["回复客户", "回覆客戶", "Reply to the customer"],
  send: ["发送", "傳送", "Send"],
  acceptFirst: ["接入后即可回复。", "接入後即可回覆。", "Accept the ticket to reply."],
  taken: [
    "这一步没有成功，可能已被其他坐席接入或已结束。",
    "這一步沒有成功，可能已被其他坐席接入或已結束。",
    "That did not work; another colleague may have it, or it is closed.",
  ],
  noConversation: [
    "没有找到这段对话。",
    "沒有找到這段對話。",
    "That conversation was not found.",
  ],
  searchTitle: ["海岳银行 文件检索", "海岳銀行 文件檢索", "Haiyue Bank documents"],
  search: ["文件检索", "文件檢索", "Documents"],
  question: ["想查什么", "想查什麼", "Question"],
  asOf: ["按哪一天的规定", "按哪一天的規定", "As of"],
  narrow: ["检索范围", "檢索範圍", "Narrow the search"],
  product: ["产品", "產品", "Product"],
  audience: ["适用客户", "適用客戶", "For customers"],
  channel: ["渠道", "渠道", "Channel"],
  anything: ["不限", "不限", "Any"],
  look: ["检索", "檢索", "Search"],
  nothingFound: ["没有找到相关内容。", "沒有找到相關內容。", "Nothing was found."],
  found: ["{n} 段，按 {day} 有效的版本", "{n} 段，按 {day} 有效的版本", "{n} passages in force on {day}"],
  score: ["把握 {n}%", "把握 {n}%", "{n}% sure"],
  openSource: ["在原文中打开这一句", "在原文中打開這一句", "Open the source at this sentence"],
  searchFailed: ["检索没有成功，请重试。", "檢索沒有成功，請重試。", "The search did not work, please try again."],
} as const satisfies Record<string, Words>;

export type DeskKey = keyof typeof STRINGS;

/** Audiences and channels by the ids documents name them with. */
const SCOPES: Readonly<Record<string, Words>> = {
  retail: ["个人客户", "個人客戶", "Personal customers"],
  elder: ["老年客户", "長者客戶", "Older customers"],
  county: ["县域客户", "縣域客戶", "Customers in the counties"],
  private: ["私人银行客户", "私人銀行客戶", "Private banking"],
  small_business: ["小微企业", "小微企業", "Small businesses"],
  merchant: ["商户", "商戶", "Merchants"],
  web: ["网页与手机银行", "網頁與手機銀行", "Web and mobile banking"],
  wechat: ["微信", "微信", "WeChat"],
  voice: ["电话", "電話", "Telephone"],
};

const COLUMN: Readonly<Record<Locale, 0 | 1 | 2>> = { "zh-Hans": 0, "zh-Hant": 1, en: 2 };

/** The words for a key, with `{name}` filled in from `values`. */
export function deskWords(
  locale: Locale,
  key: DeskKey,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return fill(STRINGS[key][COLUMN[locale]], values);
}

/** The words for an audience or a channel; one the page does not know keeps its id. */
export function scopeWords(locale: Locale, id: string): string {
  return SCOPES[id]?.[COLUMN[locale]] ?? id;
}

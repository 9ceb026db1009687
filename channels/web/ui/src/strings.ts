/** Words of the customer page's own controls. What the bank says comes from the server. */

import type { Locale } from "./protocol.ts";

type Words = readonly [hans: string, hant: string, english: string];

const STRINGS = {
  pageTitle: ["海岳银行 智能助手", "海岳銀行 智能助手", "Haiyue Bank assistant"],
  bank: ["海岳银行", "海岳銀行", "Haiyue Bank"],
  assistantNotice: ["智能助手（AI）", "智能助手（AI）", "Assistant (AI)"],
  assistantNoticeLong: [
    "您正在与智能助手对话，回复由人工智能生成。",
    "您正在與智能助手對話，回覆由人工智能生成。",
    "You are talking to an AI assistant. Replies are AI-generated.",
  ],
  sandbox: [
    "演示环境 · 不涉及真实资金",
    "演示環境 · 不涉及真實資金",
    "Sandbox · no real money",
  ],
  skipToInput: ["跳到输入框", "跳到輸入框", "Skip to the message box"],
  settings: ["显示设置", "顯示設定", "Display settings"],
  language: ["语言", "語言", "Language"],
  elder: ["大字版", "大字版", "Large"],
  goOn: ["继续办理", "繼續辦理", "Go on"],
  placeWechat: ["微信", "微信", "WeChat"],
  placeWechatPage: ["微信页面", "微信頁面", "WeChat page"],
  placeMiniProgram: ["小程序", "小程序", "Mini program"],
  placeWecom: ["微信客服", "微信客服", "WeChat service"],
  placeVoice: ["电话", "電話", "Phone"],
  task_token: [
    "这个链接已经失效或用过了。登录后说“继续办理”也可以接着办。",
    "這個連結已經失效或用過了。登入後說「繼續辦理」也可以接著辦。",
    "This link has expired or was used. After signing in you can also say “go on”.",
  ],
  handoff: ["转人工", "轉人工", "Ask a person"],
  handoffWaiting: ["排队中", "排隊中", "In the queue"],
  handoffTalking: ["人工服务中", "人工服務中", "With a colleague"],
  signIn: ["登录", "登入", "Sign in"],
  signedInAs: ["已登录：{name}", "已登入：{name}", "Signed in: {name}"],
  signInTitle: ["选择一位示例客户", "選擇一位示例客戶", "Choose a sample customer"],
  signInLead: [
    "演示环境中的客户均为虚构。真实环境由银行 App 完成登录。",
    "演示環境中的客戶均為虛構。真實環境由銀行 App 完成登入。",
    "All customers in the sandbox are fictional. A real bank's app signs its customers in itself.",
  ],
  signInLevel: ["登录强度", "登入強度", "Sign-in strength"],
  level1: ["1 · 手机号", "1 · 手機號碼", "1 · phone"],
  level2: ["2 · 实名", "2 · 實名", "2 · real name"],
  level3: ["3 · 绑定卡", "3 · 綁定卡", "3 · bound card"],
  level4: ["4 · 完全", "4 · 完全", "4 · full"],
  stayVisitor: ["以访客身份继续", "以訪客身份繼續", "Continue as a visitor"],
  signOut: ["退出登录", "登出", "Sign out"],
  signInFailed: [
    "登录没有成功，请稍后再试。",
    "登入沒有成功，請稍後再試。",
    "Signing in did not work. Please try again.",
  ],
  noSandbox: [
    "此环境没有示例客户，请在银行 App 中登录。",
    "此環境沒有示例客戶，請在銀行 App 中登入。",
    "There are no sample customers here. Please sign in through the bank's app.",
  ],
  newConversation: ["新对话", "新對話", "New conversation"],
  close: ["关闭", "關閉", "Close"],
  loading: ["正在加载…", "正在載入…", "Loading…"],
  conversation: ["对话", "對話", "Conversation"],
  greetingTitle: ["您好，请问要办理什么？", "您好，請問要辦理什麼？", "Hello, what can we do for you?"],
  greetingLead: [
    "可以直接说出您的需要，也可以从下面开始。",
    "可以直接說出您的需要，也可以從下面開始。",
    "Say it in your own words, or start from one of these.",
  ],
  suggestion1: ["查一下我的余额", "查一下我的餘額", "What is my balance?"],
  suggestion2: ["先帮我锁一下卡", "先幫我鎖一下卡", "Lock my card for now"],
  suggestion3: ["定期存款利率是多少？", "定期存款利率是多少？", "What are the deposit rates?"],
  suggestion4: ["有什么产品适合我？", "有什麼產品適合我？", "What would suit me?"],
  earlier: ["查看更早的消息", "查看更早的訊息", "Show earlier messages"],
  newSince: ["以下是新消息", "以下是新訊息", "New messages"],
  newest: ["回到最新消息", "回到最新訊息", "Newest messages"],
  you: ["我", "我", "You"],
  assistant: ["智能助手", "智能助手", "Assistant"],
  aiLabel: ["AI 生成", "AI 生成", "AI-generated"],
  colleague: ["人工客服", "人工客服", "Colleague"],
  typing: ["对方正在输入", "對方正在輸入", "Typing"],
  thinking: ["正在处理", "正在處理", "Working on it"],
  stop: ["停止", "停止", "Stop"],
  sending: ["发送中", "傳送中", "Sending"],
  unsent: ["待发送，恢复连接后自动发出", "待傳送，恢復連線後自動送出", "Will be sent once connected"],
  failed: ["未发送成功", "未傳送成功", "Not sent"],
  retry: ["重试", "重試", "Try again"],
  sources: ["依据", "依據", "Sources"],
  openSource: ["打开依据 {n}：{title}", "打開依據 {n}：{title}", "Open source {n}: {title}"],
  validFrom: ["{from} 起有效", "{from} 起有效", "valid from {from}"],
  validBetween: ["有效期 {from} 至 {to}", "有效期 {from} 至 {to}", "valid {from} to {to}"],
  version: ["版本 {version}", "版本 {version}", "Version {version}"],
  owner: ["发布：{owner}", "發佈：{owner}", "Published by {owner}"],
  documentMissing: [
    "暂时无法打开这份文件，请稍后再试。",
    "暫時無法打開這份文件，請稍後再試。",
    "This document cannot be opened at the moment.",
  ],
  quoted: ["引用的原文", "引用的原文", "Quoted sentence"],
  good: ["有帮助", "有幫助", "Helpful"],
  bad: ["没有帮助", "沒有幫助", "Not helpful"],
  thanks: ["感谢您的反馈", "感謝您的回饋", "Thank you for the feedback"],
  whyBad: ["哪里不好？（可不填）", "哪裡不好？（可不填）", "What went wrong? (optional)"],
  submit: ["提交", "提交", "Submit"],
  confirm: ["确认", "確認", "Confirm"],
  cancel: ["取消", "取消", "Cancel"],
  receiptId: ["回单编号", "回單編號", "Receipt"],
  receiptAt: ["时间", "時間", "Time"],
  receiptSandbox: [
    "演示环境回单，不代表真实交易",
    "演示環境回單，不代表真實交易",
    "Sandbox receipt, not a real transaction",
  ],
  rate: ["业绩参考 / 利率", "業績參考 / 利率", "Rate"],
  risk: ["风险等级", "風險等級", "Risk"],
  why: ["为什么推荐", "為什麼推薦", "Why this one"],
  readDocument: ["阅读产品说明", "閱讀產品說明", "Read the product document"],
  reviewTitle: ["等待视频核验", "等待視訊核驗", "Waiting for a video check"],
  reviewNumber: ["受理编号", "受理編號", "Number"],
  queueTitle: ["正在为您转接人工客服", "正在為您轉接人工客服", "Passing you to a colleague"],
  queuePosition: ["前面还有", "前面還有", "Ahead of you"],
  queuePeople: ["{n} 位", "{n} 位", "{n}"],
  queueWait: ["预计等待", "預計等待", "Estimated wait"],
  minutes: ["约 {n} 分钟", "約 {n} 分鐘", "about {n} min"],
  queueNotice: [
    "已为您排队，第 {n} 位",
    "已為您排隊，第 {n} 位",
    "You are number {n} in the queue",
  ],
  joinedNotice: ["人工客服{name}已接入", "人工客服{name}已接入", "Colleague {name} has joined"],
  endedNotice: [
    "人工服务已结束，智能助手继续为您服务",
    "人工服務已結束，智能助手繼續為您服務",
    "The colleague has left; the assistant is back",
  ],
  codeLabel: ["短信验证码", "簡訊驗證碼", "One-time code"],
  codeSentTo: ["已发送至 {phone}", "已傳送至 {phone}", "Sent to {phone}"],
  codeExpires: ["{time} 前有效", "{time} 前有效", "valid until {time}"],
  codeOver: ["验证码已过期", "驗證碼已過期", "The code has expired"],
  codeSubmit: ["验证", "驗證", "Verify"],
  codeSecret: [
    "请勿把验证码告诉任何人，包括自称银行员工的人。",
    "請勿把驗證碼告訴任何人，包括自稱銀行員工的人。",
    "Never tell this code to anybody, not even to somebody who claims to be from the bank.",
  ],
  messageBox: ["输入消息", "輸入訊息", "Message"],
  placeholder: ["请输入问题或需求", "請輸入問題或需求", "Ask or tell us what you need"],
  placeholderCode: ["请输入 6 位验证码", "請輸入 6 位驗證碼", "Enter the 6-digit code"],
  send: ["发送", "傳送", "Send"],
  characters: ["{n} / {max} 字", "{n} / {max} 字", "{n} / {max} characters"],
  tooLong: ["已超出 {n} 字", "已超出 {n} 字", "{n} characters too many"],
  connecting: ["正在连接…", "正在連線…", "Connecting…"],
  waiting: ["连接中断，正在重新连接…", "連線中斷，正在重新連線…", "Connection lost, reconnecting…"],
  offline: [
    "网络已断开，消息会在恢复后自动发送。",
    "網路已中斷，訊息會在恢復後自動傳送。",
    "You are offline. Messages will be sent once you are back.",
  ],
  superseded: [
    "此对话已在另一个页面打开。",
    "此對話已在另一個頁面打開。",
    "This conversation is open on another page.",
  ],
  signedInNow: ["我已登录", "我已登入", "I have signed in"],
  continueHere: ["在此继续", "在此繼續", "Continue here"],
  originRefused: [
    "无法从此地址连接，请从银行官方入口打开。",
    "無法從此網址連線，請從銀行官方入口打開。",
    "This address is not accepted. Please open the page from the bank's own site.",
  ],
  rate_limited: [
    "发送得有点快，稍等片刻会自动重发。",
    "傳送得有點快，稍等片刻會自動重發。",
    "A little too fast. It will be sent again in a moment.",
  ],
  refused: [
    "这一步没有成功，请重试或转人工。",
    "這一步沒有成功，請重試或轉人工。",
    "That did not work. Please try again or ask a person.",
  ],
  signed_out: ["登录已过期，请重新登录。", "登入已過期，請重新登入。", "Your sign-in has expired."],
  not_yours: [
    "无法打开原来的对话，已为您开始新的对话。",
    "無法打開原來的對話，已為您開始新的對話。",
    "The earlier conversation cannot be opened. This is a new one.",
  ],
  footer: [
    "重要业务请以回单和正式文件为准",
    "重要業務請以回單和正式文件為準",
    "Receipts and official documents prevail",
  ],
} as const satisfies Record<string, Words>;

export type StringKey = keyof typeof STRINGS;

const COLUMN: Readonly<Record<Locale, 0 | 1 | 2>> = { "zh-Hans": 0, "zh-Hant": 1, en: 2 };

/** The words for a key, with `{name}` filled in from `values`. */
export function words(
  locale: Locale,
  key: StringKey,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return fill(STRINGS[key][COLUMN[locale]], values);
}

/** Replace `{name}` by its value; unknown names stay. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Local time of day, e.g. "10:32"; "" when the server gave no time. */
export function timeOfDay(locale: Locale, iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  return at.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", hour12: false });
}

/** Local date and time, e.g. "2026/11/22 10:32". */
export function dateAndTime(locale: Locale, iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return at.toLocaleString(locale, { dateStyle: "medium", timeStyle: "short", hour12: false });
}

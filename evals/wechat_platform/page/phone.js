"use strict";
const known = JSON.parse(document.body.dataset.known);
const people = { lin: "林晓", jia: "陈嘉", hai: "周海" };
const prefix = { service: "o-", mini: "m-", wecom: "wm-" };
const at = (id) => document.getElementById(id);
const state = { who: "lin", surface: "service", head: 0, run: 0 };
const openid = () => prefix[state.surface] + state.who;

const post = (path, body) =>
  fetch(`/control/${path}`, { method: "POST", body: JSON.stringify({ surface: state.surface, openid: openid(), ...body }) });

function links(text) {
  const found = document.createDocumentFragment();
  const pattern = /<a ([^>]*)>([^<]*)<\/a>|https?:\/\/[^\s，。；、）)]+/g;
  let last = 0;
  for (const match of text.matchAll(pattern)) {
    found.append(text.slice(last, match.index));
    const link = document.createElement("a");
    const path = /data-miniprogram-path="([^"]*)"/.exec(match[1] || "");
    const href = /href="([^"]*)"/.exec(match[1] || "");
    link.href = path ? `/miniprogram?path=${encodeURIComponent(path[1])}` : href ? href[1] : match[0];
    link.textContent = match[2] || "打开链接";
    link.target = "_blank";
    link.rel = "noreferrer";
    found.append(link);
    last = match.index + match[0].length;
  }
  found.append(text.slice(last));
  return found;
}

function bubble(entry) {
  const item = document.createElement("li");
  if (entry.kind === "said" && /^\[[A-Za-z_]+\]$/.test(entry.text)) {
    item.className = "note";
    item.textContent = entry.text;
    return item;
  }
  item.className = entry.kind === "said" ? "mine" : "";
  const body = document.createElement("div");
  body.className = "bubble";
  body.append(links(entry.text));
  if (entry.choices && entry.choices.length) {
    const box = document.createElement("div");
    box.className = "choices";
    for (const choice of entry.choices) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = choice.title;
      button.addEventListener("click", () => post("say", { text: choice.title, menu_id: choice.id }));
      box.append(button);
    }
    body.append(box);
  }
  if (entry.by_ai) {
    const label = document.createElement("span");
    label.className = "label";
    label.textContent = "内容由第三方AI生成";
    body.append(label);
  }
  item.append(body);
  return item;
}

async function follow(run) {
  while (run === state.run) {
    let found;
    try {
      found = await (await fetch(`/control/record?after=${state.head}&openid=${openid()}&wait=20`)).json();
    } catch {
      await new Promise((done) => setTimeout(done, 1000));
      continue;
    }
    if (run !== state.run) return;
    state.head = found.head;
    for (const entry of found.entries) {
      if (entry.kind === "said" || entry.kind === "shown") at("chat").append(bubble(entry));
      if (entry.kind === "said") at("typing").textContent = "";
      if (entry.kind === "called" && entry.path.endsWith("/typing") && entry.code === 0) at("typing").textContent = "对方正在输入…";
      if (entry.kind === "shown") at("typing").textContent = "";
    }
    if (found.entries.length) at("log").scrollTop = at("log").scrollHeight;
  }
}

async function menu() {
  const entries = await (await fetch(`/control/menu?surface=${state.surface}&openid=${openid()}`)).json();
  at("menu").replaceChildren(
    ...entries.map((entry) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = entry.name;
      button.addEventListener("click", () =>
        entry.type === "view"
          ? window.open(entry.url, "_blank", "noreferrer")
          : post("event", { event: "CLICK", fields: { EventKey: entry.key } }));
      return button;
    }),
  );
}

function show() {
  document.cookie = `wechat_person=${openid()}; path=/; SameSite=Lax`;
  at("title").textContent = known.surfaces[state.surface];
  at("chat").replaceChildren();
  at("typing").textContent = "";
  state.head = 0;
  state.run += 1;
  menu();
  follow(state.run);
}

for (const [id, name] of Object.entries(people)) at("who").append(new Option(name, id));
for (const [name, title] of Object.entries(known.surfaces)) {
  const label = document.createElement("label");
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: "surface", value: name, checked: name === state.surface });
  radio.addEventListener("change", () => { state.surface = name; show(); });
  label.append(radio, " ", title);
  at("surfaces").append(label);
}
at("who").addEventListener("change", (event) => { state.who = event.target.value; show(); });
at("other").addEventListener("change", (event) => {
  const name = event.target.value.trim();
  if (!/^[A-Za-z0-9]{1,20}$/.test(name)) return;
  at("who").append(new Option(name, name, true, true));
  state.who = name;
  show();
});
at("follow").addEventListener("click", () => post("event", { event: "subscribe", fields: { EventKey: "" } }).then(menu));
at("leave").addEventListener("click", () => post("event", { event: "unsubscribe", fields: { EventKey: "" } }));
at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = at("text").value.trim();
  if (text) post("say", { text });
  at("text").value = "";
});
setInterval(menu, 5000);
show();

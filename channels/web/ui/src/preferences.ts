/** Language and elder mode: kept on the device, applied to the document's root. */

import type { Locale } from "./protocol.ts";

const LOCALE = "guitai.locale";
const ELDER = "guitai.elder";

export const LOCALES: readonly Locale[] = ["zh-Hans", "zh-Hant", "en"];

function preferred(language: string): Locale {
  if (/^zh\b.*\b(hant|tw|hk|mo)\b/i.test(language)) return "zh-Hant";
  return /^(zh|$)/i.test(language) ? "zh-Hans" : "en";
}

export function storedLocale(): Locale {
  const stored = localStorage.getItem(LOCALE) as Locale | null;
  return stored !== null && LOCALES.includes(stored) ? stored : preferred(navigator.language);
}

export function applyLocale(locale: Locale, title: string): void {
  localStorage.setItem(LOCALE, locale);
  document.documentElement.lang = locale;
  document.title = title;
}

export function storedElder(): boolean {
  return localStorage.getItem(ELDER) === "on";
}

export function applyElder(on: boolean): void {
  localStorage.setItem(ELDER, on ? "on" : "off");
  document.documentElement.toggleAttribute("data-elder", on);
}

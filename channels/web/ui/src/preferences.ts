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

/** The language replies are pinned to; null lets them follow the customer's own words. */
export function pinnedLocale(): Locale | null {
  const locale = storedLocale();
  return localStorage.getItem(LOCALE) === null && locale === "zh-Hans" ? null : locale;
}

export function chooseLocale(locale: Locale): void {
  localStorage.setItem(LOCALE, locale);
}

export function applyLocale(locale: Locale, title: string): void {
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

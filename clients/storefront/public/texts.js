/** The texts of the shop, in the languages of its locales. */

import en from "./texts/en.js";
import es from "./texts/es.js";
import ja from "./texts/ja.js";
import zhHK from "./texts/zh-HK.js";

/** @typedef {import("./texts/en.js").Texts} Texts */
/** @typedef {"en" | "es" | "ja" | "zh-HK"} Locale */

/** @type {Record<Locale, Texts>} */
const TEXTS = { en, es, ja, "zh-HK": zhHK };

/** @type {Record<Locale, string>} */
export const LANGUAGES = { en: "English", es: "Español", ja: "日本語", "zh-HK": "繁體中文" };

/**
 * Returns the locale at the beginning of a path, or else the first that the browser asks for.
 *
 * @param {string} path
 * @returns {Locale}
 */
export function localeOf(path) {
  const named = path.split("/")[1] ?? "";
  if (named in TEXTS) return /** @type {Locale} */ (named);
  for (const language of navigator.languages) {
    if (/^zh\b/i.test(language)) return "zh-HK";
    const short = language.slice(0, 2);
    if (short in TEXTS) return /** @type {Locale} */ (short);
  }
  return "en";
}

/** @param {Locale} locale */
export function textsOf(locale) {
  return TEXTS[locale];
}

/**
 * Formats an amount for a locale.
 *
 * @param {Locale} locale
 * @param {number} amount In the currency's minor units.
 * @param {string} currency
 */
export function money(locale, amount, currency) {
  const code = currency.toUpperCase();
  const format = new Intl.NumberFormat(locale, { style: "currency", currency: code, trailingZeroDisplay: "stripIfInteger" });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/**
 * @param {Locale} locale
 * @param {string} time ISO 8601
 */
export function date(locale, time) {
  return new Intl.DateTimeFormat(locale, { dateStyle: "long" }).format(new Date(time));
}

/**
 * Returns the name of a colour, or the API's name if the shop has no text for it.
 *
 * @param {Texts} texts
 * @param {string} color
 */
export function colorName(texts, color) {
  return color in texts.colors ? texts.colors[/** @type {keyof typeof texts.colors} */ (color)] : color;
}

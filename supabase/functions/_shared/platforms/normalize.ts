/**
 * Normalization shared by all adapters, so that a platform's data fits a row: text in Unicode's composed form, without NUL or
 * unpaired surrogates and of bounded length; counters as numbers or null; times in UTC; only http(s) links.
 */
import { isVisible } from "../text/text.ts";
import { tagKey } from "./hashtags.ts";
import type { JsonObject } from "./platform.ts";

const LIMITS = {
  title: 500,
  caption_title: 100,
  description: 20_000,
  tag: 100,
  tags: 100,
  url: 2_048,
  identifier: 255,
} as const;

/** Cleans and truncates text: PostgreSQL's text cannot hold NUL, and UTF-8 cannot hold an unpaired surrogate. */
export function cleanText(value: unknown, limit: number = LIMITS.description): string {
  if (typeof value !== "string") return "";
  const text = value.replaceAll("\0", "").normalize("NFC");
  const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1)) && text.length > limit;
  return text.slice(0, splitsPair ? limit - 1 : limit).toWellFormed();
}

/** Returns a title as one line; empty when none of it is visible. */
export function titleText(value: unknown): string {
  const title = cleanText(value, LIMITS.title).replace(/\s+/gu, " ").trim();
  return isVisible(title) ? title : "";
}

/** For platforms without titles: returns the first visible line of a caption, cut at a word when it is long. */
export function titleOfCaption(caption: string): string {
  const line = titleText(caption.split("\n").find(isVisible) ?? "");
  if (line.length <= LIMITS.caption_title) return line;
  const start = wholeCharacters(line, LIMITS.caption_title - 1);
  const space = start.lastIndexOf(" ");
  // Scripts without spaces, and a single long word, are cut at the limit.
  return `${start.slice(0, space > LIMITS.caption_title / 2 ? space : undefined).trimEnd()}…`;
}

/** Returns as many whole characters, as a reader counts them, as fit: no letter loses its marks, no family emoji a member. */
function wholeCharacters(text: string, limit: number): string {
  const next = new Intl.Segmenter("und").segment(text).containing(limit);
  return text.slice(0, next?.index || limit).toWellFormed();
}

/** Returns a short name (language, category, username), or null when it is empty. */
export function identifierText(value: unknown): string | null {
  const text = cleanText(typeof value === "number" ? String(value) : value, LIMITS.identifier).trim();
  return text === "" ? null : text;
}

/** Removes blanks and duplicates (ignoring case and composition), in the creator's order. */
export function distinctTags(values: unknown): string[] {
  if (!Array.isArray(values)) return [];
  const tags = new Map<string, string>();
  for (const value of values) {
    const tag = cleanText(value, LIMITS.tag).replace(/\s+/gu, " ").trim();
    const key = tagKey(tag);
    if (isVisible(tag) && !tags.has(key)) tags.set(key, tag);
    if (tags.size === LIMITS.tags) break;
  }
  return [...tags.values()];
}

/** Parses a counter, which is a number or a string of digits; returns null when it is hidden, negative or not a number. */
export function countOf(value: unknown): number | null {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

/** Parses RFC 3339, Meta's offset without a colon, or seconds since 1970; returns null for anything else. */
export function instantOf(value: unknown): string | null {
  const date = typeof value === "number"
    ? new Date(value * 1_000)
    : typeof value === "string"
    ? new Date(value.replace(/([+-]\d{2})(\d{2})$/, "$1:$2"))
    : new Date(NaN);
  const year = date.getUTCFullYear();
  return Number.isNaN(date.getTime()) || year < 1970 || year > 9999 ? null : date.toISOString();
}

export function linkOf(value: unknown): string | null {
  if (typeof value !== "string" || value.length > LIMITS.url || !URL.canParse(value)) return null;
  const url = new URL(value);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
}

/** Codes that name no language: undetermined, no words, several languages, and private codes (X's "qme": a post with media only). */
const NO_LANGUAGE = /^(und|zxx|mul|mis|art|q[a-t][a-z])$/;
/** RFC 5646 allows readers to reject longer tags. */
const LONGEST_LANGUAGE = 35;

/**
 * Returns a language tag in its current BCP 47 form, without extensions: "in" becomes "id", "iw" "he", "pt_br" "pt-BR", "zh-yue"
 * "yue". Returns null when the value is not a tag or names no language.
 */
export function languageOf(value: unknown): string | null {
  if (typeof value !== "string" || value.length > LONGEST_LANGUAGE) return null;
  // An extended language subtag after its macrolanguage ("zh-yue"); Intl knows only the subtag itself.
  const tag = value.trim().replaceAll("_", "-").replace(
    /^(?:ar|kok|lv|ms|sgn|sw|uz|zh)-([a-z]{3})(?=-|$)/i,
    "$1",
  );
  try {
    const { language, baseName } = new Intl.Locale(tag);
    return language.length > 3 || NO_LANGUAGE.test(language) ? null : baseName;
  } catch {
    return null;
  }
}

export function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

/** Converts ISO 8601 durations, including weeks, to seconds. "P0D" (a broadcast that has not ended) is 0; months and years give null. */
export function secondsOf(duration: unknown): number | null {
  if (typeof duration !== "string") return null;
  const match = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?)?$/.exec(duration);
  if (!match || duration.endsWith("P") || duration.endsWith("T")) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) =>
    Number(part ?? 0)
  );
  const total = (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds;
  return total <= 2_147_483_647 ? total : null;
}

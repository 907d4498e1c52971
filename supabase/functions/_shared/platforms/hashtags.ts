/**
 * Finds hashtags the way each platform links them. The allowed characters follow Unicode's hashtag identifier (UAX #31, section 6),
 * without "+" and "-", which no platform accepts; emoji are allowed only where the platform links them.
 */
import type { PlatformSlug } from "./platform.ts";

interface HashtagRules {
  /** `#food#travel` and `旅行#京都`: a "#" inside a word starts a tag. X links none of the tags in a glued row, nor the tag in `旅行#京都`. */
  glued: boolean;
  /** `#🌺` and `#summer🌺` are tags; elsewhere an emoji ends a tag. */
  emoji: boolean;
  /** `#2024` is a tag; the other platforms require a letter. */
  digits_only: boolean;
  /** `#ジョン・レノン` is one tag; elsewhere the Katakana middle dot ends the tag. */
  katakana_dot: boolean;
}

const RULES: Readonly<Record<PlatformSlug, HashtagRules>> = {
  youtube: { glued: true, emoji: false, digits_only: false, katakana_dot: false },
  instagram: { glued: true, emoji: true, digits_only: true, katakana_dot: false },
  tiktok: { glued: true, emoji: true, digits_only: true, katakana_dot: true },
  facebook: { glued: true, emoji: false, digits_only: false, katakana_dot: true },
  twitter: { glued: false, emoji: false, digits_only: false, katakana_dot: true },
};

/** YouTube ignores all hashtags of a text that has more than this; the other platforms allow fewer. */
const MOST_HASHTAGS = 60;
const LONGEST_HASHTAG = 100;

/**
 * Allowed only between two other characters of a tag: joiners (Persian, Sinhala), the middle dots of Catalan and Greek, Hebrew
 * maqaf, geresh and gershayim, Tibetan tsheg. From twitter-text (hashtagSpecialChars) and UAX #31, table 3.
 */
const MEDIAL = String.raw`\u200c\u200d\u00b7\u0387\u05be\u05f3\u05f4\u0f0b\u0f0c`;
const KATAKANA_DOT = String.raw`\u30fb\uff65`;
/** Excludes emoji variation selectors, and digits that are part of a keycap emoji (`1️⃣`). */
const CONTINUE = String
  .raw`(?:(?![0-9]\ufe0f?\u20e3)[\p{XID_Continue}--[${MEDIAL}${KATAKANA_DOT}\ufe0e\ufe0f]])`;
const EMOJI = String
  .raw`(?:[0-9]\ufe0f?\u20e3|[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\ufe0e\ufe0f\u{e0020}-\u{e007f}])`;
/** A "#" followed by a variation selector or an enclosing keycap is an emoji (`#️⃣`). */
const SIGN = String.raw`[#＃](?![\ufe0e\ufe0f\u20e3])`;

function pattern({ glued, emoji, katakana_dot }: HashtagRules): RegExp {
  const character = emoji ? `(?:${CONTINUE}|${EMOJI})` : CONTINUE;
  const medial = `[${MEDIAL}${katakana_dot ? KATAKANA_DOT : ""}]`;
  const body = `(${character}+(?:${medial}+${character}+)*)`;
  // "&#39;" is an apostrophe that some tool escaped.
  if (glued) return new RegExp(`(?<!&)${SIGN}${body}`, "gv");
  // As in twitter-text: no tag inside a word, and none directly followed by another "#" or by "://".
  return new RegExp(
    `(?<!${character}|${medial}|&)${SIGN}${body}(?!${medial}*(?:${character}|[#＃])|:\\/\\/)`,
    "gv",
  );
}

const PATTERNS = Object.fromEntries(
  Object.entries(RULES).map(([platform, rules]) => [platform, pattern(rules)]),
) as Record<PlatformSlug, RegExp>;

const LINK = /(?:https?:\/\/|www\.|(?<![\p{L}\p{N}.@\-])[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)+\/)/iu;
/** Links end at white space and at the punctuation of Chinese and Japanese. */
const LINK_END = /[\s\u3000-\u3020\uff01\uff02\uff04-\uff0f]/;
const LONGEST_LINK = 2_048;

/** Returns whether the "#" at this position is part of a link, such as its fragment. */
function isInLink(text: string, at: number): boolean {
  let start = at;
  while (start > 0 && at - start < LONGEST_LINK && !LINK_END.test(text.charAt(start - 1))) start--;
  return LINK.test(text.slice(start, at));
}

/** Returns the hashtags in the texts as this platform links them: without the sign, in lower case, each once. */
export function hashtagsOf(platform: PlatformSlug, ...texts: string[]): string[] {
  const { emoji, digits_only } = RULES[platform];
  const tags = texts.map((text) => text.normalize("NFC")).flatMap((text) =>
    [...text.matchAll(PATTERNS[platform])].filter(({ index }) => !isInLink(text, index)).map(([, tag = ""]) =>
      tag
    )
  );
  return distinctHashtags(
    tags.filter((tag) =>
      /\p{L}/u.test(tag) || (emoji && /[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]/u.test(tag)) ||
      (digits_only && /\p{N}/u.test(tag))
    ),
  );
}

/** Deduplicates hashtags, ignoring case and composition, and keeps at most `MOST_HASHTAGS`. */
export function distinctHashtags(tags: readonly string[]): string[] {
  const distinct = new Map<string, string>();
  for (const tag of tags) {
    const key = tagKey(tag);
    if (key !== "" && !distinct.has(key)) distinct.set(key, shownTag(tag));
    if (distinct.size === MOST_HASHTAGS) break;
  }
  return [...distinct.values()];
}

/** Lower-casing "İ" yields an "i" with a combining dot above, which nobody types; the dot is removed. */
function shownTag(tag: string): string {
  const lower = tag.normalize("NFC").toLowerCase().replaceAll("i\u0307", "i");
  return [...lower].slice(0, LONGEST_HASHTAG).join("").toWellFormed();
}

/**
 * Returns a key that is equal for tags that differ only in case, composition, width or invisible characters, in any script:
 * Unicode's NFKC_Casefold, plus Turkish "ı" as "i" and Greek without accents, because their capitals ("I", "Α") do not distinguish
 * them.
 */
export function tagKey(tag: string): string {
  if (/^[\x20-\x7e]*$/.test(tag)) return tag.toLowerCase();
  return tag.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFD")
    .replaceAll("i\u0307", "i").replaceAll("ς", "σ").replace(
      /(?<=\p{Script=Greek}\p{M}*)[\u0300\u0301\u0342]/gu,
      "",
    )
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "").normalize("NFC");
}

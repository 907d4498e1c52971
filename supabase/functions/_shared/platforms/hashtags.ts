/**
 * Hashtags as each platform links them. What may stand in one is Unicode's hashtag identifier (UAX #31, section 6),
 * narrowed to what the platforms take: no "+" or "-", and emoji only where the platform links them.
 */
import type { PlatformSlug } from "./platform.ts";

interface HashtagRules {
  /** `#food#travel` and `旅行#京都`: a sign within a word begins a tag. X links none of a glued row, nor the tag in `旅行#京都`. */
  glued: boolean;
  /** `#🌺` and `#summer🌺` are tags; elsewhere an emoji ends one. */
  emoji: boolean;
  /** `#2024` is a tag; the others want a letter. */
  digits_only: boolean;
  /** `#ジョン・レノン` is one tag; elsewhere Katakana's dot ends it. */
  katakana_dot: boolean;
}

const RULES: Readonly<Record<PlatformSlug, HashtagRules>> = {
  youtube: { glued: true, emoji: false, digits_only: false, katakana_dot: false },
  instagram: { glued: true, emoji: true, digits_only: true, katakana_dot: false },
  tiktok: { glued: true, emoji: true, digits_only: true, katakana_dot: true },
  facebook: { glued: true, emoji: false, digits_only: false, katakana_dot: true },
  twitter: { glued: false, emoji: false, digits_only: false, katakana_dot: true },
};

/** YouTube ignores every hashtag of a text that has more than this; the others allow fewer. */
const MOST_HASHTAGS = 60;
const LONGEST_HASHTAG = 100;

/**
 * Only between two characters of a tag: joiners (Persian, Sinhala), the middle dots of Catalan and Greek, Hebrew's maqaf, geresh
 * and gershayim, Tibetan's tsheg. From twitter-text (hashtagSpecialChars) and UAX #31, table 3.
 */
const MEDIAL = String.raw`\u200c\u200d\u00b7\u0387\u05be\u05f3\u05f4\u0f0b\u0f0c`;
const KATAKANA_DOT = String.raw`\u30fb\uff65`;
/** Without variation selectors of emoji, and without a digit that is one (`1️⃣`). */
const CONTINUE = String
  .raw`(?:(?![0-9]\ufe0f?\u20e3)[\p{XID_Continue}--[${MEDIAL}${KATAKANA_DOT}\ufe0e\ufe0f]])`;
const EMOJI = String
  .raw`(?:[0-9]\ufe0f?\u20e3|[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\ufe0e\ufe0f\u{e0020}-\u{e007f}])`;
/** A sign with a variation selector or an enclosing keycap is an emoji (`#️⃣`). */
const SIGN = String.raw`[#＃](?![\ufe0e\ufe0f\u20e3])`;

function pattern({ glued, emoji, katakana_dot }: HashtagRules): RegExp {
  const character = emoji ? `(?:${CONTINUE}|${EMOJI})` : CONTINUE;
  const medial = `[${MEDIAL}${katakana_dot ? KATAKANA_DOT : ""}]`;
  const body = `(${character}+(?:${medial}+${character}+)*)`;
  // "&#39;" is an apostrophe that some tool escaped.
  if (glued) return new RegExp(`(?<!&)${SIGN}${body}`, "gv");
  // As twitter-text has it: no tag within a word, nor one that another sign or "://" follows.
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

/** A fragment is part of its link. */
function isInLink(text: string, at: number): boolean {
  let start = at;
  while (start > 0 && at - start < LONGEST_LINK && !LINK_END.test(text.charAt(start - 1))) start--;
  return LINK.test(text.slice(start, at));
}

/** The hashtags of some texts as this platform links them: without the sign, in lower case, each once. */
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

/** The hashtags that a platform named itself, each once whatever its case or composition. */
export function distinctHashtags(tags: readonly string[]): string[] {
  const distinct = new Map<string, string>();
  for (const tag of tags) {
    const key = tagKey(tag);
    if (key !== "" && !distinct.has(key)) distinct.set(key, shownTag(tag));
    if (distinct.size === MOST_HASHTAGS) break;
  }
  return [...distinct.values()];
}

/** Lower case of "İ" is an "i" with a dot above it, which nobody types. */
function shownTag(tag: string): string {
  const lower = tag.normalize("NFC").toLowerCase().replaceAll("i\u0307", "i");
  return [...lower].slice(0, LONGEST_HASHTAG).join("").toWellFormed();
}

/**
 * Equal for tags that differ only in case, composition, width or invisible characters, in every language's letters: Unicode's
 * NFKC_Casefold, with Turkish "ı" as "i" and Greek without accents, because their capitals ("I", "Α") say no more.
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

/** Text lengths in the four units that platforms use. */

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Graphemes, which readers perceive as single characters. */
export function countGraphemes(text: string): number {
  let count = 0;
  for (const _ of graphemes.segment(text)) count++;
  return count;
}

/** UTF-16 units, as JavaScript and TikTok count. */
export function countUnits(text: string): number {
  return text.length;
}

/** Unicode code points, as Meta counts. */
export function countPoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

const encoder = new TextEncoder();

/** Bytes of UTF-8, as YouTube counts descriptions. */
export function countBytes(text: string): number {
  return encoder.encode(text).length;
}

/** Tags as YouTube counts them: one list with commas, in which a tag with a space is quoted. */
export function countTags(tags: readonly string[]): number {
  return tags.reduce((sum, tag) => sum + countPoints(tag) + (/\s/.test(tag) ? 2 : 0), 0) +
    Math.max(0, tags.length - 1);
}

const PICTOGRAPH = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;

/** Replaces each emoji with one that every counter knows: X counts all emoji as two, including those newer than its library. */
export function plainEmoji(text: string): string {
  let plain = "";
  for (const { segment } of graphemes.segment(text)) {
    const isEmoji = PICTOGRAPH.test(segment) && (/\p{Emoji_Presentation}|\ufe0f|\u20e3/u.test(segment));
    plain += isEmoji ? "😀" : segment;
  }
  return plain;
}

export function countMatches(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}

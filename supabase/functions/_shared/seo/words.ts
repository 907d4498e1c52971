/** Prepares user-written text for search engines: well-formed, and cut at natural boundaries. */
import { cleanLine, cleanText } from "../text/text.ts";

/** Code points that may continue the previous character, so that no cut is made before them: marks, joiners, modifiers, and flags (pairs). */
const CONTINUES = /^[\p{M}\p{Emoji_Modifier}\p{RI}\u200d\u{e0020}-\u{e007f}]/u;
/** A space is searched backwards down to this fraction of the length; without one, the script has no spaces or the text is not prose. */
const LEAST_PART = 0.6;
/** Number of UTF-16 units around the cut in which a word boundary is searched when there are no spaces. */
const WINDOW = 64;

const words = new Intl.Segmenter("und", { granularity: "word" });
const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** Removes code points that are invalid in documents: drops NUL, replaces lone surrogates and noncharacters. */
function sound(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return text.toWellFormed().replaceAll("\0", "").replace(/\p{Noncharacter_Code_Point}/gu, "\ufffd");
}

/** Returns the text as one line without unprintable characters; invalid code points become the replacement character. */
export function oneLine(text: string): string {
  return cleanLine(sound(text));
}

/** Like `oneLine`, but keeps line breaks, at most two in a row. */
export function lines(text: string): string {
  return cleanText(sound(text)).replace(/[^\S\n ][^\S\n]*| [^\S\n]+/g, " ").replace(/ +\n *|\n +/g, "\n")
    .replace(/\n{3,}/g, "\n\n");
}

/**
 * Returns a text of at most `most` UTF-16 units, and so at most `most` characters. A longer text is cut after a whole word and gets an
 * ellipsis. No character is split: neither an emoji of several code points nor a letter with its marks.
 */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const room = most - 1;
  let end = room;
  while (end > room * LEAST_PART && !/\s/.test(text.charAt(end))) end--;
  if (end <= room * LEAST_PART) end = boundary(text, room);
  return text.slice(0, end).replace(/[\s,;:\-–—]+$/u, "") + "…";
}

/** Returns the last position at or before `at` where a word ends, or else a character. */
function boundary(text: string, at: number): number {
  let start = Math.max(0, at - WINDOW);
  while (start > 0 && (isLow(text, start) || CONTINUES.test(text.slice(start, start + 2)))) start--;
  const part = text.slice(start, at + WINDOW);
  for (const segmenter of [words, graphemes]) {
    let last = 0;
    for (const { index } of segmenter.segment(part)) {
      if (start + index > at) break;
      last = index;
    }
    if (last > 0) return start + last;
  }
  return start;
}

function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

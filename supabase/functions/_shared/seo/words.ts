/** Texts of people as search engines may have them: well formed, and cut where a reader would cut. */
import { cleanLine, cleanText } from "../text/text.ts";

/** What belongs to the character before it, so that nothing may begin here: marks, joiners, modifiers, and flags, which are pairs. */
const CONTINUES = /^[\p{M}\p{Emoji_Modifier}\p{RI}\u200d\u{e0020}-\u{e007f}]/u;
/** So far before the end a space is looked for; where there is none, the script is one without spaces, or the text is no text. */
const LEAST_PART = 0.6;
/** UTF-16 units in which the end of a word without spaces around it is looked for. */
const WINDOW = 64;

const words = new Intl.Segmenter("und", { granularity: "word" });
const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** What no document may hold: code points that are no characters. NUL is left out, lone surrogates and noncharacters are replaced. */
function sound(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return text.toWellFormed().replaceAll("\0", "").replace(/\p{Noncharacter_Code_Point}/gu, "\ufffd");
}

/** One line without what cannot be shown; what is no character becomes the replacement character. */
export function oneLine(text: string): string {
  return cleanLine(sound(text));
}

/** The same with its line breaks, at most two in a row. */
export function lines(text: string): string {
  return cleanText(sound(text)).replace(/[^\S\n ][^\S\n]*| [^\S\n]+/g, " ").replace(/ +\n *|\n +/g, "\n")
    .replace(/\n{3,}/g, "\n\n");
}

/**
 * A text of at most `most` UTF-16 units, which are never fewer than characters. What is longer ends after a whole word, with an ellipsis.
 * No character is cut in two: not an emoji of several code points, not a letter with its marks.
 */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const room = most - 1;
  let end = room;
  while (end > room * LEAST_PART && !/\s/.test(text.charAt(end))) end--;
  if (end <= room * LEAST_PART) end = boundary(text, room);
  return text.slice(0, end).replace(/[\s,;:\-–—]+$/u, "") + "…";
}

/** The last place at or before `at` where a word ends, or else a character. */
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

/** Helpers for displayed text: it is cut between characters, never inside one. */

const CHARACTERS = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Cuts a text to at most `length` UTF-16 units, before the first character that does not fit; a lone surrogate becomes U+FFFD. */
export function cut(text: string, length: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= length) return whole;
  let end = 0;
  // A few characters beyond the limit are enough to find where the last character ends.
  for (const { index, segment } of CHARACTERS.segment(whole.slice(0, length + 64))) {
    if (index + segment.length > length) break;
    end = index + segment.length;
  }
  return whole.slice(0, end).trimEnd();
}

/** Returns the number of code points: close to what people count, and cheap for long texts. */
export function lengthOf(text: string): number {
  return [...text].length;
}

/** Control characters (except line breaks and tabs) and invisible characters that hide or reorder text. */
const UNSEEN = /(?![\t\n\r])[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** Removes invisible characters and composes the text (NFC), as texts are stored: PostgreSQL rejects U+0000, and the others serve only to deceive. */
export function visible(text: string): string {
  return text.toWellFormed().normalize("NFC").replaceAll(UNSEEN, "");
}

const LINK =
  /(?:\b[a-z][a-z0-9+.-]*:\/\/|\bwww\.)[^\s<>"')\]]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|co|me|tv|gg|ly|be|app|dev|info|biz|xyz|shop|store|link|ru|cn|de|uk|fr|es|it)\b(?:\/[^\s<>"')\]]*)?/giu;
const HANDLE = /@[\p{L}\p{N}_.-]{2,}/gu;

/** Returns the links and handles in a text, in lower case so that they can be compared. */
export function pointersIn(text: string): string[] {
  const plain = text.normalize("NFKC");
  return [...plain.matchAll(LINK), ...plain.matchAll(HANDLE)].map(([found]) =>
    found.toLowerCase().replace(/[.,;:!?/-]+$/, "")
  );
}

/** Texts as people see them: cut between characters, never inside one. */

const CHARACTERS = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** At most so many UTF-16 units, cut before the character that no longer fits; a lone surrogate becomes U+FFFD. */
export function cut(text: string, length: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= length) return whole;
  let end = 0;
  // A few characters more than fit are enough to know where the last one ends.
  for (const { index, segment } of CHARACTERS.segment(whole.slice(0, length + 64))) {
    if (index + segment.length > length) break;
    end = index + segment.length;
  }
  return whole.slice(0, end).trimEnd();
}

/** Characters as people count them, of texts that may be long. */
export function lengthOf(text: string): number {
  return [...text].length;
}

/** Control characters (but line breaks and tabs) and the invisible ones that hide or reorder text. */
const UNSEEN = /(?![\t\n\r])[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** Without what nobody sees, and composed, as texts are stored: PostgreSQL refuses U+0000, and the rest serves only to deceive. */
export function visible(text: string): string {
  return text.toWellFormed().normalize("NFC").replaceAll(UNSEEN, "");
}

const LINK =
  /(?:\b[a-z][a-z0-9+.-]*:\/\/|\bwww\.)[^\s<>"')\]]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|co|me|tv|gg|ly|be|app|dev|info|biz|xyz|shop|store|link|ru|cn|de|uk|fr|es|it)\b(?:\/[^\s<>"')\]]*)?/giu;
const HANDLE = /@[\p{L}\p{N}_.-]{2,}/gu;

/** Addresses and handles in a text, folded so that they compare. */
export function pointersIn(text: string): string[] {
  const plain = text.normalize("NFKC");
  return [...plain.matchAll(LINK), ...plain.matchAll(HANDLE)].map(([found]) =>
    found.toLowerCase().replace(/[.,;:!?/-]+$/, "")
  );
}

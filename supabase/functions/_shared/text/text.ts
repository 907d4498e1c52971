/**
 * Cleans texts that people write. Removes invisible characters that change how a text is displayed (controls, bidirectional overrides).
 * Markup is kept: it is plain text here, and the code that displays it escapes it.
 */
import * as z from "zod";

// C0 and C1 controls except tab, line feed, carriage return; the overrides behind "Trojan Source"; the byte order mark.
// deno-lint-ignore no-control-regex
const INVISIBLE = /[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Matches a visible character. Not visible on their own: spaces, controls, marks without a letter, everything that Unicode allows a font to
 * ignore (joiners, Hangul fillers, variation selectors, tags), the empty Braille pattern, the null notehead, the object replacement character.
 * Format characters with a glyph (Arabic number signs and end of ayah, the Syriac abbreviation, Kaithi's) are visible.
 */
const SEEN = new RegExp(
  String.raw`[^\s\p{Z}\p{Cc}\p{Cs}\p{M}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}\ufffc` +
    String.raw`[\p{Cf}--[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]]]`,
  "v",
);
/** ASCII words separated by single spaces: most names and tags, which need no cleaning. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

/** Whether a text has any visible character. */
export function isVisible(text: string): boolean {
  return SEEN.test(text);
}

/** Returns one line in NFC, trimmed, with white space collapsed; empty when nothing is visible. */
export function cleanLine(text: string): string {
  if (PLAIN.test(text)) return text;
  const clean = text.normalize("NFC").replace(INVISIBLE, "").replace(/\s+/g, " ").trim();
  return isVisible(clean) ? clean : "";
}

/** Returns a text of several lines in NFC, trimmed, with line ends as `\n`; empty when nothing is visible. */
export function cleanText(text: string): string {
  const clean = text.normalize("NFC").replace(/\r\n?/g, "\n").replace(INVISIBLE, "").trim();
  return isVisible(clean) ? clean : "";
}

/** A name or title of 1 to `max` characters, counted after cleaning. */
export function line(max: number) {
  return z.string().overwrite(cleanLine).min(1).max(max);
}

/** A text of at most `max` characters, counted after cleaning; may be empty. */
export function text(max: number) {
  return z.string().overwrite(cleanText).max(max);
}

/** An https URL without credentials. */
export function httpsUrl(max = 2048) {
  return z.url({ protocol: /^https$/, hostname: z.regexes.domain, error: "must be an https address" }).max(
    max,
  )
    .refine((value) => !/^[a-z]+:\/*[^/?#]*@/i.test(value), "must not contain a user name or password");
}

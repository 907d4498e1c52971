/**
 * Texts that people write. Characters that cannot be seen but change what is shown (controls, bidirectional overrides) are removed;
 * markup is kept as it is: it is text here, and whoever shows it escapes it.
 */
import * as z from "zod";

// C0 and C1 controls but tab, line feed, carriage return; the overrides behind "Trojan Source"; the byte order mark.
// deno-lint-ignore no-control-regex
const INVISIBLE = /[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/**
 * What shows something. Alone these do not: spaces, controls, marks without a letter, everything that Unicode lets a font leave out (joiners, Hangul
 * fillers, variation selectors, tags), the empty Braille pattern, the null notehead, the object replacement character. Format
 * characters that are seen (Arabic number signs and end of ayah, the Syriac abbreviation, Kaithi's) are something.
 */
const SEEN = new RegExp(
  String.raw`[^\s\p{Z}\p{Cc}\p{Cs}\p{M}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}\ufffc` +
    String.raw`[\p{Cf}--[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]]]`,
  "v",
);
/** Words of ASCII with single spaces between them, which is most names and tags: clean already. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

/** Whether a reader sees anything of a text. */
export function isVisible(text: string): boolean {
  return SEEN.test(text);
}

/** One line: white space collapsed, trimmed, in Unicode's composed form; empty when it shows nothing. */
export function cleanLine(text: string): string {
  if (PLAIN.test(text)) return text;
  const clean = text.normalize("NFC").replace(INVISIBLE, "").replace(/\s+/g, " ").trim();
  return isVisible(clean) ? clean : "";
}

/** Several lines: line ends as `\n`, trimmed, in Unicode's composed form; empty when it shows nothing. */
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

/** A web address over https, without credentials in it. */
export function httpsUrl(max = 2048) {
  return z.url({ protocol: /^https$/, hostname: z.regexes.domain, error: "must be an https address" }).max(
    max,
  )
    .refine((value) => !/^[a-z]+:\/*[^/?#]*@/i.test(value), "must not contain a user name or password");
}

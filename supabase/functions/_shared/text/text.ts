/**
 * Texts that people write. Characters that cannot be seen but change what is shown (controls, bidirectional overrides) are removed;
 * markup is kept as it is: it is text here, and whoever shows it escapes it.
 */
import { z } from "zod";

// C0 and C1 controls but tab, line feed, carriage return; the overrides behind "Trojan Source"; the byte order mark.
// deno-lint-ignore no-control-regex
const INVISIBLE = /[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** One line: white space collapsed, trimmed, in Unicode's composed form. */
export function cleanLine(text: string): string {
  return text.normalize("NFC").replace(INVISIBLE, "").replace(/\s+/g, " ").trim();
}

/** Several lines: line ends as `\n`, trimmed, in Unicode's composed form. */
export function cleanText(text: string): string {
  return text.normalize("NFC").replace(/\r\n?/g, "\n").replace(INVISIBLE, "").trim();
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

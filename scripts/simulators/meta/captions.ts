/** Captions for made-up posts: all the languages of the sample texts, and what captions are known to contain. */
import type { Seeded } from "../seeded.ts";
import { emoji, hashtags, voices } from "../youtube/sample_text.ts";

/** Null for a post without words, which the Graph API answers by leaving the field out. */
export function captionFor(chance: Seeded, number: number): string | null {
  if (chance.chance(0.06)) return null;
  const voice = chance.chance(0.5) ? voices[0] : chance.pick(voices);
  if (voice === undefined) return null;
  const title = chance.pick(voice.titles).replace("{}", chance.pick(voice.subjects)).replace(
    "#",
    String(number + 1),
  );
  const lines = [chance.chance(0.4) ? `${title} ${chance.pick(emoji)}` : title];
  for (let more = chance.between(0, 3); more > 0; more--) lines.push(chance.pick(voice.sentences));
  if (chance.chance(0.6)) {
    lines.push(Array.from({ length: chance.between(1, 5) }, () => chance.pick(hashtags)).join(" "));
  }
  // Up to the 2,200 characters that Instagram allows.
  if (chance.chance(0.03)) {
    while (lines.join("\n\n").length < 2_000) lines.push(chance.pick(voice.sentences));
  }
  return lines.join("\n\n").slice(0, 2_200);
}

/** A picture's address as Meta's CDN has it: signed anew with every answer, dead after some days. */
export function signedUrl(host: string, path: string, now: number): string {
  const expires = Math.floor(now / 1_000) + 4 * 86_400;
  const signature = (now % 1_000_000_007).toString(16).padStart(8, "0");
  return `https://${host}/v/${path}?_nc_cat=1&ccb=1-7&_nc_sid=18de74&oh=00_${signature}&oe=${
    expires.toString(16).toUpperCase()
  }`;
}

/** `2026-11-01T12:00:00+0000`: an offset without a colon. */
export function graphTime(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, "+0000");
}

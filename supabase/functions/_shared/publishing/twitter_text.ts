/** X's own library for what a post weighs. Emoji that are younger than it are told to it as one that it knows. */
import twitter from "twitter-text";
import { plainEmoji } from "./counting.ts";

interface Library {
  parseTweet(text: string): { weightedLength: number; valid: boolean };
  extractUrls(text: string): string[];
}

const library = twitter as unknown as Library;

export function weigh(text: string): { weight: number; isValid: boolean } {
  const { weightedLength, valid } = library.parseTweet(plainEmoji(text.normalize("NFC")));
  return { weight: weightedLength, isValid: valid };
}

/** Also of links without a scheme, which X makes links of and charges for. */
export function hasLink(text: string): boolean {
  return library.extractUrls(text).length > 0;
}

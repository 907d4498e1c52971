/** Computes the weighted length of posts with X's own library. Every emoji is replaced by one that the library knows, in case it is newer. */
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

/** Whether a text has a link. Includes links without a scheme, which X also links and charges for. */
export function hasLink(text: string): boolean {
  return library.extractUrls(text).length > 0;
}

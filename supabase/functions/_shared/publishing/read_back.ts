/**
 * Finds a post by reading its account as a sync does: the earliest post since the call was sent that has the same text or, for a post without
 * text, that was not on the account before. Posts known to be others are excluded.
 */
import type { KnownAccount, NormalizedItem, Platform, Tokens } from "../platforms/platform.ts";
import type { Cursor } from "../platforms/platform.ts";
import type { Sent } from "./publisher.ts";

/** Maximum difference between a platform's clock and ours. */
const SKEW_MS = 120_000;
const MOST_PAGES = 4;

export interface Sought {
  /** Text of the post; null when it has none. */
  text: string | null;
  known_ids: readonly string[];
  sent: Sent;
}

/** Returns the post. `unclear`: the pages read do not reach back to the call, so the absence of the post is not proven. */
export async function readBack(
  platform: Platform,
  tokens: Tokens,
  account: KnownAccount,
  sought: Sought,
): Promise<NormalizedItem | "absent" | "unclear"> {
  let cursor: Cursor | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const read = await platform.page(tokens, {
      account,
      cursor,
      size: platform.page_size,
      remembered: null,
      may_restart: false,
    });
    const found = read.items.filter((item) => isIt(item, sought)).sort(earliestFirst)[0];
    if (found) return found;
    const times = read.items.flatMap(({ published_at }) =>
      published_at === null ? [] : [Date.parse(published_at)]
    );
    const isOlder = times.some((time) => time < sought.sent.sent_at.getTime() - SKEW_MS);
    if (isOlder || read.next_cursor === null) return "absent";
    cursor = read.next_cursor;
  }
  return "unclear";
}

function isIt(item: NormalizedItem, { text, known_ids, sent }: Sought): boolean {
  const { platform_content_id: id, published_at } = item;
  if (known_ids.includes(id)) return false;
  const before = sent.witness?.ids;
  if (Array.isArray(before) && before.includes(id)) return false;
  if (published_at !== null && Date.parse(published_at) < sent.sent_at.getTime() - SKEW_MS) return false;
  if (text === null) return Array.isArray(before) && published_at !== null;
  return samePart(text, item.description) || samePart(text, item.title);
}

/** Platforms trim and normalize texts and sometimes truncate them; a truncated text is a prefix of ours. */
function samePart(ours: string, theirs: string): boolean {
  const [one, other] = [plain(ours), plain(theirs)];
  if (one === other) return true;
  return other.length >= 60 && one.startsWith(other.replace(/(…|\.\.\.)$/, ""));
}

export function plain(text: string): string {
  return text.normalize("NFC").replace(/https?:\/\/t\.co\/\w+/g, "").replace(/[\s\u200b-\u200d\ufeff]+/g, " ")
    .trim();
}

function earliestFirst(one: NormalizedItem, other: NormalizedItem): number {
  return Date.parse(one.published_at ?? "") - Date.parse(other.published_at ?? "");
}

/** Cursor paging, as in every list of the Graph API: a cursor names an item, so lists may grow and shrink between pages. */
import { type Answer, type Call, json } from "../engine/provider.ts";
import { tokenOf } from "./graph.ts";
import { refused } from "./graph_error.ts";

const prefix = "QVFIU";

export function writeCursor(order: number): string {
  return prefix +
    new TextEncoder().encode(`cursor:${order}`).toBase64({ alphabet: "base64url", omitPadding: true });
}

export function readCursor(cursor: string): number | undefined {
  if (!cursor.startsWith(prefix)) return undefined;
  try {
    const bytes = Uint8Array.fromBase64(cursor.slice(prefix.length), { alphabet: "base64url" });
    const number = /^cursor:(-?\d+)$/.exec(new TextDecoder().decode(bytes))?.[1];
    return number === undefined ? undefined : Number(number);
  } catch {
    return undefined;
  }
}

/** One item of a list; the highest number is the newest and comes first. */
export interface Listed {
  readonly number: number;
  /** The item keeps its place in the list but is not shown, so a page may be short, or empty, and still have a next page. */
  readonly hidden?: boolean;
}

const most = 100;
const above_all = 1e12;
const usual = 25;

export interface PageOptions<Item extends Listed> {
  /** Returns items with a lower number than this, newest first. */
  readonly below: (number: number) => Iterable<Item>;
  readonly show: (item: Item) => unknown;
  /** Each page begins with the last item of the previous page, as has been observed in production. */
  readonly repeats?: boolean;
  /** A page with more items is refused as too much data. */
  readonly bears?: number | undefined;
}

export function pageOf<Item extends Listed>(
  call: Call,
  { below, show, repeats = false, bears = most }: PageOptions<Item>,
): Answer {
  const limit = Number(call.query.get("limit") ?? usual);
  if (!Number.isInteger(limit) || limit < 1) {
    return refused("invalid_parameter", "(#100) limit must be a positive integer");
  }
  if (Math.min(limit, most) > bears) return refused("too_heavy");
  const after = call.query.get("after");
  const place = after === null || after === "" ? Infinity : readCursor(after);
  if (place === undefined) return refused("invalid_cursor");
  const again = repeats && after ? 1 : 0;
  const size = Math.min(limit, most) + again;
  const rest = Iterator.from(below(place + again)).take(size + 1).toArray();
  const slots = rest.slice(0, size);
  const [first, last] = [slots[0], slots.at(-1)];
  if (!first || !last) return json(200, { data: [] });
  const leads = call.fault?.next;
  const cursors = {
    before: writeCursor(first.number),
    after: leads === undefined
      ? writeCursor(last.number)
      : leads === "same" && after
      ? after
      : writeCursor(above_all),
  };
  const next = new URL(`https://${call.host}${call.path.slice(call.host.length + 1)}`);
  next.search = new URLSearchParams([...call.query].filter(([name]) => name !== "after")).toString();
  next.searchParams.set("access_token", tokenOf(call));
  next.searchParams.set("after", cursors.after);
  return json(200, {
    data: slots.filter(({ hidden }) => !hidden).map(show),
    paging: { cursors, ...(rest.length > size || leads ? { next: next.href } : {}) },
  });
}

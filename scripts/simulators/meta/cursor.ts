/** Paging by cursors, as every list of the Graph API does it: a cursor names an item, so lists may grow and shrink while they are read. */
import { type Answer, type Call, json } from "../provider.ts";
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

/** One thing of a list; the highest order is the newest and comes first. */
export interface Listed {
  readonly order: number;
  /** It has its place in the list and is not shown, so a page may be short, or empty, and go on all the same. */
  readonly hidden?: boolean;
}

export interface PageOptions<Item extends Listed> {
  readonly items: readonly Item[];
  readonly show: (item: Item) => unknown;
  readonly most: number;
  readonly usual: number;
  readonly token: string;
  /** A page begins with the last item of the one before, as has been seen in the wild. */
  readonly repeats?: boolean;
}

export function pageOf<Item extends Listed>(call: Call, options: PageOptions<Item>): Answer {
  const { items, show, most, usual, token, repeats = false } = options;
  const limit = Number(call.query.get("limit") ?? usual);
  if (!Number.isInteger(limit) || limit < 1) {
    return refused("invalid_parameter", "(#100) limit must be a positive integer");
  }
  const after = call.query.get("after");
  const place = after === null || after === "" ? Infinity : readCursor(after);
  if (place === undefined) return refused("invalid_cursor");
  const rest = items.filter(({ order }) => repeats && after ? order <= place : order < place);
  const slots = rest.slice(0, Math.min(limit, most) + (repeats && after ? 1 : 0));
  const last = slots.at(-1);
  if (last === undefined) return json(200, { data: [] });
  const cursors = { before: writeCursor((slots[0] ?? last).order), after: writeCursor(last.order) };
  const goesOn = rest.length > slots.length;
  const next = new URL(`https://${call.host}${call.path.slice(call.host.length + 1)}`);
  next.search = new URLSearchParams([...call.query].filter(([name]) => name !== "after")).toString();
  next.searchParams.set("access_token", token);
  next.searchParams.set("after", cursors.after);
  return json(200, {
    data: slots.filter(({ hidden }) => !hidden).map(show),
    paging: { cursors, ...(goesOn ? { next: next.href } : {}) },
  });
}

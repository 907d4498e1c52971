/** Paging of lists, and schemas for numbers and times in queries. */
import * as z from "zod";
import { invalid } from "./endpoint.ts";

/** Schema of a whole number in a query. Only decimal digits: JavaScript would also accept "0x27" and "1e2". */
export const whole = (least: number, most: number) =>
  z.preprocess(
    (text) => typeof text === "string" && !/^[0-9]{1,9}$/.test(text) ? NaN : text,
    z.coerce.number().int().min(least).max(most),
  );

/** Time with a zone, limited to what PostgreSQL accepts: no year 0, no offset beyond 15:59, at most nine fractional digits. */
export const Instant = z.iso.datetime({ offset: true }).refine(
  (text) => /^(?!0000).{10}T[\d:]{5,8}(\.\d{1,9})?(Z|[+-](0\d|1[0-5]):\d\d)$/.test(text),
  "expected a time such as 2026-11-30T09:00:00Z",
);

/** Paging parameters. `cursor` is the `next_cursor` of the previous page; with it, deep pages cost no more than the first. */
export const Paging = {
  limit: whole(1, 100).default(50),
  offset: whole(0, 10_000).default(0),
  cursor: z.string().max(300).optional(),
};

/** Message for an invalid cursor. */
export const CURSOR_RULE = "a cursor is the next_cursor of the previous page, unchanged";

/** Encodes a position in a list as a cursor; null for the end. */
export function encodeCursor(place: Record<string, unknown> | null): string | null {
  if (place === null) return null;
  return btoa(JSON.stringify(place)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Returns the position that a cursor encodes. Rejects a cursor that does not match this list's schema (422). */
export function decodeCursor<T extends z.ZodType>(cursor: string | undefined, place: T): z.output<T> | null {
  if (cursor === undefined) return null;
  try {
    return place.parse(JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))));
  } catch {
    return invalid("/cursor", CURSOR_RULE);
  }
}

/**
 * Returns the schemas of a paged list: the SQL function's result (`next`, a position) and the response (`next_cursor`), and functions
 * that convert between them.
 */
export function pagesOf<Lists extends z.ZodRawShape, Place extends z.ZodType<Record<string, unknown>>>(
  lists: Lists,
  place: Place,
) {
  return {
    found: z.object({ ...lists, next: place.nullable() }),
    output: z.object({ ...lists, next_cursor: z.string().nullable() }),
    /** Returns the position of the given cursor. */
    after: (cursor: string | undefined) => decodeCursor(cursor, place),
    /** Returns the response for a page. */
    answer: <Found extends { next: Record<string, unknown> | null }>({ next, ...found }: Found) => ({
      ...found,
      next_cursor: encodeCursor(next),
    }),
  };
}

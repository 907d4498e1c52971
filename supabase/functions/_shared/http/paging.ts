/** How lists are read page by page, and the numbers and times that queries are made of. */
import * as z from "zod";
import { invalid } from "./endpoint.ts";

/** A whole number in a query, in decimal digits: to JavaScript "0x27" and "1e2" are numbers, too. */
export const whole = (least: number, most: number) =>
  z.preprocess(
    (text) => typeof text === "string" && !/^[0-9]{1,9}$/.test(text) ? NaN : text,
    z.coerce.number().int().min(least).max(most),
  );

/** A time with its zone that PostgreSQL takes, too: it knows no year 0 and no zone beyond 15:59, and reads no endless fractions. */
export const Instant = z.iso.datetime({ offset: true }).refine(
  (text) => /^(?!0000).{10}T[\d:]{5,8}(\.\d{1,9})?(Z|[+-](0\d|1[0-5]):\d\d)$/.test(text),
  "expected a time such as 2026-11-30T09:00:00Z",
);

/** How a list is read: so many from a place on. `cursor` is the `next_cursor` of the page before; deep pages cost no more than the first. */
export const Paging = {
  limit: whole(1, 100).default(50),
  offset: whole(0, 10_000).default(0),
  cursor: z.string().max(300).optional(),
};

/** What is said of a cursor that nobody gave. */
export const CURSOR_RULE = "a cursor is the next_cursor of the page before, unchanged";

/** Makes the text that stands for a place in a list. */
export function encodeCursor(place: Record<string, unknown> | null): string | null {
  if (place === null) return null;
  return btoa(JSON.stringify(place)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The place that a cursor stands for; one that was not made by `encodeCursor` for this list is refused (422). */
export function decodeCursor<T extends z.ZodType>(cursor: string | undefined, place: T): z.output<T> | null {
  if (cursor === undefined) return null;
  try {
    return place.parse(JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))));
  } catch {
    return invalid("/cursor", CURSOR_RULE);
  }
}

/**
 * A list that is read by pages: what its SQL function gives (`next`, a place), what is answered (`next_cursor`), and the way from one to
 * the other.
 */
export function pagesOf<Lists extends z.ZodRawShape, Place extends z.ZodType<Record<string, unknown>>>(
  lists: Lists,
  place: Place,
) {
  return {
    found: z.object({ ...lists, next: place.nullable() }),
    output: z.object({ ...lists, next_cursor: z.string().nullable() }),
    /** The place that the given cursor stands for. */
    after: (cursor: string | undefined) => decodeCursor(cursor, place),
    /** A page as it is answered. */
    answer: <Found extends { next: Record<string, unknown> | null }>({ next, ...found }: Found) => ({
      ...found,
      next_cursor: encodeCursor(next),
    }),
  };
}

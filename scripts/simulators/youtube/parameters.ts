/** The parameters that the lists share, and Google's errors for invalid ones. */
import { type Answer, type Call, words } from "../engine/provider.ts";
import type { Selection } from "../google/field_selection.ts";
import * as failures from "../google/google_error.ts";
import type { Fault } from "../engine/faults.ts";
import { readPageToken, writePageToken } from "./page_token.ts";

/** The parts and parameters that a method accepts. */
export interface Parameters {
  readonly parts: readonly string[];
  readonly parameters: readonly string[];
}

const system_parameters = words(
  "alt fields key access_token oauth_token prettyPrint quotaUser $.xgafv callback uploadType upload_protocol part",
);

export function readParts(method: Parameters, call: Call): ReadonlySet<string> | Answer {
  const known = new Set([...system_parameters, ...method.parameters]);
  for (const name of call.query.keys()) {
    if (known.has(name)) continue;
    return failures.invalidArgument(
      `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. ` +
        `Field '${name}' could not be found in request message.`,
      "invalid",
    );
  }
  const parts = values(call, "part");
  if (parts.length === 0) return failures.parameterError("missingRequiredParameter", "'part'", "part");
  const unknown = parts.find((part) => !method.parts.includes(part));
  return unknown === undefined ? new Set(parts) : failures.unknownPart(unknown);
}

/** Reads a list parameter, which may be repeated or comma-separated. */
export function values(call: Call, name: string): string[] {
  return call.query.getAll(name).flatMap((value) => value.split(",")).map((value) => value.trim()).filter((
    value,
  ) => value !== "");
}

export function isKnown(selection: Selection, method: Parameters): boolean {
  const top = words(
    "kind etag items nextPageToken prevPageToken pageInfo eventId tokenPagination visitorId *",
  );
  const below = [...method.parts, "kind", "etag", "*"];
  return [...selection.keys()].every((name) => top.includes(name)) &&
    [...(selection.get("items")?.keys() ?? [])].every((name) => below.includes(name));
}

/** Returns the only filter given, or the error. */
export function oneFilter(call: Call, filters: readonly string[]): string | Answer {
  const given = filters.filter((name) =>
    call.query.has(name) && call.query.get(name) !== "" && call.query.get(name) !== "false"
  );
  const [only] = given;
  if (only === undefined) {
    const expected = `No filter selected. Expected one of: ${filters.join(", ")}`;
    return failures.parameterError("missingRequiredParameter", expected, "parameters.");
  }
  if (given.length === 1) return only;
  const both = `Incompatible parameters specified in the request: ${given.join(", ")}`;
  return failures.parameterError("incompatibleParameters", both, "parameters.");
}

export interface Page {
  readonly from: number;
  readonly size: number;
  /** The page size that the client requested, which `resultsPerPage` repeats. */
  readonly asked: number;
}

export function readPage(call: Call, lowest = 0): Page | Answer {
  const text = call.query.get("maxResults") ?? "5";
  const asked = Number(text);
  if (!/^-?\d{1,10}$/.test(text)) {
    return failures.invalidArgument(`Invalid value at 'max_results' (TYPE_UINT32), "${text}"`, "invalid");
  }
  if (asked < lowest || asked > 50) {
    const range = `Invalid value '${text}'. Values must be within the range: [${lowest}, 50]`;
    return failures.googleError(400, range, {
      domain: "youtube.parameter",
      reason: "invalidValue",
      location: "maxResults",
      locationType: "parameter",
    });
  }
  const token = call.query.get("pageToken") ?? "";
  if (token === "") return { from: 0, size: asked, asked };
  const read = readPageToken(token);
  if (read === undefined) {
    return failures.parameterError(
      "invalidPageToken",
      "The request specifies an invalid page token.",
      "pageToken",
    );
  }
  if (!read.back) return { from: read.position, size: asked, asked };
  const from = Math.max(0, read.position - asked);
  return { from, size: read.position - from, asked };
}

/** `leads` is a fault that makes the next page begin elsewhere instead of after this one. */
export function pageHead(page: Page, total: number, leads?: Fault["next"]): Record<string, unknown> {
  const end = page.from + page.size;
  const position = leads === undefined ? end : leads === "same" ? page.from : 0;
  return {
    ...(position < total && page.size > 0
      ? { nextPageToken: writePageToken({ position, back: false }) }
      : {}),
    ...(page.from > 0 ? { prevPageToken: writePageToken({ position: page.from, back: true }) } : {}),
    pageInfo: { totalResults: total, resultsPerPage: page.asked },
  };
}

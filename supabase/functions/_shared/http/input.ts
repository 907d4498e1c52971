/**
 * Reads and validates a request's path, query and body. Nothing here has side effects.
 * For duplicate keys of a JSON object, the last one wins, as in JavaScript.
 */
import type * as z from "zod";
import { ApiError, type InputFault } from "../errors.ts";

/** 1 MiB. */
export const DEFAULT_BODY_LIMIT = 1_048_576;
const MAX_DEPTH = 32;
const MAX_FAULTS = 20;

/** Throws `not_found` for any path except /functions/v1/<name>: a function has no sub-paths. */
export function checkPath(pathname: string, name: string): void {
  const path = pathname.replace(/^\/functions\/v1(?=\/)/, "").replace(/\/$/, "");
  if (path === "" || path === `/${name}`) return;
  throw new ApiError("not_found", "Cannot find this path: a function has no sub-paths");
}

/** Returns the query as an object. Omits `forceFunctionRegion`, with which supabase-js selects a region. */
export function readQuery(url: URL): Record<string, string> {
  const { forceFunctionRegion: _, ...query } = readPairs(url.search.slice(1), "query");
  return query;
}

/** Parses percent-encoded names and values as in a query. Each name may occur once. */
function readPairs(text: string, place: "query" | "body"): Record<string, string> {
  try {
    decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new ApiError("invalid_encoding", `Cannot read the ${place}: it is not percent-encoded UTF-8`);
  }
  const pairs: Record<string, string> = Object.create(null);
  const faults: InputFault[] = [];
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in pairs) faults.push({ pointer: pointerTo([name]), detail: "must be given once" });
    pairs[name] = value;
  }
  if (faults.length > 0) throw invalidInput(faults);
  return pairs;
}

/** Reads a body. Enforces `limit` on the bytes received, even when `content-length` is wrong. */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () => {
    // Not awaited: the response should not wait for the rest of the body.
    request.body?.cancel().catch(() => {});
    return new ApiError("payload_too_large", `Cannot accept the body: at most ${limit} bytes are allowed`, {
      extras: { limit },
    });
  };
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    let step: ReadableStreamReadResult<Uint8Array>;
    try {
      step = await reader.read();
    } catch (cause) {
      throw new ApiError("bad_request", "Cannot read the body: it ended early", { cause });
    }
    if (step.done) break;
    size += step.value.byteLength;
    if (size > limit) {
      reader.releaseLock();
      throw tooLarge();
    }
    chunks.push(step.value);
  }
  if (chunks.length === 1 && chunks[0]) return chunks[0];
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** Format of a body. A form is `application/x-www-form-urlencoded`; a feed is passed to the handler as text. */
export type BodyKind = "json" | "form" | "feed";

export const MEDIA_TYPES = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  feed: "application/atom+xml",
} as const;

/** Throws unless the body has the accepted media type, in UTF-8 and not compressed. Callers skip this check for an absent body. */
export function checkMediaType(headers: Headers, takes: BodyKind = "json"): void {
  const accepted = MEDIA_TYPES[takes];
  const given = headers.get("content-type") ?? "";
  const [type, ...parameters] = given.toLowerCase().split(";").map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice(8).replaceAll(
    '"',
    "",
  );
  const encoding = headers.get("content-encoding")?.toLowerCase() ?? "identity";
  const isRight = type === accepted &&
    (charset === undefined || charset === "utf-8" || charset === "utf8");
  if (isRight && encoding === "identity") return;
  throw new ApiError(
    "unsupported_media_type",
    `Cannot read the body: it must be sent as ${accepted} in UTF-8, not compressed`,
    { headers: { accept: accepted, "accept-encoding": "identity" } },
  );
}

/** Parses a body; an empty JSON body counts as an empty object. */
export function parseBody(bytes: Uint8Array, takes: BodyKind = "json"): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ApiError("invalid_encoding", "Cannot read the body: it is not UTF-8");
  }
  if (takes === "form") return readPairs(text, "body");
  if (takes === "feed") return text;
  if (bytes.byteLength === 0) return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError("invalid_json", "Cannot read the body: it is not JSON");
  }
}

/**
 * Validates against the contract's schema. Rejects strings that PostgreSQL cannot store (NUL, lone surrogates) in any position.
 *
 * @throws {ApiError} `validation_failed` with a JSON pointer for every broken rule, at most 20.
 */
export function validate<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const faults = unstorable(value);
  if (faults.length > 0) throw invalidInput(faults);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidInput(result.error.issues.flatMap(faultsOf));
}

function faultsOf(issue: z.core.$ZodIssue): InputFault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      detail: "is not known here",
    }));
  }
  return [{ pointer: pointerTo(issue.path), detail: issue.message }];
}

function invalidInput(all: InputFault[]): ApiError {
  const errors = all.slice(0, MAX_FAULTS);
  const [first] = errors;
  const more = all.length > 1 ? `, and ${all.length - 1} more` : "";
  return new ApiError(
    "validation_failed",
    `Cannot accept the request: ${first?.pointer || "the input"}: ${first?.detail ?? "is wrong"}${more}`,
    { errors },
  );
}

/** Returns a JSON pointer (RFC 6901). */
function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).slice(0, 100).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("").toWellFormed();
}

/** Returns the strings and keys that PostgreSQL cannot store. Iterates without recursion, so that nesting cannot exhaust the stack. */
function unstorable(value: unknown): InputFault[] {
  const faults: InputFault[] = [];
  const open: { value: unknown; path: PropertyKey[] }[] = [{ value, path: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path } = next;
    if (typeof value === "string") {
      const detail = textFault(value);
      if (detail) faults.push({ pointer: pointerTo(path), detail });
    } else if (typeof value === "object" && value !== null) {
      if (path.length >= MAX_DEPTH) {
        return [{ pointer: pointerTo(path), detail: `must not be nested deeper than ${MAX_DEPTH} levels` }];
      }
      for (const [key, member] of Object.entries(value)) {
        const detail = textFault(key);
        if (detail) faults.push({ pointer: pointerTo([...path, key]), detail });
        open.push({ value: member, path: [...path, key] });
      }
    }
    if (faults.length >= MAX_FAULTS) break;
  }
  return faults;
}

function textFault(text: string): string | undefined {
  if (text.includes("\0")) return "must not contain the NUL character";
  if (!text.isWellFormed()) return "must be well-formed Unicode (it has half of a surrogate pair)";
}

import type { components } from "./api.types.ts";
import { RAISED } from "./operations.ts";

/** The stable codes of docs/problems.md, and `unreachable` if there was no response at all. */
export type ProblemCode = components["schemas"]["Problem"]["code"] | "unreachable";

/** A rule that the input violates; `pointer` is a JSON pointer (RFC 6901) into the input. */
export interface InputFault {
  pointer: string;
  detail: string;
}

/** Every failure of a call. Branch on `code`; `message` is written for people. */
export class StreamVibeError extends Error {
  override readonly name = "StreamVibeError";
  readonly code: ProblemCode;
  /** 0 if there was no response. */
  readonly status: number;
  /** The request's id in the server's logs, for support. */
  readonly request_id: string | null;
  readonly errors: InputFault[];
  /** Milliseconds after which a retry may succeed, if the server sent `Retry-After`. */
  readonly retry_after_ms: number | null;
  /** Further members of the problem, such as `quota`, `limit`, `used` and `resets_at`. */
  readonly extras: Record<string, unknown>;

  constructor(
    code: ProblemCode,
    message: string,
    about: Partial<Omit<StreamVibeError, "code" | "message" | "name">> & { cause?: unknown } = {},
  ) {
    super(message, { cause: about.cause });
    this.code = code;
    this.status = about.status ?? 0;
    this.request_id = about.request_id ?? null;
    this.errors = about.errors ?? [];
    this.retry_after_ms = about.retry_after_ms ?? null;
    this.extras = about.extras ?? {};
  }
}

/** Returns whether a thrown value is a StreamVibeError, with one of the codes if any are given. */
export function isProblem(error: unknown, ...codes: ProblemCode[]): error is StreamVibeError {
  return error instanceof StreamVibeError && (codes.length === 0 || codes.includes(error.code));
}

/** Parses a `Retry-After` header, seconds or a date, to milliseconds. */
export function retryAfter(header: string | null, now = Date.now()): number | null {
  if (header === null || header.trim() === "") return null;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** Converts a response outside 2xx to an error. */
export async function problemOf(response: Response): Promise<StreamVibeError> {
  const text = await response.text().catch(() => "");
  const body = parse(text);
  const { type: _type, title, status: _status, detail, code, request_id, errors, ...extras } = body;
  const about = {
    status: response.status,
    request_id: asText(request_id) ?? response.headers.get("x-request-id"),
    errors: Array.isArray(errors) ? errors as InputFault[] : [],
    retry_after_ms: retryAfter(response.headers.get("retry-after")),
    extras,
  };
  const message = asText(detail) ?? asText(title) ?? `The server answered ${response.status}`;
  return new StreamVibeError(asText(code) as ProblemCode | null ?? codeOf(response.status), message, about);
}

/** Converts an error of the Data API from supabase-js; errors that our own functions raised keep their code. */
export function problemOfData(
  error: { code?: string | null; message: string; details?: string | null },
  status: number,
): StreamVibeError {
  const raised = RAISED[error.code ?? ""];
  if (raised) {
    return new StreamVibeError(raised as ProblemCode, error.message, {
      status,
      extras: parse(error.details ?? ""),
      cause: error,
    });
  }
  const code = status === 0 ? "unreachable" : codeOf(status);
  return new StreamVibeError(code, error.message, { status, extras: { sqlstate: error.code }, cause: error });
}

/** Returns the code for a response that is not a problem document, for example from a proxy or from Supabase itself. */
function codeOf(status: number): ProblemCode {
  const codes: Record<number, ProblemCode> = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    413: "payload_too_large",
    429: "rate_limited",
    503: "unavailable",
    504: "timeout",
  };
  return codes[status] ?? (status >= 500 ? "internal" : "bad_request");
}

function asText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/**
 * One error class that clients see and one table of codes. Known database errors map to a code; any other error reaches the client as
 * `internal` with the request id. Error responses are problem details (RFC 9457, https://www.rfc-editor.org/rfc/rfc9457).
 */

/** Stable, machine-readable codes; each has one status and one title. */
export const CODES = {
  bad_request: [400, "The request cannot be understood"],
  invalid_json: [400, "The body is not JSON"],
  invalid_encoding: [400, "The text is not UTF-8"],
  idempotency_key_invalid: [400, "The idempotency key cannot be used"],
  oauth_state_invalid: [400, "The sign-in attempt is unknown, used or too old"],
  oauth_denied: [400, "The platform did not grant access"],
  redirect_uri_not_allowed: [400, "The redirect address is not allowed"],
  unauthorized: [401, "Valid credentials are needed"],
  quota_exceeded: [402, "The plan's quota is used up"],
  ai_budget_exceeded: [402, "The budget for AI is used up"],
  forbidden: [403, "This is not allowed"],
  sign_in_again: [403, "A recent sign-in is needed"],
  not_found: [404, "Not found"],
  method_not_allowed: [405, "The method is not allowed"],
  conflict: [409, "The request conflicts with the current state"],
  sync_in_progress: [409, "A sync of this account is running"],
  account_disconnected: [409, "The account is disconnected"],
  account_locked: [409, "The platform requires a confirmation first"],
  site_not_connected: [409, "No site is set up at the search engine"],
  content_not_public: [409, "Visitors cannot see the item"],
  lease_lost: [409, "Another worker has taken over"],
  idempotency_in_progress: [409, "The first request with this key is still running"],
  payload_too_large: [413, "The body is too large"],
  unsupported_media_type: [415, "The media type is not supported"],
  platform_account_missing: [422, "There is no channel or profile to connect"],
  validation_failed: [422, "The request breaks a rule"],
  idempotency_key_reused: [422, "The idempotency key was used for another request"],
  rate_limited: [429, "Too many requests"],
  too_many_jobs: [429, "Too many jobs are under way"],
  internal: [500, "Something went wrong on our side"],
  provider_error: [502, "The platform gave an answer that cannot be used"],
  provider_unavailable: [503, "The platform cannot be reached"],
  provider_quota_exceeded: [503, "The platform's quota is used up for now"],
  unavailable: [503, "The service cannot answer at the moment"],
  timeout: [504, "The work took too long"],
} as const satisfies Record<string, readonly [number, string]>;

/** A code of the table above. */
export type ErrorCode = keyof typeof CODES;

/** One broken rule of the input; `pointer` is a JSON pointer (RFC 6901) into the body or the query. */
export interface InputFault {
  pointer: string;
  detail: string;
}

/** Optional parts of an error besides its code and detail. */
export interface ErrorOptions {
  /** Extra members of the problem document, such as `quota` or `resets_at`. */
  extras?: Record<string, unknown>;
  errors?: InputFault[];
  headers?: Record<string, string>;
  /** Seconds, sent as `Retry-After`. */
  retry_after?: number;
  /** Overrides the table's status where a code has two (a provider that is down: 502 or 503). */
  status?: number;
  cause?: unknown;
}

/** Body of an error response. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  code: ErrorCode;
  request_id: string;
  errors?: InputFault[];
  [extra: string]: unknown;
}

/** An error that the caller sees. `detail` is written for a creator: it contains no SQL, stack or secret. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly extras: Record<string, unknown>;
  readonly errors: InputFault[] | undefined;
  readonly headers: Record<string, string>;

  constructor(code: ErrorCode, detail?: string, options: ErrorOptions = {}) {
    super(detail ?? CODES[code][1], { cause: options.cause });
    this.code = code;
    this.status = options.status ?? CODES[code][0];
    this.extras = options.extras ?? {};
    this.errors = options.errors;
    this.headers = { ...options.headers };
    if (options.retry_after !== undefined) {
      this.headers["retry-after"] = String(Math.max(1, Math.ceil(options.retry_after)));
    }
  }

  /** Returns the problem document for one request. `docs_url` is where docs/problems.md is published, if it is. */
  toProblem(request_id: string, docs_url?: string): Problem {
    return {
      ...this.extras,
      type: docs_url ? `${docs_url}/problems#${this.code}` : `urn:streamvibe:problem:${this.code}`,
      title: CODES[this.code][1],
      status: this.status,
      ...(this.message === CODES[this.code][1] ? {} : { detail: this.message }),
      code: this.code,
      request_id,
      ...(this.errors ? { errors: this.errors } : {}),
    };
  }
}

/** Throws 404. Used for other users' resources too, so that their existence stays hidden. */
export function notFound(resource: string, id: string): never {
  throw new ApiError("not_found", `Cannot find the ${resource}: none with id ${id} belongs to you`, {
    extras: { resource, id },
  });
}

/** Throws 422 for one field. For rules that a schema cannot express. */
export function invalid(pointer: string, detail: string): never {
  throw new ApiError("validation_failed", `Cannot accept the request: ${detail}`, {
    errors: [{ pointer, detail }],
  });
}

/** Maps the SQLSTATEs that our SQL functions raise to codes, by domain. DETAIL is JSON with extra members of the problem document. */
export const RAISED: Readonly<Record<string, ErrorCode>> = {
  SVG01: "bad_request",
  SVG02: "forbidden",
  SVG03: "not_found",
  SVG04: "lease_lost",
  SVQ01: "quota_exceeded",
  SVO01: "oauth_state_invalid",
  SVC01: "account_disconnected",
  SVC02: "lease_lost",
  SVS01: "sync_in_progress",
  SVS02: "lease_lost",
  SVS03: "provider_error",
  SVP01: "provider_quota_exceeded",
  SVE01: "site_not_connected",
  SVE02: "content_not_public",
  SVJ01: "too_many_jobs",
  SVJ02: "lease_lost",
  SVW01: "conflict",
  SVW02: "lease_lost",
};

/** An error that PostgreSQL or the Data API reported. Both drivers of `database.ts` throw the same errors. */
export class DatabaseError extends Error {
  override name = "DatabaseError";
  constructor(
    /** SQLSTATE, a `PGRST…` code of the Data API, or `unreachable`. */
    readonly sqlstate: string,
    message: string,
    readonly detail: string | null = null,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

// Connection refused or lost, too many connections, shutting down, out of memory or disk, lock not available, Data API without a database.
const UNAVAILABLE = /^(unreachable|08...|53...|57P0[1-5]|55P03|PGRST00[0-3])$/;

/** Converts any thrown value into the error that the caller sees; unexpected errors become `internal`. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof DatabaseError) {
    const code = RAISED[error.sqlstate];
    if (code) {
      const extras = parseExtras(error.detail);
      const retry_after = typeof extras.retry_after === "number" ? extras.retry_after : undefined;
      return new ApiError(code, error.message, { extras, retry_after, cause: error });
    }
    if (UNAVAILABLE.test(error.sqlstate)) {
      return new ApiError("unavailable", undefined, { retry_after: 5, cause: error });
    }
    // An access token stays valid for up to an hour after its user is deleted.
    if (error.sqlstate === "23503" && /_user_id_fkey"/.test(error.message)) {
      return new ApiError("unauthorized", "Cannot do this: the account was deleted", { cause: error });
    }
    if (error.sqlstate === "57014") {
      return new ApiError("timeout", undefined, { retry_after: 5, cause: error });
    }
  }
  return new ApiError("internal", undefined, { cause: error });
}

function parseExtras(detail: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(detail ?? "{}");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Meta's error envelope: `code` and `error_subcode` identify the error; the HTTP status is mostly 400. */
import { type Answer, json } from "../engine/provider.ts";

interface Failure {
  readonly code: number;
  readonly message: string;
  /** Defaults to 400; `type` defaults to `OAuthException`. */
  readonly status?: number;
  readonly type?: string;
  readonly error_subcode?: number;
  readonly is_transient?: boolean;
}

const failures: Readonly<Record<string, Failure>> = {
  token_expired: {
    code: 190,
    error_subcode: 463,
    message: "Error validating access token: Session has expired on Sunday, 15-Nov-26 10:00:00 PST.",
  },
  token_revoked: {
    code: 190,
    error_subcode: 458,
    message: "Error validating access token: The user has not authorized application 1234567890.",
  },
  password_changed: {
    code: 190,
    error_subcode: 460,
    message:
      "Error validating access token: The session has been invalidated because the user changed their password.",
  },
  token_checkpoint: {
    code: 190,
    error_subcode: 459,
    message:
      "Error validating access token: You cannot access the app till you log in to www.facebook.com and follow the instructions given.",
  },
  unconfirmed: {
    code: 190,
    error_subcode: 464,
    message:
      "Error validating access token: Sessions for the user are not allowed because the user is not a confirmed user.",
  },
  blocking_checkpoint: {
    code: 190,
    error_subcode: 490,
    message: "Error validating access token: The user is enrolled in a blocking, logged-in checkpoint",
  },
  restricted: { code: 25, error_subcode: 2207050, message: "The Instagram account is restricted." },
  token_malformed: { code: 190, message: "Invalid OAuth access token - Cannot parse access token" },
  no_token: {
    code: 2500,
    message: "An active access token must be used to query information about the current user.",
  },
  missing_scope: {
    code: 10,
    status: 403,
    message: "(#10) Application does not have permission for this action",
  },
  few_viewers: { code: 10, message: "(#10) Not enough viewers for the media to show insights" },
  permission_denied: {
    code: 200,
    status: 403,
    message: "(#200) Requires pages_read_engagement permission to manage the object",
  },
  no_such_object: {
    code: 100,
    error_subcode: 33,
    type: "GraphMethodException",
    message:
      "Unsupported get request. Object with ID does not exist, cannot be loaded due to missing permissions, or does not support this operation",
  },
  // A batch occasionally reports an entry this way.
  no_such_object_plain: {
    code: 100,
    type: "GraphMethodException",
    message:
      "Unsupported get request. Object with ID '1' does not exist, cannot be loaded due to missing permissions, or does not support this operation",
  },
  invalid_parameter: { code: 100, message: "(#100) Invalid parameter" },
  invalid_cursor: { code: 100, message: "(#100) The cursor is invalid or has expired" },
  too_young: {
    code: 100,
    error_subcode: 2207065,
    type: "IGApiException",
    message: "The access token is less than 24 hours old and cannot be refreshed yet",
  },
  unknown_path: { code: 2500, message: "Unknown path components" },
  app_limit: { code: 4, status: 403, message: "(#4) Application request limit reached" },
  user_limit: { code: 17, message: "(#17) User request limit reached" },
  page_limit: { code: 32, message: "(#32) Page request limit reached" },
  custom_limit: { code: 613, message: "(#613) Calls to this api have exceeded the rate limit." },
  pages_account_limit: {
    code: 80001,
    message: "(#80001) There have been too many calls to this Page account. Wait a bit and try again.",
  },
  instagram_account_limit: {
    code: 80002,
    message: "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.",
  },
  too_heavy: {
    code: 1,
    status: 500,
    message: "Please reduce the amount of data you're asking for, then retry your request",
  },
  unknown: { code: 1, status: 500, message: "An unknown error occurred" },
  temporarily_unavailable: {
    code: 2,
    status: 503,
    is_transient: true,
    message: "An unexpected error has occurred. Please retry your request later.",
  },
  caption_too_long: { code: 36004, error_subcode: 2207010, message: "The caption was too long." },
  no_such_container: { code: 24, error_subcode: 2207006, message: "The requested resource does not exist" },
  not_ready: { code: 9007, error_subcode: 2207027, message: "Media ID is not available" },
  posts_a_day: { code: 9, error_subcode: 2207042, message: "Application request limit reached" },
  spam: { code: 4, error_subcode: 2207051, status: 403, message: "Application request limit reached" },
  media_not_fetched: {
    code: 9004,
    error_subcode: 2207052,
    message: "Only photo or video can be accepted as media type.",
  },
  blocked: { code: 368, message: "The action attempted has been deemed abusive or is otherwise disallowed" },
};

/** The reason for a fault that names only a status. */
const by_status: Readonly<Record<string, string>> = {
  "400": "invalid_parameter",
  "401": "token_expired",
  "403": "missing_scope",
  "404": "no_such_object",
  "429": "app_limit",
  "500": "unknown",
  "502": "temporarily_unavailable",
  "503": "temporarily_unavailable",
  "504": "temporarily_unavailable",
};

let traces = 0;

/** Builds an error; `message` replaces the default, `headers` are added. Returns undefined for an unknown reason. */
export function graphFailure(
  reason: string,
  { message, headers }: { message?: string; headers?: Record<string, string> } = {},
): Answer | undefined {
  const failure = failures[by_status[reason] ?? reason];
  if (failure === undefined) return undefined;
  const { status = 400, type = "OAuthException", ...rest } = failure;
  const error = { type, ...rest };
  const fbtrace_id = `A${(++traces).toString(36).padStart(10, "0")}Sim`;
  const shown = { ...error, ...(message === undefined ? {} : { message }), fbtrace_id };
  const code = Number(reason) >= 400 ? Number(reason) : status;
  const challenge: Record<string, string> = error.code === 190
    ? { "www-authenticate": `OAuth "Facebook Platform" "invalid_token" "${shown.message}"` }
    : {};
  return json(code, { error: shown }, { "x-fb-trace-id": fbtrace_id, ...challenge, ...headers });
}

/** Returns an error for the simulator's own refusals; throws unless the table has the reason. */
export function refused(reason: string, message?: string): Answer {
  const answer = graphFailure(reason, message === undefined ? {} : { message });
  if (answer === undefined) throw new Error(`Cannot refuse a call: there is no Meta failure ${reason}`);
  return answer;
}

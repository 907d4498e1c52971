/** Errors in the shape of all Google APIs, with the messages of the YouTube Data API. */
import { type Answer, json } from "../engine/provider.ts";

interface Detail {
  readonly message?: string;
  readonly domain: string;
  readonly reason: string;
  readonly location?: string;
  readonly locationType?: string;
}

export function googleError(
  code: number,
  message: string,
  detail: Detail,
  more: { status?: string; details?: unknown[]; headers?: Record<string, string> } = {},
): Answer {
  const { message: own = message, domain, reason, location, locationType } = detail;
  return json(code, {
    error: {
      code,
      message,
      errors: [{
        message: own,
        domain,
        reason,
        ...(location === undefined ? {} : { location, locationType }),
      }],
      ...(more.status === undefined ? {} : { status: more.status }),
      ...(more.details === undefined ? {} : { details: more.details }),
    },
  }, { vary: "Origin, X-Origin, Referer", ...more.headers });
}

export function parameterError(reason: string, message: string, location: string): Answer {
  const locationType = location === "parameters." ? "other" : "parameter";
  return googleError(400, message, { domain: "youtube.parameter", reason, location, locationType });
}

export function unknownPart(part: string): Answer {
  return googleError(400, `'${part}'`, {
    domain: "youtube.part",
    reason: "unknownPart",
    location: "part",
    locationType: "parameter",
  });
}

/** An error from the API's front end, before the call reaches YouTube. */
export function invalidArgument(message: string, reason = "badRequest"): Answer {
  return googleError(400, message, { domain: "global", reason }, { status: "INVALID_ARGUMENT" });
}

const service = "youtube.googleapis.com";
const challenge = 'Bearer realm="https://accounts.google.com/"';
const sign_in = "Expected OAuth 2 access token, login cookie or other valid authentication credential. " +
  "See https://developers.google.com/identity/sign-in/web/devconsole-project.";

function errorInfo(reason: string, metadata: Record<string, string>): unknown[] {
  return [{
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    reason,
    domain: "googleapis.com",
    metadata,
  }];
}

export function deadToken(): Answer {
  return googleError(401, `Request had invalid authentication credentials. ${sign_in}`, {
    message: "Invalid Credentials",
    domain: "global",
    reason: "authError",
    location: "Authorization",
    locationType: "header",
  }, { status: "UNAUTHENTICATED", headers: { "www-authenticate": `${challenge}, error="invalid_token"` } });
}

export function noCredential(method: string): Answer {
  return googleError(401, `Request is missing required authentication credential. ${sign_in}`, {
    message: "Login Required.",
    domain: "global",
    reason: "required",
    location: "Authorization",
    locationType: "header",
  }, {
    status: "UNAUTHENTICATED",
    details: errorInfo("CREDENTIALS_MISSING", { service, method }),
    headers: { "www-authenticate": challenge },
  });
}

export function unregisteredCaller(): Answer {
  return googleError(
    403,
    "Method doesn't allow unregistered callers (callers without established identity). " +
      "Please use API Key or other form of API consumer identity to call this API.",
    { domain: "global", reason: "forbidden" },
    { status: "PERMISSION_DENIED" },
  );
}

export function badApiKey(): Answer {
  return googleError(400, "API key not valid. Please pass a valid API key.", {
    domain: "global",
    reason: "badRequest",
  }, {
    status: "INVALID_ARGUMENT",
    details: errorInfo("API_KEY_INVALID", { service }),
  });
}

export function missingScope(method: string, scopes: readonly string[]): Answer {
  return googleError(403, "Request had insufficient authentication scopes.", {
    message: "Insufficient Permission",
    domain: "global",
    reason: "insufficientPermissions",
  }, {
    status: "PERMISSION_DENIED",
    details: errorInfo("ACCESS_TOKEN_SCOPE_INSUFFICIENT", { service, method }),
    headers: { "www-authenticate": `${challenge}, error="insufficient_scope", scope="${scopes.join(" ")}"` },
  });
}

const over_quota =
  'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.';

export function quotaExceeded(): Answer {
  return googleError(403, over_quota, { domain: "youtube.quota", reason: "quotaExceeded" });
}

/** The error of a granular bucket, or of the limit per minute. */
export function rateLimitExceeded(
  metric: string,
  limit: string,
  value: number,
  unit: string,
  project: string,
): Answer {
  const message =
    `Quota exceeded for quota metric '${metric}' and limit '${metric} per ${unit}' of service '${service}' ` +
    `for consumer 'project_number:${project}'.`;
  return googleError(429, message, { domain: "global", reason: "rateLimitExceeded" }, {
    status: "RESOURCE_EXHAUSTED",
    details: errorInfo("RATE_LIMIT_EXCEEDED", {
      service,
      consumer: `projects/${project}`,
      quota_metric: `${service}/${limit === "defaultPerMinutePerProject" ? "default" : "batch_get_stats"}`,
      quota_limit: limit,
      quota_limit_value: String(value),
      quota_unit: unit === "minute" ? "1/min/{project}" : "1/d/{project}",
      quota_location: "global",
    }),
  });
}

/** The reason for a fault that names only a status. */
const by_status: Readonly<Record<string, string>> = {
  "400": "badRequest",
  "401": "authError",
  "403": "forbidden",
  "404": "notFound",
  "429": "rateLimitExceeded",
  "500": "internalError",
  "503": "serviceUnavailable",
};

/** Failures that consist of only a code, a message and a domain. */
const plain: Readonly<
  Record<string, readonly [code: number, message: string, domain: string, status?: string]>
> = {
  forbidden: [403, "The caller does not have permission", "global", "PERMISSION_DENIED"],
  notFound: [404, "Method not found.", "global", "NOT_FOUND"],
  userRateLimitExceeded: [403, "User Rate Limit Exceeded", "usageLimits"],
  authenticatedUserAccountClosed: [
    403,
    "The YouTube account of the authenticated user is closed.",
    "youtube.common",
  ],
  authenticatedUserAccountSuspended: [
    403,
    "The YouTube account of the authenticated user is suspended.",
    "youtube.common",
  ],
  channelClosed: [403, "The channel that the request specifies has been closed.", "youtube.common"],
  channelSuspended: [403, "The channel that the request specifies has been suspended.", "youtube.common"],
  internalError: [500, "Internal error encountered.", "global", "INTERNAL"],
  backendError: [500, "Backend Error", "global"],
};

/** Returns the failure for a reason or a bare status. */
export function failureByReason(asked: string): Answer | undefined {
  const reason = by_status[asked] ?? asked;
  const known = plain[reason];
  if (known) {
    const [code, message, domain, status] = known;
    return googleError(code, message, { domain, reason }, status === undefined ? {} : { status });
  }
  switch (reason) {
    case "badRequest":
      return invalidArgument("Request contains an invalid argument.");
    case "authError":
      return deadToken();
    case "rateLimitExceeded":
      return rateLimitExceeded("Queries", "defaultPerMinutePerProject", 1_800_000, "minute", "1");
    case "batchGetStatsExceeded": {
      const limit = "defaultBatchGetStatsPerDayPerProject";
      return rateLimitExceeded("Batch Get Stats Queries", limit, 10_000, "day", "1");
    }
    case "quotaExceeded":
      return quotaExceeded();
    case "accessNotConfigured":
      return googleError(
        403,
        "YouTube Data API v3 has not been used in project 1 before or it is disabled. Enable it by visiting " +
          "https://console.developers.google.com/apis/api/youtube.googleapis.com/overview?project=1 then retry.",
        { domain: "usageLimits", reason },
        {
          status: "PERMISSION_DENIED",
          details: errorInfo("SERVICE_DISABLED", { service, consumer: "projects/1" }),
        },
      );
    case "insufficientPermissions":
      return missingScope("youtube.api.v3.V3DataChannelService.List", []);
    case "youtubeSignupRequired": {
      const header = { location: "Authorization", locationType: "header" };
      const detail = { domain: "youtube.header", reason, ...header };
      return googleError(401, "Unauthorized", detail, { headers: { "www-authenticate": challenge } });
    }
    case "playlistNotFound":
      return playlistNotFound();
    case "invalidPageToken":
      return parameterError("invalidPageToken", "The request specifies an invalid page token.", "pageToken");
    case "502":
      return { status: 502, headers: { "content-type": "text/html; charset=UTF-8" }, body: bad_gateway };
    case "serviceUnavailable": {
      const detail = { domain: "global", reason: "backendError" };
      return googleError(503, "The service is currently unavailable.", detail, { status: "UNAVAILABLE" });
    }
  }
}

export function playlistNotFound(): Answer {
  return googleError(
    404,
    "The playlist identified with the request's <code>playlistId</code> parameter cannot be found.",
    {
      domain: "youtube.playlistItem",
      reason: "playlistNotFound",
      location: "playlistId",
      locationType: "parameter",
    },
  );
}

const bad_gateway = `<!DOCTYPE html>
<html lang=en>
  <title>Error 502 (Server Error)!!1</title>
  <p><b>502.</b> <ins>That's an error.</ins>
  <p>The server encountered a temporary error and could not complete your request.<p>Please try again in 30 seconds.
`;

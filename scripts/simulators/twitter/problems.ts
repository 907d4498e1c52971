/** X's error responses, in their various shapes. */
import { type Answer, json } from "../engine/provider.ts";

const problems = "https://api.x.com/2/problems";

export function blank(status: number, title: string, headers: Record<string, string> = {}): Answer {
  return json(status, { title, type: "about:blank", status, detail: title }, {
    ...headers,
    "content-type": "application/problem+json",
  });
}

export function invalidRequest(
  parameter: string,
  value: string,
  message: string,
  headers: Record<string, string> = {},
): Answer {
  return json(400, {
    errors: [{ parameters: { [parameter]: [value] }, message }],
    title: "Invalid Request",
    detail: "One or more parameters to your request was invalid.",
    type: `${problems}/invalid-request`,
  }, headers);
}

export function notFound(resource_type: "user" | "tweet", parameter: string, value: string) {
  return {
    value,
    detail: `Could not find ${resource_type} with ${parameter}: [${value}].`,
    title: "Not Found Error",
    resource_type,
    parameter,
    resource_id: value,
    type: `${problems}/resource-not-found`,
  };
}

/** Builds the error of a post that could not be read; `reason` ends the problem's type: `internal-error`, `resource-unavailable`, … */
export function unreadable(reason: string, value: string) {
  return {
    value,
    detail: `Could not read tweet with ids: [${value}].`,
    title: "Internal Error",
    resource_type: "tweet",
    parameter: "ids",
    resource_id: value,
    type: `${problems}/${reason}`,
  };
}

export function suspended(value: string) {
  return {
    value,
    detail: `User has been suspended: [${value}].`,
    title: "Forbidden",
    resource_type: "user",
    parameter: "id",
    resource_id: value,
    type: `${problems}/resource-not-found`,
  };
}

/** X has been seen to return two different bodies for this status. */
export function noCredits(account: string, headers: Record<string, string> = {}): Answer {
  return Number(account.slice(-1)) % 2 === 0
    ? json(402, {
      account_id: 1,
      title: "CreditsDepleted",
      detail: "Your enrolled account [1] does not have any credits to fulfill this request.",
      type: "https://api.twitter.com/2/problems/credits",
    }, headers)
    : json(402, {
      title: "Payment Required",
      detail: "credits depleted",
      status: 402,
      type: `${problems}/credits-depleted`,
    }, headers);
}

/** Returns the failure for X's own reason, or for a bare status. */
export function failureOf(reason: string, spent: Record<string, string>): Answer | undefined {
  switch (reason) {
    case "401":
      return blank(401, "Unauthorized");
    case "403":
    case "scope_missing":
      return blank(403, "Forbidden");
    case "client-forbidden":
      return json(403, {
        reason: "client-not-enrolled",
        title: "Client Forbidden",
        detail:
          "When authenticating requests, you must use keys from a developer App that is attached to a Project.",
        type: `${problems}/client-forbidden`,
      });
    case "suspended":
      return json(200, { errors: [suspended("0")] });
    case "locked":
      return json(403, {
        errors: [{
          code: 326,
          message:
            "To protect our users from spam and other malicious activity, this account is temporarily locked.",
        }],
      });
    case "402":
    case "credits":
      return noCredits("0", spent);
    case "usage-capped":
      return json(429, {
        title: "UsageCapExceeded",
        detail: "Usage cap exceeded: Monthly product cap",
        type: `${problems}/usage-capped`,
        period: "Monthly",
        scope: "Product",
      }, spent);
    case "404":
      return blank(404, "Not Found");
    case "429":
      return blank(429, "Too Many Requests", spent);
    case "88":
      return json(429, { errors: [{ code: 88, message: "Rate limit exceeded" }] }, spent);
    case "pagination_token":
      return invalidRequest(
        "pagination_token",
        "0",
        "The `pagination_token` query parameter value [0] is not valid",
      );
    case "400":
      return invalidRequest("max_results", "0", "The `max_results` query parameter value [0] is not valid");
    default:
      return /^5\d\d$/.test(reason) ? blank(Number(reason), "Service Unavailable") : undefined;
  }
}

/** Validates requests to Google's authorization endpoint, and lists the scopes that this simulator knows. */
import { type ConsentRequest, isRegistered, sendBack } from "../engine/consent.ts";
import { type Brand, errorPage } from "../engine/consent_page.ts";
import type { Grants } from "../engine/grants.ts";
import type { Answer, Call, Context } from "../engine/provider.ts";
import { local_client } from "./token.ts";

export const google_brand: Brand = { network: "Google", accent: { light: "#0b57d0", dark: "#a8c7fa" } };

/** The text for each scope on the consent page. */
export const scope_words: Readonly<Record<string, string>> = {
  "https://www.googleapis.com/auth/youtube.readonly": "See your YouTube account",
  "https://www.googleapis.com/auth/youtube": "Manage your YouTube account",
  "https://www.googleapis.com/auth/youtube.force-ssl":
    "See, edit, and permanently delete your YouTube videos, ratings, comments and captions",
  "https://www.googleapis.com/auth/youtube.upload": "Manage your YouTube videos",
  "https://www.googleapis.com/auth/youtubepartner": "See and edit your YouTube channel and its assets",
  "https://www.googleapis.com/auth/youtubepartner-channel-audit":
    "See private information of your channel for an audit",
  "https://www.googleapis.com/auth/yt-analytics.readonly": "See YouTube Analytics reports for your content",
  "https://www.googleapis.com/auth/webmasters": "View and manage Search Console data for your verified sites",
  "https://www.googleapis.com/auth/webmasters.readonly": "View Search Console data for your verified sites",
  "https://www.googleapis.com/auth/indexing": "Submit data to Google for indexing",
  "https://www.googleapis.com/auth/userinfo.email": "See your primary Google Account email address",
  "https://www.googleapis.com/auth/userinfo.profile":
    "See your personal info, including any that you made public",
  openid: "Associate you with your personal info on Google",
};

const repeated_parameters_allowed = new Set(["scope"]);
const known_scopes = new Set(Object.keys(scope_words));

/** Returns the request, or the response to an invalid one: a page while no redirect URI is trusted, a redirect afterwards. */
export function readAuthorize(context: Context, grants: Grants, call: Call): ConsentRequest | Answer {
  const { query } = call;
  const blocked = (code: string, message: string) => errorPage(400, google_brand, message, code);
  for (const name of new Set(query.keys())) {
    if (query.getAll(name).length > 1 && !repeated_parameters_allowed.has(name)) {
      return blocked(
        "Error 400: invalid_request",
        `OAuth 2 parameters can only have a single value: ${name}`,
      );
    }
  }
  const client_id = query.get("client_id") ?? "";
  if (client_id === "") return blocked("Error 400: invalid_request", "Missing required parameter: client_id");
  if (client_id !== local_client.id) {
    return blocked("Error 401: invalid_client", "The OAuth client was not found.");
  }
  const redirect_uri = query.get("redirect_uri") ?? "";
  if (redirect_uri === "") {
    return blocked("Error 400: invalid_request", "Missing required parameter: redirect_uri");
  }
  if (!isRegistered(context, redirect_uri)) {
    return blocked(
      "Error 400: redirect_uri_mismatch",
      `The redirect URI is not registered for this app: ${redirect_uri}`,
    );
  }

  const state = query.get("state");
  const refuse = (error: string, error_description: string) =>
    sendBack(call, redirect_uri, { error, error_description, state });
  const response_type = query.get("response_type");
  if (response_type === null) return refuse("invalid_request", "Missing required parameter: response_type");
  if (response_type !== "code") {
    return refuse("unsupported_response_type", `Invalid response_type: ${response_type}`);
  }
  const scopes = [...new Set((query.get("scope") ?? "").split(" ").filter((scope) => scope !== ""))];
  if (scopes.length === 0) return refuse("invalid_request", "Missing required parameter: scope");
  const unknown = scopes.filter((scope) => !known_scopes.has(scope));
  if (unknown.length > 0) {
    return refuse("invalid_scope", `Some requested scopes were invalid: ${unknown.join(" ")}`);
  }
  const access_type = query.get("access_type") ?? "online";
  if (access_type !== "online" && access_type !== "offline") {
    return refuse("invalid_request", `Invalid parameter value for access_type: ${access_type}`);
  }
  const prompt = (query.get("prompt") ?? query.get("approval_prompt")?.replace("force", "consent") ?? "")
    .split(" ").filter((one) => one !== "" && one !== "auto");
  const wrong_prompt = prompt.find((one) => !["none", "consent", "select_account"].includes(one));
  if (wrong_prompt !== undefined || (prompt.includes("none") && prompt.length > 1)) {
    return refuse("invalid_request", `Invalid parameter value for prompt: ${prompt.join(" ")}`);
  }
  const challenge = query.get("code_challenge");
  const challenge_method = query.get("code_challenge_method") ?? "plain";
  if (challenge_method !== "S256" && challenge_method !== "plain") {
    return refuse(
      "invalid_request",
      `Invalid parameter value for code_challenge_method: ${challenge_method}`,
    );
  }
  if (challenge === null && query.has("code_challenge_method")) {
    return refuse("invalid_request", "Missing required parameter: code_challenge");
  }
  if (challenge !== null && !/^[A-Za-z0-9._~-]{43,128}$/.test(challenge)) {
    return refuse(
      "invalid_request",
      "Invalid parameter value for code_challenge: must have 43 to 128 characters",
    );
  }
  const hint = query.get("login_hint") ?? "";
  const { consented, scopes: before } = grants.of(hint);
  const mayBeSilent = consented && scopes.every((scope) => before.includes(scope));
  return {
    redirect_uri,
    state,
    scopes,
    code: {
      challenge,
      challenge_method,
      offline: access_type === "offline",
      asks_again: prompt.includes("consent"),
    },
    keeps_scopes: query.get("include_granted_scopes") === "true",
    ...(prompt.includes("none") ? { silent: mayBeSilent ? hint : null } : {}),
  };
}

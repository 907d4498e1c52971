/** Login Kit: `client_key`, scopes with commas, flat errors that often come with status 200, and refresh tokens that rotate. */
import { type Brand, errorPage } from "../oauth/consent_page.ts";
import { isRegistered, sendBack } from "../oauth/redirect.ts";
import { type Answer, type Call, json, type Route } from "../provider.ts";
import { type ConsentRequest, type ConsentRules, decideConsent, showConsent } from "../social/consent.ts";
import type { Grants, Pair } from "../social/grants.ts";
import type { SocialAccounts } from "../social/social_accounts.ts";
import { local_client } from "./tiktok_network.ts";

const brand: Brand = { network: "TikTok", accent: { light: "#d6003d", dark: "#ff7a99" } };

export const scope_words: Readonly<Record<string, string>> = {
  "user.info.basic": "Read your profile info (avatar, display name)",
  "user.info.profile": "Read your username, bio and profile link",
  "user.info.stats": "Read your follower, like and video counts",
  "video.list": "Read your public videos on TikTok",
  "video.upload": "Share content to your account as a draft",
  "video.publish": "Post content to TikTok",
};

export function tiktokOauth(
  accounts: SocialAccounts,
  grants: Grants,
  redirect_uris: readonly string[],
): Route[] {
  const rules: ConsentRules = {
    brand,
    granular: true,
    scope_words,
    accounts,
    grants,
    read: (call) => readAuthorize(call, redirect_uris),
    extra: (scopes) => ({ scopes: scopes.join() }),
  };
  const authorize = "/www.tiktok.com/v2/auth/authorize/";
  return [
    { method: "GET", path: authorize, handle: (call) => showConsent(rules, call) },
    { method: "POST", path: authorize, handle: (call) => decideConsent(rules, call) },
    { method: "POST", path: "/open.tiktokapis.com/v2/oauth/token/", handle: (call) => token(grants, call) },
    { method: "POST", path: "/open.tiktokapis.com/v2/oauth/revoke/", handle: (call) => revoke(grants, call) },
  ];
}

function readAuthorize(call: Call, redirect_uris: readonly string[]): ConsentRequest | Answer {
  const { query } = call;
  const wrong = (name: string) => errorPage(400, brand, `Something went wrong: ${name}`);
  if (query.get("client_key") !== local_client.key) return wrong("client_key");
  const redirect_uri = query.get("redirect_uri") ?? "";
  if (!isRegistered(redirect_uri, redirect_uris)) return wrong("redirect_uri");
  const state = query.get("state");
  const refuse = (error: string, error_description: string) =>
    sendBack(call, redirect_uri, { error, error_description, state });
  if (query.get("response_type") !== "code") return refuse("unsupported_response_type", "response_type");
  const scopes = (query.get("scope") ?? "").split(",").filter((scope) => scope !== "");
  const isKnown = scopes.length > 0 && scopes.every((scope) => scope in scope_words);
  if (!isKnown) return refuse("invalid_scope", "scope");
  // A web app has no PKCE; desktop apps send the challenge in hex, which is not simulated.
  return { redirect_uri, state, scopes, challenge: null };
}

function token(grants: Grants, call: Call): Answer {
  const form = readForm(call);
  if (!form) {
    return refused(
      "invalid_request",
      "Only `application/x-www-form-urlencoded` is supported as Content-Type.",
    );
  }
  const wrong = wrongClient(form);
  if (wrong) return wrong;
  switch (form.get("grant_type")) {
    case "authorization_code":
      return exchange(grants, form);
    case "refresh_token":
      return refresh(grants, call, form);
    case null:
      return refused("invalid_request", "The request parameters are malformed: grant_type is missing.");
    default:
      return refused("unsupported_grant_type", "Grant type is not supported.");
  }
}

function exchange(grants: Grants, form: URLSearchParams): Answer {
  if (form.has("code_verifier")) return refused("invalid_request", "Code verifier is not expected.");
  const pair = grants.redeem(form.get("code") ?? "", {
    redirect_uri: form.get("redirect_uri"),
    verifier: null,
  });
  if (typeof pair !== "string") return answerPair(pair);
  return pair === "redirect_uri"
    ? refused("invalid_request", "Redirect_uri is not matched with the uri when requesting code.")
    : refused("invalid_grant", "Authorization code is expired.");
}

function refresh(grants: Grants, call: Call, form: URLSearchParams): Answer {
  const pair = call.fault?.token ? undefined : grants.refresh(form.get("refresh_token") ?? "");
  return pair ? answerPair(pair) : refused("invalid_grant", "Refresh token is invalid or expired.");
}

/** An access token ends the whole authorization. One that is dead is refused, and the authorization lives on. */
function revoke(grants: Grants, call: Call): Answer {
  const form = readForm(call);
  if (!form) {
    return refused(
      "invalid_request",
      "Only `application/x-www-form-urlencoded` is supported as Content-Type.",
    );
  }
  const wrong = wrongClient(form);
  if (wrong) return wrong;
  const access = call.fault?.token ? undefined : grants.access(form.get("token") ?? "");
  if (!access) return refused("invalid_request", "Access token is invalid or expired.");
  grants.revoke(access.account);
  return { status: 200, headers: {}, body: "" };
}

function wrongClient(form: URLSearchParams): Answer | undefined {
  if (form.has("client_id")) return refused("invalid_request", "Parameter client_id is not supported.");
  const isRight = form.get("client_key") === local_client.key &&
    form.get("client_secret") === local_client.secret;
  return isRight ? undefined : refused("invalid_client", "Client key or secret is incorrect.", 401);
}

function answerPair(pair: Pair): Answer {
  return json(200, {
    access_token: pair.access_token,
    expires_in: pair.expires_in,
    open_id: pair.account,
    refresh_expires_in: pair.refresh_expires_in,
    refresh_token: pair.refresh_token,
    scope: pair.scopes.join(),
    token_type: "Bearer",
  }, { "cache-control": "no-store" });
}

/** Flat, and most of the time with status 200: the body decides. */
export function refused(error: string, error_description: string, status = 200): Answer {
  return json(status, { error, error_description, log_id: logId() });
}

export function logId(): string {
  return `20261120${crypto.randomUUID().replaceAll("-", "").toUpperCase().slice(0, 26)}`;
}

function readForm(call: Call): URLSearchParams | undefined {
  const type = call.headers.get("content-type") ?? "";
  return /^application\/x-www-form-urlencoded\b/i.test(type) ? new URLSearchParams(call.body) : undefined;
}

/** Login Kit: `client_key`, comma-separated scopes, flat errors that often have status 200, and refresh tokens that rotate. */
import type { Accounts } from "../engine/accounts.ts";
import { type ConsentRequest, consentRoutes, isRegistered, sendBack } from "../engine/consent.ts";
import { accountChoices, type Brand, errorPage } from "../engine/consent_page.ts";
import type { Grants, Pair } from "../engine/grants.ts";
import type { Post, Poster } from "../engine/posts.ts";
import { type Answer, type Call, type Context, json, readForm, type Route } from "../engine/provider.ts";
import { local_client } from "./network.ts";

const brand: Brand = { network: "TikTok", accent: { light: "#d6003d", dark: "#ff7a99" } };

export const scope_words: Readonly<Record<string, string>> = {
  "user.info.basic": "Read your profile info (avatar, display name)",
  "user.info.profile": "Read your username, bio and profile link",
  "user.info.stats": "Read your follower, like and video counts",
  "video.list": "Read your public videos on TikTok",
  "video.upload": "Share content to your account as a draft",
  "video.publish": "Post content to TikTok",
};

export function tiktokOauth(context: Context, accounts: Accounts<Poster, Post>, grants: Grants): Route[] {
  return [
    ...consentRoutes({
      brand,
      app: "StreamVibe (local)",
      paths: ["/www.tiktok.com/v2/auth/authorize/"],
      grants,
      granular: true,
      scope_words,
      denied: { error: "access_denied", error_description: "The user denied the request" },
      ...accountChoices(accounts),
      read: (call) => readAuthorize(context, call),
      extra: (scopes) => ({ scopes: scopes.join() }),
    }),
    { method: "POST", path: "/open.tiktokapis.com/v2/oauth/token/", handle: (call) => token(grants, call) },
    { method: "POST", path: "/open.tiktokapis.com/v2/oauth/revoke/", handle: (call) => revoke(grants, call) },
  ];
}

function readAuthorize(context: Context, call: Call): ConsentRequest | Answer {
  const { query } = call;
  const wrong = (name: string) => errorPage(400, brand, `Something went wrong: ${name}`);
  if (query.get("client_key") !== local_client.key) return wrong("client_key");
  const redirect_uri = query.get("redirect_uri") ?? "";
  if (!isRegistered(context, redirect_uri)) return wrong("redirect_uri");
  const state = query.get("state");
  const refuse = (error: string, error_description: string) =>
    sendBack(call, redirect_uri, { error, error_description, state });
  if (query.get("response_type") !== "code") return refuse("unsupported_response_type", "response_type");
  const scopes = (query.get("scope") ?? "").split(",").filter((scope) => scope !== "");
  const isKnown = scopes.length > 0 && scopes.every((scope) => scope in scope_words);
  if (!isKnown) return refuse("invalid_scope", "scope");
  // Web apps have no PKCE; desktop apps send the challenge in hex, which is not simulated.
  return { redirect_uri, state, scopes };
}

function token(grants: Grants, call: Call): Answer {
  const form = readClient(call);
  if ("status" in form) return form;
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
  const code = grants.redeem(form.get("code") ?? "", { redirect_uri: form.get("redirect_uri") });
  if (typeof code !== "string") return answerPair(grants.pair(code.account, code.scopes));
  return code === "redirect_uri"
    ? refused("invalid_request", "Redirect_uri is not matched with the uri when requesting code.")
    : refused("invalid_grant", "Authorization code is expired.");
}

function refresh(grants: Grants, call: Call, form: URLSearchParams): Answer {
  const facts = call.fault?.token ? undefined : grants.refresh(form.get("refresh_token") ?? "");
  return facts
    ? answerPair(grants.pair(facts.account, facts.scopes, facts))
    : refused("invalid_grant", "Refresh token is invalid or expired.");
}

/** Revokes the whole authorization, given a live access token. A dead token is refused, and the authorization stays. */
function revoke(grants: Grants, call: Call): Answer {
  const form = readClient(call);
  if ("status" in form) return form;
  const access = call.fault?.token ? undefined : grants.access(form.get("token") ?? "");
  if (!access) return refused("invalid_request", "Access token is invalid or expired.");
  grants.revoke(access.account);
  return { status: 200, headers: {}, body: "" };
}

/** Returns the form of a call from the right client, or the refusal. */
function readClient(call: Call): URLSearchParams | Answer {
  const form = readForm(call);
  if (!form) {
    return refused(
      "invalid_request",
      "Only `application/x-www-form-urlencoded` is supported as Content-Type.",
    );
  }
  if (form.has("client_id")) return refused("invalid_request", "Parameter client_id is not supported.");
  const isRight = form.get("client_key") === local_client.key &&
    form.get("client_secret") === local_client.secret;
  return isRight ? form : refused("invalid_client", "Client key or secret is incorrect.", 401);
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

/** Returns a flat error, by default with status 200: the body decides. */
export function refused(error: string, error_description: string, status = 200): Answer {
  return json(status, { error, error_description, log_id: logId() });
}

export function logId(): string {
  return `20261120${crypto.randomUUID().replaceAll("-", "").toUpperCase().slice(0, 26)}`;
}

/** OAuth 2.0 with PKCE for a confidential client: Basic at the token endpoint, codes valid for 30 seconds, single-use refresh tokens. */
import type { Accounts } from "../engine/accounts.ts";
import { type ConsentRequest, consentRoutes, isRegistered, sendBack } from "../engine/consent.ts";
import { accountChoices, type Brand, errorPage } from "../engine/consent_page.ts";
import type { Grants, Pair } from "../engine/grants.ts";
import type { Post, Poster } from "../engine/posts.ts";
import { type Answer, type Call, type Context, json, readForm, type Route } from "../engine/provider.ts";
import { local_client } from "./network.ts";

const brand: Brand = { network: "X", accent: { light: "#0f1419", dark: "#eff3f4" } };

const scope_words: Readonly<Record<string, string>> = {
  "tweet.read": "All the posts you can view, including posts from protected accounts",
  "tweet.write": "Post and repost for you",
  "users.read": "Any account you can view, including protected accounts",
  "users.email": "The e-mail address of your account",
  "offline.access": "Stay connected to your account until you revoke access",
  "media.write": "Upload media for you",
  "like.read": "Posts you have liked and likes you can view",
  "follows.read": "People who follow you and people you follow",
};

export function twitterOauth(context: Context, accounts: Accounts<Poster, Post>, grants: Grants): Route[] {
  return [
    ...consentRoutes({
      brand,
      app: "StreamVibe (local)",
      paths: ["/x.com/i/oauth2/authorize"],
      grants,
      granular: false,
      scope_words,
      denied: { error: "access_denied", error_description: "The user denied the request" },
      ...accountChoices(accounts),
      read: (call) => readAuthorize(context, call),
    }),
    { method: "POST", path: "/api.x.com/2/oauth2/token", handle: (call) => token(grants, call) },
    { method: "POST", path: "/api.x.com/2/oauth2/revoke", handle: (call) => revoke(grants, call) },
  ];
}

function readAuthorize(context: Context, call: Call): ConsentRequest | Answer {
  const { query } = call;
  const wrong = (name: string) =>
    errorPage(400, brand, `You weren't able to give access to the App: ${name}`);
  if (query.get("client_id") !== local_client.id) return wrong("client_id");
  const redirect_uri = query.get("redirect_uri") ?? "";
  if (!isRegistered(context, redirect_uri)) return wrong("redirect_uri");
  const state = query.get("state");
  if (state === null || state.length > 500) return wrong("state");
  const refuse = (error: string) => sendBack(call, redirect_uri, { error, state });
  if (query.get("response_type") !== "code") return refuse("unsupported_response_type");
  const scopes = (query.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  if (scopes.length === 0 || !scopes.every((scope) => scope in scope_words)) return refuse("invalid_scope");
  const challenge = query.get("code_challenge") ?? "";
  // X also accepts "plain", which is not simulated.
  const isChallenge = query.get("code_challenge_method") === "S256" && /^[\w-]{43}$/.test(challenge);
  return isChallenge ? { redirect_uri, state, scopes, code: { challenge } } : refuse("invalid_request");
}

function token(grants: Grants, call: Call): Answer {
  const form = new URLSearchParams(call.body);
  const wrong = wrongClient(call);
  if (wrong) return wrong;
  if (form.get("grant_type") === "authorization_code") {
    const code = grants.redeem(form.get("code") ?? "", {
      redirect_uri: form.get("redirect_uri"),
      verifier: form.get("code_verifier"),
    });
    if (typeof code !== "string") return answerPair(grants.pair(code.account, code.scopes));
    return invalid(
      code === "verifier"
        ? "Value passed for the code verifier did not match the code challenge."
        : code === "redirect_uri"
        ? "Value passed for the redirect uri did not match the uri of the authorization code."
        : "Value passed for the authorization code was invalid.",
    );
  }
  if (form.get("grant_type") === "refresh_token") {
    const facts = call.fault?.token ? undefined : grants.refresh(form.get("refresh_token") ?? "");
    if (!facts) return invalid("Value passed for the token was invalid.");
    return answerPair(grants.pair(facts.account, facts.scopes, facts));
  }
  return refused(400, "unsupported_grant_type", "Missing or unsupported grant_type.");
}

/** Revokes a grant, given any of its tokens; a dead token is no error. */
function revoke(grants: Grants, call: Call): Answer {
  const wrong = wrongClient(call);
  if (wrong) return wrong;
  const given = new URLSearchParams(call.body).get("token") ?? "";
  if (given === "") return invalid("Missing required parameter [token].");
  grants.revokeToken(given);
  return json(200, { revoked: true });
}

function wrongClient(call: Call): Answer | undefined {
  const [, basic] = /^Basic (.+)$/.exec(call.headers.get("authorization") ?? "") ?? [];
  if (basic === undefined) return refused(401, "unauthorized_client", "Missing valid authorization header");
  if (!readForm(call)) return invalid("The body must be form-encoded.");
  // Compared without percent-decoding, as clients must send it.
  const isRight = decoded(basic) === `${local_client.id}:${local_client.secret}`;
  return isRight
    ? undefined
    : refused(401, "invalid_client", "Value passed for the client credentials was invalid.");
}

function decoded(base64: string): string {
  try {
    return atob(base64);
  } catch {
    return "";
  }
}

function answerPair(pair: Pair): Answer {
  const isOffline = pair.scopes.includes("offline.access");
  return json(200, {
    token_type: "bearer",
    expires_in: pair.expires_in,
    access_token: pair.access_token,
    scope: pair.scopes.join(" "),
    ...(isOffline ? { refresh_token: pair.refresh_token } : {}),
  }, { "cache-control": "no-store" });
}

function invalid(error_description: string): Answer {
  return refused(400, "invalid_request", error_description);
}

function refused(status: number, error: string, error_description: string): Answer {
  return json(status, { error, error_description });
}

export function oauthFailure(reason: string): Answer {
  switch (reason) {
    case "400":
    case "invalid_grant":
      return invalid("Value passed for the token was invalid.");
    case "401":
    case "invalid_client":
      return refused(401, "invalid_client", "Value passed for the client credentials was invalid.");
    case "429":
      return json(429, {
        title: "Too Many Requests",
        detail: "Too Many Requests",
        type: "about:blank",
        status: 429,
      });
    default:
      return /^5\d\d$/.test(reason)
        ? json(Number(reason), { title: "Service Unavailable", type: "about:blank", status: Number(reason) })
        : refused(400, reason, reason);
  }
}

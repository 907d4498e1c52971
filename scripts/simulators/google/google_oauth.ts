/** Google OAuth 2.0 as its documentation has it: where it is served, and what tests may do to it. */
import { z } from "zod";
import { AdminError, readBody } from "../admin.ts";
import { errorPage } from "../oauth/consent_page.ts";
import { type Answer, type Call, json, type Provider, type Route, type World } from "../provider.ts";
import type { Library } from "../youtube/library.ts";
import { account_without_channel, type GoogleAccounts, local_client } from "./accounts.ts";
import { decideConsent, google_brand, showConsent } from "./authorize.ts";
import { refused, revoke, token, tokenInfo } from "./token.ts";

const authorize_path = "/accounts.google.com/o/oauth2/v2/auth";

export function googleOauth(world: World, accounts: GoogleAccounts, library: Library): Provider {
  const authorize = (call: Call) => showConsent(accounts, library, call);
  const decide = (call: Call) => decideConsent(accounts, library, call);
  const routes: Route[] = [
    { method: "GET", path: authorize_path, handle: authorize },
    { method: "POST", path: authorize_path, handle: decide },
    { method: "GET", path: "/accounts.google.com/o/oauth2/auth", handle: authorize },
    { method: "POST", path: "/accounts.google.com/o/oauth2/auth", handle: decide },
    { method: "POST", path: "/oauth2.googleapis.com/token", handle: (call) => token(accounts, call) },
    { method: "POST", path: "/oauth2.googleapis.com/revoke", handle: (call) => revoke(accounts, call) },
    {
      method: "GET",
      path: "/oauth2.googleapis.com/tokeninfo",
      handle: (call) => tokenInfo(world, accounts, call),
    },
    {
      method: "POST",
      path: "/oauth2.googleapis.com/tokeninfo",
      handle: (call) => tokenInfo(world, accounts, call),
    },
  ];
  return {
    name: "google",
    routes,
    admin: adminRoutes(accounts, library),
    accountOf: (call) => accountOf(accounts, call),
    failure: oauthFailure,
    replay: (event) => accounts.replay(event),
    reset: () => accounts.reset(),
  };
}

function oauthFailure(reason: string): Answer | undefined {
  switch (reason) {
    case "invalid_grant":
    case "400":
      return refused(400, "invalid_grant", "Token has been expired or revoked.");
    case "invalid_client":
    case "401":
      return refused(401, "invalid_client", "The OAuth client was not found.");
    case "unauthorized_client":
      return refused(401, "unauthorized_client", "Unauthorized");
    case "redirect_uri_mismatch":
      return refused(400, "redirect_uri_mismatch", "Bad Request");
    case "invalid_request":
      return refused(400, "invalid_request", "Bad Request");
    case "invalid_token":
      return refused(400, "invalid_token", "Token expired or revoked");
    case "rateLimitExceeded":
    case "429":
      return refused(429, "rate_limit_exceeded", "Rate Limit Exceeded");
    case "internal_failure":
    case "500":
      return refused(500, "internal_failure", "Internal Error");
    case "503":
      return refused(503, "temporarily_unavailable", "Service Unavailable");
    case "404":
      return errorPage(404, google_brand, "The requested URL was not found on this server.", "Error 404");
  }
}

function accountOf(accounts: GoogleAccounts, call: Call): string | undefined {
  if (call.path.startsWith("/accounts.google.com/")) {
    return new URLSearchParams(call.body).get("channel") ?? call.query.get("login_hint") ?? undefined;
  }
  const form = new URLSearchParams(call.body);
  const given = form.get("refresh_token") ?? form.get("code") ?? form.get("token") ??
    call.query.get("access_token") ??
    call.query.get("token");
  return given ? accounts.accountOf(given) : undefined;
}

const OneAccount = z.strictObject({ channel_id: z.string().min(1) });
const Expiry = OneAccount.extend({ which: z.enum(["access", "refresh", "both"]).default("access") });
const Issue = OneAccount.extend({
  scopes: z.array(z.string().min(1)).min(1).default(["https://www.googleapis.com/auth/youtube.readonly"]),
  refresh_token: z.boolean().default(true),
});
const RedirectUris = z.strictObject({ redirect_uris: z.array(z.url()).min(1) });

function adminRoutes(accounts: GoogleAccounts, library: Library): Route[] {
  return [
    {
      method: "POST",
      path: "/_admin/google/tokens/expire",
      handle: (call) => {
        const { channel_id, which } = readBody(Expiry, call);
        return json(200, { grants: accounts.expire(channel_id, which) });
      },
    },
    {
      method: "POST",
      path: "/_admin/google/tokens/revoke",
      handle: (call) => json(200, { grants: accounts.revoke(readBody(OneAccount, call).channel_id) }),
    },
    {
      method: "POST",
      path: "/_admin/google/tokens",
      handle: async (call) => {
        const { channel_id, scopes, refresh_token } = readBody(Issue, call);
        await library.find(channel_id);
        if (channel_id !== account_without_channel && library.channel(channel_id) === undefined) {
          throw new AdminError(404, `Cannot issue tokens: no channel has the id ${channel_id}`);
        }
        return json(201, accounts.issue(local_client.id, channel_id, scopes, true, refresh_token));
      },
    },
    { method: "GET", path: "/_admin/google/grants", handle: () => json(200, { grants: accounts.grants() }) },
    {
      method: "POST",
      path: "/_admin/google/redirect-uris",
      handle: (call) =>
        json(200, { redirect_uris: accounts.register(readBody(RedirectUris, call).redirect_uris) }),
    },
  ];
}

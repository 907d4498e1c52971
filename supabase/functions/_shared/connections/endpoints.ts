/** The two endpoints that connect an account, one pair per platform. */
import { endpoint } from "../http/endpoint.ts";
import { ACCOUNTS, type PlatformSlug } from "../platforms/platform.ts";
import { authorize, AuthorizeInput, AuthorizeOutput } from "./authorize.ts";
import { connect, ConnectInput, ConnectOutput } from "./connect.ts";

/** Returns where a creator consents. Nothing is connected yet: the platform's response goes to the callback, within ten minutes. */
export function oauthInitEndpoint(slug: PlatformSlug) {
  return endpoint({
    name: `oauth-${slug}-init`,
    summary: `Starts connecting ${ACCOUNTS[slug]}`,
    method: "POST",
    auth: "user",
    rate: "user",
    input: AuthorizeInput,
    example: { redirect_uri: "http://localhost:3000/oauth/callback" },
    output: AuthorizeOutput,
    errors: ["redirect_uri_not_allowed"],
    handle: (context) => authorize(context, slug, context.user.id, context.input),
  });
}

/** Turns the platform's response into a connected account. The state works once, for the creator who requested it. */
export function oauthCallbackEndpoint(slug: PlatformSlug) {
  return endpoint({
    name: `oauth-${slug}-callback`,
    summary: `Finishes connecting ${ACCOUNTS[slug]}`,
    method: "POST",
    auth: "user",
    rate: "user",
    idempotent: true,
    input: ConnectInput,
    example: { code: "4/0AX4XfWh-code", state: "Qy8x2ZpW0cVn5tLr7KfJd3hGs9Bm1TaEu4Ri6YoXwNk" },
    output: ConnectOutput,
    errors: [
      "oauth_state_invalid",
      "oauth_denied",
      "platform_account_missing",
      "quota_exceeded",
      "provider_error",
      "provider_unavailable",
      "provider_quota_exceeded",
    ],
    timeout_ms: 60_000,
    handle: (context) => connect(context, slug, context.user.id, context.input),
  });
}

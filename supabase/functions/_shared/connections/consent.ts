/** Both halves of a consent at any provider: where the person goes, and what they granted. A state works once, for its person. */
import * as z from "zod";
import type { Context } from "../context.ts";
import { ApiError } from "../errors.ts";
import { authorizationUrl, newCodeVerifier, newState } from "../platforms/oauth_client.ts";
import { type Grant, type JsonObject, type Platform, PlatformFault } from "../platforms/platform.ts";
import { CONNECTIONS } from "./settings.ts";

/** The provider that asks the person for consent. */
export type Consenter =
  & Pick<Platform, "title" | "authorization" | "required_scopes" | "exchange">
  & { slug: string };

export const RedirectUri = z.url().max(2_048);

export const ConsentStarted = z.object({ authorization_url: z.url(), state: z.string() });

/** The parameters that the person returns with: a code, or an error instead, such as `access_denied`. */
export const ConsentAnswer = {
  state: z.string().min(1).max(512),
  code: z.string().min(1).max(4_096).optional(),
  error: z.string().min(1).max(256).optional(),
};

/** Returns whether there is exactly one of code and error. */
export function isAnswer({ code, error }: { code?: string | undefined; error?: string | undefined }) {
  return (code === undefined) !== (error === undefined);
}

export const NO_ANSWER = { error: "expected either code or error", path: ["code"] };

/**
 * Stores a state and a PKCE verifier for ten minutes, bound to the person and the provider.
 *
 * @param details What the consent is for, if it is not for an account of a platform.
 */
export async function beginConsent(
  context: Context,
  { slug, authorization }: Pick<Consenter, "slug" | "authorization">,
  user_id: string,
  asked: string | undefined,
  details?: JsonObject,
): Promise<z.output<typeof ConsentStarted>> {
  const redirect_uri = allowedRedirect(context.settings.of(CONNECTIONS).OAUTH_REDIRECT_URIS, asked);
  const state = newState();
  const code_verifier = newCodeVerifier();
  await context.admin.call("begin_oauth", {
    p_user_id: user_id,
    p_platform: slug,
    p_state: state,
    p_code_verifier: code_verifier,
    p_redirect_uri: redirect_uri,
    ...(details ? { p_details: details } : {}),
  });
  return {
    authorization_url: await authorizationUrl(authorization, { state, code_verifier, redirect_uri }),
    state,
  };
}

/** Compares the whole address: matching only a prefix or a host would let codes leak to another site's page. */
function allowedRedirect(allowed: string[], asked?: string): string {
  const redirect_uri = asked ?? allowed[0];
  if (redirect_uri !== undefined && allowed.includes(redirect_uri)) return redirect_uri;
  throw new ApiError(
    "redirect_uri_not_allowed",
    "Cannot use redirect_uri: it is not on the list of allowed addresses",
  );
}

/** Returns what the person granted. @throws {PlatformFault} When the code is refused, or a required scope was not granted. */
export async function takeConsent(
  context: Context,
  { slug, title, required_scopes, exchange }: Consenter,
  user_id: string,
  { state, code }: { state: string; code?: string | undefined },
): Promise<{ grant: Grant; details: unknown }> {
  // The state is consumed first: whatever happens after this, it cannot be used again.
  const [attempt] = await context.admin.call("take_oauth_state", {
    p_user_id: user_id,
    p_platform: slug,
    p_state: state,
  });
  if (!attempt) throw new ApiError("oauth_state_invalid");
  if (code === undefined) {
    throw new ApiError(
      "oauth_denied",
      `Cannot connect ${title}: access was not granted; start again to change that`,
    );
  }
  const { code_verifier, redirect_uri, details } = attempt;
  const grant = await exchange({ code, code_verifier, redirect_uri });
  // Consent is granular: a creator may untick a required scope.
  const missing = required_scopes.filter((scope) => !grant.scopes.includes(scope));
  if (missing.length > 0) throw new PlatformFault(slug, "scope_missing", { reason: missing.join(" ") });
  return { grant, details };
}

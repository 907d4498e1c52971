/** The first half of connecting an account: where the creator goes to consent. */
import * as z from "zod";
import { ApiError } from "../errors.ts";
import { authorizationUrl, newCodeVerifier, newState } from "../platforms/oauth_client.ts";
import { platformOf } from "../platforms/registry.ts";
import type { PlatformSlug } from "../platforms/platform.ts";
import type { Context } from "../context.ts";
import { CONNECTIONS } from "./settings.ts";

export const AuthorizeInput = z.strictObject({
  /** Where the platform sends the creator back to; one of the allowed addresses, the first of them by default. */
  redirect_uri: z.url().max(2_048).optional(),
});

export const AuthorizeOutput = z.object({ authorization_url: z.url(), state: z.string() });

/** Keeps a state and a PKCE verifier for ten minutes, bound to the creator and the platform. */
export async function authorize(
  context: Context,
  slug: PlatformSlug,
  user_id: string,
  input: z.output<typeof AuthorizeInput>,
): Promise<z.output<typeof AuthorizeOutput>> {
  const { authorization } = await platformOf(slug, context);
  const redirect_uri = allowedRedirect(
    context.settings.of(CONNECTIONS).OAUTH_REDIRECT_URIS,
    input.redirect_uri,
  );
  const state = newState();
  const code_verifier = newCodeVerifier();
  await context.admin.call("begin_oauth", {
    p_user_id: user_id,
    p_platform: slug,
    p_state: state,
    p_code_verifier: code_verifier,
    p_redirect_uri: redirect_uri,
  });
  return {
    authorization_url: await authorizationUrl(authorization, { state, code_verifier, redirect_uri }),
    state,
  };
}

/** Compared whole: a prefix or a host alone would let codes leak to a stranger's page. */
function allowedRedirect(allowed: string[], asked?: string): string {
  const redirect_uri = asked ?? allowed[0];
  if (redirect_uri !== undefined && allowed.includes(redirect_uri)) return redirect_uri;
  throw new ApiError(
    "redirect_uri_not_allowed",
    "Cannot send the creator back there: redirect_uri is not on the list of allowed addresses",
  );
}

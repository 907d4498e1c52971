/** Both halves of a consent, whoever is asked for it: where the person goes, and what they let us do. A state works once, for its person. */
import * as z from "zod";
import type { Context } from "../context.ts";
import { ApiError } from "../errors.ts";
import { authorizationUrl, newCodeVerifier, newState } from "../platforms/oauth_client.ts";
import { type Grant, type JsonObject, type Platform, PlatformFault } from "../platforms/platform.ts";
import { CONNECTIONS } from "./settings.ts";

/** Who is asked. */
export type Consenter =
  & Pick<Platform, "title" | "authorization" | "required_scopes" | "exchange">
  & { slug: string };

export const RedirectUri = z.url().max(2_048);

export const ConsentStarted = z.object({ authorization_url: z.url(), state: z.string() });

/** What the person is sent back with: a code, or what is there instead of one, such as `access_denied`. */
export const ConsentAnswer = {
  state: z.string().min(1).max(512),
  code: z.string().min(1).max(4_096).optional(),
  error: z.string().min(1).max(256).optional(),
};

/** Whether there is either a code or an error. */
export function isAnswer({ code, error }: { code?: string | undefined; error?: string | undefined }) {
  return (code === undefined) !== (error === undefined);
}

export const NO_ANSWER = { error: "expected either code or error", path: ["code"] };

/**
 * Keeps a state and a PKCE verifier for ten minutes, bound to the person and to who is asked.
 *
 * @param details What the consent is for, where that is no account of a platform.
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

/** Compared whole: a prefix or a host alone would let codes leak to a stranger's page. */
function allowedRedirect(allowed: string[], asked?: string): string {
  const redirect_uri = asked ?? allowed[0];
  if (redirect_uri !== undefined && allowed.includes(redirect_uri)) return redirect_uri;
  throw new ApiError(
    "redirect_uri_not_allowed",
    "Cannot send the creator back there: redirect_uri is not on the list of allowed addresses",
  );
}

/** What the person granted. @throws {PlatformFault} When the answer is worth nothing, or something needed was unticked. */
export async function takeConsent(
  context: Context,
  { slug, title, required_scopes, exchange }: Consenter,
  user_id: string,
  { state, code }: { state: string; code?: string | undefined },
): Promise<{ grant: Grant; details: unknown }> {
  // Taken before anything else: whatever happens from here on, this state is used up.
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
  // Consent is granular: a creator may untick what is needed.
  const missing = required_scopes.filter((scope) => !grant.scopes.includes(scope));
  if (missing.length > 0) throw new PlatformFault(slug, "scope_missing", { reason: missing.join(" ") });
  return { grant, details };
}

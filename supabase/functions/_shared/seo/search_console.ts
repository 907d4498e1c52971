/** Connects Google Search Console by a creator's OAuth consent, without a service account or pasted JSON. */
import * as z from "zod";
import { beginConsent, type Consenter, takeConsent } from "../connections/consent.ts";
import { problemOf } from "../connections/problem.ts";
import type { Context } from "../context.ts";
import { ApiError } from "../errors.ts";
import { oauthClient } from "../platforms/oauth_client.ts";
import { requireSetting } from "../settings/settings.ts";
import { connected, connectSite, publicSite, SiteInput } from "./connect_site.ts";
import { verifySite } from "./connection.ts";
import { INDEXING_SCOPE, SEARCH_CONSOLE_SCOPE } from "./google_token.ts";
import { SEO } from "./settings.ts";

/** The site that the consent is for, stored from its start to its end. */
const Details = z.object(SiteInput);

function searchConsole(context: Context): Consenter & { website: string } {
  const seo = context.settings.of(SEO);
  const client = oauthClient("google", context, {
    authorization_endpoint: seo.GOOGLE_AUTHORIZATION_URL,
    token_endpoint: seo.GOOGLE_TOKEN_URL,
    client_id: requireSetting(seo, "GOOGLE_SEARCH_CONSOLE_CLIENT_ID"),
    client_secret: requireSetting(seo, "GOOGLE_SEARCH_CONSOLE_CLIENT_SECRET"),
    client_authentication: "body",
    pkce: true,
    scopes: [SEARCH_CONSOLE_SCOPE, ...(seo.GOOGLE_INDEXING_LIVE === "on" ? [INDEXING_SCOPE] : [])],
    scope_separator: " ",
    extra: { access_type: "offline", prompt: "consent" },
    rotates: false,
  });
  return {
    ...client,
    slug: "google",
    title: "Google Search Console",
    website: "https://search.google.com/search-console",
    required_scopes: [SEARCH_CONSOLE_SCOPE],
  };
}

/** Starts the consent with which a creator lets us use their Search Console property. */
export async function beginSearchConsole(
  context: Context,
  user_id: string,
  input: z.output<typeof Details> & { redirect_uri?: string | undefined },
) {
  const { redirect_uri, item_path } = input;
  const details = {
    site_url: publicSite(context.settings, input.site_url),
    ...(item_path === undefined ? {} : { item_path }),
  };
  return await beginConsent(context, searchConsole(context), user_id, redirect_uri, details);
}

/** Completes the consent: connects the site and verifies with Google that the creator owns it. */
export async function finishSearchConsole(
  context: Context,
  user_id: string,
  input: { state: string; code?: string | undefined },
) {
  const asked = searchConsole(context);
  try {
    const { grant, details } = await takeConsent(context, asked, user_id, input);
    const { refresh_token } = grant.tokens;
    if (!refresh_token) {
      throw new ApiError(
        "provider_error",
        "Cannot connect Google Search Console: Google gave access for an hour only; start again",
      );
    }
    const secret = JSON.stringify({ type: "consent", refresh_token });
    const connection = await connectSite(context, user_id, "google", Details.parse(details), secret);
    // Google's current response is the proof; if it does not confirm the site yet, the site can be verified again later.
    const { is_verified, code = null, message = null } = await verifySite(context, connection, "engine");
    return { ...connected({ ...connection, is_verified }), code, message };
  } catch (error) {
    throw problemOf(error, asked, "connect", context.now());
  }
}

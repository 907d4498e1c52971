/** The first half of connecting an account: sends the creator to the platform to consent. */
import * as z from "zod";
import { platformOf } from "../platforms/registry.ts";
import type { PlatformSlug } from "../platforms/platform.ts";
import type { Context } from "../context.ts";
import { beginConsent, ConsentStarted, RedirectUri } from "./consent.ts";

export const AuthorizeInput = z.strictObject({
  /** Where the platform redirects the creator; one of the allowed addresses, by default the first. */
  redirect_uri: RedirectUri.optional(),
});

export const AuthorizeOutput = ConsentStarted;

/** Returns the address where a creator gives StreamVibe access to an account of a platform. */
export async function authorize(
  context: Context,
  slug: PlatformSlug,
  user_id: string,
  input: z.output<typeof AuthorizeInput>,
): Promise<z.output<typeof AuthorizeOutput>> {
  return await beginConsent(context, await platformOf(slug, context), user_id, input.redirect_uri);
}

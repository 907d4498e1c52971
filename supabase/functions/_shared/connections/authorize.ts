/** The first half of connecting an account: where the creator goes to consent. */
import * as z from "zod";
import { platformOf } from "../platforms/registry.ts";
import type { PlatformSlug } from "../platforms/platform.ts";
import type { Context } from "../context.ts";
import { beginConsent, ConsentStarted, RedirectUri } from "./consent.ts";

export const AuthorizeInput = z.strictObject({
  /** Where the platform sends the creator back to; one of the allowed addresses, the first of them by default. */
  redirect_uri: RedirectUri.optional(),
});

export const AuthorizeOutput = ConsentStarted;

/** Where a creator goes to let us read an account of a platform. */
export async function authorize(
  context: Context,
  slug: PlatformSlug,
  user_id: string,
  input: z.output<typeof AuthorizeInput>,
): Promise<z.output<typeof AuthorizeOutput>> {
  return await beginConsent(context, await platformOf(slug, context), user_id, input.redirect_uri);
}

/** Ends a connection: at the platform, in Vault, and for the creator. The content is kept. */
import * as z from "zod";
import { Tokens } from "../platforms/platform.ts";
import { isKnown, platformOf } from "../platforms/registry.ts";
import { isShared } from "./shared_grant.ts";
import type { Context } from "../context.ts";

export const DisconnectInput = z.strictObject({ social_account_id: z.uuid() });

export const DisconnectOutput = z.object({
  disconnected_at: z.iso.datetime({ offset: true }),
  /**
   * False when the grant was not revoked at the platform: it is down, has no call for that (Instagram), or another of the creator's
   * accounts uses the same grant (Facebook Pages). The creator can remove the access there.
   */
  revoked: z.boolean(),
});

/** The creator waits for the revocation; a platform that is down must not hold them up. */
const REVOKE_MS = 8_000;

export async function disconnect(
  context: Context,
  user_id: string,
  { social_account_id }: z.output<typeof DisconnectInput>,
): Promise<z.output<typeof DisconnectOutput>> {
  const { platform, tokens } = await context.admin.call(
    "read_connection",
    { p_user_id: user_id, p_social_account_id: social_account_id },
    z.object({ platform: z.string(), tokens: Tokens.nullable() }),
  );
  // The platform comes first: if this process dies in between, the account still exists and the creator can try again.
  const revoked = tokens !== null && await revoke(context, platform, user_id, social_account_id, tokens);
  const disconnected_at = await context.admin.call("disconnect_account", {
    p_user_id: user_id,
    p_social_account_id: social_account_id,
  });
  return { disconnected_at, revoked };
}

async function revoke(
  context: Context,
  slug: string,
  user_id: string,
  social_account_id: string,
  tokens: Tokens,
): Promise<boolean> {
  const signal = AbortSignal.any([
    AbortSignal.timeout(REVOKE_MS),
    ...(context.signal ? [context.signal] : []),
  ]);
  try {
    if (!isKnown(slug)) return false;
    const platform = await platformOf(slug, { ...context, signal });
    if (!platform.revoke || await isShared(context, platform, user_id, social_account_id)) return false;
    await platform.revoke(tokens);
    return true;
  } catch (error) {
    context.log.warn("a grant could not be revoked at the platform", { platform: slug, error });
    return false;
  }
}

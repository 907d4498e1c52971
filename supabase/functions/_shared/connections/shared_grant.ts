/** Where one grant covers several accounts (Facebook Pages), revoking it for one would revoke it for all. */
import type { Platform } from "../platforms/platform.ts";
import type { Context } from "../context.ts";

/** Returns whether another account of the creator may use the same grant, so that it must not be revoked at the platform. */
export async function isShared(
  context: Context,
  platform: Platform,
  user_id: string,
  social_account_id: string | null,
): Promise<boolean> {
  if (!platform.shared_grant) return false;
  return await context.admin.call("has_other_account", {
    p_user_id: user_id,
    p_platform: platform.slug,
    p_social_account_id: social_account_id,
  });
}

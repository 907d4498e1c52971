/** The second half of connecting an account: the platform's response becomes a connection, or nothing is stored. */
import * as z from "zod";
import { DatabaseError } from "../errors.ts";
import { Meter } from "../platforms/meter.ts";
import { type Grant, type Platform, PlatformFault, type PlatformSlug } from "../platforms/platform.ts";
import { platformOf } from "../platforms/registry.ts";
import { PLATFORMS } from "../platforms/settings.ts";
import { ConsentAnswer, isAnswer, NO_ANSWER, takeConsent } from "./consent.ts";
import { problemOf } from "./problem.ts";
import { isShared } from "./shared_grant.ts";
import type { Context } from "../context.ts";

export const ConnectInput = z.strictObject({
  ...ConsentAnswer,
  /** Which account to connect, where the login has several (Facebook Pages); by default the adapter chooses. */
  account_id: z.string().min(1).max(255).optional(),
}).refine(isAnswer, NO_ANSWER);

export const ConnectOutput = z.object({
  social_account_id: z.uuid(),
  /** Whether the account was connected before; its content still exists. */
  reconnected: z.boolean(),
});

export async function connect(
  context: Context,
  slug: PlatformSlug,
  user_id: string,
  input: z.output<typeof ConnectInput>,
): Promise<z.output<typeof ConnectOutput>> {
  const meter = new Meter();
  const platform = await platformOf(slug, {
    ...context,
    used: (usage) => meter.add(usage),
  });
  try {
    const { grant } = await takeConsent(context, platform, user_id, input);
    return await store(context, platform, user_id, grant, input.account_id);
  } catch (error) {
    throw problemOf(error, platform, "connect", context.now());
  } finally {
    await enter(context, platform, user_id, meter);
  }
}

/** Records in the ledger what connecting cost. The creator does not see a failure to record it. */
async function enter(context: Context, platform: Platform, user_id: string, meter: Meter): Promise<void> {
  const usage = meter.take(platform, context.settings.of(PLATFORMS).PLATFORM_QUOTA_PAUSE_SECONDS);
  if (usage === null || platform.quota.scope !== "app") return;
  try {
    await context.admin.call("record_platform_usage", {
      p_user_id: user_id,
      p_platform: platform.slug,
      p_usage: usage,
    });
  } catch (error) {
    context.log.warn("the usage of a connection could not be recorded", { platform: platform.slug, error });
  }
}

async function store(
  context: Context,
  platform: Platform,
  user_id: string,
  granted: Grant,
  account_id: string | undefined,
) {
  try {
    const { profile, grant } = await platform.identify(granted, account_id);
    if (account_id !== undefined && profile.platform_account_id !== account_id) {
      throw new PlatformFault(platform.slug, "no_account", {
        reason: "another account",
        advice: "you signed in to a different account; start again with the one that you want to reconnect",
      });
    }
    return await context.admin.call("connect_account", {
      p_user_id: user_id,
      p_platform: platform.slug,
      p_tokens: grant.tokens,
      p_token_expires_at: grant.expires_at?.toISOString() ?? null,
      p_scopes: grant.scopes,
      p_profile: profile,
    }, ConnectOutput);
  } catch (error) {
    const isPlanLimit = error instanceof DatabaseError && error.sqlstate === "SVQ01";
    const isUseless = error instanceof PlatformFault && error.kind === "no_account";
    if (isPlanLimit || isUseless) await giveBack(context, platform, user_id, granted);
    throw error;
  }
}

/** Revokes a grant that is not kept. If that fails, the grant is of no use to anyone, because its tokens are discarded here. */
async function giveBack(context: Context, platform: Platform, user_id: string, grant: Grant): Promise<void> {
  try {
    if (await isShared(context, platform, user_id, null)) return;
    await platform.revoke?.(grant.tokens);
  } catch (error) {
    context.log.warn("a grant that is not kept could not be revoked", { platform: platform.slug, error });
  }
}

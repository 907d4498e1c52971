/** Refreshes all tokens that are due, in concurrent batches, until none is due or the time budget is used up. */
import * as z from "zod";
import { type Platform, PlatformFault } from "../platforms/platform.ts";
import { isKnown, platformOf } from "../platforms/registry.ts";
import { needsCreator } from "./problem.ts";
import { Claim, REFRESH_LEASE_SECONDS, refreshClaimed } from "./refresh_token.ts";
import type { Context } from "../context.ts";

export const RefreshInput = z.strictObject({});

const Count = z.int().min(0);

export const RefreshOutput = z.object({
  refreshed: Count,
  /** Transient errors: nothing changed, and they are retried later. */
  failed: Count,
  /** Accounts that only their creators can fix, by connecting again or at the platform; each got one notification. */
  needs_reconnect: Count,
});
export type RefreshOutput = z.output<typeof RefreshOutput>;

/** A batch runs all at once: a claim that had to wait for its turn could outlive its lease. */
const BATCH = 20;
const BUDGET_MS = 60_000;

export async function refreshTokens(context: Context): Promise<RefreshOutput> {
  const deadline = Date.now() + BUDGET_MS;
  const counts: RefreshOutput = { refreshed: 0, failed: 0, needs_reconnect: 0 };
  // A failed claim is not due again for a while, so this loop ends.
  while (Date.now() < deadline && !context.signal?.aborted) {
    const claims = await context.admin.call("claim_token_refreshes", {
      p_limit: BATCH,
      p_lease_seconds: REFRESH_LEASE_SECONDS,
    }, z.array(Claim));
    if (claims.length === 0) break;
    const outcomes = await Promise.all(claims.map((claim) => refreshOne(context, claim)));
    for (const outcome of outcomes) counts[outcome] += 1;
  }
  return counts;
}

async function refreshOne(context: Context, claim: Claim): Promise<keyof RefreshOutput> {
  try {
    const platform = await adapterOf(context, claim);
    if (!platform) return "failed";
    await refreshClaimed(context, platform, claim);
    return "refreshed";
  } catch (error) {
    const isFinal = needsCreator(error);
    const level = isFinal || error instanceof PlatformFault ? "warn" : "error";
    context.log[level]("a token refresh failed", {
      connection_id: claim.connection_id,
      platform: claim.platform,
      error,
    });
    return isFinal ? "needs_reconnect" : "failed";
  }
}

/** Returns the adapter; for a platform that is unknown here or misconfigured, releases the lease and returns null. */
async function adapterOf(context: Context, claim: Claim): Promise<Platform | null> {
  let failure = "no adapter";
  try {
    if (isKnown(claim.platform)) return await platformOf(claim.platform, context);
  } catch (error) {
    failure = "no settings";
    context.log.error("a platform cannot be used", { platform: claim.platform, error });
  }
  await context.admin.call("release_token_refresh", {
    p_connection_id: claim.connection_id,
    p_lease: claim.lease,
    p_error: failure,
  });
  return null;
}

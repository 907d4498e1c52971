/**
 * Refreshes one connection's tokens. A lease in the database lets only one worker at a time do it, across processes: some platforms
 * invalidate the old refresh token with every refresh, so two concurrent refreshes would lose the account.
 */
import * as z from "zod";
import { DatabaseError } from "../errors.ts";
import { KeptTokens, type Platform, PlatformFault, type Tokens } from "../platforms/platform.ts";
import { needsCreator } from "./problem.ts";
import { confirmed, markRefused } from "./refusal.ts";
import type { Context } from "../context.ts";

/** A connection whose lease this worker holds. */
export const Claim = z.object({
  connection_id: z.uuid(),
  lease: z.uuid(),
  platform: z.string(),
  tokens: KeptTokens,
  token_expires_at: z.string().nullable(),
});
export type Claim = z.output<typeof Claim>;

export interface FreshTokens {
  tokens: Tokens;
  token_expires_at: string | null;
}

/** Longer than a token endpoint can take, including retries. */
export const REFRESH_LEASE_SECONDS = 60;

const STORE_ATTEMPTS = 4;

/** Refreshes under a lease, and always ends the lease. */
export async function refreshClaimed(
  context: Context,
  platform: Platform,
  claim: Claim,
): Promise<FreshTokens> {
  try {
    const grant = await platform.refresh(claim.tokens);
    const token_expires_at = grant.expires_at?.toISOString() ?? null;
    await storeTokens(context, platform, claim, grant.tokens, token_expires_at);
    // The same merge as in the database: a response without a refresh token keeps the stored one.
    return { tokens: { ...claim.tokens, ...grant.tokens }, token_expires_at };
  } catch (error) {
    // A token endpoint's refusal is final; the API's refusal of a token is confirmed by a second call first.
    const fault = platform.refreshes_by_api ? await confirmed(context, platform, claim.tokens, error) : error;
    await endLease(context, platform, claim, fault);
    throw fault;
  }
}

/** Stores the new tokens, which exist nowhere else yet, while the old ones may be dead: so database errors are retried. */
async function storeTokens(
  context: Context,
  platform: Platform,
  claim: Claim,
  tokens: Tokens,
  token_expires_at: string | null,
): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      await context.admin.call("store_refreshed_tokens", {
        p_connection_id: claim.connection_id,
        p_lease: claim.lease,
        p_tokens: tokens,
        p_token_expires_at: token_expires_at,
      });
      return;
    } catch (error) {
      // The account was disconnected or connected again in the meantime; what that stored takes precedence.
      const isLost = error instanceof DatabaseError && error.sqlstate === "SVC02";
      if (isLost) {
        throw new PlatformFault(platform.slug, "transient", { reason: "the refresh came too late" });
      }
      const isTransient = error instanceof DatabaseError && !error.sqlstate.startsWith("SV");
      if (!isTransient || attempt === STORE_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * 4 ** attempt));
    }
  }
}

async function endLease(context: Context, platform: Platform, claim: Claim, error: unknown): Promise<void> {
  const lease = { p_connection_id: claim.connection_id, p_lease: claim.lease };
  try {
    if (needsCreator(error)) await markRefused(context, platform, claim, error);
    else {
      const reason = error instanceof PlatformFault ? error.reason : "the tokens could not be stored";
      await context.admin.call("release_token_refresh", { ...lease, p_error: reason });
    }
  } catch (failure) {
    // The lease expires automatically.
    context.log.warn("a refresh lease could not be ended", {
      connection_id: claim.connection_id,
      error: failure,
    });
  }
}

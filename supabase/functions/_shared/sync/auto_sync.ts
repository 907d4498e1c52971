/**
 * Automatic syncs: claims accounts that are due and syncs each as its creator would, several at once, until the time budget is used
 * up.
 *
 * The claim is the account's own `next_sync_at`: claiming moves it ahead, a finished sync run sets it, and any other outcome
 * reschedules it. So a worker may die at any moment, and no failure repeats faster than its backoff.
 */
import * as z from "zod";
import type { Context } from "../context.ts";
import { type ApiError, toApiError } from "../errors.ts";
import { isKnown } from "../platforms/registry.ts";
import { syncAccount } from "./sync_account.ts";

export const AutoSyncInput = z.strictObject({
  /** The maximum number of accounts that this run claims. */
  max_accounts: z.int().min(1).max(1_000).default(200),
});

export const AutoSyncOutput = z.object({
  /** Accounts that this run began to sync. */
  enqueued: z.int().min(0),
});

/** An account that `claim_auto_syncs` returned to this run. */
const Claim = z.object({
  social_account_id: z.uuid(),
  platform: z.string(),
  due_at: z.string(),
  /** An open sync run, which continues at no cost. */
  sync_id: z.uuid().nullable(),
});
type Claim = z.output<typeof Claim>;

export interface AutoSyncLimits {
  max_accounts: number;
  /** Accounts of one creator in one run. */
  per_creator: number;
  /** Accounts that are synced concurrently. */
  at_once: number;
  /** No account is started after this long. */
  budget_ms: number;
  /** After this long a large library yields to the next account, and continues in a later run. */
  turn_ms: number;
}

export const LIMITS: AutoSyncLimits = {
  max_accounts: 200,
  per_creator: 5,
  at_once: 4,
  budget_ms: 60_000,
  turn_ms: 20_000,
};

/** Longer than any run, so that no account is claimed twice. */
const LEASE_SECONDS = 300;

export async function autoSync(
  context: Context,
  limits: AutoSyncLimits = LIMITS,
): Promise<z.output<typeof AutoSyncOutput>> {
  const begun = Date.now();
  const claims = await context.admin.call("claim_auto_syncs", {
    p_limit: limits.max_accounts,
    p_per_creator: limits.per_creator,
    p_lease_seconds: LEASE_SECONDS,
  }, z.array(Claim));
  let enqueued = 0;
  const waiting = [...claims];
  const hasTime = () => Date.now() - begun < limits.budget_ms && !context.signal?.aborted;
  const work = async () => {
    for (let claim = waiting.shift(); claim; claim = waiting.shift()) {
      if (!hasTime()) {
        // Back to its place in the line.
        await postpone(context, claim, new Date(claim.due_at));
        continue;
      }
      enqueued += 1;
      await syncOne(context, claim, limits.turn_ms);
    }
  };
  await Promise.all(Array.from({ length: limits.at_once }, work));
  return { enqueued };
}

/** Gives one account its turn. Never throws: a failure of one account must not affect the others. */
async function syncOne(context: Context, claim: Claim, turn_ms: number): Promise<void> {
  try {
    if (!isKnown(claim.platform)) {
      await postpone(context, claim, null, { has_failed: true });
      return;
    }
    const request = {
      user_id: null,
      social_account_id: claim.social_account_id,
      max_results: 50,
      sync_id: claim.sync_id ?? undefined,
    };
    const deadline = new Date(context.now().getTime() + turn_ms);
    let has_more = false;
    for await (const step of syncAccount(context, claim.platform, request, { deadline })) {
      has_more = step.has_more;
    }
    // Behind all accounts that are due by now.
    if (has_more) await postpone(context, claim, context.now());
  } catch (error) {
    await putBack(context, claim, toApiError(error)).catch((failure) =>
      // The lease is a date: once it has passed, the account is due again.
      context.log.error("an account could not be put back in line", {
        social_account_id: claim.social_account_id,
        error: failure,
      })
    );
  }
}

/** Decides when an account that could not be synced is retried. */
async function putBack(context: Context, claim: Claim, problem: ApiError): Promise<void> {
  const { code } = problem;
  context.log[code === "internal" ? "error" : "info"]("an automatic sync did not get through", {
    social_account_id: claim.social_account_id,
    code,
    error: problem,
  });
  const seconds = Number(problem.headers["retry-after"]);
  const retry_at = seconds > 0 ? new Date(context.now().getTime() + seconds * 1_000) : null;
  switch (code) {
    case "account_disconnected":
    case "account_locked":
    case "not_found":
      // No longer scheduled: marking the account has already seen to that.
      return;
    case "quota_exceeded": {
      // The limit on accounts has no month: an account beyond the plan waits until its creator makes room.
      if (!problem.extras.resets_at) return await postpone(context, claim, null, { has_failed: true });
      const resets_at = new Date(String(problem.extras.resets_at));
      return await postpone(context, claim, resets_at, {
        message: `Automatic sync waits until ${resets_at.toISOString().slice(0, 10)}: ` +
          "your plan's syncs for this month are used up",
      });
    }
    case "sync_in_progress":
    case "lease_lost":
      return await postpone(context, claim, retry_at ?? new Date(context.now().getTime() + 60_000));
    case "provider_quota_exceeded":
      return await postpone(context, claim, retry_at, { has_failed: retry_at === null });
    default:
      return await postpone(context, claim, retry_at, { has_failed: true });
  }
}

async function postpone(
  context: Context,
  claim: Claim,
  not_before: Date | null,
  { has_failed = false, message }: { has_failed?: boolean; message?: string } = {},
): Promise<void> {
  await context.admin.call("postpone_auto_sync", {
    p_social_account_id: claim.social_account_id,
    p_not_before: not_before?.toISOString() ?? null,
    p_has_failed: has_failed,
    p_message: message,
  });
}

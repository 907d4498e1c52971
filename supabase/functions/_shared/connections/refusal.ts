/**
 * What follows when a platform says no in a way that only the creator could heal. It is asked once more, by one cheap call, before
 * anybody is told so: a refusal may be about one request, and an account that is disconnected by mistake costs its creator a login.
 */
import { type FaultKind, type Platform, PlatformFault, type Tokens } from "../platforms/platform.ts";
import { needsCreator, refusalReason } from "./problem.ts";
import type { Context } from "../context.ts";

/** Answers to the cheap call that leave open whether the tokens are still accepted: nobody is told anything yet. */
const UNDECIDED: readonly FaultKind[] = [
  "transient",
  "malformed",
  "quota_exhausted",
  "too_heavy",
  "misconfigured",
];

/** The fault as it is after the platform was asked once more; anything that the creator need not heal is handed back. */
export async function confirmed<Fault>(
  context: Context,
  platform: Platform,
  tokens: Tokens,
  fault: Fault,
): Promise<Fault | PlatformFault> {
  if (!needsCreator(fault)) return fault;
  try {
    await platform.check(tokens, fault);
  } catch (error) {
    if (!(error instanceof PlatformFault)) throw error;
    // The second answer may know better what the creator has to do.
    const isBetter = UNDECIDED.includes(error.kind) || error.kind === "confirmation_needed";
    return isBetter ? error : fault;
  }
  context.log.warn("a refusal was not confirmed", { platform: platform.slug, error: fault });
  // With everything granted, and the token good, connecting again would change nothing about a missing permission.
  const kind = fault.kind === "scope_missing" ? "misconfigured" : "transient";
  const { reason, status } = fault;
  const advice = `${platform.title} refused a request, and accepts the access that you gave; try again later`;
  return new PlatformFault(platform.slug, kind, { reason, status, advice });
}

/** Under a refresh lease, which it ends: the account is marked, and its creator told, once, what to do where. */
export async function markRefused(
  context: Context,
  platform: Platform,
  { connection_id, lease }: { connection_id: string; lease: string },
  fault: PlatformFault,
): Promise<void> {
  const isHeld = fault.kind === "confirmation_needed";
  await context.admin.call(isHeld ? "hold_account" : "refuse_connection", {
    p_connection_id: connection_id,
    p_lease: lease,
    p_reason: refusalReason(fault, platform),
  });
}

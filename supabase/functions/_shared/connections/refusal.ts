/**
 * Handles refusals that only the creator could fix. Before anyone is notified, the platform is asked once more, by one cheap call:
 * a refusal may concern a single request, and an account disconnected by mistake costs its creator a login.
 */
import { type FaultKind, type Platform, PlatformFault, type Tokens } from "../platforms/platform.ts";
import { needsCreator, refusalReason } from "./problem.ts";
import type { Context } from "../context.ts";

/** Faults of the cheap call that leave open whether the tokens are still accepted; nobody is notified yet. */
const UNDECIDED: readonly FaultKind[] = [
  "transient",
  "malformed",
  "quota_exhausted",
  "too_heavy",
  "misconfigured",
];

/** Returns the fault after the platform was asked once more. Returns anything that the creator need not fix unchanged. */
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
    // The second response may state more precisely what the creator has to do.
    const isBetter = UNDECIDED.includes(error.kind) || error.kind === "confirmation_needed";
    return isBetter ? error : fault;
  }
  context.log.warn("a refusal was not confirmed", { platform: platform.slug, error: fault });
  // All scopes are granted and the token is valid, so connecting again would not fix a missing permission.
  const kind = fault.kind === "scope_missing" ? "misconfigured" : "transient";
  const { reason, status } = fault;
  const advice =
    `${platform.title} refused a request although it accepts the access that you granted; try again later`;
  return new PlatformFault(platform.slug, kind, { reason, status, advice });
}

/** Marks the account and notifies its creator, once, what to do where. Requires a refresh lease, and ends it. */
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

/** Measures what the calls of one piece of work cost at the platform, in the form that the database ledger expects. */
import { type JsonObject, type Platform, PlatformFault, type Usage } from "./platform.ts";

/**
 * Describes a platform's window to `begin_sync` and to the code that settles usage. `pause`: the most seconds that a refusal blocks
 * calls.
 */
export function quotaOf({ authorization, quota }: Platform, pause_seconds: number): JsonObject {
  return {
    app: authorization.client_id,
    scope: quota.scope,
    counts: quota.counts,
    size: quota.size,
    seconds: quota.seconds,
    time_zone: quota.time_zone ?? null,
    ahead: quota.ahead,
    pause: pause_seconds,
  };
}

/** Accumulates calls until they are settled. */
export class Meter {
  /** Calls that cost units, since the work began. */
  calls = 0;
  private open: Usage = { calls: 0, units: 0 };
  private refused_until: Date | null = null;
  private app_refused_until: Date | null = null;

  add(usage: Usage): void {
    if (usage.units > 0) this.calls += usage.calls;
    const { remaining, spent, resets_at, app_closed_until = this.open.app_closed_until } = usage;
    this.open = {
      calls: this.open.calls + usage.calls,
      units: this.open.units + usage.units,
      // A platform may report several windows at once; the emptiest decides.
      ...lowest(this.open, { remaining, resets_at }),
      ...(spent === undefined && this.open.spent === undefined
        ? {}
        : { spent: Math.max(spent ?? 0, this.open.spent ?? 0) }),
      ...(app_closed_until && { app_closed_until }),
    };
  }

  /** Records a refusal because the quota is exhausted; ignores any other error. */
  refuse(error: unknown): void {
    if (error instanceof PlatformFault && error.kind === "quota_exhausted") {
      if (error.whole_app) this.app_refused_until = error.retry_at;
      else this.refused_until = error.retry_at;
    }
  }

  /** Returns the unsettled usage and resets it; null when there is none. */
  take(platform: Platform, pause_seconds: number): JsonObject | null {
    const { calls, units, remaining, spent, resets_at, app_closed_until } = this.open;
    const refused_until = this.refused_until?.toISOString() ?? null;
    const app_refused_until = this.app_refused_until?.toISOString() ?? null;
    this.open = { calls: 0, units: 0 };
    this.refused_until = null;
    this.app_refused_until = null;
    const isRefused = refused_until !== null || app_refused_until !== null;
    if (calls === 0 && units === 0 && !isRefused) return null;
    return {
      ...quotaOf(platform, pause_seconds),
      calls,
      units,
      remaining: remaining ?? null,
      spent: spent ?? null,
      resets_at: resets_at?.toISOString() ?? null,
      refused_until,
      app_refused_until,
      app_closed_until: app_closed_until?.toISOString() ?? null,
    };
  }
}

function lowest(before: Usage, after: Pick<Usage, "remaining" | "resets_at">) {
  const [least, most] = [before.remaining ?? Infinity, after.remaining ?? Infinity];
  // Of two equally empty windows, the one that ends later decides.
  const isFirst = least < most ||
    (least === most && Number(before.resets_at ?? 0) > Number(after.resets_at ?? 0));
  const { remaining, resets_at } = isFirst
    ? before
    : { remaining: after.remaining, resets_at: after.resets_at ?? before.resets_at };
  return { ...(remaining === undefined ? {} : { remaining }), ...(resets_at ? { resets_at } : {}) };
}

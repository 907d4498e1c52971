/**
 * Counts of outgoing calls by provider and outcome. They are collected in this process and stored together with request or job metrics.
 * /health, alerts and the console use them to show how each provider has responded recently.
 */
import type { Admin } from "../database/database.ts";
import { DatabaseError } from "../errors.ts";

/** `refused`: a 4xx, caused by the request. `failed`: a 5xx, a 408, no response or an unreadable one. */
export type ProviderOutcome = "ok" | "refused" | "throttled" | "failed";

interface ProviderSample {
  provider: string;
  outcome: ProviderOutcome;
  count: number;
  duration_ms_sum: number;
}

/** Maximum number of series, well above the number of providers, in case external input is ever used as a name. */
const MOST = 200;
let samples = new Map<string, ProviderSample>();

export function recordProviderCall(name: string, outcome: ProviderOutcome, duration_ms: number): void {
  const provider = name.toLowerCase().replace(/[^a-z0-9_.-]/g, "_").slice(0, 40);
  const key = `${provider} ${outcome}`;
  const sample = samples.get(key);
  if (sample) {
    sample.count += 1;
    sample.duration_ms_sum += duration_ms;
  } else if (samples.size < MOST && /^[a-z]/.test(provider)) {
    samples.set(key, { provider, outcome, count: 1, duration_ms_sum: duration_ms });
  }
}

/** Classifies a response status. */
export function outcomeOf(status: number): ProviderOutcome {
  if (status === 429) return "throttled";
  if (status >= 500 || status === 408) return "failed";
  return status >= 400 ? "refused" : "ok";
}

/** Adds the collected counts to the database. They are dropped if module 010 is not deployed yet. */
export async function storeProviderCalls(admin: Admin): Promise<void> {
  if (samples.size === 0) return;
  const taken = [...samples.values()];
  samples = new Map();
  try {
    await admin.call("record_provider_calls", {
      p_samples: taken.map((sample) => ({ ...sample, duration_ms_sum: Math.round(sample.duration_ms_sum) })),
    });
  } catch (error) {
    if (error instanceof DatabaseError && ["42883", "PGRST202"].includes(error.sqlstate)) return;
    for (const { provider, outcome, count, duration_ms_sum } of taken) {
      const key = `${provider} ${outcome}`;
      const sample = samples.get(key) ?? { provider, outcome, count: 0, duration_ms_sum: 0 };
      samples.set(key, {
        ...sample,
        count: sample.count + count,
        duration_ms_sum: sample.duration_ms_sum + duration_ms_sum,
      });
    }
    throw error;
  }
}

/**
 * Kills processes between the reservation of a call and its settlement. Once the leases have expired, no reservation may be held, every
 * settled call must be in the ledger once, and the plan must have lost one unit per existing suggestion.
 */
import { Seeded } from "../../simulators/engine/seeded.ts";
import { simulator } from "../../test/stack.ts";
import type { ProviderSlug } from "../../../supabase/functions/_shared/ai/provider.ts";
import { AiCreator } from "../../../supabase/functions/tests/support/ai_creator.ts";

export interface KillsReport {
  /** Processes killed. */
  processes: number;
  /** Calls whose process was killed after the reservation and before the settlement. */
  killed_calls: number;
  settled_calls: number;
  suggestions: number;
  seconds: number;
  /** Violated invariants; empty if the run passed. */
  faults: string[];
}

/** Latency of the simulated models, long enough that a process is nearly always between reservation and settlement. */
const THINKING_MS = 120;

/** Kills processes until the given number of calls have died. @param crew Number of parallel processes, each with four creators. */
export async function killBetween(
  { calls, crew = 3, seed, stack_file }: { calls: number; crew?: number; seed: number; stack_file: string },
  say: (line: string) => void = () => {},
): Promise<KillsReport> {
  const started = performance.now();
  const random = new Seeded(seed);
  const faults: string[] = [];
  const creators = await Promise.all(
    Array.from(
      { length: crew * 4 },
      (_, place) =>
        AiCreator.create({
          provider: (["openai", "anthropic", "google", "local"] as ProviderSlug[])[place % 4],
        }),
    ),
  );
  let processes = 0;
  let is_enough = false;
  const [first] = creators;
  if (!first) throw new Error("Cannot kill a process: none is running");
  const ids = creators.map(({ creator }) => creator.id);
  // Also counts open calls of live processes; at the end every process is dead.
  const open = async () => {
    const [row] = await first.sql<{ count: number }[]>`
      select count(*)::int as count from ops.ai_reservation where settled_at is null and user_id = any(${ids}::uuid[])`;
    return row?.count ?? 0;
  };
  try {
    for (const { sql, creator, key } of creators) {
      await simulator("faults", {
        match: ".",
        times: 1_000_000,
        account: key,
        fault: { delay_ms: THINKING_MS },
      });
      await sql`update public.subscription set ai_analyses_used = 0, tier_id = (select id from public.subscription_tier where slug = 'premium')
        where user_id = ${creator.id}`;
    }
    await Promise.all(Array.from({ length: crew }, async (_, place) => {
      const mine = creators.slice(place * 4, place * 4 + 4);
      while (!is_enough) {
        const child = new Deno.Command(Deno.execPath(), {
          args: [
            "run",
            "-A",
            "--no-check",
            new URL("./killed_worker.ts", import.meta.url).pathname,
            ...mine.map(({ creator, item }) => `${creator.id}:${item}`),
          ],
          env: { STREAMVIBE_TEST_STACK: stack_file },
          stdin: "null",
          stdout: "piped",
          stderr: "null",
        }).spawn();
        // Kill the process after one to six suggestions, at a random moment of a call.
        await linesOf(child.stdout, random.between(1, 6));
        await new Promise((resolve) => setTimeout(resolve, random.between(0, THINKING_MS)));
        child.kill("SIGKILL");
        await child.status;
        processes++;
        const count = await open();
        is_enough ||= count >= calls + 4 * crew;
        if (processes > calls + 100) throw new Error("Cannot go on: processes die without a call");
        if (processes % 25 === 0) say(`${processes} processes and ${count} calls killed`);
      }
    }));
    const killed_calls = await open();
    let [settled_calls, suggestions] = [0, 0];
    for (const { sql, creator, key } of creators) {
      await simulator(`faults?account=${encodeURIComponent(key)}`, undefined, "DELETE");
      // Expire the leases, as if three minutes had passed.
      await sql`update ops.ai_reservation set expires_at = now() - interval '1 second' where user_id = ${creator.id} and settled_at is null`;
      await sql`update ops.ai_analysis set expires_at = now() - interval '1 second' where user_id = ${creator.id} and outcome is null`;
      await sql`select ops.release_ai_analyses(${creator.id})`;
      const [sums] = await sql<Record<string, number>[]>`
        select
          (select count(*) from ops.ai_analysis where user_id = ${creator.id} and outcome is null)::int as unfinished,
          (select count(*) from ops.ai_reservation where user_id = ${creator.id} and settled_at is null and expires_at > now())::int as held,
          (select count(*) from ops.ai_reservation where user_id = ${creator.id} and settled_at is not null)::int as settled,
          (select count(distinct usage_id) from ops.ai_reservation where user_id = ${creator.id})::int as once,
          (select count(*) from public.ai_usage where user_id = ${creator.id})::int as calls,
          (select count(*) from public.ai_suggestion where user_id = ${creator.id})::int as suggestions,
          (select count(*) from ops.ai_analysis where user_id = ${creator.id} and outcome = 'done')::int as done,
          (select ai_analyses_used from public.subscription where user_id = ${creator.id}) as used,
          (select coalesce(sum(cost_cents), 0) - (select coalesce(sum(spent_cents), 0) from ops.ai_month where user_id = ${creator.id})
           from public.ai_usage where user_id = ${creator.id})::float8 as unequal`;
      settled_calls += sums?.settled ?? 0;
      suggestions += sums?.suggestions ?? 0;
      const holds = sums && sums.unfinished === 0 && sums.held === 0 && sums.settled === sums.once &&
        sums.once === sums.calls &&
        sums.suggestions === sums.done && sums.done === sums.used && sums.unequal === 0;
      if (!holds) faults.push(JSON.stringify(sums));
    }
    return {
      processes,
      killed_calls,
      settled_calls,
      suggestions,
      seconds: Math.round((performance.now() - started) / 1_000),
      faults,
    };
  } finally {
    await Promise.all(creators.map((ai) => ai[Symbol.asyncDispose]()));
  }
}

/** Reads from the stream until the given number of lines has arrived. */
async function linesOf(stream: ReadableStream<Uint8Array>, wanted: number): Promise<void> {
  let lines = 0;
  for await (const bytes of stream) {
    lines += bytes.filter((byte) => byte === 10).length;
    if (lines >= wanted) return;
  }
}

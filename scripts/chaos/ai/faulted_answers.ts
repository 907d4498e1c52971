/**
 * Runs analyses whose models answer wrongly in every way that the simulators support. The test computes in advance which calls each analysis
 * makes and how each call ends; the ledger must match to the token and the cent, and the plan must have lost one unit or none.
 */
import { Seeded } from "../../simulators/engine/seeded.ts";
import { FAULTY } from "../../simulators/ai/writer.ts";
import { fetchUnpooled, simulator } from "../../test/stack.ts";
import { analyse } from "../../../supabase/functions/_shared/ai/generate.ts";
import { PROVIDERS, type ProviderSlug } from "../../../supabase/functions/_shared/ai/provider.ts";
import { lengthOf } from "../../../supabase/functions/_shared/ai/text.ts";
import type { Context } from "../../../supabase/functions/_shared/context.ts";
import { ApiError } from "../../../supabase/functions/_shared/errors.ts";
import { AiCreator } from "../../../supabase/functions/tests/support/ai_creator.ts";
import { connectionContext } from "../../../supabase/functions/tests/support/connection_context.ts";

export interface AnswersReport {
  answers: number;
  /** How the analyses ended: valid at once, valid after a retry of the same model, valid from a fallback provider, or with a problem. */
  ends: Record<"valid" | "mended" | "elsewhere" | "problem", number>;
  /** How the calls ended, by provider. */
  calls: Record<string, Record<string, number>>;
  estimated: number;
  /** Violated invariants; empty if the run passed. */
  faults: string[];
}

interface Planned {
  fault: Record<string, unknown>;
  outcome: string;
  /** Whether the same model is asked once more. */
  is_mendable: boolean;
  is_estimated: boolean;
}

const GOOD: readonly string[] = ["fenced", "thinking", "cached"];
const FAILURES: Readonly<Record<string, string>> = {
  invalid_key: "unauthorized",
  out_of_credit: "out_of_credit",
  rate_limited: "rate_limited",
  overloaded: "overloaded",
  context_too_long: "context_too_long",
  model_unknown: "model_unknown",
};
const LINES: readonly [fault: Record<string, unknown>, outcome: string][] = [
  [{ cut: "before" }, "unreachable"],
  [{ cut: "headers" }, "unreachable"],
  [{ cut: "body" }, "unreachable"],
  [{ lost: true }, "unreachable"],
  [{ malformed: true }, "malformed"],
  [{ status: 200, body: "<html>Welcome</html>" }, "malformed"],
];

/** Picks a random fault and returns how a call to this provider ends with it. */
function plan(provider: ProviderSlug, random: Seeded): Planned {
  const one = <T>(from: readonly T[]) => from[random.between(0, from.length - 1)] as T;
  const ends = (
    fault: Record<string, unknown>,
    outcome: string,
    is_mendable = false,
    is_estimated = false,
  ) => ({
    fault,
    outcome,
    is_mendable,
    is_estimated,
  });
  const kind = random.next();
  if (kind < 0.1) return ends({}, "valid");
  if (kind < 0.2) {
    const [fault, outcome] = one(LINES);
    return ends(fault, outcome, false, true);
  }
  if (kind < 0.35) {
    const [reason, outcome] = one(Object.entries(FAILURES));
    if (reason === "out_of_credit" && provider === "google") return ends({ reason }, "rate_limited");
    if (reason === "context_too_long" && provider === "local") return ends({ reason }, "bad_request");
    return ends({ reason }, outcome);
  }
  const reason = one(FAULTY);
  if (GOOD.includes(reason)) return ends({ reason }, "valid");
  if (reason === "truncated" || reason === "truncated_whole") return ends({ reason }, "truncated", true);
  // Ollama has no refusal or filter status: a refusal is prose and a filtered answer is empty.
  if ((reason === "refusal" || reason === "filtered") && provider !== "local") {
    const name = provider === "anthropic"
      ? "refused"
      : provider === "google" || reason === "filtered"
      ? "filtered"
      : "refused";
    return ends({ reason }, name);
  }
  return ends({ reason }, "invalid", true);
}

/** Runs the given number of analyses, with several creators in parallel. */
export async function faultedAnswers(
  { answers, creators = 4, seed }: { answers: number; creators?: number; seed: number },
  say: (line: string) => void = () => {},
): Promise<AnswersReport> {
  const report: AnswersReport = {
    answers: 0,
    ends: { valid: 0, mended: 0, elsewhere: 0, problem: 0 },
    calls: {},
    estimated: 0,
    faults: [],
  };
  await Promise.all(Array.from({ length: creators }, async (_, creator) => {
    await using ai = await AiCreator.create({ fallback: [...PROVIDERS] });
    const run = new Run(
      ai,
      { ...await connectionContext(), fetch: fetchUnpooled },
      new Seeded(seed, creator),
      report,
    );
    for (let number = creator; number < answers; number += creators) {
      await run.once(number);
      if (report.answers % 500 === 0) say(`${report.answers} answers, ${report.faults.length} faults`);
    }
    await run.judge();
  }));
  return report;
}

class Run {
  #ledger_id = 0n;
  #suggestions = 0;
  #calls = 0;

  constructor(
    readonly ai: AiCreator,
    readonly context: Context,
    readonly random: Seeded,
    readonly report: AnswersReport,
  ) {}

  async once(number: number): Promise<void> {
    const { ai, random, report } = this;
    const providers = PROVIDERS.map((slug) => ({ slug, place: random.next() })).sort((a, b) =>
      a.place - b.place
    )
      .slice(0, random.between(1, PROVIDERS.length)).map(({ slug }) => slug);
    await ai.sql`
      update public.user_ai_setting
      set provider_id = (select id from public.ai_provider where slug = ${
      providers[0] ?? ""
    }), fallback_providers = ${providers}
      where user_id = ${ai.creator.id}`;
    await ai
      .sql`update public.subscription set ai_analyses_used = 0 where user_id = ${ai.creator.id} and ai_analyses_used > 20`;
    await ai.sql`update public.content_item set title = ${`Castle number ${number}`} where id = ${ai.item}`;
    const expected: { provider: ProviderSlug; outcome: string; is_estimated: boolean }[] = [];
    asking: for (const provider of providers) {
      for (let attempt = 1; attempt <= 2; attempt++) {
        const { fault, outcome, is_mendable, is_estimated } = plan(provider, random);
        if (Object.keys(fault).length > 0) await ai.fault(provider, fault);
        expected.push({ provider, outcome, is_estimated });
        if (outcome === "valid") break asking;
        if (!is_mendable) break;
        // The simulator uses up faults in order, so an answer without a fault must be the provider's last.
        if (Object.keys(fault).length === 0) break;
      }
    }
    const used = await ai.used();
    const result = await analyse(this.context, {
      user_id: ai.creator.id,
      content_item_id: ai.item,
      fresh: true,
    }).catch((error: unknown) => error);
    await simulator(`faults?account=${encodeURIComponent(ai.key)}`, undefined, "DELETE");

    const rows = await ai.sql<{ id: string; provider: string; outcome: string; is_estimated: boolean }[]>`
      select usage.id::text, provider.slug as provider, outcome, is_estimated from public.ai_usage as usage
      join public.ai_model as model on model.id = usage.model_id join public.ai_provider as provider on provider.id = model.provider_id
      where user_id = ${ai.creator.id} and usage.id > ${String(this.#ledger_id)} order by usage.id`;
    this.#ledger_id = BigInt(rows.at(-1)?.id ?? this.#ledger_id);
    this.#calls += rows.length;
    report.answers++;
    for (const { provider, outcome, is_estimated } of rows) {
      const of = report.calls[provider] ??= {};
      of[outcome] = (of[outcome] ?? 0) + 1;
      if (is_estimated) report.estimated++;
    }
    this.#must(
      JSON.stringify(rows.map(({ id: _, ...row }) => row)) === JSON.stringify(expected),
      `${number}: the ledger has ${JSON.stringify(rows)}, expected ${JSON.stringify(expected)}`,
    );
    const last = expected.at(-1);
    const taken = await ai.used() - used;
    if (last?.outcome !== "valid") {
      report.ends.problem++;
      this.#must(
        result instanceof ApiError && ["provider_error", "provider_unavailable"].includes(result.code),
        `${number}: expected a problem, got ${Deno.inspect(result)}`,
      );
      this.#must(taken === 0, `${number}: a problem took ${taken} units`);
      return;
    }
    this.#suggestions++;
    this.#must(taken === 1, `${number}: a suggestion took ${taken} units`);
    if (
      result instanceof Error || typeof result !== "object" || result === null ||
      !("suggested_titles" in result)
    ) {
      this.#must(false, `${number}: expected a suggestion, got ${Deno.inspect(result)}`);
      return;
    }
    const made = result as Awaited<ReturnType<typeof analyse>>;
    const repaired = expected.at(-2)?.provider === last.provider;
    report.ends[repaired ? "mended" : last.provider !== providers[0] ? "elsewhere" : "valid"]++;
    this.#must(
      made.provider === last.provider && made.was_repaired === repaired,
      `${number}: the recorded provider or repair is wrong`,
    );
    this.#must(
      made.suggested_titles.length >= 3 && made.suggested_titles.length <= 5 &&
        made.suggested_titles.every((title) => lengthOf(title) <= 100) &&
        made.suggested_descriptions.length >= 1 &&
        !/@evil|:\/\/evil|<script|Первое|writing assistant/.test(JSON.stringify(made)),
      `${number}: an invalid suggestion was stored: ${JSON.stringify(made)}`,
    );
  }

  /** Checks the totals over all analyses of this creator. */
  async judge(): Promise<void> {
    const { ai } = this;
    const id = ai.creator.id;
    const [sums] = await ai.sql<Record<string, string>[]>`
      select
        (select count(*) from ops.ai_reservation where user_id = ${id} and settled_at is null) as open,
        (select count(*) from ops.ai_analysis where user_id = ${id} and outcome is null) as unfinished,
        (select count(*) from public.ai_suggestion where user_id = ${id}) as suggestions,
        (select count(*) from public.ai_usage where user_id = ${id}) as calls,
        (select count(distinct usage_id) from ops.ai_reservation where user_id = ${id}) as settled,
        (select coalesce(sum(cost_cents), 0) - (select coalesce(sum(spent_cents), 0) from ops.ai_month where user_id = ${id})
         from public.ai_usage where user_id = ${id})::float8 as unequal,
        -- By hand, not by the function that the ledger was written with.
        (select count(*) from public.ai_usage as usage join ops.ai_price as price on price.model_id = usage.model_id
         where user_id = ${id} and min_prompt_tokens = 0 and valid_from = (
           select max(valid_from) from ops.ai_price as other where other.model_id = usage.model_id and other.valid_from <= usage.created_at)
           and cost_cents is distinct from (
             (prompt_tokens - cached_tokens - cache_write_tokens) * input + cached_tokens * coalesce(cached_input, input)
             + cache_write_tokens * coalesce(cache_write, input) + completion_tokens * output) / 1000000) as wrong`;
    this.#must(
      Number(sums?.open) === 0 && Number(sums?.unfinished) === 0 && Number(sums?.unequal) === 0 &&
        Number(sums?.wrong) === 0 &&
        Number(sums?.suggestions) === this.#suggestions && Number(sums?.calls) === this.#calls &&
        sums?.settled === sums?.calls,
      `at the end: ${JSON.stringify(sums)} of ${this.#suggestions} suggestions and ${this.#calls} calls`,
    );
  }

  #must(holds: boolean, fault: string): void {
    if (!holds) this.report.faults.push(fault);
  }
}

/**
 * One analysis: chooses the model, reserves the cost and checks the answer. After a faulty answer the same model is asked once more, then the
 * next candidate. The result is a suggestion that passed every check, or one problem. The cost of every call is reserved before it and settled
 * after it.
 */
import * as z from "zod";
import type { Context } from "../context.ts";
import { ApiError } from "../errors.ts";
import { CATEGORIES } from "../profile/categories.ts";
import { sha256Hex } from "../text/hash.ts";
import {
  AiFault,
  type AiFaultKind,
  type ModelAnswer,
  type ModelRequest,
  NO_USAGE,
  PROVIDERS,
  type ProviderSlug,
  type TokenUsage,
} from "./provider.ts";
import { Brief, mostTokens, writePrompt } from "./prompt.ts";
import { ADAPTERS, installationKey } from "./registry.ts";
import { seoScore, trendingScore } from "./scores.ts";
import { AI } from "./settings.ts";
import { checkAnswer, type Frame, type Suggestion } from "./suggestion.ts";

const Part = z.object({
  name: z.string(),
  points: z.number(),
  of: z.number(),
  advice: z.string().nullable(),
});

/** A suggestion as stored in the database. */
const Stored = z.object({
  id: z.uuid(),
  content_item_id: z.uuid(),
  model_id: z.uuid(),
  suggested_titles: z.array(z.string()),
  suggested_descriptions: z.array(z.string()),
  suggested_tags: z.array(z.string()),
  suggested_hashtags: z.array(z.string()),
  suggested_category: z.enum(CATEGORIES).nullable(),
  trending_keywords: z.array(z.string()),
  trending_score: z.number(),
  trending_parts: z.array(Part),
  seo_score: z.number(),
  seo_parts: z.array(Part),
  total_cost_cents: z.number().nullable(),
  was_repaired: z.boolean(),
});

/** A suggestion as returned to the creator. */
export const Generated = Stored.omit({ id: true, total_cost_cents: true, model_id: true }).extend({
  suggestion_id: z.uuid(),
  /** Cost of this analysis in US cents; 0 when the suggestion existed already, null when a price is unknown. */
  cost_cents: z.number().nullable(),
  is_cached: z.boolean(),
  provider: z.string(),
  model: z.string(),
});
export type Generated = z.output<typeof Generated>;

const Reserved = z.union([
  z.object({ reservation_id: z.uuid() }),
  z.object({
    refused: z.enum(["creator", "installation", "unknown_price"]),
    budget_cents: z.number(),
    spent_cents: z.number(),
  }),
]);
const Settled = z.object({ suggestion: Stored.nullable() });

export interface AnalysisRequest {
  user_id: string;
  content_item_id: string;
  provider?: string;
  model?: string;
  /** Calls a model even if a suggestion for the same input exists. */
  fresh?: boolean;
}

interface Candidate {
  model_id: string;
  model: string;
  provider: ProviderSlug;
  key: string;
  is_own_key: boolean;
  max_output_tokens: number;
}

/** How a call ended. `mendable`: the same model may succeed when it is told what was wrong. */
type Outcome =
  | { kind: "valid"; suggestion: Suggestion; answer: ModelAnswer }
  | { kind: "faulty"; name: string; fault: string; mendable: boolean; answer: ModelAnswer }
  | { kind: "failed"; name: AiFaultKind; retry_after: number | null; may_be_charged: boolean };

/**
 * Returns the stored suggestion for the item, or makes one.
 *
 * @throws {ApiError} `quota_exceeded`, `ai_budget_exceeded`, `provider_error`, `provider_unavailable`, `unavailable`, `not_found`, `bad_request`.
 */
export async function analyse(context: Context, request: AnalysisRequest): Promise<Generated> {
  const brief = await context.admin.call("begin_ai_analysis", {
    p_user_id: request.user_id,
    p_content_item_id: request.content_item_id,
    p_provider: request.provider,
    p_model: request.model,
  }, Brief);
  if (brief.cached && !request.fresh) {
    const stored = Stored.parse(brief.cached);
    return present({ ...stored, total_cost_cents: 0 }, brief, true);
  }
  const candidates = candidatesOf(context, brief);
  if (candidates.length === 0) {
    throw new ApiError(
      "unavailable",
      "Cannot make suggestions: no AI provider is set up; set a key of your own, or ask the operator of this installation",
    );
  }
  const analysis_id = crypto.randomUUID();
  const prompt = writePrompt(brief);
  const safety_id = await pseudonym(request.user_id);
  let last: Outcome | undefined;
  let used = false;
  try {
    for (const candidate of candidates) {
      let messages = prompt.request.messages;
      for (let attempt = 1; attempt <= 2; attempt++) {
        const model_request: ModelRequest = {
          ...prompt.request,
          messages,
          model: candidate.model,
          key: candidate.key,
          max_output_tokens: Math.min(
            candidate.max_output_tokens,
            context.settings.of(AI).AI_MAX_OUTPUT_TOKENS,
          ),
          safety_id,
        };
        const reservation_id = await reserve(context, request, analysis_id, candidate, model_request);
        used = true;
        const started = performance.now();
        const outcome = await askOnce(context, candidate, model_request, prompt.frame);
        const stored = await settle(
          context,
          reservation_id,
          outcome,
          Math.round(performance.now() - started),
          { brief, request: model_request, frame: prompt.frame, was_repaired: attempt > 1 },
        );
        if (stored) return present(stored, brief, false);
        last = outcome;
        context.log.info("a model gave no suggestion", {
          provider: candidate.provider,
          model: candidate.model,
          outcome: outcome.kind === "valid" ? "valid" : outcome.name,
        });
        if (outcome.kind !== "faulty" || !outcome.mendable || context.signal?.aborted) break;
        messages = mend(prompt.request.messages, outcome.answer.text, outcome.fault);
      }
      if (context.signal?.aborted) break;
    }
  } catch (error) {
    if (used) await context.admin.call("end_ai_analysis", { p_analysis_id: analysis_id });
    throw error;
  }
  await context.admin.call("end_ai_analysis", { p_analysis_id: analysis_id });
  throw problemOf(last);
}

function candidatesOf(context: Context, brief: Brief): Candidate[] {
  return brief.candidates.flatMap(({ provider, key, model_id, model, max_output_tokens }) => {
    const slug = PROVIDERS.find((known) => known === provider);
    const usable = slug && (key ?? installationKey(context.settings, slug));
    return slug && usable
      ? [{ model_id, model, provider: slug, key: usable, is_own_key: key !== null, max_output_tokens }]
      : [];
  });
}

async function reserve(
  context: Context,
  request: AnalysisRequest,
  analysis_id: string,
  candidate: Candidate,
  model_request: ModelRequest,
): Promise<string> {
  const reserved = await context.admin.call("reserve_ai_call", {
    p_analysis_id: analysis_id,
    p_user_id: request.user_id,
    p_content_item_id: request.content_item_id,
    p_model_id: candidate.model_id,
    p_prompt_tokens: mostTokens(model_request),
    p_max_tokens: model_request.max_output_tokens,
    p_is_own_key: candidate.is_own_key,
    p_installation_budget_cents: context.settings.of(AI).AI_MONTHLY_BUDGET_CENTS,
  }, Reserved);
  if ("reservation_id" in reserved) return reserved.reservation_id;
  const { refused, budget_cents, spent_cents } = reserved;
  throw new ApiError(
    "ai_budget_exceeded",
    refused === "unknown_price"
      ? `Cannot ask ${candidate.model}: its price is unknown, so the budget cannot be checked; choose another model`
      : `Cannot make suggestions: ${
        refused === "creator" ? "your monthly budget" : "this installation's monthly budget"
      } of ${budget_cents} cents has no room for another one; ${
        refused === "creator"
          ? "raise it in your AI settings or wait for the next month"
          : "wait for the next month"
      }`,
    { extras: { budget: refused, ...(refused === "creator" ? { budget_cents, spent_cents } : {}) } },
  );
}

async function askOnce(
  context: Context,
  candidate: Candidate,
  request: ModelRequest,
  frame: Frame,
): Promise<Outcome> {
  try {
    const adapter = await ADAPTERS[candidate.provider]();
    return judge(await adapter.ask(context, request), frame);
  } catch (error) {
    if (!(error instanceof AiFault)) {
      // Not rethrown, so that the caller still settles the reservation. No answer was used.
      context.log.error("a model could not be asked", { provider: candidate.provider, error });
      return { kind: "failed", name: "malformed", retry_after: null, may_be_charged: false };
    }
    const { kind: name, retry_after, may_be_charged } = error;
    return { kind: "failed", name, retry_after, may_be_charged };
  }
}

/** Classifies an answer. A truncated answer is faulty even when the part that arrived can be parsed. */
export function judge(answer: ModelAnswer, frame: Frame): Outcome {
  switch (answer.ending) {
    case "refused":
    case "filtered":
      return { kind: "faulty", name: answer.ending, fault: answer.ending, mendable: false, answer };
    case "truncated":
      return {
        kind: "faulty",
        name: "truncated",
        fault: "the answer was too long and was cut; be brief",
        mendable: true,
        answer,
      };
    default: {
      const checked = checkAnswer(answer.text, frame);
      return checked.suggestion
        ? { kind: "valid", suggestion: checked.suggestion, answer }
        : { kind: "faulty", name: "invalid", fault: checked.fault, mendable: true, answer };
    }
  }
}

/** Repeats the question with the faulty answer and the fault. The fault is in our words and quotes nothing from the answer. */
function mend(messages: ModelRequest["messages"], answer: string, fault: string): ModelRequest["messages"] {
  return [
    ...messages,
    ...(answer === "" ? [] : [{ role: "assistant" as const, text: answer.slice(0, 8_000).toWellFormed() }]),
    {
      role: "user",
      text: `This cannot be used: ${fault}. Answer again with the whole JSON object, and nothing else.`,
    },
  ];
}

async function settle(
  context: Context,
  reservation_id: string,
  outcome: Outcome,
  duration_ms: number,
  { brief, request, frame, was_repaired }: {
    brief: Brief;
    request: ModelRequest;
    frame: Frame;
    was_repaired: boolean;
  },
) {
  const { suggestion } = await context.admin.call("settle_ai_call", {
    p_reservation_id: reservation_id,
    p_usage: usageOf(outcome, request),
    p_outcome: outcome.kind === "valid" ? "valid" : outcome.name,
    p_duration_ms: duration_ms,
    p_installation_budget_cents: context.settings.of(AI).AI_MONTHLY_BUDGET_CENTS,
    p_suggestion: outcome.kind === "valid"
      ? { ...rowOf(outcome.suggestion, brief, frame), was_repaired }
      : undefined,
  }, Settled);
  return suggestion;
}

/**
 * Returns the tokens of a call. When the provider may charge for the call but reported no usage, returns the maximum, which is what was
 * reserved: a budget is never exceeded, and the ledger never shows less than the provider's bill.
 */
function usageOf(outcome: Outcome, request: ModelRequest): TokenUsage & { is_estimated?: true } {
  if (outcome.kind === "failed" && !outcome.may_be_charged) return NO_USAGE;
  return (outcome.kind === "failed" ? null : outcome.answer.usage) ?? {
    ...NO_USAGE,
    prompt_tokens: mostTokens(request),
    completion_tokens: request.max_output_tokens,
    is_estimated: true,
  };
}

function rowOf(suggestion: Suggestion, brief: Brief, frame: Frame) {
  const seo = seoScore({
    title: suggestion.titles[0] ?? "",
    description: suggestion.descriptions[0] ?? "",
    tags: [...brief.item.tags, ...suggestion.tags],
    hashtags: [...brief.item.hashtags, ...suggestion.hashtags],
    category: suggestion.category,
  }, frame.limits);
  const trending = trendingScore(suggestion, brief.trending);
  return {
    requested_model_id: brief.candidates[0]?.model_id,
    fingerprint: brief.fingerprint,
    suggested_titles: suggestion.titles,
    suggested_descriptions: suggestion.descriptions,
    suggested_tags: suggestion.tags,
    suggested_hashtags: suggestion.hashtags,
    suggested_category: suggestion.category,
    trending_keywords: suggestion.trending_keywords,
    trending_score: trending.score,
    trending_parts: trending.parts,
    seo_score: seo.score,
    seo_parts: seo.parts,
  };
}

function present(stored: z.output<typeof Stored>, brief: Brief, is_cached: boolean): Generated {
  const { id, total_cost_cents, model_id, ...rest } = stored;
  const from = brief.candidates.find((candidate) => candidate.model_id === model_id);
  return {
    ...rest,
    suggestion_id: id,
    cost_cents: total_cost_cents,
    is_cached,
    provider: from?.provider ?? "",
    model: from?.model ?? "",
  };
}

function problemOf(last: Outcome | undefined): ApiError {
  const say = (rule: string) => `Cannot make suggestions: ${rule}`;
  const extras = { ai_outcome: last && last.kind !== "valid" ? last.name : "none" };
  if (last?.kind === "failed") {
    const { name, retry_after } = last;
    if (["unauthorized", "out_of_credit", "model_unknown", "bad_request"].includes(name)) {
      return new ApiError(
        "provider_error",
        say("the AI provider refused the call; check the key and the model"),
        { extras },
      );
    }
    if (name === "context_too_long") {
      return new ApiError("provider_error", say("the texts are too long for the model; choose another one"), {
        extras,
      });
    }
    return new ApiError(
      "provider_unavailable",
      say("no AI provider can be reached at the moment; try again later"),
      {
        extras,
        retry_after: retry_after ?? 30,
      },
    );
  }
  return last?.kind === "faulty" && !last.mendable
    ? new ApiError(
      "provider_error",
      say("the model refused to write about this item; edit it, or choose another model"),
      { extras },
    )
    : new ApiError(
      "provider_error",
      say("no model gave a usable answer; try again, or choose another model"),
      { extras },
    );
}

/** Returns a stable pseudonym that does not identify the creator. */
async function pseudonym(user_id: string): Promise<string> {
  return (await sha256Hex(`streamvibe-ai:${user_id}`)).slice(0, 32);
}

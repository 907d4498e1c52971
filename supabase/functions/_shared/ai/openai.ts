/**
 * OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses). Its `input_tokens` include tokens read from and written
 * to the cache; its `output_tokens` include reasoning.
 */
import { OpenAI } from "openai/client";
import * as z from "zod";
import { AI } from "./settings.ts";
import {
  type AiFaultKind,
  callModel,
  Count,
  type Dialect,
  kindOfStatus,
  type Provider,
  type TokenUsage,
} from "./provider.ts";

const Usage = z.object({
  input_tokens: z.int().min(0),
  input_tokens_details: z.object({ cached_tokens: Count, cache_write_tokens: Count }).nullish(),
  output_tokens: z.int().min(0),
  output_tokens_details: z.object({ reasoning_tokens: Count }).nullish(),
});

const Answer = z.object({
  status: z.string(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z.array(z.looseObject({
    type: z.string(),
    content: z.array(z.looseObject({ type: z.string(), text: z.string().nullish() })).nullish(),
  })),
  usage: Usage.nullish(),
});

/** Converts this API's token counts; null when the API reports none. */
export function openaiUsage(usage: z.output<typeof Usage> | null | undefined): TokenUsage | null {
  if (!usage) return null;
  const { cached_tokens = 0, cache_write_tokens = 0 } = usage.input_tokens_details ?? {};
  return {
    prompt_tokens: Math.max(usage.input_tokens, cached_tokens + cache_write_tokens),
    cached_tokens,
    cache_write_tokens,
    cache_write_1h_tokens: 0,
    completion_tokens: usage.output_tokens,
    thought_tokens: usage.output_tokens_details?.reasoning_tokens ?? 0,
  };
}

const Problem = z.object({ error: z.object({ code: z.string().nullish() }) });

/** Classifies an error response of this API; status 429 has two meanings. */
export function explainOpenai(status: number, body: unknown): AiFaultKind {
  const code = Problem.safeParse(body).data?.error.code;
  if (code === "insufficient_quota") return "out_of_credit";
  if (code === "context_length_exceeded") return "context_too_long";
  return kindOfStatus(status);
}

const dialect: Dialect<typeof Answer> = {
  provider: "openai",
  answer: Answer,
  explain: explainOpenai,
  wait({ headers }) {
    const milliseconds = Number(headers.get("retry-after-ms") || Number.NaN);
    return Number.isFinite(milliseconds) ? Math.ceil(milliseconds / 1_000) : null;
  },
};

export const openai: Provider = {
  slug: "openai",
  async ask(context, request) {
    const { output, status, incomplete_details, usage } = await callModel(
      context,
      dialect,
      ({ fetch, timeout_ms }) =>
        new OpenAI({
          apiKey: request.key,
          baseURL: context.settings.of(AI).OPENAI_API_URL,
          // A creator's own key belongs to none of our organizations, so values from the environment must not apply.
          organization: null,
          project: null,
          fetch,
          timeout: timeout_ms,
          maxRetries: 0,
          logLevel: "off",
        }).responses.create({
          model: request.model,
          instructions: request.instructions,
          input: request.messages.map(({ role, text }) => ({ role, content: text })),
          text: { format: { type: "json_schema", name: "suggestion", strict: true, schema: request.schema } },
          max_output_tokens: request.max_output_tokens,
          store: false,
          safety_identifier: request.safety_id,
        }),
    );
    const parts = output.filter(({ type }) => type === "message").flatMap(({ content }) => content ?? []);
    const ending = parts.some(({ type }) => type === "refusal")
      ? "refused"
      : status !== "incomplete"
      ? "complete"
      : incomplete_details?.reason === "content_filter"
      ? "filtered"
      : "truncated";
    const text = parts.flatMap(({ type, text }) => type === "output_text" && text ? [text] : []).join("");
    return { text, ending, usage: openaiUsage(usage) };
  },
};

/**
 * Anthropic's Messages API (https://platform.claude.com/docs/en/api/messages). Its `input_tokens` exclude tokens read from and written to the
 * cache: the total input is the sum of the three.
 */
import { BaseAnthropic } from "@anthropic-ai/sdk/client";
import { Messages } from "@anthropic-ai/sdk/resources/messages";
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
  cache_creation_input_tokens: Count,
  cache_read_input_tokens: Count,
  cache_creation: z.object({ ephemeral_1h_input_tokens: Count }).nullish(),
  output_tokens: z.int().min(0),
  output_tokens_details: z.object({ thinking_tokens: Count }).nullish(),
});

const Answer = z.object({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().nullish() })),
  stop_reason: z.string().nullish(),
  usage: Usage.nullish(),
});

/** Converts this API's token counts; null when the API reports none. */
export function anthropicUsage(usage: z.output<typeof Usage> | null | undefined): TokenUsage | null {
  if (!usage) return null;
  const written = usage.cache_creation_input_tokens;
  const cache_write_1h_tokens = Math.min(written, usage.cache_creation?.ephemeral_1h_input_tokens ?? 0);
  return {
    prompt_tokens: usage.input_tokens + written + usage.cache_read_input_tokens,
    cached_tokens: usage.cache_read_input_tokens,
    cache_write_tokens: written - cache_write_1h_tokens,
    cache_write_1h_tokens,
    completion_tokens: usage.output_tokens,
    thought_tokens: Math.min(usage.output_tokens, usage.output_tokens_details?.thinking_tokens ?? 0),
  };
}

const Problem = z.object({ error: z.object({ type: z.string(), message: z.string().nullish() }) });

function explain(status: number, body: unknown): AiFaultKind {
  const error = Problem.safeParse(body).data?.error;
  if (error?.type === "overloaded_error") return "overloaded";
  if (status === 400 && /prompt is too long|context/i.test(error?.message ?? "")) return "context_too_long";
  return kindOfStatus(status);
}

const dialect: Dialect<typeof Answer> = { provider: "anthropic", answer: Answer, explain };

export const anthropic: Provider = {
  slug: "anthropic",
  async ask(context, request) {
    const { content, stop_reason, usage } = await callModel(
      context,
      dialect,
      ({ fetch, timeout_ms }) =>
        // The client without the unused resources, which are two thirds of the package.
        new Messages(
          new BaseAnthropic({
            apiKey: request.key,
            // The package adds the version to each path.
            baseURL: context.settings.of(AI).ANTHROPIC_API_URL.replace(/\/v1\/?$/, ""),
            fetch,
            timeout: timeout_ms,
            maxRetries: 0,
            logLevel: "off",
            openTelemetry: false,
          }),
        ).create({
          model: request.model,
          max_tokens: request.max_output_tokens,
          system: request.instructions,
          messages: request.messages.map(({ role, text }) => ({ role, content: text })),
          output_config: { format: { type: "json_schema", schema: request.schema } },
          metadata: { user_id: request.safety_id },
        }),
    );
    const ending = stop_reason === "refusal"
      ? "refused"
      : stop_reason === "max_tokens" || stop_reason === "model_context_window_exceeded"
      ? "truncated"
      : "complete";
    // Newer models may think first: the answer is in the text blocks, wherever they occur.
    const text = content.flatMap((block) => block.type === "text" && block.text ? [block.text] : []).join("");
    return { text, ending, usage: anthropicUsage(usage) };
  },
};

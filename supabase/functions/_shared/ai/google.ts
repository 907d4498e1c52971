/**
 * Google's Gemini API (https://ai.google.dev/api/generate-content). Its `promptTokenCount` includes cached tokens. It counts thoughts apart
 * from the answer's tokens and charges both as output. Called without Google's package, which would add 1 MB for this one call
 * (docs/decisions.md).
 */
import * as z from "zod";
import { AI } from "./settings.ts";
import {
  type AiFaultKind,
  callModel,
  Count,
  type Dialect,
  kindOfStatus,
  postJson,
  type Provider,
  secondsOf,
  type TokenUsage,
} from "./provider.ts";

const Usage = z.object({
  promptTokenCount: Count,
  cachedContentTokenCount: Count,
  candidatesTokenCount: Count,
  thoughtsTokenCount: Count,
  toolUsePromptTokenCount: Count,
});

const Answer = z.object({
  candidates: z.array(z.object({
    content: z.object({
      parts: z.array(z.looseObject({ text: z.string().nullish(), thought: z.boolean().nullish() })).nullish(),
    }).nullish(),
    finishReason: z.string().nullish(),
  })).nullish(),
  promptFeedback: z.object({ blockReason: z.string().nullish() }).nullish(),
  usageMetadata: Usage.nullish(),
});

/** Converts this API's token counts; null when the API reports none. */
export function googleUsage(usage: z.output<typeof Usage> | null | undefined): TokenUsage | null {
  if (!usage) return null;
  return {
    prompt_tokens: Math.max(
      usage.promptTokenCount + usage.toolUsePromptTokenCount,
      usage.cachedContentTokenCount,
    ),
    cached_tokens: usage.cachedContentTokenCount,
    cache_write_tokens: 0,
    cache_write_1h_tokens: 0,
    completion_tokens: usage.candidatesTokenCount + usage.thoughtsTokenCount,
    thought_tokens: usage.thoughtsTokenCount,
  };
}

const Problem = z.object({
  error: z.object({ message: z.string().nullish(), details: z.array(z.looseObject({})).nullish() }),
});

function explain(status: number, body: unknown): AiFaultKind {
  const error = Problem.safeParse(body).data?.error;
  // This API answers 400 to an invalid key.
  if (error?.details?.some(({ reason }) => reason === "API_KEY_INVALID")) return "unauthorized";
  if (status === 400 && /token count|exceeds the maximum/i.test(error?.message ?? "")) {
    return "context_too_long";
  }
  return kindOfStatus(status);
}

const REFUSED = ["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"];

const dialect: Dialect<typeof Answer> = {
  provider: "google",
  answer: Answer,
  explain,
  // There is no Retry-After header: the delay is in the error body (google.rpc.RetryInfo).
  wait: ({ body }) =>
    Problem.safeParse(body).data?.error.details?.map(({ retryDelay }) => secondsOf(retryDelay))
      .find((seconds) => seconds !== null) ?? null,
};

export const google: Provider = {
  slug: "google",
  async ask(context, request) {
    const { GOOGLE_AI_API_URL } = context.settings.of(AI);
    const { candidates, promptFeedback, usageMetadata } = await callModel(
      context,
      dialect,
      (line) =>
        postJson(
          line,
          `${GOOGLE_AI_API_URL}/models/${encodeURIComponent(request.model)}:generateContent`,
          { "x-goog-api-key": request.key },
          {
            systemInstruction: { parts: [{ text: request.instructions }] },
            contents: request.messages.map(({ role, text }) => ({
              role: role === "user" ? "user" : "model",
              parts: [{ text }],
            })),
            generationConfig: {
              responseMimeType: "application/json",
              responseJsonSchema: request.schema,
              maxOutputTokens: request.max_output_tokens,
            },
          },
        ),
    );
    const [candidate] = candidates ?? [];
    const reason = candidate?.finishReason ?? "";
    const ending = !candidate && promptFeedback?.blockReason
      ? "filtered"
      : REFUSED.includes(reason)
      ? "filtered"
      : reason === "MAX_TOKENS"
      ? "truncated"
      : "complete";
    const parts = candidate?.content?.parts ?? [];
    const text = parts.flatMap((part) => part.text && !part.thought ? [part.text] : []).join("");
    return { text, ending, usage: googleUsage(usageMetadata) };
  },
};

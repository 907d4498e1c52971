/**
 * Google's Gemini API (https://ai.google.dev/api/generate-content). Its `promptTokenCount` includes what came from the cache; thoughts stand
 * beside the answer's tokens, and both are charged as output.
 */
import { z } from "zod";
import { AI } from "./settings.ts";
import {
  type AiFaultKind,
  Count,
  kindOfStatus,
  malformed,
  post,
  type Provider,
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

/** The tokens of a call as this API counts them. */
export function googleUsage(usage: z.output<typeof Usage> | null | undefined): TokenUsage {
  const cached_tokens = usage?.cachedContentTokenCount ?? 0;
  const thought_tokens = usage?.thoughtsTokenCount ?? 0;
  return {
    prompt_tokens: Math.max(
      (usage?.promptTokenCount ?? 0) + (usage?.toolUsePromptTokenCount ?? 0),
      cached_tokens,
    ),
    cached_tokens,
    cache_write_tokens: 0,
    cache_write_1h_tokens: 0,
    completion_tokens: (usage?.candidatesTokenCount ?? 0) + thought_tokens,
    thought_tokens,
  };
}

const Problem = z.object({
  error: z.object({ message: z.string().nullish(), details: z.array(z.looseObject({})).nullish() }),
});

function explain(status: number, body: unknown): AiFaultKind {
  const error = Problem.safeParse(body).data?.error;
  // A wrong key is a 400 here.
  if (error?.details?.some(({ reason }) => reason === "API_KEY_INVALID")) return "unauthorized";
  if (status === 400 && /token count|exceeds the maximum/i.test(error?.message ?? "")) {
    return "context_too_long";
  }
  return kindOfStatus(status);
}

const REFUSED = ["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"];

export const google: Provider = {
  slug: "google",
  async ask(context, request) {
    const address = `${context.settings.of(AI).GOOGLE_AI_API_URL}/models/${
      encodeURIComponent(request.model)
    }:generateContent`;
    const body = await post(context, "google", address, { "x-goog-api-key": request.key }, {
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
    }, explain);
    const parsed = Answer.safeParse(body);
    if (!parsed.success) malformed("google");
    const [candidate] = parsed.data.candidates ?? [];
    const reason = candidate?.finishReason ?? "";
    const ending = !candidate && parsed.data.promptFeedback?.blockReason
      ? "filtered"
      : REFUSED.includes(reason)
      ? "filtered"
      : reason === "MAX_TOKENS"
      ? "truncated"
      : "complete";
    const parts = candidate?.content?.parts ?? [];
    const text = parts.flatMap((part) => part.text && !part.thought ? [part.text] : []).join("");
    return { text, ending, usage: googleUsage(parsed.data.usageMetadata) };
  },
};

/** Google's Gemini API. */
import { type Context, json, type Provider } from "../engine/provider.ts";
import { chatProvider, type Failure } from "./chat_provider.ts";

const ERRORS: Record<Failure, [status: number, name: string]> = {
  invalid_key: [400, "INVALID_ARGUMENT"],
  out_of_credit: [429, "RESOURCE_EXHAUSTED"],
  rate_limited: [429, "RESOURCE_EXHAUSTED"],
  overloaded: [503, "UNAVAILABLE"],
  context_too_long: [400, "INVALID_ARGUMENT"],
  model_unknown: [404, "NOT_FOUND"],
  bad_request: [400, "INVALID_ARGUMENT"],
};

interface Content {
  role?: string;
  parts?: { text?: string }[];
}

const textOfParts = (content?: Content) => (content?.parts ?? []).map(({ text }) => text ?? "").join("");

export function gemini(context: Context): Provider {
  return chatProvider(context, {
    path: "/generativelanguage.googleapis.com/v1beta/models/:method",
    keyOf: (call) => call.headers.get("x-goog-api-key") ?? call.query.get("key") ?? undefined,
    knows: (model) => /^gemini-/.test(model) && !/^gemini-1\./.test(model),
    read(call, body) {
      const [model = "", method] = decodeURIComponent(call.path.split("/").at(-1) ?? "").split(":");
      if (method !== "generateContent") return `Method ${method} is not simulated.`;
      const config = (body.generationConfig ?? {}) as Record<string, unknown>;
      if (config.responseJsonSchema && config.responseSchema) {
        return "Only one of response_schema and response_json_schema may be set.";
      }
      return {
        model,
        instructions: textOfParts(body.systemInstruction as Content),
        messages: ((body.contents ?? []) as Content[]).map((content) => ({
          role: content.role ?? "user",
          text: textOfParts(content),
        })),
        max_output_tokens: Number(config.maxOutputTokens ?? 8192),
      };
    },
    answer: (made, { model }) => ({
      ...(made.ending === "filtered" ? { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } } : {
        candidates: [{
          content: {
            role: "model",
            parts: [
              ...(made.thoughts ? [{ text: made.thoughts, thought: true }] : []),
              ...(made.text === "" || made.ending === "refused" ? [] : [{ text: made.text }]),
            ],
          },
          finishReason: { complete: "STOP", truncated: "MAX_TOKENS", refused: "SAFETY" }[made.ending],
          index: 0,
        }],
      }),
      usageMetadata: {
        promptTokenCount: made.prompt_tokens,
        ...(made.cached_tokens > 0 ? { cachedContentTokenCount: made.cached_tokens } : {}),
        candidatesTokenCount: made.output_tokens - made.thought_tokens,
        thoughtsTokenCount: made.thought_tokens,
        totalTokenCount: made.prompt_tokens + made.output_tokens,
      },
      modelVersion: model,
      responseId: crypto.randomUUID(),
    }),
    fail(failure, message) {
      const [code, status] = ERRORS[failure];
      const details = failure === "invalid_key"
        ? [{
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          reason: "API_KEY_INVALID",
          domain: "googleapis.com",
        }]
        : failure === "rate_limited"
        ? [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34s" }]
        : [];
      const text = failure === "context_too_long"
        ? "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."
        : message;
      return json(code, { error: { code, message: text, status, details } });
    },
  });
}

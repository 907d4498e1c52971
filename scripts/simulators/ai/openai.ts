/** OpenAI's Responses API. */
import { bearer, type Context, json, type Provider } from "../engine/provider.ts";
import { chatProvider, type Failure, messagesOf } from "./chat_provider.ts";

const ERRORS: Record<Failure, [status: number, type: string, code: string | null]> = {
  invalid_key: [401, "invalid_request_error", "invalid_api_key"],
  out_of_credit: [429, "insufficient_quota", "insufficient_quota"],
  rate_limited: [429, "requests", "rate_limit_exceeded"],
  overloaded: [503, "server_error", null],
  context_too_long: [400, "invalid_request_error", "context_length_exceeded"],
  model_unknown: [404, "invalid_request_error", "model_not_found"],
  bad_request: [400, "invalid_request_error", null],
};

export function openai(context: Context): Provider {
  return chatProvider(context, {
    path: "/api.openai.com/v1/responses",
    keyOf: bearer,
    knows: (model) => /^gpt-/.test(model),
    read(_call, body) {
      const { format } = (body.text ?? {}) as {
        format?: { type?: string; strict?: boolean; name?: string; schema?: object };
      };
      if (format?.type === "json_schema" && (!format.name || !format.schema)) {
        return "Missing required parameter: 'text.format.name'.";
      }
      if (typeof body.model !== "string") return "you must provide a model parameter";
      if (body.temperature !== undefined) {
        return "Unsupported parameter: 'temperature' is not supported with this model.";
      }
      return {
        model: body.model,
        instructions: String(body.instructions ?? ""),
        messages: typeof body.input === "string"
          ? [{ role: "user", text: body.input }]
          : messagesOf(body.input),
        max_output_tokens: Number(body.max_output_tokens ?? 4096),
      };
    },
    answer: (made, { model }) => ({
      id: `resp_${crypto.randomUUID().replaceAll("-", "")}`,
      object: "response",
      created_at: Math.floor(context.clock.now() / 1000),
      status: made.ending === "truncated" || made.ending === "filtered" ? "incomplete" : "completed",
      error: null,
      instructions: null,
      metadata: {},
      parallel_tool_calls: true,
      temperature: 1,
      tool_choice: "auto",
      tools: [],
      top_p: 1,
      incomplete_details: made.ending === "truncated"
        ? { reason: "max_output_tokens" }
        : made.ending === "filtered"
        ? { reason: "content_filter" }
        : null,
      model,
      output: [
        ...(made.thoughts
          ? [{ type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: made.thoughts }] }]
          : []),
        {
          type: "message",
          id: "msg_1",
          status: made.ending === "truncated" ? "incomplete" : "completed",
          role: "assistant",
          content: made.ending === "filtered" ? [] : [
            made.ending === "refused"
              ? { type: "refusal", refusal: made.text }
              : { type: "output_text", text: made.text, annotations: [], logprobs: [] },
          ],
        },
      ],
      usage: {
        input_tokens: made.prompt_tokens,
        input_tokens_details: {
          cached_tokens: made.cached_tokens,
          cache_write_tokens: made.cache_write_tokens,
        },
        output_tokens: made.output_tokens,
        output_tokens_details: { reasoning_tokens: made.thought_tokens },
        total_tokens: made.prompt_tokens + made.output_tokens,
      },
    }),
    fail(failure, message) {
      const [status, type, code] = ERRORS[failure];
      return json(
        status,
        { error: { message, type, param: null, code } },
        failure === "rate_limited"
          ? {
            "retry-after-ms": "1400",
            "x-ratelimit-limit-requests": "500",
            "x-ratelimit-remaining-requests": "0",
            "x-ratelimit-reset-requests": "1.4s",
          }
          : {},
      );
    },
  });
}

/** Anthropic's Messages API. */
import { bearer, type Context, json, type Provider } from "../engine/provider.ts";
import { chatProvider, type Failure, messagesOf, textOf } from "./chat_provider.ts";

const ERRORS: Record<Failure, [status: number, type: string]> = {
  invalid_key: [401, "authentication_error"],
  out_of_credit: [402, "billing_error"],
  rate_limited: [429, "rate_limit_error"],
  overloaded: [529, "overloaded_error"],
  context_too_long: [400, "invalid_request_error"],
  model_unknown: [404, "not_found_error"],
  bad_request: [400, "invalid_request_error"],
};

export function anthropic(context: Context): Provider {
  return chatProvider(context, {
    path: "/api.anthropic.com/v1/messages",
    // Anthropic's own package sends the key as a bearer token since its version 1; other clients send the header.
    keyOf: (call) => call.headers.get("x-api-key") ?? bearer(call),
    knows: (model) => /^claude-/.test(model) && !/^claude-3/.test(model),
    read(call, body) {
      const version = call.headers.get("anthropic-version");
      if (version === null) return "anthropic-version: header is required";
      for (const name of ["temperature", "top_p", "top_k"]) {
        if (version >= "2026-10-21" && body[name] !== undefined) {
          return `${name}: Extra inputs are not permitted`;
        }
      }
      if (typeof body.model !== "string") return "model: Field required";
      if (typeof body.max_tokens !== "number") return "max_tokens: Field required";
      return {
        model: body.model,
        instructions: textOf(body.system),
        messages: messagesOf(body.messages),
        max_output_tokens: body.max_tokens,
      };
    },
    answer: (made, { model }) => ({
      id: `msg_${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`,
      type: "message",
      container: null,
      role: "assistant",
      model,
      content: [
        ...(made.thoughts ? [{ type: "thinking", thinking: made.thoughts, signature: "simulated" }] : []),
        ...(made.text === "" || made.ending === "filtered"
          ? []
          : [{ type: "text", text: made.text, citations: null }]),
      ],
      stop_reason: {
        complete: "end_turn",
        truncated: "max_tokens",
        refused: "refusal",
        filtered: "refusal",
      }[made.ending],
      stop_sequence: null,
      stop_details: made.ending === "refused" || made.ending === "filtered"
        ? { type: "refusal", category: null, explanation: null }
        : null,
      usage: {
        input_tokens: made.prompt_tokens - made.cached_tokens - made.cache_write_tokens,
        cache_creation_input_tokens: made.cache_write_tokens,
        cache_read_input_tokens: made.cached_tokens,
        cache_creation: { ephemeral_5m_input_tokens: made.cache_write_tokens, ephemeral_1h_input_tokens: 0 },
        output_tokens: made.output_tokens,
        output_tokens_details: made.thought_tokens > 0 ? { thinking_tokens: made.thought_tokens } : null,
        server_tool_use: null,
        service_tier: "standard",
        inference_geo: null,
        speed: "standard",
      },
    }),
    fail(failure, message) {
      const [status, type] = ERRORS[failure];
      const text = failure === "context_too_long"
        ? "prompt is too long: 250000 tokens > 200000 maximum"
        : message;
      return json(
        status,
        { type: "error", error: { type, message: text }, request_id: "req_simulated" },
        failure === "rate_limited"
          ? {
            "retry-after": "3",
            "anthropic-ratelimit-requests-limit": "50",
            "anthropic-ratelimit-requests-remaining": "0",
            "anthropic-ratelimit-requests-reset": new Date(context.clock.now() + 3_000).toISOString(),
          }
          : {},
      );
    },
  });
}

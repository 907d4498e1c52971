/** A local Ollama: `/api/chat`. It accepts any key, and its models do not always follow the schema. */
import { bearer, type Context, json, type Provider } from "../engine/provider.ts";
import { chatProvider, type Failure, messagesOf } from "./chat_provider.ts";

const STATUS: Record<Failure, number> = {
  invalid_key: 401,
  out_of_credit: 402,
  rate_limited: 429,
  overloaded: 503,
  context_too_long: 400,
  model_unknown: 404,
  bad_request: 400,
};

export function ollama(context: Context): Provider {
  return chatProvider(context, {
    path: "/localhost/api/chat",
    keyOf: (call) => bearer(call) ?? "local",
    knows: () => true,
    read(_call, body) {
      if (typeof body.model !== "string") return "model is required";
      if (body.stream !== false) return "the simulator answers whole answers only: send stream: false";
      const [system, ...messages] = messagesOf(body.messages);
      const options = (body.options ?? {}) as { num_predict?: number };
      return {
        model: body.model,
        instructions: system?.text ?? "",
        messages,
        max_output_tokens: options.num_predict ?? 128,
      };
    },
    // Ollama has no status for refusals and filters: a refusal is plain text, a filtered answer is empty.
    answer: (made, { model }) => ({
      model,
      created_at: new Date(context.clock.now()).toISOString(),
      message: {
        role: "assistant",
        content: made.thoughts ? `<think>${made.thoughts}</think>${made.text}` : made.text,
      },
      done: true,
      done_reason: made.ending === "truncated" ? "length" : "stop",
      total_duration: 1_000_000,
      load_duration: 1_000,
      prompt_eval_count: made.prompt_tokens,
      prompt_eval_duration: 100_000,
      eval_count: made.output_tokens,
      eval_duration: 800_000,
    }),
    fail: (failure, message) => json(STATUS[failure], { error: message }),
  });
}

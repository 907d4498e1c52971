/** A self-hosted server with OpenAI's chat completions API, such as vLLM, llama.cpp or Ollama's `/v1`. It accepts any key and any model. */
import { bearer, type Context, json, type Provider } from "../engine/provider.ts";
import { chatProvider, type Failure, messagesOf } from "./chat_provider.ts";

const ERRORS: Record<Failure, [status: number, type: string]> = {
  invalid_key: [401, "invalid_request_error"],
  out_of_credit: [402, "api_error"],
  rate_limited: [429, "api_error"],
  overloaded: [503, "api_error"],
  context_too_long: [400, "invalid_request_error"],
  model_unknown: [404, "not_found_error"],
  bad_request: [400, "invalid_request_error"],
};

export function chatCompletions(context: Context): Provider {
  return chatProvider(context, {
    path: "/localhost/v1/chat/completions",
    keyOf: (call) => bearer(call) ?? "local",
    knows: () => true,
    read(_call, body) {
      if (typeof body.model !== "string") return "model is required";
      const [system, ...messages] = messagesOf(body.messages);
      return {
        model: body.model,
        instructions: system?.text ?? "",
        messages,
        max_output_tokens: Number(body.max_tokens ?? body.max_completion_tokens ?? 2_048),
      };
    },
    answer: (made, { model }) => ({
      id: `chatcmpl-${crypto.randomUUID()}`,
      object: "chat.completion",
      created: Math.floor(context.clock.now() / 1000),
      model,
      choices: [{
        index: 0,
        message: {
          role: "assistant",
          // Servers without a reasoning parser leave the model's thoughts in its text.
          content: made.ending === "refused"
            ? null
            : made.thoughts
            ? `<think>${made.thoughts}</think>${made.text}`
            : made.text,
          refusal: made.ending === "refused" ? made.text : null,
        },
        logprobs: null,
        finish_reason: { complete: "stop", refused: "stop", truncated: "length", filtered: "content_filter" }[
          made.ending
        ],
      }],
      usage: {
        prompt_tokens: made.prompt_tokens,
        completion_tokens: made.output_tokens,
        total_tokens: made.prompt_tokens + made.output_tokens,
      },
      system_fingerprint: "fp_simulated",
    }),
    fail(failure, message) {
      const [status, type] = ERRORS[failure];
      const code = failure === "context_too_long" ? "context_length_exceeded" : null;
      return json(status, { error: { message, type, param: null, code } });
    },
  });
}

/**
 * A model on a machine of one's own: Ollama (`/api/chat`, https://github.com/ollama/ollama/blob/main/docs/api.md), or, where the endpoint
 * ends with `/v1`, any server that speaks OpenAI's chat completions. Neither is trusted to keep the schema, so it stands in the text, too.
 */
import { z } from "zod";
import { AI } from "./settings.ts";
import { explainOpenai } from "./openai.ts";
import {
  Count,
  kindOfStatus,
  malformed,
  type ModelAnswer,
  NO_USAGE,
  post,
  type Provider,
} from "./provider.ts";

const OllamaAnswer = z.object({
  message: z.object({ content: z.string() }),
  done_reason: z.string().nullish(),
  prompt_eval_count: Count,
  eval_count: Count,
});

const ChatAnswer = z.object({
  choices: z.array(z.object({
    message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
    finish_reason: z.string().nullish(),
  })).min(1),
  usage: z.object({ prompt_tokens: Count, completion_tokens: Count }).nullish(),
});

export const local: Provider = {
  slug: "local",
  async ask(context, request): Promise<ModelAnswer> {
    const endpoint = context.settings.of(AI).LOCAL_AI_ENDPOINT ?? "";
    const headers = { authorization: `Bearer ${request.key}` };
    const instructions = `${request.instructions}\nThe JSON Schema of your answer: ${
      JSON.stringify(request.schema)
    }`;
    const messages = [
      { role: "system", content: instructions },
      ...request.messages.map(({ role, text }) => ({ role, content: text })),
    ];
    const count = (prompt_tokens = 0, completion_tokens = 0) => ({
      ...NO_USAGE,
      prompt_tokens,
      completion_tokens,
    });
    if (endpoint.endsWith("/v1")) {
      const body = await post(context, "local", `${endpoint}/chat/completions`, headers, {
        model: request.model,
        messages,
        max_tokens: request.max_output_tokens,
        response_format: {
          type: "json_schema",
          json_schema: { name: "suggestion", strict: true, schema: request.schema },
        },
      }, explainOpenai);
      const parsed = ChatAnswer.safeParse(body);
      const choice = parsed.data?.choices[0];
      if (!choice) malformed("local");
      const { message, finish_reason } = choice;
      return {
        text: message.content ?? "",
        ending: message.refusal
          ? "refused"
          : finish_reason === "length"
          ? "truncated"
          : finish_reason === "content_filter"
          ? "filtered"
          : "complete",
        usage: count(parsed.data?.usage?.prompt_tokens, parsed.data?.usage?.completion_tokens),
      };
    }
    const body = await post(context, "local", `${endpoint}/api/chat`, headers, {
      model: request.model,
      messages,
      stream: false,
      format: request.schema,
      // Ollama's own window is small, and it cuts longer prompts without a word.
      options: { num_predict: request.max_output_tokens, num_ctx: 8_192 },
    }, kindOfStatus);
    const parsed = OllamaAnswer.safeParse(body);
    if (!parsed.success) malformed("local");
    const { message, done_reason, prompt_eval_count, eval_count } = parsed.data;
    return {
      text: message.content,
      ending: done_reason === "length" ? "truncated" : "complete",
      usage: count(prompt_eval_count, eval_count),
    };
  },
};

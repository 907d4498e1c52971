/**
 * A self-hosted model: Ollama (`/api/chat`, https://github.com/ollama/ollama/blob/main/docs/api.md) or, when the endpoint ends with `/v1`,
 * any server with OpenAI's chat completions API. Neither reliably enforces the schema, so the instructions contain it as well.
 */
import * as z from "zod";
import { AI } from "./settings.ts";
import { explainOpenai } from "./openai.ts";
import {
  callModel,
  Count,
  type Dialect,
  type Ending,
  kindOfStatus,
  type Line,
  NO_USAGE,
  postJson,
  type Provider,
  type TokenUsage,
} from "./provider.ts";

const OllamaAnswer = z.object({
  message: z.object({ content: z.string() }),
  done_reason: z.string().nullish(),
  prompt_eval_count: z.int().min(0).nullish(),
  eval_count: z.int().min(0).nullish(),
});
const ollama: Dialect<typeof OllamaAnswer> = {
  provider: "local",
  answer: OllamaAnswer,
  explain: kindOfStatus,
};

const ChatAnswer = z.object({
  choices: z.tuple([z.object({
    message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
    finish_reason: z.string().nullish(),
  })], z.unknown()),
  usage: z.object({ prompt_tokens: Count, completion_tokens: Count }).nullish(),
});
const chat: Dialect<typeof ChatAnswer> = { provider: "local", answer: ChatAnswer, explain: explainOpenai };

/** Finish reasons of these servers; any other reason means that the model stopped on its own. */
const ENDINGS: Readonly<Record<string, Ending>> = { length: "truncated", content_filter: "filtered" };

const tokens = (prompt?: number | null, completion?: number | null): TokenUsage | null =>
  typeof prompt === "number" && typeof completion === "number"
    ? { ...NO_USAGE, prompt_tokens: prompt, completion_tokens: completion }
    : null;

export const local: Provider = {
  slug: "local",
  async ask(context, request) {
    const endpoint = context.settings.of(AI).LOCAL_AI_ENDPOINT ?? "";
    const { model, schema, max_output_tokens } = request;
    const messages = [
      {
        role: "system",
        content: `${request.instructions}\nThe JSON Schema of your answer: ${JSON.stringify(schema)}`,
      },
      ...request.messages.map(({ role, text }) => ({ role, content: text })),
    ];
    const send = (path: string, body: Record<string, unknown>) => (line: Line) =>
      postJson(line, `${endpoint}/${path}`, { authorization: `Bearer ${request.key}` }, {
        model,
        messages,
        ...body,
      });
    if (endpoint.endsWith("/v1")) {
      const { choices: [{ message, finish_reason }], usage } = await callModel(
        context,
        chat,
        send("chat/completions", {
          max_tokens: max_output_tokens,
          response_format: { type: "json_schema", json_schema: { name: "suggestion", strict: true, schema } },
        }),
      );
      return {
        text: message.content ?? "",
        ending: message.refusal ? "refused" : ENDINGS[finish_reason ?? ""] ?? "complete",
        usage: tokens(usage?.prompt_tokens, usage?.completion_tokens),
      };
    }
    const { message, done_reason, prompt_eval_count, eval_count } = await callModel(
      context,
      ollama,
      // Ollama's default context window is small, and it silently truncates longer prompts.
      send("api/chat", {
        stream: false,
        format: schema,
        options: { num_predict: max_output_tokens, num_ctx: 8_192 },
      }),
    );
    return {
      text: message.content,
      ending: ENDINGS[done_reason ?? ""] ?? "complete",
      usage: tokens(prompt_eval_count, eval_count),
    };
  },
};

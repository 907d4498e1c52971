/** The common part of the simulated model providers: authentication, model lookup, faults on demand. Each dialect adds its shapes and messages. */
import { type Answer, type Call, type Context, json, type Provider } from "../engine/provider.ts";
import { FAULTY, type Made, type Prompt, write } from "./writer.ts";

/** Failures that every provider has, each with its own error body. */
export type Failure =
  | "invalid_key"
  | "out_of_credit"
  | "rate_limited"
  | "overloaded"
  | "context_too_long"
  | "model_unknown"
  | "bad_request";

export interface ChatDialect {
  /** `/<host>/<path>`. */
  path: string;
  keyOf(call: Call): string | undefined;
  /** Returns the prompt, or a message that names what is missing. */
  read(call: Call, body: Record<string, unknown>): Omit<Prompt, "key"> | string;
  knows(model: string): boolean;
  answer(made: Made, prompt: Prompt): unknown;
  fail(failure: Failure, message: string): Answer;
}

const FAILURES: readonly string[] = [
  "invalid_key",
  "out_of_credit",
  "rate_limited",
  "overloaded",
  "context_too_long",
  "model_unknown",
  "bad_request",
];
const isFailure = (reason: string): reason is Failure => FAILURES.includes(reason);

/** Maps a status to a failure, for tests that name only a status. */
function failureOfStatus(status: number): Failure {
  if (status === 401 || status === 403) return "invalid_key";
  if (status === 402) return "out_of_credit";
  if (status === 404) return "model_unknown";
  if (status === 429) return "rate_limited";
  return status >= 500 ? "overloaded" : "bad_request";
}

/** A key that contains this is rejected as unknown. */
const REVOKED = "revoked";

export function chatProvider(context: Context, dialect: ChatDialect): Provider {
  const respond = (call: Call, reason?: string): Answer => {
    const key = dialect.keyOf(call);
    if (!key || key.includes(REVOKED)) return dialect.fail("invalid_key", "Incorrect API key provided.");
    const body = parse(call.body);
    if (!body) return dialect.fail("bad_request", "We could not parse the JSON body of your request.");
    const prompt = dialect.read(call, body);
    if (typeof prompt === "string") return dialect.fail("bad_request", prompt);
    if (!dialect.knows(prompt.model)) {
      return dialect.fail("model_unknown", `The model '${prompt.model}' does not exist.`);
    }
    const made = write({ ...prompt, key }, FAULTY.find((known) => known === reason));
    call.notes.cost = made.prompt_tokens + made.output_tokens;
    return json(200, dialect.answer(made, { ...prompt, key }));
  };
  return {
    name: context.provider,
    routes: [{ method: "POST", path: dialect.path, handle: (call) => respond(call) }],
    parts: [],
    // Tests are told apart by their keys.
    accountOf: (call) => dialect.keyOf(call),
    failure(reason, call) {
      if (FAULTY.some((known) => known === reason)) return respond(call, reason);
      if (isFailure(reason)) return dialect.fail(reason, "As the test asked for.");
      const status = Number(reason);
      if (!Number.isInteger(status)) return undefined;
      return { ...dialect.fail(failureOfStatus(status), "As the test asked for."), status };
    },
  };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the text of a message's content, which is a string or a list of parts; parts without text count as empty. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return Array.isArray(content)
    ? content.map((part) => String((part as { text?: unknown }).text ?? "")).join("")
    : "";
}

/** Reads messages in the shape that three of the four providers share. */
export function messagesOf(value: unknown): { role: string; text: string }[] {
  return Array.isArray(value)
    ? value.map((message) => ({ role: String(message?.role ?? ""), text: textOf(message?.content) }))
    : [];
}

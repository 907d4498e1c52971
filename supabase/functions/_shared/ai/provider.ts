/** What a provider of models is to the rest: one call, one answer, and every failure as a fault of a known kind. */
import * as z from "zod";
import type { Context } from "../context.ts";
import { callProvider, type Fetch, ProviderError } from "../http/outgoing.ts";
import { AI } from "./settings.ts";

export const PROVIDERS = ["openai", "anthropic", "google", "local"] as const;
export type ProviderSlug = typeof PROVIDERS[number];

/** Tokens of one call, each counted once, whatever the provider's own way of counting. */
export interface TokenUsage {
  /** All input: plain, read from a cache, and written to one. */
  prompt_tokens: number;
  cached_tokens: number;
  cache_write_tokens: number;
  cache_write_1h_tokens: number;
  /** All output, thoughts included. */
  completion_tokens: number;
  thought_tokens: number;
}

export const NO_USAGE: TokenUsage = {
  prompt_tokens: 0,
  cached_tokens: 0,
  cache_write_tokens: 0,
  cache_write_1h_tokens: 0,
  completion_tokens: 0,
  thought_tokens: 0,
};

/** What is asked. The schema is JSON Schema; the texts are separate messages. */
export interface ModelRequest {
  model: string;
  key: string;
  instructions: string;
  /** User messages and, for a repair, what the model had answered to them. */
  messages: readonly { role: "user" | "assistant"; text: string }[];
  schema: Record<string, unknown>;
  max_output_tokens: number;
  /** A stable name for the creator that tells nothing about them, where the provider asks for one. */
  safety_id: string;
}

/** `complete` says only that the model ended by itself; what the text is worth is checked elsewhere. */
export type Ending = "complete" | "truncated" | "refused" | "filtered";

export interface ModelAnswer {
  text: string;
  ending: Ending;
  /** Null: the provider did not say. */
  usage: TokenUsage | null;
}

export type AiFaultKind =
  /** The key is wrong, or may not do this. */
  | "unauthorized"
  /** The account at the provider has no money left. */
  | "out_of_credit"
  | "rate_limited"
  | "overloaded"
  | "context_too_long"
  | "model_unknown"
  | "bad_request"
  | "unreachable"
  | "malformed";

/** A call that brought no answer. Its reason quotes nothing that the provider said: that may hold the prompt. */
export class AiFault extends Error {
  override name = "AiFault";
  constructor(
    readonly provider: ProviderSlug,
    readonly kind: AiFaultKind,
    readonly retry_after: number | null = null,
    /** The provider may have worked, and charges for it, although nothing of use arrived. A call that it refused is free. */
    readonly may_be_charged = false,
  ) {
    super(`Cannot use the answer of ${provider}: ${kind}`);
  }
}

/** A number of tokens in an answer; what is left out counts as none. */
export const Count = z.int().min(0).nullish().transform((value) => value ?? 0);

export interface Provider {
  slug: ProviderSlug;
  /** @throws {AiFault} */
  ask(context: Context, request: ModelRequest): Promise<ModelAnswer>;
}

/** What a provider's words mean. */
export interface Dialect<Answer extends z.ZodType> {
  provider: ProviderSlug;
  /** The part of an answer that is read. */
  answer: Answer;
  /** What a refusal with this status and body means. */
  explain(status: number, body: unknown): AiFaultKind;
  /** Seconds to wait that a refusal asks for otherwise than by `Retry-After`. */
  wait?(refusal: ProviderError): number | null;
}

/** What a call is made with. */
export interface Line {
  /** The kernel's client in the shape of `fetch`: one attempt, our time limit, the body read whole within it. Refusals throw. */
  fetch: Fetch;
  /** For packages that keep a time limit of their own: later than ours. */
  timeout_ms: number;
}

/** Whether a connection was never made, in Deno's words: then the provider cannot have seen the call. */
function wasNeverSent(error: unknown): boolean {
  return error instanceof Error &&
    (/client error \(Connect\)|tcp connect error|dns error/i.test(error.message) ||
      wasNeverSent(error.cause));
}

/**
 * One call of a model, once: whether to ask again is decided where the money is. Whatever a provider's package makes of a failure, what
 * counts is what happened on the line.
 *
 * @throws {AiFault}
 */
export async function callModel<Answer extends z.ZodType>(
  context: Context,
  { provider, answer, explain, wait }: Dialect<Answer>,
  send: (line: Line) => Promise<unknown>,
): Promise<z.output<Answer>> {
  const timeout_ms = context.settings.of(AI).AI_TIMEOUT_MS;
  let has_answered = false;
  let failure: unknown;
  const line: Fetch = async (input, init = {}) => {
    try {
      const response = await callProvider(input instanceof Request ? input.url : input, init, {
        provider,
        timeout_ms,
        retry: "never",
        request_id: context.request_id,
        signal: context.signal,
        fetch: context.fetch,
      });
      has_answered = true;
      return response;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  let body: unknown;
  try {
    body = await send({ fetch: line, timeout_ms: 2 * timeout_ms });
  } catch (error) {
    if (failure instanceof ProviderError) {
      if (failure.kind === "status") {
        const kind = explain(failure.status ?? 0, failure.body);
        throw new AiFault(provider, kind, failure.retry_after ?? wait?.(failure) ?? null);
      }
      throw new AiFault(provider, "unreachable", null, !wasNeverSent(failure));
    }
    // With an answer at hand it is the package that could not read it; else it is a mistake of ours.
    if (!has_answered) throw error;
    throw new AiFault(provider, "malformed", null, true);
  }
  const parsed = answer.safeParse(body);
  if (!parsed.success) throw new AiFault(provider, "malformed", null, true);
  return parsed.data;
}

/** Sends without a package: JSON there, JSON back. */
export async function postJson(
  { fetch }: Line,
  url: string,
  headers: Record<string, string>,
  body: unknown,
): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return await response.json();
}

/** Seconds in a text such as `1.5s`; null where it is none. */
export function secondsOf(text: unknown): number | null {
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(String(text)) ?? [];
  return seconds === undefined ? null : Math.ceil(Number(seconds));
}

/** What a status means where the body says nothing more. */
export function kindOfStatus(status: number): AiFaultKind {
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 402) return "out_of_credit";
  if (status === 404) return "model_unknown";
  if (status === 413) return "context_too_long";
  if (status === 429) return "rate_limited";
  return status >= 500 || status === 408 ? "overloaded" : "bad_request";
}

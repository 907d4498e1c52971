/** The interface of a model provider: one call, one answer, and every failure as an AiFault of a known kind. */
import * as z from "zod";
import type { Context } from "../context.ts";
import { callProvider, type Fetch, ProviderError } from "../http/outgoing.ts";
import { AI } from "./settings.ts";

export const PROVIDERS = ["openai", "anthropic", "google", "local"] as const;
export type ProviderSlug = typeof PROVIDERS[number];

/** Tokens of one call in one common form, however the provider counts them. */
export interface TokenUsage {
  /** All input tokens: uncached, read from the cache and written to the cache. */
  prompt_tokens: number;
  cached_tokens: number;
  cache_write_tokens: number;
  cache_write_1h_tokens: number;
  /** All output tokens, including reasoning. */
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

/** A request to a model. `schema` is JSON Schema. */
export interface ModelRequest {
  model: string;
  key: string;
  instructions: string;
  /** User messages and, for a repair, the model's answer to them. */
  messages: readonly { role: "user" | "assistant"; text: string }[];
  schema: Record<string, unknown>;
  max_output_tokens: number;
  /** A stable pseudonym of the creator, for providers that ask for one. */
  safety_id: string;
}

/** `complete` means only that the model stopped on its own; the text is checked elsewhere. */
export type Ending = "complete" | "truncated" | "refused" | "filtered";

export interface ModelAnswer {
  text: string;
  ending: Ending;
  /** Null when the provider reported none. */
  usage: TokenUsage | null;
}

export type AiFaultKind =
  /** The key is invalid or lacks permission. */
  | "unauthorized"
  /** The account at the provider has no credit left. */
  | "out_of_credit"
  | "rate_limited"
  | "overloaded"
  | "context_too_long"
  | "model_unknown"
  | "bad_request"
  | "unreachable"
  | "malformed";

/** A call without a usable answer. The message quotes nothing from the provider's response, which may contain the prompt. */
export class AiFault extends Error {
  override name = "AiFault";
  constructor(
    readonly provider: ProviderSlug,
    readonly kind: AiFaultKind,
    readonly retry_after: number | null = null,
    /** The provider may charge for the call although no usable answer arrived. A call that it rejected is free. */
    readonly may_be_charged = false,
  ) {
    super(`Cannot use the answer of ${provider}: ${kind}`);
  }
}

/** A token count in a response; a missing one is 0. */
export const Count = z.int().min(0).nullish().transform((value) => value ?? 0);

export interface Provider {
  slug: ProviderSlug;
  /** @throws {AiFault} */
  ask(context: Context, request: ModelRequest): Promise<ModelAnswer>;
}

/** How to read a provider's responses. */
export interface Dialect<Answer extends z.ZodType> {
  provider: ProviderSlug;
  /** Schema of the part of a response that is used. */
  answer: Answer;
  /** Classifies an error response by its status and body. */
  explain(status: number, body: unknown): AiFaultKind;
  /** Returns the seconds to wait that an error response states in a place other than `Retry-After`. */
  wait?(refusal: ProviderError): number | null;
}

/** The transport of a call. */
export interface Line {
  /** The kernel's HTTP client as a `fetch`: one attempt, with our timeout for the whole body. An error status throws. */
  fetch: Fetch;
  /** Timeout for packages that have their own; longer than ours. */
  timeout_ms: number;
}

/** Whether the connection was never established, judged by Deno's error messages: then the provider cannot have received the call. */
function wasNeverSent(error: unknown): boolean {
  return error instanceof Error &&
    (/client error \(Connect\)|tcp connect error|dns error/i.test(error.message) ||
      wasNeverSent(error.cause));
}

/**
 * Calls a model once. The caller decides about retries, because it reserves their cost. A failure is classified by the HTTP exchange, not by
 * the error that the provider's package makes of it.
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
    // After a response, the package failed to parse it; before one, the error is a bug of ours.
    if (!has_answered) throw error;
    throw new AiFault(provider, "malformed", null, true);
  }
  const parsed = answer.safeParse(body);
  if (!parsed.success) throw new AiFault(provider, "malformed", null, true);
  return parsed.data;
}

/** Posts JSON and returns the JSON response, without a provider's package. */
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

/** Returns the seconds in a text such as `1.5s`, rounded up; null when it has another form. */
export function secondsOf(text: unknown): number | null {
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(String(text)) ?? [];
  return seconds === undefined ? null : Math.ceil(Number(seconds));
}

/** Classifies a status when the body gives no better reason. */
export function kindOfStatus(status: number): AiFaultKind {
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 402) return "out_of_credit";
  if (status === 404) return "model_unknown";
  if (status === 413) return "context_too_long";
  if (status === 429) return "rate_limited";
  return status >= 500 || status === 408 ? "overloaded" : "bad_request";
}

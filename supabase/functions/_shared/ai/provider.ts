/** What a provider of models is to the rest: one call, one answer, and every failure as a fault of a known kind. */
import { z } from "zod";
import type { Context } from "../context.ts";
import { callProvider, ProviderError, readJson } from "../http/outgoing.ts";
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
  usage: TokenUsage;
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

/** Posts JSON to a provider, once: whether to ask again is decided where the money is. */
export async function post(
  context: Context,
  provider: ProviderSlug,
  url: string,
  headers: Record<string, string>,
  body: unknown,
  explain: (status: number, body: unknown) => AiFaultKind,
): Promise<unknown> {
  try {
    const response = await callProvider(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    }, {
      provider,
      timeout_ms: context.settings.of(AI).AI_TIMEOUT_MS,
      retry: "never",
      request_id: context.request_id,
      signal: context.signal,
      fetch: context.fetch,
    });
    return await readJson(response, provider);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.kind === "status") {
      throw new AiFault(provider, explain(error.status ?? 0, error.body), error.retry_after);
    }
    throw new AiFault(provider, error.kind === "malformed" ? "malformed" : "unreachable");
  }
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

/** A provider that breaks its own contract. */
export function malformed(provider: ProviderSlug): never {
  throw new AiFault(provider, "malformed");
}

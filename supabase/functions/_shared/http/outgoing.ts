/**
 * Outgoing calls to providers. Every call has a timeout, is retried only where it is safe to repeat, and honors the provider's
 * `Retry-After`. URLs are logged without their query, which may contain codes and keys.
 */
import type { Logger } from "../observability/log.ts";
import { outcomeOf, recordProviderCall } from "../observability/provider_calls.ts";

/** The `fetch` that calls use; tests pass their own. */
export type Fetch = typeof fetch;

/** Options of a call. */
export interface CallOptions {
  /** Name for logs and errors, such as `youtube`. */
  provider: string;
  timeout_ms: number;
  /** `safe`: repeating has no further effect (GET, revocation), so timeouts, network errors, 408, 429 and 5xx are retried; `never`: one attempt. */
  retry: "safe" | "never";
  request_id: string;
  /** Aborts the call and its waits. */
  signal?: AbortSignal;
  log?: Logger;
  fetch?: Fetch;
  /** Total attempts; 3 by default. */
  attempts?: number;
  /** Maximum backoff before the second attempt, doubled for each later one; 400 by default. */
  retry_ms?: number;
  /** Returns the seconds to wait, for providers that report them other than by `Retry-After`; null if not reported. */
  wait?: (answer: { status: number; headers: Headers }) => number | null;
  /** Returns whether a retry would fail again, although the status suggests otherwise. */
  is_final?: (error: ProviderError) => boolean;
  /** Maximum wait before a retry; when the provider asks for more, the call fails immediately. 5,000 by default. */
  longest_wait_ms?: number;
  /** For tests: replaces waiting. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** For tests: source of the jitter. */
  random?: () => number;
}

/** Why a call to a provider failed. */
export class ProviderError extends Error {
  override name = "ProviderError";
  readonly kind: "timeout" | "network" | "status" | "malformed";
  readonly provider: string;
  /** Status of the response; null when there was none. */
  readonly status: number | null;
  /** Body of the response, parsed when it was JSON. */
  readonly body: unknown;
  readonly headers: Headers;
  /** Seconds to wait, as requested by the provider. */
  readonly retry_after: number | null;

  constructor(
    kind: ProviderError["kind"],
    provider: string,
    message: string,
    about: {
      status?: number;
      body?: unknown;
      headers?: Headers;
      retry_after?: number | null;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: about.cause });
    this.kind = kind;
    this.provider = provider;
    this.status = about.status ?? null;
    this.body = about.body ?? null;
    this.headers = about.headers ?? new Headers();
    this.retry_after = about.retry_after ?? null;
  }
}

/**
 * Calls a provider. Returns 2xx and 304 responses with their body fully received; everything else throws.
 *
 * @throws {ProviderError}
 */
export async function callProvider(
  url: string | URL,
  init: RequestInit,
  options: CallOptions,
): Promise<Response> {
  const { attempts = 3, retry_ms = 400, longest_wait_ms = 5_000, sleep = pause, random = Math.random } =
    options;
  for (let attempt = 1;; attempt++) {
    try {
      return await callOnce(url, init, options);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const wait = error.retry_after === null
        ? random() * retry_ms * 2 ** (attempt - 1)
        : error.retry_after * 1_000;
      const again = options.retry === "safe" && attempt < attempts && isTransient(error) &&
        wait <= longest_wait_ms && !options.is_final?.(error);
      if (!again || options.signal?.aborted) throw error;
      options.log?.warn("provider call failed, trying again", {
        provider: options.provider,
        address: addressOf(url),
        kind: error.kind,
        status: error.status,
        attempt,
        wait_ms: Math.round(wait),
      });
      await sleep(wait, options.signal);
    }
  }
}

/** Returns the JSON body of a response. Throws `malformed` when it is not JSON. */
export async function readJson(response: Response, provider: string): Promise<unknown> {
  const text = await response.text();
  try {
    return parseExactly(text);
  } catch (cause) {
    throw new ProviderError("malformed", provider, `Cannot read the answer of ${provider}: it is not JSON`, {
      status: response.status,
      cause,
    });
  }
}

/** Matches a number that may be too long for a double. A match inside a string is harmless: it only makes parsing slower. */
const LONG_INTEGER = /[:[,]\s*-?\d{16,}/;

/** Parses JSON. An integer beyond 2^53, such as a 64-bit id, becomes a string of its digits instead of losing precision. */
export function parseExactly(text: string): unknown {
  if (!LONG_INTEGER.test(text)) return JSON.parse(text);
  const exact = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")
      ? context?.source
      : value;
  return JSON.parse(text, exact);
}

function isTransient(error: ProviderError): boolean {
  if (error.kind !== "status") return error.kind !== "malformed";
  return error.status === 429 || error.status === 408 || (error.status ?? 0) >= 500;
}

async function callOnce(url: string | URL, init: RequestInit, options: CallOptions): Promise<Response> {
  const { provider, timeout_ms } = options;
  const timeout = AbortSignal.timeout(timeout_ms);
  const signals = [timeout, options.signal, init.signal].filter((signal) => signal instanceof AbortSignal);
  const headers = new Headers(init.headers);
  headers.set("x-request-id", options.request_id);
  let status: number | undefined;
  let response: Response;
  let body: ArrayBuffer;
  const start = performance.now();
  try {
    const answer = await (options.fetch ?? fetch)(url, {
      ...init,
      headers,
      signal: AbortSignal.any(signals),
    });
    status = answer.status;
    // Read here, so that a connection that breaks or stalls within the body fails this call and is covered by its timeout.
    body = await answer.arrayBuffer();
    response = answer;
  } catch (cause) {
    // A call that its caller aborted is not counted as a failure of the provider.
    if (timeout.aborted || !options.signal?.aborted) {
      recordProviderCall(provider, "failed", performance.now() - start);
    }
    const kind = timeout.aborted ? "timeout" : "network";
    const why = kind === "timeout" ? `no answer within ${timeout_ms} ms` : "the connection failed";
    throw new ProviderError(kind, provider, `Cannot reach ${provider}: ${why}`, { status, cause });
  }
  recordProviderCall(provider, outcomeOf(response.status), performance.now() - start);
  if (response.ok || response.status === 304) {
    const empty = response.status === 204 || response.status === 205 || response.status === 304;
    return new Response(empty ? null : body, response);
  }
  const text = new TextDecoder().decode(body);
  throw new ProviderError(
    "status",
    provider,
    `Cannot use the answer of ${provider}: status ${response.status}`,
    {
      status: response.status,
      body: parseOrText(text),
      headers: response.headers,
      retry_after: retryAfter(response.headers.get("retry-after")) ?? options.wait?.(response) ?? null,
    },
  );
}

/** Returns the seconds of a `Retry-After` header, which contains seconds or a date. */
export function retryAfter(value: string | null, now: Date = new Date()): number | null {
  if (!value) return null;
  if (/^\d+$/.test(value.trim())) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now.getTime()) / 1_000));
}

function parseOrText(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    return text.slice(0, 2_000);
  }
}

function addressOf(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}

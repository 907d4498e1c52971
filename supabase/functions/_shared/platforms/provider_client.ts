/**
 * HTTP client of the adapters: bearer token, JSON validated against a schema, ETags, and every failure as a `PlatformFault`. The
 * adapter knows what its platform's errors and headers mean (`Dialect`).
 */
import type * as z from "zod";
import { type CallOptions, callProvider, ProviderError, readJson } from "../http/outgoing.ts";
import {
  type FaultKind,
  type JsonObject,
  type PlatformContext,
  PlatformFault,
  type PlatformSlug,
  type Tokens,
  type Usage,
} from "./platform.ts";
import { PLATFORMS } from "./settings.ts";

/** A response that refuses the request, by its status or in its body. */
export interface ProviderRefusal {
  status: number;
  body: unknown;
  headers: Headers;
  /** When the platform asked the caller to retry. */
  retry_at: Date | null;
}

/** How a platform reports refusals and limits. */
export interface Dialect {
  explain: (refusal: ProviderRefusal, now: Date) => PlatformFault;
  /** Whether the body of a successful response contains a refusal. */
  refuses?: (body: unknown) => boolean;
  /** Seconds to wait, where the platform reports them by other means than `Retry-After`. */
  wait?: (answer: { status: number; headers: Headers }, now: Date) => number | null;
  /** What the response headers report as left of the endpoint's limit, or of the only limit. */
  left?: (headers: Headers, now: Date, path: string) => Omit<Usage, "calls" | "units">;
}

interface ReadOptions {
  query?: Record<string, string>;
  units?: number;
}

export interface ProviderClient {
  get<Schema extends z.ZodType>(
    path: string,
    tokens: Tokens,
    schema: Schema,
    options?: ReadOptions & { etag?: undefined },
  ): Promise<z.output<Schema>>;
  /** Returns "unchanged" only when an ETag was given and still matches. */
  get<Schema extends z.ZodType>(
    path: string,
    tokens: Tokens,
    schema: Schema,
    options: ReadOptions & { etag: string | undefined },
  ): Promise<z.output<Schema> | "unchanged">;
  /** Reads from an endpoint that takes the query as the body of a POST. */
  ask<Schema extends z.ZodType>(
    path: string,
    tokens: Tokens,
    schema: Schema,
    options: ReadOptions & { body: JsonObject },
  ): Promise<z.output<Schema>>;
}

export function providerClient(
  platform: PlatformSlug,
  base: string,
  context: PlatformContext,
  dialect: Dialect,
): ProviderClient {
  const { explain, refuses } = dialect;

  async function read<Schema extends z.ZodType>(
    path: string,
    init: RequestInit & { headers: Headers },
    schema: Schema,
    { query = {}, units = 1 }: ReadOptions,
  ): Promise<z.output<Schema> | "unchanged"> {
    const parameters = new URLSearchParams(query);
    const url = `${base}/${path}${parameters.size > 0 ? `?${parameters}` : ""}`;
    const once = async () => {
      const options = callOptions(platform, context, "safe", units, { ...dialect, path });
      const response = await callProvider(url, init, options);
      if (response.status === 304) {
        if (init.headers.has("if-none-match")) return "unchanged" as const;
        throw new PlatformFault(platform, "malformed", { reason: "unasked 304", status: 304 });
      }
      const body = await readJson(response, platform);
      if (!refuses?.(body)) return body;
      const { status, headers } = response;
      throw new ProviderError("status", platform, "refused by an error in the response body", {
        status,
        headers,
        body,
      });
    };
    try {
      const body = await onceMore(once);
      if (body === "unchanged") return body;
      const parsed = schema.safeParse(body);
      if (parsed.success) return parsed.data;
    } catch (error) {
      throw asFault(platform, error, context.now(), explain);
    }
    throw new PlatformFault(platform, "malformed", { reason: `unexpected ${path}`, status: 200 });
  }

  function get<Schema extends z.ZodType>(
    path: string,
    tokens: Tokens,
    schema: Schema,
    { etag, ...options }: ReadOptions & { etag?: string } = {},
  ) {
    const headers = headersFor(tokens);
    if (etag !== undefined) headers.set("if-none-match", asHeader(etag));
    return read(path, { headers }, schema, options);
  }

  function ask<Schema extends z.ZodType>(
    path: string,
    tokens: Tokens,
    schema: Schema,
    { body, ...options }: ReadOptions & { body: JsonObject },
  ) {
    const headers = headersFor(tokens);
    headers.set("content-type", "application/json; charset=UTF-8");
    return read(path, { method: "POST", headers, body: JSON.stringify(body) }, schema, options);
  }

  // Only a request with an ETag can return "unchanged".
  return { get, ask } as ProviderClient;
}

/** Content or URI too large: any platform may use these statuses when a call asks for too much. */
const TOO_LARGE = [413, 414];

/** Returns what the status of a refusal means when its body does not say. */
export function kindOfStatus(status: number): FaultKind {
  if (TOO_LARGE.includes(status)) return "too_heavy";
  return status === 401 ? "token_expired" : status === 400 ? "misconfigured" : "transient";
}

function headersFor(tokens: Tokens): Headers {
  return new Headers({ authorization: `Bearer ${tokens.access_token}`, accept: "application/json" });
}

/** Returns the options of one outgoing call. Every attempt is reported as used quota, with what the response reports as left. */
export function callOptions(
  platform: string,
  context: PlatformContext,
  retry: CallOptions["retry"],
  units: number,
  { wait, left, explain, path = "" }: Partial<Dialect> & { path?: string } = {},
): CallOptions {
  const { PROVIDER_RETRY_MS, PROVIDER_TIMEOUT_MS } = context.settings.of(PLATFORMS);
  return {
    provider: platform,
    timeout_ms: PROVIDER_TIMEOUT_MS,
    retry_ms: PROVIDER_RETRY_MS,
    retry,
    request_id: context.request_id,
    signal: context.signal,
    log: context.log,
    wait: (answer) => wait?.(answer, context.now()) ?? null,
    is_final: (error) => {
      const fault = explain && asFault(platform, error, context.now(), explain);
      return fault instanceof PlatformFault && fault.kind === "too_heavy";
    },
    fetch: async (input, init) => {
      let headers: Headers | undefined;
      try {
        const response = await context.fetch(input, init);
        headers = response.headers;
        return response;
      } finally {
        context.used?.({ calls: 1, units, ...(headers && left?.(headers, context.now(), path)) });
      }
    },
  };
}

/** Converts an error of the kernel's HTTP client to a fault. Drops the cause, which may quote a response. */
export function asFault(
  platform: string,
  error: unknown,
  now: Date,
  explain: (refusal: ProviderRefusal, now: Date) => PlatformFault,
): unknown {
  if (!(error instanceof ProviderError)) return error;
  const retry_at = error.retry_after === null ? null : new Date(now.getTime() + error.retry_after * 1_000);
  if (error.kind === "status" && error.status !== null) {
    const { status, body, headers } = error;
    return explain({ status, body, headers, retry_at }, now);
  }
  const kind = error.kind === "malformed" ? "malformed" : "transient";
  return new PlatformFault(platform, kind, { reason: error.kind, status: error.status, retry_at });
}

/** Repeats a read whose response was malformed: a truncated one is often a proxy's fault and complete the next time. */
async function onceMore<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ProviderError && error.kind === "malformed") return await read();
    throw error;
  }
}

/** Google's bodies hold ETags with and without their quotes. */
function asHeader(etag: string): string {
  return /^(W\/)?"/.test(etag) ? etag : `"${etag}"`;
}

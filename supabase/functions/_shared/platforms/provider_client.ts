/**
 * How adapters call a platform's API: bearer token, JSON checked against a schema, ETags, and every failure as a
 * `PlatformFault`. What a platform's error bodies mean is the adapter's knowledge (`explain`).
 */
import type { z } from "zod";
import { type CallOptions, callProvider, ProviderError, readJson } from "../http.ts";
import { PlatformFault, type PlatformSlug, type PlatformWorld, type Tokens } from "./platform.ts";

/** An answer with a status that says no. */
export interface ProviderRefusal {
  status: number;
  body: unknown;
  /** When the platform asked to come back. */
  retry_at: Date | null;
}

export interface ProviderClient {
  /** Reads; "unchanged" only when an ETag was given and still holds. */
  get<Schema extends z.ZodType>(
    path: string,
    tokens: Tokens,
    schema: Schema,
    options?: { query?: Record<string, string>; etag?: string; units?: number },
  ): Promise<z.output<Schema> | "unchanged">;
}

export function providerClient(
  platform: PlatformSlug,
  base: string,
  world: PlatformWorld,
  explain: (refusal: ProviderRefusal, now: Date) => PlatformFault,
): ProviderClient {
  return {
    async get(path, tokens, schema, { query = {}, etag, units = 1 } = {}) {
      const url = `${base}/${path}?${new URLSearchParams(query)}`;
      const headers = new Headers({
        authorization: `Bearer ${tokens.access_token}`,
        accept: "application/json",
      });
      if (etag !== undefined) headers.set("if-none-match", asHeader(etag));
      const read = async () => {
        const response = await callProvider(url, { headers }, callOptions(platform, world, "safe", units));
        return response.status === 304 ? "unchanged" as const : await readJson(response, platform);
      };
      try {
        const body = await onceMore(read);
        if (body === "unchanged") {
          if (etag !== undefined) return body;
          throw new PlatformFault(platform, "malformed", { reason: "unasked 304", status: 304 });
        }
        const parsed = schema.safeParse(body);
        if (parsed.success) return parsed.data;
      } catch (error) {
        throw asFault(platform, error, world.now(), explain);
      }
      throw new PlatformFault(platform, "malformed", { reason: `unexpected ${path}`, status: 200 });
    },
  };
}

/** The options of one outgoing call; every attempt is reported as used quota. */
export function callOptions(
  platform: PlatformSlug,
  world: PlatformWorld,
  retry: CallOptions["retry"],
  units: number,
): CallOptions {
  return {
    provider: platform,
    timeout_ms: world.settings.PROVIDER_TIMEOUT_MS,
    retry,
    request_id: world.request_id,
    signal: world.signal,
    log: world.log,
    fetch: (input, init) => {
      world.used?.(platform, { calls: 1, units });
      return world.fetch(input, init);
    },
  };
}

/** What the kernel's HTTP client threw, as a fault. The cause is left behind: it may quote an answer. */
export function asFault(
  platform: PlatformSlug,
  error: unknown,
  now: Date,
  explain: (refusal: ProviderRefusal, now: Date) => PlatformFault,
): unknown {
  if (!(error instanceof ProviderError)) return error;
  const retry_at = error.retry_after === null ? null : new Date(now.getTime() + error.retry_after * 1_000);
  if (error.kind === "status" && error.status !== null) {
    return explain({ status: error.status, body: error.body, retry_at }, now);
  }
  const kind = error.kind === "malformed" ? "malformed" : "passing";
  return new PlatformFault(platform, kind, { reason: error.kind, status: error.status, retry_at });
}

/** Half an answer is often a proxy's fault and whole the next time. */
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

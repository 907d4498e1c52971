/**
 * Sends calls that change something at a platform, each only once. Neither our code nor the HTTP client may repeat them. A client that keeps
 * connections may resend a request automatically when a kept connection turns out to be closed, so each of these calls opens its own connection.
 */
import type * as z from "zod";
import { callProvider, type Fetch, readJson } from "../http/outgoing.ts";
import { asFault, callOptions, type Dialect } from "../platforms/provider_client.ts";
import { type JsonObject, PlatformFault, type PlatformSlug } from "../platforms/platform.ts";
import type { PublisherContext } from "./publisher.ts";
import { PUBLISHING } from "./settings.ts";

/** Returns a fetch that opens a new connection for each call and closes it afterwards; the given one where the runtime does not support this. */
export function onceFetch(given: Fetch): Fetch {
  if (typeof Deno === "undefined" || typeof Deno.createHttpClient !== "function") return given;
  return async (input, init) => {
    const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0, http2: false });
    try {
      const response = await given(input, { ...init, client } as RequestInit & { client: Deno.HttpClient });
      const { status, statusText, headers } = response;
      const body = await response.arrayBuffer();
      const isBare = [101, 204, 205, 304].includes(status);
      return new Response(isBare ? null : body, { status, statusText, headers });
    } finally {
      client.close();
    }
  };
}

export interface Mutation {
  method?: "POST" | "PUT" | "DELETE";
  headers?: Record<string, string>;
  json?: JsonObject;
  form?: Record<string, string>;
  body?: BodyInit;
  units?: number;
}

export class Mutations {
  constructor(
    private readonly platform: PlatformSlug,
    private readonly context: PublisherContext,
    private readonly dialect: Dialect,
  ) {}

  /** Sends a call once. @throws {PlatformFault} */
  async send(url: string, mutation: Mutation): Promise<Response> {
    const { platform, context, dialect } = this;
    const { method = "POST", json, form, units = 1 } = mutation;
    const headers = new Headers({ accept: "application/json", ...mutation.headers });
    if (json) headers.set("content-type", "application/json; charset=UTF-8");
    const body = json ? JSON.stringify(json) : form ? new URLSearchParams(form) : mutation.body ?? "";
    const options = callOptions(platform, { ...context, fetch: onceFetch(context.fetch) }, "never", units, {
      ...dialect,
      path: new URL(url).pathname,
    });
    const { PUBLISH_TIMEOUT_MS } = context.settings.of(PUBLISHING);
    try {
      return await callProvider(url, { method, headers, body, redirect: "manual" }, {
        ...options,
        timeout_ms: PUBLISH_TIMEOUT_MS,
      });
    } catch (error) {
      throw asFault(platform, error, context.now(), dialect.explain);
    }
  }

  /** Sends a call once and returns the JSON response. @throws {PlatformFault} */
  async tell<Schema extends z.ZodType>(
    url: string,
    schema: Schema,
    mutation: Mutation,
  ): Promise<z.output<Schema>> {
    const response = await this.send(url, mutation);
    let body: unknown;
    try {
      body = await readJson(response, this.platform);
    } catch (error) {
      throw asFault(this.platform, error, this.context.now(), this.dialect.explain);
    }
    if (this.dialect.refuses?.(body)) {
      const { status, headers } = response;
      throw this.dialect.explain({ status, headers, body, retry_at: null }, this.context.now());
    }
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    throw new PlatformFault(this.platform, "malformed", {
      reason: "unexpected answer",
      status: response.status,
    });
  }
}

/**
 * Whether a fault leaves the effect of the call unknown: no response, an unreadable one, a server error, or a timeout of a proxy. An explicit
 * refusal by the platform does not.
 */
export function isUnclear(fault: unknown): boolean {
  if (!(fault instanceof PlatformFault)) return true;
  return fault.status === null || fault.status >= 500 || fault.status === 408 ||
    fault.kind === "malformed" ||
    fault.reason === "network" || fault.reason === "timeout";
}

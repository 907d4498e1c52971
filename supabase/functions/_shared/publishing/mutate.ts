/**
 * Calls that change something at a platform: each is sent once. No attempt of ours repeats it, and none of the HTTP client either: a client that
 * keeps connections may send a request again by itself when a kept one turns out closed, so every such call has a connection of its own.
 */
import type * as z from "zod";
import { callProvider, type Fetch, readJson } from "../http/outgoing.ts";
import { asFault, callOptions, type Dialect } from "../platforms/provider_client.ts";
import { type JsonObject, PlatformFault, type PlatformSlug } from "../platforms/platform.ts";
import type { PublisherContext } from "./publisher.ts";
import { PUBLISHING } from "./settings.ts";

/** A fetch whose connection is new and not kept. Where the runtime cannot do that, the one that was given. */
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

  /** Sends once. @throws {PlatformFault} */
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

  /** The same, for an answer that is JSON. */
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
 * Whether a fault leaves open if the call had its effect: no answer, an answer that cannot be read, a server's error, or a proxy that
 * gave up waiting. A refusal that the platform itself worded is none.
 */
export function isUnclear(fault: unknown): boolean {
  if (!(fault instanceof PlatformFault)) return true;
  return fault.status === null || fault.status >= 500 || fault.status === 408 ||
    fault.kind === "malformed" ||
    fault.reason === "network" || fault.reason === "timeout";
}

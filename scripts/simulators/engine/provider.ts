/** The interface of a provider to the engine: routes at its real hosts, stateful parts, and its own error responses. */
import type { SimulatorClock } from "./clock.ts";
import type { Fault } from "./faults.ts";
import type { JournalEvent } from "./journal.ts";

export interface Call {
  readonly method: string;
  /** The provider's real host, `oauth2.googleapis.com`; `_admin` for the simulators' own routes. */
  readonly host: string;
  readonly path: string;
  readonly url: URL;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** The body as text. */
  readonly body: string;
  /** The raw body. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly params: Record<string, string>;
  readonly fault: Fault | undefined;
  /** Added to the request log's entry for this call. */
  readonly notes: { cost?: number; bucket?: string };
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface Route {
  readonly method: string;
  /** `/<host>/<path>`, or below `/_admin`; `:name` matches one segment, `:name*` at the end matches the rest. */
  readonly path: string;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** A component with its own state: accounts, grants, quota, webhooks, or something that only one provider has. */
export interface Part {
  /** Returns admin routes; `root` is `/_admin/<provider>`. */
  admin?(root: string): readonly Route[];
  /** Replays a change that an earlier process recorded; ignores events of other parts. */
  replay?(event: JournalEvent): void;
  reset?(): void;
  stop?(): void;
}

export interface Provider {
  readonly name: string;
  readonly routes: readonly Route[];
  readonly parts: readonly Part[];
  /** Returns the account of a call, so that a fault or a log query can select one account among many. */
  accountOf?(call: Call): string | undefined;
  /** Returns the provider's response for a failure, given its reason (`quotaExceeded`) or a bare status (`503`). */
  failure(reason: string, call: Call): Answer | undefined;
}

/** The arguments for creating a provider. */
export interface Context {
  /** The provider's name, used in its admin routes and its journal events. */
  readonly provider: string;
  readonly clock: SimulatorClock;
  /** Records a change in the journal before the response is sent. */
  record(event: { readonly kind: string; readonly [member: string]: unknown }): void;
  /** Redirect URIs that consent pages accept, in addition to those on this machine. */
  readonly redirect_uris: ReadonlySet<string>;
  /** The base URL of the stack's functions, for providers that send webhooks from the start. */
  readonly functions_url?: string | undefined;
  /** A file of real channels and videos, and the folder for temporary files. */
  readonly catalog?: string | undefined;
  readonly folder?: string | undefined;
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { "content-type": "application/json; charset=UTF-8", ...headers },
    body: JSON.stringify(value, null, 2),
  };
}

export function html(status: number, page: string): Answer {
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "x-frame-options": "DENY",
    },
    body: page,
  };
}

/** Returns the token of an `Authorization: Bearer` header. */
export function bearer(call: Call): string | undefined {
  return /^Bearer +(.+)$/i.exec(call.headers.get("authorization") ?? "")?.[1]?.trim();
}

/** Returns the body as a form; undefined if its content type is another one. */
export function readForm(call: Call): URLSearchParams | undefined {
  const type = call.headers.get("content-type") ?? "";
  return /^application\/x-www-form-urlencoded\b/i.test(type) ? new URLSearchParams(call.body) : undefined;
}

/** Splits a text of names separated by spaces. */
export function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** Returns the given fields of an object; undefined fields are omitted. */
export function pick(from: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field) => from[field] === undefined ? [] : [[field, from[field]]]),
  );
}

/** Matches `/a/:b` against a path; returns the parameters, or undefined. */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  const takes_rest = wanted.at(-1)?.endsWith("*") ?? false;
  if (takes_rest ? given.length < wanted.length : given.length !== wanted.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const is_rest = takes_rest && index === wanted.length - 1;
    const value = is_rest ? given.slice(index).join("/") : given[index] ?? "";
    if (!segment.startsWith(":")) {
      if (segment !== value) return undefined;
    } else {
      if (value === "") return undefined;
      params[segment.slice(1).replace(/\*$/, "")] = decodeURIComponent(value);
    }
  }
  return params;
}

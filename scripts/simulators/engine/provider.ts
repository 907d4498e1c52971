/** What a provider is to the engine: routes at its real hosts, parts that have a state, and its own words for failures. */
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
  /** The body as it came. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly params: Record<string, string>;
  readonly fault: Fault | undefined;
  /** What the request log says of this call beyond its line. */
  readonly notes: { cost?: number; bucket?: string };
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface Route {
  readonly method: string;
  /** `/<host>/<path>`, or below `/_admin`; `:name` takes a segment, `:name*` at the end takes all that follow. */
  readonly path: string;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** Something with a state of its own: accounts, grants, quota, webhooks, or what only one provider has. */
export interface Part {
  /** Admin routes; `root` is `/_admin/<provider>`. */
  admin?(root: string): readonly Route[];
  /** Repeats a change that an earlier process recorded; events of other parts are passed over. */
  replay?(event: JournalEvent): void;
  reset?(): void;
  stop?(): void;
}

export interface Provider {
  readonly name: string;
  readonly routes: readonly Route[];
  readonly parts: readonly Part[];
  /** Whose call it is, so that a fault or a look into the log can name one account among many. */
  accountOf?(call: Call): string | undefined;
  /** The provider's answer for a failure asked for by its own reason (`quotaExceeded`) or by a bare status (`503`). */
  failure(reason: string, call: Call): Answer | undefined;
}

/** What a provider is made with. */
export interface Context {
  /** The provider's name: of its admin routes and of its events in the journal. */
  readonly provider: string;
  readonly clock: SimulatorClock;
  /** Writes a change down before it is answered. */
  record(event: { readonly kind: string; readonly [member: string]: unknown }): void;
  /** Addresses that consent pages may send people back to, beside those on this machine. */
  readonly redirect_uris: ReadonlySet<string>;
  /** Where the stack's functions are, for providers that report to them from the start. */
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

/** The token of an `Authorization: Bearer` header. */
export function bearer(call: Call): string | undefined {
  return /^Bearer +(.+)$/i.exec(call.headers.get("authorization") ?? "")?.[1]?.trim();
}

/** The body as a form; undefined when its content type says that it is none. */
export function readForm(call: Call): URLSearchParams | undefined {
  const type = call.headers.get("content-type") ?? "";
  return /^application\/x-www-form-urlencoded\b/i.test(type) ? new URLSearchParams(call.body) : undefined;
}

/** Names that stand in one text, with spaces between them. */
export function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** The fields of a value; fields that are undefined are left out. */
export function pick(from: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field) => from[field] === undefined ? [] : [[field, from[field]]]),
  );
}

/** Matches `/a/:b` against a path; the parameters, or undefined. */
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

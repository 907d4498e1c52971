/** What a provider is to the simulator: routes at its real hosts, admin routes, and its own words for failures. */
import type { SimulatorClock } from "./clock.ts";
import type { Fault, Switchboard } from "./switchboard.ts";
import type { Journal, JournalEvent } from "./journal.ts";

export interface Call {
  readonly method: string;
  /** The provider's real host, `oauth2.googleapis.com`; `_admin` for the simulator's own routes. */
  readonly host: string;
  readonly path: string;
  readonly url: URL;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: string;
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
  /** `/<host>/<path>`, or below `/_admin`; a segment that starts with a colon is a parameter. */
  readonly path: string;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

export interface Provider {
  readonly name: string;
  readonly routes: readonly Route[];
  readonly admin: readonly Route[];
  /** Whose call it is, so that a fault or a look into the log can name one account among many. */
  accountOf(call: Call): string | undefined;
  /** The provider's answer for a failure asked for by its own reason (`quotaExceeded`) or by a bare status (`503`). */
  failure(reason: string, call: Call): Answer | undefined;
  /** Repeats a change that an earlier process recorded. */
  replay(event: JournalEvent): void;
  reset(): void;
  stop?(): void;
}

/** What every provider is given: one clock, one switchboard, one journal for all of them. */
export interface World {
  readonly clock: SimulatorClock;
  readonly switchboard: Switchboard;
  readonly journal: Journal;
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

export function redirect(location: string): Answer {
  return { status: 302, headers: { location, "cache-control": "no-store" }, body: "" };
}

/** Matches `/a/:b` against a path; the parameters, or undefined. */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (let index = 0; index < wanted.length; index++) {
    const segment = wanted[index] ?? "";
    const value = given[index] ?? "";
    if (!segment.startsWith(":")) {
      if (segment !== value) return undefined;
    } else {
      if (value === "") return undefined;
      params[segment.slice(1)] = decodeURIComponent(value);
    }
  }
  return params;
}

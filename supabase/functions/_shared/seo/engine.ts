/** What a search engine is to the rest: pages told in batches, every answer with its consequence, and every failure as a fault of a known kind. */
import type { Context } from "../context.ts";
import { callProvider, ProviderError, readJson } from "../http/outgoing.ts";
import { nextMidnight } from "../platforms/midnight.ts";
import { SEO } from "./settings.ts";

export const ENGINES = ["google", "bing", "yandex", "indexnow"] as const;
export type EngineSlug = typeof ENGINES[number];

/** A site at an engine, with what opens it. */
export interface Site {
  id: string;
  engine: EngineSlug;
  /** Without a slash at the end; every page of the site begins with it. */
  url: string;
  /** The engine's own name of the site, once it is known. */
  engine_site: string | null;
  /** Key, token or credentials. */
  secret: string;
  sitemap_url: string;
  /** The address of a page of the sitemap. */
  sitemapPage(page: number): string;
  /** Pages of a call, at most. */
  batch_size: number;
  window_seconds: number;
}

export interface Page {
  id: string;
  url: string;
  type: "updated" | "removed";
  /** Being streamed right now. */
  is_live: boolean;
  /** Of the operator's sitemap, where the page is listed. */
  sitemap_page?: number | null | undefined;
}

/** A span of time in which an engine allows so much. `amount` null: nobody said. */
export interface Window {
  quota: string;
  starts: Date;
  ends: Date;
  amount: number | null;
}

/** What the engine itself says is left of a window. */
export interface Observed extends Window {
  remaining: number;
}

/** `retry`: it was sent and nobody knows what came of it. `not_sent`: the engine took nothing. */
export type Outcome = "submitted" | "rejected" | "retry" | "not_sent";

export interface PageOutcome {
  id: string;
  outcome: Outcome;
  response_status?: number | undefined;
  code?: string;
  /** For the creator. */
  message?: string;
  /** By what the engine can be asked later what became of it. */
  ref?: string;
}

/** Nothing of the site is sent before that. */
export interface Pause {
  until: Date;
  code: string;
  message: string;
  /** Only the site's owner can mend it. */
  is_refusal: boolean;
}

export interface BatchResult {
  outcomes: PageOutcome[];
  pause?: Pause | undefined;
  observed?: Observed[];
  /** The engine doubts that the site is ours: look again. */
  doubts?: boolean;
}

export interface Ownership {
  is_owner: boolean;
  engine_site?: string;
  message?: string;
}

/** What was submitted, and is asked about. */
export interface Submission {
  url: string;
  ref: string | null;
  submitted_at: Date;
}

export interface Verdict {
  /** `done`: the engine has read the page, and says no more than that. */
  verdict: "indexed" | "rejected" | "waiting" | "done";
  code: string | null;
  message: string | null;
}

export interface EngineContext extends Context {
  /** Takes calls from windows; how many were granted. */
  take(windows: Window[], amount: number): Promise<number>;
  /** The engine gave another secret for the one at hand. */
  keep(old: string, secret: string): Promise<void>;
}

export interface Engine {
  slug: EngineSlug;
  /** In what windows a page counts; asks the engine where it tells. @throws {EngineFault} */
  windows(context: EngineContext, site: Site): Promise<Observed[]>;
  /** Tells pages, of which each was booked in every window. A failure of the whole is in the outcomes. */
  submit(context: EngineContext, site: Site, pages: readonly Page[]): Promise<BatchResult>;
  /** Whether the engine's own API says that the site is the credentials' owner's. Undefined: it has no such word. @throws {EngineFault} */
  ownership?(context: EngineContext, site: Site): Promise<Ownership>;
  /** In what windows a look at a page counts. */
  inspectionWindows?(now: Date): Window[];
  /** What became of a page. @throws {EngineFault} */
  inspect?(context: EngineContext, site: Site, submission: Submission): Promise<Verdict>;
}

export type EngineFaultKind =
  /** The key is wrong, or may not do this. */
  | "refused"
  /** The quota or the rate is used up. */
  | "limited"
  /** What was sent is not understood or not allowed; of several perhaps one. */
  | "invalid"
  | "unreachable"
  | "malformed";

/** A call that an engine did not do. The message is for the site's owner; it quotes no key. */
export class EngineFault extends Error {
  override name = "EngineFault";
  constructor(
    readonly kind: EngineFaultKind,
    readonly code: string,
    message: string,
    readonly about: { status?: number | undefined; retry_at?: Date | undefined } = {},
  ) {
    super(message);
  }
}

/** What an engine's refusal means. Undefined: what its status says. */
export type Explain = (status: number, body: unknown) => EngineFault | undefined;

const NAMES: Record<EngineSlug, string> = {
  google: "Google",
  bing: "Bing",
  yandex: "Yandex",
  indexnow: "IndexNow",
};

export function nameOf(engine: EngineSlug): string {
  return NAMES[engine];
}

/** Calls an engine once and gives its JSON, null when there is none. @throws {EngineFault} */
export async function callEngine(
  context: Context,
  engine: EngineSlug,
  url: string | URL,
  init: RequestInit,
  explain: Explain,
): Promise<{ status: number; body: unknown }> {
  try {
    const response = await engineFetch(context, engine)(url, init);
    const text = response.headers.get("content-type")?.includes("json") ?? false;
    return { status: response.status, body: text ? await readJson(response, engine) : null };
  } catch (error) {
    throw faultOf(engine, error, explain, context.now());
  }
}

/** `fetch` with the kernel's time limit: one attempt, since each counts at the engine. Throws where the status is not good. */
export function engineFetch(context: Context, engine: EngineSlug): typeof fetch {
  return (url, init = {}) =>
    callProvider(url instanceof Request ? url.url : url, init, {
      provider: engine,
      timeout_ms: context.settings.of(SEO).SEO_TIMEOUT_MS,
      retry: "never",
      request_id: context.request_id,
      ...(context.signal ? { signal: context.signal } : {}),
      fetch: context.fetch,
      log: context.log,
    });
}

/** The fault behind whatever a call threw. */
export function faultOf(engine: EngineSlug, error: unknown, explain: Explain, now: Date): EngineFault {
  if (error instanceof EngineFault) return error;
  if (!(error instanceof ProviderError)) throw error;
  const name = NAMES[engine];
  if (error.kind === "malformed") {
    return new EngineFault(
      "malformed",
      "engine_answer_unknown",
      `${name} gave an answer that cannot be read`,
    );
  }
  if (error.kind !== "status") {
    return new EngineFault("unreachable", "engine_unavailable", `${name} cannot be reached at the moment`);
  }
  const status = error.status ?? 0;
  const known = explain(status, error.body);
  if (known) return known;
  const retry_at = error.retry_after === null
    ? undefined
    : new Date(now.getTime() + error.retry_after * 1_000);
  if (status === 401 || status === 403) {
    return new EngineFault("refused", "key_refused", `${name} refuses the key`, { status });
  }
  if (status === 429) {
    return new EngineFault("limited", "engine_limited", `${name} wants a pause`, { status, retry_at });
  }
  if (status >= 500 || status === 408) {
    return new EngineFault("unreachable", "engine_unavailable", `${name} cannot be reached at the moment`, {
      status,
      retry_at,
    });
  }
  return new EngineFault("invalid", "refused", `${name} refuses this address`, { status });
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** What a fault of a whole call means for the pages in it: the one table of consequences. */
export function consequence(fault: EngineFault, pages: readonly Page[], now: Date): BatchResult {
  const { status: response_status, retry_at } = fault.about;
  const all = (outcome: Outcome): PageOutcome[] =>
    pages.map(({ id }) => ({ id, outcome, response_status, code: fault.code, message: fault.message }));
  const pause = (milliseconds: number, is_refusal = false): Pause => ({
    until: retry_at ?? new Date(now.getTime() + milliseconds),
    code: fault.code,
    message: fault.message,
    is_refusal,
  });
  switch (fault.kind) {
    // Stop and tell; looked at again every day, so that whoever mends it has no more to do.
    case "refused":
      return { outcomes: all("not_sent"), pause: pause(DAY, true), doubts: true };
    case "limited":
      return { outcomes: all("not_sent"), pause: pause(10 * MINUTE) };
    case "invalid":
      return { outcomes: all("rejected") };
    // It may have been taken: not again before the window is over.
    case "unreachable":
      return { outcomes: all("retry"), pause: pause(5 * MINUTE) };
    case "malformed":
      return { outcomes: all("retry"), pause: pause(10 * MINUTE) };
  }
}

/**
 * Sends a batch; where the engine refuses the whole for what one of them is, and does not say which, sends its halves, so that only that one is
 * rejected.
 */
export async function bisect(
  pages: readonly Page[],
  now: () => Date,
  send: (pages: readonly Page[]) => Promise<BatchResult>,
): Promise<BatchResult> {
  try {
    return await send(pages);
  } catch (error) {
    if (!(error instanceof EngineFault)) throw error;
    if (error.kind !== "invalid" || pages.length < 2) return consequence(error, pages, now());
    const middle = Math.ceil(pages.length / 2);
    const first = await bisect(pages.slice(0, middle), now, send);
    const rest = pages.slice(middle);
    if (isOfTheSite(first)) {
      // Not one of many is good: it is the site or the key, and to ask for each would be a flood.
      Object.assign(
        first,
        consequence(new EngineFault("refused", error.code, error.message, error.about), [], now()),
        {
          outcomes: first.outcomes,
        },
      );
    }
    if (first.pause) {
      const { code, message } = first.pause;
      return {
        ...first,
        outcomes: [
          ...first.outcomes,
          ...rest.map(({ id }): PageOutcome => ({ id, outcome: "not_sent", code, message })),
        ],
      };
    }
    const second = await bisect(rest, now, send);
    return { ...first, ...second, outcomes: [...first.outcomes, ...second.outcomes] };
  }
}

const isOfTheSite = ({ pause, outcomes }: BatchResult) =>
  !pause && outcomes.length >= 8 && outcomes.every(({ outcome }) => outcome === "rejected");

/** The calendar day of a time zone that an instant lies in. */
export function dayWindow(quota: string, timeZone: string, amount: number | null, now: Date): Window {
  const ends = nextMidnight(timeZone, now);
  // 27 hours before its end is the evening before it, also when the clocks change.
  const starts = nextMidnight(timeZone, new Date(ends.getTime() - DAY - 3 * 3_600_000));
  return { quota, starts, ends, amount };
}

/** The minute of the clock that an instant lies in. With half of what is allowed, no sixty seconds hold more than all of it. */
export function minuteWindow(quota: string, amount: number, now: Date): Window {
  const starts = new Date(Math.floor(now.getTime() / MINUTE) * MINUTE);
  return { quota, starts, ends: new Date(starts.getTime() + MINUTE), amount };
}

/** The calendar month (UTC) that an instant lies in. */
export function monthWindow(quota: string, amount: number | null, now: Date): Window {
  const at = (months: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1));
  return { quota, starts: at(0), ends: at(1), amount };
}

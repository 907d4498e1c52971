/** Interface of search engine adapters: pages are submitted in batches, each with an outcome, and every failure is a fault of a known kind. */
import type { Context } from "../context.ts";
import { callProvider, ProviderError, readJson } from "../http/outgoing.ts";
import { nextMidnight } from "../platforms/midnight.ts";
import { SEO } from "./settings.ts";

export const ENGINES = ["google", "bing", "yandex", "indexnow"] as const;
export type EngineSlug = typeof ENGINES[number];

/** A site at a search engine, with its key. */
export interface Site {
  id: string;
  engine: EngineSlug;
  /** Without a trailing slash; every page URL of the site starts with it. */
  url: string;
  /** The engine's own name for the site, once known. */
  engine_site: string | null;
  /** Key, token or credentials. */
  secret: string;
  sitemap_url: string;
  /** Returns the URL of a sitemap page. */
  sitemapPage(page: number): string;
  /** Maximum pages per call. */
  batch_size: number;
  window_seconds: number;
}

export interface Page {
  id: string;
  url: string;
  type: "updated" | "removed";
  /** Whether the item is streaming live. */
  is_live: boolean;
  /** Page of the operator's sitemap that lists this page. */
  sitemap_page?: number | null | undefined;
}

/** A time span in which an engine allows `amount` calls; null if unknown. */
export interface Window {
  quota: string;
  starts: Date;
  ends: Date;
  amount: number | null;
}

/** A window with the remaining quota that the engine reports. */
export interface Observed extends Window {
  remaining: number;
}

/** `retry`: it was sent and its outcome is unknown. `not_sent`: the engine did not accept it. */
export type Outcome = "submitted" | "rejected" | "retry" | "not_sent";

export interface PageOutcome {
  id: string;
  outcome: Outcome;
  response_status?: number | undefined;
  code?: string;
  /** For the creator. */
  message?: string;
  /** The engine's reference for reading the status later. */
  ref?: string;
}

/** Until then, nothing of the site is sent. */
export interface Pause {
  until: Date;
  code: string;
  message: string;
  /** Only the site's owner can fix the cause. */
  is_refusal: boolean;
}

export interface BatchResult {
  outcomes: PageOutcome[];
  pause?: Pause | undefined;
  observed?: Observed[];
  /** The engine doubts the ownership of the site, so it must be verified again. */
  doubts?: boolean;
}

export interface Ownership {
  is_owner: boolean;
  engine_site?: string;
  message?: string;
}

/** A submission whose status is checked. */
export interface Submission {
  url: string;
  ref: string | null;
  submitted_at: Date;
}

export interface Verdict {
  /** `done`: the engine has processed the page, or has no further status to report. */
  verdict: "indexed" | "rejected" | "waiting" | "done";
  code: string | null;
  message: string | null;
}

export interface EngineContext extends Context {
  /** Takes calls from windows and returns how many were granted. */
  take(windows: Window[], amount: number): Promise<number>;
  /** Replaces the stored secret with a new one that the engine issued. */
  keep(old: string, secret: string): Promise<void>;
}

export interface Engine {
  slug: EngineSlug;
  /** Returns the windows in which a page counts, from the engine if it reports them. @throws {EngineFault} */
  windows(context: EngineContext, site: Site): Promise<Observed[]>;
  /** Submits pages, each of which was booked in every window. A failure of the whole call is part of the outcomes. */
  submit(context: EngineContext, site: Site, pages: readonly Page[]): Promise<BatchResult>;
  /** Returns whether the engine's own API confirms that the credentials own the site. Undefined: no such API. @throws {EngineFault} */
  ownership?(context: EngineContext, site: Site): Promise<Ownership>;
  /** Returns the windows in which an inspection counts. */
  inspectionWindows?(now: Date): Window[];
  /** Returns the status of a submitted page. @throws {EngineFault} */
  inspect?(context: EngineContext, site: Site, submission: Submission): Promise<Verdict>;
}

export type EngineFaultKind =
  /** The key is wrong or lacks permission. */
  | "refused"
  /** The quota or the rate limit is used up. */
  | "limited"
  /** The input is malformed or not allowed; in a batch, possibly only one page of it. */
  | "invalid"
  | "unreachable"
  | "malformed";

/** A failed call to an engine. The message is for the site's owner and contains no key. */
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

/** Maps an engine's error response to a fault. Undefined: the status decides. */
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

/** Calls an engine once and returns its JSON, or null without JSON. @throws {EngineFault} */
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

/** Returns a `fetch` with our time limit and a single attempt, because each call counts at the engine. Throws on an error status. */
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

/** Converts an error of a call to a fault; rethrows any other error. */
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
    return new EngineFault("limited", "engine_limited", `${name} asks for a pause`, { status, retry_at });
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

/** Returns what a failed call means for its pages: the only table of consequences. */
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
    // Stops and notifies the owner; tried again every day, so that fixing the cause is all the owner has to do.
    case "refused":
      return { outcomes: all("not_sent"), pause: pause(DAY, true), doubts: true };
    case "limited":
      return { outcomes: all("not_sent"), pause: pause(10 * MINUTE) };
    case "invalid":
      return { outcomes: all("rejected") };
    // The engine may have accepted the pages, so they are not sent again before the window ends.
    case "unreachable":
      return { outcomes: all("retry"), pause: pause(5 * MINUTE) };
    case "malformed":
      return { outcomes: all("retry"), pause: pause(10 * MINUTE) };
  }
}

/**
 * Sends a batch. If the engine refuses the whole batch because of one page without naming it, sends the halves separately, so that only
 * that page is rejected.
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
      // Every page of at least 8 is rejected, so the cause is the site or the key; trying each page would flood the engine.
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

/** Returns the calendar day in a time zone that contains an instant. */
export function dayWindow(quota: string, timeZone: string, amount: number | null, now: Date): Window {
  const ends = nextMidnight(timeZone, now);
  // 27 hours before its end is the evening of the previous day, even when the clocks change.
  const starts = nextMidnight(timeZone, new Date(ends.getTime() - DAY - 3 * 3_600_000));
  return { quota, starts, ends, amount };
}

/** Returns the clock minute that contains an instant. Pass half of the allowed rate, so that no 60 seconds across two windows exceed it. */
export function minuteWindow(quota: string, amount: number, now: Date): Window {
  const starts = new Date(Math.floor(now.getTime() / MINUTE) * MINUTE);
  return { quota, starts, ends: new Date(starts.getTime() + MINUTE), amount };
}

/** Returns the calendar month (UTC) that contains an instant. */
export function monthWindow(quota: string, amount: number | null, now: Date): Window {
  const at = (months: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1));
  return { quota, starts: at(0), ends: at(1), amount };
}

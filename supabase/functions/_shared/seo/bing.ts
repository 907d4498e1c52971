/**
 * Bing Webmaster API (https://learn.microsoft.com/bingwebmaster): SubmitUrlBatch takes at most 500 URLs, and never more than the quota that
 * GetUrlSubmissionQuota reports, because Bing rejects a larger batch as a whole. Errors come with status 400 and with 200.
 */
import * as z from "zod";
import {
  bisect,
  callEngine,
  dayWindow,
  type Engine,
  type EngineContext,
  EngineFault,
  type Explain,
  minuteWindow,
  monthWindow,
  type Page,
  type Site,
} from "./engine.ts";
import { SEO } from "./settings.ts";

const MOST = 500;
const Refusal = z.object({
  ErrorCode: z.int().refine((code) => code !== 0),
  Message: z.string().default(""),
});
const Quota = z.object({ DailyQuota: z.int(), MonthlyQuota: z.int() });
const Sites = z.array(z.object({ Url: z.string(), IsVerified: z.boolean() }));

/**
 * Parses `/Date(1790000000000-0700)/`, where the milliseconds are UTC and the offset is only informative, or ISO 8601 with a zone.
 * Returns null for anything else.
 */
function bingDate(given: unknown): Date | null {
  const [, milliseconds, iso] =
    /^(?:\/Date\((-?\d+)(?:[+-]\d{4})?\)\/|(\d{4}-\d\d-\d\dT.+(?:Z|[+-]\d\d:\d\d)))$/.exec(String(given)) ??
      [];
  const date = new Date(milliseconds === undefined ? iso ?? Number.NaN : Number(milliseconds));
  return Number.isNaN(date.getTime()) ? null : date;
}

/**
 * Microsoft documents the members' names, not their meaning
 * (https://learn.microsoft.com/dotnet/api/microsoft.bing.webmaster.api.interfaces.urlinfo): the year 1 means never crawled, and the status can
 * be 0 even for indexed pages. A missing value or one of another type counts as unknown.
 */
const UrlInfo = z.object({
  HttpStatus: z.coerce.number().int().min(100).max(599).nullable().catch(null),
  LastCrawledDate: z.unknown().transform(bingDate),
}).nullable().catch(null);

export const bing: Engine = {
  slug: "bing",
  async windows(context, site) {
    const left = await ask(context, site, "GetUrlSubmissionQuota", {
      siteUrl: site.engine_site ?? site.url,
    }, Quota);
    const now = context.now();
    // These quotas are what remains, not the total.
    return [
      { ...dayWindow("urls_day", "UTC", null, now), remaining: Math.max(0, left.DailyQuota) },
      { ...monthWindow("urls_month", null, now), remaining: Math.max(0, left.MonthlyQuota) },
    ];
  },
  submit(context, site, pages) {
    return bisect(pages.slice(0, MOST), context.now, (part) => post(context, site, part));
  },
  inspectionWindows: (now) => [minuteWindow("inspections_minute", 60, now)],
  /** Returns whether Bing has crawled the page since the submission, and with what status. Bing does not report indexing. */
  async inspect(context, site, { url, submitted_at }) {
    const siteUrl = site.engine_site ?? site.url;
    const found = await ask(context, site, "GetUrlInfo", { siteUrl, url }, UrlInfo);
    const waiting = {
      verdict: "waiting",
      code: "not_crawled_yet",
      message: "Bing has not read the page yet",
    } as const;
    const at = found?.LastCrawledDate;
    if (!at || at < submitted_at) return waiting;
    const status = found.HttpStatus;
    if (status === null) {
      return { ...waiting, code: "status_unknown", message: "Bing does not report what it found there" };
    }
    const rejected = (code: string, message: string) => ({ verdict: "rejected", code, message }) as const;
    if (status === 404 || status === 410) {
      return rejected("page_not_found", "Bing finds no page at this address");
    }
    if (status === 401 || status === 403) {
      return rejected("page_not_open", "The site does not show the page to Bing");
    }
    if (status >= 400) return { ...waiting, code: "page_failed", message: `Bing got status ${status} there` };
    return {
      verdict: "done",
      code: "crawled",
      message: `Bing read the page on ${at.toISOString().slice(0, 10)}`,
    };
  },
  async ownership(context, site) {
    const sites = await ask(context, site, "GetUserSites", {}, Sites);
    const own = sites.filter(({ Url, IsVerified }) =>
      IsVerified && `${site.url}/`.startsWith(withSlash(Url))
    );
    const [longest] = own.toSorted((a, b) => b.Url.length - a.Url.length);
    if (longest) return { is_owner: true, engine_site: longest.Url.replace(/\/$/, "") };
    return {
      is_owner: false,
      message: `Bing Webmaster Tools does not list ${site.url} as a verified site of this key`,
    };
  },
};

async function post(context: EngineContext, site: Site, pages: readonly Page[]) {
  const { status, body } = await callEngine(context, "bing", address(context, site, "SubmitUrlBatch"), {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({ siteUrl: site.engine_site ?? site.url, urlList: pages.map(({ url }) => url) }),
  }, explain);
  const refusal = explain(status, body);
  if (refusal) throw refusal;
  return {
    outcomes: pages.map(({ id }) => ({ id, outcome: "submitted" as const, response_status: status })),
  };
}

async function ask<Schema extends z.ZodType>(
  context: EngineContext,
  site: Site,
  method: string,
  query: Record<string, string>,
  schema: Schema,
): Promise<z.output<Schema>> {
  const { status, body } = await callEngine(
    context,
    "bing",
    address(context, site, method, query),
    {},
    explain,
  );
  const refusal = explain(status, body);
  if (refusal) throw refusal;
  // The documentation wraps the result in `d`; a result without it is accepted too.
  const isWrapped = typeof body === "object" && body !== null && "d" in body;
  const parsed = schema.safeParse(isWrapped ? body.d : body);
  if (!parsed.success) {
    throw new EngineFault("malformed", "engine_answer_unknown", "Bing gave an answer that cannot be read");
  }
  return parsed.data;
}

function address(
  context: EngineContext,
  site: Site,
  method: string,
  query: Record<string, string> = {},
): string {
  return `${context.settings.of(SEO).BING_WEBMASTER_URL}/${method}?${new URLSearchParams({
    ...query,
    apikey: site.secret,
  })}`;
}

/** Maps by `ErrorCode`, not by status: https://learn.microsoft.com/dotnet/api/microsoft.bing.webmaster.api.interfaces.apierrorcode */
const explain: Explain = (status, body) => {
  const parsed = Refusal.safeParse(body);
  if (!parsed.success) return undefined;
  const { ErrorCode: code, Message: message } = parsed.data;
  if (/quota/i.test(message)) {
    return new EngineFault("limited", "engine_quota", "Bing accepts no more today", { status });
  }
  switch (code) {
    case 1:
    case 2:
      return new EngineFault("unreachable", "engine_unavailable", "Bing cannot do this at the moment", {
        status,
      });
    case 4:
    case 5:
      return new EngineFault("limited", "engine_limited", "Bing asks for a pause", { status });
    case 7:
    case 8:
      return new EngineFault("invalid", "invalid_url", "Bing refuses this address", { status });
    case 12:
      return undefined;
    case 3:
      return new EngineFault("refused", "key_refused", "Bing refuses the key", { status });
    case 6:
    case 10:
    case 11:
    case 13:
    case 14:
      return new EngineFault(
        "refused",
        "not_permitted",
        "Bing does not let this key submit pages of the site",
        { status },
      );
  }
  return new EngineFault("invalid", "refused", "Bing refuses this address", { status });
};

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}

/**
 * Google Search Console (https://developers.google.com/webmaster-tools). Google accepts no single URLs: a submission resubmits the site's
 * sitemap, and each URL is inspected later. The Indexing API is only for job postings and live streams
 * (https://developers.google.com/search/apis/indexing-api/v3/using-api), so only live streams are sent there, and only if the operator enables it.
 */
import * as z from "zod";
import {
  callEngine,
  consequence,
  dayWindow,
  type Engine,
  type EngineContext,
  EngineFault,
  type Explain,
  minuteWindow,
  type Page,
  type PageOutcome,
  type Site,
  type Verdict,
  type Window,
} from "./engine.ts";
import { forgetGoogleToken, googleToken, INDEXING_SCOPE, SEARCH_CONSOLE_SCOPE } from "./google_token.ts";
import { SEO } from "./settings.ts";

const ZONE = "America/Los_Angeles";

const text = z.string().nullish();
const Sites = z.object({
  siteEntry: z.array(z.object({ siteUrl: text, permissionLevel: text })).default([]),
});
/** The members of an inspection result that are used. Values that Google adds later are accepted. */
const Inspected = z.object({
  verdict: text,
  coverageState: text,
  robotsTxtState: text,
  indexingState: text,
  pageFetchState: text,
  googleCanonical: text,
  userCanonical: text,
});
const Inspection = z.object({
  inspectionResult: z.object({ indexStatusResult: Inspected.nullish() }).nullish(),
});

/** Google allows 200 calls per minute and user; see `minuteWindow` for the half. */
const callWindow = (now: Date): Window => minuteWindow("calls_minute", 100, now);

export const google: Engine = {
  slug: "google",
  windows: () => Promise.resolve([]),
  async submit(context, site, pages) {
    try {
      const feeds = feedsOf(site, pages);
      const granted = await context.take([callWindow(context.now())], feeds.length);
      if (granted < 1) throw minuteIsOver(context.now());
      for (const feedpath of feeds.slice(0, granted)) {
        const path = `/webmasters/v3/sites/${encodeURIComponent(property(site))}/sitemaps`;
        await ask(context, site, `${path}/${encodeURIComponent(feedpath)}`, z.unknown(), { method: "PUT" });
      }
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error;
      // Google rejected the sitemap, not a page.
      const { outcomes, pause, ...rest } = consequence(error, pages, context.now());
      if (error.kind !== "invalid") return { outcomes, pause, ...rest };
      const until = new Date(context.now().getTime() + 3_600_000);
      return {
        outcomes: outcomes.map((outcome) => ({ ...outcome, outcome: "not_sent" })),
        pause: { until, code: error.code, message: error.message, is_refusal: true },
      };
    }
    const outcomes = pages.map(({ id }): PageOutcome => ({ id, outcome: "submitted", response_status: 200 }));
    if (context.settings.of(SEO).GOOGLE_INDEXING_LIVE === "on") await notifyLive(context, site, pages);
    return { outcomes };
  },
  async ownership(context, site) {
    const { siteEntry } = await ask(context, site, "/webmasters/v3/sites", Sites);
    // The guide and the servers use siteOwner, the discovery document SITE_OWNER.
    const own = siteEntry.filter(({ siteUrl, permissionLevel }) =>
      /^site_?(owner|full_?user)$/i.test(permissionLevel ?? "") && siteUrl && covers(siteUrl, site.url)
    );
    // The narrowest property, because each property has its own quotas.
    const [best] = own.map(({ siteUrl }) => siteUrl ?? "").toSorted((a, b) => b.length - a.length);
    if (best) return { is_owner: true, engine_site: best };
    return {
      is_owner: false,
      message:
        `Google Search Console has no property for ${site.url} that these credentials own or may fully use`,
    };
  },
  // Google allows 2,000 inspections per day and 600 per minute for a property; see `minuteWindow` for the half.
  inspectionWindows: (
    now,
  ) => [dayWindow("inspections_day", ZONE, 2_000, now), minuteWindow("inspections_minute", 300, now)],
  async inspect(context, site, { url }) {
    const { inspectionResult } = await ask(context, site, "/v1/urlInspection/index:inspect", Inspection, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ inspectionUrl: url, siteUrl: property(site), languageCode: "en-US" }),
    });
    return verdictOf(inspectionResult?.indexStatusResult);
  },
};

/** Returns the verdict on a submission from Google's inspection of its URL. */
export function verdictOf(found: Partial<z.output<typeof Inspected>> | null | undefined): Verdict {
  if (!found) {
    return { verdict: "waiting", code: "not_inspected", message: "Google has not reported on the page yet" };
  }
  const message = found.coverageState ?? null;
  if (found.verdict === "PASS") return { verdict: "indexed", code: null, message };
  const rejected = (code: string, why: string): Verdict => ({
    verdict: "rejected",
    code,
    message: message ? `${why} (Google: ${message})` : why,
  });
  if (found.robotsTxtState === "DISALLOWED" || found.pageFetchState === "BLOCKED_ROBOTS_TXT") {
    return rejected("robots_disallowed", "The site's robots.txt blocks Google");
  }
  if (found.indexingState === "BLOCKED_BY_META_TAG" || found.indexingState === "BLOCKED_BY_HTTP_HEADER") {
    return rejected("noindex", "The page asks not to be indexed");
  }
  switch (found.pageFetchState) {
    case "NOT_FOUND":
    case "SOFT_404":
      return rejected("page_not_found", "Google finds no page at this address");
    case "ACCESS_DENIED":
    case "ACCESS_FORBIDDEN":
    case "BLOCKED_4XX":
      return rejected("page_not_open", "The site does not show the page to Google");
    case "REDIRECT_ERROR":
    case "INVALID_URL":
      return rejected("page_redirects", "The address does not lead to a page");
  }
  if (found.googleCanonical && found.userCanonical && found.googleCanonical !== found.userCanonical) {
    return rejected("duplicate", `Google considers ${found.googleCanonical} the original`);
  }
  if (found.verdict === "FAIL") return rejected("excluded", "Google does not index the page");
  return { verdict: "waiting", code: "not_indexed_yet", message: message ?? "Google has not indexed it yet" };
}

/** Notifies the Indexing API of live streams. A failure is only logged, because the sitemap has been submitted already. */
async function notifyLive(context: EngineContext, site: Site, pages: readonly Page[]): Promise<void> {
  const live = pages.filter(({ is_live, type }) => is_live && type === "updated");
  const url = `${context.settings.of(SEO).GOOGLE_INDEXING_URL}/v3/urlNotifications:publish`;
  for (const page of live) {
    if (await context.take([dayWindow("notifications_day", ZONE, 200, context.now())], 1) < 1) return;
    try {
      const token = await googleToken(context, site.secret, INDEXING_SCOPE);
      await callEngine(context, "google", url, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ url: page.url, type: "URL_UPDATED" }),
      }, explain);
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error;
      context.log.warn("the Indexing API was not told of a live stream", {
        code: error.code,
        status: error.about.status,
      });
      return;
    }
  }
}

/** Returns the sitemap index and those of its pages that list the submitted pages: at most 20, because the index covers all of them. */
function feedsOf(site: Site, pages: readonly Page[]): string[] {
  const listed = new Set(
    pages.flatMap(({ sitemap_page }) => typeof sitemap_page === "number" ? [sitemap_page] : []),
  );
  return [site.sitemap_url, ...[...listed].slice(0, 20).map((page) => site.sitemapPage(page))];
}

async function ask<Schema extends z.ZodType>(
  context: EngineContext,
  site: Site,
  path: string,
  schema: Schema,
  init: RequestInit = {},
): Promise<z.output<Schema>> {
  const url = `${context.settings.of(SEO).GOOGLE_SEARCH_CONSOLE_URL}${path}`;
  const once = async () => {
    const token = await googleToken(context, site.secret, SEARCH_CONSOLE_SCOPE);
    const headers = { ...init.headers as Record<string, string>, authorization: `Bearer ${token}` };
    return await callEngine(context, "google", url, { ...init, headers }, explain);
  };
  const { body } = await once().catch(async (error) => {
    const isDead = error instanceof EngineFault && error.about.status === 401;
    if (!isDead || !await forgetGoogleToken(site.secret, SEARCH_CONSOLE_SCOPE)) throw error;
    return await once();
  });
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new EngineFault("malformed", "engine_answer_unknown", "Google gave an answer that cannot be read");
}

function property(site: Site): string {
  return site.engine_site ?? `${site.url}/`;
}

/** Returns whether a property, `https://example.com/` or `sc-domain:example.com`, contains a site. */
function covers(property: string, site_url: string): boolean {
  const domain = /^sc-domain:(.+)$/.exec(property)?.[1];
  if (domain === undefined) return `${site_url}/`.startsWith(property);
  const { hostname } = new URL(site_url);
  return hostname === domain || hostname.endsWith(`.${domain}`);
}

function minuteIsOver(now: Date): EngineFault {
  return new EngineFault("limited", "engine_limited", "Google asks for a pause", {
    retry_at: callWindow(now).ends,
  });
}

const explain: Explain = (status, body) => {
  const error =
    (body as { error?: { message?: string; status?: string; errors?: { reason?: string }[] } } | null)?.error;
  const reason = error?.errors?.[0]?.reason ?? error?.status ?? "";
  if (/quota|rateLimit|RESOURCE_EXHAUSTED/i.test(reason) || status === 429) {
    return new EngineFault("limited", "engine_quota", "Google accepts no more calls for now", { status });
  }
  if (status === 401) {
    return new EngineFault("refused", "key_refused", "Google refuses the credentials", { status });
  }
  if (status === 403 || status === 404) {
    return new EngineFault(
      "refused",
      "not_permitted",
      "Google does not let these credentials use the property in Search Console",
      { status },
    );
  }
  return undefined;
};

/**
 * Google Search Console (properties, sitemaps, URL inspection) and the Indexing API. A site holder's key is a bare token, or the id of the
 * account that granted an OAuth token.
 */
import { type Answer, bearer, type Call, type Context, json, type Provider } from "../engine/provider.ts";
import { Quota } from "../engine/quota.ts";
import {
  deadToken,
  failureByReason,
  googleError,
  missingScope,
  noCredential,
} from "../google/google_error.ts";
import { grantsOfGoogle } from "../google/oauth.ts";
import { type Holder, Holders, hostOf, Index, local_site, parseJson, Told } from "./told.ts";

export const local_google_token = "ya29.local-search-console";

const ZONE = "America/Los_Angeles";
const DAY = 86_400_000;

export function googleSearch(context: Context): Provider {
  const domain = new URL(local_site).hostname;
  const holders = new Holders(context, {
    key: local_google_token,
    sites: [{ site: `sc-domain:${domain}`, verified: true, level: "SITE_OWNER" }],
  });
  const told = new Told(context);
  const index = new Index();
  const quota = new Quota(context, {
    inspections: { limit: 2_000, per: "account", window: { kind: "day", zone: ZONE } },
    inspections_minute: { limit: 600, per: "account", window: { kind: "sliding", seconds: 60 } },
    calls_minute: { limit: 200, per: "account", window: { kind: "sliding", seconds: 60 } },
    notifications: { limit: 200, per: "app", window: { kind: "day", zone: ZONE } },
  });
  const limited = (metric: string) =>
    googleError(429, `Quota exceeded for ${metric}.`, { domain: "global", reason: "rateLimitExceeded" }, {
      status: "RESOURCE_EXHAUSTED",
    });

  const accountOf = (call: Call) => {
    const token = bearer(call);
    return token && (grantsOfGoogle(context).accountOf(token) ?? token);
  };
  /** Returns the sites that a call may see, or the refusal. */
  const holderOf = (call: Call, scope = "webmasters"): Holder | Answer => {
    const token = bearer(call);
    if (token === undefined) return noCredential("google.searchconsole");
    const account = grantsOfGoogle(context).accountOf(token);
    if (account === undefined) return holders.of(token) ?? deadToken();
    const access = call.fault?.token ? undefined : grantsOfGoogle(context).access(token);
    if (!access) return deadToken();
    const needed = `https://www.googleapis.com/auth/${scope}`;
    if (!access.scopes.includes(needed)) return missingScope("google.searchconsole", [needed]);
    return holders.of(account) ?? { key: account, sites: [] };
  };
  /** Returns the caller's permission level at a property, or the refusal. */
  const enter = (call: Call, siteUrl: string): string | Answer => {
    const holder = holderOf(call);
    if ("status" in holder) return holder;
    const level = holder.sites.find(({ site }) => site === siteUrl)?.level ?? "SITE_OWNER";
    if (
      !holder.sites.some(({ site, verified }) => site === siteUrl && verified) ||
      level === "SITE_UNVERIFIED_USER"
    ) {
      return googleError(
        403,
        `User does not have sufficient permission for site '${siteUrl}'. See also: https://support.google.com/webmasters/answer/2451999.`,
        { domain: "global", reason: "forbidden" },
      );
    }
    return level;
  };
  const covers = (siteUrl: string, url: string) => {
    const host = /^sc-domain:(.+)$/.exec(siteUrl)?.[1];
    if (host === undefined) return url.startsWith(siteUrl);
    return hostOf(url) === host || hostOf(url)?.endsWith(`.${host}`) === true;
  };
  const sites = (call: Call): Answer => {
    const holder = holderOf(call);
    if ("status" in holder) return holder;
    const siteEntry = holder.sites.map(({ site, verified, level = "SITE_OWNER" }) => ({
      siteUrl: site,
      permissionLevel: verified ? level : "SITE_UNVERIFIED_USER",
    }));
    return json(200, siteEntry.length === 0 ? {} : { siteEntry });
  };
  const submit = (call: Call): Answer => {
    const { site = "", feed = "" } = call.params;
    const level = enter(call, site);
    if (typeof level !== "string") return level;
    if (!quota.take("calls_minute", accountOf(call))) return limited("queries per minute");
    if (!covers(site, feed)) {
      return googleError(400, `'${feed}' is not a valid sitemap of '${site}'`, {
        domain: "global",
        reason: "invalidParameter",
      });
    }
    told.take(site, [feed]);
    return { status: 204, headers: {}, body: "" };
  };
  const sitemap = (call: Call): Answer => {
    const { site = "", feed = "" } = call.params;
    const level = enter(call, site);
    if (typeof level !== "string") return level;
    const at = told.last.get(feed);
    if (at === undefined) {
      return googleError(404, `'${feed}' is not a submitted sitemap.`, {
        domain: "global",
        reason: "notFound",
      });
    }
    return json(200, {
      path: feed,
      lastSubmitted: new Date(at).toISOString(),
      isPending: context.clock.now() - at < 3_600_000,
      isSitemapsIndex: true,
      type: "SITEMAP",
      warnings: "0",
      errors: "0",
    });
  };
  const inspect = (call: Call): Answer => {
    const { inspectionUrl, siteUrl } = parseJson(call.body) ?? {};
    if (typeof siteUrl !== "string" || hostOf(inspectionUrl) === undefined) {
      return googleError(400, "Request contains an invalid argument.", {
        domain: "global",
        reason: "badRequest",
      }, { status: "INVALID_ARGUMENT" });
    }
    const level = enter(call, siteUrl);
    if (typeof level !== "string") return level;
    const url = String(inspectionUrl);
    if (!covers(siteUrl, url)) {
      return googleError(403, `'${url}' is not part of '${siteUrl}'`, {
        domain: "global",
        reason: "forbidden",
      }, { status: "PERMISSION_DENIED" });
    }
    if (!quota.take("inspections_minute", siteUrl)) return limited("inspections per minute");
    if (!quota.take("inspections", siteUrl)) return limited("inspections per day");
    return json(200, {
      inspectionResult: {
        inspectionResultLink: `https://search.google.com/search-console/inspect?resource_id=${
          encodeURIComponent(siteUrl)
        }`,
        indexStatusResult: index.of(url) ?? usual(siteUrl, url),
      },
    });
  };
  /** The pages of a site are in the index 23 hours after a sitemap of the site was submitted. */
  const usual = (siteUrl: string, url: string) => {
    const first = [...told.last].filter(([feed]) => covers(siteUrl, feed)).map(([, at]) => at);
    const now = context.clock.now();
    if (first.length === 0 || now - Math.min(...first) < DAY - 3_600_000) {
      return { verdict: "NEUTRAL", coverageState: "URL is unknown to Google" };
    }
    return {
      verdict: "PASS",
      coverageState: "Submitted and indexed",
      robotsTxtState: "ALLOWED",
      indexingState: "INDEXING_ALLOWED",
      lastCrawlTime: new Date(now - 3_600_000).toISOString(),
      pageFetchState: "SUCCESSFUL",
      googleCanonical: url,
      userCanonical: url,
      crawledAs: "MOBILE",
    };
  };
  const publish = (call: Call): Answer => {
    const holder = holderOf(call, "indexing");
    if ("status" in holder) return holder;
    const { url, type } = parseJson(call.body) ?? {};
    if (hostOf(url) === undefined || (type !== "URL_UPDATED" && type !== "URL_DELETED")) {
      return googleError(400, "Invalid value at 'url_notification'", {
        domain: "global",
        reason: "badRequest",
      }, { status: "INVALID_ARGUMENT" });
    }
    if (
      !holder.sites.some(({ site, level = "SITE_OWNER" }) =>
        level === "SITE_OWNER" && covers(site, String(url))
      )
    ) {
      return googleError(403, "Permission denied. Failed to verify the URL ownership.", {
        domain: "global",
        reason: "forbidden",
      }, { status: "PERMISSION_DENIED" });
    }
    if (!quota.take("notifications", undefined)) return limited("publish requests per day");
    const latest = { url, type, notifyTime: new Date(context.clock.now()).toISOString() };
    return json(200, {
      urlNotificationMetadata: {
        url,
        ...(type === "URL_UPDATED" ? { latestUpdate: latest } : { latestRemove: latest }),
      },
    });
  };
  const console_host = "/searchconsole.googleapis.com";
  return {
    name: context.provider,
    routes: [
      { method: "GET", path: `${console_host}/webmasters/v3/sites`, handle: sites },
      { method: "PUT", path: `${console_host}/webmasters/v3/sites/:site/sitemaps/:feed`, handle: submit },
      { method: "GET", path: `${console_host}/webmasters/v3/sites/:site/sitemaps/:feed`, handle: sitemap },
      { method: "POST", path: `${console_host}/v1/urlInspection/index:inspect`, handle: inspect },
      { method: "POST", path: "/indexing.googleapis.com/v3/urlNotifications:publish", handle: publish },
    ],
    parts: [holders, told, index, quota],
    accountOf,
    failure: (reason) => failureByReason(reason),
  };
}

/** The Bing Webmaster API, JSON: sites, the quota, URLs. Errors have an `ErrorCode`, with status 400; some with 200. */
import type { Answer, Call, Context, Provider } from "../engine/provider.ts";
import { json } from "../engine/provider.ts";
import { Quota } from "../engine/quota.ts";
import { Holders, hostOf, Index, local_site, parseJson, Told } from "./told.ts";

export const local_bing_key = "local-bing-webmaster-key";

const CODES = {
  InternalError: 1,
  UnknownError: 2,
  InvalidApiKey: 3,
  ThrottleUser: 4,
  ThrottleHost: 5,
  UserBlocked: 6,
  InvalidUrl: 7,
  InvalidParameter: 8,
  NotAllowed: 13,
  NotAuthorized: 14,
} as const;
type Code = keyof typeof CODES;

function fail(code: Code, message: string = code, status = 400): Answer {
  return json(status, { ErrorCode: CODES[code], Message: `ERROR!!! ${message}` });
}

export function bing(context: Context): Provider {
  const holders = new Holders(context, {
    key: local_bing_key,
    sites: [{ site: local_site, verified: true }],
  });
  const told = new Told(context);
  /** What Bing knows about URLs: members of `UrlInfo`. */
  const index = new Index();
  const quota = new Quota(context, {
    day: { limit: 100, per: "account", window: { kind: "day", zone: "UTC" } },
    month: { limit: 700, per: "account", window: { kind: "rolling", seconds: 30 * 86_400 } },
  });
  const bare = (site: unknown) => String(site ?? "").replace(/\/$/, "");
  const left = (site: string, bucket: "day" | "month") => {
    const { limit, used } = quota.read(bucket, site);
    return Math.max(0, limit - used);
  };
  const submit = (site: string, urls: unknown[]): Answer => {
    if (urls.length === 0 || urls.length > 500) return fail("InvalidParameter");
    if (urls.some((url) => hostOf(url) !== hostOf(site) || !bare(url).startsWith(site))) {
      return fail("InvalidUrl");
    }
    const remaining = left(site, "day");
    if (urls.length > remaining || urls.length > left(site, "month")) {
      return fail("UnknownError", `Quota remaining for today: ${remaining}, Submitted: ${urls.length}`);
    }
    quota.take("day", site, urls.length);
    quota.take("month", site, urls.length);
    told.take(site, urls as string[]);
    return json(200, { d: null });
  };
  const handle = (call: Call): Answer => {
    const holder = holders.of(call.query.get("apikey") ?? undefined);
    if (!holder) return fail("InvalidApiKey");
    const method = call.params.method;
    if (call.method === "GET" && method === "GetUserSites") {
      return json(200, {
        d: holder.sites.map(({ site, verified }) => ({
          __type: "Site:#Microsoft.Bing.Webmaster.Api",
          AuthenticationCode: "0123456789ABCDEF",
          DnsVerificationCode: "0123456789abcdef.verify.bing.com",
          IsVerified: verified,
          Url: `${site}/`,
        })),
      });
    }
    const body = parseJson(call.body) ?? {};
    const site = bare(call.method === "GET" ? call.query.get("siteUrl") : body.siteUrl);
    if (!holder.sites.some((one) => bare(one.site) === site && one.verified)) return fail("NotAuthorized");
    if (call.method === "GET" && method === "GetUrlSubmissionQuota") {
      return json(200, {
        d: {
          __type: "UrlSubmissionQuota:#Microsoft.Bing.Webmaster.Api",
          DailyQuota: left(site, "day"),
          MonthlyQuota: left(site, "month"),
        },
      });
    }
    if (call.method === "GET" && method === "GetUrlInfo") {
      const url = call.query.get("url") ?? "";
      if (hostOf(url) !== hostOf(site)) return fail("InvalidUrl");
      const never = "/Date(-62135568000000)/";
      return json(200, {
        d: {
          __type: "UrlInfo:#Microsoft.Bing.Webmaster.Api",
          AnchorCount: 0,
          DiscoveryDate: never,
          DocumentSize: 0,
          HttpStatus: 0,
          IsPage: true,
          LastCrawledDate: never,
          TotalChildUrlCount: 0,
          Url: url,
          ...index.of(url),
        },
      });
    }
    if (call.method === "POST" && method === "SubmitUrl") return submit(site, [body.url]);
    if (call.method === "POST" && method === "SubmitUrlBatch") {
      return submit(site, Array.isArray(body.urlList) ? body.urlList : []);
    }
    return { status: 404, headers: { "content-type": "text/html" }, body: "<h1>Endpoint not found.</h1>" };
  };
  return {
    name: context.provider,
    routes: (["GET", "POST"] as const).map((method) => ({
      method,
      path: "/ssl.bing.com/webmaster/api.svc/json/:method",
      handle,
    })),
    parts: [holders, told, quota, index],
    accountOf: (call) =>
      bare(call.query.get("siteUrl") ?? parseJson(call.body)?.siteUrl ?? call.query.get("apikey")),
    failure: (reason) => {
      // Bing also returns errors with status 200.
      const [code = "", status] = reason.split("/");
      if (code in CODES) return fail(code as Code, code, status === undefined ? 400 : Number(status));
      return /^\d{3}$/.test(reason)
        ? { status: Number(reason), headers: { "content-type": "text/html" }, body: "<h1>Error</h1>" }
        : undefined;
    },
  };
}

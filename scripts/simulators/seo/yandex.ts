/** The Yandex Webmaster API v4: users, hosts, and the recrawl queue with its daily quota. */
import type { Answer, Call, Context, Provider } from "../engine/provider.ts";
import { json } from "../engine/provider.ts";
import { Quota } from "../engine/quota.ts";
import { Holders, hostOf, Index, local_site, parseJson, Told } from "./told.ts";

export const local_yandex_token = "y0_local-yandex-token";

/** How long a URL stays in the queue. */
const QUEUED = 24 * 3_600_000;
const STATUS: Record<string, number> = {
  INVALID_URL: 400,
  FIELD_VALIDATION_ERROR: 400,
  INVALID_OAUTH_TOKEN: 403,
  INVALID_USER_ID: 403,
  ACCESS_FORBIDDEN: 403,
  HOST_NOT_FOUND: 404,
  HOST_NOT_VERIFIED: 404,
  HOST_NOT_LOADED: 404,
  RESOURCE_NOT_FOUND: 404,
  TASK_NOT_FOUND: 404,
  URL_ALREADY_ADDED: 409,
  QUOTA_EXCEEDED: 429,
  TOO_MANY_REQUESTS_ERROR: 429,
};

function fail(code: string, message = code.toLowerCase().replaceAll("_", " ")): Answer {
  return json(STATUS[code] ?? 400, { error_code: code, error_message: message });
}

export function yandex(context: Context): Provider {
  const holders = new Holders(context, {
    key: local_yandex_token,
    sites: [{ site: local_site, verified: true }],
  });
  const told = new Told(context);
  /** The recrawl result of URLs: `state`. */
  const index = new Index();
  const tasks = new Map<string, { url: string; at: number }>();
  const quota = new Quota(context, {
    recrawls: { limit: 150, per: "account", window: { kind: "day", zone: "Europe/Moscow" } },
  });
  const tokenOf = (call: Call) => /^OAuth +(.+)$/.exec(call.headers.get("authorization") ?? "")?.[1];
  // A number derived from the token.
  const userOf = (token: string) =>
    [...token].reduce((sum, sign) => (sum * 31 + sign.charCodeAt(0)) % 1_000_003, 7);
  const idOf = (site: string) => {
    const { protocol, hostname, port } = new URL(site);
    return `${protocol}${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
  };
  const queue = (call: Call, site: string): Answer => {
    const url = parseJson(call.body)?.url;
    if (hostOf(url) === undefined || hostOf(url) !== hostOf(site)) return fail("INVALID_URL");
    const at = told.last.get(String(url));
    if (at !== undefined && context.clock.now() - at < QUEUED) return fail("URL_ALREADY_ADDED");
    if (!quota.take("recrawls", site)) return fail("QUOTA_EXCEEDED");
    told.take(site, [String(url)]);
    const { limit, used } = quota.read("recrawls", site);
    const task_id = crypto.randomUUID();
    tasks.set(task_id, { url: String(url), at: context.clock.now() });
    return json(202, { task_id, quota_remainder: Math.max(0, limit - used) });
  };
  const handle = (call: Call): Answer => {
    const token = tokenOf(call);
    const holder = holders.of(token);
    if (!token || !holder) return fail("INVALID_OAUTH_TOKEN");
    const user_id = userOf(token);
    if (call.params.user === undefined) return json(200, { user_id });
    if (call.params.user !== String(user_id)) return fail("INVALID_USER_ID");
    const path = call.path.split("/").slice(5).map(decodeURIComponent);
    if (path.length === 1 && path[0] === "hosts") {
      return json(200, {
        hosts: holder.sites.map(({ site, verified }) => ({
          host_id: idOf(site),
          ascii_host_url: `${site}/`,
          unicode_host_url: `${site}/`,
          verified,
          main_mirror: null,
        })),
      });
    }
    const found = holder.sites.find(({ site }) => idOf(site) === path[1]);
    if (!found) return fail("HOST_NOT_FOUND");
    if (!found.verified) return fail("HOST_NOT_VERIFIED");
    const what = `${call.method} ${path.slice(2).join("/")}`;
    if (what === "GET recrawl/quota") {
      const { limit, used } = quota.read("recrawls", found.site);
      return json(200, { daily_quota: limit, quota_remainder: Math.max(0, limit - used) });
    }
    if (what === "POST recrawl/queue") return queue(call, found.site);
    const task_id = /^GET recrawl\/queue\/([\w-]+)$/.exec(what)?.[1];
    if (task_id === undefined) return fail("RESOURCE_NOT_FOUND");
    const task = tasks.get(task_id);
    if (!task) return fail("TASK_NOT_FOUND");
    const { url, at } = task;
    const state = index.of(url)?.state ?? "IN_PROGRESS";
    return json(200, { task_id, url, added_time: new Date(at).toISOString(), state });
  };
  const root = "/api.webmaster.yandex.net/v4/user";
  return {
    name: context.provider,
    routes: [
      { method: "GET", path: root, handle },
      { method: "GET", path: `${root}/:user/:rest*`, handle },
      { method: "POST", path: `${root}/:user/:rest*`, handle },
    ],
    parts: [holders, told, quota, index],
    accountOf: tokenOf,
    failure: (reason) => {
      if (reason in STATUS) return fail(reason);
      if (!/^\d{3}$/.test(reason)) return undefined;
      return json(Number(reason), { error_code: "INTERNAL_ERROR", error_message: "As the test asked for" });
    },
  };
}

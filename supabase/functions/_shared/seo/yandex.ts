/**
 * Yandex Webmaster API v4 (https://yandex.com/dev/webmaster/doc): each call adds one URL to the recrawl queue, with a daily quota per host. A
 * URL that is already in the queue (409) counts as submitted and costs no quota.
 */
import * as z from "zod";
import {
  type BatchResult,
  callEngine,
  consequence,
  dayWindow,
  type Engine,
  type EngineContext,
  EngineFault,
  type Explain,
  minuteWindow,
  type PageOutcome,
  type Site,
} from "./engine.ts";
import { nextMidnight } from "../platforms/midnight.ts";
import { SEO } from "./settings.ts";

const ZONE = "Europe/Moscow";
const User = z.object({ user_id: z.union([z.number(), z.string()]).transform(String) });
const Hosts = z.object({
  hosts: z.array(z.object({ host_id: z.string(), ascii_host_url: z.string(), verified: z.boolean() })),
});
const Quota = z.object({ daily_quota: z.int(), quota_remainder: z.int() });
const Queued = z.object({ quota_remainder: z.int(), task_id: z.string().optional() });
const Task = z.object({ state: z.string() });
const Refusal = z.object({ error_code: z.string() });

export const yandex: Engine = {
  slug: "yandex",
  async windows(context, site) {
    const { body } = await call(context, site, `${host(site)}/recrawl/quota`);
    const { daily_quota, quota_remainder } = read(Quota, body);
    return [{
      ...dayWindow("recrawls_day", ZONE, daily_quota, context.now()),
      remaining: Math.max(0, quota_remainder),
    }];
  },
  async submit(context, site, pages) {
    const all: BatchResult = { outcomes: [] };
    for (const [at, page] of pages.entries()) {
      try {
        const { status, body } = await call(context, site, `${host(site)}/recrawl/queue`, { url: page.url });
        const taken: PageOutcome = { id: page.id, outcome: "submitted", response_status: status };
        all.outcomes.push(taken);
        const { quota_remainder, task_id } = read(Queued, body);
        if (task_id) taken.ref = task_id;
        all.observed = [{
          ...dayWindow("recrawls_day", ZONE, null, context.now()),
          remaining: Math.max(0, quota_remainder),
        }];
      } catch (error) {
        if (!(error instanceof EngineFault)) throw error;
        if (error.code === "URL_ALREADY_ADDED") {
          all.outcomes.push({
            id: page.id,
            outcome: "submitted",
            response_status: 409,
            code: "already_queued",
            message: "It is already in Yandex's queue",
          });
          continue;
        }
        const { outcomes, ...rest } = consequence(error, [page], context.now());
        // If the response was unreadable, Yandex had already accepted the URL, and its outcome is recorded above.
        if (!all.outcomes.some(({ id }) => id === page.id)) all.outcomes.push(...outcomes);
        Object.assign(all, rest);
        if (!all.pause) continue;
        const { code, message } = all.pause;
        all.outcomes.push(
          ...pages.slice(at + 1).map(({ id }): PageOutcome => ({ id, outcome: "not_sent", code, message })),
        );
        break;
      }
    }
    return all;
  },
  inspectionWindows: (now) => [minuteWindow("inspections_minute", 60, now)],
  /** Returns the state of the recrawl task. Yandex does not report indexing. */
  async inspect(context, site, { ref }) {
    if (ref === null) {
      return { verdict: "done", code: "already_queued", message: "Yandex already had it in its queue" };
    }
    try {
      const { body } = await call(context, site, `${host(site)}/recrawl/queue/${encodeURIComponent(ref)}`);
      const { state } = read(Task, body);
      if (state === "DONE") return { verdict: "done", code: "crawled", message: "Yandex has read the page" };
      if (state === "FAILED") {
        return { verdict: "rejected", code: "crawl_failed", message: "Yandex could not read the page" };
      }
      return { verdict: "waiting", code: "in_queue", message: "Yandex has not read the page yet" };
    } catch (error) {
      if (!(error instanceof EngineFault) || error.code !== "TASK_NOT_FOUND") throw error;
      return { verdict: "done", code: "task_forgotten", message: "Yandex keeps no record of it any more" };
    }
  },
  async ownership(context, site) {
    const { user_id } = read(User, (await call(context, site, "/user")).body);
    const { hosts } = read(Hosts, (await call(context, site, `/user/${user_id}/hosts`)).body);
    const { protocol, host: name } = new URL(site.url);
    const known = hosts.find(({ ascii_host_url }) => {
      const url = URL.canParse(ascii_host_url) ? new URL(ascii_host_url) : null;
      return url?.protocol === protocol && url.host === name;
    });
    if (known?.verified) return { is_owner: true, engine_site: `${user_id}/${known.host_id}` };
    return {
      is_owner: false,
      message: known
        ? `Yandex Webmaster lists ${name}, but has not verified it`
        : `Yandex Webmaster does not list ${name} among the sites of this token`,
    };
  },
};

function host(site: Site): string {
  const [user_id, host_id] = (site.engine_site ?? "").split(/\/(.*)/);
  if (!user_id || !host_id) {
    throw new EngineFault(
      "refused",
      "site_unknown",
      "Yandex's id of the site is not known: verify the site again",
    );
  }
  return `/user/${user_id}/hosts/${encodeURIComponent(host_id)}`;
}

function call(context: EngineContext, site: Site, path: string, body?: unknown) {
  return callEngine(context, "yandex", `${context.settings.of(SEO).YANDEX_WEBMASTER_URL}${path}`, {
    headers: {
      authorization: `OAuth ${site.secret}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  }, explainAt(context.now()));
}

function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new EngineFault("malformed", "engine_answer_unknown", "Yandex gave an answer that cannot be read");
}

const explainAt = (now: Date): Explain => (status, body) => {
  const code = Refusal.safeParse(body).data?.error_code;
  switch (code) {
    case "INVALID_URL":
    case "FIELD_VALIDATION_ERROR":
    case "ENTITY_VALIDATION_ERROR":
      return new EngineFault("invalid", "invalid_url", "Yandex refuses this address", { status });
    case "URL_ALREADY_ADDED":
      return new EngineFault("invalid", code, "It is already in Yandex's queue", { status });
    case "TASK_NOT_FOUND":
      return new EngineFault("invalid", code, "Yandex does not know this task", { status });
    case "QUOTA_EXCEEDED":
      return new EngineFault("limited", "engine_quota", "Yandex accepts no more today", {
        status,
        retry_at: nextMidnight(ZONE, now),
      });
    case "INVALID_OAUTH_TOKEN":
      return new EngineFault("refused", "key_refused", "Yandex refuses the token", { status });
    case "INVALID_USER_ID":
    case "ACCESS_FORBIDDEN":
      return new EngineFault(
        "refused",
        "not_permitted",
        "Yandex does not let this token submit pages of the site",
        { status },
      );
    case "HOST_NOT_FOUND":
    case "HOST_NOT_VERIFIED":
    case "HOST_NOT_LOADED":
      return new EngineFault("refused", "site_not_verified", "Yandex has not verified the site", { status });
  }
  return undefined;
};

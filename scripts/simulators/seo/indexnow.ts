/**
 * IndexNow, and the web sites that it fetches key files from: each at `/sites/<host>/<path>`. If a host has any page, IndexNow checks the key
 * against it; for other hosts the check is still pending (202).
 */
import { z } from "zod";
import { readBody } from "../engine/admin.ts";
import type { JournalEvent } from "../engine/journal.ts";
import type { Answer, Call, Context, Part, Provider, Route } from "../engine/provider.ts";
import { json } from "../engine/provider.ts";
import { Quota } from "../engine/quota.ts";
import { hostOf, local_site, parseJson, Told } from "./told.ts";

export const local_indexnow_key = "streamvibe-local-indexnow-key";

const Page = z.strictObject({
  host: z.string().min(1),
  path: z.string().startsWith("/"),
  status: z.int().min(200).max(599).default(200),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(""),
});
type Page = z.output<typeof Page>;

class WebSites implements Part {
  readonly #pages = new Map<string, Page>();

  constructor(private readonly context: Context) {
    this.reset();
  }

  has(host: string): boolean {
    return [...this.#pages.values()].some((page) => page.host === host);
  }

  page(host: string, path: string): Page | undefined {
    return this.#pages.get(`${host}${path}`);
  }

  admin(root: string): Route[] {
    return [{
      method: "PUT",
      path: `${root}/pages`,
      handle: (call) => {
        const page = readBody(Page, call);
        this.#pages.set(`${page.host}${page.path}`, page);
        this.context.record({ kind: "page", page });
        return json(200, page);
      },
    }];
  }

  replay(event: JournalEvent): void {
    if (event.kind !== "page") return;
    const page = Page.parse(event.page);
    this.#pages.set(`${page.host}${page.path}`, page);
  }

  reset(): void {
    this.#pages.clear();
    const { host } = new URL(local_site);
    const path = `/${local_indexnow_key}.txt`;
    this.#pages.set(`${host}${path}`, Page.parse({ host, path, body: local_indexnow_key }));
  }
}

export function indexnow(context: Context): Provider {
  const sites = new WebSites(context);
  const told = new Told(context);
  // "Too many requests (potential spam)": the actual limit is undocumented.
  const quota = new Quota(context, {
    posts: { limit: 600, per: "account", window: { kind: "sliding", seconds: 3_600 } },
  });
  const plain = (status: number): Answer => ({ status, headers: {}, body: "" });

  const post = (call: Call): Answer => {
    const body = parseJson(call.body);
    const { host, key, keyLocation, urlList } = body ?? {};
    const urls = Array.isArray(urlList) ? urlList : [];
    if (
      !/^application\/json/i.test(call.headers.get("content-type") ?? "") || typeof host !== "string" ||
      typeof key !== "string" || urls.length === 0 || urls.length > 10_000 ||
      urls.some((url) => hostOf(url) === undefined)
    ) return plain(400);
    return receive(host, key, typeof keyLocation === "string" ? keyLocation : undefined, urls);
  };
  const receive = (host: string, key: string, given: string | undefined, urls: string[]): Answer => {
    const location = given ?? `https://${host}/${key}.txt`;
    const folder = location.replace(/[^/]*$/, "").replace(/^https?:/, "");
    if (
      !/^[A-Za-z0-9-]{8,128}$/.test(key) || hostOf(location) !== host ||
      urls.some((url) => hostOf(url) !== host || !url.replace(/^https?:/, "").startsWith(folder))
    ) return plain(422);
    if (!quota.take("posts", host)) return plain(429);
    if (!sites.has(host)) {
      told.take(host, urls);
      return plain(202);
    }
    const page = sites.page(host, new URL(location).pathname);
    if (page?.status !== 200 || page.body.trim() !== key) return plain(403);
    told.take(host, urls);
    return plain(200);
  };
  const single = (call: Call): Answer => {
    const url = call.query.get("url") ?? "";
    const host = hostOf(url);
    const key = call.query.get("key");
    return host === undefined || key === null
      ? plain(400)
      : receive(host, key, call.query.get("keyLocation") ?? undefined, [url]);
  };
  const serve = (call: Call): Answer => {
    const page = sites.page(call.params.host ?? "", `/${call.params.path ?? ""}`);
    if (!page) return { status: 404, headers: { "content-type": "text/plain" }, body: "Not found" };
    return {
      status: page.status,
      headers: { "content-type": "text/html; charset=utf-8", ...page.headers },
      body: page.body,
    };
  };
  return {
    name: context.provider,
    routes: [
      { method: "POST", path: "/api.indexnow.org/indexnow", handle: post },
      { method: "GET", path: "/api.indexnow.org/indexnow", handle: single },
      { method: "GET", path: "/sites/:host/:path*", handle: serve },
      { method: "GET", path: "/sites/:host/", handle: serve },
    ],
    parts: [sites, told, quota],
    accountOf: (call) =>
      call.host === "sites"
        ? call.path.split("/")[2]
        : String(parseJson(call.body)?.host ?? hostOf(call.query.get("url")) ?? ""),
    failure: (reason) => /^\d{3}$/.test(reason) ? plain(Number(reason)) : undefined,
  };
}

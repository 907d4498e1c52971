/**
 * Builds a whole sitemap in a separate process, to measure its memory separately: `ours`, npm `sitemap` with its defaults, or everything in
 * memory as one file, as PeerTube does. Prints the results as JSON.
 */
import { cpuUsage } from "node:process";
import { Readable } from "node:stream";
import { createWriteStream } from "node:fs";
import postgres from "postgres";
import { SitemapAndIndexStream, SitemapStream, streamToPromise } from "sitemap";
import type { Context } from "../../../supabase/functions/_shared/context.ts";
import { closeConnections, createAdmin } from "../../../supabase/functions/_shared/database/database.ts";
import { createLogger } from "../../../supabase/functions/_shared/observability/log.ts";
import { factsOf, type Subject } from "../../../supabase/functions/_shared/seo/page_facts.ts";
import { publicUrls } from "../../../supabase/functions/_shared/seo/settings.ts";
import { renderAhead } from "../../../supabase/functions/_shared/seo/sitemap_pages.ts";
import { readSettings } from "../../../supabase/functions/_shared/settings/settings.ts";

/** The results of a build. */
export interface Built {
  seconds: number;
  items: number;
  files: number;
  too_large_files: number;
  largest_mb: number;
  idle_mb: number;
  peak_mb: number;
  /** CPU time of the slowest call of `refresh-sitemap`; only for `ours`. */
  most_cpu_ms?: number;
}

/** Limits of one file: https://www.sitemaps.org/faq.html#faq_sitemap_size */
export const MOST_URLS = 50_000;
export const MOST_BYTES = 52_428_800;
/** The number of parts that a call of `refresh-sitemap` renders by default. */
const PARTS = 10;
const MB = 1_048_576;
const SITE = "https://watch.example.com";
const BATCH = 1_000;
/** The maximum number of videos that PeerTube's loop reads. */
const PEERTUBE_MOST = 200_000;

/** Returns the settings of a service that renders pages of this database. */
export function settingsOf(db_url: string) {
  return readSettings({
    SUPABASE_URL: "http://127.0.0.1:1",
    SUPABASE_SECRET_KEY: "sb_secret_bench",
    STREAMVIBE_POOLER_URL: db_url,
    DATABASE_TIMEOUT_MS: "120000",
    PUBLIC_SITE_URL: SITE,
    PUBLIC_THUMBNAIL_PATH: "/t/{id}",
  });
}

/** Returns the context for rendering pages of this database. */
export function contextOf(db_url: string): Context {
  const settings = settingsOf(db_url);
  return {
    admin: createAdmin(settings, {}),
    settings,
    fetch,
    now: () => new Date(),
    request_id: "bench",
    log: createLogger({ level: "error", fields: {} }),
  };
}

/** Returns the peak resident memory of this process, in MB. */
function peak(): number {
  const found = /VmHWM:\s+(\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status"));
  return Number(found?.[1] ?? Number.NaN) / 1_024;
}

const WAYS: Record<
  string,
  (db_url: string, folder: string) => Promise<Omit<Built, "seconds" | "idle_mb" | "peak_mb">>
> = {
  async ours(db_url) {
    const context = contextOf(db_url);
    let most_cpu_ms = 0;
    for (let remaining = 1; remaining > 0;) {
      const before = cpuUsage();
      const done = await renderAhead(context, PARTS);
      const { user, system } = cpuUsage(before);
      if (done.rendered > 0) most_cpu_ms = Math.max(most_cpu_ms, (user + system) / 1_000);
      remaining = done.remaining;
    }
    await closeConnections();
    const sql = postgres(db_url, { max: 1 });
    const [row] = await sql`
      select count(*)::int as files, sum(urls)::int as items, max(bytes)::float8 as largest,
        count(*) filter (where bytes > ${MOST_BYTES} or urls > ${MOST_URLS})::int as too_large
      from (select sum(urls) as urls, sum(bytes) as bytes from ops.sitemap_part group by page) as page`;
    await sql.end();
    return {
      items: row?.items,
      files: row?.files,
      too_large_files: row?.too_large,
      largest_mb: row?.largest / MB,
      most_cpu_ms,
    };
  },
  async "sitemap.js"(db_url, folder) {
    const paths: string[] = [];
    let items = 0;
    const stream = new SitemapAndIndexStream({
      getSitemapStream: (number) => {
        const path = `${folder}/sitemap-${number}.xml`;
        paths.push(path);
        const page = new SitemapStream({ hostname: SITE });
        const file = page.pipe(createWriteStream(path));
        return [new URL(`sitemap-${number}.xml`, SITE).href, page, file];
      },
    });
    const index = createWriteStream(`${folder}/index.xml`);
    const source = (async function* () {
      for await (const entry of entries(db_url)) {
        items++;
        yield entry;
      }
    })();
    await new Promise<void>((resolve, reject) => {
      Readable.from(source).on("error", reject).pipe(stream).on("error", reject).pipe(index).on(
        "finish",
        resolve,
      );
    });
    const sizes = await Promise.all(paths.map(async (path) => (await Deno.stat(path)).size));
    return { items, ...sized(sizes) };
  },
  async "in memory"(db_url) {
    const all: unknown[] = [];
    for await (const entry of entries(db_url, PEERTUBE_MOST)) all.push(entry);
    const stream = new SitemapStream({ hostname: SITE });
    for (const entry of all) stream.write(entry);
    stream.end();
    const file = await streamToPromise(stream);
    return { items: all.length, ...sized([file.length], all.length) };
  },
};

function sized(sizes: number[], urls = 0) {
  return {
    files: sizes.length,
    too_large_files: sizes.filter((size) => size > MOST_BYTES || urls > MOST_URLS).length,
    largest_mb: Math.max(...sizes) / MB,
  };
}

/** Yields the entries of all items, or the first `most`, in the format of npm `sitemap`, with the same facts as ours. */
async function* entries(db_url: string, most: number | null = null) {
  const urls = publicUrls(settingsOf(db_url));
  const sql = postgres(db_url, { max: 1 });
  const now = new Date();
  const rows = sql`
    select item.id, item.platform, item.platform_content_id, item.content_type, item.title, item.description, item.tags,
      true as has_thumbnail, item.permalink, item.duration_seconds, item.published_at::text, item.created_at::text,
      item.changed_at::text, item.metadata, item.profile_slug as slug, item.display_name
    from ops.public_item as item order by item.created_at, item.id
    limit ${most}`.cursor(BATCH);
  for await (const some of rows) {
    for (const item of some as unknown as Subject[]) {
      const facts = factsOf(item, urls, now);
      yield {
        url: facts.url,
        lastmod: facts.changed_at ?? undefined,
        video: facts.player && facts.thumbnail
          ? [{
            thumbnail_loc: facts.thumbnail,
            title: facts.title,
            description: facts.description,
            player_loc: facts.player,
            duration: facts.duration_seconds ?? undefined,
            publication_date: facts.published_at ?? undefined,
            tag: facts.tags,
          }]
          : [],
      };
    }
  }
  await sql.end();
}

if (import.meta.main) {
  const [way = "", db_url = "", folder = ""] = Deno.args;
  // The idle state: everything is loaded, and a connection has been used.
  const sql = postgres(db_url, { max: 1 });
  await sql`select 1`;
  await sql.end();
  const idle_mb = Deno.memoryUsage().rss / MB;
  const began = performance.now();
  const built = await WAYS[way]?.(db_url, folder);
  const seconds = (performance.now() - began) / 1_000;
  console.log(JSON.stringify({ ...built, seconds, idle_mb, peak_mb: peak() }));
}

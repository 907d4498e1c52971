/**
 * The sitemap of a million items with video entries: ours, part by part as a hosted function renders them; npm `sitemap` with its defaults;
 * and one file in memory, as PeerTube does (`server/core/controllers/sitemap.ts`). Every file of ours is read back to check that it is valid
 * against the published schemas and within the limits, and that all items are present and in order.
 */
import postgres from "postgres";
import { page, renderAhead } from "../../../supabase/functions/_shared/seo/sitemap_pages.ts";
import { HAS_XSD, xsdFaults } from "../../../supabase/functions/tests/support/xsd.ts";
import { withStack } from "../bench_stack.ts";
import { atLeast, atMost, type Benchmark, type Goal, type Row } from "../benchmark.ts";
import { load } from "../discovery/load.ts";
import { type Built, contextOf, MOST_BYTES, MOST_URLS } from "./build.ts";

/** The number of pages whose index scans are counted. */
const COUNTED_PAGES = 20;

export const sitemap: Benchmark = {
  name: "sitemap",
  about: "the sitemap of a million items, compared with npm sitemap and one file in memory",
  run: ({ size }) =>
    withStack(async ({ db_url, home }) => {
      const { source, seconds } = await load(db_url, size, { only_items: true });
      const sql = postgres(db_url, { max: 2, onnotice: () => {} });
      try {
        const rows: Row[] = [{
          case: `${size.toLocaleString("en")} items (${source})`,
          system: "loading, s",
          values: seconds,
        }];
        const built: Record<string, Built | null> = {};
        for (const way of ["ours", "sitemap.js", "in memory"]) {
          const folder = await Deno.makeTempDir({ dir: home });
          built[way] = await build(way, db_url, folder);
          await Deno.remove(folder, { recursive: true });
          if (!built[way]) console.log(`  ${way}: did not finish`);
          else rows.push({ case: "the whole sitemap", system: way, values: { ...built[way] } });
        }
        const read = await readBack(sql, db_url);
        rows.push({ case: "read back", system: "ours", values: { ...read } });
        const change = await changeOne(sql, db_url);
        rows.push({ case: "one changed item", system: "ours", values: { ...change } });
        const ours = built.ours;
        const goals: Goal[] = [
          ...(HAS_XSD ? [atMost("invalid files", 0, read.invalid_files)] : []),
          atMost("items that are missing, duplicate or out of order", 0, read.misplaced_items),
          atMost("URLs in the largest file", MOST_URLS, read.most_urls),
          atMost("bytes in the largest file", MOST_BYTES, read.most_bytes),
          atMost("memory growth", 64, (ours?.peak_mb ?? Infinity) - (ours?.idle_mb ?? 0), " MB"),
          atMost("CPU of the slowest call", 2_000, ours?.most_cpu_ms ?? Infinity, " ms"),
          atMost("index entries read per item", 1.05, read.reads_an_item),
          atLeast("pages rewritten after one changed item, at least", 1, change.pages),
          atMost("pages rewritten after one changed item, at most", 1, change.pages),
          atMost("time until one changed item is in its page", 1_000, change.ms, " ms"),
        ];
        if (!HAS_XSD) console.log("  the schemas are missing: validity was not checked");
        return { rows, goals };
      } finally {
        await sql.end();
      }
    }),
};

async function build(way: string, db_url: string, folder: string): Promise<Built | null> {
  // A heap as large as a hosted function's, so that uncollected garbage does not count; the in-memory variant would not fit.
  const heap = way === "in memory" ? "" : ",--max-old-space-size=256";
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    // A small young generation for all three variants, for the same reason.
    args: [
      "run",
      "-A",
      "--no-check",
      `--v8-flags=--max-semi-space-size=1${heap}`,
      "scripts/bench/sitemap/build.ts",
      way,
      db_url,
      folder,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (code === 0) return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "");
  console.log(new TextDecoder().decode(stderr).slice(-2_000));
  return null;
}

/** Reads and checks every page, as a crawler does. */
async function readBack(sql: postgres.Sql, db_url: string) {
  const context = contextOf(db_url);
  const pages = await sql<{ page: number; kind: string }[]>`
    select page, kind from ops.sitemap_part group by page, kind order by kind, min(from_at), page`;
  const found: string[] = [];
  const result = {
    files: 0,
    invalid_files: 0,
    most_urls: 0,
    most_bytes: 0,
    misplaced_items: 0,
    reads_an_item: 0,
  };
  for (const { page: number, kind } of pages) {
    const file = await page(context, number, []);
    if (!file?.gzip) continue;
    const bytes = new Uint8Array(
      await new Response(new Blob([file.gzip]).stream().pipeThrough(new DecompressionStream("gzip")))
        .arrayBuffer(),
    );
    const xml = new TextDecoder().decode(bytes);
    const locs = [...xml.matchAll(/<loc>([^<]*)<\/loc>/g)].map(([, loc = ""]) => loc);
    result.files++;
    result.most_urls = Math.max(result.most_urls, locs.length);
    result.most_bytes = Math.max(result.most_bytes, bytes.length);
    if ((await xsdFaults(xml, "page")).length > 0) result.invalid_files++;
    if (kind === "item") found.push(...locs.map((loc) => loc.slice(loc.lastIndexOf("/") + 1)));
  }
  let place = 0;
  for await (
    const some of sql<{ id: string }[]>`select id from ops.public_item order by created_at, id`.cursor(10_000)
  ) {
    for (const { id } of some) if (found[place++] !== id) result.misplaced_items++;
  }
  result.misplaced_items += Math.abs(found.length - place);

  const counted = pages.filter(({ kind }) => kind === "item").slice(0, COUNTED_PAGES);
  await sql`update ops.sitemap_part set made_with = null where page in ${
    sql(counted.map(({ page }) => page))
  }`;
  const before = await scans(sql);
  for (const { page: number } of counted) await page(context, number, []);
  const after = await scans(sql);
  const [row] = await sql`select sum(urls)::int as urls from ops.sitemap_part where page in ${
    sql(counted.map(({ page }) => page))
  }`;
  result.reads_an_item = (after - before) / row?.urls;
  return result;
}

/** Returns how many entries of the sitemap's database index have been read. */
async function scans(sql: postgres.Sql): Promise<number> {
  // Sessions report their statistics only after some idle time.
  await new Promise((resolve) => setTimeout(resolve, 11_000));
  const [row] = await sql`
    select idx_tup_read::float8 as read from pg_stat_user_indexes where indexrelname = 'content_item_sitemap_idx'`;
  return Number(row?.read);
}

/** Changes the title of one item, and renders pages ahead as cron does. */
async function changeOne(sql: postgres.Sql, db_url: string) {
  const context = contextOf(db_url);
  while ((await renderAhead(context, 100)).remaining > 0);
  const tags = async () =>
    new Map(
      (await sql`select page, string_agg(etag, '' order by part) as etag from ops.sitemap_part group by page`)
        .map((row) => [row.page, row.etag]),
    );
  const before = await tags();
  await sql`update public.content_item set title = 'Changed' where id = (select id from public.content_item offset 100 limit 1)`;
  const began = performance.now();
  const { rendered } = await renderAhead(context, 100);
  const ms = performance.now() - began;
  const after = await tags();
  return { ms, rendered, pages: [...after].filter(([number, etag]) => before.get(number) !== etag).length };
}

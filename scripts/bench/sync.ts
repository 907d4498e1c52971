/**
 * Adding items to the library: apply_sync_page() as the pipeline calls it, 50 items per page, against one upsert per item and against
 * COPY into the same table. `content_item` has all its indexes and 100,000 rows. No platform is called.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import pg from "pg";
import postgres from "postgres";
import { serviceUrl, withStack } from "./bench_stack.ts";
import { atLeast, atMost, type Benchmark, type Row } from "./benchmark.ts";
import { copyText } from "./copy_text.ts";
import { median, quantile, sum } from "./measure.ts";
import { type BenchItem, itemsOf } from "./library_items.ts";

const BASE = 100_000;
const PAGE = 50;
/** Pages per measurement of one system in one part of a round; few, so that a slow moment of the machine affects few measurements. */
const PAGES = 20;
const SINGLES = 150;
const PARTS = 10;

const COLUMNS = [
  "platform_content_id",
  "content_type",
  "title",
  "description",
  "tags",
  "hashtags",
  "thumbnail_url",
  "permalink",
  "visibility",
  "language",
  "duration_seconds",
  "published_at",
  "views_count",
  "likes_count",
  "comments_count",
  "shares_count",
  "platform_category",
  "metadata",
] as const;

/** The obvious statement for a single item: insert, or overwrite on conflict. */
const UPSERT = `insert into public.content_item (user_id, social_account_id, ${COLUMNS.join(", ")})
  values ($1, $2, ${COLUMNS.map((_, index) => `$${index + 3}`).join(", ")})
  on conflict (social_account_id, platform_content_id) do update
  set ${COLUMNS.slice(1).map((name) => `${name} = excluded.${name}`).join(", ")}, updated_at = now()`;

/** As the pipeline passes it to `begin_sync` and `apply_sync_page`. */
const QUOTA = {
  app: "bench",
  scope: "app",
  counts: "units",
  size: 1_000_000_000,
  seconds: 86_400,
  time_zone: "America/Los_Angeles",
  ahead: 2,
  pause: 900,
};

/** Without this, the end of a COPY waits 40 ms for an acknowledgement (Nagle's algorithm), which is not a cost of COPY itself. */
const AT_ONCE = {
  async socket({ host, port }: { host: string[]; port: number[] }): Promise<Socket> {
    const socket = connect(port[0] ?? 5432, host[0] ?? "localhost");
    socket.setNoDelay(true);
    await once(socket, "connect");
    return socket;
  },
};

const USAGE = JSON.stringify({ ...QUOTA, units: 2, calls: 2 });

interface Place {
  sql: postgres.Sql;
  /** A client of the driver that the functions use. */
  client: pg.Client;
  owner: postgres.Sql;
  user: string;
  account: string;
}

interface Timing {
  per_second: number;
  /** Milliseconds per page, or per item. */
  latencies: number[];
  items: number;
  /** Work deferred to cron, in ms. */
  put_off?: number;
}

export const sync: Benchmark = {
  name: "sync",
  about: "items inserted into a library of 100,000: pages compared with single upserts and COPY",
  run: (effort) =>
    withStack(async ({ db_url }) => {
      const rounds = effort.rounds * PARTS;
      const sql = postgres(serviceUrl(db_url), { max: 1, onnotice: () => {}, ...AT_ONCE });
      const owner = postgres(db_url, { max: 1, onnotice: () => {}, ...AT_ONCE });
      const client = new pg.Client({ connectionString: serviceUrl(db_url) });
      await client.connect();
      try {
        const place = await furnished(sql, client, owner);
        const timings: Record<string, Timing[]> = {};
        let written = 0;
        let next = BASE;
        const fresh = (count: number) => itemsOf(next += count, count);
        for (let round = 0; round < rounds; round++) {
          const known = itemsOf((round + 1) * PAGES * PAGE, PAGES * PAGE);
          const measurements: [string, () => Promise<Timing>][] = [
            ["new, single upserts", () => singles(place, fresh(SINGLES))],
            ["new, pages", () => pages(place, fresh(PAGES * PAGE))],
            ["new, COPY of a page", () => copiedByPage(place, fresh(PAGES * PAGE))],
            ["new, COPY of all", () => copied(place, fresh(PAGES * PAGE))],
            ["unchanged, single upserts", () => singles(place, known.slice(0, SINGLES))],
            ["unchanged, pages", async () => {
              // Rows rewritten by single upserts no longer match what a sync stored; a pass beforehand restores them.
              await pages(place, known);
              const before = await versions(place, known);
              const timing = await pages(place, known);
              for (const [id, version] of await versions(place, known)) {
                written += before.get(id) === version ? 0 : 1;
              }
              return timing;
            }],
          ];
          for (const [index] of measurements.entries()) {
            const [name, measure] = measurements[(index + round) % measurements.length] ?? [];
            if (!name || !measure) continue;
            const timing = await measure();
            // As cron does, so that no system pays for entries that another left in the pending lists of the search indexes.
            const before = performance.now();
            await owner`select ops.tidy_search_indexes()`;
            const put_off = performance.now() - before;
            timings[name] = [...timings[name] ?? [], { ...timing, put_off }];
            await owner`vacuum public.content_item`;
          }
        }
        return outcome(timings, written, rounds);
      } finally {
        await Promise.all([sql.end(), client.end(), owner.end()]);
      }
    }),
};

async function furnished(sql: postgres.Sql, client: pg.Client, owner: postgres.Sql): Promise<Place> {
  const user = crypto.randomUUID();
  await owner`insert into auth.users (id, email) values (${user}, ${`bench-${user}@example.com`})`;
  await owner`update public.subscription set tier_id = (select id from public.subscription_tier where slug = 'premium') where user_id = ${user}`;
  await owner`update public.subscription_tier set max_syncs_per_month = 1000000000`;
  const [row] = await sql<{ account: string }[]>`
    select public.connect_account(${user}, 'youtube', '{"access_token": "at"}', now() + interval '1 day', '{}',
      '{"platform_account_id": "UCbench"}') ->> 'social_account_id' as account`;
  const place = { sql, client, owner, user, account: row?.account ?? "" };
  for (let done = 0; done < BASE; done += 10_000) await copied(place, itemsOf(done + 10_000, 10_000));
  // The platform's texts of all items are stored, as after a sync.
  await owner`vacuum analyze public.content_item`;
  return place;
}

/** Runs one pass over all pages, with the two calls that a step of the pipeline makes. */
async function pages({ sql, client, account }: Place, items: BenchItem[]): Promise<Timing> {
  const latencies: number[] = [];
  const [begun] = await sql`select public.begin_sync(null, ${account}, null, 600, 'youtube', ${
    sql.json(QUOTA)
  }) as pass`;
  const { sync_id, fence } = begun?.pass;
  for (let done = 0; done < items.length; done += PAGE) {
    const page = items.slice(done, done + PAGE);
    const ids = page.map((item) => item.platform_content_id);
    // Serialized before the clock starts, as for COPY.
    const listed = JSON.stringify({
      cursor: done === 0 ? null : { key: `p${done}` },
      next_cursor: { key: `p${done + PAGE}` },
      unchanged: false,
      etags: { list: `etag-${ids[0]}`, videos: `etag-${ids[1]}` },
      item_ids: ids,
      present_ids: ids,
      total: BASE,
    });
    const given = JSON.stringify(page);
    const before = performance.now();
    await client.query({
      name: "apply_sync_page",
      text: "select public.apply_sync_page($1, $2, $3::jsonb, $4::json, null, false, $5::jsonb)",
      values: [sync_id, fence, listed, given, USAGE],
    });
    latencies.push(performance.now() - before);
  }
  await sql`select public.fail_sync(${sync_id}, ${fence}, 'end', 'of the measurement')`;
  return { per_second: items.length * 1_000 / sum(latencies), latencies, items: items.length };
}

async function singles({ owner, user, account }: Place, items: BenchItem[]): Promise<Timing> {
  const latencies: number[] = [];
  for (const item of items) {
    const before = performance.now();
    await owner.unsafe(UPSERT, [user, account, ...COLUMNS.map((name) => item[name])] as never[], {
      prepare: true,
    });
    latencies.push(performance.now() - before);
  }
  return { per_second: items.length * 1_000 / sum(latencies), latencies, items: items.length };
}

/** The limit for separate pages: a COPY and a commit per page, which does not wait for the disk either. */
async function copiedByPage(place: Place, items: BenchItem[]): Promise<Timing> {
  const latencies: number[] = [];
  await place.owner`set synchronous_commit = off`;
  for (let done = 0; done < items.length; done += PAGE) {
    latencies.push(...(await copied(place, items.slice(done, done + PAGE))).latencies);
  }
  await place.owner`reset synchronous_commit`;
  return { per_second: items.length * 1_000 / sum(latencies), latencies, items: items.length };
}

/** The absolute limit: one COPY, which neither compares nor remembers anything. */
async function copied({ owner, user, account }: Place, items: BenchItem[]): Promise<Timing> {
  const text = items.map((item) =>
    [user, account, ...COLUMNS.map((name) => item[name])].map(copyText).join("\t") + "\n"
  ).join("");
  const started = performance.now();
  const stream = await owner`copy public.content_item (user_id, social_account_id, ${
    owner(COLUMNS as unknown as string[])
  }) from stdin`.writable();
  await new Promise<void>((resolve, reject) => {
    stream.on("error", reject).on("finish", resolve);
    stream.end(text);
  });
  const elapsed = performance.now() - started;
  // The time per page, for comparison.
  return {
    per_second: items.length / (elapsed / 1_000),
    latencies: [elapsed * PAGE / items.length],
    items: items.length,
  };
}

/** Returns the current row version of each of these items. */
async function versions({ owner, account }: Place, items: BenchItem[]): Promise<Map<string, string>> {
  const rows = await owner<{ id: string; version: string }[]>`
    select platform_content_id as id, xmin::text || ctid::text as version from public.content_item
    where social_account_id = ${account} and platform_content_id = any (${
    items.map((item) => item.platform_content_id)
  })`;
  return new Map(rows.map(({ id, version }) => [id, version]));
}

/** Returns the deferred work in ms per item. */
const putOff = ({ put_off = Number.NaN, items }: Timing) => put_off / items;

function outcome(timings: Record<string, Timing[]>, written: number, rounds: number) {
  const rows: Row[] = Object.entries(timings).map(([name, samples]) => {
    const rates = samples.map(({ per_second }) => per_second);
    const latencies = samples.flatMap((sample) => sample.latencies).sort((a, b) => a - b);
    const [title = name, system = ""] = name.split(", ");
    return {
      case: title,
      system,
      figures: {
        rounds,
        per_second: median(rates),
        lowest_per_second: Math.min(...rates),
        highest_per_second: Math.max(...rates),
        rates,
        p50_ms: quantile(latencies, 0.5),
        p95_ms: quantile(latencies, 0.95),
        p99_ms: quantile(latencies, 0.99),
      },
    };
  });
  // Compares round by round, since the machine's speed varies more than the systems differ.
  const ratio = (one: string, other: string) =>
    median(
      (timings[one] ?? []).map(({ per_second }, round) =>
        per_second / (timings[other]?.[round]?.per_second ?? Number.NaN)
      ),
    );
  /** Returns the time until the indexes' pending lists are empty, in ms per item. */
  const whole = (timing: Timing | undefined) =>
    timing ? 1_000 / timing.per_second + putOff(timing) : Number.NaN;
  const wholeRatio = (one: string, other: string) =>
    median((timings[one] ?? []).map((timing, round) => whole(timings[other]?.[round]) / whole(timing)));
  const slowest = (name: string) =>
    quantile((timings[name] ?? []).flatMap(({ latencies }) => latencies).sort((a, b) => a - b), 0.99);
  rows.push({
    case: "new",
    system: "deferred to cron, for any insert",
    values: { "ms per item": median((timings["new, pages"] ?? []).map(putOff)) },
  });
  return {
    rows,
    goals: [
      atLeast("new items, times single upserts", 2.4, ratio("new, pages", "new, single upserts"), "×"),
      atLeast("new items, times COPY of a page", 0.85, ratio("new, pages", "new, COPY of a page"), "×"),
      atLeast("new items, times COPY of all", 0.85, ratio("new, pages", "new, COPY of all"), "×"),
      atLeast(
        "the same, with the work deferred to cron counted for both",
        0.85,
        wholeRatio("new, pages", "new, COPY of all"),
        "×",
      ),
      atLeast(
        "unchanged items, times single upserts",
        8,
        ratio("unchanged, pages", "unchanged, single upserts"),
        "×",
      ),
      atMost("rows written for unchanged items", 0, written),
      atMost("a page of 50 new items, p99", 20, slowest("new, pages"), " ms"),
      atMost("a page of 50 unchanged items, p99", 20, slowest("unchanged, pages"), " ms"),
    ],
  };
}

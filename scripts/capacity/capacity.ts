/**
 * The tables of docs/capacity.md: what an installation of a given size needs, computed from measurements (`measured`) and assumptions
 * (`assumed`). `deno run -A scripts/capacity/capacity.ts` prints them; `task generate` writes them into the document.
 */
import { formatted } from "../check/formatted.ts";

const FILE = "docs/capacity.md";

/** Printed by `task bench` on two cores of a busy, shared machine; any other machine gives better values. */
export const measured = {
  make_feed_ms: {
    value: 59,
    from: "bench feed: creating the feed of a user who follows 1,002 creators, without its page; median",
  },
  read_feed_ms: { value: 28, from: "bench feed: a page of an existing feed; median" },
  public_read_ms: {
    value: 15,
    from: "slo.json, bench visitors: the database's time for an uncached public read",
  },
  jobs_per_second: { value: 3_000, from: "bench queue: one job at a time, 24 workers" },
  function_ms: {
    value: 3,
    from: "bench kernel: processor time of a function's request outside the database",
  },
};

/** Unknown until there are users. Change the values here; the tables follow. */
export const assumed = {
  public_read_ms: { value: 15, why: "ms of the database for an uncached public read" },
  queue_jobs: { value: 1_500, why: "jobs per second of one queue, with a reserve" },
  daily_share: { value: 0.2, why: "share of all users who are active on a day" },
  feeds_a_day: { value: 25, why: "feed pages that an active user reads per day" },
  reads_a_day: { value: 25, why: "other reads of an active user per day" },
  peak: { value: 3, why: "load at the busiest hour, times the mean" },
  feed_hits: {
    value: 0.7,
    why: "share of feed requests answered from an existing list (the goal in slo.json)",
  },
  cdn_hits: { value: 0.9, why: "share of public reads answered by the CDN" },
  creator_share: { value: 0.02, why: "share of users who are creators" },
  items_a_creator: { value: 500, why: "items per creator, on all platforms together" },
  syncs_a_day: { value: 3, why: "syncs per creator and day, all accounts together" },
  item_bytes: { value: 5_000, why: "bytes of an item with its document, its entry and their indexes" },
  media_mb: {
    value: 50,
    why: "MB of a creator's own pictures and videos for posts; libraries stay at the platforms",
  },
  online_share: {
    value: 0.02,
    why: "share of all users who have the app open with Realtime at the busiest hour",
  },
  use: { value: 0.5, why: "share of a machine's processor that is planned for" },
  cores: { value: 32, why: "cores of a database machine" },
  disk_gb: { value: 4_000, why: "GB of disk of a database machine, before it is split" },
  search_items: { value: 50e6, why: "items that one machine can search with this schema" },
  realtime_connections: { value: 20_000, why: "connections per Realtime node" },
  egress_kb: { value: 30, why: "KB of a feed page, compressed" },
  core_month: { value: 30, why: "USD per month: a core of a database machine with its memory" },
  function_million: { value: 2, why: "USD: a million function calls" },
  gb_month: {
    value: 0.12,
    why: "USD per month: a gigabyte of database disk; object storage costs a sixth of it",
  },
  egress_gb: { value: 0.03, why: "USD: a gigabyte sent by the CDN" },
};

const SIZES = [1e4, 1e6, 1e8, 1e9];

interface Need {
  users: number;
  feeds_per_second: number;
  reads_per_second: number;
  database_cores: number;
  machines: number;
  replicas: number;
  items: number;
  disk_gb: number;
  shards: number;
  partitions: number;
  search_machines: number;
  jobs_per_second: number;
  queue_shards: number;
  media_tb: number;
  realtime_nodes: number;
  usd: number;
  usd_a_user: number;
}

/** Computes what a number of users needs at the busiest hour. */
export function need(users: number): Need {
  const of = <Name extends keyof typeof assumed>(name: Name) => assumed[name].value;
  const daily = users * of("daily_share");
  const peak = (a_day: number) => daily * a_day / 86_400 * of("peak");
  const feeds_per_second = peak(of("feeds_a_day"));
  const reads_per_second = peak(of("reads_a_day")) * (1 - of("cdn_hits"));
  const feed_ms = measured.read_feed_ms.value + (1 - of("feed_hits")) * measured.make_feed_ms.value;
  const busy = (feeds_per_second * feed_ms + reads_per_second * of("public_read_ms")) / 1_000;
  const database_cores = Math.max(2, Math.ceil(busy / of("use")));
  const creators = users * of("creator_share");
  const items = creators * of("items_a_creator");
  const disk_gb = items * of("item_bytes") / 1e9;
  const shards = Math.max(1, Math.ceil(disk_gb / of("disk_gb")));
  const machines = Math.max(shards, Math.ceil(database_cores / of("cores")));
  const jobs_per_second = creators * of("syncs_a_day") / 86_400 * of("peak");
  const calls = daily * (of("feeds_a_day") + of("reads_a_day") * (1 - of("cdn_hits"))) * 30;
  const egress_gb = daily * (of("feeds_a_day") + of("reads_a_day")) * 30 * of("egress_kb") / 1e6;
  const media_tb = creators * of("media_mb") / 1e6;
  const usd = database_cores * of("core_month") + calls / 1e6 * of("function_million") +
    2 * disk_gb * of("gb_month") + media_tb * 1_000 * of("gb_month") / 6 + egress_gb * of("egress_gb");
  return {
    users,
    feeds_per_second,
    reads_per_second,
    database_cores,
    machines,
    replicas: Math.max(0, machines - shards),
    items,
    disk_gb,
    shards,
    partitions: shards * 64,
    search_machines: Math.max(1, Math.ceil(items / of("search_items"))),
    jobs_per_second,
    queue_shards: Math.max(1, Math.ceil(jobs_per_second / (of("queue_jobs")))),
    media_tb,
    realtime_nodes: Math.max(1, Math.ceil(users * of("online_share") / of("realtime_connections"))),
    usd,
    usd_a_user: usd / users,
  };
}

const LINES: [keyof Need, string][] = [
  ["feeds_per_second", "feeds per second"],
  ["reads_per_second", "public reads per second behind the CDN"],
  ["database_cores", "cores for the database's work"],
  ["machines", "database machines"],
  ["shards", "of these, shards (by creator)"],
  ["replicas", "of these, read replicas"],
  ["items", "items"],
  ["disk_gb", "disk for the items, GB"],
  ["partitions", "partitions of items and documents (by hash of the creator)"],
  ["search_machines", "machines for search"],
  ["jobs_per_second", "jobs per second"],
  ["queue_shards", "queues (by creator)"],
  ["media_tb", "media, TB"],
  ["realtime_nodes", "Realtime nodes"],
  ["usd", "USD per month"],
  ["usd_a_user", "USD per month and user"],
];

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(2)));
}

/** Returns the tables as Markdown. */
export function tables(): string {
  const needs = SIZES.map(need);
  const words = (table: Record<string, { value: number; why?: string; from?: string }>, what: string) => [
    `| ${what} | value | |`,
    "|---|---|---|",
    ...Object.entries(table).map(([name, { value, why, from }]) =>
      `| \`${name}\` | ${shown(value)} | ${why ?? from} |`
    ),
  ];
  return [
    `| at the busiest hour, by number of users | ${
      SIZES.map((size) => size.toLocaleString("en")).join(" | ")
    } |`,
    `|---|${SIZES.map(() => "---|").join("")}`,
    ...LINES.map(([name, text]) => `| ${text} | ${needs.map((one) => shown(one[name])).join(" | ")} |`),
    "",
    ...words(measured, "measured"),
    "",
    ...words(assumed, "**assumed**"),
  ].join("\n");
}

/** Returns docs/capacity.md with updated tables. */
export async function generateCapacity(): Promise<Record<string, string>> {
  const [before, , after] = (await Deno.readTextFile(FILE)).split(/(<!-- tables -->[\s\S]*<!-- end -->)/);
  return { [FILE]: await formatted(`${before}<!-- tables -->\n\n${tables()}\n\n<!-- end -->${after}`, "md") };
}

if (import.meta.main) console.log(tables());

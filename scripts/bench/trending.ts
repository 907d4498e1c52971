/**
 * What the trending lists show: for the real daily snapshots of YouTube's trending page, if the shared data set exists, and for a
 * month of clicks with known bursts, past hits and bots. Draws the plots of docs/trending.md.
 */
import postgres from "postgres";
import { withStack } from "./bench_stack.ts";
import { atLeast, atMost, type Benchmark, type Outcome, type Row } from "./benchmark.ts";
import { median } from "./measure.ts";
import { publish, type PublishedItem } from "./published_items.ts";
import { decayChart, sharesChart } from "./trending/charts.ts";
import { clickedItems, clickThrough, type Kind, SMALL } from "./trending/month.ts";
import { snapshots } from "./trending/snapshots.ts";

const IMAGES = new URL("../../docs/images/", import.meta.url);
const HOURS = 30 * 24;
const DAY_MS = 86_400_000;
/** Creators by size, in five equal parts. */
const PARTS = ["smallest fifth", "second", "third", "fourth", "largest fifth"];

export const trending: Benchmark = {
  name: "trending",
  about: "bursts, old hits and bots in trending lists: a month of clicks, and YouTube's real daily lists",
  run: async ({ size }) => {
    const outcomes = [await aMonth(), await realDays(size)];
    return { rows: outcomes.flatMap(({ rows }) => rows), goals: outcomes.flatMap(({ goals }) => goals) };
  },
};

/** Runs with an empty database in which cron refreshes no list. */
function withQuietStack<T>(use: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  return withStack(async ({ db_url }) => {
    const sql = postgres(db_url, { max: 1, onnotice: () => {} });
    try {
      await sql`select cron.unschedule(jobname) from cron.job`;
      return await use(sql);
    } finally {
      await sql.end();
    }
  });
}

const plain = (id: string, channel: string, published_at: string, views = 0): PublishedItem => ({
  id,
  channel,
  title: "",
  description: "",
  tags: [],
  hashtags: [],
  views,
  published_at,
});

async function listed(sql: postgres.Sql, list: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select content_id as id from public.trending_content where trend_category = ${list} order by rank_position`;
  return rows.map(({ id }) => id);
}

/** Returns the part that each key belongs to, by size. */
function parts<Key>(sizes: Map<Key, number>): Map<Key, number> {
  const sorted = [...sizes].sort(([, a], [, b]) => a - b);
  return new Map(sorted.map(([key], place) => [key, Math.floor(place * PARTS.length / sorted.length)]));
}

function shares(counts: number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / Math.max(1, total));
}

function aMonth(): Promise<Outcome> {
  return withQuietStack(async (sql) => {
    const items = clickedItems(HOURS, 3_000, 30);
    const start = new Date();
    start.setUTCDate(1);
    start.setUTCHours(0, 0, 0, 0);
    const at = (hour: number) => new Date(start.getTime() + hour * 3_600_000).toISOString();
    await publish(
      sql,
      items.map(({ id, creator, begins }) => plain(id, creator, at(Math.min(begins, 0)))),
    );
    const of = new Map(items.map((item) => [item.id, item]));
    const part = parts(
      new Map(items.filter(({ kind }) => kind === "usual").map(({ id, followers }) => [id, followers])),
    );
    const slots = PARTS.map(() => 0);
    const surfaced = new Map<string, number>();
    const ever = new Set<string>();
    const fell = new Map<string, number>();
    const clicks = await clickThrough(sql, items, { start, hours: HOURS, busy: 0.02 }, async (hour) => {
      const today = await listed(sql, "today");
      for (const id of today) {
        const item = of.get(id);
        if (!item) continue;
        ever.add(id);
        if (item.kind === "usual") slots[part.get(id) ?? 0] = (slots[part.get(id) ?? 0] ?? 0) + 1;
        if (item.kind === "burst" && hour >= item.begins && !surfaced.has(id)) {
          surfaced.set(id, hour - item.begins + 1);
        }
        if (item.kind === "old hit" && hour >= item.begins) fell.set(id, hour - item.begins + 1);
      }
    });
    const some = (kind: Kind) => items.filter((item) => item.kind === kind);
    const share = (kind: Kind, is: (id: string) => boolean) =>
      some(kind).filter(({ id }) => is(id)).length / some(kind).length;
    const of_list = shares(slots);
    const of_items = shares(
      PARTS.map((_, number) => [...part.values()].filter((one) => one === number).length),
    );
    const of_followers = shares(
      PARTS.map((_, number) =>
        [...part].filter(([, one]) => one === number).reduce(
          (sum, [id]) => sum + (of.get(id)?.followers ?? 0),
          0,
        )
      ),
    );
    const periods = await sql<{ name: string; days: number }[]>`
      select period as name, tau_seconds / 86400.0::double precision as days from ops.trend_period order by tau_seconds`;
    await Deno.writeTextFile(new URL("trending.svg", IMAGES), decayChart([...periods]));
    await Deno.writeTextFile(
      new URL("trending_shares.svg", IMAGES),
      sharesChart(
        {
          title: "Items in today's list, by the followers of their creators",
          below: "creators, from the fewest followers to the most",
          series: ["places in today's list", "items", "followers"],
        },
        PARTS.map((name, number) => ({
          name,
          shares: [of_list[number] ?? 0, of_items[number] ?? 0, of_followers[number] ?? 0],
        })),
      ),
    );
    const name = `a month of ${clicks.toLocaleString("en")} clicks on ${
      items.length.toLocaleString("en")
    } items`;
    const rows: Row[] = [
      {
        case: name,
        system: "today's list, share of places",
        values: Object.fromEntries(PARTS.map((one, number) => [one, of_list[number] ?? 0])),
      },
      {
        case: name,
        system: "followers, share",
        values: Object.fromEntries(PARTS.map((one, number) => [one, of_followers[number] ?? 0])),
      },
      {
        case: name,
        system: "stories",
        values: {
          "bursts listed, share": share("burst", (id) => ever.has(id)),
          "hours until a burst was listed, median": median([...surfaced.values()]),
          "hours until an old hit left the list, median": median(
            some("old hit").map(({ id }) => fell.get(id) ?? 0),
          ),
          "hours until an old hit left, at most": Math.max(0, ...fell.values()),
        },
      },
    ];
    return {
      rows,
      goals: [
        atLeast(
          "bursts in today's list by the next refresh, share",
          1,
          share("burst", (id) => surfaced.get(id) === 1),
        ),
        atMost(
          "old hits still in today's list after four days, share",
          0,
          share("old hit", (id) => (fell.get(id) ?? 0) > 96),
        ),
        atMost("items in today's list that only bots click, share", 0, share("bot", (id) => ever.has(id))),
        atMost(
          "items in today's list that one visitor clicks repeatedly, share",
          0,
          share("repeater", (id) => ever.has(id)),
        ),
        atLeast(
          "bursts of creators with twenty followers in today's list by the next refresh, share",
          1,
          share("burst", (id) => (of.get(id)?.followers ?? 0) > SMALL || surfaced.get(id) === 1),
        ),
      ],
    };
  });
}

async function realDays(size: number): Promise<Outcome> {
  const given = await snapshots(size);
  if (!given) return { rows: [], goals: [] };
  const { days, videos } = given;
  return await withQuietStack(async (sql) => {
    const ids = new Map([...videos.keys()].map((video) => [video, crypto.randomUUID()]));
    const of = new Map<string, string>([...ids].map(([video, id]) => [id, video]));
    await publish(
      sql,
      [...videos].map(([video, { channel, published_at, views }]) =>
        plain(ids.get(video) ?? "", channel, published_at, views)
      ),
    );
    const sizes = new Map<string, number>();
    for (const { channel, views } of videos.values()) sizes.set(channel, (sizes.get(channel) ?? 0) + views);
    const part = parts(sizes);
    const slots = PARTS.map(() => 0);
    const shown = PARTS.map(() => 0);
    const ages: number[] = [];
    const bursts: boolean[] = [];
    const seen = new Map<string, number>();
    const last = new Map<string, number>();
    const left: number[] = [];
    let before = new Set<string>();
    for (const [number, { day, views }] of days.entries()) {
      const now = new Date(`${day}T12:00:00Z`);
      const given = [...views].map(([video, count]) => ({ id: ids.get(video), views: count }));
      await sql`
        insert into ops.content_stat_daily (content_item_id, day, views, likes, comments, shares)
        select id, ${day}::date, views, 0, 0, 0 from jsonb_to_recordset(${
        sql.json(given)
      }) as given (id uuid, views bigint)
        order by id`;
      await sql`select ops.refresh_trending(${now})`;
      const today = await listed(sql, "today");
      const here = new Set(today.map((id) => of.get(id) ?? ""));
      // Young videos by growth since they were last seen; the first time, all their views count as growth.
      const grown = [...views].flatMap(([video, count]) => {
        const age = now.getTime() - Date.parse(videos.get(video)?.published_at ?? "");
        const gain = count - (seen.get(video) ?? 0);
        return age < 2 * DAY_MS ? [{ video, gain }] : [];
      }).sort((a, b) => b.gain - a.gain);
      if (number > 0) bursts.push(...grown.slice(0, 10).map(({ video }) => here.has(video)));
      for (const video of here) {
        const { channel = "", published_at = "" } = videos.get(video) ?? {};
        ages.push((now.getTime() - Date.parse(published_at)) / DAY_MS);
        const one = part.get(channel) ?? 0;
        slots[one] = (slots[one] ?? 0) + 1;
      }
      for (const [video, count] of views) {
        seen.set(video, count);
        last.set(video, number);
        const one = part.get(videos.get(video)?.channel ?? "") ?? 0;
        shown[one] = (shown[one] ?? 0) + 1;
      }
      for (const video of before) if (!here.has(video)) left.push(number - (last.get(video) ?? number));
      before = here;
    }
    const name = `${days.length} real days, ${videos.size.toLocaleString("en")} videos`;
    const of_list = shares(slots);
    const of_shown = shares(shown);
    return {
      rows: [
        {
          case: name,
          system: "today's list, share of places",
          values: Object.fromEntries(PARTS.map((one, number) => [one, of_list[number] ?? 0])),
        },
        {
          case: name,
          system: "YouTube's lists, share",
          values: Object.fromEntries(PARTS.map((one, number) => [one, of_shown[number] ?? 0])),
        },
        {
          case: name,
          system: "today's list",
          values: {
            "age in days, median": median(ages),
            "older than a week, share": ages.filter((age) => age > 7).length / ages.length,
            "days from the last growth to leaving, median": median(left),
          },
        },
      ],
      goals: [
        // Not all, because for some channels such growth is usual.
        atLeast(
          "the ten young videos that grew most in today's list on the same day, share",
          0.85,
          bursts.filter(Boolean).length / Math.max(1, bursts.length),
        ),
        atMost("median age in today's list", 7, median(ages), " days"),
      ],
    };
  });
}

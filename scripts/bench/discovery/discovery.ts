/**
 * Discovery on a million public items: every function over HTTP as visitors arrive (open loop, terms in turn), its query alone, and the
 * same searches with PeerTube's query, a plain `order by ts_rank` and SQLite FTS5; and the cost of the queries on a hundredth of the items.
 */
import { DatabaseSync } from "node:sqlite";
import postgres from "postgres";
import { serviceUrl, withStack } from "../bench_stack.ts";
import { atLeast, atMost, type Benchmark, type Effort, type Goal, type Row } from "../benchmark.ts";
import { closedLoop, median, openLoop, type OpenSample, type Sample, summary } from "../measure.ts";
import { askFunction, type Asks, asksOf, inTurn, runQuery, searchTerms, WORDS } from "./asks.ts";
import { load } from "./load.ts";
import { makeExact, overlapOf } from "./overlap.ts";
import { PATIENCE_MS, peersOf } from "./peers.ts";
import { recordPlans } from "./record_plans.ts";

/** Requests a second by all visitors together, while one kind of request is measured. */
const RATE = 40;
/** The minimum number of items for meaningful plans. */
const PLANS_FROM = 100_000;
/** Kinds of search that the peers do not support: typos, and scripts without spaces. */
const OURS_ALONE = new Set(["typo", "CJK"]);

export const NO_LIMITS = { RATE_LIMIT_PUBLIC_READ: "100000000/60", RATE_LIMIT_CLICK: "100000000/60" };

export const discovery: Benchmark = {
  name: "discovery",
  about:
    "search, lists and pages with a million public items, compared with PeerTube's query, ts_rank and FTS5",
  run: async (effort) => {
    const items = effort.size;
    const small = await queriesAlone(Math.max(1_000, Math.floor(items / 100)), effort);
    return await withStack(async (place) => {
      const lite_path = `${place.home}/bench.sqlite`;
      const lite = new DatabaseSync(lite_path);
      const sql = postgres(serviceUrl(place.db_url), { max: 4, onnotice: () => {} });
      const owner = postgres(place.db_url, {
        max: 1,
        onnotice: () => {},
        connection: { statement_timeout: PATIENCE_MS },
      });
      try {
        const { source, seconds } = await load(place.db_url, items, { lite });
        if (items >= PLANS_FROM) await recordPlans(owner, items);
        const terms = await searchTerms(owner, items);
        const asks = await asksOf(owner, terms);
        const rows: Row[] = [
          { case: `${items.toLocaleString("en")} items (${source})`, system: "loading, s", values: seconds },
        ];
        const goals: Goal[] = [];

        // Starts each function's process: cold starts are measured by another benchmark.
        for (const [one] of Object.values(asks)) if (one) await askFunction(place, one);
        const http: Record<string, OpenSample[]> = {};
        const alone: Record<string, Sample[]> = {};
        const peers: Record<string, Sample[]> = {};
        const found: Record<string, number[]> = {};
        for (let round = 0; round < effort.rounds; round++) {
          for (const [kind, some] of Object.entries(asks)) {
            const [next, again] = [inTurn(some), inTurn(some)];
            (http[kind] ??= []).push(await openLoop(RATE, effort.seconds, () => askFunction(place, next())));
            (alone[kind] ??= []).push(await closedLoop(1, effort.seconds, () => runQuery(sql, again())));
          }
          for (const kind of WORDS) {
            if (!terms[kind]?.length) continue;
            for (const [name, peer] of Object.entries(peersOf(owner, lite))) {
              const next = inTurn(terms[kind]);
              const hits: number[] = found[`${kind}, ${name}`] ??= [];
              (peers[`${kind}, ${name}`] ??= []).push(
                await closedLoop(1, effort.seconds, async () => hits.push(Number(await peer(next()) > 0))),
              );
            }
          }
        }

        for (const kind of Object.keys(asks)) {
          rows.push({ case: kind, system: `HTTP, ${RATE}/s`, figures: summary(http[kind] ?? []) });
          rows.push({ case: kind, system: "query alone", figures: summary(alone[kind] ?? []) });
        }
        for (const [name, samples] of Object.entries(peers)) {
          const [kind = "", system = ""] = name.split(", ");
          const share = (found[name] ?? []).reduce((sum, hit) => sum + hit, 0) / (found[name]?.length ?? 1);
          rows.push({ case: `search-content, ${kind}`, system, figures: summary(samples) });
          rows.push({
            case: `search-content, ${kind}`,
            system: `${system}, share of queries with results`,
            values: { share },
          });
        }

        // Ranking every match takes longer than the timeout for peers.
        await owner`set statement_timeout = 0`;
        await makeExact(owner);
        const overlaps: number[] = [];
        for (const kind of WORDS) {
          if (!terms[kind]?.length) continue;
          const overlap = await overlapOf(owner, terms[kind].slice(0, 30));
          overlaps.push(overlap);
          rows.push({
            case: `search-content, ${kind}`,
            system: "share of the exact best 20",
            values: { overlap },
          });
        }

        const p95 = (samples: Sample[] = []) => median(samples.map(({ p95_ms }) => p95_ms));
        const p50 = (samples: Sample[] = []) => median(samples.map(({ p50_ms }) => p50_ms));
        const searches = Object.keys(asks).filter((kind) => kind.startsWith("search-content"));
        const worst = (of: (kind: string) => number, kinds: string[]) => Math.max(...kinds.map(of));
        goals.push(
          atMost(
            "search, query alone, p95 of the worst kind",
            15,
            worst((kind) => p95(alone[kind]), searches),
            " ms",
          ),
          atLeast(
            "share of the exact best 20 (all matches ranked), worst kind",
            0.95,
            Math.min(...overlaps),
          ),
          atMost(
            "requests that failed",
            0,
            Object.values(http).flat().reduce((sum, { failed }) => sum + failed, 0),
          ),
          atLeast(
            "kinds of request that keep up",
            Object.keys(asks).length,
            Object.values(http).filter((samples) => samples.every(({ kept_up }) => kept_up)).length,
          ),
        );
        for (const system of Object.keys(peersOf(owner, lite))) {
          const ratios = WORDS.filter((kind) => !OURS_ALONE.has(kind) && terms[kind]?.length)
            .map((kind) => p95(peers[`${kind}, ${system}`]) / p95(alone[`search-content, ${kind}`]));
          goals.push(atLeast(`search, worst kind, times ${system} (p95)`, 1, Math.min(...ratios), "×"));
        }
        const growth = (kind: string) => p50(alone[kind]) / p50(small[kind]);
        const compared = Object.keys(asks).filter((kind) => small[kind]);
        for (const kind of compared) {
          rows.push({
            case: kind,
            system: "cost, times that with a hundredth of the items",
            values: { ratio: growth(kind) },
          });
        }
        goals.push(
          atMost(
            "cost of the worst function, times that with a hundredth of the items",
            3,
            worst(growth, compared),
            "×",
          ),
          atMost(
            "cost of page 500 of a list, times that of page 1",
            1.5,
            p50(alone["browse-content, page 500"]) / p50(alone["browse-content, page 1"]),
            "×",
          ),
        );
        return { rows, goals };
      } finally {
        lite.close();
        await Promise.all([sql.end(), owner.end()]);
      }
    }, NO_LIMITS);
  },
};

/** Measures every query alone on a smaller catalogue. */
function queriesAlone(items: number, { rounds, seconds }: Effort): Promise<Record<string, Sample[]>> {
  return withStack(async ({ db_url }) => {
    const sql = postgres(serviceUrl(db_url), { max: 1, onnotice: () => {} });
    const owner = postgres(db_url, { max: 1, onnotice: () => {} });
    try {
      await load(db_url, items);
      const asks: Asks = await asksOf(owner, await searchTerms(owner, items));
      const samples: Record<string, Sample[]> = {};
      for (let round = 0; round < rounds; round++) {
        for (const [kind, some] of Object.entries(asks)) {
          const next = inTurn(some);
          (samples[kind] ??= []).push(await closedLoop(1, seconds, () => runQuery(sql, next())));
        }
      }
      return samples;
    } finally {
      await Promise.all([sql.end(), owner.end()]);
    }
  });
}

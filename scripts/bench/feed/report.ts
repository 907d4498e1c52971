/** Writes the report of `bench load --write-docs`: the plots, and the part of docs/load.md with the measurements. */
import type { Goal, Row } from "../benchmark.ts";
import { formatted } from "../../check/formatted.ts";
import { quantile } from "../measure.ts";
import slo from "../slo.json" with { type: "json" };
import { overTimeChart, type Panel, percentilesChart } from "./chart.ts";
import type { Sent } from "./traffic.ts";
import { hitRate, type Look } from "./watch.ts";

const DOCS = new URL("../../../docs/", import.meta.url);
/** The number of points of a line over time. */
const POINTS = 60;

/** The run to report. */
export interface LoadRun {
  /** The start, as `performance.now()`. */
  began: number;
  seconds: number;
  size: number;
  warm: Sent[];
  looks: Look[];
}

/** Writes the plots and the measured part of the document. */
export async function writeReport(run: LoadRun, outcome: { rows: Row[]; goals: Goal[] }): Promise<void> {
  const byName = [...Map.groupBy(run.warm, ({ name }) => name)].sort(([, a], [, b]) => b.length - a.length);
  await Deno.writeTextFile(
    new URL("images/load_percentiles.svg", DOCS),
    percentilesChart(
      byName.filter(([name]) => name in slo.load.p95_ms).map(([name, some]) => [
        name,
        some.map(({ ms }) => ms).sort((a, b) => a - b),
      ]),
    ),
  );
  await Deno.writeTextFile(
    new URL("images/load_over_time.svg", DOCS),
    overTimeChart("The run over time", panelsOf(run), run.seconds),
  );
  const file = new URL("load.md", DOCS);
  const parts = (await Deno.readTextFile(file)).split(/<!-- measured -->[\s\S]*<!-- end -->/);
  if (parts.length !== 2) {
    throw new Error("Cannot write docs/load.md: it has no <!-- measured --> … <!-- end -->");
  }
  const text = `${parts[0]}<!-- measured -->\n\n${await measured(run, outcome)}\n\n<!-- end -->${parts[1]}`;
  await Deno.writeTextFile(file, await formatted(text, "md"));
  console.log("  docs/load.md, docs/images/load_percentiles.svg, docs/images/load_over_time.svg");
}

/** Returns the panels of latency, errors, hit rate, connections and memory over the seconds of the run. */
function panelsOf({ began, seconds, warm, looks }: LoadRun): Panel[] {
  const width = Math.max(1, seconds / POINTS);
  const slices = [...Map.groupBy(warm, ({ due }) => Math.floor((due - began) / 1_000 / width))]
    .sort(([a], [b]) => a - b);
  const homes = slices.map(([slice, some]) => ({
    at: slice * width,
    sorted: some.filter(({ name }) => name.startsWith("feed-home")).map(({ ms }) => ms).sort((a, b) => a - b),
  })).filter(({ sorted }) => sorted.length > 0);
  const looked = (value: (look: Look, place: number) => number) =>
    looks.map((look, place) => ({ at: (look.at - began) / 1_000, value: value(look, place) }))
      .filter(({ at, value }) => at >= 0 && Number.isFinite(value));
  return [
    {
      title: "home, ms",
      goal: slo.load.p95_ms["feed-home"],
      lines: [
        { name: "p95", points: homes.map(({ at, sorted }) => ({ at, value: quantile(sorted, 0.95) })) },
        { name: "p50", points: homes.map(({ at, sorted }) => ({ at, value: quantile(sorted, 0.5) })) },
      ],
    },
    {
      title: "failed, % of requests",
      lines: [{
        name: "failed",
        points: slices.map(([slice, some]) => ({
          at: slice * width,
          value: 100 * some.filter(({ error }) => error !== null).length / some.length,
        })),
      }],
    },
    {
      title: "hit rate since the start, %",
      goal: 100 * slo.load.hit_rate,
      lines: [{ name: "hit rate", points: looked((look) => 100 * hitRate(looks[0], look)) }],
    },
    {
      title: "connections",
      goal: slo.load.connections,
      lines: [{ name: "connections", points: looked(({ connections }) => connections) }],
    },
    {
      title: "memory, MB",
      lines: [
        { name: "functions", points: looked(({ services_mb }) => services_mb) },
        { name: "database", points: looked(({ database_mb }) => database_mb) },
      ],
    },
  ];
}

async function measured(
  { seconds, size, warm }: LoadRun,
  { rows, goals }: { rows: Row[]; goals: Goal[] },
): Promise<string> {
  const cpu = await Deno.readTextFile("/proc/cpuinfo").then(
    (text) => /model name\s*:\s*(.+)/.exec(text)?.[1] ?? "?",
    () => "?",
  );
  const stack = rows.find(({ system }) => system === "stack")?.values ?? {};
  const value = (number: number | undefined) =>
    (number ?? Number.NaN).toLocaleString("en", { maximumSignificantDigits: 3 });
  const failures = Map.groupBy(warm.flatMap(({ error }) => error ?? []), ({ kind }) => kind);
  return [
    `On ${
      new Date().toISOString().slice(0, 10)
    }: ${navigator.hardwareConcurrency} cores (${cpu}) that also generate the load, ` +
    `${seconds.toLocaleString("en")} s, ${size.toLocaleString("en")} items, ${
      warm.length.toLocaleString("en")
    } requests; ` +
    `the machine's load was ${value(stack["load before"])} before and ${
      value(stack["load after"])
    } at the end.`,
    ["| goal | | measured | |", "| --- | --- | --- | --- |"].concat(
      goals.map(({ name, goal, value: got, met }) =>
        `| ${name} | ${goal} | ${value(got)} | ${met ? "met" : "**not met**"} |`
      ),
    ).join("\n"),
    "![Latency by percentile](images/load_percentiles.svg)",
    "![Latency, errors, hit rate, connections and memory over time](images/load_over_time.svg)",
    ["| request | requests | p50 ms | p95 ms | p99 ms | failed |", "| --- | --- | --- | --- | --- | --- |"]
      .concat(
        rows.filter(({ system }) => system === "HTTP").map(({ case: name, values = {} }) =>
          `| ${name} | ${
            ["requests", "p50", "p95", "p99", "failed"].map((of) => value(values[of])).join(" | ")
          } |`
        ),
      ).join("\n"),
    failures.size === 0
      ? "No request of the run failed."
      : "What failed: " + [...failures].map(([kind, some]) => `${some.length} × ${kind}`).join(", ") + ".",
  ].join("\n\n");
}

/**
 * Runs one Postman collection with Newman: results on the terminal, an HTML report without secrets, and counts as JSON.
 * `scripts/test-phase.sh` is its command line; this file does what shell cannot: environments, reports, counts.
 */
import newmanUntyped from "newman";
import { parseArgs } from "node:util";
import {
  checkTarget,
  type Environment,
  fillFromStack,
  fillFromVariables,
  readEnvironment,
} from "./environment.ts";
import { scrub, secretsOf } from "./secrets.ts";

/** The used part of Newman's API, which has no types of its own. */
interface Newman {
  run(options: Record<string, unknown>, done: (error: Error | null, summary: Summary) => void): Run;
}
interface Run {
  summary: Summary;
  on(event: "request" | "item", listener: (error: Error | null, event: RunEvent) => void): void;
}
interface RunEvent {
  cursor: { ref: string };
  item: { id: string; request: unknown };
  request?: unknown;
  response?: unknown;
}
interface Summary {
  run: {
    stats: Record<"assertions" | "requests" | "scripts", { total?: number; failed?: number }>;
    executions: RunEvent[];
  };
}
const newman: Newman = newmanUntyped;

const { values: options } = parseArgs({
  options: {
    collection: { type: "string" },
    environment: { type: "string" },
    stack: { type: "string" },
    report: { type: "string" },
    summary: { type: "string" },
    title: { type: "string" },
  },
});

/** Assertions of a run. A failed request or script counts as one failed assertion. */
interface Counts {
  passed: number;
  failed: number;
}

try {
  const counts = await main();
  if (options.summary) await Deno.writeTextFile(options.summary, JSON.stringify(counts) + "\n");
  Deno.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}

async function main(): Promise<Counts> {
  const { collection, report } = options;
  if (!collection || !options.environment || !report) {
    throw new Error("Cannot run a collection: --collection, --environment and --report are needed");
  }
  const environment = await readEnvironment(options.environment);
  if (options.stack) await fillFromStack(environment, options.stack);
  else fillFromVariables(environment, (name) => Deno.env.get(name));
  await checkTarget(environment);
  const summary = await run(collection, environment, report);
  const text = await Deno.readTextFile(report);
  await Deno.writeTextFile(report, scrub(text, secretsOf(environment)));
  return count(summary);
}

function run(collection: string, environment: Environment, report: string): Promise<Summary> {
  return new Promise((resolve, reject) => {
    const run = newman.run({
      collection,
      environment,
      color: Deno.noColor || !Deno.stdout.isTerminal() ? "off" : "on",
      timeoutRequest: 60_000,
      timeoutScript: 180_000,
      reporters: ["cli", "htmlextra"],
      reporter: {
        htmlextra: {
          export: report,
          title: options.title,
          browserTitle: options.title,
          // Unlike the reporter's own template, this one loads nothing from other hosts and omits headers, which carry keys.
          template: new URL("report.hbs", import.meta.url).pathname,
        },
      },
    }, (error, summary) => error ? reject(error) : resolve(summary));
    showOwnRequests(run);
  });
}

/** Newman attributes the requests of an item's scripts to the item; this restores the item's own request for the report. */
function showOwnRequests(run: Run): void {
  const own = new Map<string, RunEvent>();
  run.on("request", (_error, event) => own.set(event.item.id, event));
  run.on("item", (_error, { cursor, item }) => {
    const event = own.get(item.id);
    own.clear();
    const { executions } = run.summary.run;
    const first = executions.findIndex((execution) => execution.cursor.ref === cursor.ref);
    const execution = executions[first];
    if (!execution) return;
    executions.length = first + 1;
    execution.item = item;
    execution.request = event?.request ?? item.request;
    execution.response = event?.response;
  });
}

function count(summary: Summary): Counts {
  const { assertions, requests, scripts } = summary.run.stats;
  const failed = (assertions.failed ?? 0) + (requests.failed ?? 0) + (scripts.failed ?? 0);
  return { passed: (assertions.total ?? 0) - (assertions.failed ?? 0), failed };
}

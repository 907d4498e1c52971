/**
 * Runs one Postman collection with Newman: results on the terminal, an HTML report without secrets, and counts as JSON.
 * `scripts/test-phase.sh` is its command; this file does what shell cannot: environments, reports, counts.
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

/** What is used of Newman, which comes without types. */
interface Newman {
  run(options: Record<string, unknown>, done: (error: Error | null, summary: Summary) => void): void;
}
interface Summary {
  run: { stats: Record<"assertions" | "requests" | "scripts", { total?: number; failed?: number }> };
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

/** Assertions of a run. A request or a script that failed counts as one failed assertion. */
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
    newman.run({
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
          titleSize: 4,
          // Headers carry keys and tokens; the rest of the report is scrubbed once it is written.
          skipHeaders: ["Authorization", "apikey", "Cookie", "Set-Cookie"],
        },
      },
    }, (error, summary) => error ? reject(error) : resolve(summary));
  });
}

function count(summary: Summary): Counts {
  const { assertions, requests, scripts } = summary.run.stats;
  const failed = (assertions.failed ?? 0) + (requests.failed ?? 0) + (scripts.failed ?? 0);
  return { passed: (assertions.total ?? 0) - (assertions.failed ?? 0), failed };
}

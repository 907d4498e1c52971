/**
 * `deno task vacation`: runs the product unattended for half an hour while everything that can fail fails at random. The same seed produces the
 * same plan of faults. Prints the result, writes it with a chart to test-results, and exits with 1 if something was lost, doubled or did not heal.
 */
import { parseArgs } from "node:util";
import { runVacation } from "./run_vacation.ts";
import { vacationChart } from "./vacation_chart.ts";

const USAGE = `Usage: deno task vacation [--seconds N] [--creators N] [--seed N]
  --seconds N    duration of the run (1800)
  --creators N   creators who sync and publish during the run (6)
  --seed N       seed of the fault plan (1)`;

const { values } = (() => {
  try {
    return parseArgs({
      options: {
        seconds: { type: "string", default: "1800" },
        creators: { type: "string", default: "6" },
        seed: { type: "string", default: "1" },
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    Deno.exit(2);
  }
})();
if (values.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const report = await runVacation({
  seconds: Number(values.seconds),
  creators: Number(values.creators),
  seed: Number(values.seed),
  say: (line) => console.log(line),
});
const { timeline, ...figures } = report;
await Deno.mkdir("test-results", { recursive: true });
await Deno.writeTextFile("test-results/vacation.svg", vacationChart(timeline));
await Deno.writeTextFile("test-results/vacation.json", JSON.stringify(report, null, 2));
console.log(JSON.stringify(figures, null, 2));
Deno.exit(report.wrong.length === 0 ? 0 : 1);

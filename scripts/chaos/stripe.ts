/** `deno task chaos:stripe`: delivers subscription events in any order, on a stack of its own. Exits with 1 if a subscription ended differently than at Stripe. */
import { parseArgs } from "node:util";
import { withStack } from "../bench/bench_stack.ts";
import { type OrdersReport, runOrders } from "./stripe_orders.ts";

const USAGE = `Usage: deno task chaos:stripe [--schedules N] [--seed N]
  --schedules N   random histories of a customer (10000)
  --seed N        seed of the histories (1)`;

const { values } = (() => {
  try {
    return parseArgs({
      options: {
        schedules: { type: "string", default: "10000" },
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
const report = await withStack(({ db_url }) =>
  runOrders({
    db_url,
    schedules: Number(values.schedules),
    seed: Number(values.seed),
    say: (line) => console.error(line),
  })
);
console.log(JSON.stringify(report, null, 2));
print(report);
Deno.exit(report.faults.length === 0 ? 0 : 1);

/** Prints the table of docs/billing.md. */
function print({ schedules, delivered, streamvibe, rules }: OrdersReport): void {
  const share = (wrong: number, of: number) => `${of === 0 ? 0 : (100 * wrong / of).toFixed(1)} %`;
  for (const [name, wrong] of Object.entries({ ...rules, StreamVibe: streamvibe })) {
    console.log(
      `${name.padEnd(24)} ${share(wrong.all, schedules).padStart(8)} ${
        share(wrong.delivered, delivered).padStart(8)
      }`,
    );
  }
}

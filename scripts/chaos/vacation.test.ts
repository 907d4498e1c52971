/** Short version of `deno task vacation`; docs/vacation.md lists the faults and the invariants. */
import assert from "node:assert/strict";
import { runVacation } from "./run_vacation.ts";
import { vacationChart } from "./vacation_chart.ts";

Deno.test("functions, worker, database and providers fail unattended, and nothing is lost, duplicated or left broken", async () => {
  const report = await runVacation({ seconds: 12, creators: 2, seed: 3 });
  const { timeline, ...figures } = report;
  assert.deepEqual(report.wrong, [], JSON.stringify(figures));
  assert.ok(report.requests > 20 && report.posts > 0 && report.items > 0, JSON.stringify(figures));
  assert.ok(Object.keys(report.faults).length >= 2);
  assert.match(vacationChart(timeline), /^<svg [\s\S]*<polyline [\s\S]*<\/svg>\n$/);
});

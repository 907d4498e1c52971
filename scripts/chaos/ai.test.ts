/** Short versions of the AI chaos tests; `deno task chaos:ai` runs the long ones. */
import assert from "node:assert/strict";
import { faultedAnswers } from "./ai/faulted_answers.ts";
import { killBetween } from "./ai/kills.ts";

Deno.test("whatever the models return, every call is in the ledger with its real outcome; a suggestion takes one unit of the plan, a problem none", async () => {
  const report = await faultedAnswers({ answers: 200, seed: 7 });
  assert.deepEqual(report.faults, []);
  assert.equal(report.answers, 200);
  assert.ok(Object.values(report.ends).every((count) => count > 10), JSON.stringify(report));
});

Deno.test("processes killed between reservation and settlement leave nothing reserved, settle nothing twice and take no unit of the plan", async () => {
  const stack_file = Deno.env.get("STREAMVIBE_TEST_STACK") ?? "";
  const report = await killBetween({ calls: 12, crew: 2, seed: 7, stack_file });
  assert.deepEqual(report.faults, []);
  assert.ok(report.killed_calls >= 12 && report.settled_calls > 0, JSON.stringify(report));
});

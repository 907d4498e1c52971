/** Tests that each hot query of discovery uses its index. Plans for a large database are in database/plans/visitors, written by `bench discovery`. */
import assert from "node:assert/strict";
import { test } from "../support/context.ts";
import { VISITOR_QUERIES } from "./visitor_plans.ts";

for (const [name, { text, index }] of Object.entries(VISITOR_QUERIES)) {
  test(`${name}: the plan uses ${index} when sequential scans and sorts are turned off`, async (db) => {
    // The tables are small here, so a sequential scan or sort is cheap; this tests the plan that is chosen without these.
    await db.query("set local enable_seqscan = off; set local enable_sort = off");
    const plan = (await db.query<{ "QUERY PLAN": string }>(`explain (costs off) ${text}`)).map((row) =>
      row["QUERY PLAN"]
    ).join("\n");
    assert.match(plan, new RegExp(`\\b${index}\\b`), plan);
  });
}

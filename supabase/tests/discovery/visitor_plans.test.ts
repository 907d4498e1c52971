/** Each hot query of discovery is answered by its index. Plans at a large size are in database/plans/visitors; `bench discovery` writes them. */
import assert from "node:assert/strict";
import { test } from "../support/context.ts";
import { VISITOR_QUERIES } from "./visitor_plans.ts";

for (const [name, { text, index }] of Object.entries(VISITOR_QUERIES)) {
  test(`${name}: ${index} answers it without sorting more than its matches`, async (db) => {
    // The tables are small here, and reading or sorting them whole is cheap: what counts is which way there is without.
    await db.query("set local enable_seqscan = off; set local enable_sort = off");
    const plan = (await db.query<{ "QUERY PLAN": string }>(`explain (costs off) ${text}`)).map((row) =>
      row["QUERY PLAN"]
    ).join("\n");
    assert.match(plan, new RegExp(`\\b${index}\\b`), plan);
  });
}

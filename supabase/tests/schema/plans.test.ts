import assert from "node:assert/strict";
import { testDatabase } from "../../../scripts/test/stack.ts";
import { explain, fillLibraries, HOT_QUERIES } from "./plans.ts";

Deno.test("every hot query uses its index, also under row level security", async () => {
  const sql = await testDatabase({ max: 1 });
  try {
    const reserved = await sql.reserve();
    try {
      await reserved`begin`;
      const place = await fillLibraries(reserved, 2, 3000);
      // The other tables are small here, and PostgreSQL would scan a small table; this tests that the index can be used.
      await reserved`set local enable_seqscan = off`;
      const wrong: string[] = [];
      for (const [name, query] of Object.entries(HOT_QUERIES)) {
        const plan = await explain(reserved, place, query, "costs off");
        if (![query.index, query.or ?? query.index].some((index) => plan.includes(index))) {
          wrong.push(`${name} does not use ${query.index}:\n${plan}`);
        }
      }
      assert.deepEqual(wrong, []);
    } finally {
      await reserved`rollback`;
      reserved.release();
    }
  } finally {
    await sql.end();
  }
});

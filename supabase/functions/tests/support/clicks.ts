/** The state of an item's clicks, for tests that count them. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";

/** Returns the number of clicks that visitors see now, rolled up or not. */
export async function shownClicks(sql: Sql, id: string): Promise<number> {
  const [row] =
    await sql`select (ops.item_cards(array[${id}]::uuid[]) -> 0 ->> 'total_clicks')::int as clicks`;
  return Number(row?.clicks);
}

/** Rolls up until the counter has this many clicks; an older transaction of another test may hold the last ones back. */
export async function rolledUp(sql: Sql, id: string, clicks: number): Promise<void> {
  const limit = Date.now() + 60_000;
  while (true) {
    await sql`select ops.roll_up_clicks()`;
    const [row] =
      await sql`select clicks::int, (select total_clicks::int from public.content_item where id = ${id}) as total from ops.click_counter where content_id = ${id}`;
    if (row?.clicks === clicks && row.total === clicks) return;
    assert.ok(Date.now() < limit, `the counter says ${row?.clicks}, expected ${clicks}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

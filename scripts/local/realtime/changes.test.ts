import assert from "node:assert/strict";
import { Ears, realtimeClient } from "../../test/realtime.ts";
import { createCreator, testDatabase } from "../../test/stack.ts";

async function notify(sql: Awaited<ReturnType<typeof testDatabase>>, user: string, title: string) {
  const [row] = await sql<{ id: string }[]>`
    insert into public.notification (user_id, title, data) values (${user}, ${title}, ${
    sql.json({ n: 1 })
  }) returning id`;
  return row?.id ?? "";
}

Deno.test("a subscriber gets inserts, updates and deletes of its own rows, and from other rows only the keys of deleted ones", async () => {
  const [own, other] = await Promise.all([createCreator(), createCreator()]);
  const client = await realtimeClient(own);
  const sql = await testDatabase();
  try {
    const ears = await new Ears(client, [{ table: "notification" }]).ready();
    const foreign = await notify(sql, other.id, "not yours");
    const id = await notify(sql, own.id, "yours");
    const inserted = await ears.change((change) => change.new.id === id);
    assert.equal(inserted.eventType, "INSERT");
    assert.equal(inserted.new.title, "yours");
    assert.deepEqual(inserted.new.data, { n: 1 });
    assert.equal(inserted.errors, null);
    await sql`update public.notification set read_at = now() where id in (${id}, ${foreign})`;
    const updated = await ears.change((change) => change.eventType === "UPDATE" && change.new.id === id);
    assert.ok(updated.new.read_at);
    assert.deepEqual(updated.old, { id });
    await sql`delete from public.notification where id in (${id}, ${foreign})`;
    for (const gone of [id, foreign]) {
      const deleted = await ears.change((change) => change.eventType === "DELETE" && change.old.id === gone);
      assert.deepEqual(deleted.old, { id: gone });
    }
    assert.ok(!JSON.stringify(ears.changes).includes("not yours"));
    assert.ok(!ears.changes.some((change) => change.new.id === foreign));
  } finally {
    await client.removeAllChannels();
    await sql.end();
  }
});

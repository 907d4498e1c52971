/** The life of a library on every platform: connect, sync, sync again, edits, lists that move, disconnect, connect again. */
import assert from "node:assert/strict";
import { createCreator, testDatabase } from "../../../../scripts/test/stack.ts";
import { sumOf } from "../support/channels.ts";
import { PlatformCreator } from "../support/platform_creator.ts";
import { connect, ROWS } from "./platform_rows.ts";

for (const row of ROWS) {
  Deno.test(`${row.title}: a library is connected, synced, kept in step and kept when it is disconnected`, async (test) => {
    const sql = await testDatabase();
    try {
      const own = await PlatformCreator.make(sql, row, 25);

      await test.step("the first sync brings everything, once, for one unit", async () => {
        const steps = await own.syncAll(10);
        await own.assertSameLibrary();
        assert.equal(sumOf(steps, "new_items"), (await own.truth()).length);
        assert.equal(await own.syncsUsed(), 1);
        const [account] = await sql`
          select status, last_error, last_synced_at from public.social_account where id = ${own.social_account_id}`;
        assert.deepEqual([account?.status, account?.last_error], ["active", null]);
        assert.ok(account?.last_synced_at);
      });

      await test.step("nobody else sees any of it", async () => {
        const stranger = await createCreator();
        for (const table of ["content_item", "content_media", "social_account", "platform_connection"]) {
          const key = table === "content_media" ? "user_id" : "id";
          const { data, error } = await stranger.client.from(table).select(key);
          assert.deepEqual([data, error], [[], null], table);
        }
        const refused = await stranger.call(`sync-${row.slug}`, { social_account_id: own.social_account_id });
        assert.deepEqual([refused.status, refused.body.code], [404, "not_found"]);
        const { data } = await own.creator.client.from("content_media").select("position");
        const parts = (await own.truth()).flatMap((item) => item.parts ?? []);
        assert.equal(data?.length, parts.length, "the owner sees the parts");
      });

      await test.step("a second sync writes nothing", async () => {
        const before = await own.library();
        const media = await sql`
          select content_id, position, xmin::text as version from public.content_media where user_id = ${own.creator.id} order by 1, 2`;
        const steps = await own.syncAll(10);
        assert.deepEqual([
          sumOf(steps, "new_items"),
          sumOf(steps, "updated_items"),
          sumOf(steps, "removed_items"),
        ], [0, 0, 0]);
        assert.deepEqual(await own.library(), before);
        assert.deepEqual(
          await sql`
            select content_id, position, xmin::text as version from public.content_media where user_id = ${own.creator.id} order by 1, 2`,
          media,
        );
        const [revisions] =
          await sql`select count(*)::integer from public.content_revision where user_id = ${own.creator.id}`;
        assert.equal(revisions?.count, 0);
      });

      await test.step("what was added, edited and removed there is so here, with one revision", async () => {
        const [first, second, third] = await own.truth();
        await row.simulator.add(own.account_id, "Brand new 🎉 #added");
        await row.simulator.edit(own.account_id, String(second?.id), "Edited: שלום — 世界");
        await row.simulator.remove(own.account_id, String(third?.id));
        const steps = await own.syncAll(10);
        await own.assertSameLibrary();
        assert.deepEqual(
          [sumOf(steps, "new_items"), sumOf(steps, "updated_items"), sumOf(steps, "removed_items")],
          [1, 1, 1],
        );
        const revisions = await sql`
          select item.platform_content_id as id from public.content_revision r
          join public.content_item item on item.id = r.content_item_id where r.user_id = ${own.creator.id}`;
        assert.deepEqual(revisions.map(({ id }) => id), [second?.id]);
        assert.ok(first);
      });

      await test.step("lists that move between two pages lose nothing", async () => {
        const items = await own.truth();
        await own.syncAll(10, async (step) => {
          if (step !== 1) return;
          await row.simulator.add(own.account_id, "Published while a sync was running");
          await row.simulator.edit(own.account_id, String(items[15]?.id), "Edited before its page was read");
          await row.simulator.edit(own.account_id, String(items[2]?.id), "Edited after its page was read");
          await row.simulator.remove(own.account_id, String(items[4]?.id));
        });
        const midway = (await own.library()).map(({ id }) => id);
        const kept = items.filter((item) => item !== items[4]);
        for (const { id } of kept) assert.ok(midway.includes(id), `${id} is still there`);
        await own.syncAll(10);
        await own.assertSameLibrary();
      });

      await test.step("what the creator deleted stays deleted", async () => {
        const [item] = await sql`
          select id from public.content_item where social_account_id = ${own.social_account_id} and deleted_at is null
          order by published_at desc limit 1`;
        const deleted_at = new Date().toISOString();
        const { error } = await own.creator.client.from("content_item").update({ deleted_at }).eq(
          "id",
          item?.id,
        );
        assert.equal(error, null);
        await own.syncAll();
        const [row] = await sql`select deleted_by from public.content_item where id = ${item?.id}`;
        assert.equal(row?.deleted_by, "creator");
        await sql`update public.content_item set deleted_at = null where social_account_id = ${own.social_account_id}`;
      });

      await test.step("disconnected: access is taken back, tokens are forgotten, content stays", async () => {
        const before = (await own.library()).length;
        const answer = await own.creator.call("disconnect-account", {
          social_account_id: own.social_account_id,
        });
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        assert.equal(answer.body.revoked, row.calls.revoke !== null);
        if (row.calls.revoke) assert.equal(await own.calls(row.calls.revoke), 1);
        const { status, tokens, deleted_at } = await own.state();
        assert.deepEqual([status, tokens, deleted_at === null], ["disconnected", null, false]);
        assert.equal((await own.library()).length, before);
        const refused = await own.syncOnce();
        assert.ok([404, 409].includes(refused.status), JSON.stringify(refused.body));
      });

      await test.step("connected again, it is the same account with the same content", async () => {
        assert.equal(await connect(row, own.creator, own.account_id), own.social_account_id);
        const steps = await own.syncAll();
        assert.equal(sumOf(steps, "new_items"), 0);
        await own.assertSameLibrary();
      });
    } finally {
      await sql.end();
    }
  });

  Deno.test(`${row.title}: a library of everything there is, over several pages, in every script`, async () => {
    const sql = await testDatabase();
    try {
      const own = await PlatformCreator.make(sql, row, 120, { plain: false });
      await own.syncAll();
      await own.assertSameLibrary();
      const before = await own.library();
      await own.syncAll();
      assert.deepEqual(await own.library(), before);
      const types = new Set(before.map(({ content_type }) => content_type));
      assert.ok(types.size > 1, `only ${[...types]}`);
    } finally {
      await sql.end();
    }
  });

  if (row.repeats) {
    Deno.test(`${row.title}: an item that is named on two pages is there once`, async () => {
      const sql = await testDatabase();
      try {
        const own = await PlatformCreator.make(sql, row, 25, { repeats: true });
        const steps = await own.syncAll(10);
        await own.assertSameLibrary();
        assert.equal(sumOf(steps, "new_items"), 25);
      } finally {
        await sql.end();
      }
    });
  }

  Deno.test(`${row.title}: consent that was denied, repeated or belongs to somebody else connects nothing`, async () => {
    const [creator, stranger, account_id] = await Promise.all([
      createCreator(),
      createCreator(),
      row.simulator.create({ items: 1 }),
    ]);
    const init = await creator.call<{ authorization_url: string }>(`oauth-${row.slug}-init`, {});
    const answer = await fetch(init.body.authorization_url, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams({ decision: "deny", account: account_id }),
    });
    const { searchParams } = new URL((await answer.json()).location);
    const denial = { state: searchParams.get("state"), error: searchParams.get("error") };
    assert.equal(denial.error, "access_denied");
    const denied = await creator.call(`oauth-${row.slug}-callback`, denial);
    assert.deepEqual([denied.status, denied.body.code], [400, "oauth_denied"]);
    const late = await creator.call(`oauth-${row.slug}-callback`, { state: denial.state, code: "made-up" });
    assert.deepEqual([late.status, late.body.code], [400, "oauth_state_invalid"]);

    const again = await creator.call<{ state: string }>(`oauth-${row.slug}-init`, {});
    const stolen = await stranger.call(`oauth-${row.slug}-callback`, {
      state: again.body.state,
      code: "made-up",
    });
    assert.deepEqual([stolen.status, stolen.body.code], [400, "oauth_state_invalid"]);
    const madeUp = await creator.call(`oauth-${row.slug}-callback`, {
      state: again.body.state,
      code: "made-up",
    });
    assert.deepEqual([madeUp.status, madeUp.body.code], [400, "oauth_denied"], JSON.stringify(madeUp.body));
    const { data } = await creator.client.from("social_account").select("id");
    assert.deepEqual(data, []);
  });
}

/** Tests the life of a library on every platform: connect, sync, sync again, edits, shifting lists, disconnect, connect again. */
import assert from "node:assert/strict";
import { callFunction, createCreator } from "../../../../scripts/test/stack.ts";
import { ConnectedAccount, sumOf, type SyncAnswer } from "../support/connected_account.ts";
import { authorize, connect, consent, ROWS } from "./platform_rows.ts";

const changes = (steps: SyncAnswer[]) =>
  (["new_items", "updated_items", "removed_items"] as const).map((member) => sumOf(steps, member));

for (const row of ROWS) {
  Deno.test(`${row.title}: a library is connected, synced, updated, and kept after a disconnection`, async (test) => {
    await using own = await ConnectedAccount.create(row.slug, { items: 25 });
    const { sql, social_account_id } = own;

    await test.step("the first sync brings everything, once, for one unit", async () => {
      const steps = await own.syncAll({ max_results: 10 });
      await own.assertSameLibrary();
      assert.deepEqual(changes(steps), [(await own.truth()).length, 0, 0]);
      assert.equal(new Set(steps.map(({ sync_id }) => sync_id)).size, 1);
      assert.equal(await own.syncsUsed(), 1);
      const { data: account } = await own.creator.client.from("social_account").select("*").single();
      assert.deepEqual([account?.id, account?.platform_account_id], [social_account_id, own.account_id]);
      assert.deepEqual([account?.status, account?.last_error], ["active", null]);
      assert.ok(account?.last_synced_at && account.display_name);
    });

    await test.step("other users see none of it, and the service may sync it", async () => {
      const stranger = await createCreator();
      for (const table of ["content_item", "content_media", "social_account", "platform_connection"]) {
        const key = table === "content_media" ? "user_id" : "id";
        const { data, error } = await stranger.client.from(table).select(key);
        assert.deepEqual([data, error], [[], null], table);
      }
      for (const name of [`sync-${row.slug}`, "disconnect-account"]) {
        const refused = await stranger.call(name, { social_account_id });
        assert.deepEqual([refused.status, refused.body.code], [404, "not_found"], name);
      }
      const served = await callFunction(`sync-${row.slug}`, { as: "secret", body: { social_account_id } });
      assert.equal(served.status, 200, JSON.stringify(served.body));
      const { data } = await own.creator.client.from("content_media").select("position");
      const parts = (await own.truth()).flatMap((item) => item.parts ?? []);
      assert.equal(data?.length, parts.length, "the owner sees the parts");
    });

    await test.step("a second sync writes nothing", async () => {
      const media = () =>
        sql`
          select content_id, position, xmin::text as version from public.content_media
          where user_id = ${own.creator.id} order by 1, 2`;
      const before = [await own.library(), await media()];
      assert.deepEqual(changes(await own.syncAll({ max_results: 10 })), [0, 0, 0]);
      assert.deepEqual([await own.library(), await media()], before);
      const revisions = await sql`select from public.content_revision where user_id = ${own.creator.id}`;
      assert.equal(revisions.length, 0);
    });

    await test.step("items added, edited and removed on the platform are updated, with one revision, and nothing else is written", async () => {
      const [, edited, removed] = (await own.truth()).map(({ id }) => id);
      const before = await own.library();
      await row.simulator.add(own.account_id, "Brand new 🎉 #added");
      await row.simulator.edit(own.account_id, String(edited), "Edited: שלום — 世界");
      await row.simulator.remove(own.account_id, String(removed));
      assert.deepEqual(changes(await own.syncAll({ max_results: 10 })), [1, 1, 1]);
      await own.assertSameLibrary();
      const after = new Map((await own.library()).map(({ id, version }) => [id, version]));
      const written = before.filter(({ id, version }) => after.get(id) !== version).map(({ id }) => id);
      assert.deepEqual(written.sort(), [edited, removed].sort());
      const revisions = await sql`
        select item.platform_content_id as id from public.content_revision r
        join public.content_item item on item.id = r.content_item_id where r.user_id = ${own.creator.id}`;
      assert.deepEqual(revisions.map(({ id }) => id), [edited]);
    });

    await test.step("a list that changes between two pages loses nothing", async () => {
      const items = await own.truth();
      const edit = (at: number, text: string) =>
        row.simulator.edit(own.account_id, String(items[at]?.id), text);
      await own.syncAll({
        max_results: 10,
        between: async (step) => {
          if (step !== 1) return;
          await row.simulator.add(own.account_id, "Published while a sync was running");
          await edit(15, "Edited before its page was read");
          await edit(2, "Edited after its page was read");
          await row.simulator.remove(own.account_id, String(items[4]?.id));
        },
      });
      const midway = (await own.library()).map(({ id }) => id);
      const kept = items.filter((item) => item !== items[4]);
      for (const { id } of kept) assert.ok(midway.includes(id), `${id} is still there`);
      await own.syncAll({ max_results: 10 });
      await own.assertSameLibrary();
    });

    await test.step("items that the creator deleted stay deleted", async () => {
      const [item] = await sql`
        select id from public.content_item where social_account_id = ${social_account_id} and deleted_at is null
        order by published_at desc limit 1`;
      const { error } = await own.creator.client.from("content_item")
        .update({ deleted_at: new Date().toISOString() }).eq("id", item?.id);
      assert.equal(error, null);
      await own.syncAll();
      const [row] = await sql`select deleted_by from public.content_item where id = ${item?.id}`;
      assert.equal(row?.deleted_by, "creator");
      await sql`update public.content_item set deleted_at = null where social_account_id = ${social_account_id}`;
    });

    await test.step("disconnecting revokes access, deletes the tokens and keeps the content", async () => {
      const before = (await own.library()).length;
      const disconnect = () => own.creator.call("disconnect-account", { social_account_id });
      const answer = await disconnect();
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.ok(Date.parse(String(answer.body.disconnected_at)) > 0);
      assert.equal(answer.body.revoked, row.calls.revoke !== null);
      if (row.calls.revoke) assert.equal(await own.calls(row.calls.revoke), 1);
      const { status, tokens, deleted_at } = await own.state();
      assert.deepEqual([status, tokens, deleted_at === null], ["disconnected", null, false]);
      assert.equal((await own.library()).length, before);
      const again = await disconnect();
      assert.deepEqual([again.status, again.body.code], [404, "not_found"]);
      const refused = await own.syncOnce();
      assert.ok([404, 409].includes(refused.status), JSON.stringify(refused.body));
    });

    await test.step("reconnecting restores the same account with the same content", async () => {
      assert.equal(await own.reconnect(), social_account_id);
      assert.equal(sumOf(await own.syncAll(), "new_items"), 0);
      await own.assertSameLibrary();
    });
  });

  Deno.test(`${row.title}: a library with many types of items and scripts, over several pages`, async () => {
    await using own = await ConnectedAccount.create(row.slug, { items: 120, plain: false, seed: 4 });
    await own.syncAll();
    await own.assertSameLibrary();
    const before = await own.library();
    await own.syncAll();
    assert.deepEqual(await own.library(), before);
    const types = new Set(before.map(({ content_type }) => content_type));
    assert.ok(types.size > 1, `only ${[...types]}`);
  });

  Deno.test(`${row.title}: an item deleted during the first sync causes no other item to be missed`, async () => {
    await using own = await ConnectedAccount.create(row.slug, { items: 30 });
    const [, gone] = await own.truth();
    await own.syncAll({
      max_results: 10,
      between: async (step) => {
        if (step === 1) await row.simulator.remove(own.account_id, String(gone?.id));
      },
    });
    const found = (await own.library()).map(({ id }) => id);
    for (const { id } of await own.truth()) assert.ok(found.includes(id), `${id} was missed`);
    assert.equal(await own.syncsUsed(), 1);
  });

  Deno.test(`${row.title}: an account without items is an empty library`, async () => {
    await using own = await ConnectedAccount.create(row.slug, { items: 0 });
    assert.ok((await own.syncAll()).every(({ synced_count }) => synced_count === 0));
    assert.equal((await own.library()).length, 0);
  });

  if (row.repeats) {
    Deno.test(`${row.title}: an item listed on two pages is stored once`, async () => {
      await using own = await ConnectedAccount.create(row.slug, { items: 25, repeats: true });
      const steps = await own.syncAll({ max_results: 10 });
      await own.assertSameLibrary();
      assert.equal(sumOf(steps, "new_items"), 25);
    });
  }

  Deno.test(`${row.title}: a denied or repeated consent, or another user's, connects nothing`, async () => {
    const [creator, stranger, account_id] = await Promise.all([
      createCreator(),
      createCreator(),
      row.simulator.create({ items: 1 }),
    ]);
    const init = async () =>
      (await creator.call<{ authorization_url: string; state: string }>(`oauth-${row.slug}-init`, {})).body;
    const callback = async (who: typeof creator, answer: Record<string, unknown>) => {
      const { status, body } = await who.call(`oauth-${row.slug}-callback`, answer);
      return [status, body.code];
    };
    const form = { decision: "deny", account: account_id };
    const denial = await consent((await init()).authorization_url, form);
    assert.deepEqual([denial.code, denial.error], [undefined, "access_denied"]);
    assert.deepEqual(await callback(creator, denial), [400, "oauth_denied"]);
    const late = { state: denial.state, code: "made-up" };
    assert.deepEqual(await callback(creator, late), [400, "oauth_state_invalid"], "a state works once");

    const { state } = await init();
    const invented = { state: "nobody-asked-for-this", code: "made-up" };
    assert.deepEqual(await callback(creator, invented), [400, "oauth_state_invalid"]);
    const made_up = { state, code: "made-up" };
    assert.deepEqual(await callback(stranger, made_up), [400, "oauth_state_invalid"]);
    assert.deepEqual(
      await callback(creator, made_up),
      [400, "oauth_denied"],
      "another user's attempt does not use up the state",
    );

    const given = await authorize(row, creator, account_id);
    assert.deepEqual(await callback(stranger, given), [400, "oauth_state_invalid"]);
    for (const who of [creator, stranger]) {
      assert.deepEqual((await who.client.from("social_account").select("id")).data, []);
    }
    await connect(row, creator, account_id);
  });
}

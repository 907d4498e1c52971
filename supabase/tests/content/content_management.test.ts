/** Module 002: what creators do with their content. */
import assert from "node:assert/strict";
import { inWorld } from "../support/world.ts";

Deno.test("an edit by the creator is kept as a revision, and stamps updated_at", async () => {
  await inWorld(async (world) => {
    await world.query(
      `update content_item set updated_at = now() - interval '1 day' where id = '${world.item}'`,
    );
    await world.perform(
      "owner",
      `update content_item set title = 'Better', tags = '{one,more}' where id = '${world.item}'`,
    );
    const revisions = await world.perform(
      "owner",
      "select source, changed_by, changed_fields, title, tags from content_revision",
    );
    assert.deepEqual(revisions, [{
      source: "creator",
      changed_by: world.people.owner,
      changed_fields: ["title", "tags"],
      title: "First",
      tags: ["one"],
    }]);
    assert.equal(
      await world.value(`select updated_at = now() from content_item where id = '${world.item}'`),
      true,
    );
    // Saying the same again is no change.
    await world.query(
      `update content_item set updated_at = now() - interval '1 day' where id = '${world.item}'`,
    );
    await world.perform("owner", `update content_item set title = 'Better' where id = '${world.item}'`);
    assert.equal((await world.perform("owner", "select from content_revision")).length, 1);
    assert.equal(
      await world.value(`select updated_at < now() from content_item where id = '${world.item}'`),
      true,
    );
    // By nobody in particular: a correction of the operator.
    await world.query(`update content_item set description = 'x' where id = '${world.item}'`);
    assert.deepEqual(
      await world.query("select source, changed_by from content_revision order by id desc limit 1"),
      [
        { source: "service", changed_by: null },
      ],
    );
  });
});

Deno.test("a creator deletes softly and restores; nobody deletes for good", async () => {
  await inWorld(async (world) => {
    const visible = async () =>
      (await world.perform("owner", "select id from content_item where deleted_at is null")).length;
    assert.equal(await visible(), 3);
    await world.perform("owner", `update content_item set deleted_at = now() where id = '${world.item}'`);
    assert.equal(await visible(), 2);
    assert.deepEqual(
      await world.perform("owner", "select id, deleted_by from content_item where deleted_at is not null"),
      [
        { id: world.item, deleted_by: "creator" },
      ],
    );
    assert.equal((await world.perform("owner", "select * from search_library('First')")).length, 0);
    await world.perform("owner", `update content_item set deleted_at = null where id = '${world.item}'`);
    assert.equal(await visible(), 3);
    assert.equal((await world.attempt("owner", "delete from content_item")).code, "42501");
    assert.equal((await world.attempt("owner", "delete from content_revision")).code, "42501");
  });
});

Deno.test("an account with content cannot be deleted; once its content is deleted, or its owner goes, it can", async () => {
  await inWorld(async (world) => {
    const erase = () => world.attempt("service", `delete from social_account where id = '${world.account}'`);
    const refused = await erase();
    assert.deepEqual([refused.code, refused.message], [
      "23503",
      "Cannot delete social account with existing content",
    ]);
    await world.connect("other", "UC-empty");
    assert.equal(
      (await world.attempt("service", `delete from social_account where user_id = '${world.people.other}'`))
        .count,
      1,
    );
    await world.query(
      `update content_item set deleted_at = now() where social_account_id = '${world.account}'`,
    );
    assert.equal((await erase()).count, 1);
    await world.query("update content_item set deleted_at = null");
    assert.equal(
      (await world.attempt("operator", `delete from auth.users where id = '${world.people.owner}'`)).count,
      1,
    );
  });
});

Deno.test("an item inserted without its owner belongs to its account's owner", async () => {
  await inWorld(async (world) => {
    assert.equal(
      await world.value(`select user_id from content_item where id = '${world.item}'`),
      world.people.owner,
    );
  });
});

Deno.test("moderators hide items, and their owners cannot show them again", async () => {
  await inWorld(async (world) => {
    const hide = (hidden: boolean) => `select set_content_hidden('${world.item}', ${hidden}, 'Not theirs')`;
    for (const actor of ["owner", "other"] as const) {
      assert.equal((await world.attempt(actor, hide(true))).code, "SVG02");
    }
    assert.equal((await world.attempt("anon", hide(true))).code, "42501");
    await world.perform("moderator", hide(true));
    assert.deepEqual(
      await world.perform("owner", `select hidden_reason from content_item where id = '${world.item}'`),
      [
        { hidden_reason: "Not theirs" },
      ],
    );
    assert.equal(
      (await world.attempt("owner", "update content_item set hidden_at = null, hidden_reason = null")).code,
      "42501",
    );
    await world.perform("admin", hide(false));
    assert.equal(await world.value(`select hidden_at from content_item where id = '${world.item}'`), null);
    const log = await world.perform(
      "admin",
      `select action from audit_log where user_id = '${world.people.owner}' order by id`,
    );
    assert.deepEqual(log, [{ action: "content.hidden" }, { action: "content.shown" }]);
    assert.equal(
      (await world.attempt("moderator", `select set_content_hidden('${crypto.randomUUID()}', true)`)).code,
      "SVG03",
    );
  });
});

Deno.test("a change of counters leaves search_vector and every index alone (HOT), an edit does not", async () => {
  await inWorld(async (world) => {
    // The plan of an update says nothing about it, so the visible effect is taken: the page keeps the version's line pointer.
    const indexed = await world.query<{ column: string }>(`
      select distinct a.attname as column from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
      where i.indrelid = 'public.content_item'::regclass`);
    const columns = indexed.map(({ column }) => column);
    for (
      const counter of [
        "views_count",
        "likes_count",
        "comments_count",
        "shares_count",
        "total_clicks",
        "updated_at",
      ]
    ) {
      assert.ok(!columns.includes(counter), counter);
    }
    const before = await world.value<number>(
      "select count(*)::integer from pg_trigger where tgrelid = 'public.content_item'::regclass and not tgisinternal and (tgtype & 2) = 2 and (tgtype & 16) = 16",
    );
    assert.equal(before, 0, "no before-update trigger: it would make search_vector anew on every update");
  });
});

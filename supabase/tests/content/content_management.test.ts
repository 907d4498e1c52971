/** Module 002: creators' operations on their content. */
import assert from "node:assert/strict";
import { test } from "../support/context.ts";

test("an edit by the creator is kept as a revision, and sets updated_at", async (db) => {
  await db.query(`update content_item set updated_at = now() - interval '1 day' where id = $item`);
  await db.perform("owner", `update content_item set title = 'Better', tags = '{one,more}' where id = $item`);
  const revisions = await db.perform(
    "owner",
    "select source, changed_by, changed_fields, title, tags from content_revision",
  );
  assert.deepEqual(revisions, [{
    source: "creator",
    changed_by: db.people.owner,
    changed_fields: ["title", "tags"],
    title: "First",
    tags: ["one"],
  }]);
  assert.equal(await db.value(`select updated_at = now() from content_item where id = $item`), true);
  // Setting the same value again is not a change.
  await db.query(`update content_item set updated_at = now() - interval '1 day' where id = $item`);
  await db.perform("owner", `update content_item set title = 'Better' where id = $item`);
  assert.equal((await db.perform("owner", "select from content_revision")).length, 1);
  assert.equal(await db.value(`select updated_at < now() from content_item where id = $item`), true);
  // By no user: a correction by the operator.
  await db.query(`update content_item set description = 'x' where id = $item`);
  assert.deepEqual(
    await db.query(
      `select source, changed_by from content_revision where content_item_id = $item order by id desc limit 1`,
    ),
    [{ source: "service", changed_by: null }],
  );
});

test("a creator can soft-delete and restore an item, but cannot delete it permanently", async (db) => {
  const visible = async () =>
    (await db.perform("owner", "select id from content_item where deleted_at is null")).length;
  assert.equal(await visible(), 3);
  await db.perform("owner", `update content_item set deleted_at = now() where id = $item`);
  assert.equal(await visible(), 2);
  assert.deepEqual(
    await db.perform("owner", "select id, deleted_by from content_item where deleted_at is not null"),
    [{ id: db.item, deleted_by: "creator" }],
  );
  assert.equal((await db.perform("owner", "select * from search_library('First')")).length, 0);
  await db.perform("owner", `update content_item set deleted_at = null where id = $item`);
  assert.equal(await visible(), 3);
  assert.equal(await db.refused("owner", "delete from content_item"), "42501");
  assert.equal(await db.refused("owner", "delete from content_revision"), "42501");
});

test("an account with content cannot be deleted until its content or its owner is deleted", async (db) => {
  const erase = () => db.attempt("service", `delete from social_account where id = $account`);
  const refused = await erase();
  assert.deepEqual([refused.code, refused.message], [
    "23503",
    "Cannot delete social account with existing content",
  ]);
  await db.connect("other", "UC-empty");
  assert.equal((await db.attempt("service", `delete from social_account where user_id = $other`)).count, 1);
  await db.query(`update content_item set deleted_at = now() where social_account_id = $account`);
  assert.equal((await erase()).count, 1);
  await db.query("update content_item set deleted_at = null");
  assert.equal((await db.attempt("operator", `delete from auth.users where id = $owner`)).count, 1);
});

test("an item inserted without an owner belongs to its account's owner", async (db) => {
  assert.equal(await db.value(`select user_id from content_item where id = $item`), db.people.owner);
});

test("moderators hide items, and their owners cannot show them again", async (db) => {
  const hide = (hidden: boolean) => `select set_content_hidden($item, ${hidden}, 'Not theirs')`;
  for (const actor of ["owner", "other"] as const) {
    assert.equal(await db.refused(actor, hide(true)), "SVG02");
  }
  assert.equal(await db.refused("anon", hide(true)), "42501");
  await db.perform("moderator", hide(true));
  assert.deepEqual(
    await db.perform("owner", `select hidden_reason from content_item where id = $item`),
    [{ hidden_reason: "Not theirs" }],
  );
  assert.equal(
    await db.refused("owner", "update content_item set hidden_at = null, hidden_reason = null"),
    "42501",
  );
  await db.perform("admin", hide(false));
  assert.equal(await db.value(`select hidden_at from content_item where id = $item`), null);
  const log = await db.perform("admin", `select action from audit_log where user_id = $owner order by id`);
  assert.deepEqual(log, [{ action: "content.hidden" }, { action: "content.shown" }]);
  assert.equal(
    await db.refused("moderator", `select set_content_hidden('${crypto.randomUUID()}', true)`),
    "SVG03",
  );
});

test("updates of counters can be HOT: no index contains a counter, and there is no before-update trigger", async (db) => {
  // The plan of an update does not show whether it is HOT, so this tests the conditions: no index on a counter, no before-update trigger.
  const indexed = await db.query<{ column: string }>(`
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
  const before = await db.value<number>(
    "select count(*)::integer from pg_trigger where tgrelid = 'public.content_item'::regclass and not tgisinternal and (tgtype & 2) = 2 and (tgtype & 16) = 16",
  );
  assert.equal(before, 0, "no before-update trigger: it would rebuild search_vector on every update");
});

/** Module 002: the effect of a page of items on the library. */
import assert from "node:assert/strict";
import { apply, applyCall, begin, item, json, page, test } from "../support/sync_calls.ts";
import { type Row } from "../support/context.ts";

test("a page whose items are not a list is refused, and the checkpoint does not move", async (db) => {
  const begun = await begin(db);
  const call = (items: string) =>
    db.attempt(
      "service",
      `select apply_sync_page('${begun.sync_id}', ${begun.fence}, ${
        json(page(["a"], null, "p2"))
      }, ${items})`,
    );
  for (const items of [`'{"platform_content_id": "a"}'`, `'"a"'`, "'1'"]) {
    assert.ok((await call(items)).code, `${items} is not a list`);
  }
  assert.equal(await db.value(`select cursor from ops.sync_run where social_account_id = $account`), null);
  for (const items of ["null", "'null'", "'[]'"]) assert.equal((await call(items)).code, undefined, items);
});

test("when a sync restores a picture that the service replaced, the revision's source is the sync", async (db) => {
  await apply(db, await begin(db), page(["a"]), [item("a")]);
  await db.perform(
    "service",
    `update content_item set thumbnail_url = 'https://example.com/own.jpg', updated_at = now() - interval '1 day'
     where platform_content_id = 'a' returning id`,
  );
  await apply(db, await begin(db), page(["a"]), [item("a", { views_count: 2 })]);
  const revisions = await db.query(
    "select source, changed_fields from content_revision where user_id = $owner order by id",
  );
  assert.deepEqual(revisions, [
    { source: "service", changed_fields: ["thumbnail_url"] },
    { source: "sync", changed_fields: ["thumbnail_url"] },
  ]);
});

test("changed_at follows only what the item's page shows, not counters or a picture's signature", async (db) => {
  await apply(db, await begin(db), page(["a"]), [item("a")]);
  const changed = async (more: Row) => {
    await db.query(
      `update content_item set changed_at = '2026-01-01', updated_at = '2026-01-01' where platform_content_id = 'a' and social_account_id = $account`,
    );
    await apply(db, await begin(db), page(["a"]), [item("a", more)]);
    return await db.value<boolean>(
      `select changed_at > '2026-01-01' from content_item where platform_content_id = 'a' and social_account_id = $account`,
    );
  };
  assert.equal(await changed({ views_count: 99, likes_count: 5 }), false);
  assert.equal(await changed({ thumbnail_url: "https://example.com/a.jpg?oe=1", views_count: 99 }), false);
  assert.equal(await changed({ duration_seconds: 61 }), true);
  assert.equal(await changed({ title: "Another", duration_seconds: 61 }), true);
  await db.query(`update content_item set changed_at = '2026-01-01' where social_account_id = $account`);
  await db.perform(
    "owner",
    `update content_item set category_code = 'art' where platform_content_id = 'a' returning id`,
  );
  assert.equal(
    await db.value(`select changed_at > '2026-01-01' from content_item where social_account_id = $account`),
    false,
  );
  await db.perform(
    "owner",
    `update content_item set description = 'Mine' where platform_content_id = 'a' returning id`,
  );
  assert.equal(
    await db.value(`select changed_at > '2026-01-01' from content_item where social_account_id = $account`),
    true,
  );
});

test("an identical page writes no new version of any row, and changed items are counted", async (db) => {
  const all = ["a", "b", "c"];
  const items = all.map((id) => item(id));
  await apply(db, await begin(db), page(all), items);
  const versions = () =>
    db.query(`select platform_content_id as id, xmin::text, ctid::text from content_item
    where social_account_id = $account order by 1`);
  const before = await versions();
  const same = await apply(db, await begin(db), page(all), [...items, item("a")]);
  assert.deepEqual([same.new_items, same.updated_items, same.unchanged_items], [0, 0, 3]);
  assert.deepEqual(await versions(), before);

  const changed = await apply(db, await begin(db), page(all), [
    item("a", { views_count: 9 }),
    item("b", { title: "New" }),
    item("c"),
  ]);
  assert.deepEqual([changed.new_items, changed.updated_items, changed.unchanged_items], [0, 2, 1]);
  const rows = await db.query(`select platform_content_id as id, title, views_count::integer as views,
    search_vector @@ to_tsquery('streamvibe', 'new') as found,
    (select count(*)::integer from content_revision where content_item_id = i.id) as revisions
    from content_item i where social_account_id = $account order by 1`);
  assert.deepEqual(rows, [
    { id: "a", title: "Title a", views: 9, found: false, revisions: 0 },
    { id: "b", title: "New", views: 1, found: true, revisions: 1 },
    { id: "c", title: "Title c", views: 1, found: false, revisions: 0 },
  ]);
  const [revision] = await db.query(
    `select source, changed_by, changed_fields, title, description, tags, thumbnail_url
    from content_revision where user_id = $owner`,
  );
  assert.deepEqual(revision, {
    source: "sync",
    changed_by: null,
    changed_fields: ["title"],
    title: "Title b",
    description: "Description b",
    tags: ["tag"],
    thumbnail_url: "https://example.com/b.jpg",
  });
});

test("a change of any field of an item is stored", async (db) => {
  await apply(db, await begin(db), page(["a"]), [item("a")]);
  const changes: Row[] = [
    { content_type: "short_video" },
    { description: "x" },
    { tags: ["x", "y"] },
    { hashtags: ["x"] },
    { thumbnail_url: null },
    { permalink: null },
    { visibility: "private" },
    { language: null },
    { duration_seconds: null },
    { published_at: "2026-02-01T00:00:00+00:00" },
    { views_count: 2 },
    { likes_count: 2 },
    { comments_count: 2 },
    { shares_count: 2 },
    { platform_category: null },
    { metadata: { definition: "sd" } },
  ];
  let current: Row = {};
  for (const change of changes) {
    current = { ...current, ...change };
    const applied = await apply(db, await begin(db), page(["a"]), [item("a", current)]);
    assert.deepEqual([applied.updated_items, applied.unchanged_items], [1, 0], JSON.stringify(change));
    const row = await db.value<Row>(
      `select to_jsonb(i) from content_item i where social_account_id = $account`,
    );
    const [[field, value] = ["", null]] = Object.entries(change);
    assert.deepEqual(row[field], value, field);
    await db.query(`update subscription set syncs_used = 0 where user_id = $owner`);
  }
});

test("a count that the platform no longer reports keeps its value, and is 0 if it was never reported", async (db) => {
  const hidden = { likes_count: null, comments_count: null };
  await apply(db, await begin(db), page(["a", "b"]), [item("a", { likes_count: 7 }), item("b", hidden)]);
  const same = await apply(db, await begin(db), page(["a", "b"]), [item("a", hidden), item("b", hidden)]);
  assert.deepEqual([same.updated_items, same.unchanged_items], [0, 2]);
  const moved = await apply(db, await begin(db), page(["a", "b"]), [
    item("a", { ...hidden, views_count: 5 }),
    item("b", { ...hidden, title: "New" }),
  ]);
  assert.deepEqual([moved.updated_items, moved.unchanged_items], [2, 0]);
  const rows = await db.query(`select platform_content_id as id, views_count::integer as views,
    likes_count::integer as likes, comments_count::integer as comments
    from content_item where social_account_id = $account order by 1`);
  assert.deepEqual(rows, [
    { id: "a", views: 5, likes: 7, comments: 1 },
    { id: "b", views: 1, likes: 0, comments: 0 },
  ]);
});

test("a picture URL with only a new signature creates no revision, and is stored at most twice a day", async (db) => {
  const signed = (
    signature: string,
  ) => [item("a", { thumbnail_url: `https://example.com/a.jpg?sig=${signature}` })];
  const state = () =>
    db.query(
      `select thumbnail_url, xmin::text, (select count(*)::integer from content_revision where content_item_id = item.id) as revisions
      from content_item as item where social_account_id = $account`,
    );
  await apply(db, await begin(db), page(["a"]), signed("1"));
  const before = await state();
  assert.equal((await apply(db, await begin(db), page(["a"]), signed("2"))).unchanged_items, 1);
  assert.deepEqual(await state(), before);
  await db.query(
    `update content_item set updated_at = now() - interval '13 hours' where social_account_id = $account`,
  );
  assert.equal((await apply(db, await begin(db), page(["a"]), signed("3"))).updated_items, 1);
  const [after] = await state();
  assert.deepEqual([after?.thumbnail_url, after?.revisions], [
    "https://example.com/a.jpg?sig=3",
    before[0]?.revisions,
  ]);
  await apply(db, await begin(db), page(["a"]), [item("a", { thumbnail_url: "https://example.com/b.jpg" })]);
  const [fields] = await db.query(
    `select changed_fields, thumbnail_url from content_revision where user_id = $owner`,
  );
  assert.deepEqual(fields, {
    changed_fields: ["thumbnail_url"],
    thumbnail_url: "https://example.com/a.jpg?sig=3",
  });
});

test("invalid platform data does not stop a page: duplicates, nulls, empty ids, huge or odd tags, negative counts", async (db) => {
  const applied = await apply(db, await begin(db), page(["a", "a", "b"]), [
    item("a", {
      title: null,
      description: null,
      tags: null,
      hashtags: null,
      metadata: null,
      visibility: null,
      content_type: null,
    }),
    item("a"),
    item(""),
    item("b", {
      title: "t".repeat(5000),
      description: "d".repeat(200_000),
      tags: ["", " ", "x".repeat(5000), ...Array.from({ length: 600 }, (_, i) => `t${i}`)],
      views_count: -1,
      duration_seconds: -5,
      published_at: null,
    }),
  ]);
  assert.equal(applied.new_items, 2);
  const [row] = await db.query(
    `select char_length(title) as title, char_length(description) as description, cardinality(tags) as tags,
    views_count::integer as views, duration_seconds as duration, published_at is not null as dated from content_item
    where social_account_id = $account and platform_content_id = 'b'`,
  );
  assert.deepEqual(row, { title: 1000, description: 100_000, tags: 500, views: 0, duration: 0, dated: true });
});

test("tags are stored without surrounding spaces, empty tags and nulls; clean tags stay unchanged", async (db) => {
  const given = [["a ", " b", "", "c  d"], ["x", null, "y"], [" "], ["plain", "two words"], []];
  const ids = given.map((_, n) => `tags-${n}`);
  await apply(
    db,
    await begin(db),
    page(ids),
    given.map((tags, n) => item(`tags-${n}`, { tags, hashtags: tags.slice(0, 2) })),
  );
  const rows = await db.query<{ tags: string[]; hashtags: string[] }>(
    `select tags, hashtags from content_item where social_account_id = $account order by platform_content_id`,
  );
  assert.deepEqual(rows.map(({ tags }) => tags), [["a", "b", "c  d"], ["x", "y"], [], [
    "plain",
    "two words",
  ], []]);
  assert.deepEqual(rows.map(({ hashtags }) => hashtags), [["a", "b"], ["x"], [], ["plain", "two words"], []]);
});

test("an unchanged page is applied without its items, from the stored page", async (db) => {
  await apply(db, await begin(db), page(["a", "b"], null, "p2"), [item("a"), item("b")]);
  await apply(db, await begin(db), page(["c"], "p2"), [item("c")]);
  await db.query(`update subscription set syncs_used = 0 where user_id = $owner`);
  const again = await begin(db);
  assert.deepEqual(again.page, {
    etags: { list: "etag-a,b" },
    item_ids: ["a", "b"],
    present_ids: ["a", "b"],
    next_cursor: { key: "p2" },
    total: 4,
  });
  const one = await apply(db, again, { cursor: null, unchanged: true }, []);
  assert.deepEqual([one.unchanged_items, one.done, one.items_seen], [2, false, 2]);
  const second = await begin(db, again.sync_id);
  assert.deepEqual(second.cursor, { key: "p2" }, "the remembered next page");
  const two = await apply(db, second, { cursor: { key: "p2" }, unchanged: true, next_cursor: null }, []);
  assert.deepEqual([two.unchanged_items, two.done, two.removed_items], [1, true, 0]);
  const unknown = await begin(db);
  const refused = await db.attempt(
    "service",
    applyCall(unknown, { cursor: { key: "never" }, unchanged: true }, []),
  );
  assert.equal(refused.code, "SVG01");
});

test("an item that the creator deleted stays deleted, and a creator's edit stays until the platform's text changes", async (db) => {
  await apply(db, await begin(db), page(["a", "b"]), [item("a"), item("b")]);
  await db.perform("owner", "update content_item set deleted_at = now() where platform_content_id = 'a'");
  await db.perform("owner", "update content_item set title = 'Mine' where platform_content_id = 'b'");
  const same = await apply(db, await begin(db), page(["a", "b"]), [
    item("a", { views_count: 5 }),
    item("b", { views_count: 5 }),
  ]);
  assert.deepEqual([same.done, same.updated_items, same.unchanged_items, same.missing_ids], [true, 1, 1, []]);
  const row = (id: string) =>
    db.query(`select title, deleted_by, views_count::integer as views from content_item
    where social_account_id = $account and platform_content_id = '${id}'`);
  assert.deepEqual(await row("a"), [{ title: "Title a", deleted_by: "creator", views: 1 }]);
  assert.deepEqual(await row("b"), [{ title: "Mine", deleted_by: null, views: 5 }]);
  await apply(db, await begin(db), page(["a", "b"]), [item("a"), item("b", { title: "Theirs" })]);
  assert.deepEqual(await row("b"), [{ title: "Theirs", deleted_by: null, views: 1 }]);
  const history = await db.query(
    `select source, title from content_revision where user_id = $owner order by id`,
  );
  assert.deepEqual(history, [{ source: "creator", title: "Title b" }, { source: "sync", title: "Mine" }]);
  // Also deleted on the platform: no look-up, because the creator had deleted the item here.
  const without = await apply(db, await begin(db), page(["b"]), [item("b", { title: "Theirs" })]);
  assert.deepEqual([without.done, without.missing_ids], [true, []]);
  assert.equal((await row("a"))[0]?.deleted_by, "creator");
});

/** Tests the database's rules for submissions: which site serves whom, the effect of a removal, what is collected automatically. */
import assert from "node:assert/strict";
import { type Row, test, type TestContext } from "../support/context.ts";

const site = (
  db: TestContext,
  user: string | null,
  engine: string,
  url = `https://s${crypto.randomUUID().slice(0, 8)}.example`,
) =>
  db.value<string>(`
    insert into public.seo_connection (user_id, search_engine_id, site_url, is_verified, verified_at, engine_site)
    select ${
    user ? `'${user}'` : "null"
  }, id, '${url}', true, now(), 'x' from public.search_engine where slug = '${engine}' returning id`);

/** Deactivates the operator's sites for this transaction, and prepares the owner's plan and item. */
async function prepare(db: TestContext, plan = "premium"): Promise<void> {
  await db.query(`
    update public.seo_connection set is_active = false where user_id is null;
    update public.users set is_public = true where id = '${db.people.owner}';
    update public.subscription set tier_id = (select id from public.subscription_tier where slug = '${plan}') where user_id = '${db.people.owner}';
    update public.content_item set visibility = 'public', deleted_at = null, hidden_at = null, hidden_reason = null where id = $item`);
}

const begin = (db: TestContext, engines: string | null = null, more = "") =>
  db.value<{ submissions: Row[]; beyond_quota: number }>(
    `select public.begin_seo_submissions('${db.people.owner}', array[$item]::uuid[], ${
      engines ? `array['${engines}']` : "null"
    }${more})`,
    "service",
  );
const claim = (db: TestContext, connection: string, at = "now()") =>
  db.value<{ submissions: { id: string; url: string; type: string }[]; claim: string; retry_at?: string }>(
    `select public.claim_seo_submissions('${connection}', 100, '[]', 300, ${at})`,
    "service",
  );
const settle = (
  db: TestContext,
  connection: string,
  claimed: { claim: string; submissions: { id: string }[] },
  outcome: string,
  at = "now()",
) =>
  db.value<number>(
    `select public.settle_seo_submissions('${connection}', '${claimed.claim}', '${
      JSON.stringify(
        claimed.submissions.map(({ id }) => ({
          id,
          outcome,
          response_status: 200,
          ...(outcome === "submitted" ? {} : { code: "x", message: "why" }),
        })),
      )
    }', null, ${at})`,
    "service",
  );
const rows = (db: TestContext) =>
  db.query(
    `select submission_type as type, status, error_code as code from public.seo_submission where content_item_id = $item order by created_at, submission_type desc, id`,
  );
const used = (db: TestContext) =>
  db.value<number>(
    `select seo_submissions_used from public.subscription where user_id = '${db.people.owner}'`,
  );

test("a creator's own verified site takes precedence over the operator's, and another user's site is never used", async (db) => {
  await prepare(db);
  assert.equal(
    await db.refused(
      "service",
      `select public.begin_seo_submissions('${db.people.owner}', array[$item]::uuid[], array['bing'])`,
    ),
    "SVE01",
  );
  const operated = await site(db, null, "bing", "https://operator.example");
  await site(db, db.people.other, "bing", "https://other.example");
  assert.equal((await begin(db, "bing")).submissions[0]?.connection_id, operated);
  const own = await site(db, db.people.owner, "bing", "https://own.example/blog");
  await db.query(`update public.seo_connection set item_path = '/@{slug}/{id}' where id = '${own}';
    update public.users set profile_slug = 'ольга' where id = '${db.people.owner}'`);
  const [mine] = (await begin(db, "bing")).submissions;
  assert.equal(mine?.connection_id, own);
  assert.equal(
    await db.value(`select submitted_url from public.seo_submission where id = '${mine?.submission_id}'`),
    `https://own.example/blog/@%D0%BE%D0%BB%D1%8C%D0%B3%D0%B0/${db.item}`,
  );
  // A site that is no longer verified is not used.
  await db.query(`update public.seo_connection set is_verified = false where id = '${own}'`);
  assert.equal((await begin(db, "bing")).submissions[0]?.connection_id ?? operated, operated);
});

test("a URL is claimed once, and not again within the engine's window, even if the outcome is unknown", async (db) => {
  await prepare(db);
  const connection = await site(db, db.people.owner, "indexnow");
  await begin(db);
  const first = await claim(db, connection);
  assert.equal(first.submissions.length, 1);
  assert.deepEqual((await claim(db, connection)).submissions, []);
  // Its worker died: the lease ends after 5 minutes, the window after 10.
  assert.deepEqual((await claim(db, connection, "now() + interval '6 minutes'")).submissions, []);
  const again = await claim(db, connection, "now() + interval '11 minutes'");
  assert.equal(again.submissions.length, 1);
  // The first worker responds after all.
  assert.equal(await settle(db, connection, first, "rejected"), 0);
  assert.equal(await settle(db, connection, again, "submitted"), 1);
  assert.deepEqual(await rows(db), [{ type: "updated", status: "submitted", code: null }]);
  assert.equal(await used(db), 1);
});

test("a submission that cannot be sent for seven days fails with its reason, and its unit is returned", async (db) => {
  await prepare(db);
  const connection = await site(db, db.people.owner, "indexnow");
  await begin(db);
  assert.equal(await used(db), 1);
  await settle(db, connection, await claim(db, connection), "retry");
  await db.query("select ops.expire_seo_submissions(now() + interval '6 days')");
  assert.equal((await rows(db))[0]?.status, "pending");
  await db.query("select ops.expire_seo_submissions(now() + interval '8 days')");
  const [row] = await db.query(
    "select status, error_message, jsonb_array_length(history) as moves from public.seo_submission where content_item_id = $item",
  );
  assert.deepEqual(row, { status: "failed", error_message: "Given up after seven days: why", moves: 3 });
  assert.equal(await used(db), 0);
});

test("a page that is no longer public is not sent; if it was sent before, its removal is reported once, to engines that accept removals", async (db) => {
  const ways: [string, string][] = [
    [
      "update public.content_item set visibility = 'private' where id = $item",
      "update public.content_item set visibility = 'public' where id = $item",
    ],
    [
      "update public.content_item set deleted_at = now() where id = $item",
      "update public.content_item set deleted_at = null where id = $item",
    ],
    [
      "update public.users set is_public = false where id = $owner",
      "update public.users set is_public = true where id = $owner",
    ],
    [
      "update public.social_account set deleted_at = now(), status = 'disconnected', next_sync_at = null where id = $account",
      "update public.social_account set deleted_at = null where id = $account",
    ],
  ];
  await prepare(db);
  const connection = await site(db, db.people.owner, "indexnow");
  const silent = await site(db, db.people.owner, "bing");
  for (const [hide, show] of ways) {
    await db.query(`delete from public.seo_submission where content_item_id = $item`);
    const before = await used(db);
    await begin(db);
    await db.query(hide);
    assert.deepEqual(await rows(db), [
      { type: "updated", status: "failed", code: "page_gone" },
      { type: "updated", status: "failed", code: "page_gone" },
    ], hide);
    assert.equal(await used(db), before);
    await db.query(show);

    await begin(db);
    for (const id of [connection, silent]) await settle(db, id, await claim(db, id), "submitted");
    await db.query(hide);
    await db.query(hide);
    const waiting = await db.query(
      `select connection_id, status from public.seo_submission where content_item_id = $item and submission_type = 'removed'`,
    );
    assert.deepEqual(waiting, [{ connection_id: connection, status: "pending" }], hide);
    const gone = await claim(db, connection, "now() + interval '20 minutes'");
    assert.deepEqual(gone.submissions.map(({ type }) => type), ["removed"]);
    await settle(db, connection, gone, "submitted");
    await db.query(hide);
    assert.equal(
      (await rows(db)).filter(({ type }) => type === "removed").length,
      1,
      "the removal is reported once",
    );
    await db.query(show);
  }
});

test("a page that is public again before its removal was sent is not reported as removed", async (db) => {
  await prepare(db);
  const connection = await site(db, db.people.owner, "indexnow");
  await begin(db);
  await settle(db, connection, await claim(db, connection), "submitted");
  // The item alone, with its creator, with its account.
  const ways = [
    [
      "content_item",
      "hidden_at = now(), hidden_reason = 'x'",
      "hidden_at = null, hidden_reason = null",
      "$item",
    ],
    ["users", "is_public = false", "is_public = true", "$owner"],
    [
      "social_account",
      "deleted_at = now(), status = 'disconnected', next_sync_at = null",
      "deleted_at = null",
      "$account",
    ],
  ];
  for (const [table, hide, show, id] of ways) {
    await db.query(
      `delete from public.seo_submission where content_item_id = $item and submission_type = 'removed'`,
    );
    await db.query(`update public.${table} set ${hide} where id = ${id}`);
    assert.equal((await rows(db))[1]?.status, "pending", table);
    await db.query(`update public.${table} set ${show} where id = ${id}`);
    assert.deepEqual(await rows(db), [
      { type: "updated", status: "submitted", code: null },
      { type: "removed", status: "failed", code: "page_back" },
    ], table);
  }
});

test("when a creator is deleted, the operator's site reports the items as removed", async (db) => {
  await prepare(db);
  const operated = await site(db, null, "indexnow", "https://operator.example");
  await begin(db);
  await settle(db, operated, await claim(db, operated), "submitted");
  await db.query(`delete from auth.users where id = '${db.people.owner}'`);
  assert.deepEqual(
    await db.query(
      `select submission_type as type, status, user_id from public.seo_submission where submitted_url = 'https://operator.example/v/${db.item}'`,
    ),
    [{ type: "removed", status: "pending", user_id: null }],
  );
});

test("changes by a creator in mode auto are submitted automatically from then on, and use the plan's quota", async (db) => {
  await prepare(db);
  await site(db, db.people.owner, "indexnow");
  const collect = () => db.query("select ops.queue_seo_jobs(now() + interval '2 minutes')");
  const edit = (title: string) =>
    db.query(`update public.content_item set title = '${title}' where id = $item`);
  await edit("manual");
  await collect();
  assert.deepEqual(await rows(db), []);
  await db.query(
    "update public.content_item set changed_at = now() - interval '1 hour' where user_id = $owner",
  );
  await db.perform("owner", "select public.set_seo_mode('auto')");
  await collect();
  assert.deepEqual(await rows(db), [], "earlier items are not submitted");
  await edit("auto");
  // A sync that changes nothing visible, only counters for example, causes no submission.
  await db.query(
    "update public.content_item set updated_at = now() + interval '1 minute' where user_id = $owner",
  );
  await collect();
  assert.equal((await rows(db)).length, 1);
  await collect();
  assert.equal((await rows(db)).length, 1);
  assert.equal(await used(db), 1);
  assert.equal(
    await db.value(
      "select count(*)::int from public.job_queue where handler = 'seo_submit' and params ->> 'connection_id' in (select id::text from public.seo_connection where user_id = $owner)",
    ),
    1,
  );
});

test("the operator's quota is shared in turn: one user's long list does not make others wait", async (db) => {
  await prepare(db);
  const operated = await site(db, null, "yandex", "https://operator.example");
  for (const [person, count] of [["owner", 5], ["other", 1]] as const) {
    await db.query(`insert into public.seo_submission (user_id, connection_id, submitted_url, due_at)
      select '${
      db.people[person]
    }', '${operated}', 'https://operator.example/${person}/' || n, now() - interval '1 minute' - n * interval '1 second' from generate_series(1, ${count}) as n`);
  }
  await db.query(
    `update public.seo_submission set due_at = now() - interval '1 second' where user_id = '${db.people.other}'`,
  );
  const windows = `[{"quota": "day", "starts": "2026-01-01", "ends": "2126-01-01", "amount": 2}]`;
  const claimed = await db.value<{ submissions: { url: string }[] }>(
    `select public.claim_seo_submissions('${operated}', 10, '${windows}')`,
    "service",
  );
  assert.deepEqual(claimed.submissions.map(({ url }) => url.split("/")[3]).sort(), ["other", "owner"]);
  // The rest waits for the quota, with that as its error code.
  const none = await db.value<{ submissions: Row[]; retry_at: string }>(
    `select public.claim_seo_submissions('${operated}', 10, '${windows}')`,
    "service",
  );
  assert.deepEqual(none.submissions, []);
  assert.ok(none.retry_at.startsWith("2126"));
  assert.equal(
    await db.value(
      `select count(*)::int from public.seo_submission where connection_id = '${operated}' and status = 'pending' and error_code = 'engine_quota'`,
    ),
    4,
  );
});

test("the oldest and most clicked pages are checked first, within the quota", async (db) => {
  await prepare(db);
  const connection = await site(db, db.people.owner, "google");
  await db.query(`update public.content_item set total_clicks = 5000 where id = $item;
    insert into public.seo_submission (user_id, connection_id, content_item_id, submitted_url, status, submitted_at, next_check_at)
    values ('${db.people.owner}', '${connection}', $item, 'https://a.example/clicked', 'submitted', now() - interval '2 days', now()),
      ('${db.people.owner}', '${connection}', null, 'https://a.example/new', 'submitted', now() - interval '1 day', now()),
      ('${db.people.owner}', '${connection}', null, 'https://a.example/old', 'submitted', now() - interval '30 days', now())`);
  const ask = (amount: number) =>
    db.value<{ submissions: { url: string }[] }>(
      `select public.claim_seo_checks('${connection}', 10, '[{"quota": "inspections_day", "starts": "2026-01-01", "ends": "2126-01-01", "amount": ${amount}}]')`,
      "service",
    );
  assert.deepEqual((await ask(1)).submissions.map(({ url }) => url), ["https://a.example/old"]);
  assert.deepEqual((await ask(2)).submissions.map(({ url }) => url), ["https://a.example/clicked"]);
  assert.deepEqual((await ask(2)).submissions, []);
});

test("the overview reports each engine's results for the caller's submissions, and none of other users'", async (db) => {
  await prepare(db);
  const connection = await site(db, db.people.owner, "indexnow");
  await begin(db);
  await settle(db, connection, await claim(db, connection), "rejected");
  const overview = await db.value<{ mode: string; plan: Row; engines: Row[] }>(
    "select public.get_seo_overview()",
    "owner",
  );
  const indexnow = overview.engines.find(({ search_engine }) => search_engine === "indexnow");
  assert.deepEqual([indexnow?.rejected, indexnow?.reasons], [1, [{
    status: "rejected",
    code: "x",
    message: "why",
    count: 1,
  }]]);
  assert.equal((indexnow?.site as Row).is_own, true);
  assert.deepEqual([overview.mode, overview.plan.limit, overview.plan.used], ["manual", 200, 0]);
  const foreign = await db.value<{ engines: Row[] }>("select public.get_seo_overview()", "other");
  assert.ok(
    foreign.engines.every(({ rejected, reasons }) => rejected === 0 && (reasons as Row[]).length === 0),
  );
});

/** Tests what visitors may see: every list against every way of not being public, and what moderators and creators arrange. */
import assert from "node:assert/strict";
import { test, type TestContext, withPerson } from "../support/context.ts";

/** Publishes the owner's item, pinned and trending, and a related item of another public creator, both in the search documents. */
async function publicItem(db: TestContext): Promise<string> {
  const { owner, other } = db.people;
  await db.query(`
    update public.users set is_public = true, profile_slug = 'slug-' || left(id::text, 8), primary_category = 'music' where id in ('${owner}', '${other}');
    update public.content_item set title = 'Visible thing', visibility = 'public', tags = '{thing}', deleted_at = null where id = '${db.item}';
    update public.content_item set deleted_at = now() where user_id = '${owner}' and id <> '${db.item}';
    with account as (
      insert into public.social_account (user_id, platform_id, platform_account_id)
      select '${other}', id, 'neighbour-' || '${other}' from public.platform where slug = 'tiktok' returning id
    )
    insert into public.content_item (social_account_id, platform_content_id, title, tags) select id, 'neighbour', 'Visible neighbour', '{thing}' from account;
    select ops.refresh_discovery(100000);
    select ops.pin_content('{}');
    insert into ops.pinned_item (content_id, user_id, sort_order) values ('${db.item}', '${owner}', 1);
    insert into public.featured_creator (user_id) values ('${owner}');
    select ops.add_trend_gains(array['${db.item}']::uuid[], array[5], now());
    select ops.refresh_trending();`);
  return db.item;
}

/** Returns the result of every public function, each as one text. */
async function shown(db: TestContext): Promise<Record<string, string>> {
  const [row] = await db.query<Record<string, unknown>>(`
    select public.browse_content() as browse, public.browse_content(p_category => 'music') as category,
      public.browse_content(p_creator => (select profile_slug from public.users where id = '${db.people.owner}')) as of_creator,
      public.browse_creators() -> 'featured' as featured,
      public.get_content_detail('${db.item}') as detail,
      public.get_content_detail((select id from public.content_item where platform_content_id = 'neighbour' and user_id = '${db.people.other}')) as related,
      public.get_creator_by_slug((select profile_slug from public.users where id = '${db.people.owner}')) as creator,
      public.get_trending('today') as trending, public.get_trending('month', p_category => 'music') as trending_category`);
  return Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, JSON.stringify(value)]));
}

const WAYS: Record<string, (db: TestContext) => string> = {
  "the creator is private": (db) =>
    `update public.users set is_public = false where id = '${db.people.owner}'`,
  "the creator is hidden": (db) =>
    `update public.users set hidden_at = now(), hidden_reason = 'spam' where id = '${db.people.owner}'`,
  "the item is hidden": (db) =>
    `update public.content_item set hidden_at = now(), hidden_reason = 'spam' where id = '${db.item}'`,
  "the item is private": (db) =>
    `update public.content_item set visibility = 'private' where id = '${db.item}'`,
  "the item is unlisted": (db) =>
    `update public.content_item set visibility = 'unlisted' where id = '${db.item}'`,
  "the item is deleted": (db) => `update public.content_item set deleted_at = now() where id = '${db.item}'`,
  "its owner removed the account": (db) =>
    `update public.social_account set deleted_at = now(), status = 'disconnected' where id = '${db.account}'`,
};

for (const [way, statement] of Object.entries(WAYS)) {
  test(`an item appears in no public result, and is counted in none, as soon as ${way}`, async (db) => {
    await publicItem(db);
    const before = await shown(db);
    for (const [name, text] of Object.entries(before)) {
      const sees = name === "featured" ? db.people.owner : db.item;
      assert.ok(text.includes(sees), `${name} shows it before: ${text.slice(0, 300)}`);
    }
    const count = await db.value<number>("select (public.browse_content() ->> 'total_count')::int");
    const inMusic =
      "select (value ->> 'item_count')::int from jsonb_array_elements(public.browse_categories()) where value ->> 'code' = 'music'";
    const music = await db.value<number>(inMusic);

    await db.query(statement(db));
    for (const [name, text] of Object.entries(await shown(db))) {
      assert.ok(!text.includes(db.item), `${name} shows it after`);
    }
    assert.equal(await db.value("select (public.browse_content() ->> 'total_count')::int"), count - 1);
    assert.equal(await db.value(inMusic), music - 1);
    assert.equal(
      await db.value(`select public.record_click('${db.item}')`),
      false,
      "a click on it is not recorded",
    );
    for (const actor of ["anon", "other"] as const) {
      const seen = await db.attempt(
        actor,
        `select from public.content_tag where content_id = '${db.item}'`,
      );
      assert.equal(seen.count, 0, `tags as ${actor}`);
      const trending = await db.attempt(
        actor,
        `select from public.trending_content where content_id = '${db.item}'`,
      );
      assert.equal(trending.count, 0, `trending as ${actor}`);
    }
  });
}

test("an account that only needs reconnecting stays public, and an item that becomes public again is listed again", async (db) => {
  const item = await publicItem(db);
  await db.query(
    `update public.social_account set status = 'disconnected' where id = '${db.account}'`,
  );
  assert.ok((await shown(db)).browse?.includes(item));
  await db.query(`update public.users set is_public = false where id = '${db.people.owner}'`);
  assert.ok(!(await shown(db)).browse?.includes(item));
  await db.query(
    `update public.users set is_public = true where id = '${db.people.owner}'; select ops.refresh_discovery(100000)`,
  );
  assert.ok((await shown(db)).browse?.includes(item));
});

test("each page continues where the previous one ended, even if items share a timestamp and new items arrive in between", async (db) => {
  await publicItem(db);
  await db.query(`
      insert into public.content_item (social_account_id, platform_content_id, title, published_at)
      select '${db.account}', 'same-' || n, 'Same instant ' || n, '2026-03-04T05:06:07.123456Z' from generate_series(1, 25) as n;
      select ops.refresh_discovery(100000);`);
  const slug = await db.value<string>(
    `select profile_slug from public.users where id = '${db.people.owner}'`,
  );
  const seen: string[] = [];
  let after = "";
  for (let page = 0; page < 10; page++) {
    const answer = await db.value<
      { content_items: { id: string }[]; next: { at: string; id: string } | null }
    >(
      `select public.browse_content(p_creator => '${slug}', p_limit => 7${after})`,
    );
    seen.push(...answer.content_items.map(({ id }) => id));
    if (!answer.next) break;
    after = `, p_after_at => '${answer.next.at}', p_after_id => '${answer.next.id}'`;
    await db.query(`
        insert into public.content_item (social_account_id, platform_content_id, title) values ('${db.account}', 'new-${page}', 'New');
        select ops.refresh_discovery(100000);`);
  }
  assert.equal(seen.length, 26);
  assert.equal(new Set(seen).size, 26);
});

test("a category comes from the platform, else from tags, else from the creator's profile; a category that the creator chose always wins", async (db) => {
  await publicItem(db);
  const is = async (code: string | null, source: string | null, what: string) => {
    await db.query("select ops.refresh_discovery(100000)");
    const [row] = await db.query(
      `select category_code, category_source from public.content_item where id = '${db.item}'`,
    );
    assert.deepEqual({ ...row }, { category_code: code, category_source: source }, what);
  };
  const set = (columns: string) =>
    db.query(`update public.content_item set ${columns} where id = '${db.item}'`);
  await set("platform_category = null");
  await is("music", "profile", "the creator's");
  await set("hashtags = '{Sourdough,Baking}'");
  await is("food", "tags", "tags");
  await set("platform_category = '20'");
  await is("gaming", "platform", "YouTube's 20");
  await db.perform(
    "owner",
    `update public.content_item set category_code = 'art' where id = '${db.item}'`,
  );
  await set("platform_category = '10'");
  await is("art", "creator", "chosen");
  await db.perform(
    "owner",
    `update public.content_item set category_code = null where id = '${db.item}'`,
  );
  await is("music", "platform", "given back");
});

test("moderators feature creators for a limited time, creators pin only their own items, and others can do neither", async (db) => {
  const item = await publicItem(db);
  const { owner, other } = db.people;
  const featured = () => db.value<{ id: string }[]>("select public.browse_creators() -> 'featured'");
  assert.equal((await db.attempt("owner", `select public.feature_creator('${owner}')`)).code, "SVG02");
  await db.perform(
    "moderator",
    `select public.feature_creator('${owner}', true, 1, 'Good', now() + interval '1 day')`,
  );
  await db.perform("moderator", `select public.feature_creator('${other}', true, 0)`);
  assert.deepEqual((await featured()).map(({ id }) => id), [other, owner]);
  await db.query(
    `update public.featured_creator set featured_at = now() - interval '2 days', ends_at = now() - interval '1 day' where user_id = '${owner}'`,
  );
  assert.deepEqual((await featured()).map(({ id }) => id), [other], "the featured period has ended");
  await db.perform("moderator", `select public.feature_creator('${other}', false)`);
  assert.deepEqual(await featured(), []);

  assert.equal(await db.value(`select public.pin_content(array['${item}']::uuid[])`, "other"), 0);
  assert.equal(await db.value(`select public.pin_content(array['${item}']::uuid[])`, "owner"), 1);
  const many = `array(select gen_random_uuid() from generate_series(1, 13))`;
  assert.equal((await db.attempt("owner", `select public.pin_content(${many})`)).code, "SVG01");
});

test("a creator's followers are the sum over the accounts that are not deleted, updated whenever one changes", async (db) => {
  await publicItem(db);
  const total = () =>
    db.value(
      `select total_followers::int from ops.creator_stat where user_id = '${db.people.owner}'`,
    );
  await db.query(`update public.social_account set followers_count = 70 where id = '${db.account}'`);
  await db.query(`
      insert into public.social_account (user_id, platform_id, platform_account_id, followers_count)
      select '${db.people.owner}', id, 'second', 5 from public.platform where slug = 'facebook'`);
  assert.equal(await total(), 75);
  await db.query(
    `update public.social_account set deleted_at = now(), status = 'disconnected' where id = '${db.account}'`,
  );
  assert.equal(await total(), 5);
});

test("calculate_trend_score grows with views, clicks and freshness, and does not change as time passes", async (db) => {
  const score = (clicks: number | null, views: number | null, at: string) =>
    db.value<number>(`select public.calculate_trend_score(${clicks}, ${views}, '${at}')`);
  const base = await score(10, 1000, "2026-01-01");
  assert.ok(await score(11, 1000, "2026-01-01") > base);
  assert.ok(await score(10, 1001, "2026-01-01") > base);
  assert.ok(await score(10, 1000, "2026-01-02") > base);
  assert.ok(await score(0, 10_000, "2026-01-01") > await score(0, 1000, "2026-01-01T12:00:00Z"));
  assert.ok(Number.isFinite(await score(null, null, "2026-01-01")));
});

test("generate_profile_slug returns a free slug for the caller's own name", async (db) => {
  const { owner, other } = db.people;
  const name = `Gaming ${owner.slice(0, 8)}`;
  const slug = `select public.generate_profile_slug('${name}', '${owner}')`;
  const plain = name.toLowerCase().replace(" ", "-");
  assert.equal(await db.value(slug, "owner"), plain);
  await db.query(`update public.users set profile_slug = '${plain}' where id = '${other}'`);
  assert.equal(await db.value(slug, "owner"), `${plain}-2`);
  assert.equal(
    (await db.attempt("owner", `select public.generate_profile_slug('X', '${other}')`)).code,
    "SVG02",
  );
});

test("trend gains and search work over time spans so long that their decay factor underflows", async (db) => {
  const id = await publicItem(db);
  // exp() of less than -745 is an error in PostgreSQL; today's list reaches that after a year.
  const gain = (at: string) => `select ops.add_trend_gains(array['${id}']::uuid[], array[5], ${at})`;
  for (const at of ["now() + interval '3 years'", "now() + interval '300 years'", "now()"]) {
    await db.query(gain(at));
  }
  assert.equal(
    await db.value("select ops.standing(0, now() - interval '4000 years', now())::numeric(4, 2)::text"),
    "0.85",
  );
  const found =
    `select jsonb_array_length(public.search_content('visible', p_now => now() + interval '7000 years') -> 'results')`;
  assert.ok(await db.value<number>(found) >= 2);
});

Deno.test("an account that is being deleted during a refresh does not block the refresh for others", () =>
  withPerson(({ sql: pool, id: leaving }) =>
    withPerson(async ({ id: staying }) => {
      await pool.begin(async (sql) => {
        await sql`update public.users set is_public = true, profile_slug = 'slug-' || left(id::text, 8)
          where id in (${leaving}, ${staying})`;
        await sql`with account as (
            insert into public.social_account (user_id, platform_id, platform_account_id)
            select person.id, platform.id, 'during-' || person.id
            from public.users as person cross join public.platform as platform
            where person.id in (${leaving}, ${staying}) and platform.slug = 'tiktok'
            returning id
          )
          insert into public.content_item (social_account_id, platform_content_id, title)
          select id, 'during', 'Refreshed while its neighbour left' from account`;
      });
      const listed = async () =>
        (await pool`select user_id from ops.search_document where user_id in (${leaving}, ${staying})`)
          .map((row) => row.user_id);
      const leave = Promise.withResolvers<void>();
      const holding = Promise.withResolvers<void>();
      const deletion = pool.begin(async (sql) => {
        await sql`delete from auth.users where id = ${leaving}`;
        holding.resolve();
        await leave.promise;
      });
      try {
        await holding.promise;
        await pool.begin(async (sql) => {
          await sql`set local statement_timeout = '20s'`;
          await sql`select ops.refresh_discovery(100000)`;
        });
        assert.deepEqual(await listed(), [staying]);
      } finally {
        leave.resolve();
        await deletion;
      }
      await pool`select ops.refresh_discovery(100000)`;
      assert.deepEqual(await listed(), [staying]);
    })
  ));

import assert from "node:assert/strict";
import { refusal, test, withPerson } from "../support/context.ts";

const literal = (value: unknown) => `'${JSON.stringify(value).replaceAll("'", "''")}'`;

test("sign-up creates a user row, the role user, settings and an active free subscription for a month", async (db) => {
  const { owner } = db.people;
  const [row] = await db.query(`
    select u.email = a.email as same_email, u.is_public, u.is_verified, u.profile_slug, tier.slug as tier, status.slug as status,
      s.cycle_end_date = s.cycle_start_date + interval '1 month' or extract(day from s.cycle_start_date) > 28 as is_a_month,
      s.syncs_used + s.ai_analyses_used + s.seo_submissions_used as used,
      (select array_agg(role::text) from user_role where user_id = u.id) as roles,
      (select count(*)::integer from user_setting where user_id = u.id) as settings
    from users u join auth.users a using (id) join subscription s on s.user_id = u.id
    join subscription_tier tier on tier.id = s.tier_id join subscription_status status on status.id = s.status_id
    where u.id = '${owner}'`);
  assert.deepEqual(row, {
    same_email: true,
    is_public: false,
    is_verified: false,
    profile_slug: null,
    tier: "free",
    status: "active",
    is_a_month: true,
    used: 0,
    roles: ["user"],
    settings: 1,
  });
});

test("odd metadata or a missing email never makes a sign-up fail", async (db) => {
  const metas: [unknown, string | null][] = [
    [{ full_name: "  Zoë\n\tQuartz " }, "Zoë Quartz"],
    [{ display_name: "x".repeat(100_000) }, "x".repeat(100)],
    [{ display_name: " \u0007 " }, null],
    [{ display_name: { nested: true }, avatar_url: ["a"] }, '{"nested": true}'],
    [{ display_name: 7 }, "7"],
    [{ name: "'); drop table users; --" }, "'); drop table users; --"],
    [{ display_name: "日本語🎬" }, "日本語🎬"],
    [[1, 2], null],
    ["text", null],
    [null, null],
  ];
  for (const [meta, expected] of metas) {
    const id = crypto.randomUUID();
    await db.query(
      `insert into auth.users (id, email, raw_user_meta_data) values ('${id}', null, ${
        literal(meta)
      }::jsonb)`,
    );
    const [row] = await db.query(`select display_name, avatar_url, email from users where id = '${id}'`);
    assert.deepEqual(row, { display_name: expected, avatar_url: null, email: null });
  }
});

test("a provider's avatar is used only if it is a web URL", async (db) => {
  const avatar = async (url: string) => {
    const id = crypto.randomUUID();
    await db.query(
      `insert into auth.users (id, email, raw_user_meta_data) values ('${id}', null, ${
        literal({ avatar_url: url })
      })`,
    );
    return await db.value(`select avatar_url from users where id = '${id}'`);
  };
  assert.equal(await avatar("https://example.com/a.png"), "https://example.com/a.png");
  assert.equal(await avatar("javascript:alert(1)"), null);
  assert.equal(await avatar("https://example.com/a b"), null);
  assert.equal(await avatar(`https://example.com/${"a".repeat(3000)}`), null);
});

test("a changed login email is copied to that user's row only", async (db) => {
  const { owner, other } = db.people;
  const before = await db.value(`select email from users where id = '${other}'`);
  await db.query(`update auth.users set email = 'new-${owner}@example.com' where id = '${owner}'`);
  assert.equal(await db.value(`select email from users where id = '${owner}'`), `new-${owner}@example.com`);
  assert.equal(await db.value(`select email from users where id = '${other}'`), before);
});

test("deleting a login deletes that user's rows, content and Vault secret, and no other user's", async (db) => {
  const { owner, other } = db.people;
  await db.connect("other", "UC-of-other");
  const secrets =
    "select count(*)::integer from vault.secrets where name like 'streamvibe/connection/%' and name in " +
    `('streamvibe/connection/${db.connection}', (select vault_secret_name from platform_connection where user_id = '${other}'))`;
  assert.equal(await db.value(secrets), 2);
  await db.query(`delete from auth.users where id = '${owner}'`);
  assert.equal(await db.value(secrets), 1);
  for (
    const table of [
      "user_role",
      "user_setting",
      "subscription",
      "social_account",
      "platform_connection",
      "content_item",
    ]
  ) {
    assert.equal(
      await db.value(`select count(*)::integer from ${table} where user_id = '${owner}'`),
      0,
      table,
    );
  }
  assert.equal(await db.value(`select count(*)::integer from social_account where user_id = '${other}'`), 1);
});

test("a profile slug is lower case, hyphenated, never a reserved word, and does not change once set", async (db) => {
  const slugs: [string, RegExp][] = [
    ["Tech Gaming Channel", /^tech-gaming-channel$/],
    ["Zoë's  Ünïcode — Kanal!", /^zoe-s-unicode-kanal$/],
    ["ADMIN", /^admin-page$/],
    ["日本語チャンネル", /^日本語チャンネル$/],
    ["🎬🔥", /^creator-[0-9a-f]{8}$/],
    ["---", /^creator-[0-9a-f]{8}$/],
    ["a".repeat(100), /^a{40}$/],
  ];
  for (const [name, expected] of slugs) {
    const id = crypto.randomUUID();
    await db.query(`insert into auth.users (id, email) values ('${id}', null)`);
    const slug = await db.value<string>(
      `select setup_profile('${id}', ${literal(name).replaceAll('"', "")}) ->> 'profile_slug'`,
    );
    assert.match(slug, expected, name);
    const again = await db.value(`select setup_profile('${id}', 'Another name') ->> 'profile_slug'`);
    assert.equal(again, slug, "shared links stay valid");
  }
});

test("setup_profile changes the given fields and leaves the rest", async (db) => {
  const { owner } = db.people;
  const set = (rest: string) =>
    db.value<Record<string, unknown>>(`select setup_profile('${owner}'${rest}) -> 'profile'`);
  const first = await set(", 'Name', 'Bio', 'music', 'https://example.com/a.png'");
  assert.equal(first.primary_category, "music");
  assert.ok(first.onboarded_at);
  const second = await set(", p_bio => 'Other'");
  assert.deepEqual({ ...second, bio: "Bio", updated_at: null }, { ...first, updated_at: null });
  assert.equal(second.bio, "Other");
  const missing = await db.attempt("service", `select setup_profile('${crypto.randomUUID()}', 'x')`);
  assert.equal(missing.code, "SVG03");
  assert.equal(missing.detail?.resource, "user");
  for (const bad of ["p_display_name => ''", "p_category => 'nonsense'", "p_avatar_url => 'ftp://x'"]) {
    assert.equal(await db.refused("service", `select setup_profile('${owner}', ${bad})`), "23514", bad);
  }
});

Deno.test("fifty users who set up the same name at the same moment get fifty different slugs", async () => {
  await withPerson(async ({ sql }) => {
    const name = `Same ${crypto.randomUUID().slice(0, 8)}`;
    const ids = Array.from({ length: 50 }, () => crypto.randomUUID());
    // Numbered names collide: "Same 2" wants the slug that the second "Same" gets.
    const names = ids.map((_, i) => i % 5 === 0 ? `${name} 2` : name);
    try {
      await sql`insert into auth.users ${sql(ids.map((id) => ({ id, email: null })))}`;
      const refusals = await Promise.all(
        ids.map((id, i) => refusal(sql`select setup_profile(${id}, ${names[i] ?? ""})`)),
      );
      assert.deepEqual(refusals.filter(Boolean), []);
      const [row] = await sql`select count(distinct profile_slug)::integer as slugs from users where id in ${
        sql(ids)
      }`;
      assert.equal(row?.slugs, 50);
    } finally {
      await sql`delete from auth.users where id in ${sql(ids)}`;
    }
  }, 25);
});

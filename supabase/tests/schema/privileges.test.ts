import assert from "node:assert/strict";
import { testDatabase } from "../../../scripts/test/stack.ts";
import { ACTORS, EXECUTE, GRANTS, MATRIX } from "./privileges.ts";
import { inWorld, type Outcome, type World } from "../support/world.ts";

/** How each table is tried: which row is the owner's, a row that could be inserted, and a change that its owner may make. */
interface Trial {
  row: string;
  insert: string;
  set: string;
  /** Columns to select, where not all may be. */
  columns?: string;
}

/** Adds what `furnish` leaves out, so that every table has a row of the owner (reference tables: a row that nothing uses). */
async function trials(world: World): Promise<Record<string, Trial>> {
  const { owner } = world.people;
  await world.query(`
    insert into public.notification (user_id, title) values ('${owner}', 'Hello');
    insert into public.audit_log (user_id, action) values ('${owner}', 'test.done');
    insert into public.quota_usage_history (user_id, tier_id, cycle_start_date, cycle_end_date, syncs_used, ai_analyses_used, seo_submissions_used)
      select user_id, tier_id, now() - interval '1 month', now(), 1, 1, 1 from public.subscription where user_id = '${owner}';
    insert into public.cache_store (key, value) values ('${owner}', '1');
    update public.content_item set title = 'Changed' where id = '${world.item}';
    insert into public.content_media (content_id, position, user_id, kind) values ('${world.item}', 0, '${owner}', 'image');
    insert into public.subscription_tier (slug, display_name, price_cents_per_month, max_social_accounts, max_syncs_per_month,
      max_ai_analyses_per_month, max_seo_submissions_per_month, sort_order) values ('spare', 'Spare', 0, 0, 0, 0, 0, 9);
    insert into public.subscription_status (slug, display_name, sort_order) values ('spare', 'Spare', 9);
    insert into public.platform (slug, display_name, website_url, sort_order) values ('spare', 'Spare', 'https://example.com', 9);
    insert into public.account_status (slug, display_name, sort_order) values ('spare', 'Spare', 9);
    insert into public.content_type (slug, display_name, sort_order) values ('spare', 'Spare', 9);
    insert into public.job_queue (user_id, job_type, handler, dedupe_hash, max_attempts) values ('${owner}', 'platform_sync', 'spare', 0, 1);
    insert into public.job_log (job_id, user_id, level, message) select id, user_id, 'info', 'Hello' from public.job_queue where user_id = '${owner}';
    insert into public.job_type select (jsonb_populate_record(type, '{"slug": "spare"}')).* from public.job_type as type where slug = 'quota_reset';`);
  const own = `user_id = '${owner}'`;
  const spare = { row: "slug = 'spare'", set: "sort_order = 8" };
  return {
    users: { row: `id = '${owner}'`, insert: `(id) values ('${crypto.randomUUID()}')`, set: "bio = 'New'" },
    user_role: {
      row: own,
      insert: `(user_id, role) values ('${owner}', 'moderator')`,
      set: "granted_at = now()",
    },
    user_setting: { row: own, insert: `(user_id) values ('${owner}')`, set: "language = 'de'" },
    subscription: {
      row: own,
      insert: `(user_id, tier_id, status_id) select '${owner}', null, null`,
      set: "syncs_used = 0",
    },
    subscription_tier: {
      ...spare,
      insert:
        `(slug, display_name, price_cents_per_month, max_social_accounts, max_syncs_per_month, max_ai_analyses_per_month,
        max_seo_submissions_per_month, sort_order) values ('more', 'More', 0, 0, 0, 0, 0, 9)`,
    },
    subscription_status: { ...spare, insert: "(slug, display_name, sort_order) values ('more', 'More', 9)" },
    notification: { row: own, insert: `(user_id, title) values ('${owner}', 'Hi')`, set: "read_at = now()" },
    audit_log: {
      row: own,
      insert: `(user_id, action) values ('${owner}', 'test.done')`,
      set: "action = 'x'",
    },
    quota_usage_history: {
      row: own,
      insert:
        `(user_id, tier_id, cycle_start_date, cycle_end_date, syncs_used, ai_analyses_used, seo_submissions_used)
        select '${owner}', (select id from public.subscription_tier where slug = 'free'), now(), now(), 0, 0, 0`,
      set: "syncs_used = 0",
    },
    cache_store: { row: `key = '${owner}'`, insert: "(key, value) values ('more', '1')", set: "value = '2'" },
    platform: {
      ...spare,
      insert:
        "(slug, display_name, website_url, sort_order) values ('more', 'More', 'https://example.com', 9)",
    },
    account_status: { ...spare, insert: "(slug, display_name, sort_order) values ('more', 'More', 9)" },
    platform_connection: {
      row: own,
      columns: "id, is_active",
      insert: `(user_id, platform_id, vault_secret_name) values ('${owner}',
        (select id from public.platform where slug = 'youtube'), 'more')`,
      set: "is_active = false",
    },
    social_account: {
      row: own,
      insert: `(user_id, platform_id, platform_account_id) values ('${owner}',
        (select id from public.platform where slug = 'youtube'), 'more')`,
      set: "sync_mode = 'auto'",
    },
    content_type: { ...spare, insert: "(slug, display_name, sort_order) values ('more', 'More', 9)" },
    content_item: {
      row: own,
      insert: `(social_account_id, platform_content_id) values ('${world.account}', 'more')`,
      set: "title = 'Mine'",
    },
    content_revision: {
      row: own,
      insert: `(content_item_id, user_id, source, changed_fields, title, description, tags)
        values ('${world.item}', '${owner}', 'service', '{title}', '', '', '{}')`,
      set: "title = 'Rewritten'",
    },
    content_media: {
      row: own,
      insert: `(content_id, position, user_id, kind) values ('${world.item}', 7, '${owner}', 'image')`,
      set: "alt_text = 'x'",
    },
    job_type: {
      ...spare,
      insert: `select (jsonb_populate_record(type, '{"slug": "more"}')).* from public.job_type as type`,
    },
    job_queue: {
      row: own,
      insert:
        `(user_id, job_type, handler, dedupe_hash, max_attempts) values ('${owner}', 'platform_sync', 'more', 0, 1)`,
      set: "priority = 10",
    },
    job_log: {
      row: own,
      insert:
        `(job_id, user_id, level, message) select id, user_id, 'info', 'Hi' from public.job_queue limit 1`,
      set: "message = 'Rewritten'",
    },
  };
}

/** A constraint that refuses (class 23) has been reached: the privilege was there. */
function sign({ code, count, message }: Outcome): string {
  if (code === "42501") return "-";
  if (code === undefined) return count > 0 ? "+" : "0";
  assert.ok(code.startsWith("23"), `${code}: ${message}`);
  return "+";
}

Deno.test("every table × actor × verb does what the matrix says, and no table is missing from it", async () => {
  await inWorld(async (world) => {
    const tables = await world.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public' order by 1",
    );
    assert.deepEqual(tables.map(({ name }) => name), Object.keys(MATRIX).sort());

    const all = await trials(world);
    const found: typeof MATRIX = {};
    for (const [table, { row, insert, set, columns = "*" }] of Object.entries(all)) {
      const signs: Record<string, string> = {};
      for (const actor of ACTORS) {
        const outcomes = [
          await world.attempt(actor, `select ${columns} from public.${table} where ${row}`),
          await world.attempt(actor, `insert into public.${table} ${insert}`),
          await world.attempt(actor, `update public.${table} set ${set} where ${row}`),
          await world.attempt(actor, `delete from public.${table} where ${row}`),
        ];
        signs[actor] = outcomes.map(sign).join("");
      }
      found[table] = signs;
    }
    assert.deepEqual(found, MATRIX);
  });
});

Deno.test("without a filter a person gets exactly their own rows", async () => {
  await inWorld(async (world) => {
    await trials(world);
    for (const [table, column] of [["users", "id"], ["user_role", "user_id"], ["user_setting", "user_id"]]) {
      for (const actor of ["owner", "other", "moderator", "admin"] as const) {
        const { rows } = await world.attempt(actor, `select distinct ${column} as id from public.${table}`);
        assert.deepEqual(rows, [{ id: world.people[actor] }], `${table} as ${actor}`);
      }
    }
    for (const table of ["social_account", "content_item", "content_revision", "platform_connection"]) {
      assert.ok((await world.attempt("owner", `select id from public.${table}`)).count > 0, table);
      for (const actor of ["other", "moderator", "admin"] as const) {
        assert.equal(
          (await world.attempt(actor, `select id from public.${table}`)).count,
          0,
          `${table} as ${actor}`,
        );
      }
    }
  });
});

Deno.test("schema ops is closed to everybody but the operator", async () => {
  await inWorld(async (world) => {
    const tables = await world.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'ops'",
    );
    assert.ok(tables.length >= 7);
    for (const { name } of tables) {
      for (const actor of ACTORS) {
        assert.equal(
          (await world.attempt(actor, `select from ops.${name}`)).code,
          "42501",
          `${name} as ${actor}`,
        );
        assert.equal(
          (await world.attempt(actor, `delete from ops.${name}`)).code,
          "42501",
          `${name} as ${actor}`,
        );
      }
    }
    for (
      const call of [
        "ops.set_user_plan(null, 'premium')",
        "ops.plain_text('x')",
        "ops.search_library('x', 1, 0, null)",
      ]
    ) {
      for (const actor of ACTORS) {
        assert.equal((await world.attempt(actor, `select ${call}`)).code, "42501", `${call} as ${actor}`);
      }
    }
  });
});

Deno.test("people cannot change plan, counters, role, e-mail, verified or secret columns, whatever the row", async () => {
  await inWorld(async (world) => {
    const attempts: Record<string, string[]> = {
      users: [
        "id",
        "email",
        "profile_slug",
        "is_verified",
        "onboarded_at",
        "hidden_at",
        "created_at",
        "updated_at",
      ],
      user_role: ["role", "user_id"],
      subscription: [
        "tier_id",
        "status_id",
        "cycle_end_date",
        "syncs_used",
        "ai_analyses_used",
        "seo_submissions_used",
      ],
      social_account: [
        "user_id",
        "platform_account_id",
        "status",
        "next_sync_at",
        "followers_count",
        "connection_id",
        "deleted_at",
      ],
      platform_connection: ["vault_secret_name", "is_active", "token_expires_at", "scopes"],
      content_item: [
        "user_id",
        "social_account_id",
        "views_count",
        "total_clicks",
        "hidden_at",
        "source_hash",
        "vanished_at",
        "published_at",
      ],
      notification: ["user_id", "title", "message", "data"],
    };
    for (const [table, columns] of Object.entries(attempts)) {
      for (const column of columns) {
        for (const actor of ["owner", "moderator", "admin"] as const) {
          const { code } = await world.attempt(actor, `update public.${table} set ${column} = ${column}`);
          assert.equal(code, "42501", `${table}.${column} as ${actor}`);
        }
      }
    }
    for (const column of ["vault_secret_name", "refresh_lease", "refresh_error"]) {
      assert.equal(
        (await world.attempt("owner", `select ${column} from public.platform_connection`)).code,
        "42501",
      );
      assert.equal(
        (await world.attempt(
          "service",
          `select ${column} from public.platform_connection where id = '${world.connection}'`,
        )).count,
        1,
      );
    }
  });
});

Deno.test("nobody can give a row away or take one over", async () => {
  await inWorld(async (world) => {
    const item = `public.content_item set title = 'Taken' where id = '${world.item}'`;
    assert.equal((await world.attempt("owner", `update ${item}`)).count, 1);
    assert.equal((await world.attempt("other", `update ${item}`)).count, 0);
    assert.equal((await world.attempt("anon", `update ${item}`)).code, "42501");
    assert.equal(
      (await world.attempt("owner", `update public.user_setting set user_id = '${world.people.other}'`)).code,
      "42501",
    );
  });
});

Deno.test("every grant in the catalogue is written down, and every one written down is there", async () => {
  const sql = await testDatabase({ max: 1 });
  try {
    const rows = await sql<{ name: string; role: string; privilege: string; columns: string | null }[]>`
      select c.oid::regclass::text as name, n.nspname as schema, a.grantee::regrole::text as role, lower(a.privilege_type) as privilege,
        null as columns
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
      cross join lateral aclexplode(c.relacl) as a
      where n.nspname in ('public', 'ops') and a.grantee <> c.relowner
      union all
      select c.oid::regclass::text, n.nspname, a.grantee::regrole::text, lower(a.privilege_type), string_agg(t.attname, ' ' order by t.attname)
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
      join pg_attribute as t on t.attrelid = c.oid and t.attnum > 0
      cross join lateral aclexplode(t.attacl) as a
      where n.nspname in ('public', 'ops') and a.grantee <> c.relowner
      group by 1, 2, 3, 4
      order by 1, 3, 4`;
    const found: Record<string, Record<string, string>> = {};
    for (const { name, role, privilege, columns } of rows) {
      const table = name.includes(".") ? name : `public.${name}`;
      const said = columns === null ? privilege : `${privilege}(${columns})`;
      const roles = found[table] ??= {};
      roles[role] = roles[role] === undefined ? said : `${roles[role]} ${said}`;
    }
    assert.deepEqual(found, GRANTS);

    const usage = await sql<{ name: string; role: string }[]>`
      select n.nspname as name, r.rolname as role
      from pg_namespace as n, pg_roles as r
      where n.nspname in ('public', 'ops') and r.rolname in ('anon', 'authenticated', 'service_role')
        and has_schema_privilege(r.oid, n.oid, 'usage') and not has_schema_privilege(r.oid, n.oid, 'create')
      order by 1, 2`;
    assert.deepEqual(usage.map(({ name, role }) => `${name} ${role}`), [
      "public anon",
      "public authenticated",
      "public service_role",
    ]);
  } finally {
    await sql.end();
  }
});

Deno.test("every function may be executed by exactly those who are written down", async () => {
  const sql = await testDatabase({ max: 1 });
  try {
    const rows = await sql<{ name: string; roles: string | null }[]>`
      select n.nspname || '.' || p.proname as name,
        (select string_agg(case when a.grantee = 0 then 'public' else a.grantee::regrole::text end, ' ' order by a.grantee::regrole::text)
          from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
          where a.grantee <> p.proowner and a.privilege_type = 'EXECUTE') as roles
      from pg_proc as p
      join pg_namespace as n on n.oid = p.pronamespace
      where n.nspname in ('public', 'ops')
      order by 1`;
    const found: Record<string, string> = {};
    for (const { name, roles } of rows) if (roles !== null) found[name] = roles;
    const sorted = (list: Record<string, string>) =>
      Object.fromEntries(Object.entries(list).sort(([a], [b]) => a < b ? -1 : 1));
    assert.deepEqual(sorted(found), sorted(EXECUTE));
  } finally {
    await sql.end();
  }
});

Deno.test("every function says its search path, every object says what it is for", async () => {
  const sql = await testDatabase({ max: 1 });
  try {
    const silent = await sql<{ name: string }[]>`
      select p.oid::regprocedure::text || ' has no search_path' as name
      from pg_proc as p
      where p.pronamespace in ('public'::regnamespace, 'ops'::regnamespace)
        and not coalesce(p.proconfig, '{}') @> array['search_path=""']
      union all
      select p.oid::regprocedure::text || ' has no comment' from pg_proc as p
      where p.pronamespace in ('public'::regnamespace, 'ops'::regnamespace) and obj_description(p.oid, 'pg_proc') is null
      union all
      select c.oid::regclass::text || ' has no comment' from pg_class as c
      where c.relnamespace in ('public'::regnamespace, 'ops'::regnamespace) and c.relkind = 'r' and obj_description(c.oid, 'pg_class') is null
      union all
      select c.oid::regclass::text || ' has no row level security' from pg_class as c
      where c.relnamespace in ('public'::regnamespace, 'ops'::regnamespace) and c.relkind = 'r' and not c.relrowsecurity
      union all
      select t.oid::regtype::text || ' has no comment' from pg_type as t
      where t.typnamespace = 'public'::regnamespace and t.typtype = 'e' and obj_description(t.oid, 'pg_type') is null
      union all
      select c.conrelid::regclass::text || ': unnamed constraint ' || c.conname from pg_constraint as c
      where c.connamespace in ('public'::regnamespace, 'ops'::regnamespace) and c.contype = 'c' and c.conname ~ '_check[0-9]*$'`;
    assert.deepEqual(silent.map(({ name }) => name), []);
  } finally {
    await sql.end();
  }
});

import assert from "node:assert/strict";
import { testDatabase } from "../../../scripts/test/stack.ts";
import { ACTORS, EXECUTE, GRANTS, MATRIX } from "./privileges.ts";
import { type Outcome, test, type TestContext } from "../support/context.ts";

/** For each table, a change that its owner may make if any user may. It affects the owner's rows or, in reference tables, a spare row. */
const CHANGES: Record<string, string> = {
  users: "bio = 'New'",
  user_role: "granted_at = now()",
  user_setting: "language = 'de'",
  subscription: "syncs_used = 0",
  notification: "read_at = now()",
  audit_log: "action = 'x'",
  quota_usage_history: "syncs_used = 0",
  cache_store: "value = '2'",
  platform_connection: "is_active = false",
  social_account: "sync_mode = 'auto'",
  content_item: "title = 'Mine'",
  content_revision: "title = 'Rewritten'",
  content_media: "alt_text = 'x'",
  ai_model: "display_name = 'Other'",
  user_ai_setting: "tone = 'warm'",
  ai_suggestion: "feedback = 'kept'",
  ai_suggestion_application: "fields = '{tags}'",
  ai_usage: "outcome = 'x'",
  trending_keyword: "score = 2",
  seo_connection: "is_active = false",
  seo_submission: "status = 'submitted'",
  seo_usage: "used = 0",
  content_tag: "confidence_score = 0.5",
  content_click: "is_counted = false",
  trending_content: "rank_position = 2",
  featured_creator: "sort_order = 8",
  job_queue: "priority = 10",
  job_log: "message = 'Rewritten'",
  stripe_webhook_events: "status = 'ignored'",
};

/** Completes the fixtures: every table gets a row of the owner; reference tables get an unused row. */
async function fillTables(db: TestContext): Promise<void> {
  const { owner } = db.people;
  await db.query(`
    insert into public.notification (user_id, title) values ('${owner}', 'Hello');
    insert into public.audit_log (user_id, action) values ('${owner}', 'test.done');
    insert into public.quota_usage_history (user_id, tier_id, cycle_start_date, cycle_end_date, syncs_used, ai_analyses_used, seo_submissions_used)
      select user_id, tier_id, now() - interval '1 month', now(), 1, 1, 1 from public.subscription where user_id = '${owner}';
    insert into public.cache_store (key, value) values ('${owner}', '1');
    update public.content_item set title = 'Changed' where id = $item;
    insert into public.content_media (content_id, position, user_id, kind) values ($item, 0, '${owner}', 'image');
    insert into public.subscription_tier (slug, display_name, price_cents_per_month, max_social_accounts, max_syncs_per_month,
      max_ai_analyses_per_month, max_seo_submissions_per_month, sort_order) values ('spare', 'Spare', 0, 0, 0, 0, 0, 9);
    insert into public.subscription_status (slug, display_name, sort_order) values ('spare', 'Spare', 9);
    insert into public.platform (slug, display_name, website_url, sort_order) values ('spare', 'Spare', 'https://example.com', 9);
    insert into public.account_status (slug, display_name, sort_order) values ('spare', 'Spare', 9);
    insert into public.content_type (slug, display_name, sort_order) values ('spare', 'Spare', 9);
    insert into public.content_category (code, display_name, sort_order) values ('spare', 'Spare', 99);
    insert into public.content_tag (content_id, tag, source) values ($item, 'soup', 'creator');
    insert into public.content_click (content_id) values ($item);
    insert into public.trending_content (content_id, trend_score, trend_category, rank_position) values ($item, 1, 'today', 1);
    insert into public.featured_creator (user_id) values ('${owner}');
    insert into public.ai_provider (slug, display_name, sort_order) values ('spare', 'Spare', 9);
    insert into public.ai_model (provider_id, slug, display_name, context_tokens, max_output_tokens) select id, 'spare', 'Spare', 1, 1 from public.ai_provider where slug = 'spare';
    insert into public.user_ai_setting (user_id) values ('${owner}');
    insert into public.ai_suggestion (user_id, content_item_id, model_id, requested_model_id, fingerprint, suggested_titles, suggested_descriptions, suggested_tags, trending_score, seo_score)
      select '${owner}', $item, id, id, 'x', '{a,b,c}', '{d}', '{}', 1, 1 from public.ai_model where slug = 'llama3.2';
    insert into public.ai_suggestion_application (suggestion_id, user_id, content_item_id, fields, before, after)
      select id, user_id, content_item_id, '{title}', '{}', '{}' from public.ai_suggestion where user_id = '${owner}';
    insert into public.ai_usage (user_id, model_id, operation_type, prompt_tokens, completion_tokens, is_own_key, outcome, billing_cycle_start, billing_cycle_end)
      select '${owner}', id, 'generate_tags', 1, 1, false, 'valid', now(), now() from public.ai_model where slug = 'llama3.2';
    insert into public.trending_keyword (keyword, source, score, expires_at) values ('spare', 'feed', 1, now());
    insert into public.search_engine (slug, display_name, website_url, batch_size, window_seconds, sort_order) values ('spare', 'Spare', 'https://example.com', 1, 1, 9);
    insert into public.seo_connection (user_id, search_engine_id, site_url) select '${owner}', id, 'https://example.com' from public.search_engine where slug = 'google';
    insert into public.seo_submission (user_id, connection_id, submitted_url) select user_id, id, 'https://example.com/v/1' from public.seo_connection where user_id = '${owner}';
    insert into public.seo_usage (connection_id, user_id, quota, window_start, window_end)
      select id, user_id, 'inspections', now(), now() + interval '1 day' from public.seo_connection where user_id = '${owner}';
    insert into public.job_queue (user_id, job_type, handler, dedupe_hash, max_attempts) values ('${owner}', 'platform_sync', 'spare', 0, 1);
    insert into public.job_log (job_id, user_id, level, message) select id, user_id, 'info', 'Hello' from public.job_queue where user_id = '${owner}';
    insert into public.job_type select (jsonb_populate_record(type, '{"slug": "spare"}')).* from public.job_type as type where slug = 'quota_reset';
    insert into public.stripe_webhook_events (event_id, event_type, livemode, status) values ('${owner}', 'x', false, 'ignored');`);
}

/** Returns the sign of an outcome. A constraint violation (class 23) counts as permitted, because the privilege check has passed. */
function sign({ code, count, message }: Outcome): string {
  if (code === "42501") return "-";
  if (code === undefined) return count > 0 ? "+" : "0";
  assert.ok(code.startsWith("23"), `${code}: ${message}`);
  return "+";
}

test("every table × actor × verb matches the matrix, and no table is missing from it", async (db) => {
  const tables = await db.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  assert.deepEqual(tables.map(({ name }) => name), Object.keys(MATRIX).sort());

  await fillTables(db);
  const found: typeof MATRIX = {};
  for (const table of Object.keys(MATRIX)) {
    const rows: Record<string, string> = {
      users: "id",
      cache_store: "key",
      stripe_webhook_events: "event_id",
    };
    const isReference = !(table in CHANGES);
    const row = table === "content_category"
      ? "code = 'spare'"
      : table === "trending_keyword"
      ? "keyword = 'spare'"
      : table === "ai_model"
      ? "slug = 'spare'"
      : isReference
      ? "slug = 'spare'"
      : ["content_tag", "content_click", "trending_content"].includes(table)
      ? "content_id = $item"
      : `${rows[table] ?? "user_id"} = $owner`;
    // Tables of which only some columns may be read.
    const readable: Record<string, string> = {
      platform_connection: "id, is_active",
      seo_connection: "id, is_active",
      content_click: "id, clicked_at",
    };
    const columns = readable[table] ?? "*";
    found[table] = {};
    for (const actor of ACTORS) {
      const outcomes = [
        await db.attempt(actor, `select ${columns} from public.${table} where ${row}`),
        await db.attempt(actor, `insert into public.${table} default values`),
        await db.attempt(
          actor,
          `update public.${table} set ${CHANGES[table] ?? "sort_order = 8"} where ${row}`,
        ),
        await db.attempt(actor, `delete from public.${table} where ${row}`),
      ];
      found[table][actor] = outcomes.map(sign).join("");
    }
  }
  assert.deepEqual(found, MATRIX);
});

test("a query without a filter returns exactly the user's own rows", async (db) => {
  await fillTables(db);
  for (const [table, column] of [["users", "id"], ["user_role", "user_id"], ["user_setting", "user_id"]]) {
    for (const actor of ["owner", "other", "moderator", "admin"] as const) {
      const { rows } = await db.attempt(actor, `select distinct ${column} as id from public.${table}`);
      assert.deepEqual(rows, [{ id: db.people[actor] }], `${table} as ${actor}`);
    }
  }
  for (const table of ["social_account", "content_item", "content_revision", "platform_connection"]) {
    assert.ok((await db.attempt("owner", `select id from public.${table}`)).count > 0, table);
    for (const actor of ["other", "moderator", "admin"] as const) {
      assert.equal(
        (await db.attempt(actor, `select id from public.${table}`)).count,
        0,
        `${table} as ${actor}`,
      );
    }
  }
});

test("schema ops is closed to everybody but the operator", async (db) => {
  const tables = await db.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'ops'",
  );
  assert.ok(tables.length >= 7);
  for (const { name } of tables) {
    for (const actor of ACTORS) {
      assert.equal(await db.refused(actor, `select from ops.${name}`), "42501", `${name} as ${actor}`);
      assert.equal(await db.refused(actor, `delete from ops.${name}`), "42501", `${name} as ${actor}`);
    }
  }
  for (
    const call of [
      "ops.set_user_plan(null, 'premium')",
      "ops.fold_text('x')",
      "ops.search_library('x', 1, 0, null)",
    ]
  ) {
    for (const actor of ACTORS) {
      assert.equal(await db.refused(actor, `select ${call}`), "42501", `${call} as ${actor}`);
    }
  }
});

test("users cannot change the plan, counter, role, email, verified or secret columns of any row", async (db) => {
  const attempts: Record<string, string> = {
    users: "id email profile_slug is_verified onboarded_at hidden_at created_at updated_at",
    user_role: "role user_id",
    subscription: "tier_id status_id cycle_end_date syncs_used ai_analyses_used seo_submissions_used",
    social_account:
      "user_id platform_account_id status next_sync_at followers_count connection_id deleted_at",
    platform_connection: "vault_secret_name is_active token_expires_at scopes",
    content_item:
      "user_id social_account_id views_count total_clicks hidden_at source_hash vanished_at published_at",
    notification: "user_id title message data",
  };
  for (const [table, columns] of Object.entries(attempts)) {
    for (const column of columns.split(" ")) {
      for (const actor of ["owner", "moderator", "admin"] as const) {
        const { code } = await db.attempt(actor, `update public.${table} set ${column} = ${column}`);
        assert.equal(code, "42501", `${table}.${column} as ${actor}`);
      }
    }
  }
  for (const column of ["vault_secret_name", "refresh_lease", "refresh_error"]) {
    assert.equal(await db.refused("owner", `select ${column} from public.platform_connection`), "42501");
    assert.equal(
      (await db.attempt(
        "service",
        `select ${column} from public.platform_connection where id = $connection`,
      )).count,
      1,
    );
  }
});

test("no user can change another user's row or give a row to another user", async (db) => {
  const item = `public.content_item set title = 'Taken' where id = $item`;
  assert.equal((await db.attempt("owner", `update ${item}`)).count, 1);
  assert.equal((await db.attempt("other", `update ${item}`)).count, 0);
  assert.equal(await db.refused("anon", `update ${item}`), "42501");
  assert.equal(await db.refused("owner", `update public.user_setting set user_id = $other`), "42501");
});

Deno.test("every grant in the catalogue is listed in GRANTS, and every listed grant exists", async () => {
  const sql = await testDatabase({ max: 1 });
  try {
    const rows = await sql<{ name: string; role: string; privilege: string; columns: string | null }[]>`
      select c.oid::regclass::text as name, n.nspname as schema, a.grantee::regrole::text as role, lower(a.privilege_type) as privilege,
        null as columns
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
      cross join lateral aclexplode(c.relacl) as a
      where n.nspname in ('public', 'ops', 'publishing', 'feed', 'telemetry') and a.grantee <> c.relowner
      union all
      select c.oid::regclass::text, n.nspname, a.grantee::regrole::text, lower(a.privilege_type), string_agg(t.attname, ' ' order by t.attname)
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
      join pg_attribute as t on t.attrelid = c.oid and t.attnum > 0
      cross join lateral aclexplode(t.attacl) as a
      where n.nspname in ('public', 'ops', 'publishing', 'feed', 'telemetry') and a.grantee <> c.relowner
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
      where n.nspname in ('public', 'ops', 'publishing', 'feed', 'telemetry') and r.rolname in ('anon', 'authenticated', 'service_role')
        and has_schema_privilege(r.oid, n.oid, 'usage') and not has_schema_privilege(r.oid, n.oid, 'create')
      order by 1, 2`;
    assert.deepEqual(usage.map(({ name, role }) => `${name} ${role}`), [
      "public anon",
      "public authenticated",
      "public service_role",
      "publishing authenticated",
      "publishing service_role",
      "telemetry authenticated",
    ]);
  } finally {
    await sql.end();
  }
});

Deno.test("exactly the listed roles can execute each function", async () => {
  const sql = await testDatabase({ max: 1 });
  try {
    const rows = await sql<{ name: string; roles: string | null }[]>`
      select n.nspname || '.' || p.proname as name,
        (select string_agg(case when a.grantee = 0 then 'public' else a.grantee::regrole::text end, ' ' order by a.grantee::regrole::text)
          from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
          where a.grantee <> p.proowner and a.privilege_type = 'EXECUTE') as roles
      from pg_proc as p
      join pg_namespace as n on n.oid = p.pronamespace
      where n.nspname in ('public', 'ops', 'publishing', 'feed', 'telemetry')
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

Deno.test("every function sets its search_path, every table has row level security, every check has a name, and every object has a comment", async () => {
  const sql = await testDatabase({ max: 1 });
  try {
    const silent = await sql<{ name: string }[]>`
      select p.oid::regprocedure::text || ' has no search_path' as name
      from pg_proc as p
      where p.pronamespace in ('public'::regnamespace, 'ops'::regnamespace, 'publishing'::regnamespace, 'feed'::regnamespace, 'telemetry'::regnamespace)
        -- An aggregate has none; the functions that it is made of have.
        and p.prokind <> 'a' and not coalesce(p.proconfig, '{}') @> array['search_path=""']
      union all
      select p.oid::regprocedure::text || ' has no comment' from pg_proc as p
      where p.pronamespace in ('public'::regnamespace, 'ops'::regnamespace, 'publishing'::regnamespace, 'feed'::regnamespace, 'telemetry'::regnamespace) and obj_description(p.oid, 'pg_proc') is null
      union all
      select c.oid::regclass::text || ' has no comment' from pg_class as c
      where c.relnamespace in ('public'::regnamespace, 'ops'::regnamespace, 'publishing'::regnamespace, 'feed'::regnamespace, 'telemetry'::regnamespace) and c.relkind = 'r' and obj_description(c.oid, 'pg_class') is null
      union all
      select c.oid::regclass::text || ' has no row level security' from pg_class as c
      where c.relnamespace in ('public'::regnamespace, 'ops'::regnamespace, 'publishing'::regnamespace, 'feed'::regnamespace, 'telemetry'::regnamespace) and c.relkind = 'r' and not c.relrowsecurity
      union all
      select t.oid::regtype::text || ' has no comment' from pg_type as t
      where t.typnamespace = 'public'::regnamespace and t.typtype = 'e' and obj_description(t.oid, 'pg_type') is null
      union all
      select c.conrelid::regclass::text || ': unnamed constraint ' || c.conname from pg_constraint as c
      where c.connamespace in ('public'::regnamespace, 'ops'::regnamespace, 'publishing'::regnamespace, 'feed'::regnamespace, 'telemetry'::regnamespace) and c.contype = 'c' and c.conname ~ '_check[0-9]*$'`;
    assert.deepEqual(silent.map(({ name }) => name), []);
  } finally {
    await sql.end();
  }
});

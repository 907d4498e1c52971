/** Runs the statements under "Testing" and "Verification" in the requirements, unchanged: modules 000 to 002, and jobs of module 006. */
import assert from "node:assert/strict";
import { test as testWithFixtures, type TestContext } from "../support/context.ts";

const TEST_USER = "test@example.com";

/** Registers a test whose owner has the email of the statements. They run as the operator, whose search path includes public. */
function test(name: string, body: (db: TestContext) => Promise<void>): void {
  testWithFixtures(name, async (db) => {
    await db.query(`update auth.users set email = '${TEST_USER}' where id = $owner`);
    await body(db);
  });
}

test("module 000: the statements in the requirements return what their comments state", async (db) => {
  const user = await db.query("SELECT * FROM users WHERE email = 'test@example.com';");
  assert.equal(user.length, 1);
  assert.equal(user[0]?.id, db.people.owner);

  const subscription = await db.attempt(
    "operator",
    `INSERT INTO subscription (user_id, tier_id, status_id, cycle_start_date, cycle_end_date)
SELECT 
  (SELECT id FROM users WHERE email = 'test@example.com'),
  (SELECT id FROM subscription_tier WHERE slug = 'free'),
  (SELECT id FROM subscription_status WHERE slug = 'active'),
  NOW(),
  NOW() + INTERVAL '1 month';`,
  );
  assert.equal(subscription.code, "23505", "sign-up has already created it");
  assert.equal(subscription.constraint, "subscription_user_id_key");

  assert.equal(
    await db.value(`SELECT check_quota(
  (SELECT id FROM users WHERE email = 'test@example.com'),
  'sync'
); -- Should return true (not at limit)`),
    true,
  );

  const role = await db.attempt(
    "operator",
    `INSERT INTO user_role (user_id, role)
VALUES ((SELECT id FROM users WHERE email = 'test@example.com'), 'user');`,
  );
  assert.equal(role.code, "23505", "sign-up has already created it");

  assert.equal(
    await db.value(`SELECT has_role(
  (SELECT id FROM users WHERE email = 'test@example.com'),
  'user'
); -- Should return true`),
    true,
  );

  // The same statement works for a user whose subscription was deleted.
  await db.query(`delete from subscription where user_id = $owner`);
  const again = await db.attempt(
    "operator",
    `INSERT INTO subscription (user_id, tier_id, status_id, cycle_start_date, cycle_end_date)
SELECT 
  (SELECT id FROM users WHERE email = 'test@example.com'),
  (SELECT id FROM subscription_tier WHERE slug = 'free'),
  (SELECT id FROM subscription_status WHERE slug = 'active'),
  NOW(),
  NOW() + INTERVAL '1 month';`,
  );
  assert.equal(again.count, 1);
});

test("module 001: the statements in the requirements return what their comments state", async (db) => {
  const platforms = await db.query("SELECT * FROM platform ORDER BY sort_order;");
  assert.deepEqual(platforms.map(({ slug }) => slug), [
    "youtube",
    "instagram",
    "tiktok",
    "facebook",
    "twitter",
  ]);

  const connections = await db.query(
    "SELECT * FROM platform_connection WHERE user_id = (SELECT id FROM users WHERE email = 'test@example.com');",
  );
  assert.equal(connections.length, 1);
  assert.equal(connections[0]?.vault_secret_name, `streamvibe/connection/${db.connection}`);
  assert.equal(connections[0]?.is_active, true);

  const accounts = await db.query(
    "SELECT * FROM social_account WHERE user_id = (SELECT id FROM users WHERE email = 'test@example.com');",
  );
  assert.deepEqual(accounts.map(({ id }) => id), [db.account]);
});

test("module 002: the statements in the requirements return what their comments state", async (db) => {
  const types = await db.query("SELECT * FROM content_type ORDER BY sort_order;");
  assert.deepEqual(types.map(({ slug }) => slug), [
    "long_video",
    "short_video",
    "image",
    "carousel",
    "story",
    "reel",
    "post",
  ]);

  await db.query(`update content_item set title = 'Gaming tutorial' where id = $item`);
  const items = await db.query(`SELECT * FROM content_item 
WHERE social_account_id = (
  SELECT id FROM social_account 
  WHERE user_id = (SELECT id FROM users WHERE email = 'test@example.com')
)
ORDER BY published_at DESC
LIMIT 5;`);
  assert.equal(items.length, 3);

  await db.query(`update content_item set title = 'Gaming OR tutorial' where id = $item`);
  const found = await db.query(`SELECT title, description 
FROM content_item 
WHERE search_vector @@ plainto_tsquery('gaming OR tutorial')
LIMIT 10;`);
  assert.ok(found.some(({ title }) => title === "Gaming OR tutorial"));

  const deletion = await db.attempt(
    "operator",
    `DELETE FROM social_account 
WHERE user_id = (SELECT id FROM users WHERE email = 'test@example.com');`,
  );
  assert.equal(deletion.message, "Cannot delete social account with existing content");
});

test("module 006: the statements about jobs in the requirements return what their comments state", async (db) => {
  // The statements' subqueries select any job; the view limits them to the owner's, because other tests run concurrently.
  await db.query(`create temporary view job_queue as select * from public.job_queue where user_id = $owner`);
  const created = await db.value(`SELECT create_job(
  (SELECT id FROM users WHERE email = 'test@example.com'),
  'sync_youtube',
  '{"social_account_id": "123e4567-e89b-12d3-a456-426614174000"}'::jsonb,
  5 -- priority
);`);
  const jobs = await db.query(`SELECT * FROM get_user_jobs(
  (SELECT id FROM users WHERE email = 'test@example.com'),
  NULL, -- all statuses
  NULL, -- all types
  10,   -- limit
  0     -- offset
);`);
  assert.deepEqual(jobs.map(({ id, status }) => [id, status]), [[created, "pending"]]);
  const found = await db.query(`SELECT * FROM find_or_create_job(
  (SELECT id FROM users WHERE email = 'test@example.com'),
  'sync_youtube',
  '{"social_account_id": "123e4567-e89b-12d3-a456-426614174000"}'::jsonb
);`);
  assert.deepEqual(found.map(({ job_id, is_new }) => [job_id, is_new]), [[created, false]]);
  assert.equal(
    await db.value(`SELECT start_job(
  (SELECT id FROM job_queue WHERE status = 'pending' LIMIT 1),
  'edge-function-xyz'
);`),
    true,
  );
  await db.query(`SELECT update_job_progress(
  (SELECT id FROM job_queue WHERE status = 'processing' LIMIT 1),
  50,
  'Synced 50 of 100 videos'
);`);
  const [half] = await db.query("SELECT progress_percent, progress_message FROM job_queue;");
  assert.deepEqual(half, { progress_percent: 50, progress_message: "Synced 50 of 100 videos" });
  assert.equal(
    await db.value(`SELECT complete_job(
  (SELECT id FROM job_queue WHERE status = 'processing' LIMIT 1),
  '{"synced_count": 100, "new_items": 10}'::jsonb
);`),
    true,
  );
  const cached = await db.query(`SELECT * FROM get_cached_job_result(
  (SELECT id FROM users WHERE email = 'test@example.com'),
  'sync_youtube',
  '{"social_account_id": "123e4567-e89b-12d3-a456-426614174000"}'::jsonb,
  INTERVAL '1 hour'
); -- Should return cached result`);
  assert.deepEqual(cached.map(({ result }) => result), [{ synced_count: 100, new_items: 10 }]);
  await db.query(`SELECT cache_stripe_data(
  'stripe:product:prod_test',
  '{"id": "prod_test", "name": "Premium Plan"}'::jsonb,
  3600 -- 1 hour TTL
);`);
  assert.deepEqual(await db.value("SELECT get_cached_stripe_data('stripe:product:prod_test');"), {
    id: "prod_test",
    name: "Premium Plan",
  });
  const stats = await db.query(`SELECT * FROM get_job_queue_stats(
  (SELECT id FROM users WHERE email = 'test@example.com')
);`);
  assert.deepEqual(stats.map(({ job_type, status, job_count }) => [job_type, status, job_count]), [[
    "platform_sync",
    "completed",
    "1",
  ]]);
  assert.deepEqual(
    (await db.query("SELECT slug FROM job_type ORDER BY sort_order")).map(({ slug }) => slug).slice(0, 5),
    ["platform_sync", "ai_analysis", "seo_submission", "quota_reset", "token_refresh"],
  );
});

test("the verification checklists of modules 000 to 002 hold", async (db) => {
  const modules = await db.query<{ module: string; tables: string[] }>(`SELECT 
  CASE 
      WHEN tablename IN ('users', 'user_role', 'user_setting', 'subscription', 'subscription_tier', 'subscription_status', 'notification', 'audit_log', 'quota_usage_history', 'cache_store') THEN '000_base_core'
      WHEN tablename IN ('platform', 'account_status', 'platform_connection', 'social_account') THEN '001_platform_connections'
      WHEN tablename IN ('content_type', 'content_item', 'content_revision') THEN '002_content_management'
      WHEN tablename IN ('ai_provider', 'ai_model', 'user_ai_setting', 'ai_suggestion', 'ai_suggestion_application', 'ai_usage', 'trending_keyword') THEN '003_ai_integration'
      WHEN tablename IN ('search_engine', 'seo_connection', 'seo_submission', 'seo_usage') THEN '004_seo_integration'
      WHEN tablename IN ('content_category', 'content_tag', 'content_click', 'content_media', 'trending_content', 'featured_creator') THEN '005_discovery_platform'
      WHEN tablename IN ('job_type', 'job_queue', 'job_log', 'stripe_webhook_events') THEN '006_async_infrastructure'
      ELSE 'unknown'
  END as module,
  array_agg(tablename) as tables
FROM pg_tables 
WHERE schemaname = 'public'
GROUP BY 1 ORDER BY module;`);
  assert.deepEqual(modules.map(({ module, tables }) => [module, tables.length]), [
    ["000_base_core", 10],
    ["001_platform_connections", 4],
    ["002_content_management", 3],
    ["003_ai_integration", 7],
    ["004_seo_integration", 4],
    ["005_discovery_platform", 6],
    ["006_async_infrastructure", 4],
  ]);

  const enums = await db.query(
    "select typname as name from pg_type where typtype = 'e' and typnamespace = 'public'::regnamespace order by 1",
  );
  assert.deepEqual(enums.map(({ name }) => name), [
    "action_mode_enum",
    "app_role_enum",
    "job_status_enum",
    "notification_type_enum",
    "visibility_enum",
  ]);
  const functions = await db.query<{ name: string; arguments: string }>(`
    select proname as name, pg_get_function_identity_arguments(oid) as arguments from pg_proc
    where pronamespace = 'public'::regnamespace
      and proname in ('check_quota', 'increment_quota', 'decrement_quota', 'has_role', 'prevent_account_deletion_with_content')
    order by 1`);
  assert.deepEqual(functions.map((f) => `${f.name}(${f.arguments})`), [
    "check_quota(p_user_id uuid, p_quota_type text)",
    "decrement_quota(p_user_id uuid, p_quota_type text, p_amount integer)",
    "has_role(p_user_id uuid, p_role app_role_enum)",
    "increment_quota(p_user_id uuid, p_quota_type text, p_amount integer)",
    "prevent_account_deletion_with_content()",
  ]);
  assert.deepEqual(
    (await db.query("select slug from subscription_tier order by sort_order")).map(({ slug }) => slug),
    ["free", "basic", "premium"],
  );
  assert.deepEqual(
    (await db.query("select slug from account_status order by sort_order")).map(({ slug }) => slug),
    ["active", "inactive", "suspended", "disconnected"],
  );

  const policies = await db.query<{ tablename: string; count: string }>(
    "select tablename, count(*) from pg_policies where schemaname = 'public' group by 1",
  );
  const total = (tables: string[]) =>
    policies.filter((p) => tables.includes(p.tablename)).reduce((sum, p) => sum + Number(p.count), 0);
  assert.ok(total(modules[0]?.tables ?? []) >= 12);
  assert.ok(total(modules[1]?.tables ?? []) >= 2);
  assert.ok(total(modules[2]?.tables ?? []) >= 3);

  const indexes = await db.query<{ indexdef: string }>(
    "select indexdef from pg_indexes where tablename = 'content_item' and indexdef like '%USING gin%'",
  );
  assert.ok(indexes.some(({ indexdef }) => indexdef.includes("search_vector")));
  assert.ok(indexes.some(({ indexdef }) => indexdef.includes("gin_trgm_ops")));
});

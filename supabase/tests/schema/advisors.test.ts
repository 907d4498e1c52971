/** Tests the hosted advisors' lints that the command line omits (0025, 0028, 0029), and our own rules that no linter knows. */
import assert from "node:assert/strict";
import { testDatabase } from "../../../scripts/test/stack.ts";

async function lines(query: string): Promise<string[]> {
  const sql = await testDatabase({ max: 1 });
  try {
    return (await sql.unsafe<{ line: string }[]>(query)).map(({ line }) => line);
  } finally {
    await sql.end();
  }
}

Deno.test("0028, 0029: neither anon nor authenticated can execute a security definer function of the exposed schema", async () => {
  assert.deepEqual(
    await lines(`
    select p.oid::regprocedure || ' by ' || r.rolname as line
    from pg_proc as p, pg_roles as r
    where p.pronamespace = 'public'::regnamespace and p.prosecdef and r.rolname in ('anon', 'authenticated')
      and has_function_privilege(r.oid, p.oid, 'execute')`),
    [],
  );
});

Deno.test("0025: no storage bucket is public", async () => {
  const [storage] = await lines("select coalesce(to_regclass('storage.buckets')::text, '') as line");
  if (storage === "") return; // storage is not installed
  assert.deepEqual(await lines("select id as line from storage.buckets where public"), []);
});

Deno.test("every foreign key has an index, and every policy names its roles and evaluates its helpers once per statement", async () => {
  assert.deepEqual(
    await lines(`
    select conrelid::regclass || ' ' || conname as line from pg_constraint as c
    where contype = 'f' and connamespace in ('public'::regnamespace, 'ops'::regnamespace, 'publishing'::regnamespace, 'feed'::regnamespace, 'telemetry'::regnamespace)
      and not exists (select from pg_index as i where i.indrelid = c.conrelid and i.indpred is null
        and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)`),
    [],
  );
  assert.deepEqual(
    await lines(`
    select tablename || ': ' || policyname as line from pg_policies
    where schemaname in ('public', 'ops', 'publishing', 'feed', 'telemetry') and (roles = '{public}' or concat(qual, with_check) ~ '(?<!SELECT )(auth\\.uid|ops\\.current_user)')`),
    [],
  );
});

Deno.test("times are timestamptz, money is an exact number of cents, platform ids are text", async () => {
  assert.deepEqual(
    await lines(`
    select table_name || '.' || column_name as line from information_schema.columns
    where table_schema in ('public', 'ops', 'publishing', 'feed', 'telemetry') and (
      data_type in ('timestamp without time zone', 'money') or data_type = 'real' and column_name !~ '_ms$' or data_type = 'date' and column_name not in ('day', 'month')
      or column_name ~ '_cents' and data_type not in ('integer', 'bigint', 'numeric')
      or column_name ~ '^platform_(content|account)_id$' and data_type <> 'text')`),
    [],
  );
});

Deno.test("no table in the realtime publication has a column that users may not read", async () => {
  assert.deepEqual(
    await lines(`
    select a.attrelid::regclass || '.' || a.attname as line
    from pg_publication_tables as p
    join pg_attribute as a on a.attrelid = format('%I.%I', p.schemaname, p.tablename)::regclass and a.attnum > 0 and not a.attisdropped
    where p.pubname = 'supabase_realtime' and not has_column_privilege('authenticated', a.attrelid, a.attnum, 'select')`),
    [],
  );
  assert.deepEqual(
    await lines(
      "select tablename as line from pg_publication_tables where pubname = 'supabase_realtime' and schemaname = 'public' order by 1",
    ),
    [
      "ai_suggestion",
      "content_item",
      "job_log",
      "job_queue",
      "notification",
      "seo_submission",
      "social_account",
      "trending_content",
    ],
  );
});

Deno.test("only the listed functions use dynamic SQL", async () => {
  assert.deepEqual(
    await lines(`
    select p.oid::regproc::text as line from pg_proc as p
    where p.pronamespace in ('public'::regnamespace, 'ops'::regnamespace, 'publishing'::regnamespace, 'feed'::regnamespace, 'telemetry'::regnamespace) and p.prosrc ~* '\\mexecute\\M' order by 1`),
    [
      "check_health",
      "erase_account_rows",
      "keep_publishing_house",
      "ops.admin_list_slow_queries",
      "ops.backup_ages",
      "ops.erase_requested_data",
      "ops.keep_click_partitions",
      "ops.keep_telemetry",
      "read_data_export",
      "update_trending_keywords",
    ],
  );
});

Deno.test("every function that turns off sequential scans also turns off JIT compilation", async () => {
  assert.deepEqual(
    await lines(`
    select p.oid::regproc::text as line from pg_proc as p
    where p.pronamespace in ('public'::regnamespace, 'ops'::regnamespace, 'publishing'::regnamespace, 'feed'::regnamespace, 'telemetry'::regnamespace)
      and p.proconfig @> array['enable_seqscan=off'] and not p.proconfig @> array['jit=off']`),
    [],
  );
});

Deno.test("every cron job is staggered, has five fields, and contains no key and no URL", async () => {
  const jobs = await lines("select schedule || ' ' || command as line from cron.job order by 1");
  assert.ok(jobs.length >= 5);
  for (const job of jobs) {
    assert.match(
      job,
      /^(\S+ ){5}(select|do \$batches\$ begin for batch in 1\.\.\d+ loop exit when) (ops|public)\./,
    );
    assert.doesNotMatch(job, /https?:|sb_|eyJ/);
  }
  const minutes = jobs.map((job) => job.split(" ")[0]).filter((minute) => minute !== "*");
  assert.equal(new Set(minutes).size, minutes.length);
});

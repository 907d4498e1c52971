/** Tests that no table with users' rows is forgotten: each is exported and erased, or a rule states why not. */
import assert from "node:assert/strict";
import { test } from "../support/context.ts";

interface PersonalTable {
  table_name: string;
  condition: string;
  is_exported: boolean;
  columns: string[];
  key_columns: string[];
  erasure: string;
  reason: string | null;
}

const LIST = "select * from ops.list_personal_tables() order by table_name";
/** Matches columns that identify a person or something that belongs to a person. A table without such a column has no personal rows. */
const NAMES =
  `(^|_)(user|person|actor|owner|creator|author|follower|member|customer|subscriber)(_id|_key)?$|^(e?mail|phone)|_by$|^(content_item|content|social_account|post|target|media|endpoint|job|connection|suggestion)_id$`;

/** Tables with such a column whose rows do not belong to a person. */
const NOBODYS: Record<string, string> = {
  "ops.discovery_queue": "ids of items to be looked at; emptied within a minute",
  "ops.personal_rule": "the rules themselves",
  "ops.search_entry": "leaves with search_document, by trigger",
  "ops.visitor_day": "visitors of an item on a day, hashed with a key that is thrown away",
  "public.ai_model": "replaced_by: another model",
};

test("every table with a column that identifies a person is in the list", async (context) => {
  const listed = (await context.query<PersonalTable & Record<string, unknown>>(LIST)).map(({ table_name }) =>
    table_name
  );
  const naming = await context.query<{ name: string; columns: string }>(`
    select format('%I.%I', space.nspname, class.relname) as name, string_agg(attname, ', ') as columns
    from pg_class as class
    join pg_namespace as space on space.oid = class.relnamespace
    join pg_attribute on attrelid = class.oid and attnum > 0 and not attisdropped
    where class.relkind in ('r', 'p') and not class.relispartition and attname ~ '${NAMES}'
      and space.nspname !~ '^(pg_|auth$|vault$|cron$|net$|realtime$|storage$|extensions$|information_schema$|supabase_)'
    group by 1`);
  assert.ok(naming.length > 30);
  const forgotten = naming.filter(({ name }) => !listed.includes(name) && !(name in NOBODYS));
  assert.deepEqual(
    forgotten,
    [],
    "add a user_id, a foreign key that cascades, or a row in ops.personal_rule",
  );
});

test("a table that a later module adds is found automatically with its dependent tables, exported without secrets, and erased", async (context) => {
  await context.query(`
    create schema later;
    create table later.diary (id uuid primary key default gen_random_uuid(), user_id uuid not null references public.users (id) on delete cascade, text text, api_secret text);
    create table later.page (diary_id uuid references later.diary (id) on delete cascade, n integer, primary key (diary_id, n));
    create table later.pact (one uuid references public.users (id) on delete cascade, other uuid references public.users (id) on delete cascade, primary key (one, other));
    insert into later.diary (user_id, text, api_secret) values ($owner, 'mine', 's'), ($other, 'theirs', 's');
    insert into later.page select id, 1 from later.diary;
    insert into later.pact values ($other, $owner)`);
  const found = (await context.query<PersonalTable & Record<string, unknown>>(LIST)).filter((
    { table_name },
  ) => table_name.startsWith("later."));
  assert.deepEqual(
    found.map(({ table_name, columns, erasure }) => [table_name, columns.join(" "), erasure]),
    [
      ["later.diary", "id user_id text", "erased"],
      ["later.pact", "one other", "erased"],
      ["later.page", "diary_id n", "cascaded"],
    ],
  );
  const begun = await context.value<{ export_id: string }>("select begin_data_export($owner)");
  const part = await context.value<{ text: string }>(
    `select read_data_export($owner, '${begun.export_id}', 1)`,
  );
  assert.match(part.text, /later\.diary.*mine/);
  assert.doesNotMatch(part.text, /theirs|api_secret/);
  assert.equal(part.text.match(/"table" : "later\.page"/g)?.length, 1);

  const { code } = await context.value<{ code: string }>("select request_account_deletion($owner)");
  await context.query(`update ops.account_deletion set fence = 77 where code = '${code}'`);
  for (let round = 0; round < 50; round++) {
    if (await context.value<number>(`select erase_account_rows('${code}', 77, 20)`) < 20) break;
  }
  assert.deepEqual(await context.query("select text from later.diary"), [{ text: "theirs" }]);
  assert.equal(await context.value("select count(*)::integer from later.page"), 1);
  assert.equal(await context.value("select count(*)::integer from later.pact"), 0);
  await context.query(`delete from auth.users where id = $owner`);
});

test("listed tables can be exported and erased: keys, conditions and columns are valid, and no secret is exported", async (context) => {
  for (const own of await context.query<PersonalTable & Record<string, unknown>>(LIST)) {
    const { table_name, condition, columns, key_columns, erasure, reason, is_exported } = own;
    await context.query(
      `select ${columns.map((name) => `t."${name}"`)} from ${table_name} as t where ${
        condition.replaceAll("$1", `$owner::uuid`)
      } limit 1`,
    );
    if (is_exported) assert.ok(key_columns.length > 0, `${table_name} has a primary key`);
    if (!is_exported || ["kept", "anonymised"].includes(erasure)) assert.ok(reason, `${table_name} says why`);
    for (const name of columns) {
      if (is_exported) {
        assert.doesNotMatch(
          name,
          /secret|password|verifier|private_key|access_token|refresh_token/,
          table_name,
        );
      }
    }
    if (erasure !== "cascaded" || table_name === "public.users") continue;
    // Rows that are deleted with the login: the table's foreign keys cascade, or the step in its rule deletes them.
    if (["ops.billing_customer"].includes(table_name)) continue;
    const [path] = await context.query(`
      with recursive up (oid) as (
        select '${table_name}'::regclass::oid
        union
        select con.confrelid from up join pg_constraint as con on con.conrelid = up.oid and con.contype = 'f' and con.confdeltype = 'c')
      select from up where oid = 'public.users'::regclass`);
    assert.ok(path, `${table_name} cascades to public.users`);
  }
});

test("every rule is for an existing table", async (context) => {
  assert.deepEqual(
    await context.query("select table_name from ops.personal_rule where to_regclass(table_name) is null"),
    [],
  );
});

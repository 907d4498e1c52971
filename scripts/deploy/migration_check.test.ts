/** Which statements a deploy refuses on large tables: each paired with a similar harmless statement. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { testStack } from "../test/stack.ts";
import { checkMigrations, largeTables, tell } from "./migration_check.ts";

/** Statements that block a large table, each with one that does not. */
const RULES: [rule: string, offence: string, innocent: string][] = [
  [
    "require-concurrent-index-creation",
    "create index big_title_idx on public.big (title);",
    "create table public.fresh (id bigint); create index fresh_idx on public.fresh (id);",
  ],
  [
    "require-concurrent-index-deletion",
    "drop index public.big_title_idx;",
    "drop index public.small_title_idx;",
  ],
  [
    "changing-column-type",
    "alter table public.big alter column n type bigint;",
    "alter table small alter column n type bigint;",
  ],
  [
    "adding-required-field",
    "alter table big add column y text not null;",
    "alter table big add column y text;",
  ],
  [
    "adding-field-with-default",
    "alter table public.big add column y uuid default gen_random_uuid();",
    "alter table public.big add column y integer default 1;",
  ],
  [
    "adding-not-nullable-field",
    "alter table public.big alter column n set not null;",
    "alter table public.big alter column n drop not null;",
  ],
  [
    "constraint-missing-not-valid",
    "alter table public.big add constraint n_positive check (n > 0);",
    "alter table public.big add constraint n_positive check (n > 0) not valid;",
  ],
  [
    "adding-foreign-key-constraint",
    "alter table public.big add constraint f foreign key (n) references public.small (id);",
    "alter table public.big add constraint f foreign key (n) references public.small (id) not valid;",
  ],
  ["ban-drop-column", "alter table public.big drop column n;", "alter table public.small drop column n;"],
  [
    "renaming-column",
    "alter table public.big rename column n to m;",
    "comment on table public.big is 'large';",
  ],
  ["whole-table-update", "update public.big\nset n = 1;", "update public.big set n = 1 where id = 1;"],
  ["whole-table-delete", "delete from public.big;", "delete from public.big where id = 1;"],
  ["truncate", "truncate public.big;", "truncate public.small;"],
  ["lock-table", "lock table public.big;", "lock table public.small;"],
  ["rewrite", "alter table public.big set unlogged;", "alter table public.big set (fillfactor = 90);"],
  ["rewrite", "cluster public.big;", "create view public.biggest as select * from public.big;"],
];

/** Returns the rules that each text violates if `public.big` is large. */
async function rulesOf(texts: string[]): Promise<string[][]> {
  const folder = await Deno.makeTempDir({ prefix: "streamvibe-migrations-" });
  try {
    const files = texts.map((_, index) => `${folder}/${index}.sql`);
    for (const [index, text] of texts.entries()) {
      await Deno.writeTextFile(
        files[index] ?? "",
        `-- About public.big; update public.big set n = 1;\nselect 1;\n${text}\n`,
      );
    }
    const findings = await checkMigrations(files, ["public.big"]);
    return files.map((file) =>
      findings.filter((one) => one.file === file).map(({ rule, line }) => `${rule} in line ${line}`)
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("statements that block a large table are reported; similar harmless ones, and any on a small table, are not", async () => {
  const [offences, innocents, small] = await Promise.all([
    rulesOf(RULES.map(([, offence]) => offence)),
    rulesOf(RULES.map(([, , innocent]) => innocent)),
    rulesOf(RULES.map(([, offence]) => offence.replaceAll("big", "small"))),
  ]);
  for (const [index, [rule, offence, innocent]] of RULES.entries()) {
    assert.ok(
      offences[index]?.some((found) => found.startsWith(`${rule} in line 3`)),
      `${rule}: ${offence} passed`,
    );
    assert.deepEqual(innocents[index], [], `${rule}: ${innocent}`);
    assert.deepEqual(small[index], [], `${rule}: on a small table`);
  }
});

Deno.test("statements in a function's body are not reported, and a finding includes advice", async () => {
  const body =
    "create function public.f() returns void language plpgsql set search_path = '' as $$ begin update public.big set n = 1; end $$;";
  assert.deepEqual(await rulesOf([body]), [[]]);
  const said = tell({
    file: "a.sql",
    line: 3,
    rule: "truncate",
    table: "public.big",
    advice: "delete in batches, by a job",
  });
  assert.equal(said, "a.sql:3: truncate on public.big, which is large; delete in batches, by a job");
});

Deno.test("a table counts as large by its number of rows", async () => {
  const { db_url } = await testStack();
  const sql = postgres(db_url, { max: 1, onnotice: () => {} });
  const name = `large_${crypto.randomUUID().slice(0, 8)}`;
  try {
    await sql.unsafe(
      `create schema ${name}; create table ${name}.big as select generate_series(1, 100000) as n; analyze ${name}.big;
      create table ${name}.small as select generate_series(1, 100) as n; analyze ${name}.small`,
    ).simple();
    const large = await largeTables(sql);
    assert.ok(large.includes(`${name}.big`));
    assert.ok(!large.includes(`${name}.small`));
  } finally {
    await sql.unsafe(`drop schema if exists ${name} cascade`);
    await sql.end();
  }
});

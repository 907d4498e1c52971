import assert from "node:assert/strict";
import { documentProblems } from "./documents.ts";
import { bareImports } from "./functions.ts";
import { pinsFor } from "./functions_config.ts";
import { bareSql, sqlProblems } from "./sql_rules.ts";

const SOUND = `
create function ops.add_one(p_value integer)
returns integer
language plpgsql immutable
set search_path = ''
as $$ begin return p_value + 1; end $$;
comment on function ops.add_one is 'One more.';
revoke execute on function ops.add_one from public;
`;

Deno.test("a sound function breaks no SQL rule", () => {
  assert.deepEqual(sqlProblems("x.sql", SOUND), []);
});

Deno.test("a function without search_path, comment, volatility or revoke is named with its line", () => {
  for (
    const [cut, message] of [
      [/set search_path = ''\n/, "search_path"],
      [/comment on .*\n/, "no comment"],
      [/ immutable/, "volatility"],
      [/revoke .*\n/, "not revoked"],
    ] as const
  ) {
    const problems = sqlProblems(
      "x.sql",
      SOUND.replace(cut, "\n".repeat(cut.source.endsWith("\\n") ? 1 : 0)),
    );
    assert.equal(problems.length, 1, `${cut}: ${problems.join("; ")}`);
    assert.match(problems[0] as string, new RegExp(`x\\.sql:2: .*${message}`));
  }
});

Deno.test("capitals are refused in statements and allowed in comments, literals and quoted names", () => {
  const sql = `select 'Free' as "Plan"; -- A comment\nSELECT 1;`;
  assert.deepEqual(sqlProblems("x.sql", sql), ["x.sql:2: SQL is written in lower case"]);
  assert.equal(bareSql(sql).split("\n").length, 2);
});

Deno.test("a table needs a comment and, in public, row level security", () => {
  const problems = sqlProblems("x.sql", "create table public.thing (id uuid primary key);");
  assert.equal(problems.length, 2, problems.join("; "));
});

Deno.test("a function's pins are the packages that its files reach, in the root's versions", () => {
  const root = {
    zod: "npm:zod@4.6.7",
    jose: "npm:jose@6.2.17",
    "@supabase/server": "npm:@supabase/server@1.8.1",
  };
  assert.deepEqual(pinsFor(["zod", "@supabase/server/core"], root), {
    "@supabase/server": "npm:@supabase/server@1.8.1",
    zod: "npm:zod@4.6.7",
  });
  assert.throws(() => pinsFor(["left-pad"], root), /Cannot pin left-pad/);
});

Deno.test("imports are followed through files, types and dynamic imports", async () => {
  const found = await bareImports("supabase/functions/health/index.ts");
  for (const name of ["zod", "@supabase/server/core", "@sentry/deno"]) {
    assert.ok(found.has(name), `${name} is missing in ${[...found].join(", ")}`);
  }
});

Deno.test("a document that names a file or links to one that is not there is told", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/guide.md`;
    await Deno.writeTextFile(
      file,
      "`scripts/check/check.ts` [here](guide.md#x) [web](https://x.example/y) `scripts/check/gone.ts` [gone](gone.md)",
    );
    const told = (await documentProblems([file])).map((problem) => problem.replace(/^.* names /, ""));
    assert.deepEqual(told, [
      "scripts/check/gone.ts, which is not there",
      `${folder}/gone.md, which is not there`,
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

import assert from "node:assert/strict";
import { RAISED } from "../../functions/_shared/errors.ts";
import { testDatabase } from "../../../scripts/test/stack.ts";

/** Returns the rows of a page's tables: SQLSTATE → error code. */
async function documented(page: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const line of (await Deno.readTextFile(page)).split("\n")) {
    const code = line.match(/\| \[?`([a-z_]+)`/)?.[1];
    if (!line.startsWith("|") || code === undefined) continue;
    for (const [state] of line.matchAll(/\bSV[A-Z]\d{2}\b/g)) found[state] = code;
  }
  return found;
}

Deno.test("the SQL functions, the kernel's error table and the documents list the same SQLSTATEs", async () => {
  const sql = await testDatabase({ max: 1 });
  try {
    const bodies = await sql<{ states: string[] }[]>`
      select array(select m[1] from regexp_matches(prosrc, 'errcode = ''([0-9A-Z]{5})''', 'g') as m) as states
      from pg_proc where pronamespace in ('public'::regnamespace, 'ops'::regnamespace)`;
    const raised = bodies.flatMap(({ states }) => states).filter((state) => state.startsWith("SV"));
    assert.deepEqual([...new Set(raised)].sort(), Object.keys(RAISED).sort());
  } finally {
    await sql.end();
  }
  assert.deepEqual(await documented("docs/problems.md"), { ...RAISED });
  assert.deepEqual(await documented("database/README.md"), { ...RAISED });
});

import assert from "node:assert/strict";
import { CODES } from "../../supabase/functions/_shared/errors.ts";
import { ADVICE } from "./problem_advice.ts";
import { documentProblems } from "./documents.ts";
import { bareImports } from "./functions.ts";
import { pinsFor } from "./functions_config.ts";

Deno.test("a function pins the packages that its files import, in the root's versions", () => {
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

Deno.test("a document that names or links to a missing file is reported", async () => {
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

Deno.test("every error code has advice for docs/problems.md", () => {
  assert.deepEqual(Object.keys(CODES).filter((code) => !(code in ADVICE)), []);
});

/** Tests each workflow rule with a violation, and the scripts that the workflows call. */
import assert from "node:assert/strict";
import { putComment, readSummaries, writeComment } from "../ci/pull_request_comment.ts";
import { phasesOf } from "../ci/changed_phases.ts";
import { rulesOf, workflowProblems } from "./workflows.ts";

const GOOD = `name: good
on: push
permissions:
  contents: read
concurrency:
  group: good
jobs:
  one:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - run: bash .ci/run
`;

Deno.test("the workflows are valid, pinned and request only the permissions they need", async () => {
  assert.deepEqual(await workflowProblems(), []);
});

Deno.test("each workflow rule detects its violation", () => {
  assert.deepEqual(rulesOf(GOOD), []);
  const offences: [from: string, to: string, problem: RegExp][] = [
    ["@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", /line 12 must name an action by commit/],
    [" # v7.0.1", "", /with its version as a comment/],
    ["contents: read", "contents: write", /permissions must be contents: read/],
    ["concurrency:\n  group: good\n", "", /concurrency is missing/],
    ["    timeout-minutes: 5\n", "", /no timeout-minutes/],
    ["run: bash .ci/run", "run: |\n          one\n          two", /logic in YAML/],
    ["bash .ci/run", "echo ${{ github.event.pull_request.title }}", /puts what others wrote into a shell/],
  ];
  for (const [from, to, problem] of offences) {
    assert.match(rulesOf(GOOD.replace(from, to)).join("; "), problem);
  }
});

Deno.test("a change affects the phases of its files; a change to shared files affects all phases", () => {
  assert.deepEqual(phasesOf(["README.md", "docs/ai.md"]), []);
  assert.deepEqual(
    phasesOf(["supabase/functions/sync-youtube/index.ts", "scripts/postman/scenarios/phase_6.ts"]),
    [3, 6],
  );
  assert.deepEqual(phasesOf(["database/schema/006_async_infrastructure.sql"]).at(0), 7);
  assert.equal(phasesOf(["supabase/functions/_shared/context.ts"]).at(0), 1);
  assert.ok(phasesOf(["deno.json"]).length >= 8);
});

Deno.test("a pull request gets one comment, which later runs find and update even behind a hundred others", async () => {
  const comments = Array.from(
    { length: 130 },
    (_, id) => ({ id, body: id % 2 ? `comment ${id}` : null as string | null }),
  );
  const seen: string[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.headers.get("authorization") !== "Bearer token") return new Response("no", { status: 401 });
    seen.push(request.method);
    if (request.method === "GET") {
      const from = 100 * (Number(searchParams.get("page")) - 1);
      return Response.json(comments.slice(from, from + 100));
    }
    const { body } = await request.json();
    const [, id] = pathname.match(/comments\/(\d+)$/) ?? [];
    const comment = id === undefined ? { id: comments.length, body } : comments[Number(id)];
    if (!comment) return new Response("none", { status: 404 });
    if (id === undefined) comments.push(comment);
    comment.body = body;
    return Response.json(comment);
  });
  const repository = { api: `http://127.0.0.1:${server.addr.port}`, name: "a/b", token: "token" };
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/phase-2`);
    await Deno.writeTextFile(
      `${folder}/phase-2/phase-2-summary.json`,
      '{"phase":2,"passed":220,"failed":1,"seconds":31}',
    );
    await Deno.writeTextFile(
      `${folder}/phase-1-summary.json`,
      '{"phase":1,"passed":68,"failed":0,"seconds":12}',
    );
    const text = writeComment(await readSummaries(folder), "https://example.com/run");
    assert.match(text, /✅ 1 User Onboarding \| 68 \| 0 \| 12 s \|\n\| ❌ 2 Platform OAuth \| 220 \| 1/);
    await putComment(repository, 7, text);
    await putComment(repository, 7, `${text}\nagain`);
    assert.equal(comments.length, 131);
    assert.match(comments.at(-1)?.body ?? "", /again$/);
    assert.deepEqual(seen, ["GET", "GET", "POST", "GET", "GET", "PATCH"]);
    await assert.rejects(() => putComment({ ...repository, token: "x" }, 7, text), /GitHub answered 401/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the workflow scripts print their help, refuse wrong arguments and print what a dry run would do", async () => {
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command("bash", { args, env: { DENO: "deno" } }).output();
    return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  };
  const cases: [string[], RegExp, number][] = [
    [["scripts/ci/phase.sh", "--help"], /^Usage/, 0],
    [["scripts/ci/phase.sh"], /its number is needed/, 2],
    [["scripts/ci/phase.sh", "3", "--dry-run"], /Would run: deno task test:phase 3/, 0],
    [["scripts/ci/migrations.sh", "--help"], /^Usage/, 0],
    [["scripts/ci/migrations.sh", "16"], /must be 15 or 17, got "16"/, 2],
    [["scripts/ci/migrations.sh", "17", "--dry-run"], /Would run: deno task test .*rollback/, 0],
    [["scripts/ci/deploy.sh", "--help"], /^Usage/, 0],
    [["scripts/ci/deploy.sh", "moon"], /Cannot understand "moon"/, 2],
  ];
  for (const [args, message, code] of cases) {
    const result = await run(...args);
    assert.equal(result.code, code, args.join(" "));
    assert.match(result.text, message);
  }
});

/** Tests scripts/test-phase.sh as a person or a workflow calls it. */
import assert from "node:assert/strict";
import { testStack } from "../test/stack.ts";

async function testPhase(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["scripts/test-phase.sh", ...args],
    env: { NO_COLOR: "1", DENO: Deno.execPath(), ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: decode(stdout), errors: decode(stderr) };
}

async function inTemporaryFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "streamvibe-test-phase-" });
  await work(folder).finally(() => Deno.remove(folder, { recursive: true }));
}

Deno.test("test-phase prints its help and explains what is wrong with its arguments", async () => {
  assert.match((await testPhase(["--help"])).out, /^Usage: scripts\/test-phase\.sh PHASE/);
  const wrong: [string[], RegExp][] = [
    [[], /Cannot test a phase: its number is missing/],
    [["99"], /Cannot test phase 99: it must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10$/m],
    [["*"], /Cannot test phase \*: it must be one of/],
    [["1", "2"], /Cannot test several phases at once/],
    [["1", "--fast"], /Cannot read --fast: no such option/],
    [["1", "--stack"], /Cannot read --stack: it needs a file/],
    [["1", "--stack", "a", "--environment", "b"], /Cannot use --stack and --environment at once/],
    [
      ["1", "--environment", "/nowhere.json"],
      /Cannot read the environment: there is no file \/nowhere\.json/,
    ],
  ];
  for (const [args, message] of wrong) {
    const { code, errors } = await testPhase(args);
    assert.equal(code, 2, args.join(" "));
    assert.match(errors, message);
  }
});

Deno.test("test-phase reports that no stack runs, or that it does not respond", async () => {
  const none = await testPhase(["1"], { STREAMVIBE_HOME: "/nowhere" });
  assert.equal(none.code, 1);
  assert.match(
    none.errors,
    /Cannot find a running stack: there is no \/nowhere\/stack\.json; run `deno task start`/,
  );
  await inTemporaryFolder(async (folder) => {
    const stack = { api_url: "http://127.0.0.1:9", publishable_key: "a", secret_key: "b" };
    await Deno.writeTextFile(`${folder}/stack.json`, JSON.stringify(stack));
    const dead = await testPhase(["1"], { STREAMVIBE_HOME: folder });
    assert.equal(dead.code, 1);
    assert.match(dead.errors, /Cannot reach the stack at http:\/\/127\.0\.0\.1:9/);
  });
});

Deno.test("test-phase --dry-run prints the command and runs nothing", async () => {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/stack.json`, "{}");
    const { code, out } = await testPhase(["2", "--dry-run", "--stack", `${folder}/stack.json`]);
    assert.equal(code, 0);
    assert.match(out, /Would run: .*run_collection\.ts --collection postman\/Phase_2_Platform_OAuth/);
  });
});

Deno.test("test-phase counts passed and failed assertions, exits with 1 on a failure, and leaves no secret in the report", async () => {
  await testStack();
  const stack = JSON.parse(await Deno.readTextFile(Deno.env.get("STREAMVIBE_TEST_STACK") ?? ""));
  await inTemporaryFolder(async (folder) => {
    const values = ["api_url", "publishable_key", "mail_url", "simulator_url"]
      .map((key) => ({ key, value: stack[key], type: key.endsWith("_key") ? "secret" : "default" }));
    const environment = `${folder}/environment.json`;
    const summary = `${folder}/summary.json`;
    const run = async (secret_key: string) => {
      const file = {
        name: "of a test",
        values: [...values, { key: "secret_key", value: "", type: "secret" }],
      };
      await Deno.writeTextFile(environment, JSON.stringify(file));
      const args = [
        "1",
        "--environment",
        environment,
        "--summary",
        summary,
        "--report",
        `${folder}/report.html`,
      ];
      const { code, out, errors } = await testPhase(args, { STREAMVIBE_SECRET_KEY: secret_key });
      const counts = JSON.parse(await Deno.readTextFile(summary));
      return { code, counts, text: out + errors };
    };

    const good = await run(stack.secret_key);
    assert.equal(good.code, 0, good.text);
    assert.equal(good.counts.failed, 0);
    assert.ok(good.counts.passed > 50, `only ${good.counts.passed} assertions`);
    const report = await Deno.readTextFile(`${folder}/report.html`);
    for (const secret of [stack.publishable_key, stack.secret_key, "eyJ"]) {
      assert.ok(!report.includes(secret), "a key or a token in the report");
    }
    assert.ok(report.includes("1.8 Check Quotas"));
    assert.ok(!/(src|href)=["']?https?:/.test(report), "the report loads resources from another host");

    const bad = await run("sb_secret_of_another_project");
    assert.equal(bad.code, 1);
    assert.ok(bad.counts.failed > 0);
    assert.match(bad.text, /Cannot create a creator: the server answered 401/);
  });
});

/** Deploys phases one after another on an empty stack with scripts/deploy-phase.sh; `deno task deploy:drill` is the long version. */
import assert from "node:assert/strict";
import { copyRepository, PhasedStack, seededRandom } from "./phased_stack.ts";
import { unknownNames } from "./phases.ts";
import { findPrevious } from "./rollback.ts";
import type { Deployment } from "./record.ts";

async function script(name: string, args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: [`scripts/${name}`, ...args],
    env: { NO_COLOR: "1", DENO: Deno.execPath(), ...env },
    stdin: "null",
  }).output();
  return { code, out: new TextDecoder().decode(stdout), errors: new TextDecoder().decode(stderr) };
}

Deno.test("every name in the list of phases is a function or a module", async () => {
  assert.deepEqual(await unknownNames(), []);
});

Deno.test("deploy-phase and rollback-phase print their help and refuse unintended calls", async () => {
  assert.match((await script("deploy-phase.sh", ["--help"])).out, /^Usage: scripts\/deploy-phase\.sh PHASE/);
  assert.match(
    (await script("rollback-phase.sh", ["--help"])).out,
    /^Usage: scripts\/rollback-phase\.sh PHASE/,
  );
  const wrong: [string, string[], RegExp, number][] = [
    ["deploy-phase.sh", [], /its number is missing/, 2],
    ["deploy-phase.sh", ["1", "2"], /several phases at once/, 2],
    ["deploy-phase.sh", ["1", "--fast"], /Unknown option '--fast'/, 2],
    ["deploy-phase.sh", ["1", "--module"], /Unknown option '--module'/, 2],
    ["deploy-phase.sh", ["99"], /Cannot deploy phase 99: it must be one of 1 to /, 1],
    ["deploy-phase.sh", ["1", "--target", "moon"], /must be local, staging or production, got moon/, 1],
    ["deploy-phase.sh", ["1", "--target", "production"], /in production without --yes/, 2],
    ["deploy-phase.sh", ["1", "--target", "staging"], /SUPABASE_PROJECT_REF is missing/, 1],
    ["rollback-phase.sh", ["1", "--target", "production"], /in production without --yes/, 2],
    ["rollback-phase.sh", ["1", "--module"], /without --yes: its data is deleted with it/, 2],
  ];
  for (const [name, args, message, code] of wrong) {
    const result = await script(name, args, { STREAMVIBE_HOME: "/nowhere" });
    assert.equal(result.code, code, `${name} ${args.join(" ")}: ${result.errors}`);
    assert.match(result.errors, message);
  }
  const none = await script("deploy-phase.sh", ["1"], { STREAMVIBE_HOME: "/nowhere" });
  assert.match(none.errors, /no stack runs in \/nowhere; run `deno task start --empty`/);
});

Deno.test("a rollback restores the previous release, and the next rollback the one before it", () => {
  const row = (
    id: number,
    phase: number,
    release: string,
    action: Deployment["action"] = "deploy",
    is_done = true,
  ) => ({
    id: String(id),
    phase,
    release,
    action,
    revision: "r",
    checksums: {},
    cron_jobs: [],
    finished_at: is_done ? new Date() : null,
  });
  const [a, b, c] = [row(1, 1, "a"), row(2, 2, "b"), row(3, 2, "c")];
  const previous = (phase: number, ...rows: Deployment[]) => findPrevious(rows, phase).previous.release;
  assert.equal(previous(2, c, b, a), "b");
  assert.equal(previous(2, row(4, 2, "b", "rollback"), c, b, a), "a");
  assert.equal(
    previous(2, row(4, 2, "b", "rollback", false), c, b, a),
    "b",
    "an interrupted rollback is repeated",
  );
  assert.equal(
    previous(2, row(4, 2, "d", "deploy", false), c, b, a),
    "c",
    "after a deploy that failed half-way",
  );
  assert.throws(() => previous(1, a), /no release was deployed before it/);
  assert.throws(
    () => previous(1, c, b, a),
    /Cannot roll back phase 1: phase 2 \(Platform OAuth\) is deployed/,
  );
  assert.throws(() => previous(1), /nothing was deployed here/);
});

Deno.test("phases deploy one by one on an empty stack, each works, a killed deploy can be repeated, and everything rolls back", async (t) => {
  const seed = Math.floor(Math.random() * 1e9);
  const random = seededRandom(seed);
  await using stack = await PhasedStack.boot();
  const empty = await stack.describe();
  const done = (outcome: { code: number; text: string }) => assert.equal(outcome.code, 0, outcome.text);

  await t.step("nothing is served before the first deploy", async () => {
    const response = await fetch(`${stack.stack.info.api_url}/functions/v1/health`);
    await response.body?.cancel();
    assert.equal(response.status, 404);
    const { text } = await stack.deploy(1, "--dry-run");
    assert.match(text, /would apply +base_core .*Nothing was changed/s);
    assert.deepEqual(await stack.describe(), empty);
  });

  await t.step("phase 1 works without the others", async () => {
    done(await stack.deploy(1));
    const { passed, failed, text } = await stack.collection(1);
    assert.equal(failed, 0, text);
    assert.ok(passed > 50);
    assert.deepEqual(await stack.failingJobs(), []);
  });

  await t.step("a second run changes nothing", async () => {
    const before = await stack.state();
    // Two concurrent deploys run one after the other.
    const again = await Promise.all([stack.deploy(1), stack.deploy(1)]);
    for (const { text } of again) assert.match(text, /Nothing to change/);
    assert.deepEqual(await stack.state(), before);
  });

  await t.step(
    `after kills at random moments (seed ${seed}), the next deploy of phase 2 completes`,
    async () => {
      let kills = 0;
      for (const span of [1_500, 6_000]) {
        const { isKilled } = await stack.run("deploy-phase.sh", ["2"], { killAfterMs: random() * span });
        if (isKilled) kills += 1;
      }
      assert.ok(kills > 0, "nothing was killed");
      done(await stack.deploy(2));
      const { failed, text } = await stack.collection(2);
      assert.equal(failed, 0, text);
      assert.deepEqual(await stack.failingJobs(), []);
      const rows = await stack
        .sql`select phase, finished_at, steps from ops.deployment where phase = 2 and finished_at is not null`;
      assert.equal(rows.length, 1, "one row per deploy, however often it was interrupted");
    },
  );

  await t.step("one command rolls back functions and cron jobs, and a deploy restores them", async () => {
    const back = await stack.rollBack(2);
    done(back);
    assert.match(back.text, /removed erase-requested-data, refresh-expiring-tokens/);
    const gone = await fetch(`${stack.stack.info.api_url}/functions/v1/oauth-youtube-init`);
    await gone.body?.cancel();
    assert.equal(gone.status, 404);
    const wrong = await stack.rollBack(2);
    assert.match(wrong.text, /Cannot roll back phase 2: phase 1 \(User Onboarding\) is deployed/);
    done(await stack.deploy(2));
  });

  await t.step(
    "a release that fails its check is rolled back automatically, and the function it broke works again",
    async () => {
      const root = await Deno.makeTempDir({ prefix: "streamvibe-repository-" });
      try {
        await copyRepository(root);
        const broken = `${root}/supabase/functions/oauth-youtube-init/index.ts`;
        await Deno.writeTextFile(
          broken,
          'import { nothing } from "./missing.ts"; export default { fetch: nothing };',
        );
        const { code, text } = await stack.run("deploy-phase.sh", ["2", "--watch", "1"], { root });
        assert.equal(code, 1, text);
        assert.match(text, /oauth-youtube-init answers 503 BOOT_ERROR/);
        assert.match(text, /Deployed phase 2, and rolled it back/);
        const again = await fetch(`${stack.stack.info.api_url}/functions/v1/oauth-youtube-init`);
        await again.body?.cancel();
        assert.ok(again.status < 500, `answers ${again.status}`);
        const [last] = await stack
          .sql`select action, phase, finished_at is not null as is_done from ops.deployment order by id desc limit 1`;
        assert.deepEqual({ ...last }, { action: "rollback", phase: 2, is_done: true });
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    },
  );

  await t.step("an older phase is not deployed over a newer one", async () => {
    assert.match(
      (await stack.deploy(1)).text,
      /Cannot deploy phase 1: phase 2 \(Platform OAuth\) is already deployed/,
    );
  });

  await t.step("modules are removed, the last phase first, and nothing is left", async () => {
    assert.match((await stack.rollBack(1, "--module", "--yes")).text, /phase 2 .* the last is removed first/);
    for (const phase of [2, 1]) done(await stack.rollBack(phase, "--module", "--yes"));
    const ours = (await stack.describe()).filter((line) =>
      / (public|ops)\.|schema ops|^job |supabase_realtime/.test(line) && !empty.includes(line)
    );
    assert.deepEqual(ours, []);
  });
});

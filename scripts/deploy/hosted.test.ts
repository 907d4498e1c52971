/**
 * A Supabase project from scratch: secrets, phase 1, rotation, rollback. The official CLI talks to a simulated platform in front of an
 * empty stack.
 */
import assert from "node:assert/strict";
import { listArchives } from "../backup/manifest.ts";
import { openStore } from "../backup/store.ts";
import { copyRepository, PhasedStack, type RunOptions } from "./phased_stack.ts";
import { ACCESS_TOKEN, PROJECT, SimulatedPlatform } from "./simulated_platform.ts";

// Each CLI call takes seconds, and there are twenty: the test has its own lane in .ci/run.
const ignore = !Deno.env.get("STREAMVIBE_LONG_TESTS");

/** The settings with which an operator deploys to the simulated project. */
function settingsOf({ stack }: PhasedStack, platform: SimulatedPlatform) {
  return {
    SUPABASE_PROFILE: platform.profile,
    SUPABASE_PROJECT_REF: PROJECT,
    SUPABASE_ACCESS_TOKEN: ACCESS_TOKEN,
    STREAMVIBE_DEPLOY_DB_URL: `${stack.info.db_url}?sslmode=disable`,
    PROJECT_URL: stack.info.api_url,
  };
}

Deno.test(
  "a hosted project gets its secrets and phase 1 through the official CLI, and a secret is rotated without a gap",
  { ignore },
  async (t) => {
    await using stack = await PhasedStack.boot();
    await using platform = await SimulatedPlatform.open(stack.home);
    const { sql } = stack;
    const { api_url, db_url, secret_key } = stack.stack.info;
    await sql`delete from vault.secrets where name in ('project_url', 'cron_secret_key')`;
    const env = settingsOf(stack, platform);
    const file = `${stack.home}/settings.env`;
    const settings: Record<string, string> = {
      PROJECT_URL: api_url,
      CRON_SECRET_KEY: "sb_secret_before_rotation",
      YOUTUBE_CLIENT_SECRET: "GOCSPX-hosted",
      OAUTH_REDIRECT_URIS: "https://app.example/oauth/callback",
      OPENAI_API_KEY: "sk-hosted",
      PUBLIC_SITE_URL: "https://app.example",
      STRIPE_SECRET_KEY: "sk_test_hosted",
      STRIPE_WEBHOOK_SECRET: "whsec_first",
      BILLING_RETURN_URLS: "https://app.example/billing",
    };
    let said = "";
    const run = async (target: "staging" | "local", script: string, ...args: string[]) => {
      const text = Object.entries(settings).map(([name, value]) => `${name}=${value}`).join("\n");
      await Deno.writeTextFile(file, text);
      const outcome = await stack.run(script, ["--target", target, ...args], { env });
      said += outcome.text;
      return outcome;
    };
    const secrets = (...args: string[]) =>
      run("staging", "setup-vault-secrets.sh", "--env-file", file, ...args);
    /** Ages and rotation are the same for every target; the local one needs no external CLI. */
    const local = (...args: string[]) => run("local", "setup-vault-secrets.sh", "--env-file", file, ...args);
    const deploy = () => run("staging", "deploy-phase.sh", "1");
    const inVault = async (name: string) =>
      (await sql`select decrypted_secret as value from vault.decrypted_secrets where name = ${name}`)[0]
        ?.value;

    await t.step("a deploy without its secrets lists the missing ones and changes nothing", async () => {
      const { code, text } = await deploy();
      assert.equal(code, 1);
      assert.match(
        text,
        /PROJECT_URL, CRON_SECRET_KEY are missing; scripts\/setup-vault-secrets\.sh --target staging/,
      );
      assert.deepEqual([...await sql`select from pg_namespace where nspname = 'ops'`], []);
    });

    await t.step("each secret is stored where it is read; a second run changes nothing", async () => {
      assert.match((await local("--dry-run")).text, /Would set .*CRON_SECRET_KEY/);
      assert.equal(await inVault("cron_secret_key"), undefined);
      const { code, text } = await secrets();
      assert.equal(code, 0, text);
      assert.match(text, /set {5}YOUTUBE_CLIENT_SECRET/);
      assert.equal(await inVault("cron_secret_key"), settings.CRON_SECRET_KEY);
      assert.equal(platform.secrets.get("OPENAI_API_KEY")?.value, "sk-hosted");
      assert.ok(!platform.secrets.has("CRON_SECRET_KEY"), "functions do not get cron's secret");
      assert.match((await secrets()).text, /Nothing to change: 9 settings/);
    });

    await t.step("phase 1 is deployed despite throttling and a failed deploy, and works", async () => {
      platform.throttled = 1;
      platform.broken = ["metrics"];
      const broken = await deploy();
      assert.equal(broken.code, 1);
      assert.match(broken.text, /Cannot deploy metrics: the CLI said/);
      platform.broken = [];
      const { code, text } = await deploy();
      assert.equal(code, 0, text);
      assert.deepEqual(
        platform.deploys,
        ["auth-profile-setup", "auth-profile-setup", "health", "metrics", "metrics"],
        "the throttled function twice, functions that the previous run deployed not again",
      );
      const { passed, failed, text: collection } = await stack.collection(1);
      assert.equal(failed, 0, collection);
      assert.ok(passed > 50);
      const [row] =
        await sql`select phase, action, revision from ops.deployment where finished_at is not null`;
      assert.match(row?.revision, /^[0-9a-f]{40}(\+changes)?$|^unknown$/);
    });

    await t.step("a second deploy changes nothing, and deploys no function", async () => {
      const calls = platform.calls.filter((call) => call.startsWith("POST")).length;
      const { text } = await deploy();
      assert.match(text, /Nothing to change/);
      assert.equal(platform.calls.filter((call) => call.startsWith("POST")).length, calls);
    });

    await t.step(
      "values set before the table existed are recorded, and values deleted on the platform are set again",
      async () => {
        platform.secrets.delete("PUBLIC_SITE_URL");
        const { text } = await secrets();
        assert.match(text, /set {5}PUBLIC_SITE_URL/);
        assert.ok(!text.includes("OPENAI_API_KEY"), text);
        const fresh = await secrets("--check");
        assert.match(fresh.text, /ok {6}OPENAI_API_KEY, 0 days[^]*None missing, none older than 90 days/);
      },
    );

    await t.step(
      "values changed by hand on the platform are noticed: a secret is replaced on request, another setting at once",
      async () => {
        const setByHand = (name: string, value: string) =>
          platform.secrets.set(name, { value, updated_at: new Date().toISOString() });
        setByHand("OPENAI_API_KEY", "sk-by-hand");
        assert.match((await secrets()).text, /Cannot replace OPENAI_API_KEY: it is set to another value/);
        assert.equal((await secrets("--rotate", "OPENAI_API_KEY")).code, 0);
        assert.equal(platform.secrets.get("OPENAI_API_KEY")?.value, "sk-hosted");
        setByHand("PUBLIC_SITE_URL", "https://other.example");
        assert.match((await secrets()).text, /changed PUBLIC_SITE_URL/);
        assert.equal(platform.secrets.get("PUBLIC_SITE_URL")?.value, "https://app.example");
      },
    );

    await t.step("--check reports what is too old", async () => {
      await sql`update ops.secret_age set set_at = now() - interval '91 days' where name = 'OPENAI_API_KEY'`;
      const old = await local("--check");
      assert.equal(old.code, 1);
      assert.match(old.text, /old {5}OPENAI_API_KEY, 91 days[^]*0 missing, 1 older than 90 days/);
    });

    await t.step(
      "a secret is replaced only on request, and only by a different value",
      async () => {
        assert.match((await local("--rotate", "OPENAI_API_KEY")).text, /still has the old value/);
        settings.OPENAI_API_KEY = "sk-rotated";
        assert.match(
          (await local()).text,
          /Cannot replace OPENAI_API_KEY: it is set to another value; --rotate/,
        );
        const { code, text } = await local("--rotate", "OPENAI_API_KEY");
        assert.equal(code, 0, text);
        assert.match((await local("--check")).text, /None missing/);
      },
    );

    await t.step("a new key for cron is tested before it is used", async () => {
      settings.CRON_SECRET_KEY = "sb_secret_that_nobody_made";
      assert.match((await local("--rotate", "CRON_SECRET_KEY")).text, /the new key is refused \(401\)/);
      assert.equal(await inVault("cron_secret_key"), "sb_secret_before_rotation");
      settings.CRON_SECRET_KEY = secret_key;
      assert.match(
        (await local("--rotate", "CRON_SECRET_KEY")).text,
        /cron uses the new one from its next call/,
      );
      assert.equal(await inVault("cron_secret_key"), secret_key);
    });

    await t.step("old and new webhook secrets overlap during a rotation", async () => {
      settings.STRIPE_WEBHOOK_SECRET = "whsec_second";
      assert.match((await local("--rotate", "all")).text, /set NEW,OLD first, and NEW alone a day later/);
      settings.STRIPE_WEBHOOK_SECRET = "whsec_second,whsec_first";
      const both = await local("--rotate", "STRIPE_WEBHOOK_SECRET");
      assert.equal(both.code, 0, both.text);
      await sql`update ops.secret_age set set_at = now() - interval '1 day' where name = 'STRIPE_WEBHOOK_SECRET'`;
      settings.STRIPE_WEBHOOK_SECRET = "whsec_second";
      const alone = await local("--rotate", "STRIPE_WEBHOOK_SECRET");
      assert.equal(alone.code, 0, alone.text);
      const [row] = await sql`
      select now() - set_at > interval '1 hour' as is_since_then, cardinality(fingerprints) as count
      from ops.secret_age where name = 'STRIPE_WEBHOOK_SECRET'`;
      assert.deepEqual(
        { ...row },
        { is_since_then: true, count: 1 },
        "the end of the overlap must not reset the secret's age",
      );
    });

    await t.step("an unknown setting is refused, and no value was ever printed", async () => {
      settings.YOUTUBE_CLIENT_SECRT = "typo";
      assert.match((await local()).text, /YOUTUBE_CLIENT_SECRT is not a setting of \.env\.example/);
      for (
        const value of [
          "sb_secret_",
          "GOCSPX-hosted",
          "sk-hosted",
          "sk-rotated",
          "sk-by-hand",
          "whsec_",
          "sk_test_hosted",
          ACCESS_TOKEN,
          new URL(db_url).password,
        ]
      ) {
        assert.ok(!said.includes(value), `${value.slice(0, 6)}… was printed`);
      }
    });
  },
);

Deno.test(
  "a hosted project rolls back to the previous commit, also after a kill; its module is removed only after a verified backup",
  { ignore },
  async (t) => {
    await using stack = await PhasedStack.boot();
    await using platform = await SimulatedPlatform.open(stack.home);
    const { sql } = stack;
    const { api_url } = stack.stack.info;
    const root = await Deno.makeTempDir({ prefix: "streamvibe-repository-" });
    const env = settingsOf(stack, platform);
    const run = (script: string, args: string[], options: RunOptions = {}) =>
      stack.run(script, ["1", "--target", "production", ...args], {
        root,
        ...options,
        env: { ...env, ...options.env },
      });
    const git = async (...args: string[]) => {
      const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
      const { success, stderr } = await new Deno.Command("git", { args: ["-C", root, ...identity, ...args] })
        .output();
      assert.ok(success, new TextDecoder().decode(stderr));
    };
    const release = async (what: string) => {
      await git("add", "-A");
      await git("commit", "-qm", what);
      const { code, text } = await run("deploy-phase.sh", ["--yes"]);
      assert.equal(code, 0, text);
    };
    const ask = async (name: string) => {
      const response = await fetch(`${api_url}/functions/v1/${name}`);
      return { status: response.status, text: await response.text() };
    };
    const cron = async () =>
      (await sql`select jobname, schedule, command from cron.job order by 1`).map((job) => ({ ...job }));
    const functions = `${root}/supabase/functions`;
    try {
      await copyRepository(root);
      await git("init", "-q");
      await Deno.rename(`${functions}/metrics`, `${root}/metrics`);
      await release("release A");
      const before = await cron();

      await Deno.rename(`${root}/metrics`, `${functions}/metrics`);
      await Deno.writeTextFile(
        `${functions}/auth-profile-setup/index.ts`,
        'export default { fetch: () => new Response("release B") };\n',
      );
      await Deno.writeTextFile(
        `${root}/database/cron-jobs.sql`,
        "select cron.schedule('job-of-b', '0 4 * * *', 'select 1');\n" +
          "select cron.schedule(jobname, '1 4 * * *', command) from cron.job where jobname = " +
          `'${before[0]?.jobname}';\n`,
        { append: true },
      );
      await release("release B");
      assert.equal((await ask("auth-profile-setup")).text, "release B");
      assert.notEqual((await ask("metrics")).status, 404);
      assert.notDeepEqual(await cron(), before);

      await t.step("production is rolled back only with --yes", async () => {
        const { code, text } = await run("rollback-phase.sh", []);
        assert.equal(code, 2);
        assert.match(text, /Cannot roll back a phase in production without --yes/);
        const dry = await run("rollback-phase.sh", ["--dry-run"]);
        assert.match(dry.text, /Rolling back from release .*Nothing was changed/s);
        assert.equal((await ask("auth-profile-setup")).text, "release B");
      });

      await t.step(
        "after a kill, the next run continues where the first one stopped, and retries when throttled",
        async () => {
          const first = platform.deploys.length;
          const { isKilled } = await run("rollback-phase.sh", ["--yes"], {
            killWhen: () => platform.deploys.slice(first).includes("health"),
          });
          assert.ok(isKilled);
          const second = platform.deploys.length;
          platform.throttled = 1;
          const { code, text } = await run("rollback-phase.sh", ["--yes"]);
          assert.equal(code, 0, text);
          assert.match(text, /Rolled back in [\d.]+ s/);
          assert.ok(platform.throttled < 1, "a deploy was throttled and retried");
          assert.ok(
            !platform.deploys.slice(second).includes("auth-profile-setup"),
            "it had already been rolled back",
          );
        },
      );

      await t.step("functions and cron jobs are the same as before release B", async () => {
        assert.notEqual((await ask("auth-profile-setup")).text, "release B");
        assert.equal((await ask("health")).status, 200);
        assert.equal((await ask("metrics")).status, 404);
        assert.deepEqual(await cron(), before);
        const rows =
          await sql`select action, finished_at is not null as is_done from ops.deployment order by id`;
        assert.deepEqual(rows.map(({ action, is_done }) => `${action} ${is_done}`), [
          "deploy true",
          "deploy true",
          "rollback true",
        ]);
        const further = await run("rollback-phase.sh", ["--yes"]);
        assert.match(further.text, /no release was deployed before it/);
      });

      await t.step("a module is removed after a backup that was read back, and not without one", async () => {
        const archives = `${stack.home}/archives`;
        const refused = await run("rollback-phase.sh", ["--module", "--yes"], {
          env: { BACKUP_DESTINATION: archives },
        });
        assert.equal(refused.code, 1);
        assert.match(refused.text, /Cannot encrypt[^]*ended with 1; nothing was changed/);
        assert.equal((await ask("health")).status, 200);
        const gone = await run("rollback-phase.sh", ["--module", "--yes"], {
          env: { BACKUP_DESTINATION: archives, BACKUP_PASSPHRASE: "five words are long enough" },
        });
        assert.equal(gone.code, 0, gone.text);
        assert.equal((await listArchives(openStore(archives, () => undefined))).length, 1);
        assert.equal((await ask("health")).status, 404);
        assert.deepEqual([...await sql`select from pg_namespace where nspname = 'ops'`], []);
      });
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);

Deno.test("setup-vault-secrets prints its help and refuses unintended calls", async () => {
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: ["scripts/setup-vault-secrets.sh", ...args],
      env: { DENO: Deno.execPath(), STREAMVIBE_HOME: "/nowhere" },
    }).output();
    return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  };
  assert.match((await run("--help")).text, /^Usage: scripts\/setup-vault-secrets\.sh/);
  assert.match((await run("--target", "production")).text, /in production without --yes/);
  assert.match((await run("--fast")).text, /no such option/);
  assert.match((await run()).text, /no stack runs in \/nowhere/);
});

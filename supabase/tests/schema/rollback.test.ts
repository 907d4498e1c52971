/**
 * Tests applying, rolling back and applying again, checked with the official command line. Runs on its own stack, because the
 * schema is deleted in between.
 */
import assert from "node:assert/strict";
import postgres from "postgres";
import { type BootedStack, bootStack } from "../../../scripts/test_runner/boot.ts";
import { remoteUrl, supabaseCli } from "../../../scripts/check/supabase_cli.ts";
import { applyMigrations } from "../../../scripts/local/database/migrations.ts";
import { describeCatalogue } from "./catalogue.ts";

const MODULES: string[] = [];
for await (const { name } of Deno.readDir("database/schema")) if (name.endsWith(".sql")) MODULES.push(name);
MODULES.sort();

const read = (path: string) => Deno.readTextFile(path);
const inOneTransaction = (sql: postgres.Sql, text: string) =>
  sql.begin((transaction) => transaction.unsafe(text).simple());

const CLOCK_AND_CHANNELS = ["database/cron-jobs.sql", "database/realtime-channels.sql"];

/** Returns every migration in the order of release, as file name and text. */
async function releases(): Promise<[file: string, text: string][]> {
  const files: [string, string][] = [];
  for await (const { name } of Deno.readDir("supabase/migrations")) {
    files.push([name, await read(`supabase/migrations/${name}`)]);
  }
  return files.sort(([a], [b]) => a < b ? -1 : 1);
}

async function apply(sql: postgres.Sql): Promise<void> {
  for (const module of MODULES) await inOneTransaction(sql, await read(`database/schema/${module}`));
  for (const file of CLOCK_AND_CHANNELS) await sql.unsafe(await read(file)).simple();
}

async function rollBack(sql: postgres.Sql): Promise<void> {
  for (const module of MODULES.toReversed()) {
    await inOneTransaction(sql, await read(`database/rollback/${module}`));
  }
}

/** Runs the official command line against a database. */
async function supabase(databaseUrl: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await supabaseCli([...args, `--remote=${remoteUrl(databaseUrl)}`]);
  return { code, text: stdout + stderr };
}

interface Lint {
  name: string;
  detail: string;
}

async function lints(databaseUrl: string): Promise<Lint[]> {
  const args = "db advisors --level info --fail-on info --output-format json".split(" ");
  const { text } = await supabase(databaseUrl, ...args);
  const json = text.match(/^\{.*\}$/ms)?.[0];
  assert.ok(json, `Cannot parse the output of the advisors:\n${text}`);
  return (JSON.parse(json) as { results: Lint[] }).results;
}

Deno.test("modules roll back and apply again without leftovers, and the Supabase CLI agrees", async (t) => {
  const stack: BootedStack = await bootStack();
  const sql = postgres(stack.info.db_url, { max: 1, onnotice: () => {} });
  try {
    const applied = await describeCatalogue(sql);

    await t.step("`supabase db push` has nothing to do after start", async () => {
      const { code, text } = await supabase(stack.info.db_url, "db", "push", "--yes");
      assert.equal(code, 0, text);
      assert.match(text, /up to date/i);
    });

    await t.step("the advisors report only unused indexes", async () => {
      const found = (await lints(stack.info.db_url)).filter(({ name }) => name !== "unused_index");
      assert.deepEqual(found.map(({ name, detail }) => `${name}: ${detail}`), []);
    });

    await t.step("applying cron jobs and channels again changes nothing", async () => {
      for (const file of CLOCK_AND_CHANNELS) await sql.unsafe(await read(file)).simple();
      assert.deepEqual(await describeCatalogue(sql), applied);
    });

    await t.step(
      "a module that another one depends on refuses to roll back and stays unchanged",
      async () => {
        for (const module of ["000_base_core.sql", "001_platform_connections.sql"]) {
          const text = await read(`database/rollback/${module}`);
          await assert.rejects(() => inOneTransaction(sql, text), /Cannot roll back|depend on it/, module);
        }
        assert.deepEqual(await describeCatalogue(sql), applied);
      },
    );

    // Inserts data, so that the rollback is not tested on empty tables only.
    const id = crypto.randomUUID();
    await sql`insert into auth.users (id, email) values (${id}, ${`${id}@example.com`})`;
    await sql`select connect_account(${id}, 'youtube', '{"access_token": "secret-of-rollback"}', now(), '{}', '{"platform_account_id": "UC1"}')`;
    await sql`insert into content_item (social_account_id, platform_content_id, title) select id, 'v', 'V' from social_account where user_id = ${id}`;
    await sql`update content_item set title = 'W'`;
    await sql.begin(async (transaction) => {
      await transaction`select set_config('request.jwt.claims', ${JSON.stringify({ sub: id })}, true)`;
      await transaction`select set_ai_key('openai', 'sk-of-rollback')`;
    });

    await t.step("a rollback is refused while users wait for their data to be erased", async () => {
      const text = await read("database/rollback/001_platform_connections.sql");
      await sql`insert into ops.data_deletion (reported_by, person_key, requested_at) values ('Meta', 'key', now())`;
      await assert.rejects(() => inOneTransaction(sql, text), /people wait for their data to be erased/);
      await sql`select ops.erase_requested_data()`;
    });

    let empty: string[] = [];
    await t.step("rolling back all modules leaves no object of ours", async () => {
      await rollBack(sql);
      empty = await describeCatalogue(sql);
      const ours = empty.filter((line) =>
        / (public|ops)\.|schema ops|default privileges of postgres|^job |^secret |streamvibe/.test(line)
      );
      assert.deepEqual(ours, []);
      assert.deepEqual([...await sql`select version from supabase_migrations.schema_migrations`], []);
    });

    await t.step(
      "applying again creates the same schema, and existing users get their rows",
      async () => {
        await apply(sql);
        assert.deepEqual(await describeCatalogue(sql), applied);
        const [row] =
          await sql`select tier.slug from subscription s join subscription_tier tier on tier.id = s.tier_id where s.user_id = ${id}`;
        assert.equal(row?.slug, "free");
        await rollBack(sql);
        assert.deepEqual(
          await describeCatalogue(sql),
          empty,
          "rolling back again leaves the same empty schema",
        );
      },
    );

    await t.step(
      "plain `supabase db push` applies the migrations one by one to an empty database, and refuses a changed history",
      async () => {
        const project = await Deno.makeTempDir({ prefix: "streamvibe-push-" });
        const migrations = `${project}/supabase/migrations`;
        const push = () => supabase(stack.info.db_url, "db", "push", "--yes", "--workdir", project);
        await Deno.mkdir(migrations, { recursive: true });
        try {
          for (const [file, text] of await releases()) {
            await Deno.writeTextFile(`${migrations}/${file}`, text);
            const { code, text: said } = await push();
            assert.equal(code, 0, said);
            assert.match(said, new RegExp(`Applying migration ${file}`));
            assert.deepEqual((await applyMigrations(sql, migrations)).applied, []);
          }
          for (const file of CLOCK_AND_CHANNELS) await sql.unsafe(await read(file)).simple();
          assert.deepEqual(await describeCatalogue(sql), applied);

          const stamped = (await releases()).map(([file]) => file);
          const late = `${migrations}/20261120000350_late.sql`;
          await Deno.writeTextFile(late, "select 1;");
          assert.match((await push()).text, /before the last migration/);
          await assert.rejects(
            () => applyMigrations(sql, migrations),
            /20261120000350 would come before .*reset/,
          );
          await Deno.remove(late);
          await Deno.remove(`${migrations}/${stamped[3]}`);
          assert.match((await push()).text, /not found in local/);
          await assert.rejects(
            () => applyMigrations(sql, migrations),
            /has 20261120000300, for which there is no file.*reset/,
          );
        } finally {
          await Deno.remove(project, { recursive: true });
        }
      },
    );
  } finally {
    await sql.end();
    await stack.stop();
  }
});

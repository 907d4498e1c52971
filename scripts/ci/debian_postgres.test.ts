/** Run only by scripts/ci/debian_postgres.sh: tests on PostgreSQL 15 with the real pg_cron what the embedded engine cannot cover. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { describeCatalogue } from "../../supabase/tests/schema/catalogue.ts";
import { bootstrap } from "../local/database/bootstrap.ts";
import { applyFile, applyMigrations } from "../local/database/migrations.ts";

const url = Deno.env.get("DEBIAN_POSTGRES_URL");
if (!url) {
  throw new Error("Cannot test on Debian's PostgreSQL: start this with scripts/ci/debian_postgres.sh");
}

const quiet = { max: 1, onnotice: () => {} };
const superuser = postgres(url, quiet);
const owner = postgres(url.replace("supabase_admin@", "postgres@"), quiet);

Deno.test("Debian's PostgreSQL 15 with the real pg_cron and plpgsql_check", async (t) => {
  await t.step("PostgreSQL 15 accepts every module from a role that is not a superuser", async () => {
    const keys = { database_password: "trusted", internal_database_password: "trusted" };
    await bootstrap(superuser, keys, { cron: "extension" });
    await applyMigrations(owner);
    const [{ tables } = { tables: 0 }] = await owner<{ tables: number }[]>`
    select count(*)::integer as tables from pg_tables where schemaname = 'public'`;
    assert.ok(tables >= 17, `expected the tables of modules 000 to 002, got ${tables}`);
  });

  await t.step("pg_cron accepts every job, and applying the file again duplicates none", async () => {
    await applyFile(owner, "database/cron-jobs.sql");
    const first = await owner<
      { jobname: string; schedule: string }[]
    >`select jobname, schedule from cron.job order by jobname`;
    assert.ok(first.length >= 4, `expected the jobs of database/cron-jobs.sql, got ${first.length}`);
    await applyFile(owner, "database/cron-jobs.sql");
    const again = await owner<
      { jobname: string; schedule: string }[]
    >`select jobname, schedule from cron.job order by jobname`;
    assert.deepEqual([...again], [...first]);
  });

  await t.step("the command of every job runs, also twice concurrently", async () => {
    // Cron's two secrets exist on every installation (docs/operations.md); here the calls reach no server.
    await owner`select vault.create_secret('http://127.0.0.1:9', 'project_url')`;
    await owner`select vault.create_secret('sb_secret_debian_lane', 'cron_secret_key')`;
    const jobs = await owner<{ jobname: string; command: string }[]>`select jobname, command from cron.job`;
    const other = postgres((url as string).replace("supabase_admin@", "postgres@"), quiet);
    for (const { jobname, command } of jobs) {
      await Promise.all([owner.unsafe(command), other.unsafe(command)]).catch((error) => {
        throw new Error(`Cannot run the job ${jobname}: ${error.message}`);
      });
    }
    await other.end();
  });

  await t.step("pg_cron runs a job and records its success", async () => {
    await owner`select cron.schedule('debian-lane', '* * * * *', 'select 1')`;
    const end = Date.now() + 90_000;
    for (;;) {
      const [run] = await owner<{ status: string; return_message: string }[]>`
      select d.status, d.return_message from cron.job_run_details as d join cron.job as j using (jobid)
      where j.jobname = 'debian-lane' and d.end_time is not null`;
      if (run) {
        assert.equal(run.status, "succeeded", run.return_message);
        break;
      }
      assert.ok(Date.now() < end, "pg_cron ran nothing within 90 s");
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    await owner`select cron.unschedule('debian-lane')`;
  });

  await t.step("plpgsql_check finds no error in any of our functions", async () => {
    await superuser`create extension if not exists plpgsql_check with schema extensions`;
    const findings = await superuser<{ name: string; lineno: number; message: string }[]>`
    select p.oid::regprocedure::text as name, c.lineno, c.message
    from pg_proc as p
    join pg_namespace as n on n.oid = p.pronamespace
    join pg_language as l on l.oid = p.prolang
    left join pg_trigger as t on t.tgfoid = p.oid
    cross join lateral extensions.plpgsql_check_function_tb(p.oid, coalesce(t.tgrelid, 0), fatal_errors => false, extra_warnings => false,
      oldtable => t.tgoldtable, newtable => t.tgnewtable) as c
    where n.nspname in ('public', 'ops') and l.lanname = 'plpgsql' and (p.prorettype <> 'trigger'::regtype or t.oid is not null)
      and c.level = 'error'`;
    assert.deepEqual(findings.map(({ name, lineno, message }) => `${name}, line ${lineno}: ${message}`), []);
  });

  await t.step(
    "rolling back every module removes all our objects, and applying the modules again gives the same schema",
    async () => {
      await applyFile(owner, "database/realtime-channels.sql");
      const standing = await describeCatalogue(owner);
      const files: string[] = [];
      for await (const { name } of Deno.readDir("database/rollback")) {
        if (name.endsWith(".sql")) files.push(name);
      }
      for (const name of files.sort().reverse()) await applyFile(owner, `database/rollback/${name}`);
      const [left] = await owner<{ count: number }[]>`
    select (select count(*) from pg_tables where schemaname in ('public', 'ops'))
      + (select count(*) from pg_namespace where nspname = 'ops')
      + (select count(*) from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace where n.nspname = 'public') as count`;
      assert.equal(Number(left?.count), 0);
      await applyMigrations(owner);
      for (const file of ["database/cron-jobs.sql", "database/realtime-channels.sql"]) {
        await applyFile(owner, file);
      }
      assert.deepEqual(await describeCatalogue(owner), standing);
      await superuser.end();
      await owner.end();
    },
  );
});

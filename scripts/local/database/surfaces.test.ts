/** The local Vault, cron and net: the same SQL as on a Supabase project, and the runners behind it. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { testDatabase, testStack } from "../../test/stack.ts";

type Sql = postgres.Sql;

async function withDatabase(test: (sql: Sql) => Promise<void>): Promise<void> {
  const sql = await testDatabase();
  try {
    await test(sql as Sql);
  } finally {
    await sql.end();
  }
}

async function eventually<Row>(look: () => Promise<Row | undefined>): Promise<Row> {
  const limit = performance.now() + 15_000;
  while (performance.now() < limit) {
    const row = await look();
    if (row !== undefined) return row;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail("the expected row did not appear within 15 s");
}

async function sqlState(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => assert.fail("the statement was allowed"), (error) => error);
  return error.code;
}

/** A server for tests that observe both sides of a call. */
function serve(handler: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  return { url: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

Deno.test("the Vault encrypts, decrypts and updates secrets, keeps names unique and refuses direct inserts", async () => {
  await withDatabase(async (sql) => {
    const name = `test-${crypto.randomUUID()}`;
    const secret = "s3cret ☂ 'quoted'";
    const [made] = await sql`select vault.create_secret(${secret}, ${name}, 'a test') as id`;
    const [row] = await sql`select * from vault.decrypted_secrets where name = ${name}`;
    assert.equal(row?.decrypted_secret, secret);
    assert.equal(row?.description, "a test");
    assert.ok(!row?.secret.includes(secret));
    assert.equal(await sqlState(sql`select vault.create_secret('other', ${name})`.execute()), "23505");
    await sql`select vault.update_secret(${made?.id}, 'changed')`;
    const [changed] =
      await sql`select decrypted_secret, name, description from vault.decrypted_secrets where id = ${made?.id}`;
    assert.deepEqual({ ...changed }, { decrypted_secret: "changed", name, description: "a test" });
    assert.equal(await sqlState(sql`insert into vault.secrets (secret) values ('plain')`.execute()), "42501");
    await sql`delete from vault.secrets where id = ${made?.id}`;
  });
});

Deno.test("only postgres and service_role can read the Vault; it contains the stack's own secrets", async () => {
  const { api_url, secret_key } = await testStack();
  await withDatabase(async (sql) => {
    const read = (role: string) =>
      sql.begin(async (sql) => {
        await sql.unsafe(`set local role ${role}`);
        return await sql`select name, decrypted_secret from vault.decrypted_secrets where name in ('project_url', 'cron_secret_key') order by name`;
      });
    const expected = [["cron_secret_key", secret_key], ["project_url", api_url]];
    for (const role of ["postgres", "service_role"]) {
      assert.deepEqual((await read(role)).map((row) => [row.name, row.decrypted_secret]), expected, role);
    }
    for (const role of ["anon", "authenticated"]) assert.equal(await sqlState(read(role)), "42501", role);
  });
});

Deno.test("a scheduled job runs as its owner, and its history records the outcome", async () => {
  await withDatabase(async (sql) => {
    const place = `cron_${crypto.randomUUID().slice(0, 8)}`;
    const [good, bad] = [`good-${place}`, `bad-${place}`];
    await sql.unsafe(`create schema ${place}; create table ${place}.runs (who text)`);
    try {
      await sql`select cron.schedule(${good}, '1 second', ${`insert into ${place}.runs select current_user`})`;
      await sql`select cron.schedule(${bad}, '1 seconds', 'select 1 / 0')`;
      const history = (name: string) =>
        eventually(async () => {
          const [row] = await sql`
            select status, return_message, username, end_time >= start_time as timed from cron.job_run_details
            where jobid = (select jobid from cron.job where jobname = ${name}) and status in ('succeeded', 'failed')`;
          return row;
        });
      assert.deepEqual({ ...await history(good) }, {
        status: "succeeded",
        return_message: "INSERT 0 1",
        username: "postgres",
        timed: true,
      });
      const failed = await history(bad);
      assert.equal(failed.status, "failed");
      assert.match(failed.return_message, /division by zero/);
      const [row] = await sql.unsafe(`select who from ${place}.runs limit 1`);
      assert.equal(row?.who, "postgres");
    } finally {
      await sql`select cron.unschedule(jobname) from cron.job where jobname in (${good}, ${bad})`;
      await sql.unsafe(`drop schema ${place} cascade`);
    }
    const [left] = await sql`select count(*)::int as jobs from cron.job where jobname in (${good}, ${bad})`;
    assert.equal(left?.jobs, 0);
  });
});

Deno.test("a job never overlaps with itself, and an inactive job does not run", async () => {
  await withDatabase(async (sql) => {
    const place = `cron_${crypto.randomUUID().slice(0, 8)}`;
    await sql.unsafe(
      `create schema ${place}; create table ${place}.runs (began timestamptz, ended timestamptz)`,
    );
    try {
      await sql`select cron.schedule(${place}, '1 second', ${`do $$ begin
        perform pg_sleep(1.6); insert into ${place}.runs values (now(), clock_timestamp()); end $$`})`;
      const runs = await eventually(async () => {
        const rows = await sql.unsafe(`select * from ${place}.runs order by began`);
        return rows.length >= 2 ? rows : undefined;
      });
      assert.ok(runs[1]?.began >= runs[0]?.ended, "the second began after the first had ended");
      await sql`select cron.alter_job((select jobid from cron.job where jobname = ${place}), active => false)`;
      await eventually(async () => {
        const latest = await sql`
          select from cron.job_run_details
          where (status = 'running' or end_time > now() - interval '2.5 seconds')
            and jobid = (select jobid from cron.job where jobname = ${place})`;
        return latest.length === 0 || undefined;
      });
      const [before] = await sql.unsafe(`select count(*)::int as runs from ${place}.runs`);
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      const [after] = await sql.unsafe(`select count(*)::int as runs from ${place}.runs`);
      assert.equal(after?.runs, before?.runs);
    } finally {
      await sql`select cron.unschedule(${place})`;
      await sql.unsafe(`drop schema ${place} cascade`);
    }
  });
});

Deno.test("cron.schedule replaces the job of the same name, and refuses invalid schedules and callers", async () => {
  await withDatabase(async (sql) => {
    const name = `schedule-${crypto.randomUUID()}`;
    const [first] = await sql`select cron.schedule(${name}, '0 0 1 1 *', 'select 1') as id`;
    const [second] = await sql`select cron.schedule(${name}, '*/5 8-18 * jan-mar mon-fri', 'select 2') as id`;
    assert.equal(second?.id, first?.id);
    const [job] = await sql`select schedule, command, active, username from cron.job where jobname = ${name}`;
    assert.deepEqual({ ...job }, {
      schedule: "*/5 8-18 * jan-mar mon-fri",
      command: "select 2",
      active: true,
      username: "postgres",
    });
    for (
      const schedule of [
        "",
        "* * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "60 seconds",
        "often",
      ]
    ) {
      assert.equal(
        await sqlState(sql`select cron.schedule(${name}, ${schedule}, 'select 3')`.execute()),
        "22023",
        schedule,
      );
    }
    await sql`select cron.unschedule(${name})`;
    await assert.rejects(sql`select cron.unschedule(${name})`.execute(), /could not find valid entry/);
    assert.equal(await sqlState(sql`update cron.job set active = false`.execute()), "42501");
    const asUser = sql.begin(async (sql) => {
      await sql`set local role authenticated`;
      await sql`select cron.schedule('x', '* * * * *', 'select 1')`;
    });
    assert.equal(await sqlState(asUser), "42501");
  });
});

Deno.test("net.http_post sends once, only after the commit, and its response is stored", async () => {
  const seen: { body: string; header: string | null; query: string }[] = [];
  const server = serve(async (request) => {
    const { search } = new URL(request.url);
    seen.push({ body: await request.text(), header: request.headers.get("x-test"), query: search });
    return Response.json({ answered: true }, { status: 201, headers: { "x-back": "yes" } });
  });
  try {
    await withDatabase(async (sql) => {
      const post = (sql: Sql | postgres.TransactionSql, body: postgres.JSONValue) =>
        sql<{ id: string }[]>`select net.http_post(
          ${server.url}, ${
          sql.json(body)
        }, '{"q": "ä &"}', '{"Content-Type": "application/json", "x-test": "t"}', 3000
        ) as id`;
      await sql.begin(async (sql) => {
        await post(sql, { rolled: "back" });
        throw new Error("on purpose");
      }).catch(() => {});
      let id: string | undefined;
      await sql.begin(async (sql) => {
        [{ id } = { id: undefined }] = await post(sql, { kept: "☂" });
        await new Promise((resolve) => setTimeout(resolve, 300));
        assert.equal(seen.length, 0, "nothing is sent before the commit");
      });
      const answer = await eventually(async () =>
        (await sql`select * from net._http_response where id = ${id ?? 0}`)[0]
      );
      assert.equal(answer.status_code, 201);
      assert.equal(answer.content, '{"answered":true}');
      assert.equal(answer.headers["x-back"], "yes");
      assert.equal(answer.timed_out, false);
      assert.deepEqual(seen.map(({ body, ...rest }) => ({ ...rest, body: JSON.parse(body) })), [
        { body: { kept: "☂" }, header: "t", query: "?q=%C3%A4%20%26" },
      ]);
      const [queue] = await sql`select count(*)::int as waiting from net.http_request_queue where id = ${
        id ?? 0
      }`;
      assert.equal(queue?.waiting, 0);
    });
  } finally {
    await server.stop();
  }
});

Deno.test("net honours its timeout, records failures, supports other methods and refuses invalid calls", async () => {
  const server = serve(async (request) => {
    if (request.url.endsWith("/slow")) await new Promise((resolve) => setTimeout(resolve, 2_000));
    return new Response(request.method);
  });
  try {
    await withDatabase(async (sql) => {
      const answer = (id: string) =>
        eventually(async () => (await sql`select * from net._http_response where id = ${id}`)[0]);
      const [ids] = await sql<Record<string, string>[]>`
        select net.http_get(${`${server.url}/slow`}, timeout_milliseconds => 200) as slow,
          net.http_get('http://127.0.0.1:9/') as refused, net.http_delete(${server.url}) as deleted`;
      const slow = await answer(ids?.slow ?? "");
      assert.equal(slow.timed_out, true);
      assert.match(slow.error_msg, /Timeout of 200 ms/);
      const refused = await answer(ids?.refused ?? "");
      assert.equal(refused.status_code, null);
      assert.ok(refused.error_msg);
      assert.equal((await answer(ids?.deleted ?? "")).content, "DELETE");
      const asForm = sql`select net.http_post(${server.url}, '{}', '{}', '{"Content-Type": "text/plain"}')`;
      await assert.rejects(asForm.execute(), /application\/json/);
      await assert.rejects(sql`select net.http_get('ftp://example.com')`.execute(), /http:\/\//);
    });
  } finally {
    await server.stop();
  }
});

Deno.test("five hundred requests queued in one transaction are all sent, each once", async () => {
  const seen = new Map<string, number>();
  const server = serve((request) => {
    const { search } = new URL(request.url);
    seen.set(search, (seen.get(search) ?? 0) + 1);
    return new Response("ok");
  });
  try {
    await withDatabase(async (sql) => {
      const rows = await sql<{ id: string }[]>`
        select net.http_get(${server.url}, jsonb_build_object('n', n)) as id from generate_series(1, 500) as n`;
      const ids = rows.map(({ id }) => id);
      await eventually(async () => {
        const [row] =
          await sql`select count(*)::int as answers from net._http_response where id = any(${ids}) and status_code = 200`;
        return row?.answers === 500 ? true : undefined;
      });
      assert.deepEqual([seen.size, Math.max(...seen.values())], [500, 1]);
    });
  } finally {
    await server.stop();
  }
});

Deno.test("responses older than six hours are deleted", async () => {
  await withDatabase(async (sql) => {
    const { NetRunner } = await import("./net_runner.ts");
    await sql`insert into net._http_response (id, created) values (-1, now() - interval '7 hours'), (-2, now())`;
    const runner = new NetRunner((await testStack()).db_url, () => {});
    try {
      await runner.purge();
      const rows = await sql`select id from net._http_response where id < 0`;
      assert.deepEqual(rows.map(({ id }) => Number(id)), [-2]);
    } finally {
      await runner.stop();
      await sql`delete from net._http_response where id < 0`;
    }
  });
});

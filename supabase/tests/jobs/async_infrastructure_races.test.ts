/** Tests what concurrent callers must not break, with committed rows, a pool of connections and separate handlers. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { type CommittedPerson, refusal, withPerson } from "../support/context.ts";

type Held = { job_id: string; fence: string };

const claim = (sql: postgres.Sql, handler: string, max = 10, place = 0) =>
  sql<Held[]>`
    select job_id, fence from public.finish_and_claim_jobs(${`test-${handler}-${place}`}, '{}', '{}', '[]', ${max}, 60, array[${handler}])`;

async function withHandler(
  test: (person: CommittedPerson, handler: string) => Promise<void>,
  connections = 20,
) {
  await withPerson(async (person) => {
    const handler = `test_${crypto.randomUUID().slice(0, 8)}`;
    await person
      .sql`insert into ops.job_handler (name, job_type) values (${handler}, 'platform_sync')`;
    try {
      await test(person, handler);
    } finally {
      await person.sql`delete from public.job_queue where handler = ${handler}`;
      await person.sql`delete from ops.job_handler where name = ${handler}`;
    }
  }, connections);
}

Deno.test("of 1,000 simultaneous create_job calls of one user, ten are accepted", async () => {
  await withHandler(async ({ id, sql }, handler) => {
    const create = (_: unknown, n: number) =>
      refusal(sql`select public.create_job(${id}, ${handler}, ${sql.json({ n })})`);
    const outcomes = await Promise.all(Array.from({ length: 1_000 }, create));
    const counts = Object.groupBy(outcomes, (code) => code ?? "created");
    assert.equal(counts.created?.length, 10);
    assert.equal(counts.SVJ01?.length, 990);
  });
});

Deno.test("1,000 simultaneous find_or_create_job calls with equal params create one job", async () => {
  await withHandler(async ({ id, sql }, handler) => {
    const rows = await Promise.all(
      Array.from(
        { length: 1_000 },
        () =>
          sql<{ job_id: string; is_new: boolean }[]>`
          select * from public.find_or_create_job(${id}, ${handler}, ${sql.json({ same: true })})`,
      ),
    );
    const jobs = rows.map(([row]) => row);
    assert.equal(new Set(jobs.map((job) => job?.job_id)).size, 1);
    assert.equal(jobs.filter((job) => job?.is_new).length, 1);
  });
});

Deno.test("jobs of the service, which have no user, are also deduplicated", async () => {
  await withHandler(async ({ sql }, handler) => {
    const rows = await Promise.all(
      Array.from(
        { length: 100 },
        () => sql`select public.create_job(null, ${handler}, '{"a": 1}') as id`,
      ),
    );
    assert.equal(new Set(rows.map(([row]) => row?.id)).size, 1);
  });
});

Deno.test("twenty workers drain a queue: each job goes to exactly one worker, without deadlocks", async () => {
  await withHandler(async ({ sql }, handler) => {
    await sql`select public.create_job(null, ${handler}, jsonb_build_object('n', n)) from generate_series(1, 1000) as n`;
    const taken: string[] = [];
    await Promise.all(Array.from({ length: 20 }, async (_, worker) => {
      let done: Held[] = [];
      for (;;) {
        const ids = `{${done.map(({ job_id }) => job_id)}}`;
        const fences = `{${done.map(({ fence }) => fence)}}`;
        done = await sql<Held[]>`
          select job_id, fence from public.finish_and_claim_jobs(${`test-${handler}-${worker}`}, ${ids}::uuid[],
            ${fences}::bigint[], '[]', ${1 + worker % 5}, 60, array[${handler}])`;
        if (done.length === 0) break;
        taken.push(...done.map(({ job_id }) => job_id));
      }
    }));
    assert.equal(taken.length, 1_000);
    assert.equal(new Set(taken).size, 1_000);
    const [row] =
      await sql`select count(*)::integer from public.job_queue where handler = ${handler} and status = 'completed'`;
    assert.equal(row?.count, 1_000);
  });
});

Deno.test("a limited handler never runs more jobs at once than its limit, whichever workers claim them", async () => {
  await withHandler(async ({ sql }, handler) => {
    await sql`update ops.job_handler set max_concurrency = 3 where name = ${handler}`;
    await sql`select public.create_job(null, ${handler}, jsonb_build_object('n', n)) from generate_series(1, 60) as n`;
    let most = 0;
    let ran = 0;
    await Promise.all(Array.from({ length: 12 }, async (_, worker) => {
      for (let idle = 0; ran < 60 && idle < 400;) {
        const jobs = await claim(sql, handler, 2, worker);
        if (jobs.length === 0) {
          idle += 1;
          continue;
        }
        const [running] = await sql`
          select count(*)::integer from ops.job_ready where handler = ${handler} and leased_until is not null`;
        most = Math.max(most, running?.count);
        for (const { job_id, fence } of jobs) {
          await sql`select public.complete_job(${job_id}, null, ${fence})`;
          ran += 1;
        }
      }
    }));
    assert.equal(ran, 60);
    assert.ok(most <= 3, `${most} ran at once`);
  });
});

Deno.test("of a simultaneous cancel and complete, exactly one succeeds, and the job's state shows which", async () => {
  await withHandler(async ({ id, sql }, handler) => {
    for (let n = 0; n < 10; n++) {
      await sql`select public.create_job(${id}, ${handler}, ${sql.json({ n })})`;
    }
    const jobs = await claim(sql, handler);
    assert.equal(jobs.length, 10);
    await Promise.all(jobs.map(async ({ job_id, fence }) => {
      const [[completed], [cancelled]] = await Promise.all([
        sql`select public.complete_job(${job_id}, null, ${fence}) as done`,
        sql`select public.cancel_job(${job_id}, ${id}) as done`,
      ]);
      assert.notEqual(completed?.done, cancelled?.done);
      const [row] = await sql`select status::text from public.job_queue where id = ${job_id}`;
      assert.equal(row?.status, completed?.done ? "completed" : "cancelled");
    }));
  });
});

Deno.test("a parked worker is notified of every job that is created while it is parked", async () => {
  await withHandler(async ({ sql }, handler) => {
    const worker = `test-${handler}`;
    let heard = Promise.withResolvers<void>();
    const listener = await sql.listen("job_ready", () => heard.resolve());
    try {
      for (let n = 0; n < 20; n++) {
        heard = Promise.withResolvers<void>();
        for (;;) {
          const [row] = await sql`select public.park_worker(${worker}, 60, array[${handler}]) as answer`;
          if (row?.answer.parked) break;
        }
        // Other workers of this stack may be awake; the creator of the job would rely on them and not notify.
        await sql`delete from ops.job_worker where worker_id <> ${worker}`;
        await sql`select public.create_job(null, ${handler}, ${sql.json({ n })})`;
        await heard.promise;
        for (const { job_id, fence } of await claim(sql, handler)) {
          await sql`select public.complete_job(${job_id}, null, ${fence})`;
        }
      }
    } finally {
      await listener.unlisten();
      await sql`delete from ops.job_worker where worker_id = ${worker}`;
    }
  });
});

Deno.test("with its trigger enabled, listeners are notified of each status change of a user's job", async () => {
  await withHandler(async ({ id, sql }, handler) => {
    const heard: string[] = [];
    const listener = await sql.listen("job_status", (message) => {
      const change = JSON.parse(message) as { job_id: string; user_id: string; status: string };
      if (change.user_id === id) heard.push(`${change.job_id} ${change.status}`);
    });
    const toggle = (how: string) =>
      sql.unsafe(`alter table public.job_queue ${how} trigger job_status_change_notify`);
    const run = async (n: number) => {
      const [created] = await sql`select public.create_job(${id}, ${handler}, ${sql.json({ n })}) as id`;
      const [job] = await claim(sql, handler);
      await sql`select public.complete_job(${String(job?.job_id)}, null, ${String(job?.fence)})`;
      return String(created?.id);
    };
    try {
      await run(1);
      await toggle("enable");
      const watched = await run(2);
      for (let look = 0; heard.length < 2 && look < 500; look++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.deepEqual(heard, [`${watched} processing`, `${watched} completed`]);
    } finally {
      await toggle("disable");
      await listener.unlisten();
    }
  });
});

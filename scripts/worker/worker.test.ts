/** Runs `deno task worker` as an operator does, beside the stack's own job-processor. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { cuttableNetwork } from "../test/cuttable_network.ts";
import { testDatabase, testStack } from "../test/stack.ts";

interface RunningWorker {
  process: Deno.ChildProcess;
  printed: () => string;
  /** Resolves with its exit code once all its output has been read. */
  ended: () => Promise<number>;
  until: (what: string, isSo: () => unknown) => Promise<void>;
}

/** Runs `deno task worker` beside the tests' stack while `test` runs. */
async function withWorker(
  options: { grace: number; env?: Record<string, string> },
  test: (worker: RunningWorker) => Promise<void>,
): Promise<void> {
  const stack = String(Deno.env.get("STREAMVIBE_TEST_STACK"));
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "scripts/worker/worker.ts", "--grace", String(options.grace)],
    env: { STREAMVIBE_HOME: dirname(stack), SUPABASE_URL: "", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let printed = "";
  const reading = Promise.all([process.stdout, process.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) printed += text;
  }));
  try {
    await test({
      process,
      printed: () => printed,
      async ended() {
        const { code } = await process.status;
        await reading;
        return code;
      },
      async until(what, isSo) {
        for (let look = 0; !(await isSo()); look++) {
          assert.ok(look < 400, `Timed out waiting for ${what}\n${printed}`);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      },
    });
  } finally {
    try {
      process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await process.status;
    await reading;
  }
}

type Sql = Awaited<ReturnType<typeof testDatabase>>;

/** Waits until the worker is connected and parked. */
async function whenParked({ printed, until }: RunningWorker, sql: Sql): Promise<void> {
  await until("the worker's start", () => printed().includes("taking jobs"));
  await until(
    "the worker to park",
    async () =>
      (await sql`select from ops.job_worker where worker_id like 'worker:%' and parked_until > now()`)
        .length >
        0,
  );
}

Deno.test("a new job wakes the worker, and SIGTERM shuts it down gracefully", async () => {
  const sql = await testDatabase({ max: 2 });
  try {
    await withWorker({ grace: 2 }, async (worker) => {
      const { process, printed, ended, until } = worker;
      await whenParked(worker, sql);
      const [made] = await sql`
        select public.create_job(null, 'token_refresh', ${sql.json({ run: crypto.randomUUID() })}) as id`;
      const job = async () =>
        (await sql`select status::text, worker_id, started_at - created_at < interval '5 seconds' as is_quick
          from public.job_queue where id = ${made?.id}`)[0];
      await until("the end of the job", async () => (await job())?.status === "completed");
      assert.equal((await job())?.is_quick, true);

      // It listens again after losing its connection; polling alone would be slower.
      const listening = async () =>
        (await sql`select pid from pg_stat_activity where application_name like 'worker:%' and query ilike 'listen%'`)[
          0
        ]
          ?.pid;
      const first = await listening();
      await sql`select pg_terminate_backend(${first}::integer)`;
      await until("a new connection", async () => (await listening() ?? first) !== first);

      process.kill("SIGTERM");
      assert.equal(await ended(), 0, printed());
      assert.match(printed(), /"message":"stopped"/);
      assert.equal((await sql`select from ops.job_worker where worker_id like 'worker:%'`).length, 0);
    });
  } finally {
    await sql.end();
  }
});

Deno.test("a worker whose database has stopped responding still exits on SIGTERM, and reports it", async () => {
  const sql = await testDatabase();
  const database = new URL((await testStack()).db_url);
  const network = await cuttableNetwork({ host: database.hostname, port: Number(database.port) });
  try {
    database.hostname = "127.0.0.1";
    database.port = String(network.port);
    database.search = "?options=-c%20role%3Dservice_role";
    const env = { STREAMVIBE_POOLER_URL: database.href };
    await withWorker({ grace: 1, env }, async (worker) => {
      const { process, printed, ended } = worker;
      await whenParked(worker, sql);
      network.swallow();
      // Code that creates a job in the meantime must not assume that this worker will take it.
      await sql`delete from ops.job_worker where worker_id like 'worker:%'`;
      process.kill("SIGTERM");
      assert.equal(await ended(), 1, printed());
      assert.match(printed(), /"level":"error".*"message":"stopped without the database/);
    });
  } finally {
    await sql.end();
    network.close();
  }
});

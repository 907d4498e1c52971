/** `deno task worker` as an operator runs it, beside the stack's own job-processor. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { testDatabase } from "../test/stack.ts";

Deno.test("a worker is woken by a new job, and leaves in good order when it is asked to", async () => {
  const stack = String(Deno.env.get("STREAMVIBE_TEST_STACK"));
  const sql = await testDatabase({ max: 2 });
  const worker = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "scripts/worker/worker.ts", "--grace", "2"],
    env: { STREAMVIBE_HOME: dirname(stack), SUPABASE_URL: "" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let printed = "";
  const reading = (async () => {
    for await (const text of worker.stdout.pipeThrough(new TextDecoderStream())) printed += text;
  })();
  const until = async (what: string, isSo: () => unknown) => {
    for (let look = 0; !(await isSo()); look++) {
      assert.ok(look < 400, `${what} did not come\n${printed}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  try {
    await until("the start", () => printed.includes("taking jobs"));
    await until(
      "its rest",
      async () =>
        (await sql`select from ops.job_worker where worker_id like 'worker:%' and rests_until > now()`)
          .length > 0,
    );
    const [made] = await sql`
      select public.create_job(null, 'token_refresh', ${sql.json({ run: crypto.randomUUID() })}) as id`;
    const job = async () =>
      (await sql`select status::text, worker_id, started_at - created_at < interval '5 seconds' as is_quick
        from public.job_queue where id = ${made?.id}`)[0];
    await until("the end of the job", async () => (await job())?.status === "completed");
    assert.equal((await job())?.is_quick, true);

    // It listens again when its connection is lost; a poll alone would be slower.
    const listening = async () =>
      (await sql`select pid from pg_stat_activity where application_name like 'worker:%' and query ilike 'listen%'`)[
        0
      ]
        ?.pid;
    const first = await listening();
    await sql`select pg_terminate_backend(${first}::integer)`;
    await until("another connection", async () => (await listening() ?? first) !== first);

    worker.kill("SIGTERM");
    const { code } = await worker.status;
    await reading;
    assert.equal(code, 0, printed);
    assert.match(printed, /"message":"stopped"/);
    assert.equal((await sql`select from ops.job_worker where worker_id like 'worker:%'`).length, 0);
  } finally {
    try {
      worker.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await worker.status;
    await reading;
    await sql.end();
  }
});

/** How workers and the job queue deal with each other, each rule in a world of its own that is rolled back. */
import assert from "node:assert/strict";
import { addHandler, begun, claim, create, job, lapse } from "../support/job_world.ts";
import { inWorld } from "../support/world.ts";

Deno.test("a job goes from pending over processing to completed, and its ticket is gone then", async () => {
  await inWorld(async (world) => {
    const handler = await addHandler(world);
    const id = await create(world, handler, { a: 1 });
    assert.equal((await job(world, id)).status, "pending");
    const [claimed] = await claim(world, handler);
    assert.equal(claimed?.job_id, id);
    assert.equal(claimed?.attempt, 1);
    assert.equal((await job(world, id)).status, "processing");
    assert.deepEqual(
      await claim(world, handler, 10, "w2"),
      [],
      "nobody else gets it",
    );
    const next = await world.perform(
      "service",
      `select * from public.finish_and_claim_jobs('w1', array['${id}']::uuid[], array[${claimed?.fence}]::bigint[],
        '[{"count": 3}]', 1, 60, array['${handler}'])`,
    );
    assert.deepEqual(next, []);
    const { status, result, progress_percent, finished_at } = await job(
      world,
      id,
    );
    assert.deepEqual([status, result, progress_percent], ["completed", {
      count: 3,
    }, 100]);
    assert.ok(finished_at);
    assert.equal(
      (await world.query(`select from ops.job_ready where job_id = '${id}'`))
        .length,
      0,
    );
  });
});

Deno.test("urgent jobs come first, then those that have waited longest", async () => {
  await inWorld(async (world) => {
    const handler = await addHandler(world);
    const ids: string[] = [];
    for (const [n, priority] of [5, 9, 5, 1, 9].entries()) {
      ids.push(await create(world, handler, { n }, `, ${priority}`));
    }
    const order: (string | undefined)[] = [];
    for (let turn = 0; turn < 5; turn++) {
      order.push((await claim(world, handler, 1))[0]?.job_id);
    }
    assert.deepEqual(order, [1, 4, 0, 2, 3].map((n) => ids[n]));
  });
});

Deno.test("a worker whose lease ran out cannot complete, fail, log or report once another runs the job", async () => {
  await inWorld(async (world) => {
    const handler = await addHandler(world);
    const id = await create(world, handler);
    const [old] = await claim(world, handler, 1, "slow");
    await lapse(world, id);
    const [young] = await claim(world, handler, 1, "quick");
    assert.equal(young?.job_id, id);
    assert.ok(
      BigInt(young?.fence ?? 0) > BigInt(old?.fence ?? 0),
      "numbers grow",
    );
    const stale = `p_fence => ${old?.fence}`;
    assert.equal(
      await world.value(
        `select public.complete_job('${id}', '{}', ${stale})`,
        "service",
      ),
      false,
    );
    assert.equal(
      await world.value(
        `select public.fail_job('${id}', 'no', ${stale})`,
        "service",
      ),
      false,
    );
    assert.equal(
      await world.value(
        `select public.release_job('${id}', ${old?.fence})`,
        "service",
      ),
      false,
    );
    for (
      const call of [
        `public.add_job_log('${id}', 'info', 'x', '{}', ${old?.fence})`,
        `public.update_job_progress('${id}', 50, 'x', ${old?.fence})`,
        `public.update_job_progress('${id}', 50, 'x')`,
      ]
    ) {
      assert.equal(
        (await world.attempt("service", `select ${call}`)).code,
        "SVJ02",
        call,
      );
    }
    assert.equal(
      await world.value(`select public.complete_job('${id}')`, "service"),
      false,
      "and none is no number: a claimed job wants the one it was given",
    );
    assert.deepEqual(
      await world.value(
        `select public.extend_job_leases(array['${id}']::uuid[], array[${old?.fence}]::bigint[])`,
        "service",
      ),
      [],
    );
    assert.equal((await job(world, id)).status, "processing");
    assert.equal(
      await world.value(
        `select public.complete_job('${id}', '{}', ${young?.fence})`,
        "service",
      ),
      true,
    );
    assert.equal(
      await world.value(
        `select public.complete_job('${id}', '{}', ${young?.fence})`,
        "service",
      ),
      false,
    );
  });
});

Deno.test("a job is begun by hand once: whoever did it cannot speak for a later run, which has a number", async () => {
  await inWorld(async (world) => {
    const handler = await addHandler(world);
    const id = await create(world, handler);
    const start = (who: string) => world.value(`select public.start_job('${id}', '${who}')`, "service");
    const complete = () => world.value(`select public.complete_job('${id}', '{"by": "first"}')`, "service");
    assert.equal(await start("first"), true);
    assert.equal(await start("second"), false, "it runs");
    await lapse(world, id);
    assert.equal(await start("second"), false, "its lease ran out");
    await world.query("select public.detect_stuck_jobs()");
    assert.equal((await job(world, id)).status, "pending");
    assert.equal(await start("second"), false, "it waits for its second attempt");
    assert.equal(await complete(), false, "nobody runs it");
    await world.query(`update ops.job_waiting set run_at = now() where job_id = '${id}'`);
    const [claimed] = await claim(world, handler, 1, "third");
    assert.equal(claimed?.job_id, id);
    assert.equal(await complete(), false, "another runs it");
    assert.equal(
      await world.value(`select public.release_job('${id}', ${claimed?.fence})`, "service"),
      true,
    );
    assert.equal(await start("second"), false, "it was handed back");
  });
});

Deno.test("a failed attempt is tried again after a random wait below a growing bound; the last one is a dead letter", async () => {
  await inWorld(async (world) => {
    const handler = await addHandler(world);
    const id = await create(world, handler);
    const { max_attempts } = await job(world, id);
    for (let attempt = 1; attempt <= Number(max_attempts); attempt++) {
      const [claimed] = await claim(world, handler);
      assert.equal(claimed?.attempt, attempt);
      assert.equal(
        await world.value(
          `select public.fail_job('${id}', 'It broke', ${claimed?.fence}, 'internal')`,
          "service",
        ),
        true,
      );
      if (attempt === Number(max_attempts)) break;
      assert.equal((await job(world, id)).status, "pending");
      const [{ wait } = { wait: -1 }] = await world.query<{ wait: number }>(
        `select extract(epoch from run_at - now())::float8 as wait from ops.job_waiting where job_id = '${id}'`,
      );
      assert.ok(
        wait >= 0 && wait <= 10 * 2 ** (attempt - 1),
        `attempt ${attempt} waits ${wait} s`,
      );
      assert.deepEqual(
        await claim(world, handler).then((jobs) => wait > 0.5 ? jobs : []),
        [],
      );
      await world.query(
        `update ops.job_waiting set run_at = now() where job_id = '${id}'`,
      );
    }
    const dead = await job(world, id);
    assert.deepEqual([dead.status, dead.error_message, dead.error_code], [
      "failed",
      "It broke",
      "internal",
    ]);
    const letters = await world.perform(
      "admin",
      "select * from public.list_dead_letters()",
    );
    assert.ok(letters.some(({ job_id }) => job_id === id));
    assert.equal(
      (await world.attempt("owner", "select * from public.list_dead_letters()"))
        .code,
      "SVG02",
    );

    const retried = await world.value(
      `select public.retry_dead_letters(array['${id}']::uuid[])`,
      "admin",
    );
    assert.equal(retried, 1);
    const [again] = await claim(world, handler);
    assert.equal(again?.attempt, 1, "all attempts are there again");
    assert.equal(
      await world.value(
        `select public.retry_dead_letters(array['${id}']::uuid[])`,
        "admin",
      ),
      0,
    );

    await world.perform(
      "service",
      `select public.fail_job('${id}', 'Refused', ${again?.fence}, 'x', false)`,
    );
    assert.equal((await job(world, id)).status, "failed");
    assert.equal(
      (await world.query(
        `select from ops.job_dead_letter where job_id = '${id}'`,
      )).length,
      0,
      "what no retry would mend is no dead letter",
    );
  });
});

Deno.test("a provider's time to wait is obeyed", async () => {
  await inWorld(async (world) => {
    const { id, claimed } = await begun(world);
    await world.perform(
      "service",
      `select public.fail_job('${id}', 'Later', ${claimed.fence}, p_retry_after_seconds => 3600)`,
    );
    const wait = await world.value<number>(
      `select extract(epoch from run_at - now())::integer from ops.job_waiting where job_id = '${id}'`,
    );
    assert.equal(wait, 3600);
  });
});

Deno.test("a lost worker's job is run again; with no attempt left it is a dead letter, not a loop", async () => {
  await inWorld(async (world) => {
    const handler = await addHandler(world);
    const id = await create(world, handler);
    await world.query(
      `update ops.job_ready set max_attempts = 2 where job_id = '${id}'`,
    );
    await claim(world, handler);
    await lapse(world, id);
    assert.equal((await claim(world, handler))[0]?.attempt, 2);
    await lapse(world, id);
    assert.deepEqual(await claim(world, handler), []);
    const stuck = await world.perform(
      "service",
      "select * from public.detect_stuck_jobs()",
    );
    assert.ok(
      stuck.some(({ job_id, status }) => job_id === id && status === "failed"),
    );
    assert.equal((await job(world, id)).error_code, "worker_lost");
    const alerts = await world.query(
      `select data from public.notification where user_id = '${world.people.admin}' and data ->> 'alert' = 'dead_letters'`,
    );
    assert.equal(alerts.length, 1);
    // Two more dead letters, one alert.
    for (const n of [1, 2]) {
      const more = await create(world, handler, { n });
      await world.query(
        `update ops.job_ready set max_attempts = 1 where job_id = '${more}'`,
      );
      await claim(world, handler);
      await lapse(world, more);
      await world.perform(
        "service",
        "select * from public.detect_stuck_jobs()",
      );
    }
    assert.equal(
      (await world.query(
        `select from public.notification where user_id = '${world.people.admin}' and data ->> 'alert' = 'dead_letters'`,
      )).length,
      1,
    );
  });
});

Deno.test("no lease outlives its type's timeout, however alive the worker is", async () => {
  await inWorld(async (world) => {
    const { id, claimed } = await begun(world);
    await world.query(
      `update ops.job_ready set claimed_at = now() - make_interval(secs => timeout_seconds + 1) where job_id = '${id}'`,
    );
    await world.perform(
      "service",
      `select public.extend_job_leases(array['${id}']::uuid[], array[${claimed.fence}]::bigint[])`,
    );
    assert.equal(
      await world.value(
        `select leased_until < now() from ops.job_ready where job_id = '${id}'`,
      ),
      true,
    );
  });
});

Deno.test("a job that is handed back goes on from its checkpoint, and the run does not count", async () => {
  await inWorld(async (world) => {
    const { handler, id, claimed } = await begun(world);
    await world.perform(
      "service",
      `select public.update_job_progress('${id}', 40, 'Synced 40 of 100', ${claimed.fence}, '{"at": 40}')`,
    );
    assert.equal(
      await world.value(
        `select public.release_job('${id}', ${claimed.fence})`,
        "service",
      ),
      true,
    );
    const released = await job(world, id);
    assert.deepEqual([
      released.status,
      released.attempts,
      released.progress_percent,
    ], ["pending", 0, 40]);
    const [again] = await claim(world, handler);
    assert.deepEqual([again?.attempt, again?.checkpoint], [1, { at: 40 }]);
  });
});

Deno.test("only so many jobs of a limited handler run at once", async () => {
  await inWorld(async (world) => {
    const handler = await addHandler(world, { limit: 2 });
    for (let n = 0; n < 4; n++) await create(world, handler, { n });
    const first = await claim(world, handler, 10);
    assert.equal(first.length, 2);
    assert.deepEqual(await claim(world, handler, 10, "w2"), []);
    await world.perform(
      "service",
      `select public.complete_job('${first[0]?.job_id}', null, ${first[0]?.fence})`,
    );
    assert.equal((await claim(world, handler, 10, "w2")).length, 1);
  });
});

/** Tests the rules between workers and the job queue, each in its own transaction that is rolled back. */
import assert from "node:assert/strict";
import { addHandler, begun, claim, create, job, lapse, service, setReady } from "../support/job_world.ts";
import { inTransaction, type TestContext } from "../support/context.ts";

Deno.test("a job moves from pending through processing to completed, and is then no longer ready", async () => {
  await inTransaction(async (world) => {
    const handler = await addHandler(world);
    const id = await create(world, handler, { a: 1 });
    assert.equal((await job(world, id)).status, "pending");
    const [claimed] = await claim(world, handler);
    assert.deepEqual([claimed?.job_id, claimed?.attempt], [id, 1]);
    assert.equal((await job(world, id)).status, "processing");
    assert.deepEqual(await claim(world, handler, 10, "w2"), [], "no other worker can claim it");
    const next = await world.perform(
      "service",
      `select * from public.finish_and_claim_jobs('w1', array['${id}']::uuid[], array[${claimed?.fence}]::bigint[],
        '[{"count": 3}]', 1, 60, array['${handler}'])`,
    );
    assert.deepEqual(next, []);
    const { status, result, progress_percent, finished_at } = await job(world, id);
    assert.deepEqual([status, result, progress_percent], ["completed", { count: 3 }, 100]);
    assert.ok(finished_at);
    assert.deepEqual(await world.query(`select from ops.job_ready where job_id = '${id}'`), []);
  });
});

Deno.test("urgent jobs come first, then those that have waited longest", async () => {
  for (const limit of [undefined, 9]) {
    await inTransaction(async (world) => {
      const handler = await addHandler(world, limit);
      const ids: string[] = [];
      for (const [n, priority] of [5, 9, 5, 1, 9].entries()) {
        const id = await create(world, handler, { n }, `, ${priority}`);
        await setReady(world, id, `run_at = now() - interval '${60 - n} seconds'`);
        ids.push(id);
      }
      const order: (string | undefined)[] = [];
      for (let turn = 0; turn < 5; turn++) order.push((await claim(world, handler, 1))[0]?.job_id);
      assert.deepEqual(order, [1, 4, 0, 2, 3].map((n) => ids[n]));
    });
  }
});

Deno.test("a worker whose lease expired cannot complete, fail, release, log or report progress once another worker runs the job", async () => {
  await inTransaction(async (world) => {
    const handler = await addHandler(world);
    const id = await create(world, handler);
    const [old] = await claim(world, handler, 1, "slow");
    await lapse(world, id);
    const [young] = await claim(world, handler, 1, "quick");
    assert.equal(young?.job_id, id);
    assert.ok(BigInt(young?.fence ?? 0) > BigInt(old?.fence ?? 0), "fences increase");
    for (
      const call of [
        `complete_job('${id}', '{}', ${old?.fence})`,
        `fail_job('${id}', 'no', ${old?.fence})`,
        `release_job('${id}', ${old?.fence})`,
        // A missing fence is refused: a claimed job requires the fence of its claim.
        `complete_job('${id}')`,
      ]
    ) assert.equal(await service(world, call), false, call);
    for (
      const call of [
        `add_job_log('${id}', 'info', 'x', '{}', ${old?.fence})`,
        `update_job_progress('${id}', 50, 'x', ${old?.fence})`,
        `update_job_progress('${id}', 50, 'x')`,
      ]
    ) assert.equal((await world.attempt("service", `select public.${call}`)).code, "SVJ02", call);
    const extend = `extend_job_leases(array['${id}']::uuid[], array[${old?.fence}]::bigint[])`;
    assert.deepEqual(await service(world, extend), []);
    assert.equal((await job(world, id)).status, "processing");
    const complete = `complete_job('${id}', '{}', ${young?.fence})`;
    assert.equal(await service(world, complete), true);
    assert.equal(await service(world, complete), false);
  });
});

Deno.test("start_job starts a job only once, and its caller cannot complete a later run, which has a fence", async () => {
  await inTransaction(async (world) => {
    const handler = await addHandler(world);
    const id = await create(world, handler, {}, ", 5, now() + interval '1 hour'");
    const start = (who: string) => service(world, `start_job('${id}', '${who}')`);
    const complete = () => service(world, `complete_job('${id}', '{"by": "first"}')`);
    assert.equal(await start("first"), true, "although it is scheduled for later");
    assert.equal(await start("second"), false, "it is running");
    await lapse(world, id);
    assert.equal(await start("second"), false, "its lease has expired");
    await world.query("select public.detect_stuck_jobs()");
    assert.equal((await job(world, id)).status, "pending");
    assert.equal(await start("second"), false, "it waits for its second attempt");
    assert.equal(await complete(), false, "no worker is running it");
    await setReady(world, id, "run_at = now()");
    const [claimed] = await claim(world, handler, 1, "third");
    assert.equal(claimed?.job_id, id);
    assert.equal(await complete(), false, "another worker is running it");
    assert.equal(await service(world, `release_job('${id}', ${claimed?.fence})`), true);
    assert.equal(await start("second"), false, "it was released");
  });
});

Deno.test("a failed attempt is retried after a random wait below a growing bound; the last failure becomes a dead letter", async () => {
  await inTransaction(async (world) => {
    const handler = await addHandler(world);
    const id = await create(world, handler);
    const max_attempts = Number((await job(world, id)).max_attempts);
    for (let attempt = 1; attempt <= max_attempts; attempt++) {
      const [claimed] = await claim(world, handler);
      assert.equal(claimed?.attempt, attempt);
      assert.equal(
        await service(world, `fail_job('${id}', 'It broke', ${claimed?.fence}, 'internal')`),
        true,
      );
      if (attempt === max_attempts) break;
      assert.equal((await job(world, id)).status, "pending");
      const wait = await waits(world, id);
      assert.ok(wait >= 0 && wait <= 10 * 2 ** (attempt - 1), `attempt ${attempt} waits ${wait} s`);
      await setReady(world, id, "run_at = now() + interval '1 second'");
      assert.deepEqual(await claim(world, handler), []);
      await setReady(world, id, "run_at = now()");
    }
    const { status, error_message, error_code } = await job(world, id);
    assert.deepEqual([status, error_message, error_code], ["failed", "It broke", "internal"]);
    const list = "select * from public.list_dead_letters()";
    assert.ok((await world.perform("admin", list)).some(({ job_id }) => job_id === id));
    assert.equal((await world.attempt("owner", list)).code, "SVG02");

    const retry = `select public.retry_dead_letters(array['${id}']::uuid[])`;
    assert.equal(await world.value(retry, "admin"), 1);
    const [again] = await claim(world, handler);
    assert.equal(again?.attempt, 1, "all attempts are available again");
    assert.equal(await world.value(retry, "admin"), 0);

    await service(world, `fail_job('${id}', 'Refused', ${again?.fence}, 'x', false)`);
    assert.equal((await job(world, id)).status, "failed");
    const letters = await world.query(`select from ops.job_dead_letter where job_id = '${id}'`);
    assert.deepEqual(letters, [], "a failure that no retry can fix does not become a dead letter");
  });
});

Deno.test("a dead letter that gets more attempts is retried, and a discarded one is not", async () => {
  await inTransaction(async (world) => {
    const handler = await addHandler(world);
    const ids = [await create(world, handler, { n: 1 }), await create(world, handler, { n: 2 })];
    for (const id of ids) await setReady(world, id, "max_attempts = 1");
    for (const { job_id, fence } of await claim(world, handler)) {
      await service(world, `fail_job('${job_id}', 'It broke', ${fence})`);
    }
    const retry = async () =>
      (await world.perform("service", "select * from public.retry_failed_jobs()"))
        .filter((row) => row.handler === handler).map(({ job_id, attempts }) => [job_id, attempts]);
    const [retried, discarded] = ids;
    await world.query(`update public.job_queue set max_attempts = 1 where handler = '${handler}'`);
    assert.deepEqual(await retry(), []);
    const discard = `select public.discard_dead_letters(array['${discarded}']::uuid[])`;
    assert.equal((await world.attempt("moderator", discard)).code, "SVG02");
    assert.equal(await world.value(discard, "admin"), 1);
    await world.query(`update public.job_queue set max_attempts = 2 where handler = '${handler}'`);
    assert.deepEqual(await retry(), [[retried, 1]]);
    const claimed = await claim(world, handler);
    assert.deepEqual(claimed.map(({ job_id, attempt }) => [job_id, attempt]), [[retried, 2]]);
  });
});

Deno.test("a provider's retry-after time is respected", async () => {
  await inTransaction(async (world) => {
    const { id, claimed } = await begun(world);
    await service(world, `fail_job('${id}', 'Later', ${claimed.fence}, p_retry_after_seconds => 3600)`);
    assert.equal(await waits(world, id), 3_600);
  });
});

Deno.test("the job of a lost worker runs again; with no attempt left it becomes a dead letter; admins are notified once", async () => {
  await inTransaction(async (world) => {
    const handler = await addHandler(world);
    const detect = () => world.perform("service", "select * from public.detect_stuck_jobs()");
    const alerts = () =>
      world.query(
        `select from public.notification where user_id = '${world.people.admin}' and data ->> 'alert' = 'dead_letters'`,
      );
    const id = await create(world, handler);
    await setReady(world, id, "max_attempts = 2");
    await claim(world, handler);
    await lapse(world, id);
    assert.equal((await claim(world, handler))[0]?.attempt, 2);
    await lapse(world, id);
    assert.deepEqual(await claim(world, handler), []);
    const stuck = await detect();
    assert.ok(stuck.some(({ job_id, status }) => job_id === id && status === "failed"));
    assert.equal((await job(world, id)).error_code, "worker_lost");
    assert.equal((await alerts()).length, 1);
    // Two more dead letters, still one alert.
    for (const n of [1, 2]) {
      const more = await create(world, handler, { n });
      await setReady(world, more, "max_attempts = 1");
      await claim(world, handler);
      await lapse(world, more);
      await detect();
    }
    assert.equal((await alerts()).length, 1);
  });
});

Deno.test("no lease is extended beyond the timeout of its job type, even if the worker is alive", async () => {
  await inTransaction(async (world) => {
    const { id, claimed } = await begun(world);
    await setReady(world, id, "claimed_at = now() - make_interval(secs => timeout_seconds + 1)");
    await service(world, `extend_job_leases(array['${id}']::uuid[], array[${claimed.fence}]::bigint[])`);
    const [ready] = await world.query(
      `select leased_until < now() as is_over from ops.job_ready where job_id = '${id}'`,
    );
    assert.equal(ready?.is_over, true);
  });
});

Deno.test("a released job continues from its checkpoint, and the released run does not count as an attempt", async () => {
  await inTransaction(async (world) => {
    const { handler, id, claimed } = await begun(world);
    await service(
      world,
      `update_job_progress('${id}', 40, 'Synced 40 of 100', ${claimed.fence}, '{"at": 40}')`,
    );
    assert.equal(await service(world, `release_job('${id}', ${claimed.fence})`), true);
    const { status, attempts, progress_percent } = await job(world, id);
    assert.deepEqual([status, attempts, progress_percent], ["pending", 0, 40]);
    const [again] = await claim(world, handler);
    assert.deepEqual([again?.attempt, again?.checkpoint], [1, { at: 40 }]);
  });
});

Deno.test("a limited handler runs at most its limit of jobs at once", async () => {
  await inTransaction(async (world) => {
    const handler = await addHandler(world, 2);
    for (let n = 0; n < 4; n++) await create(world, handler, { n });
    const [first, ...others] = await claim(world, handler);
    assert.equal(others.length, 1);
    assert.deepEqual(await claim(world, handler, 10, "w2"), []);
    await service(world, `complete_job('${first?.job_id}', null, ${first?.fence})`);
    assert.equal((await claim(world, handler, 10, "w2")).length, 1);
  });
});

/** Returns the seconds until a job is due again. */
const waits = (world: TestContext, id: string) =>
  world.value<number>(
    `select extract(epoch from run_at - now())::float8 from ops.job_ready where job_id = '${id}' and is_waiting`,
  );

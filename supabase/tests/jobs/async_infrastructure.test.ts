/**
 * Tests the job queue's rules for callers that create jobs, each in its own transaction that is rolled back. The rules for workers are in
 * async_infrastructure_workers.test.ts, races in async_infrastructure_races.test.ts.
 */
import assert from "node:assert/strict";
import { addHandler, begun, claim, create, job, service, setReady } from "../support/job_world.ts";
import { inTransaction } from "../support/context.ts";

Deno.test("an equal job is reused while it is unfinished, for five minutes after its creation, and for an hour from the cache", async () => {
  await inTransaction(async (world) => {
    const handler = await addHandler(world);
    const id = await create(world, handler, { a: 1, b: [2] });
    assert.equal(await create(world, handler, { b: [2], a: 1 }), id, "the order of members does not matter");
    assert.notEqual(
      await create(world, handler, { a: 2, b: [2] }),
      id,
      "different params create a different job",
    );
    const request = `'${world.people.owner}', '${handler}', '{"a": 1, "b": [2]}'`;
    const cached = () => world.perform("owner", `select * from public.get_cached_job_result(${request})`);
    const found = () => world.perform("owner", `select * from public.find_or_create_job(${request})`);
    assert.deepEqual(await cached(), []);
    const claimed = (await claim(world, handler)).find(({ job_id }) => job_id === id);
    await service(world, `complete_job('${id}', '{"n": 1}', ${claimed?.fence})`);
    assert.equal(await create(world, handler, { a: 1, b: [2] }), id);
    assert.deepEqual((await cached()).map(({ result }) => result), [{ n: 1 }]);
    assert.deepEqual(
      await world.perform("other", `select * from public.get_cached_job_result(${request})`),
      [],
      "only the owner can read a result",
    );
    await world.query(
      `update public.job_queue set created_at = now() - interval '6 minutes', finished_at = now() - interval '6 minutes' where id = '${id}'`,
    );
    assert.deepEqual(await found(), [{ job_id: id, is_new: false, status: "completed", result: { n: 1 } }]);
    await world.query(
      `update public.job_queue set finished_at = now() - interval '61 minutes' where id = '${id}'`,
    );
    assert.deepEqual(await cached(), []);
    assert.equal((await found())[0]?.is_new, true);
  });
});

Deno.test("create_job accepts the names of handlers and categories, and refuses invalid names, callers and arguments", async () => {
  await inTransaction(async (world) => {
    const { owner } = world.people;
    const params = `'{"social_account_id": "${world.account}"}'`;
    const created = (name: string) =>
      world.value(`select public.create_job('${owner}', '${name}', ${params})`, "owner");
    assert.equal(
      await created("platform_sync"),
      await created("sync_youtube"),
      "a category selects the handler of the account's platform",
    );
    const sync = `'${owner}', 'sync_youtube'`;
    const large = "jsonb_build_object('x', repeat(md5(random()::text), 2000))";
    for (
      const [refused, code, actor] of [
        [`'${owner}', 'mine_bitcoin'`, "SVG01"],
        [`'${owner}', 'platform_sync'`, "SVG01"],
        [`'${owner}', 'platform_sync', '{"social_account_id": "none"}'`, "SVG01"],
        // No handler exists yet: it is added by the module that adds the code.
        [`'${owner}', 'stripe_sync'`, "SVG01"],
        [`'${owner}', 'quota_reset'`, "SVG02"],
        [sync, "SVG02", "other"],
        [sync, "42501", "anon"],
        [`${sync}, '[]'`, "SVG01"],
        [`${sync}, '{}', 11`, "SVG01"],
        [`${sync}, ${large}`, "SVG01"],
      ] as const
    ) {
      const outcome = await world.attempt(actor ?? "owner", `select public.create_job(${refused})`);
      assert.equal(outcome.code, code, refused);
    }
  });
});

Deno.test("a user has at most ten unfinished jobs; one that ends makes room for another", async () => {
  await inTransaction(async (world) => {
    const handler = await addHandler(world);
    const { owner, other } = world.people;
    const first = await create(world, handler, { n: 0 });
    // Jobs between attempts and jobs for later count too.
    for (let n = 1; n < 10; n++) {
      await create(world, handler, { n }, n < 5 ? ", 5, now() + interval '1 hour'" : "");
    }
    const eleventh = (id: string) => `select public.create_job('${id}', '${handler}', '{"n": 10}')`;
    const refused = await world.attempt("owner", eleventh(owner));
    assert.deepEqual([refused.code, refused.detail?.limit], ["SVJ01", 10]);
    assert.equal(
      await create(world, handler, { n: 0 }),
      first,
      "requesting one of them again does not count as an eleventh",
    );
    const theirs = await world.attempt("service", eleventh(other));
    assert.equal(theirs.code, undefined, "another user has their own limit of ten");
    assert.equal(await world.value(`select public.cancel_job('${first}', '${owner}')`, "owner"), true);
    assert.equal((await world.attempt("owner", eleventh(owner))).code, undefined);
  });
});

Deno.test("only its owner can cancel a job, and a run that continues afterwards changes nothing", async () => {
  await inTransaction(async (world) => {
    const { id, claimed } = await begun(world);
    const { owner, other } = world.people;
    const mine = `select public.cancel_job('${id}', '${owner}')`;
    assert.equal(await world.value(`select public.cancel_job('${id}', '${other}')`, "other"), false);
    assert.equal((await world.attempt("other", mine)).code, "SVG02");
    assert.equal((await world.attempt("other", `select public.cancel_job('${id}')`)).code, "SVG02");
    assert.equal(await world.value(mine, "owner"), true);
    assert.equal(await world.value(mine, "owner"), false);
    assert.equal(await service(world, `complete_job('${id}', '{}', ${claimed.fence})`), false);
    const { status, result } = await job(world, id);
    assert.deepEqual([status, result], ["cancelled", null]);
  });
});

Deno.test("admins pause and resume a job type: new jobs wait, running jobs continue", async () => {
  await inTransaction(async (world) => {
    const handler = await addHandler(world);
    const running = await create(world, handler, { n: 1 });
    const [claimed] = await claim(world, handler);
    await create(world, handler, { n: 2 });
    const pause = `select public.pause_job_type('${handler}')`;
    assert.equal((await world.attempt("moderator", pause)).code, "SVG02");
    assert.equal(await world.value(pause, "admin"), 1);
    await create(world, handler, { n: 3 });
    assert.deepEqual(await claim(world, handler), []);
    await service(world, `fail_job('${running}', 'x', ${claimed?.fence})`);
    await world.query("select ops.promote_due_jobs(1000)");
    assert.deepEqual(await claim(world, handler), [], "a retry also waits");
    assert.equal(await world.value(`select public.resume_job_type('${handler}')`, "admin"), 3);
    assert.equal((await claim(world, handler)).length, 3);
    const unknown = await world.attempt("admin", "select public.pause_job_type('nothing')");
    assert.equal(unknown.code, "SVG01");
  });
});

Deno.test("scheduled jobs wait for their time; jobs that were not started in time expire, also those of a paused handler", async () => {
  await inTransaction(async (world) => {
    const handler = await addHandler(world);
    const later = await create(world, handler, { n: 1 }, ", 5, now() + interval '1 hour'");
    const stale = await create(world, handler, { n: 2 });
    await setReady(world, stale, "run_at = now() - interval '25 hours'");
    const paused = await create(world, handler, { n: 3 });
    await setReady(world, paused, "is_waiting = true, run_at = 'infinity'");
    await world.query(
      `update public.job_queue set run_at = now() - interval '25 hours' where id = '${paused}'`,
    );
    const expired = await world.perform("service", "select * from public.expire_stale_jobs()");
    const ours = expired.filter((row) => row.handler === handler).map(({ job_id }) => job_id);
    assert.deepEqual(new Set(ours), new Set([stale, paused]));
    assert.deepEqual(await claim(world, handler), []);
    await setReady(world, later, "run_at = now()");
    assert.equal((await claim(world, handler))[0]?.job_id, later);
  });
});

Deno.test("old jobs that have logs are deleted; dead letters and unfinished jobs stay", async () => {
  await inTransaction(async (world) => {
    const handler = await addHandler(world);
    for (let n = 0; n < 3; n++) await create(world, handler, { n });
    const claimed = await claim(world, handler);
    const [old, dead] = claimed.map(({ job_id }) => job_id);
    const aged = await world.value<string>("select ops.job_ids_before(now() - interval '40 days')");
    for (const { job_id, fence } of claimed) {
      const id = aged.slice(0, 14) + job_id.slice(14);
      if (job_id === old || job_id === dead) {
        await service(world, `complete_job('${job_id}', null, ${fence})`);
      }
      await world.query(
        `update public.job_queue set id = '${id}', finished_at = finished_at - interval '40 days' where id = '${job_id}'`,
      );
      await world.query(
        `insert into public.job_log (job_id, level, message) values ('${id}', 'info', 'Hello')`,
      );
      if (job_id === dead) {
        await world.query(
          `insert into ops.job_dead_letter (job_id, handler) values ('${id}', '${handler}')`,
        );
      }
    }
    assert.ok(Number(await service(world, "cleanup_old_jobs()")) >= 1);
    const left = await world.query<{ id: string }>(
      `select id from public.job_queue where handler = '${handler}'`,
    );
    assert.equal(left.length, 2);
    assert.ok(!left.some(({ id }) => id.slice(14) === old?.slice(14)));
  });
});

Deno.test("creating a job does not read other users' jobs, even if its plans were made while the tables were empty", async () => {
  await inTransaction(async (world) => {
    const handler = await addHandler(world);
    await world.query("analyze ops.job_ready, public.job_queue");
    // From the sixth call, PostgreSQL may keep a generic plan.
    for (let n = 0; n < 6; n++) await create(world, handler, { n });
    await world.query(
      `insert into ops.job_ready (job_id, user_id, handler, is_limited, priority, run_at, max_attempts, timeout_seconds)
       select gen_random_uuid(), gen_random_uuid(), '${handler}', false, 5, now(), 1, 60 from generate_series(1, 3000)`,
    );
    const scanned = () =>
      world.value<string>(
        "select sum(seq_tup_read) from pg_stat_xact_user_tables where relname like 'job\\_%'",
      );
    const before = await scanned();
    await create(world, handler, { n: 7 });
    assert.ok(Number(await scanned()) - Number(before) < 100, "it does not scan whole tables");
  });
});

Deno.test("invalid state changes and inconsistent states are refused", async () => {
  await inTransaction(async (world) => {
    const { id } = await begun(world);
    const waiting = await create(world, await addHandler(world));
    const set = (job: string, change: string) =>
      world.attempt("operator", `update public.job_queue set ${change} where id = '${job}'`);
    const whole = "status = 'completed', finished_at = now(), progress_percent = 100";
    for (
      const [job, change, rule] of [
        [id, "params = '[]'", "job_queue_params_is_object"],
        [id, "priority = 0", "job_queue_priority_in_range"],
        [id, "progress_percent = 101", "job_queue_progress_in_range"],
        [id, "status = 'cancelled'", "job_queue_finished_iff_final"],
        [id, "finished_at = now()", "job_queue_finished_iff_final"],
        [waiting, "status = 'processing'", "job_queue_processing_has_worker"],
        [waiting, "result = '{}'", "job_queue_result_only_completed"],
        [id, "status = 'completed', finished_at = now()", "job_queue_completed_is_whole"],
        [id, "status = 'failed', finished_at = now()", "job_queue_failed_says_why"],
        [waiting, whole, "Cannot move a job from pending to completed"],
        [
          waiting,
          "status = 'failed', finished_at = now(), error_message = 'x'",
          "Cannot move a job from pending to failed",
        ],
        [id, "status = 'expired', finished_at = now()", "Cannot move a job from processing to expired"],
      ] as const
    ) {
      const { code, constraint, message } = await set(job, change);
      assert.deepEqual([code, constraint || message], ["23514", rule], change);
    }
    assert.equal((await set(id, whole)).code, undefined);
    await world.query(
      `update public.job_queue set status = 'cancelled', finished_at = now() where id = '${id}'`,
    );
    const back = await set(id, "status = 'pending', finished_at = null");
    assert.equal(back.message, "Cannot move a job from cancelled to pending");
  });
});

Deno.test("a user's jobs and logs are visible only to them, and are deleted with the user", async () => {
  await inTransaction(async (world) => {
    const { handler, id, claimed } = await begun(world);
    const { owner, other } = world.people;
    await service(world, `add_job_log('${id}', 'info', 'Hello', '{}', ${claimed.fence})`);
    for (
      const query of [
        `get_user_jobs('${owner}')`,
        `get_job_logs('${id}', '${owner}')`,
        `get_job_queue_stats('${owner}')`,
      ]
    ) {
      const read = (actor: "owner" | "other" | "admin") =>
        world.perform(actor, `select * from public.${query}`);
      assert.equal((await read("owner")).length, 1, query);
      assert.deepEqual([...await read("other"), ...await read("admin")], [], query);
    }
    const everybody = await world.attempt("owner", "select * from public.get_job_queue_stats()");
    assert.equal(everybody.code, "SVG02");
    const theirs = await service<string>(world, `create_job('${other}', '${handler}')`);
    await world.query(`delete from auth.users where id = '${other}'`);
    const left = await world.query(
      `select id from public.job_queue where id = '${theirs}' union all select job_id from ops.job_ready where job_id = '${theirs}'`,
    );
    assert.deepEqual(left, []);
  });
});

Deno.test("a provider's data is cached under its own keys only, and invalidated by its webhook events", async () => {
  await inTransaction(async (world) => {
    // Entries cached by other tests would be counted too.
    await world.query("delete from public.cache_store where key like 'stripe:%'");
    await world.query("insert into public.cache_store (key, value) values ('weather', '1')");
    for (
      const key of [
        "stripe:product:prod_1",
        "stripe:product:prod_1:prices",
        "stripe:product:prodX1",
        "weather",
      ]
    ) await service(world, `cache_stripe_data('${key}', '{"k": 1}', 60)`);
    const get = (key: string) => service(world, `get_cached_stripe_data('${key}')`);
    assert.deepEqual(await get("stripe:product:prod_1"), { k: 1 });
    assert.equal(await get("weather"), null);
    assert.equal(
      await service(world, "invalidate_stripe_cache_from_webhook('product.updated', 'prod_1')"),
      2,
    );
    assert.deepEqual(await get("stripe:product:prodX1"), { k: 1 }, "an underscore is not a wildcard here");
    assert.equal(await service(world, "invalidate_stripe_cache('%')"), 1);
    assert.equal(await world.value("select value from public.cache_store where key = 'weather'"), 1);
    await service(world, "cache_stripe_data('stripe:x', '1', 0)");
    assert.equal(await get("stripe:x"), null);
  });
});

/**
 * The job queue's rules for those who make jobs, each in a world of its own that is rolled back. Workers' are in
 * async_infrastructure_workers.test.ts, races in async_infrastructure_races.test.ts.
 */
import assert from "node:assert/strict";
import { addHandler, begun, claim, create, job } from "../support/job_world.ts";
import { inWorld } from "../support/world.ts";

Deno.test("the same job is found again while it is under way, for five minutes after it was made, and for an hour in the cache", async () => {
  await inWorld(async (world) => {
    const handler = await addHandler(world);
    const id = await create(world, handler, { a: 1, b: [2] });
    assert.equal(
      await create(world, handler, { b: [2], a: 1 }),
      id,
      "the order of members is no difference",
    );
    assert.notEqual(
      await create(world, handler, { a: 2, b: [2] }),
      id,
      "other params are another job",
    );
    const cached = () =>
      world.perform(
        "owner",
        `select * from public.get_cached_job_result('${world.people.owner}', '${handler}', '{"a": 1, "b": [2]}')`,
      );
    assert.deepEqual(await cached(), []);
    const claimed = (await claim(world, handler)).find(({ job_id }) => job_id === id);
    await world.perform(
      "service",
      `select public.complete_job('${id}', '{"n": 1}', ${claimed?.fence})`,
    );
    assert.equal(await create(world, handler, { a: 1, b: [2] }), id);
    assert.deepEqual((await cached()).map(({ result }) => result), [{ n: 1 }]);
    const found = () =>
      world.perform(
        "owner",
        `select * from public.find_or_create_job('${world.people.owner}', '${handler}', '{"a": 1, "b": [2]}')`,
      );
    await world.query(
      `update public.job_queue set created_at = now() - interval '6 minutes', finished_at = now() - interval '6 minutes' where id = '${id}'`,
    );
    assert.deepEqual(await found(), [{
      job_id: id,
      is_new: false,
      status: "completed",
      result: { n: 1 },
    }]);
    await world.query(
      `update public.job_queue set finished_at = now() - interval '61 minutes' where id = '${id}'`,
    );
    assert.deepEqual(await cached(), []);
    assert.equal((await found())[0]?.is_new, true);
  });
});

Deno.test("names: handlers, categories, and nothing else", async () => {
  await inWorld(async (world) => {
    const { owner } = world.people;
    const params = JSON.stringify({ social_account_id: world.account });
    const category = await world.value(
      `select public.create_job('${owner}', 'platform_sync', '${params}')`,
      "owner",
    );
    const handler = await world.value(
      `select public.create_job('${owner}', 'sync_youtube', '${params}')`,
      "owner",
    );
    assert.equal(
      category,
      handler,
      "the category is the handler of the account's platform",
    );
    for (const name of ["ai_analysis", "seo_submission"]) {
      assert.ok(
        await world.value(
          `select public.create_job('${owner}', '${name}')`,
          "owner",
        ),
      );
    }
    const code = async (
      call: string,
      actor: "owner" | "other" | "anon" | "service" = "owner",
    ) => (await world.attempt(actor, `select ${call}`)).code;
    assert.equal(
      await code(`public.create_job('${owner}', 'mine_bitcoin')`),
      "SVG01",
    );
    assert.equal(
      await code(`public.create_job('${owner}', 'platform_sync')`),
      "SVG01",
    );
    assert.equal(
      await code(`public.create_job('${owner}', 'quota_reset')`),
      "SVG02",
    );
    assert.equal(
      await code(`public.create_job('${owner}', 'sync_youtube')`, "other"),
      "SVG02",
    );
    assert.equal(
      await code(`public.create_job('${owner}', 'sync_youtube')`, "anon"),
      "42501",
    );
    assert.equal(
      await code(`public.create_job('${owner}', 'sync_youtube', '[]')`),
      "SVG01",
    );
    assert.equal(
      await code(`public.create_job('${owner}', 'sync_youtube', '{}', 11)`),
      "SVG01",
    );
    assert.equal(
      await code(
        `public.create_job('${owner}', 'sync_youtube', jsonb_build_object('x', repeat(md5(random()::text), 2000)))`,
      ),
      "SVG01",
    );
  });
});

Deno.test("a person has ten jobs under way at most; one that ends makes room", async () => {
  await inWorld(async (world) => {
    const handler = await addHandler(world);
    const first = await create(world, handler, { n: 0 });
    // Those between attempts and for later count too.
    for (let n = 1; n < 10; n++) {
      await create(
        world,
        handler,
        { n },
        n < 5 ? ", 5, now() + interval '1 hour'" : "",
      );
    }
    const eleventh = `select public.create_job('${world.people.owner}', '${handler}', '{"n": 10}')`;
    const refused = await world.attempt("owner", eleventh);
    assert.equal(refused.code, "SVJ01");
    assert.equal(refused.detail?.limit, 10);
    assert.equal(
      await create(world, handler, { n: 0 }),
      first,
      "asking for one of them again is no eleventh",
    );
    assert.equal(
      (await world.attempt(
        "service",
        eleventh.replace(world.people.owner, world.people.other),
      )).code,
      undefined,
      "somebody else has ten of their own",
    );
    assert.equal(
      await world.value(
        `select public.cancel_job('${first}', '${world.people.owner}')`,
        "owner",
      ),
      true,
    );
    assert.equal((await world.attempt("owner", eleventh)).code, undefined);
  });
});

Deno.test("its owner cancels a job, nobody else does, and a run that goes on changes nothing", async () => {
  await inWorld(async (world) => {
    const { id, claimed } = await begun(world);
    const { owner, other } = world.people;
    assert.equal(
      await world.value(
        `select public.cancel_job('${id}', '${other}')`,
        "other",
      ),
      false,
    );
    assert.equal(
      (await world.attempt(
        "other",
        `select public.cancel_job('${id}', '${owner}')`,
      )).code,
      "SVG02",
    );
    assert.equal(
      (await world.attempt("other", `select public.cancel_job('${id}')`)).code,
      "SVG02",
    );
    assert.equal(
      await world.value(
        `select public.cancel_job('${id}', '${owner}')`,
        "owner",
      ),
      true,
    );
    assert.equal(
      await world.value(
        `select public.cancel_job('${id}', '${owner}')`,
        "owner",
      ),
      false,
    );
    assert.equal(
      await world.value(
        `select public.complete_job('${id}', '{}', ${claimed.fence})`,
        "service",
      ),
      false,
    );
    const { status, result } = await job(world, id);
    assert.deepEqual([status, result], ["cancelled", null]);
  });
});

Deno.test("admins pause and resume a job type: made jobs wait, running ones go on", async () => {
  await inWorld(async (world) => {
    const handler = await addHandler(world);
    const running = await create(world, handler, { n: 1 });
    const [claimed] = await claim(world, handler);
    await create(world, handler, { n: 2 });
    assert.equal(
      (await world.attempt(
        "moderator",
        `select public.pause_job_type('${handler}')`,
      )).code,
      "SVG02",
    );
    assert.equal(
      await world.value(`select public.pause_job_type('${handler}')`, "admin"),
      1,
    );
    await create(world, handler, { n: 3 });
    assert.deepEqual(await claim(world, handler), []);
    await world.perform(
      "service",
      `select public.fail_job('${running}', 'x', ${claimed?.fence})`,
    );
    await world.query("select ops.promote_due_jobs(1000)");
    assert.deepEqual(await claim(world, handler), [], "a retry waits too");
    assert.equal(
      await world.value(`select public.resume_job_type('${handler}')`, "admin"),
      3,
    );
    assert.equal((await claim(world, handler)).length, 3);
    assert.equal(
      (await world.attempt("admin", "select public.pause_job_type('nothing')"))
        .code,
      "SVG01",
    );
  });
});

Deno.test("jobs for later wait for their time; those nobody began in time expire", async () => {
  await inWorld(async (world) => {
    const handler = await addHandler(world);
    const later = await create(
      world,
      handler,
      { n: 1 },
      ", 5, now() + interval '1 hour'",
    );
    const stale = await create(world, handler, { n: 2 });
    await world.query(
      `update ops.job_ready set run_at = now() - interval '25 hours' where job_id = '${stale}'`,
    );
    const expired = await world.perform(
      "service",
      "select * from public.expire_stale_jobs()",
    );
    assert.ok(expired.some(({ job_id }) => job_id === stale));
    assert.deepEqual(await claim(world, handler), []);
    await world.query(
      `update ops.job_waiting set run_at = now() where job_id = '${later}'`,
    );
    assert.equal((await claim(world, handler))[0]?.job_id, later);
  });
});

Deno.test("old jobs are cleaned up with their logs; dead letters and jobs under way stay", async () => {
  await inWorld(async (world) => {
    const handler = await addHandler(world);
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push(await create(world, handler, { n }));
    const claimed = await claim(world, handler);
    for (const { job_id, fence } of claimed.slice(0, 2)) {
      await world.perform(
        "service",
        `select public.add_job_log('${job_id}', 'info', 'Hello', '{}', ${fence})`,
      );
      await world.perform(
        "service",
        `select public.complete_job('${job_id}', null, ${fence})`,
      );
    }
    const [old, dead] = claimed.map(({ job_id }) => job_id);
    for (const { job_id } of claimed) {
      const aged = await world.value<string>(
        "select ops.job_ids_before(now() - interval '40 days')",
      );
      const id = aged.slice(0, 14) + job_id.slice(14);
      await world.query(
        `delete from public.job_log where job_id = '${job_id}'`,
      );
      await world.query(
        `update public.job_queue set id = '${id}', finished_at = case when finished_at is not null then now() - interval '40 days' end where id = '${job_id}'`,
      );
      if (job_id === dead) {
        await world.query(
          `insert into ops.job_dead_letter (job_id, handler) values ('${id}', '${handler}')`,
        );
      }
    }
    const deleted = await world.value<string>(
      "select public.cleanup_old_jobs()",
      "service",
    );
    assert.ok(Number(deleted) >= 1);
    const left = await world.query<{ id: string }>(
      `select id from public.job_queue where handler = '${handler}'`,
    );
    assert.equal(left.length, 2);
    assert.ok(!left.some(({ id }) => id.slice(14) === old?.slice(14)));
  });
});

Deno.test("making a job reads nobody else's tickets, also when the tables were empty as its plans were made", async () => {
  await inWorld(async (world) => {
    const handler = await addHandler(world);
    await world.query("analyze ops.job_ready, ops.job_waiting, public.job_queue");
    // With the sixth call a plan is kept for good.
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
    assert.ok(Number(await scanned()) - Number(before) < 100, "it does not read table by table");
  });
});

Deno.test("states have no other moves, and no half states", async () => {
  await inWorld(async (world) => {
    const handler = await addHandler(world);
    const id = await create(world, handler);
    const set = async (change: string) =>
      (await world.attempt(
        "operator",
        `update public.job_queue set ${change} where id = '${id}'`,
      ))
        .constraint;
    assert.equal(
      await set(
        "status = 'completed', finished_at = now(), progress_percent = 100",
      ),
      "job_queue_known_moves",
    );
    assert.equal(
      await set("status = 'failed', finished_at = now(), error_message = 'x'"),
      "job_queue_known_moves",
    );
    assert.equal(
      await set("status = 'cancelled'"),
      "job_queue_finished_iff_final",
    );
    assert.equal(
      await set("finished_at = now()"),
      "job_queue_finished_iff_final",
    );
    assert.equal(
      await set("status = 'processing'"),
      "job_queue_processing_has_worker",
    );
    assert.equal(await set("result = '{}'"), "job_queue_result_only_completed");
    assert.equal(
      await set("progress_percent = 101"),
      "job_queue_progress_in_range",
    );
    await claim(world, handler);
    assert.equal(
      await set("status = 'completed', finished_at = now()"),
      "job_queue_completed_is_whole",
    );
    assert.equal(
      await set("status = 'failed', finished_at = now()"),
      "job_queue_failed_says_why",
    );
    assert.equal(
      await set(
        "status = 'completed', finished_at = now(), progress_percent = 100",
      ),
      undefined,
    );
    await world.query(
      `update public.job_queue set status = 'cancelled', finished_at = now() where id = '${id}'`,
    );
    assert.equal(
      await set("status = 'pending', finished_at = null"),
      "job_queue_known_moves",
    );
  });
});

Deno.test("the same person's jobs and logs are theirs alone, and go with them", async () => {
  await inWorld(async (world) => {
    const { handler, id, claimed } = await begun(world);
    await world.perform(
      "service",
      `select public.add_job_log('${id}', 'info', 'Hello', '{}', ${claimed.fence})`,
    );
    const { owner } = world.people;
    const read = {
      jobs: `select * from public.get_user_jobs('${owner}')`,
      logs: `select * from public.get_job_logs('${id}', '${owner}')`,
      stats: `select * from public.get_job_queue_stats('${owner}')`,
    };
    for (const [name, query] of Object.entries(read)) {
      assert.equal((await world.perform("owner", query)).length, 1, name);
      assert.deepEqual(await world.perform("other", query), [], name);
      assert.deepEqual(await world.perform("admin", query), [], name);
    }
    assert.equal(
      (await world.attempt(
        "owner",
        "select * from public.get_job_queue_stats()",
      )).code,
      "SVG02",
    );
    const theirs = await world.value<string>(
      `select public.create_job('${world.people.other}', '${handler}')`,
      "service",
    );
    await world.query(
      `delete from auth.users where id = '${world.people.other}'`,
    );
    assert.equal(
      (await world.query(`select from public.job_queue where id = '${theirs}'`))
        .length,
      0,
    );
    assert.equal(
      (await world.query(
        `select from ops.job_ready where job_id = '${theirs}'`,
      )).length,
      0,
    );
  });
});

Deno.test("a provider's data is cached under its own keys only, and forgotten when an event says so", async () => {
  await inWorld(async (world) => {
    await world.query(
      "insert into public.cache_store (key, value) values ('weather', '1')",
    );
    for (
      const key of [
        "stripe:product:prod_1",
        "stripe:product:prod_1:prices",
        "stripe:product:prodX1",
        "weather",
      ]
    ) {
      await world.perform(
        "service",
        `select public.cache_stripe_data('${key}', '{"k": 1}', 60)`,
      );
    }
    const get = (key: string) => world.value(`select public.get_cached_stripe_data('${key}')`, "service");
    assert.deepEqual(await get("stripe:product:prod_1"), { k: 1 });
    assert.equal(await get("weather"), null);
    assert.equal(
      await world.value(
        "select public.invalidate_stripe_cache_from_webhook('product.updated', 'prod_1')",
        "service",
      ),
      2,
    );
    assert.deepEqual(
      await get("stripe:product:prodX1"),
      { k: 1 },
      "an underscore is no wildcard here",
    );
    assert.equal(
      await world.value(
        "select public.invalidate_stripe_cache('%')",
        "service",
      ),
      1,
    );
    assert.equal(
      await world.value(
        "select value from public.cache_store where key = 'weather'",
      ),
      1,
    );
    await world.perform(
      "service",
      "select public.cache_stripe_data('stripe:x', '1', 0)",
    );
    assert.equal(await get("stripe:x"), null);
  });
});

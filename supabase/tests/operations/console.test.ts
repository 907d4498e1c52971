/** Tests what staff can see and do in the console: the pages and filters of each list, who is refused, and that every action is audited. */
import assert from "node:assert/strict";
import { type Actor, inTransaction, type Row, type TestContext } from "../support/context.ts";
import { addHandler, begun, claim, create, service } from "../support/job_world.ts";

interface Page {
  items: Row[];
  next_cursor: string | null;
  [more: string]: unknown;
}

const LISTS = [
  "admin_list_users",
  "admin_list_accounts",
  "admin_list_jobs",
  "admin_list_dead_letters",
  "admin_list_cron_runs",
  "admin_list_http_calls",
  "admin_list_provider_quotas",
  "admin_list_ai_costs",
  "admin_list_webhooks",
  "admin_list_audit_log",
  "admin_list_subscriptions",
  "admin_list_content",
  "admin_list_alerts",
] as const;
type List = typeof LISTS[number];
const FOR_MODERATORS = ["admin_list_users", "admin_list_accounts", "admin_list_content", "admin_list_alerts"];

function page(
  world: TestContext,
  list: List,
  filter: object = {},
  more: { cursor?: string | null; limit?: number; actor?: Actor } = {},
): Promise<Page> {
  const cursor = more.cursor ? `'${more.cursor}'` : "null";
  return world.value<Page>(
    `select public.${list}('${JSON.stringify(filter)}', ${cursor}, ${more.limit ?? 50})`,
    more.actor ?? "admin",
  );
}

/** Reads all pages of a list, two rows per page and at most `most` pages. */
async function walk(world: TestContext, list: List, filter: object, most = 20): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < most; pages++) {
    const one: Page = await page(world, list, filter, { cursor, limit: 2 });
    rows.push(...one.items);
    cursor = one.next_cursor;
    if (cursor === null) return rows;
  }
  return rows;
}

async function failFor(world: TestContext, code = "it_broke"): Promise<string> {
  const { id, claimed } = await begun(world);
  await world.query(`update ops.job_ready set max_attempts = attempt where job_id = '${id}'`);
  await service(world, `fail_job('${id}', 'It broke', ${claimed.fence}, '${code}', true)`);
  return id;
}

Deno.test("the console's lists are for admins, some for moderators, and for no other user", async () => {
  await inTransaction(async (world) => {
    for (const list of LISTS) {
      const call = `select public.${list}()`;
      for (const actor of ["owner", "other"] as const) {
        assert.equal(await world.refused(actor, call), "SVG02");
      }
      assert.equal(await world.refused("anon", call), "42501", list);
      const expected = FOR_MODERATORS.includes(list) ? undefined : "SVG02";
      assert.equal(await world.refused("moderator", call), expected, list);
      for (const actor of ["admin", "service"] as const) {
        const { items, next_cursor } = await page(world, list, {}, { actor });
        assert.ok(Array.isArray(items) && (next_cursor === null || typeof next_cursor === "string"), list);
      }
      assert.equal(await world.refused("admin", `select public.${list}('{"nonsense": 1}')`), "SVG01", list);
      assert.equal(await world.refused("admin", `select public.${list}('[]')`), "SVG01", list);
      assert.equal(await world.refused("admin", `select public.${list}('{}', 'no cursor')`), "SVG01", list);
    }
    assert.equal(await world.refused("owner", "select public.admin_overview()"), "SVG02");
    for (const one of ["admin_list_slow_queries", "admin_list_job_types", "admin_get_database"]) {
      assert.equal(await world.refused("moderator", `select public.${one}()`), "SVG02", one);
    }
    assert.equal(
      await world.refused("moderator", `select public.admin_get_job('${crypto.randomUUID()}')`),
      "SVG02",
    );
  });
});

Deno.test("users are found by id, beginning of the email, role, plan and hidden state, each once across pages", async () => {
  await inTransaction(async (world) => {
    const run = crypto.randomUUID().slice(0, 8);
    for (let n = 0; n < 5; n++) {
      await world.query(
        `insert into auth.users (id, email) values (gen_random_uuid(), 'page_${run}-${n}@example.com')`,
      );
    }
    const found = await walk(world, "admin_list_users", { search: `PAGE_${run}` });
    assert.equal(new Set(found.map(({ id }) => id)).size, 5);
    assert.deepEqual(await walk(world, "admin_list_users", { search: `page%${run}` }), []);
    const { owner, moderator } = world.people;
    const [one] = (await page(world, "admin_list_users", { search: owner })).items;
    assert.equal(one?.id, owner);
    assert.equal(one?.accounts, 1);
    assert.deepEqual(one?.roles, ["user"]);
    const staff = await page(world, "admin_list_users", { search: moderator, role: "moderator" });
    assert.deepEqual(staff.items.map(({ roles }) => roles), [["user", "moderator"]]);
    assert.deepEqual((await page(world, "admin_list_users", { search: owner, role: "moderator" })).items, []);
    await world.perform("moderator", `select public.set_creator_hidden('${owner}', true, 'spam')`);
    assert.equal((await page(world, "admin_list_users", { search: owner, hidden: true })).items.length, 1);
    const hidden = await walk(world, "admin_list_users", { hidden: true });
    assert.ok(hidden.some(({ id }) => id === owner) && hidden.every(({ hidden_at }) => hidden_at !== null));
    assert.equal((await page(world, "admin_list_users", { search: owner, tier: "premium" })).items.length, 0);
    assert.equal((await page(world, "admin_list_users", { search: owner, tier: "free" })).items.length, 1);
    assert.deepEqual((await page(world, "admin_list_users", { tier: "unheard-of" })).items, []);
    const [plan] = (await page(world, "admin_list_subscriptions", { user_id: owner })).items;
    assert.equal(plan?.tier, "free");
  });
});

Deno.test("accounts are listed with their connection, and can be filtered by whether they need attention", async () => {
  await inTransaction(async (world) => {
    const { owner } = world.people;
    const mine = () => page(world, "admin_list_accounts", { user_id: owner, attention: true });
    assert.deepEqual((await mine()).items, []);
    await world.query(
      `update public.platform_connection set refresh_failures = 4, refresh_error = 'no answer' where id = $connection`,
    );
    const [account] = (await mine()).items;
    assert.equal((account?.connection as Row).refresh_failures, 4);
    assert.equal(account?.platform, "youtube");
    assert.equal(
      (await page(world, "admin_list_accounts", { user_id: owner, platform: "tiktok" })).items.length,
      0,
    );
    await world.query("update public.social_account set last_error = 'no' where id = $account");
    for (const [platform, count] of [["youtube", 1], ["tiktok", 0], ["unheard-of", 0]] as const) {
      const filter = { attention: true, user_id: owner, platform };
      assert.equal((await page(world, "admin_list_accounts", filter)).items.length, count, platform);
    }
    assert.equal(
      await world.refused("admin", `select public.admin_list_accounts('{"user_id": "x"}')`),
      "SVG01",
    );
  });
});

Deno.test("jobs are filtered by status, user, handler and error; a single job includes its log", async () => {
  await inTransaction(async (world) => {
    const { owner } = world.people;
    const failed = await failFor(world, "quite_broken");
    const handler = await addHandler(world);
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push(await create(world, handler, { n }));
    const seen = await walk(world, "admin_list_jobs", { handler, status: "pending" });
    assert.deepEqual(seen.map(({ id }) => id).toSorted(), ids.toSorted());
    assert.equal((await walk(world, "admin_list_jobs", { user_id: owner })).length, 6);
    const single = await addHandler(world, 1);
    const waiting = [await create(world, single, { n: 1 }), await create(world, single, { n: 2 })];
    const running = [...await claim(world, handler, 2), ...await claim(world, single)].map(({ job_id }) =>
      job_id
    );
    assert.equal(running.length, 3);
    const claimed = await walk(world, "admin_list_jobs", { status: "processing" }, 100);
    assert.deepEqual(
      claimed.map(({ id }) => id).filter((id) => running.includes(String(id))).toSorted(),
      running.toSorted(),
    );
    const alone = { handler: single, status: "processing" };
    assert.deepEqual(
      (await page(world, "admin_list_jobs", alone)).items.map(({ id }) => id),
      running.slice(2),
    );
    const left = await page(world, "admin_list_jobs", { ...alone, status: "pending" });
    assert.deepEqual(left.items.map(({ id }) => id), waiting.filter((id) => !running.includes(id)));
    const broken = await page(world, "admin_list_jobs", { error_code: "quite_broken" });
    assert.deepEqual(broken.items.map(({ id, is_dead_letter }) => [id, is_dead_letter]), [[failed, true]]);
    const before = await page(world, "admin_list_jobs", { user_id: owner, before: "2020-01-01" });
    assert.deepEqual(before.items, []);
    assert.equal(
      await world.refused("admin", `select public.admin_list_jobs('{"status": "lost"}')`),
      "SVG01",
    );
    const [newest] = (await page(world, "admin_list_jobs", {}, { limit: 1 })).items;
    assert.ok(newest);

    const dead = await page(world, "admin_list_dead_letters", { error_code: "quite_broken" });
    assert.deepEqual(dead.items.map(({ id }) => id), [failed]);
    assert.ok(
      (dead.groups as Row[]).some(({ error_code, letters }) =>
        error_code === "quite_broken" && letters === 1
      ),
    );
    const detail = await world.value<Row>(`select public.admin_get_job('${failed}')`, "admin");
    assert.equal(detail.error_message, "It broke");
    assert.ok(Array.isArray(detail.logs));
    assert.equal(
      await world.refused("admin", `select public.admin_get_job('${crypto.randomUUID()}')`),
      "SVG03",
    );
  });
});

Deno.test("a page that scanned its limit of jobs without a match returns where to continue", async () => {
  await inTransaction(async (world) => {
    const handler = await addHandler(world);
    const wanted = await create(world, handler);
    await world.query(
      `update public.job_queue set id = '00000000-0000-0000-0000-00000000beef' where id = '${wanted}'`,
    );
    await world.query(
      `insert into public.job_queue (user_id, job_type, handler, params, dedupe_hash, max_attempts, status, progress_percent, finished_at)
       select null, 'platform_sync', 'bulk', '{}', n, 1, 'completed', 100, now() from generate_series(1, 10001) as n`,
    );
    const first = await page(world, "admin_list_jobs", { handler });
    assert.deepEqual(first.items, []);
    assert.equal(first.looked_at, 10_000);
    assert.ok(first.next_cursor);
    let cursor: string | null = first.next_cursor;
    const found: Row[] = [];
    while (cursor) {
      const next: Page = await page(world, "admin_list_jobs", { handler }, { cursor });
      found.push(...next.items);
      cursor = next.next_cursor;
    }
    assert.deepEqual(found.map(({ handler }) => handler), [handler]);
  });
});

Deno.test("the lists of cron runs, calls, quotas, webhooks, costs and the audit log show what happened", async () => {
  await inTransaction(async (world) => {
    const run = crypto.randomUUID().slice(0, 8);
    const call = 2_000_000_000 + Math.floor(Math.random() * 1_000_000_000);
    await world.query(`insert into ops.http_call (request_id, function_name, outcome, status_code, settled_at)
      values (${call}, 'f-${run}', 'failed', 500, now()), (${call + 1}, 'f-${run}', 'ok', 200, now())`);
    const calls = await walk(world, "admin_list_http_calls", { function: `f-${run}` });
    assert.deepEqual(calls.map(({ id, outcome }) => [id, outcome]), [[call + 1, "ok"], [call, "failed"]]);

    const cron = await page(world, "admin_list_cron_runs");
    assert.ok((cron.jobs as Row[]).some(({ job }) => job === "keep-watch"));

    await world.query(`insert into ops.platform_window (platform, app, began_at, ends_at, used, planned_size)
      values ('youtube', '${run}', now() - interval '6 hours', now() + interval '18 hours', 9000, 10000)`);
    const quotas = await page(world, "admin_list_provider_quotas", { provider: "youtube" });
    const ledger = (quotas.apps as Row[]).find(({ app }) => app === run);
    assert.equal(ledger?.used_percent, 90);
    assert.ok(
      Date.parse(String(ledger?.exhausted_at)) < Date.now() + 3_600_000,
      "6 h 40 min after the window began",
    );
    await world.query(
      `insert into ops.platform_window (social_account_id, platform, app, began_at, ends_at, closed_until) values
      ($account, 'youtube', 'shut-${run}', now() - interval '1 hour', now() + interval '1 hour', now() + interval '1 hour'),
      ($account, 'youtube', 'open-${run}', now() - interval '1 hour', now() + interval '1 hour', now() - interval '1 minute'),
      ($account, 'youtube', 'never-${run}', now() - interval '1 hour', now() + interval '1 hour', null)`,
    );
    const isClosed = async (closed: boolean) =>
      (await walk(world, "admin_list_provider_quotas", { provider: "youtube", closed }, 100))
        .filter(({ account_id }) => account_id === world.account).map(({ closed_until }) =>
          closed_until !== null
        );
    assert.deepEqual(await isClosed(true), [true]);
    assert.deepEqual(await isClosed(false), [true, false]);
    assert.deepEqual((await page(world, "admin_list_provider_quotas", { provider: "unheard-of" })).items, []);

    const event = `evt_${run}`;
    await world.query(
      `insert into public.stripe_webhook_events (event_id, event_type, livemode, subject, status, due_at, last_error)
      values ('${event}', 'invoice.paid', false, 'cus_1', 'failed', 'infinity', 'no')`,
    );
    const webhooks = await page(world, "admin_list_webhooks", { direction: "in", status: "failed" });
    const shown = webhooks.items.find(({ event_id }) => event_id === event);
    assert.equal(shown?.due_at, null);
    assert.deepEqual(
      (await page(world, "admin_list_webhooks", { direction: "out", user_id: world.people.owner })).items,
      [],
    );

    await world.query(
      `insert into public.ai_usage (user_id, model_id, operation_type, prompt_tokens, completion_tokens, cost_cents, is_own_key,
        outcome, billing_cycle_start, billing_cycle_end)
      select $owner, id, 'generate_tags', 10, 20, 1.5, false, 'valid', now(), now() + interval '1 month' from public.ai_model limit 1`,
    );
    await world.query(
      `insert into ops.ai_month (user_id, month, spent_cents) values ($owner, date_trunc('month', now() at time zone 'UTC'), 1.5)`,
    );
    const costs = await page(world, "admin_list_ai_costs", { user_id: world.people.owner });
    assert.deepEqual(costs.items.map(({ spent_cents }) => spent_cents), [1.5]);
    assert.ok((costs.models as Row[]).some(({ calls }) => Number(calls) >= 1));

    await world.perform("admin", `select public.set_user_plan($owner, 'basic')`);
    const [entry] = await walk(world, "admin_list_audit_log", { user_id: world.people.owner });
    assert.deepEqual([entry?.action, entry?.actor_id], ["plan.changed", world.people.admin]);
    const byActor = await page(world, "admin_list_audit_log", {
      actor_id: world.people.admin,
      action: "plan",
    });
    assert.equal(byActor.items.length, 1);

    const slow = await world.value<Page>("select public.admin_list_slow_queries('mean', 5)", "admin");
    assert.ok(slow.items.length <= 5);
    assert.equal(await world.refused("admin", "select public.admin_list_slow_queries('x; drop')"), "SVG01");
    const overview = await world.value<Row>("select public.admin_overview()", "moderator");
    assert.ok(Array.isArray(overview.problems) && (overview.jobs as Row).dead_letters !== undefined);
  });
});

/** Arguments for each function that only staff may call, to test that its call is in the audit log. */
const ACTIONS: Record<string, (world: TestContext) => Promise<string>> = {
  set_creator_hidden: () => Promise.resolve("$owner, true, 'spam'"),
  set_user_role: () => Promise.resolve("$moderator, 'moderator', false"),
  set_user_plan: () => Promise.resolve("$owner, 'basic'"),
  set_content_hidden: () => Promise.resolve("$item, true, 'spam'"),
  feature_creator: async (world) => {
    await world.query(
      `update public.users set is_public = true, profile_slug = 'f-${crypto.randomUUID()}' where id = $other`,
    );
    return "$other";
  },
  retry_dead_letters: async (world) => `array['${await failFor(world)}'::uuid]`,
  discard_dead_letters: async (world) => `array['${await failFor(world)}'::uuid]`,
  set_job_type_paused: async (world) => `'${await addHandler(world)}'`,
  settle_publishing_problems: () => Promise.resolve("$owner, '{}', 'retry'"),
  admin_cancel_jobs: async (world) => `array['${await create(world, await addHandler(world))}'::uuid]`,
  admin_settle_dead_letters: async (world) => {
    await failFor(world, "odd");
    return "'retry', (select handler from public.job_queue where error_code = 'odd' limit 1), 'odd'";
  },
  admin_sync_account: async (world) => {
    await world.query("update public.social_account set sync_mode = 'auto' where id = $account");
    return "$account";
  },
  admin_check_billing: async (world) => {
    await world.query(
      `insert into ops.billing_customer (user_id, livemode, customer_id) values ($owner, false, 'cus_${crypto.randomUUID()}')`,
    );
    return "$owner";
  },
  admin_retry_webhook: async (world) => {
    const [event] = await world.query(
      `insert into public.stripe_webhook_events (event_id, event_type, livemode, subject, due_at)
      values ('evt_${crypto.randomUUID()}', 'invoice.paid', false, 'cus_1', 'infinity') returning id`,
    );
    return `'in', '${event?.id}'`;
  },
  silence_alert: async (world) => {
    await world.query(`insert into ops.alert (name, subject, status, summary, began_at, seen_at, fired_at)
      values ('dead_letters', 'test', 'firing', 'x', now(), now(), now()) on conflict do nothing`);
    return "'dead_letters', 'test', now() + interval '1 hour'";
  },
  set_staff_access: () => Promise.resolve("'{}'"),
};
/** Public names of functions whose name in schema ops differs. */
const PUBLIC_NAMES: Record<string, string> = { set_job_type_paused: "pause_job_type" };
/** Helper functions that only check the caller. */
const PARTS = ["require_owner_or_admin", "require_role"];

Deno.test("every staff action is recorded in the audit log with its actor", async () => {
  await inTransaction(async (world) => {
    const found = await world.query<{ name: string; changes: boolean }>(`
      select proname as name, provolatile = 'v' as changes from pg_proc
      where pronamespace = 'ops'::regnamespace and prosrc ~ 'require_(role|owner_or_admin)' order by proname`);
    const changing = found.filter(({ name, changes }) =>
      changes && !PARTS.includes(name) && name !== "admin_overview"
    )
      .map(({ name }) => name);
    assert.deepEqual(
      changing,
      Object.keys(ACTIONS).toSorted(),
      "add every new action here; a function that only reads must be stable, so that it cannot write",
    );
    for (const [name, prepare] of Object.entries(ACTIONS)) {
      const given = await prepare(world);
      const count = () =>
        world.value<string>("select count(*) from public.audit_log where actor_id = $admin");
      const before = Number(await count());
      const call = `select public.${PUBLIC_NAMES[name] ?? name}(${given})`;
      assert.equal(await world.refused("other", call), "SVG02", name);
      await world.perform("admin", call);
      assert.equal(Number(await count()), before + 1, name);
    }
  });
});

Deno.test("staff can be limited to networks, and admins cannot lock themselves out", async () => {
  await inTransaction(async (world) => {
    const from = (address: string | null, header = "cf-connecting-ip") =>
      world.query(
        `select set_config('request.headers', '${
          address === null ? "" : JSON.stringify({ [header]: address })
        }', true)`,
      );
    const set = (networks: string, more = "") => `select public.set_staff_access('${networks}'${more})`;
    const works = "select public.admin_overview()";
    assert.equal(await world.refused("admin", works), undefined);
    await from("203.0.113.9");
    assert.equal(
      await world.refused("admin", set("{198.51.100.0/24}")),
      "SVG01",
      "the caller's own address is not in the list",
    );
    assert.equal(await world.refused("admin", set("{nonsense}")), "SVG01");
    assert.equal(await world.refused("moderator", set("{203.0.113.0/24}")), "SVG02");
    await world.perform("admin", set("{203.0.113.0/24,2001:db8::/32}"));
    assert.equal(await world.refused("admin", works), undefined);
    for (const address of ["198.51.100.7", "2001:db9::1", "nonsense", "203.0.113.9, 198.51.100.7", null]) {
      await from(address);
      assert.equal(await world.refused("admin", works), "SVG02", String(address));
      assert.equal(
        (await world.perform("admin", "select * from public.audit_log limit 1")).length,
        0,
        "the policies are limited too",
      );
    }
    await from("2001:db8::17");
    assert.equal(await world.refused("admin", works), undefined);
    // Narrows the networks further; calls by the service have no address and are not limited.
    await world.perform("admin", set("{2001:db8::/32}")).catch(() => {});
    assert.equal(await world.refused("service", works), undefined, "the service has no address");
    await world.perform("service", set("{}"));
    await from(null);
    assert.equal(await world.refused("admin", works), undefined);
  });
});

Deno.test("job types are listed with their ready jobs, dead letters, recent durations and pause", async () => {
  await inTransaction(async (world) => {
    const id = await failFor(world);
    const [{ handler }] = await world.query(
      `select handler from public.job_queue where id = '${id}'`,
    ) as [{ handler: string }];
    await world.query(
      `insert into public.job_queue (user_id, job_type, handler, dedupe_hash, max_attempts, status, progress_percent, started_at, finished_at)
      select $owner, 'platform_sync', '${handler}', n, 3, 'completed', 100, now() - n * interval '1 second', now() from generate_series(1, 9) as n`,
    );
    const { items } = await world.value<{ items: Row[] }>("select public.admin_list_job_types()", "admin");
    const kind = items.find((one) => one.handler === handler);
    assert.equal(kind?.dead_letters, 1);
    assert.deepEqual([kind?.timed, kind?.half_seconds, kind?.ready, kind?.oldest_seconds], [9, 5, 0, null]);
    await world.perform("admin", `select public.pause_job_type('${handler}')`);
    const after = await world.value<{ items: Row[] }>("select public.admin_list_job_types()", "admin");
    assert.ok(after.items.find((one) => one.handler === handler)?.paused_at);
  });
});

Deno.test("hidden items are listed until they are shown again, and any item is found by its id", async () => {
  await inTransaction(async (world) => {
    const [{ id }] = await world.query(
      `insert into public.content_item (user_id, social_account_id, platform_content_id, title)
      values ($owner, $account, 'to-hide', 'Sold out') returning id`,
    ) as [{ id: string }];
    const find = () => page(world, "admin_list_content", { id }, { actor: "moderator" });
    assert.equal((await find()).items[0]?.hidden_at, null);
    await world.perform("moderator", `select public.set_content_hidden('${id}', true, 'not theirs')`);
    const listed = await walk(world, "admin_list_content", {}, 200);
    assert.equal(listed.filter((item) => item.id === id && item.hidden_reason === "not theirs").length, 1);
    await world.perform("moderator", `select public.set_content_hidden('${id}', false)`);
    assert.equal((await walk(world, "admin_list_content", {}, 200)).some((item) => item.id === id), false);
    assert.equal((await find()).items.length, 1);
  });
});

Deno.test("admin_get_database reports size, cache hits, connections and the largest tables", async () => {
  await inTransaction(async (world) => {
    const it = await world.value<{ bytes: number; memory: Row; activity: Row; tables: Row[] }>(
      "select public.admin_get_database()",
      "admin",
    );
    assert.ok(
      it.bytes > 1_000_000 && Number(it.memory.hit_blocks) > 0 && Number(it.activity.connections) > 0,
    );
    assert.ok(it.tables.length > 0 && it.tables.every(({ bytes }) => Number(bytes) > 0));
  });
});

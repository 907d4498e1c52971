/** Tests webhook events beyond posts: triggered by changes in the tables, sent once, without secrets, only to the owner. */
import assert from "node:assert/strict";
import { EVENTS } from "../../functions/_shared/webhooks/contract.ts";
import { type Row, test, type TestContext } from "../support/context.ts";
import { begun, service } from "../support/job_world.ts";

interface Told {
  event: string;
  payload: { type: string; timestamp: string; data: Row };
}

const listen = (db: TestContext, person: "owner" | "other" = "owner", events = "{}") =>
  db.value<{ endpoint_id: string }>(
    `select public.save_webhook_endpoint('${
      db.people[person]
    }', null, 'https://hooks.example/${person}', '${events}', '', 'whsec_x')`,
    "service",
  );

/** Takes the events since the last call, sorted by name because all events of a transaction have the same time. */
async function told(db: TestContext): Promise<Told[]> {
  const rows = await db.query<{ event: string; payload: string; user_id: string }>(
    `delete from publishing.webhook_delivery where user_id in ($owner, $other) returning event, payload, user_id`,
  );
  for (const { user_id } of rows) assert.equal(user_id, db.people.owner);
  return rows.map(({ event, payload }) => ({ event, payload: JSON.parse(payload) })).sort((one, other) =>
    one.event < other.event ? -1 : 1
  );
}

const names = async (db: TestContext) => (await told(db)).map(({ event }) => event).sort();

test("account events: connected, disconnected, and a problem when it begins", async (db) => {
  await listen(db);
  await listen(db, "other");
  const set = (change: string) => db.query(`update public.social_account set ${change} where id = $account`);
  await set("last_error = 'YouTube does not answer'");
  const [problem] = await told(db);
  assert.equal(problem?.event, "account.problem");
  assert.equal(problem?.payload.type, "account.problem");
  const { social_account_id, platform, reason } = problem?.payload.data ?? {};
  assert.deepEqual([social_account_id, platform, reason], [db.account, "youtube", "YouTube does not answer"]);
  await set("last_error = 'It still does not', followers_count = 5");
  assert.deepEqual(await names(db), [], "a continuing problem is sent once");
  await set("last_error = null");
  await set("status = 'suspended', last_error = 'confirm it is you'");
  assert.deepEqual(await names(db), ["account.problem"]);
  await set("status = 'disconnected', deleted_at = now()");
  assert.deepEqual(await names(db), ["account.disconnected"]);
  await set("username = 'renamed'");
  await set("status = 'active', deleted_at = null, last_error = null");
  assert.deepEqual(await names(db), ["account.connected"]);
  await db.query(
    `insert into public.social_account (user_id, platform_id, platform_account_id) select $owner, platform_id, 'another' from public.social_account where id = $account`,
  );
  assert.deepEqual(await names(db), ["account.connected"]);
});

test("job events: completed and failed, but none for a run that is retried", async (db) => {
  await listen(db);
  const one = await begun(db);
  await service(db, `complete_job('${one.id}', '{"secret": "kept"}', ${one.claimed.fence})`);
  const [completed] = await told(db);
  assert.equal(completed?.event, "job.completed");
  assert.equal(completed?.payload.data.job_id, one.id);
  assert.doesNotMatch(JSON.stringify(completed), /secret|result|params/);
  const two = await begun(db);
  await service(
    db,
    `fail_job('${two.id}', 'YouTube does not answer', ${two.claimed.fence}, 'provider_unavailable')`,
  );
  assert.deepEqual(await names(db), []);
  const three = await begun(db);
  await service(db, `fail_job('${three.id}', 'No such account', ${three.claimed.fence}, 'not_found', false)`);
  const [failed] = await told(db);
  assert.equal(failed?.event, "job.failed");
  assert.deepEqual([failed?.payload.data.error_code, failed?.payload.data.error_message], [
    "not_found",
    "No such account",
  ]);
});

test("suggestion events: ready and applied", async (db) => {
  await listen(db);
  const suggestion = await db.value<string>(`
    insert into public.ai_suggestion (user_id, content_item_id, model_id, requested_model_id, fingerprint, suggested_titles, suggested_descriptions,
      suggested_tags, trending_score, seo_score)
    select $owner, $item, model.id, model.id, 'f', '{a,b,c}', '{d}', '{t}', 1, 2 from public.ai_model as model limit 1 returning id`);
  await db.query(
    `insert into public.ai_suggestion_application (suggestion_id, user_id, content_item_id, fields, before, after)
    values ('${suggestion}', $owner, $item, '{title}', '{}', '{}')`,
  );
  const all = await told(db);
  assert.deepEqual(all.map(({ event, payload }) => [event, payload.data.suggestion_id]), [
    ["suggestion.applied", suggestion],
    ["suggestion.ready", suggestion],
  ]);
});

test("submission events: every status except pending", async (db) => {
  await listen(db);
  const site = await db.value<string>(`
    insert into public.seo_connection (user_id, search_engine_id, site_url)
    select $owner, id, 'https://events.example' from public.search_engine where slug = 'bing' returning id`);
  const walk = async (...changes: string[]) => {
    const id = await db.value<string>(`
      insert into public.seo_submission (user_id, connection_id, content_item_id, submitted_url)
      values ($owner, '${site}', $item, 'https://events.example/${changes.length}') returning id`);
    for (const change of changes) {
      await db.query(`update public.seo_submission set ${change} where id = '${id}'`);
    }
    const all = await told(db);
    for (const { payload: { data } } of all) {
      assert.deepEqual([data.search_engine, data.submission_id], ["bing", id]);
    }
    return all.map(({ event }) => event);
  };
  const sent = "status = 'submitted', submitted_at = now()";
  assert.deepEqual(await walk(sent, "checks = 1", "status = 'indexed'"), [
    "submission.indexed",
    "submission.submitted",
  ]);
  assert.deepEqual(await walk(sent, "status = 'rejected', error_message = 'a copy'"), [
    "submission.rejected",
    "submission.submitted",
  ]);
  assert.deepEqual(await walk("status = 'failed', error_message = 'no such page'"), ["submission.failed"]);
});

test("billing events: a plan change and a failed payment", async (db) => {
  await listen(db);
  const plan = (slug: string) =>
    db.query(
      `update public.subscription set tier_id = (select id from public.subscription_tier where slug = '${slug}') where user_id = $owner`,
    );
  const status = (slug: string) =>
    db.query(
      `update public.subscription set status_id = (select id from public.subscription_status where slug = '${slug}') where user_id = $owner`,
    );
  await plan("premium");
  await told(db);
  await plan("basic");
  const [changed] = await told(db);
  assert.deepEqual([changed?.event, changed?.payload.data.plan, changed?.payload.data.plan_before], [
    "billing.plan_changed",
    "basic",
    "premium",
  ]);
  await status("past_due");
  await status("active");
  await status("unpaid");
  assert.deepEqual(await names(db), ["billing.payment_failed", "billing.payment_failed"]);
});

test("an endpoint receives only the events it subscribed to, and a paused endpoint receives none", async (db) => {
  await listen(db, "owner", "{billing.*,account.problem}");
  const problem = () => db.query(`update public.social_account set last_error = 'x' where id = $account`);
  const disconnected = () =>
    db.query(
      `update public.social_account set status = 'disconnected', last_error = null where id = $account`,
    );
  await problem();
  await disconnected();
  assert.deepEqual(await names(db), ["account.problem"]);
  await db.query(`update public.social_account set status = 'active', last_error = null where id = $account`);
  await db.query(
    `update publishing.webhook_endpoint set is_active = false, paused_because = 'it failed' where user_id = $owner`,
  );
  await problem();
  assert.deepEqual(await names(db), []);
});

test("users cannot write deliveries, but a change to their account creates one", async (db) => {
  await listen(db);
  assert.equal(
    await db.refused(
      "owner",
      `insert into publishing.webhook_delivery (endpoint_id, user_id, event, payload) select id, user_id, 'x', '' from publishing.webhook_endpoint`,
    ),
    "42501",
  );
  await db.perform("service", `select public.disconnect_account($owner, $account)`);
  assert.deepEqual(await names(db), ["account.disconnected"]);
});

Deno.test("docs/webhooks.md lists exactly the events that exist", async () => {
  const page = await Deno.readTextFile("docs/webhooks.md");
  const listed = [...page.matchAll(/^\| `([a-z_.]+)`/gm)].map(([, name]) => name);
  assert.deepEqual(listed, [...EVENTS, "test"]);
});

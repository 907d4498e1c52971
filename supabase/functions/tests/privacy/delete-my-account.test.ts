import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { createClient } from "@supabase/supabase-js";
import {
  callFunction,
  createCreator,
  simulator,
  testDatabase,
  testStack,
} from "../../../../scripts/test/stack.ts";
import { eraseAccounts } from "../../_shared/privacy/erase.ts";
import { requireRecentSignIn } from "../../_shared/privacy/recent_sign_in.ts";
import { connectionContext } from "../support/connection_context.ts";
import { eventually } from "../support/eventually.ts";
import { PublishingAccount } from "../support/publishing_account.ts";
import { payOn, Subscriber } from "../support/subscriber.ts";

const CONFIRM = { confirm: "delete my account" };

interface Deletion {
  user_id: string | null;
  completed_at: Date | null;
  due_at: Date;
  failures: number;
  last_error: string | null;
  grants_revoked: number;
  tokens_done_at: Date | null;
  billing_done_at: Date | null;
}

async function deletionOf(sql: Sql, code: string): Promise<Deletion> {
  const [deletion] = await sql<Deletion[]>`select * from ops.account_deletion where code = ${code}`;
  assert.ok(deletion);
  return deletion;
}

async function completed(sql: Sql, code: string): Promise<Deletion> {
  return await eventually(async () => {
    const deletion = await deletionOf(sql, code);
    return deletion.completed_at ? deletion : undefined;
  });
}

/** Tables that change without a call, or some time after the call to which their rows belong. */
const MOVING = ["ops.rate_limit", "ops.idempotency", "telemetry.rpc_observations"];

/** Returns every row of a user, by the catalogue; used to prove that another user's rows are unchanged. */
async function rowsOf(sql: Sql, user_id: string): Promise<Record<string, string[]>> {
  const tables = await sql<{ table_name: string; condition: string }[]>`
    select table_name, condition from ops.list_personal_tables() where table_name <> all (${MOVING}) order by table_name`;
  const rows: Record<string, string[]> = {};
  for (const { table_name, condition } of tables) {
    const found = await sql.unsafe<{ row: string }[]>(
      `select t::text as row from ${table_name} as t where ${condition} order by 1`,
      [user_id],
    );
    if (found.length > 0) rows[table_name] = found.map(({ row }) => row);
  }
  return rows;
}

/** Returns the tables, ours and those of Auth and Vault, in which any of the words occurs in a row. */
async function tracesOf(sql: Sql, words: string[]): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname !~ '^(pg_|information_schema$|cron$|net$|realtime$|supabase_migrations$)' and not exists (
      select from pg_inherits where inhparent = format('%I.%I', schemaname, tablename)::regclass)`;
  const found: string[] = [];
  for (const { name } of tables) {
    const [row] = await sql.unsafe(
      `select t::text as row from ${name} as t where ${
        words.map((_, n) => `t::text ilike '%' || $${n + 1} || '%'`).join(" or ")
      } limit 1`,
      words,
    );
    if (row) found.push(name);
  }
  return found.sort();
}

Deno.test("delete-my-account hides the account at once and deletes its rows, files, tokens, customer and login; other users are not affected", async () => {
  await using own = await PublishingAccount.create("youtube", {}, 8);
  await using other = await PublishingAccount.create("youtube", {}, 4);
  const { sql, creator } = own.account;
  await Promise.all([own.account.syncAll(), other.account.syncAll()]);
  await sql`update public.users set is_public = true, display_name = 'Name ' || left(id::text, 8) where id = ${creator.id}`;
  await sql`update public.content_item set title = title || ' edited' where user_id in (${creator.id}, ${other.account.creator.id})`;
  const medium = await own.medium();
  await other.medium();
  const target = await own.due({ kind: "video", title: "Never out", media_ids: [medium.id] });
  await sql`update publishing.post_target set due_at = now() + interval '1 day', next_at = now() + interval '1 day' where id = ${target}`;
  const saved = await creator.call("save-webhook", { url: "https://hooks.example.com/x" });
  assert.equal(saved.status, 200, JSON.stringify(saved.body));
  await sql.begin(async (transaction) => {
    await transaction`select set_config('request.jwt.claims', ${JSON.stringify({ sub: creator.id })}, true)`;
    await transaction`select set_ai_key('openai', 'sk-of-delete-my-account')`;
  });
  const [foreign] =
    await sql`select id from public.content_item where user_id = ${other.account.creator.id} limit 1`;
  await sql`insert into public.content_click (content_id, user_id, referrer, user_agent, country) values (${foreign?.id}, ${creator.id}, 'https://example.org/me', 'Mozilla/5.0', 'DE')`;
  const url = (await creator.call<{ url: string }>("create-checkout-session", { tier: "basic" })).body.url;
  await payOn(url);
  const [customer] = await sql`select customer_id from ops.billing_customer where user_id = ${creator.id}`;
  await eventually(async () =>
    (await simulator<{ subscriptions: unknown[] }>(`stripe/customers/${customer?.customer_id}`)).subscriptions
      .length > 0
  );
  const tokens = (await own.account.state()).tokens;
  // Waits until the click is counted. The other user is in no public list, so background updates of lists do not change their rows.
  await eventually(async () => {
    await sql`select ops.roll_up_clicks()`;
    const [item] = await sql`select total_clicks from public.content_item where id = ${foreign?.id}`;
    return Number(item?.total_clicks) === 1;
  });
  const before = await rowsOf(sql, other.account.creator.id);

  const slip = await creator.call("delete-my-account", { confirm: "yes" });
  assert.equal(slip.status, 422);
  const { status, body } = await creator.call<{ confirmation_code: string; status_url: string }>(
    "delete-my-account",
    CONFIRM,
  );
  assert.equal(status, 200, JSON.stringify(body));
  const [hidden] =
    await sql`select count(*)::integer as items from ops.public_item where user_id = ${creator.id}`;
  assert.equal(hidden?.items, 0, "invisible as soon as the response arrives");
  const signIn = await creator.client.auth.refreshSession();
  assert.ok(signIn.error, "the session no longer works");

  const done = await completed(sql, body.confirmation_code);
  assert.equal(done.user_id, null);
  assert.equal(done.grants_revoked, 1);
  const traces = await tracesOf(sql, [
    creator.id,
    creator.email,
    own.account.account_id,
    own.account.social_account_id,
    String(customer?.customer_id),
    tokens.refresh_token,
    "sk-of-delete-my-account",
    `Name ${creator.id.slice(0, 8)}`,
  ]);
  // Tables that may keep rows by a rule; Stripe's events about the deletion itself name the customer.
  const kept = await sql<
    { name: string }[]
  >`select table_name as name from ops.personal_rule where erasure in ('kept', 'anonymised')`;
  const may = ["public.stripe_webhook_events", ...kept.map(({ name }) => name)];
  assert.deepEqual(traces.filter((name) => !may.includes(name)), []);
  const left = await sql<{ action: string; details: string }[]>`
    select action, details::text from public.audit_log where user_id = ${creator.id} and details <> '{}'`;
  assert.deepEqual(left.map(({ action }) => action), [], "audit entries have no details left");

  const gone = await simulator<{ deleted?: boolean; subscriptions?: { status: string }[] }>(
    `stripe/customers/${customer?.customer_id}`,
  ).catch(() => ({ deleted: true, subscriptions: [] }));
  assert.ok((gone.subscriptions ?? []).every(({ status }) => status === "canceled"));
  const { api_url, secret_key, publishable_key } = await testStack();
  const file = await fetch(`${api_url}/storage/v1/object/media/${creator.id}/${medium.id}`, {
    headers: { apikey: secret_key },
  });
  assert.equal(file.status, 404, await file.text());
  const [click] =
    await sql`select user_id, referrer, country from public.content_click where content_id = ${foreign?.id}`;
  assert.deepEqual(
    { ...click },
    { user_id: null, referrer: null, country: null },
    "the click stays, without personal data",
  );

  const told = await callFunction<{ text: string }>("data-deletion-status", {
    query: { code: body.confirmation_code },
  });
  assert.match(told.body.text, /account at StreamVibe deleted[^]*It was done by/);
  assert.deepEqual(
    await rowsOf(sql, other.account.creator.id),
    before,
    "the other user's rows are unchanged",
  );

  // The old token is valid for an hour, but every call with it is refused.
  for (
    const [name, input] of [["create-checkout-session", { tier: "basic" }], ["delete-my-account", CONFIRM], [
      "save-webhook",
      { url: "https://hooks.example.com/y" },
    ]] as const
  ) {
    const answer = await creator.call(name, input);
    assert.ok(
      answer.status >= 400 && answer.status < 500,
      `${name}: ${answer.status} ${JSON.stringify(answer.body)}`,
    );
  }
  const again = createClient(api_url, publishable_key, { auth: { persistSession: false } });
  const { error } = await again.auth.signUp({ email: creator.email, password: creator.password });
  assert.equal(error, null, "the email address can be used again");
});

Deno.test("deleting an account requires a recent sign-in: a token of an old session, even refreshed, is refused", async () => {
  const token = (amr: unknown) =>
    `h.${
      btoa(JSON.stringify({ sub: "x", iat: 1_000_000, amr })).replaceAll("+", "-").replaceAll("/", "_")
        .replaceAll("=", "")
    }.s`;
  const now = new Date(1_000_000_000);
  requireRecentSignIn(token([{ method: "password", timestamp: 999_401 }]), now);
  requireRecentSignIn(
    token([{ method: "password", timestamp: 10 }, { method: "totp", timestamp: 999_900 }]),
    now,
  );
  for (const amr of [[{ method: "password", timestamp: 999_399 }], [], undefined, ["password"], "x"]) {
    assert.throws(() => requireRecentSignIn(token(amr), now), /sign in again/);
  }

  const sql = await testDatabase({ max: 1 });
  try {
    const creator = await createCreator();
    await sql`update auth.sessions set created_at = now() - interval '11 minutes' where user_id = ${creator.id}`;
    const { data } = await creator.client.auth.refreshSession();
    const { status, body } = await callFunction("delete-my-account", {
      as: data.session?.access_token,
      body: CONFIRM,
    });
    assert.equal(status, 403, JSON.stringify(body));
    assert.equal(body.code, "sign_in_again");
    const [row] =
      await sql`select count(*)::integer as n from ops.account_deletion where user_id = ${creator.id}`;
    assert.equal(row?.n, 0);
  } finally {
    await sql.end();
  }
});

Deno.test("concurrent deletion requests create one deletion; the only admin is refused", async () => {
  const sql = await testDatabase({ max: 4 });
  try {
    const { id } = await createCreator();
    const codes = await Promise.all(
      Array.from({ length: 4 }, () => sql`select request_account_deletion(${id}) as asked`),
    );
    assert.equal(new Set(codes.map(([row]) => row?.asked.code)).size, 1);
    await assert.rejects(
      sql.begin(async (transaction) => {
        const admin = crypto.randomUUID();
        await transaction`insert into auth.users (id, email) values (${admin}, ${`${admin}@example.com`})`;
        await transaction`delete from public.user_role where role = 'admin'`;
        await transaction`insert into public.user_role (user_id, role) values (${admin}, 'admin')`;
        await transaction`select request_account_deletion(${admin})`;
      }),
      /only admin/,
    );
  } finally {
    await sql.end();
  }
});

Deno.test("a running sync writes nothing more, and a platform that is down delays the completion, not the deletion of rows", async () => {
  await using own = await PublishingAccount.create("youtube", {}, 120);
  const { sql, creator } = own.account;
  const context = await connectionContext();
  await own.account.arm(own.account.row.calls.revoke ?? "", { status: 503 }, { times: 20 });
  let code = "";
  const steps: number[] = [];
  let sync_id: string | undefined;
  for (;;) {
    const { status, body } = await own.account.syncOnce({ max_results: 50, sync_id });
    steps.push(status);
    if (status !== 200 || !body.has_more) break;
    sync_id = body.sync_id;
    if (steps.length === 1) {
      const [asked] = await sql`select request_account_deletion(${creator.id}) as asked`;
      code = asked?.asked.code;
    }
  }
  assert.notEqual(steps.at(-1), 200, "the next page is refused");
  await sql`update ops.account_deletion set due_at = now() where code = ${code}`;
  await eventually(async () => {
    await eraseAccounts(context, 5_000);
    const { failures } = await deletionOf(sql, code);
    return failures > 0;
  });
  const waiting = await deletionOf(sql, code);
  assert.match(waiting.last_error ?? "", /a grant/);
  assert.equal(waiting.completed_at, null);
  const [items] =
    await sql`select count(*)::integer as n from public.content_item where user_id = ${creator.id}`;
  assert.equal(items?.n, 0, "the rows are deleted");
  assert.ok(waiting.due_at > new Date(), "the deletion is retried later");

  await own.account.disarm();
  await sql`update ops.account_deletion set due_at = now() where code = ${code}`;
  await eraseAccounts(context, 5_000);
  assert.equal((await completed(sql, code)).grants_revoked, 1);
});

Deno.test("if a run dies at any of its calls, the next run completes the deletion", async () => {
  const subscriber = await Subscriber.paying();
  const { sql, creator } = subscriber;
  try {
    const calm = await connectionContext();
    const [asked] = await sql`select request_account_deletion(${creator.id}) as asked`;
    const code = asked?.asked.code;
    let deaths = 0;
    for (let calls = 0; calls < 40; calls++) {
      await sql`update ops.account_deletion set due_at = now(), leased_until = null where code = ${code}`;
      let left = calls;
      // Every call after the first `calls` calls never returns.
      const dying = {
        ...calm,
        fetch: ((input: RequestInfo | URL, init?: RequestInit) =>
          left-- > 0 ? fetch(input, init) : new Promise(() => {})) as typeof fetch,
        admin: {
          call: (name: never, args: never, schema: never) =>
            left-- > 0 ? calm.admin.call(name, args, schema) : new Promise(() => {}),
        } as typeof calm.admin,
      };
      const died = new Promise((resolve) =>
        setTimeout(() => resolve("died"), 400)
      );
      if (await Promise.race([eraseAccounts(dying, 2_000), died]) !== "died") break;
      deaths += 1;
      if ((await deletionOf(sql, code)).completed_at) break;
    }
    assert.ok(deaths > 3, `it died ${deaths} times`);
    await sql`update ops.account_deletion set due_at = now(), leased_until = null where code = ${code} and completed_at is null`;
    await eraseAccounts(calm, 5_000);
    await completed(sql, code);
    const [login] = await sql`select count(*)::integer as n from auth.users where id = ${creator.id}`;
    assert.equal(login?.n, 0);
  } finally {
    await sql.end();
  }
});

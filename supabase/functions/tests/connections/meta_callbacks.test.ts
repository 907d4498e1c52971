import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { simulator, testStack } from "../../../../scripts/test/stack.ts";
import { ConnectedAccount } from "../support/connected_account.ts";

const APPS = ["instagram", "facebook"] as const;
type App = (typeof APPS)[number];

interface Told {
  status: number;
  body: { code?: string; url?: string; confirmation_code?: string; received?: boolean };
}

const connected = (app: App) => ConnectedAccount.create(app, { items: 3 });

/** Removes the app at the simulated Meta, which then reports it. */
async function report(app: App, about: Record<string, unknown>): Promise<Told[]> {
  const { api_url } = await testStack();
  for (const event of ["deauthorize", "data_deletion"]) {
    const url = `${api_url}/functions/v1/meta-${event.replace("_", "-")}`;
    await simulator(`${app}/webhooks`, { event, url }, "PUT");
  }
  return (await simulator<{ answers: Told[] }>(`${app}/webhooks`, about)).answers;
}

/** Posts a form that the simulator does not send. */
async function post(name: string, form: Record<string, string>): Promise<Told> {
  const { api_url } = await testStack();
  const response = await fetch(`${api_url}/functions/v1/${name}`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: await response.json() };
}

async function statusOf(url: string): Promise<string> {
  const response = await fetch(url);
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
  return await response.text();
}

const erasures = async ({ sql, creator }: ConnectedAccount) =>
  (await sql`select data from public.notification where user_id = ${creator.id} and data ->> 'code' = 'account_erased'`)
    .length;

const now = () => Math.floor(Date.now() / 1_000);

for (const app of APPS) {
  Deno.test(`meta-deauthorize: a creator who removes the app at ${app} is disconnected and notified once; other creators are not affected`, async () => {
    await using own = await connected(app);
    await using innocent = await connected(app);
    await own.syncAll();
    const answers = await report(app, { account_id: own.account_id, times: 3 });
    assert.deepEqual(answers.map(({ status, body }) => [status, body]), [
      [200, { received: true }],
      [200, { received: true }],
      [200, { received: true }],
    ]);
    const { status, is_active, notices, next_sync_at, last_error } = await own.state();
    assert.deepEqual([status, is_active, notices, next_sync_at], ["disconnected", false, 1, null]);
    assert.match(last_error, /connect the account again/);
    assert.equal((await own.library()).length, 3, "the content stays");
    assert.equal((await innocent.state()).status, "active");
    assert.equal(await own.reconnect(), own.social_account_id);
    // The report arrives again, late: it is older than the new consent.
    await report(app, { account_id: own.account_id, issued_at: now() - 3_600 });
    assert.equal((await own.state()).status, "active");
  });

  Deno.test(`meta-data-deletion: data from ${app} is erased once for the user who requests it, and the status page shows it`, async () => {
    await using own = await connected(app);
    await using innocent = await connected(app);
    await own.syncAll();
    await innocent.syncAll();
    const { tokens, connection_id } = await own.state();
    assert.ok(tokens.access_token);
    const [shown] = await own
      .sql`select display_name from public.social_account where id = ${own.social_account_id}`;
    const display_name = String(shown?.display_name);
    await own.sql`
          insert into public.notification (user_id, title, data)
          values (${own.creator.id}, ${`${display_name} needs to be connected again`},
            ${own.sql.json({ social_account_id: own.social_account_id })})`;
    await own.sql`
          update public.platform_connection set granted_at = now() - interval '1 hour' where id = ${connection_id}`;
    const issued_at = now() - 60;
    const asked = { account_id: own.account_id, event: "data_deletion", issued_at };
    let url = "";
    await own.sql.begin(async (held) => {
      // Erasing waits for the account's sync run. Holding its row keeps cron, which may run at any moment, from erasing during these checks.
      const passes =
        await held`select from ops.sync_run where social_account_id = ${own.social_account_id} for update`;
      assert.equal(passes.length, 1);
      const answers = await report(app, { ...asked, times: 3 });
      assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200]);
      const codes = new Set(answers.map(({ body }) => body.confirmation_code));
      assert.equal(codes.size, 1, "three deliveries of one request create one deletion request");
      url = answers[0]?.body.url ?? "";
      assert.match(await statusOf(url), /It is in progress/);
      const [left] = await held`
          select a.platform_account_id, a.username, a.display_name, a.avatar_url, a.details, a.status,
            (select count(*)::integer from public.platform_connection c where c.id = ${connection_id}) as connections,
            (select count(*)::integer from vault.decrypted_secrets v where v.decrypted_secret like ${`%${tokens.access_token}%`}) as tokens
          from public.social_account a where a.id = ${own.social_account_id}`;
      assert.deepEqual({ ...left }, {
        platform_account_id: `erased:${own.social_account_id}`,
        username: null,
        display_name: null,
        avatar_url: null,
        details: {},
        status: "disconnected",
        connections: 0,
        tokens: 0,
      });
    });
    const again = await own.reconnect();
    assert.notEqual(again, own.social_account_id, "connecting again creates a new account");
    for (let run = 0; run < 50 && /in progress/.test(await statusOf(url)); run++) {
      await own.sql`select ops.erase_requested_data()`;
    }
    assert.match(
      await statusOf(`${url}&fbclid=x`),
      /It was done by .+ Erased accounts: 1; items of content: 3\./,
    );
    const [kept] = await own.sql`
          select (select count(*)::integer from public.content_item where social_account_id = ${own.social_account_id}) as items,
            (select count(*)::integer from public.social_account where id = ${own.social_account_id}) as accounts`;
    assert.deepEqual({ ...kept }, { items: 0, accounts: 0 });
    assert.equal(await erasures(own), 1);
    const name = `%${display_name}%`;
    const [named] = await own.sql`
          select count(*)::integer as count from public.notification
          where user_id = ${own.creator.id} and (title like ${name} or message like ${name})`;
    assert.equal(named?.count, 0, "no notification names the account any more");
    assert.equal((await innocent.state()).status, "active");
    assert.equal((await innocent.library()).length, 3);
    // A request from before the new consent that arrives late, and the first request again.
    await report(app, { ...asked, issued_at: issued_at - 600 });
    await report(app, asked);
    const [fresh] = await own
      .sql`select status, deleted_at from public.social_account where id = ${again}`;
    assert.deepEqual({ ...fresh }, { status: "active", deleted_at: null });
  });
}

Deno.test("meta-data-deletion: a user without data gets a status page that says so", async () => {
  const payload = Buffer.from(
    JSON.stringify({ algorithm: "HMAC-SHA256", user_id: crypto.randomUUID(), issued_at: now() }),
  ).toString("base64url");
  const signature = createHmac("sha256", "local-simulator-instagram-secret").update(payload).digest(
    "base64url",
  );
  const { status, body } = await post("meta-data-deletion", { signed_request: `${signature}.${payload}` });
  assert.equal(status, 200, JSON.stringify(body));
  assert.match(await statusOf(body.url ?? ""), /Nothing had to be erased/);
});

Deno.test("meta callbacks: a request that is wrongly signed, altered or not as Meta documents it is refused and changes nothing", async () => {
  await using own = await connected("instagram");
  for (const event of ["deauthorize", "data_deletion"]) {
    for (const offence of [{ secret: "another secret" }, { tamper: true }]) {
      const [answer] = await report("instagram", { account_id: own.account_id, event, ...offence });
      assert.deepEqual([answer?.status, answer?.body.code], [401, "unauthorized"], JSON.stringify(offence));
    }
  }
  const signed = (payload: unknown) => {
    const text = typeof payload === "string" ? payload : JSON.stringify(payload);
    const encoded = Buffer.from(text).toString("base64url");
    const signature = createHmac("sha256", "local-simulator-instagram-secret").update(encoded).digest(
      "base64url",
    );
    return { signed_request: `${signature}.${encoded}` };
  };
  const right = { algorithm: "HMAC-SHA256", user_id: own.account_id, issued_at: now() };
  for (
    const payload of [
      "x",
      "null",
      { ...right, algorithm: "none" },
      { ...right, user_id: "" },
      { ...right, issued_at: "now" },
      { ...right, user_id: undefined },
      { ...right, user_id: 1.5 },
    ]
  ) {
    const { status, body } = await post("meta-data-deletion", signed(payload));
    assert.deepEqual([status, body.code], [422, "validation_failed"], JSON.stringify(payload));
  }
  const exact = `{"algorithm":"HMAC-SHA256","user_id":17841400000000123456,"issued_at":${now()}}`;
  assert.equal((await post("meta-data-deletion", signed(exact))).status, 200, "an id may be a number");
  const json = await fetch(`${(await testStack()).api_url}/functions/v1/meta-deauthorize`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(signed(right)),
  });
  assert.equal((await json.json()).code, "unsupported_media_type");
  const { status, notices } = await own.state();
  assert.deepEqual([status, notices, await erasures(own)], ["active", 0, 0]);
});

Deno.test("data-deletion-status: an unknown code is 404", async () => {
  const { api_url } = await testStack();
  const response = await fetch(`${api_url}/functions/v1/data-deletion-status?code=${crypto.randomUUID()}`);
  assert.equal(response.status, 404);
  assert.equal((await response.json()).code, "not_found");
});

/** Tests deliveries to creators' endpoints: signed, sent once, retried after a failure, paused after permanent failure. */
import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { createCreator, testDatabase } from "../../../../scripts/test/stack.ts";
import { deliverDue } from "../../_shared/webhooks/deliver.ts";
import { PublishingAccount } from "../support/publishing_account.ts";

interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** Serves hosts under `.example`; answers with the statuses in turn, repeating the last one. */
function receiver(statuses: number[]) {
  const received: Received[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const body = await request.text();
    received.push({
      path: new URL(request.url).pathname,
      headers: Object.fromEntries(request.headers),
      body,
    });
    return new Response("", { status: statuses.length > 1 ? statuses.shift() : statuses[0] });
  });
  const { port } = server.addr as Deno.NetAddr;
  return { received, url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

async function endpointOf(own: PublishingAccount, url: string, events: string[] = ["post.target.*"]) {
  const { sql, creator } = own.account;
  const secret = `whsec_${btoa("0123456789abcdef0123456789abcdef")}`;
  const [row] = await sql<{ saved: { endpoint_id: string } }[]>`
    select public.save_webhook_endpoint(${creator.id}, null, ${url}, ${events}, '', ${secret}) as saved`;
  assert.ok(row);
  return { endpoint_id: row.saved.endpoint_id, secret };
}

const soon = () => new Date(Date.now() + 30_000);

Deno.test("an event is delivered as the exact bytes that were signed; a failed delivery is retried with the same id", async () => {
  await using there = receiver([500, 200]);
  await using own = await PublishingAccount.create("twitter", { EXAMPLE_SITES_URL: there.url });
  const { endpoint_id, secret } = await endpointOf(own, "https://hooks.example/streamvibe");
  const id = await own.due({ kind: "text", body: "Told to a webhook, “é”" });
  await own.end(id);
  const { sql, creator } = own.account;
  const mine = () => there.received.filter(({ path }) => path === "/hooks.example/streamvibe");
  for (let visit = 0; visit < 20 && mine().length < 2; visit++) {
    await deliverDue(own.context, soon());
    await sql`update publishing.webhook_delivery set next_at = now() where endpoint_id = ${endpoint_id} and next_at is not null`;
  }
  const [first, second] = mine();
  assert.ok(first && second);
  assert.equal(first.headers["webhook-id"], second.headers["webhook-id"]);
  const event = new Webhook(secret).verify(second.body, second.headers) as {
    type: string;
    data: { target_id: string };
  };
  assert.deepEqual([event.type, event.data.target_id], ["post.target.published", id]);
  assert.throws(() =>
    new Webhook(secret).verify(JSON.stringify(JSON.parse(second.body), null, 1), second.headers)
  );
  const { body } = await creator.call<
    { endpoints: { deliveries: { status: string; attempts: number }[] }[] }
  >("list-webhooks");
  assert.deepEqual(body.endpoints[0]?.deliveries.map(({ status, attempts }) => [status, attempts]), [[
    "delivered",
    2,
  ]]);
});

Deno.test("an endpoint that keeps failing is paused, and its owner is notified once; after a rotation both secrets sign", async () => {
  await using there = receiver([503]);
  await using own = await PublishingAccount.create("twitter", { EXAMPLE_SITES_URL: there.url });
  const { endpoint_id, secret } = await endpointOf(own, "https://down.example/");
  const { sql, creator } = own.account;
  const rotated = await creator.call<{ secret: string }>("save-webhook", {
    endpoint_id,
    rotate_secret: true,
  });
  assert.equal(rotated.status, 200, JSON.stringify(rotated.body));
  await own.end(await own.due({ kind: "text", body: "Nobody hears" }));
  for (let attempt = 0; attempt < 9; attempt++) {
    await sql`update publishing.webhook_delivery set next_at = now() where endpoint_id = ${endpoint_id} and next_at is not null`;
    await deliverDue(own.context, soon());
  }
  const [one] = there.received;
  assert.ok(one);
  for (const key of [secret, rotated.body.secret]) new Webhook(key).verify(one.body, one.headers);
  const { body } = await creator.call<
    {
      endpoints: {
        is_active: boolean;
        paused_because: string;
        deliveries: { status: string; attempts: number }[];
      }[];
    }
  >("list-webhooks");
  const [endpoint] = body.endpoints;
  assert.equal(endpoint?.is_active, false);
  assert.match(endpoint?.paused_because ?? "", /it answered 503/);
  assert.deepEqual(endpoint?.deliveries.map(({ status, attempts }) => [status, attempts]), [["failed", 8]]);
  const notes =
    await sql`select 1 from public.notification where user_id = ${creator.id} and data ->> 'code' = 'webhook_paused'`;
  assert.equal(notes.length, 1);
});

Deno.test("an edit leaves a paused endpoint paused, and its secret is deleted with its owner", async () => {
  const creator = await createCreator();
  const made = await creator.call<{ endpoint_id: string }>("save-webhook", {
    url: "https://example.com/hook",
  });
  const { endpoint_id } = made.body;
  const sql = await testDatabase();
  try {
    const [row] = await sql<{ name: string }[]>`
      update publishing.webhook_endpoint set is_active = false, paused_because = 'it answered 503'
      where id = ${endpoint_id} returning vault_secret_name as name`;
    const edit = (change: Record<string, unknown>) =>
      creator.call("save-webhook", { endpoint_id, ...change });
    const isActive = async () =>
      (await sql`select is_active from publishing.webhook_endpoint where id = ${endpoint_id}`)[0]?.is_active;
    await edit({ description: "Renamed" });
    assert.equal(await isActive(), false);
    await edit({ is_active: true });
    assert.equal(await isActive(), true);
    const secrets = () => sql`select 1 from vault.secrets where name = ${row?.name ?? ""}`;
    assert.equal((await secrets()).length, 1);
    await sql`delete from auth.users where id = ${creator.id}`;
    assert.equal((await secrets()).length, 0);
  } finally {
    await sql.end();
  }
});

Deno.test("a delivery does not reach an endpoint whose address is internal", async () => {
  let reached = 0;
  const inside = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    reached++;
    return new Response();
  });
  await using own = await PublishingAccount.create("twitter");
  const { port } = inside.addr;
  const { sql, creator } = own.account;
  const addresses = [
    `http://127.0.0.1:${port}/`,
    `https://127.0.0.1:${port}/`,
    `http://localhost:${port}/`,
    `http://[::ffff:127.0.0.1]:${port}/`,
    `http://0x7f000001:${port}/`,
    `http://169.254.169.254/latest/meta-data`,
  ];
  try {
    for (const address of addresses) {
      const { endpoint_id } = await endpointOf(own, address);
      await sql`select public.send_webhook_again(${creator.id}, ${endpoint_id})`;
    }
    await deliverDue(own.context, soon());
    const rows = await sql<{ attempts: number; last_error: string; last_status: number | null }[]>`
      select attempts, last_error, last_status from publishing.webhook_delivery where user_id = ${creator.id}`;
    assert.equal(rows.length, addresses.length);
    for (const { attempts, last_error, last_status } of rows) {
      assert.ok(attempts >= 1 && last_error !== null && last_status === null, JSON.stringify(rows));
    }
    assert.equal(reached, 0);
  } finally {
    await inside.shutdown();
  }
});

Deno.test("a subscription to an unknown event is refused", async () => {
  const creator = await createCreator();
  const asked = async (...events: string[]) =>
    (await creator.call("save-webhook", { url: "https://example.com/hook", events })).status;
  assert.equal(await asked("post.publishd"), 422);
  assert.equal(await asked("posts.*"), 422);
  assert.equal(await asked("account.problem", "billing.*", "post.target.*"), 200);
});

Deno.test("internal addresses and URLs with a port or credentials are refused as endpoints", async () => {
  const creator = await createCreator();
  const addresses = [
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://169.254.169.254/latest/meta-data",
    "https://10.1.2.3/",
    "https://192.168.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://localhost/",
    "https://printer.local/",
    "https://example.com:8080/",
    "https://user:secret@example.com/",
  ];
  for (const url of addresses) {
    const { status } = await creator.call("save-webhook", { url });
    assert.equal(status, 422, url);
  }
});

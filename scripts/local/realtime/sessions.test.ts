import assert from "node:assert/strict";
import { join } from "node:path";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import * as jose from "jose";
import postgres from "postgres";
import { watchTable } from "../../../packages/client/src/realtime.ts";
import { cuttableNetwork, type Network } from "../../test/cuttable_network.ts";
import { Ears, realtimeClient, until } from "../../test/realtime.ts";
import { createCreator, type Creator, testDatabase, testStack, useStack } from "../../test/stack.ts";
import { makeLogins } from "../database/bootstrap.ts";
import { startStack } from "../stack.ts";

type Database = Awaited<ReturnType<typeof testDatabase>>;

async function notify(sql: Database, user: string, title: string): Promise<void> {
  await sql`insert into public.notification (user_id, title) values (${user}, ${title})`;
}

/** Signs a token for a creator with the stack's own key, valid for `seconds`. */
async function tokenFor(creator: Creator, seconds: number): Promise<string> {
  const { log_dir } = await testStack();
  const keys = JSON.parse(await Deno.readTextFile(join(log_dir, "../keys.json")));
  const { iat: _, exp: __, ...claims } = jose.decodeJwt(creator.token);
  return await new jose.SignJWT({ ...claims, jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: "ES256", typ: "JWT", kid: keys.signing_key.kid })
    .setIssuedAt().setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(await jose.importJWK(keys.signing_key, "ES256"));
}

/** Creates a client whose WebSocket goes through the network; everything else connects directly. */
async function clientThrough(network: Network, accessToken?: () => Promise<string>): Promise<SupabaseClient> {
  const { api_url, publishable_key } = await testStack();
  class Through extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      const url = new URL(address);
      url.port = String(network.port);
      super(url, protocols);
    }
  }
  return createClient(api_url, publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: Through as never },
    ...(accessToken ? { accessToken } : {}),
  });
}

async function network(): Promise<Network> {
  const { api_url } = await testStack();
  return await cuttableNetwork({ host: "127.0.0.1", port: Number(new URL(api_url).port) });
}

/** Collects the titles of reported inserts. */
function inserts() {
  const titles: unknown[] = [];
  const states: string[] = [];
  return {
    titles,
    states,
    options: {
      onChange: ({ type, row }: { type: string; row: Record<string, unknown> | null }) => {
        if (type === "INSERT") titles.push(row?.title);
      },
      onState: (state: string) => states.push(state),
    },
  };
}

Deno.test("a client that subscribes before signing in gets changes as soon as it has signed in", async () => {
  const own = await createCreator();
  const client = await realtimeClient();
  const sql = await testDatabase();
  const told = inserts();
  const where = { user_id: own.id };
  const watch = watchTable(client, "notification", { ...told.options, where, retrySeconds: 1 });
  const ears = new Ears(client, [{ table: "notification", filter: `user_id=eq.${own.id}` }]).subscribe();
  try {
    await until(
      "an anonymous subscription is refused",
      () => ears.system.some(({ status }) => status === "error"),
    );
    await client.auth.signInWithPassword(own);
    await ears.ready();
    await until("the watcher is live", () => watch.state === "live");
    await notify(sql, own.id, "after");
    await ears.change((change) => change.new.title === "after");
    await until("the watcher reports the change", () => told.titles.includes("after"));
    await ears.close();
    const count = ears.changes.length;
    await notify(sql, own.id, "after removal");
    await until("the watcher still receives changes", () => told.titles.includes("after removal"));
    assert.equal(ears.changes.length, count, "a removed channel gets nothing more");
  } finally {
    await watch.close();
    await sql.end();
  }
});

Deno.test("an expired token ends delivery; a token renewed in time does not", async () => {
  const own = await createCreator();
  const [ending, renewed, late] = await Promise.all([realtimeClient(), realtimeClient(), realtimeClient()]);
  const sql = await testDatabase();
  try {
    const first = await tokenFor(own, 4);
    await Promise.all([ending, renewed].map((client) => client.realtime.setAuth(first)));
    const wish = [{ table: "notification", filter: `user_id=eq.${own.id}` }];
    const [one, two] = await Promise.all([ending, renewed].map((client) => new Ears(client, wish).ready()));
    assert.ok(one && two);
    await notify(sql, own.id, "while it is good");
    await Promise.all(
      [one, two].map((ears) => ears.change((change) => change.new.title === "while it is good")),
    );
    await renewed.realtime.setAuth(await tokenFor(own, 600));
    await until("the channel is closed", () => one.states.includes("CLOSED"));
    assert.match(one.system.at(-1)?.message ?? "", /^Token has expired \d+ seconds ago$/);
    await notify(sql, own.id, "too late");
    await two.change((change) => change.new.title === "too late");
    assert.deepEqual(one.changes.map((change) => change.new.title), ["while it is good"]);
    // And no client can join with it any more.
    await late.realtime.setAuth(first);
    const again = new Ears(late, wish).subscribe();
    await until("the join is refused", () => again.states.includes("CHANNEL_ERROR"));
    assert.match(again.errors[0] ?? "", /InvalidJWTToken: Token has expired/);
  } finally {
    await Promise.all([ending, renewed, late].map((client) => client.removeAllChannels()));
    await sql.end();
  }
});

Deno.test("after a lost connection the channel rejoins with the current token", async () => {
  const own = await createCreator();
  const sql = await testDatabase();
  const wire = await network();
  let token = await tokenFor(own, 5);
  const ends = Date.now() + 5_000;
  const client = await clientThrough(wire, () => Promise.resolve(token));
  try {
    await client.realtime.setAuth();
    const ears = await new Ears(client, [{ table: "notification", filter: `user_id=eq.${own.id}` }]).ready();
    token = await tokenFor(own, 600);
    wire.cut(100);
    await until(
      "the channel is ready again",
      () => ears.system.filter(({ status }) => status === "ok").length >= 2,
      30,
    );
    await until("the first token has expired", () => Date.now() > ends + 500);
    await notify(sql, own.id, "later");
    await ears.change((change) => change.new.title === "later");
    assert.ok(!ears.states.includes("CLOSED"));
  } finally {
    await client.removeAllChannels();
    wire.close();
    await sql.end();
  }
});

/** Five minutes of standby in the long version: `STREAMVIBE_LONG_TESTS=1`. */
const STANDBY_MS = Deno.env.get("STREAMVIBE_LONG_TESTS") === "1" ? 300_000 : 5_000;

Deno.test("a watcher that slept until its token expired misses no change and reports none twice", async () => {
  const own = await createCreator();
  const sql = await testDatabase();
  const wire = await network();
  let token = await tokenFor(own, STANDBY_MS / 1000);
  const client = await clientThrough(wire, () => Promise.resolve(token));
  const told = inserts();
  const where = { user_id: own.id };
  const watch = watchTable(client, "notification", { ...told.options, where, retrySeconds: 600 });
  try {
    await until("the watcher is live", () => watch.state === "live");
    await notify(sql, own.id, "before");
    await until("the change arrived", () => told.titles.length === 1);
    wire.cut(STANDBY_MS + 1_000);
    for (let n = 0; n < 20; n++) await notify(sql, own.id, `asleep ${n}`);
    await new Promise((resolve) => setTimeout(resolve, STANDBY_MS + 1_000));
    token = await tokenFor(own, 600);
    await notify(sql, own.id, "waking");
    await until("the watcher is live again", () => watch.state === "live", 30);
    await notify(sql, own.id, "after");
    await until("the later change arrived, too", () => told.titles.includes("after"));
    const wanted = ["before", ...Array.from({ length: 20 }, (_, n) => `asleep ${n}`), "waking", "after"];
    assert.deepEqual(told.titles.toSorted(), wanted.toSorted());
  } finally {
    await watch.close();
    wire.close();
    await sql.end();
  }
});

Deno.test("a dead channel that still says SUBSCRIBED is detected within 30 s, and the list stays current", async () => {
  const own = await createCreator();
  const sql = await testDatabase();
  const wire = await network();
  const client = await clientThrough(wire, () => Promise.resolve(own.token));
  const told = inserts();
  const watch = watchTable(client, "notification", { ...told.options, where: { user_id: own.id } });
  try {
    await until("the watcher is live", () => watch.state === "live");
    wire.swallow();
    await notify(sql, own.id, "unheard");
    await until("the watcher has switched to polling", () => watch.state === "polling", 30);
    await until("the list is still correct", () => told.titles.includes("unheard"), 10);
    await notify(sql, own.id, "read");
    await until("the list stays current", () => told.titles.includes("read"), 10);
    assert.equal(told.titles.length, 2);
  } finally {
    const closing = watch.close();
    wire.close();
    await closing;
    await sql.end();
  }
});

Deno.test("a client that reads too slowly is disconnected, and nobody else waits", async () => {
  const { api_url, publishable_key } = await testStack();
  const { hostname, port, host } = new URL(api_url);
  const topic = `slow-${crypto.randomUUID()}`;
  const slow = await Deno.connect({ hostname, port: Number(port) });
  const client = await realtimeClient();
  try {
    await slow.write(new TextEncoder().encode(
      `GET /realtime/v1/websocket?apikey=${publishable_key}&vsn=1.0.0 HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\n` +
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ));
    await slow.read(new Uint8Array(4096));
    const text = JSON.stringify({
      topic: `realtime:${topic}`,
      event: "phx_join",
      payload: { config: {} },
      ref: "1",
      join_ref: "1",
    });
    const bytes = new TextEncoder().encode(text);
    // The frame's mask is all zeros.
    await slow.write(
      Uint8Array.from([0x81, 0xfe, bytes.length >> 8, bytes.length & 255, 0, 0, 0, 0, ...bytes]),
    );
    await slow.read(new Uint8Array(4096));

    const ears = await new Ears(client, [], { name: topic }).ready();
    const payload = { text: "x".repeat(1_000_000) };
    const count = 40;
    for (let n = 0; n < count; n++) await ears.channel.httpSend("large", payload);
    await until("the other client has all messages", () => ears.broadcasts.length === count);
    // Reads what was sent to the slow client before it was disconnected, and no more.
    let received = 0;
    const buffer = new Uint8Array(1 << 20);
    while (true) {
      const silence = Promise.withResolvers<null>();
      const timer = setTimeout(() => silence.resolve(null), 2_000);
      const read = await Promise.race([slow.read(buffer).catch(() => null), silence.promise]);
      clearTimeout(timer);
      if (read === null) break;
      received += read;
    }
    assert.ok(received < 30_000_000, `not disconnected: it received ${received} bytes of ${count} MB`);
  } finally {
    slow.close();
    await client.removeAllChannels();
  }
});

Deno.test("after restarts of relay and database, official channels reconnect and the watcher misses nothing", async () => {
  const home = await Deno.makeTempDir({ prefix: "streamvibe-test-" });
  const before = await testStack();
  let stack = await startStack({ home });
  const { api, db, simulator } = stack.info.ports;
  useStack(stack.info);
  let sql = await testDatabase();
  try {
    const own = await createCreator();
    const client = await realtimeClient(own);
    const told = inserts();
    const where = { user_id: own.id };
    const watch = watchTable(client, "notification", { ...told.options, where, retrySeconds: 600 });
    const ears = await new Ears(client, [{ table: "notification" }]).ready();
    await until("the watcher is live", () => watch.state === "live");
    const comes = async (title: string) => {
      await notify(sql, own.id, title);
      await Promise.all([
        ears.change((change) => change.new.title === title),
        until(`the watcher reports ${title}`, () => told.titles.includes(title)),
      ]);
    };
    await comes("first");

    // The database disconnects the relay, as on a restart.
    const oks = () => ears.system.filter(({ status }) => status === "ok").length;
    const count = oks();
    const keys = JSON.parse(await Deno.readTextFile(join(home, "keys.json")));
    const superuser = postgres(makeLogins(keys, db).superuser, { max: 1 });
    await superuser`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'streamvibe realtime'`;
    await superuser.end();
    await notify(sql, own.id, "meanwhile");
    await until("the channel is ready again", () => oks() > count);
    await comes("second");
    const [slot] =
      await sql`select count(*)::integer as slots, bool_and(temporary) as temporary from pg_replication_slots`;
    assert.deepEqual(slot, { slots: 1, temporary: true });

    // Killed, so that nothing can be cleaned up, and started again.
    await sql.end();
    await stack.kill9();
    stack = await startStack({ home, apiPort: api, dbPort: db, simulatorPort: simulator });
    sql = await testDatabase();
    const [left] = await sql`select count(*)::integer as slots from pg_replication_slots where not temporary`;
    assert.deepEqual(left, { slots: 0 });
    await notify(sql, own.id, "while they come back");
    await until(
      "watcher and channel are back",
      () => watch.state === "live" && ears.channel.state === "joined",
      60,
    );
    await until("the watcher has the missed changes", () => told.titles.includes("while they come back"));
    await until("the channel is ready", async () => {
      const title = `again ${crypto.randomUUID()}`;
      await notify(sql, own.id, title);
      return await ears.change((change) => change.new.title === title, 2).catch(() => undefined);
    }, 30);
    await until(
      "the last changes were reported",
      () => told.titles.filter((title) => String(title).startsWith("again")).length > 0,
    );
    assert.ok(told.titles.includes("meanwhile"));
    assert.equal(new Set(told.titles).size, told.titles.length, "nothing is reported twice");
    await watch.close();
    await client.removeAllChannels();
  } finally {
    await sql.end();
    await stack.stop();
    useStack(before);
    await Deno.remove(home, { recursive: true }).catch(() => {});
  }
});

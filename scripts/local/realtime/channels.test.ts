import assert from "node:assert/strict";
import { Ears, realtimeClient, until } from "../../test/realtime.ts";
import { createCreator, testDatabase, testStack } from "../../test/stack.ts";

Deno.test("broadcasts reach the other clients on a topic, and the sender on request; bytes and older clients work, too", async () => {
  const [one, two, old] = await Promise.all([
    realtimeClient(),
    realtimeClient(),
    realtimeClient(undefined, "1.0.0"),
  ]);
  const name = `room-${crypto.randomUUID()}`;
  try {
    const sender = await new Ears(one, [], { name, broadcast: { ack: true } }).ready();
    const echoing = await new Ears(two, [], { name, broadcast: { self: true } }).ready();
    const older = await new Ears(old, [], { name }).ready();
    assert.equal(
      await sender.channel.send({ type: "broadcast", event: "grüß", payload: { text: "ö", n: 1 } }),
      "ok",
    );
    await echoing.channel.send({ type: "broadcast", event: "again", payload: { n: 2 } });
    await older.channel.send({ type: "broadcast", event: "older", payload: { n: 3 } });
    const bytes = new Uint8Array([0, 255, 7]);
    await echoing.channel.send({ type: "broadcast", event: "bytes", payload: bytes.buffer as never });
    const events = (ears: Ears) => ears.broadcasts.map(({ event }) => event).sort();
    await until(
      "all broadcasts arrived",
      () =>
        [sender, echoing, older].every((ears) => ears.broadcasts.length >= 2) && events(echoing).length >= 4,
    );
    await until("the bytes arrived", () => events(sender).includes("bytes"));
    assert.deepEqual(events(sender), ["again", "bytes", "older"]);
    assert.deepEqual(events(echoing), ["again", "bytes", "grüß", "older"]);
    assert.deepEqual(events(older), ["again", "grüß"], "the older protocol has no bytes");
    assert.deepEqual(echoing.broadcasts.find(({ event }) => event === "grüß")?.payload, { text: "ö", n: 1 });
    const got = sender.broadcasts.find(({ event }) => event === "bytes")?.payload;
    assert.deepEqual(new Uint8Array(got as ArrayBuffer), bytes);

    assert.deepEqual(await sender.channel.httpSend("by-http", { n: 4 }), { success: true });
    await until("the broadcast arrived over HTTP", () => events(older).includes("by-http"));
    const unsubscribed = one.channel(name);
    assert.equal(await unsubscribed.send({ type: "broadcast", event: "by-batch", payload: { n: 5 } }), "ok");
    await until("the broadcast arrived through the batch endpoint", () => events(older).includes("by-batch"));
  } finally {
    await Promise.all([one, two, old].map((client) => client.removeAllChannels()));
  }
});

Deno.test("clients that join see who is present, and all clients see changes of presence", async () => {
  const [one, two] = await Promise.all([realtimeClient(), realtimeClient()]);
  const name = `room-${crypto.randomUUID()}`;
  const watch = (client: typeof one, key: string) => {
    const channel = client.channel(name, { config: { presence: { key } } });
    channel.on("presence", { event: "sync" }, () => {});
    channel.subscribe();
    return channel;
  };
  try {
    const first = watch(one, "first");
    await until("the first has joined", () => first.state === "joined");
    assert.equal(await first.track({ mood: "calm" }), "ok");
    const second = watch(two, "second");
    await until("the second sees the first", () => second.presenceState().first);
    assert.equal(await second.track({ mood: "gay" }), "ok");
    const metas = await until(
      "the first sees the second",
      () => first.presenceState<{ mood: string }>().second,
    );
    assert.equal(metas[0]?.mood, "gay");
    assert.equal(await second.track({ mood: "sad" }), "ok");
    await until("a change replaces the previous state", () => {
      const now = first.presenceState<{ mood: string }>().second;
      return now?.length === 1 && now[0]?.mood === "sad";
    });
    assert.equal(await second.untrack(), "ok");
    await until("it is no longer present", () => !first.presenceState().second);
    await second.track({ mood: "back" });
    await until("it is present again", () => first.presenceState().second);
    await two.removeAllChannels();
    two.realtime.disconnect();
    await until("a client that left is not present", () => !first.presenceState().second);
  } finally {
    await Promise.all([one, two].map((client) => client.removeAllChannels()));
  }
});

Deno.test("messages from the database reach private channels according to the policies on realtime.messages", async () => {
  const [own, other] = await Promise.all([createCreator(), createCreator()]);
  const [mine, theirs, again] = await Promise.all([own, other, own].map((one) => realtimeClient(one)));
  assert.ok(mine && theirs && again);
  const sql = await testDatabase({ max: 1 });
  const run = crypto.randomUUID().slice(0, 8);
  const policy = `Test ${run}: only of one's own`;
  const name = `${run}:${own.id}`;
  const options = { name, private: true, broadcast: { self: true, ack: true } };
  try {
    await sql.unsafe(`
      create policy "${policy}" on realtime.messages for select to authenticated
        using (split_part((select realtime.topic()), ':', 1) = '${run}' and (select realtime.topic()) like '%:' || (select auth.uid()))`);
    const ears = await new Ears(mine, [], options).ready();
    const denied = new Ears(theirs, [], options).subscribe();
    await until("others cannot join", () => denied.states.includes("CHANNEL_ERROR"));
    assert.match(
      denied.errors[0] ?? "",
      /Unauthorized: You do not have permissions to read from this Channel topic/,
    );

    await sql`select realtime.send(${sql.json({ n: 1 })}, 'from-database', ${name}, true)`;
    const sent = await until(
      "the message arrived",
      () => ears.broadcasts.find(({ event }) => event === "from-database"),
    );
    assert.equal((sent.payload as { n: number }).n, 1);
    assert.equal((sent.payload as { id: string }).id, sent.meta?.id);
    await sql`select realtime.send_binary(${new Uint8Array([1, 2])}, 'bytes', ${name}, true)`;
    const bytes = await until(
      "the bytes arrived",
      () => ears.broadcasts.find(({ event }) => event === "bytes"),
    );
    assert.deepEqual(new Uint8Array(bytes.payload as ArrayBuffer), new Uint8Array([1, 2]));
    // A public topic with the same name is a different topic.
    await sql`select realtime.send(${sql.json({ n: 2 })}, 'public', ${name}, false)`;

    await sql.unsafe(`
      create table public."test_${run}" (id integer primary key, word text);
      create function public."test_${run}"() returns trigger language plpgsql security definer set search_path = '' as $$
      begin
        perform realtime.broadcast_changes('${name}', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
        return null;
      end $$;
      create trigger tell after insert or update or delete on public."test_${run}"
        for each row execute function public."test_${run}"();
      insert into public."test_${run}" values (1, 'a');
      update public."test_${run}" set word = 'b';
      delete from public."test_${run}"`).simple();
    const deleted = await until(
      "the changes arrived",
      () => ears.broadcasts.find(({ event }) => event === "DELETE"),
    );
    const { record, old_record, operation, table } = deleted.payload as Record<string, unknown>;
    assert.deepEqual([record, old_record, operation, table], [
      null,
      { id: 1, word: "b" },
      "DELETE",
      `test_${run}`,
    ]);
    assert.deepEqual(ears.broadcasts.map(({ event }) => event), [
      "from-database",
      "bytes",
      "INSERT",
      "UPDATE",
      "DELETE",
    ]);

    // No policy allows sending: nothing is sent, and the sender is not told why.
    await ears.channel.httpSend("forged", { n: 3 });
    await sql`select realtime.send(${sql.json({ n: 4 })}, 'last', ${name}, true)`;
    await until("the last message arrived", () => ears.broadcasts.some(({ event }) => event === "last"));
    assert.ok(!ears.broadcasts.some(({ event }) => event === "forged" || event === "public"));

    const since = Date.now() - 60_000;
    const late = await new Ears(again, [], {
      name,
      private: true,
      broadcast: { replay: { since, limit: 2 } },
    })
      .ready();
    await until("missed messages are replayed", () => late.broadcasts.length === 2);
    assert.deepEqual(late.broadcasts.map(({ meta }) => meta?.replayed), [true, true]);
    assert.equal(late.broadcasts[1]?.event, "last");

    // A channel whose read permission was removed closes with the next token.
    await sql.unsafe(`drop policy "${policy}" on realtime.messages`);
    // Two tokens issued in the same second are identical, and the channel is not notified of the second.
    const { data: { session: before } } = await mine.auth.getSession();
    await until("there is a new token", async () => {
      const { data: { session } } = await mine.auth.refreshSession();
      return session && session.access_token !== before?.access_token;
    });
    await mine.realtime.setAuth();
    await until("the channel is closed", () => ears.states.includes("CLOSED"));
    assert.match(ears.system.at(-1)?.message ?? "", /You no longer have permission to read/);
  } finally {
    await sql.unsafe(
      `drop policy if exists "${policy}" on realtime.messages; drop table if exists public."test_${run}";
      drop function if exists public."test_${run}"`,
    ).simple();
    await Promise.all([mine, theirs, again].map((client) => client.removeAllChannels()));
    await sql.end();
  }
});

Deno.test("a connection needs a key, a channel a valid token, and a frame the protocol's format", async () => {
  const { api_url, publishable_key } = await testStack();
  const upgrade = (query: string) =>
    fetch(`${api_url}/realtime/v1/websocket?${query}`, {
      headers: { upgrade: "websocket", connection: "upgrade" },
    });
  for (
    const [query, status] of [["vsn=2.0.0", 401], ["apikey=wrong&vsn=2.0.0", 401], [
      `apikey=${publishable_key}&vsn=9`,
      400,
    ]] as const
  ) {
    const response = await upgrade(query);
    assert.equal(response.status, status, query);
    assert.ok((await response.json()).error);
  }
  const broadcast = (body: unknown, headers: Record<string, string>) =>
    fetch(`${api_url}/realtime/v1/api/broadcast`, { method: "POST", body: JSON.stringify(body), headers });
  const apikey = { apikey: publishable_key };
  const answers = await Promise.all([
    broadcast({ messages: [{ topic: "t", event: "e", payload: { n: 1 } }] }, {}),
    broadcast({ messages: [{ topic: "t" }] }, apikey),
    broadcast({ messages: [{ topic: "t", event: "e", payload: { n: 1 } }] }, apikey),
  ]);
  assert.deepEqual(
    await Promise.all(answers.map(async (answer) => [answer.status, (await answer.text()).length > 0])),
    [
      [401, true],
      [422, true],
      [202, false],
    ],
  );

  const client = await realtimeClient();
  try {
    await client.realtime.setAuth("not.a.token");
    const ears = new Ears(client, []).subscribe();
    await until("the join is refused", () => ears.states.includes("CHANNEL_ERROR"));
    assert.match(ears.errors[0] ?? "", /^(MalformedJWT|JwtSignatureError): /);
  } finally {
    await client.removeAllChannels();
  }

  const socket = new WebSocket(
    `${api_url.replace("http", "ws")}/realtime/v1/websocket?apikey=${publishable_key}&vsn=2.0.0`,
  );
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  socket.onopen = () => socket.send('{"no": "array"}');
  const { code, reason } = await closed;
  assert.equal(code, 1003);
  assert.match(reason, /Cannot read the frame/);
});

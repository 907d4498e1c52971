import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { realtimeClient, until } from "../../../scripts/test/realtime.ts";
import { createCreator, testDatabase, testStack } from "../../../scripts/test/stack.ts";
import {
  changesFilter,
  type ListChange,
  type WatchOptions,
  watchTable,
  type Where,
} from "../src/realtime.ts";
import { parseFilters } from "../../../scripts/local/realtime/filters.ts";

Deno.test("a filter quotes special characters and rejects values it cannot express", () => {
  const values = [
    'a,b=eq.c "d" \\ (e).f',
    "plain",
    "",
    " ",
    "null",
    "NULL",
    "{a}",
    "it's",
    "%_*",
    "ünï,cödé",
    "a\nb",
  ];
  for (const value of values) {
    assert.deepEqual(
      parseFilters(changesFilter({ title: value, user_id: "x" })).map((
        filter,
      ) => [filter.column, filter.operator, filter.value]),
      [["title", "eq", value], ["user_id", "eq", "x"]],
      JSON.stringify(value),
    );
  }
  assert.equal(
    changesFilter({ n: 5, b: true, x: null, s: ["a", "b,c"] }),
    'n=eq.5,b=eq.true,x=is.null,s=in.(a,"b,c")',
  );
  const refused: Where[] = [
    { n: 2 ** 53 },
    { n: NaN },
    { t: "a\0b" },
    { s: [] },
    { s: Array<string>(101).fill("a") },
    { "a=b": 1 },
  ];
  for (const where of refused) {
    assert.throws(() => changesFilter(where), TypeError);
  }
});

/** Records the changes and states that a consumer receives. */
class Consumer {
  readonly told: ListChange[] = [];
  readonly states: string[] = [];
  readonly options: Pick<WatchOptions, "onChange" | "onState"> = {
    onChange: (change) => this.told.push(change),
    onState: (state, error) => this.states.push(error ? `${state}: ${error.message}` : state),
  };

  titles(type?: string): unknown[] {
    return this.told.filter((change) => !type || change.type === type).map(({ row, id }) => row?.title ?? id);
  }
}

Deno.test("a watcher reports every change once: from the channel, after a reconnect, and rows deleted while it was offline", async () => {
  const [own, other] = await Promise.all([createCreator(), createCreator()]);
  const client = await realtimeClient(own);
  const sql = await testDatabase();
  const consumer = new Consumer();
  const add = async (title: string, user = own.id) => {
    const [row] = await sql<{ id: string }[]>`
      insert into public.notification (user_id, title) values (${user}, ${title}) returning id`;
    return row?.id ?? "";
  };
  const there = await add("there before");
  const watch = watchTable(client, "notification", {
    ...consumer.options,
    where: { user_id: own.id },
    retrySeconds: 60,
  });
  try {
    await until("it is live", () => watch.state === "live");
    assert.deepEqual(consumer.told, []);
    const first = await add("first");
    await add("not yours", other.id);
    await until("the first came", () => consumer.titles().includes("first"));
    await sql`update public.notification set read_at = now() where id = ${first}`;
    await until("its update came", () => consumer.told.length === 2);
    await sql`delete from public.notification where id = ${there}`;
    await until("the deletion of what was there before came", () => consumer.told.length === 3);
    assert.deepEqual(consumer.told.map(({ type }) => type), ["INSERT", "UPDATE", "DELETE"]);

    // A transaction that begins before the disconnect and commits during it is stamped earlier than the last change seen.
    const late = await sql.reserve();
    await late`begin`;
    await late`insert into public.notification (user_id, title) values (${own.id}, 'late')`;
    await add("seen");
    await until("that came", () => consumer.titles().includes("seen"));
    client.realtime.disconnect();
    await until("it notices", () => watch.state === "polling");
    const away = await add("away");
    await add("gone at once").then((id) => sql`delete from public.notification where id = ${id}`);
    await sql`update public.notification set data = '{"n": 2}' where id = ${away}`;
    await sql`delete from public.notification where id = ${first}`;
    await late`commit`;
    late.release();
    await until("it is live again", () => watch.state === "live");
    assert.deepEqual(consumer.titles("INSERT").sort(), ["away", "first", "late", "seen"]);
    assert.deepEqual(consumer.titles("DELETE").sort(), [there, first].sort());
    await add("last");
    await until("the last came", () => consumer.titles().includes("last"));
    assert.equal(
      new Set(consumer.titles("INSERT")).size,
      consumer.titles("INSERT").length,
      "no insert is reported twice",
    );
    assert.ok(!consumer.titles().includes("not yours"));
  } finally {
    await watch.close();
    await sql`delete from auth.users where id in (${own.id}, ${other.id})`;
    await sql.end();
  }
  assert.equal(watch.state, "closed");
});

Deno.test("a watcher can read a list from its start, and continue from a cursor after a restart", async () => {
  const own = await createCreator();
  const client = await realtimeClient(own);
  const sql = await testDatabase();
  try {
    const where = { user_id: own.id };
    // More than one page, all with the same stamp.
    await sql`insert into public.notification (user_id, title) select ${own.id}, 'n' || n from generate_series(1, 1100) as n`;
    const before = new Consumer();
    const watch = watchTable(client, "notification", { ...before.options, where, since: "start" });
    await until("it is live", () => watch.state === "live");
    assert.equal(new Set(before.titles("INSERT")).size, 1100);
    assert.equal(before.told.length, 1100);
    await watch.close();
    const { cursor } = watch;
    assert.ok(cursor);
    await sql`insert into public.notification (user_id, title) values (${own.id}, 'while it was off')`;
    const after = new Consumer();
    const again = watchTable(client, "notification", { ...after.options, where, since: cursor });
    await until("it is live again", () => again.state === "live");
    await until("it knows", () => after.titles().includes("while it was off"));
    await again.close();
  } finally {
    await sql`delete from auth.users where id = ${own.id}`;
    await sql.end();
  }
});

Deno.test("while the channel is down, changes are polled by cursor, and the full list of ids is read only occasionally", async () => {
  const own = await createCreator();
  const sql = await testDatabase();
  const { api_url, publishable_key } = await testStack();
  const read: { select: string; at: number }[] = [];
  const client = createClient(api_url, publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
    accessToken: () => Promise.resolve(own.token),
    // Nothing listens on this port.
    realtime: {
      transport: class extends WebSocket {
        constructor() {
          super("ws://127.0.0.1:9/");
        }
      } as never,
    },
    global: {
      fetch: (input, init) => {
        const { pathname, searchParams } = new URL(String(input));
        if (pathname.endsWith("/notification")) {
          read.push({ select: searchParams.get("select") ?? "", at: Date.now() });
        }
        return fetch(input, init);
      },
    },
  });
  const consumer = new Consumer();
  const add = (title: string) =>
    sql`insert into public.notification (user_id, title) values (${own.id}, ${title})`;
  await add("gone");
  const watch = watchTable(client, "notification", {
    ...consumer.options,
    where: { user_id: own.id },
    retrySeconds: 0.05,
    pollSeconds: 4,
  });
  try {
    await until("it reads", () => read.length >= 3);
    await sql`delete from public.notification where user_id = ${own.id} and title = 'gone'`;
    for (let n = 0; n < 5; n++) {
      await add(`new ${n}`);
      await until("it is told", () => consumer.titles().includes(`new ${n}`));
    }
    await until("the deletion is told, too", () => consumer.titles("DELETE").length === 1);
    const ids = read.filter(({ select }) => select.startsWith("id,")).map(({ at }) => at);
    const waits = ids.slice(1).map((at, n) => at - (ids[n] ?? 0));
    assert.ok(waits.every((wait) => wait > 1_900), `all ids were read again after ${waits} ms`);
    assert.ok(ids.length < read.length, `all ${read.length} polls read the full list of ids`);
    assert.equal(consumer.titles("INSERT").length, 5);
  } finally {
    await watch.close();
    await sql`delete from auth.users where id = ${own.id}`;
    await sql.end();
  }
});

import assert from "node:assert/strict";
import { makePlace, type Place, PUBLISHED } from "../../test/published_rows.ts";
import { Ears, realtimeClient, until } from "../../test/realtime.ts";
import { createCreator, testDatabase, testStack } from "../../test/stack.ts";

Deno.test("eight tables × insert, update, delete × owner, other, visitor, moderator: nobody gets rows that they may not read", async (t) => {
  const [own, other, moderator] = await Promise.all([createCreator(), createCreator(), createCreator()]);
  const sql = await testDatabase();
  await sql`insert into public.user_role (user_id, role) values (${moderator.id}, 'moderator')`;
  const clients = {
    owner: await realtimeClient(own),
    other: await realtimeClient(other),
    moderator: await realtimeClient(moderator),
    visitor: await realtimeClient(),
  };
  const mark = `secret-${crypto.randomUUID()}`;
  try {
    const place = await makePlace(sql, own.id);
    await makePlace(sql, other.id);
    await sql`update public.users set is_public = true where id = ${own.id}`;
    for (const { name, insert, update } of PUBLISHED) {
      await t.step(name, async () => {
        const isPublic = name === "trending_content";
        const ears = await Promise.all(
          Object.values(clients).map((client) => new Ears(client, [{ table: name }]).ready()),
        );
        const [owner, ...others] = ears;
        assert.ok(owner);
        const [row] = await insert(sql, place, mark);
        const id = String(row?.id);
        await owner.change(({ eventType, new: fresh }) => eventType === "INSERT" && String(fresh.id) === id);
        await sql.unsafe(`update public.${name} set ${update} where id = $1`, [id]);
        await owner.change(({ eventType, new: fresh }) => eventType === "UPDATE" && String(fresh.id) === id);
        await sql.unsafe(`delete from public.${name} where id = $1`, [id]);
        const visitor = others.at(-1);
        for (const one of ears) {
          // A client without any read access to the table receives errors, and no key.
          if (one === visitor && !isPublic) continue;
          const gone = await one.change(({ eventType, old }) =>
            eventType === "DELETE" && String(old.id) === id
          );
          assert.deepEqual(Object.keys(gone.old), ["id"]);
        }
        for (const one of others) {
          const theirs = one.changes.filter(({ eventType, new: fresh }) =>
            eventType !== "DELETE" && String(fresh.id) === id
          );
          assert.deepEqual(theirs.map(({ eventType }) => eventType), isPublic ? ["INSERT", "UPDATE"] : []);
          assert.ok(isPublic || !JSON.stringify(one.changes).includes(mark));
        }
        const told = visitor?.changes.map((change) => ({ ...change.new, ...change.old }));
        assert.ok(isPublic || told?.every((row) => Object.keys(row).length === 0));
        await Promise.all(ears.map((one) => one.close()));
      });
    }
  } finally {
    await Promise.all(Object.values(clients).map((client) => client.removeAllChannels()));
    await sql`delete from auth.users where id in (${own.id}, ${other.id}, ${moderator.id})`;
    await sql.end();
  }
});

/** Who may read a row is decided from the change itself or by querying the policies: both must be right. */
const HANDS: Record<string, string> = {
  "visible to its owner":
    "create policy own on TABLE for select to authenticated using (user_id = (select auth.uid()))",
  "visible to its owner, with replica identity full": `alter table TABLE replica identity full;
    create policy own on TABLE for select to authenticated using (user_id = (select auth.uid()))`,
  "visible to its owner or another user":
    "create policy own on TABLE for select to authenticated using (user_id = (select auth.uid()) or title = 'everybody''s')",
  "visible to its owner, unless a restrictive policy forbids it": `
    create policy own on TABLE for select to authenticated using (user_id = (select auth.uid()));
    create policy narrow on TABLE as restrictive for select to authenticated using (title <> 'forbidden')`,
};

Deno.test("a row that changes owner is sent to each owner only while it is theirs, under every kind of policy", async (t) => {
  const [own, other] = await Promise.all([createCreator(), createCreator()]);
  const [mine, theirs] = await Promise.all([own, other].map((one) => realtimeClient(one)));
  assert.ok(mine && theirs);
  const sql = await testDatabase();
  try {
    for (const [kind, policies] of Object.entries(HANDS)) {
      await t.step(kind, async () => {
        const schema = `hands_${crypto.randomUUID().slice(0, 8)}`;
        const table = `${schema}.row`;
        await sql.unsafe(`create schema ${schema}; grant usage on schema ${schema} to authenticated;
          create table ${table} (id uuid primary key, user_id uuid not null, title text);
          alter table ${table} enable row level security; grant select on ${table} to authenticated;
          ${policies.replaceAll("TABLE", table)};
          alter publication supabase_realtime add table ${table}`).simple();
        try {
          const [ears, foreign] = await Promise.all(
            [mine, theirs].map((client) => new Ears(client, [{ schema, table: "row" }]).ready()),
          );
          assert.ok(ears && foreign);
          const insert = (user: string, title: string) => {
            const id = crypto.randomUUID();
            return sql.unsafe(`insert into ${table} values ($1, $2, $3)`, [id, user, title]).then(() => id);
          };
          // In one transaction, so that the relay receives all changes together and the policies see only the final row.
          const id = crypto.randomUUID();
          await sql.begin(async (sql) => {
            await sql.unsafe(`insert into ${table} values ($1, $2, 'mine')`, [id, own.id]);
            await sql.unsafe(`update ${table} set title = 'still mine' where id = $1`, [id]);
            await sql.unsafe(`update ${table} set user_id = $2, title = 'theirs' where id = $1`, [
              id,
              other.id,
            ]);
          });
          await foreign.change((change) => change.new.title === "theirs");
          await sql.unsafe(`update ${table} set user_id = $2, title = 'mine again' where id = $1`, [
            id,
            own.id,
          ]);
          await ears.change((change) => change.new.title === "mine again");
          await sql.begin(async (sql) => {
            await sql.unsafe(`update ${table} set title = 'about to go' where id = $1`, [id]);
            await sql.unsafe(`delete from ${table} where id = $1`, [id]);
          });
          if (kind.includes("another")) await insert(other.id, "everybody's");
          if (kind.includes("forbids")) await insert(own.id, "forbidden");
          const last = await Promise.all([insert(own.id, "last"), insert(other.id, "last")]);
          await ears.change((change) => change.new.id === last[0]);
          await foreign.change((change) => change.new.id === last[1]);
          const shared = kind.includes("another") ? ["everybody's"] : [];
          const titles = ({ changes }: Ears) =>
            changes.filter(({ eventType }) => eventType !== "DELETE").map((change) => change.new.title);
          assert.deepEqual(titles(foreign), ["theirs", ...shared, "last"]);
          assert.deepEqual(titles(ears), ["mine again", ...shared, "last"]);
          const gone = foreign.changes.filter(({ eventType }) => eventType === "DELETE");
          assert.deepEqual(gone.map(({ old }) => old), [{ id }]);
          await Promise.all([ears.close(), foreign.close()]);
        } finally {
          await sql.unsafe(`drop schema ${schema} cascade`);
        }
      });
    }
  } finally {
    await Promise.all([mine, theirs].map((client) => client.removeAllChannels()));
    await sql`delete from auth.users where id in (${own.id}, ${other.id})`;
    await sql.end();
  }
});

Deno.test("numbers are sent with every digit, and a column stops being sent within 30 s after its grant is revoked", async () => {
  const own = await createCreator();
  const { api_url, publishable_key } = await testStack();
  const sql = await testDatabase();
  const frames: string[] = [];
  const socket = new WebSocket(
    `${api_url.replace("http", "ws")}/realtime/v1/websocket?apikey=${publishable_key}&vsn=2.0.0`,
  );
  socket.onmessage = ({ data }) => frames.push(String(data));
  socket.onopen = () => {
    const wish = { event: "*", schema: "public", table: "social_account", filter: `user_id=eq.${own.id}` };
    const payload = { config: { postgres_changes: [wish] }, access_token: own.token };
    socket.send(JSON.stringify(["1", "1", "realtime:digits", "phx_join", payload]));
  };
  let place: Place | undefined;
  try {
    place = await makePlace(sql, own.id);
    await until(
      "the channel is subscribed",
      () => frames.some((frame) => frame.includes("Subscribed to PostgreSQL")),
    );
    await sql`update public.social_account set followers_count = 9007199254740993 where id = ${place.account}`;
    await until(
      "every digit arrived",
      () => frames.some((frame) => frame.includes('"followers_count":9007199254740993')),
    );

    const columns = await sql<{ name: string }[]>`
      select column_name as name from information_schema.columns where table_schema = 'public' and table_name = 'social_account'`;
    const all = columns.map(({ name }) => name).filter((name) => name !== "last_error").join(", ");
    try {
      await sql.unsafe(`revoke select on public.social_account from authenticated;
        grant select (${all}) on public.social_account to authenticated`).simple();
      await until("the column is no longer sent", async () => {
        const mark = crypto.randomUUID();
        await sql`update public.social_account set last_error = ${mark} where id = ${place?.account ?? ""}`;
        await sql`update public.social_account set followers_count = followers_count + 1 where id = ${
          place?.account ?? ""
        }`;
        const count = frames.length;
        await until("a change arrived", () => frames.length > count);
        return !frames.some((frame) => frame.includes(mark));
      }, 30);
    } finally {
      await sql.unsafe(`revoke select (${all}) on public.social_account from authenticated;
        grant select on public.social_account to authenticated`).simple();
    }
  } finally {
    socket.close();
    await sql`delete from auth.users where id = ${own.id}`;
    await sql.end();
  }
});

Deno.test("only the database broadcasts trending lists: when a list has changed, to everybody", async () => {
  const [own, other] = await Promise.all([createCreator(), createCreator()]);
  const [visitor, reader, writer] = await Promise.all([
    realtimeClient(),
    realtimeClient(own),
    realtimeClient(other),
  ]);
  const sql = await testDatabase();
  const options = { name: "trending:month", private: true };
  try {
    const ears = await Promise.all([visitor, reader].map((client) => new Ears(client, [], options).ready()));
    const place = await makePlace(sql, own.id);
    await sql`update public.users set is_public = true where id = ${own.id}`;
    await sql`select public.refresh_public_lists()`;
    await sql`select ops.add_trend_gains(${[place.item]}::uuid[], ${[1e9]}::double precision[], now())`;
    for (const one of ears) {
      const message = await until("the list arrived", async () => {
        // A refresh counts only what was committed before every open transaction, so other tests' transactions may delay it.
        await sql`select public.refresh_public_lists()`;
        return one.broadcasts.find(({ event, payload }) =>
          event === "trending" && JSON.stringify(payload).includes(place.item)
        );
      });
      const { list, items } = message.payload as {
        list: string;
        items: { content_id: string; rank_position: number }[];
      };
      assert.equal(list, "month");
      assert.ok(items.length <= 100);
    }
    const speaking = await new Ears(writer, [], options).ready();
    await speaking.channel.send({ type: "broadcast", event: "trending", payload: { list: "forged" } });
    await speaking.channel.httpSend("trending", { list: "forged" });
    await sql`select ops.tell_trending('{month}')`;
    const [first] = ears;
    const count = first?.broadcasts.length ?? 0;
    await until(
      "a real broadcast arrived after the forged ones",
      () => (first?.broadcasts.length ?? 0) > count || count > 1,
    );
    assert.ok(!JSON.stringify(first?.broadcasts).includes("forged"));
  } finally {
    await Promise.all([visitor, reader, writer].map((client) => client.removeAllChannels()));
    await sql`delete from auth.users where id in (${own.id}, ${other.id})`;
    await sql.end();
  }
});

Deno.test("only the creator can receive and send on the creator's channel", async () => {
  const [own, other] = await Promise.all([createCreator(), createCreator()]);
  const [phone, desk, stranger] = await Promise.all([own, own, other].map((one) => realtimeClient(one)));
  assert.ok(phone && desk && stranger);
  const options = { name: `creator:${own.id}`, private: true, broadcast: { ack: true } };
  try {
    const [one, two] = await Promise.all(
      [phone, desk].map((client) => new Ears(client, [], options).ready()),
    );
    assert.equal(await one?.channel.send({ type: "broadcast", event: "draft", payload: { n: 1 } }), "ok");
    await until("the other device receives it", () => two?.broadcasts.length === 1);
    const denied = new Ears(stranger, [], options).subscribe();
    await until("others cannot join", () => denied.states.includes("CHANNEL_ERROR"));
    await denied.channel.httpSend("draft", { n: 2 });
    await one?.channel.send({ type: "broadcast", event: "draft", payload: { n: 3 } });
    await until("the next message arrived", () => two?.broadcasts.length === 2);
    assert.deepEqual(two?.broadcasts.map(({ payload }) => (payload as { n: number }).n), [1, 3]);
  } finally {
    await Promise.all([phone, desk, stranger].map((client) => client.removeAllChannels()));
  }
});

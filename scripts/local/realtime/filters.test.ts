import assert from "node:assert/strict";
import { postgresChangesFilter } from "@supabase/supabase-js";
import { Ears, realtimeClient, until } from "../../test/realtime.ts";
import { createCreator, testDatabase } from "../../test/stack.ts";
import { FilterError, parseFilters } from "./filters.ts";
import { toJson } from "./values.ts";

Deno.test("filters are parsed as on the platform; malformed filters are refused", () => {
  const read = (text: string) =>
    parseFilters(text).map(({ column, operator, value, negate }) => [column, operator, value, negate]);
  assert.deepEqual(read("id=gt.0,id=not.lt.100"), [["id", "gt", "0", false], ["id", "lt", "100", true]]);
  assert.deepEqual(read('title=eq."a,b=eq.c"'), [["title", "eq", "a,b=eq.c", false]]);
  assert.deepEqual(read('title=eq."say \\"hi\\" \\\\ (x)"'), [["title", "eq", 'say "hi" \\ (x)', false]]);
  assert.deepEqual(read('title=in.("a,b",c)'), [["title", "in", '{"a,b",c}', false]]);
  assert.deepEqual(read("title=eq.1.5=x.y"), [["title", "eq", "1.5=x.y", false]]);
  assert.deepEqual(read("title=eq.it's"), [["title", "eq", "it's", false]]);
  assert.deepEqual(read('title=eq.say "hi"'), [["title", "eq", 'say "hi"', false]]);
  assert.deepEqual(read("  "), []);
  for (const text of ["undefined", "title=eq.a,b", "title=eq.a,", "title=foo.a", "id=in.1,2", "title"]) {
    assert.throws(() => parseFilters(text), FilterError, text);
  }
});

Deno.test("values become the same JSON as with to_jsonb, with every digit", async () => {
  const sql = await testDatabase();
  try {
    const cases = [
      ["int8", "9007199254740993"],
      ["numeric", "1.10"],
      ["numeric", "NaN"],
      ["float8", "-Infinity"],
      ["float8", "-1.5"],
      ["bool", "t"],
      ["jsonb", '{"a": [1, "x"]}'],
      ["timestamptz", "2026-11-20 01:02:03.456+00"],
      ["timestamptz", "infinity"],
      ["timestamp", "2026-11-20 01:02:03"],
      ["date", "2026-11-20"],
      ["text", 'quo"te\\'],
      ["uuid", "2f1f2b4e-8f5a-4b5e-9a43-0d9c7f1c2d3e"],
      ["bytea", "\\xdead"],
      ["text[]", '{"a,b","c\\"d",NULL,"NULL","",e}'],
      ["int4[]", "{{1,2},{3,4}}"],
      ["text[]", "{}"],
    ] as const;
    for (const [cast, text] of cases) {
      const [row] = await sql.unsafe<{ json: string }[]>(`select to_jsonb($1::text::${cast})::text as json`, [
        text,
      ]);
      const [name = ""] = cast.split("[");
      const type = cast.endsWith("[]") ? { name: `_${name}`, element: { name } } : { name };
      const compact = (json: string) => json.replaceAll(/(?<=[,:]) /g, "");
      assert.equal(compact(toJson(type, text)), compact(row?.json ?? ""), `${cast} ${text}`);
    }
  } finally {
    await sql.end();
  }
});

/** Titles of four notifications; each filter below lists the indexes that it matches. */
const TITLES = ["plain", 'a,b "c" \\ (d).e', "Plain.2", "ünïcode {x}"];
const awkward = TITLES[1] ?? "";
const FILTERS: [ReturnType<typeof postgresChangesFilter> | string, number[]][] = [
  [postgresChangesFilter().eq("title", awkward), [1]],
  [postgresChangesFilter().neq("title", awkward), [0, 2, 3]],
  [postgresChangesFilter().in("title", [awkward, "plain"]), [0, 1]],
  [postgresChangesFilter().not("title", "in", [awkward, "plain"]), [2, 3]],
  [postgresChangesFilter().gt("title", "plain"), [3]],
  [postgresChangesFilter().gte("title", "plain"), [0, 3]],
  [postgresChangesFilter().lt("title", "a"), [2]],
  [postgresChangesFilter().lte("title", "a,b"), [2]],
  [postgresChangesFilter().like("title", "plain%"), [0]],
  [postgresChangesFilter().ilike("title", "plain%"), [0, 2]],
  [postgresChangesFilter().match("title", "^[a-z]+$"), [0]],
  [postgresChangesFilter().imatch("title", "^plain"), [0, 2]],
  [postgresChangesFilter().is("read_at", null), [0, 1, 2, 3]],
  [postgresChangesFilter().not("read_at", "is", null), []],
  [postgresChangesFilter().isDistinct("title", "plain"), [1, 2, 3]],
  [postgresChangesFilter().eq("type", "info").eq("title", "plain"), [0]],
  [postgresChangesFilter().lt("created_at", "2020-01-01"), []],
  ["title=eq.plain", [0]],
];

Deno.test("every filter operator of the platform works, also with values that need quoting", async () => {
  const own = await createCreator();
  const client = await realtimeClient(own);
  const sql = await testDatabase();
  try {
    const ears = await Promise.all(
      FILTERS.map(([filter]) =>
        new Ears(client, [{ event: "INSERT", table: "notification", filter: filter as string }]).ready()
      ),
    );
    const all = await new Ears(client, [{ table: "notification" }]).ready();
    for (const title of [...TITLES, "last"]) {
      await sql`insert into public.notification (user_id, title) values (${own.id}, ${title})`;
    }
    await all.change((change) => change.new.title === "last");
    const got = (one: Ears) =>
      one.changes.map((change) => TITLES.indexOf(String(change.new.title))).filter((at) => at >= 0).sort();
    await until(
      "every filter has passed its rows",
      () => FILTERS.every(([, wanted], at) => (ears[at] ? got(ears[at]).length : 0) >= wanted.length),
    );
    FILTERS.forEach(([filter, wanted], at) => {
      assert.deepEqual(ears[at] && got(ears[at]), wanted, String(filter));
    });
  } finally {
    await client.removeAllChannels();
    await sql.end();
  }
});

Deno.test("a subscription that the table or the filter does not allow is refused with the reason", async () => {
  const client = await realtimeClient(await createCreator());
  const refused: [object, RegExp][] = [
    [{ table: "notification", filter: "nothing=eq.1" }, /invalid column for filter nothing/],
    [{ table: "notification", filter: "title=eq.a,b" }, /has to be quoted/],
    [{ table: "notification", filter: "user_id=eq.not-a-uuid" }, /invalid input syntax for type uuid/],
    [
      { table: "notification", filter: "user_id=like.%a" },
      /requires a text-compatible column type, got uuid/,
    ],
    [{ table: "notification", filter: "title=match.[" }, /invalid regular expression/],
    [{ table: "notification", filter: "title=is.true" }, /requires a boolean column/],
    [
      { table: "notification", filter: `title=in.(${Array.from({ length: 101 }, (_, n) => n)})` },
      /Maximum 100/,
    ],
    [{ table: "users" }, /check Realtime is enabled/],
    [{ table: "notification", select: ["nothing"] }, /invalid column for select nothing/],
  ];
  try {
    await Promise.all(refused.map(async ([wish, reason]) => {
      const ears = new Ears(client, [wish]).subscribe();
      const answer = await until(
        "the subscription is refused",
        () => ears.system.find(({ status }) => status === "error"),
      );
      assert.equal(answer.extension, "postgres_changes");
      assert.match(answer.message, reason);
      assert.deepEqual(ears.states, ["SUBSCRIBED"], "the channel itself is open, as on the platform");
    }));
    const waiting = new Ears(client, [{ table: "users" }], { postgres_changes_options: { wait: true } })
      .subscribe();
    await until("a join that waits is refused", () => waiting.states.includes("CHANNEL_ERROR"));
    assert.match(waiting.errors[0] ?? "", /check Realtime is enabled/);
  } finally {
    await client.removeAllChannels();
  }
});

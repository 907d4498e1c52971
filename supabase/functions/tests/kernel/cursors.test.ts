/** Sends tampered cursors to every function that takes one: each is refused with 422, none causes a server error. */
import assert from "node:assert/strict";
import { createCreator } from "../../../../scripts/test/stack.ts";
import { encodeCursor } from "../../_shared/http/paging.ts";
import type { Endpoint } from "../../_shared/http/endpoint.ts";

const ID = "6f1b3a52-3f6e-4c57-9a39-0d6a1c1f7b11";
const AT = "2026-11-01T12:00:00.123456Z";
const NOT_ID = [
  "",
  "x",
  1,
  null,
  [],
  ID.slice(1),
  `${ID}0`,
  ID.replace("-", ""),
  "g".repeat(36),
  "-".repeat(36),
];
const NOT_AT = [
  ..."0000-01-01T00:00:00Z 999999-01-01T00:00:00Z 9999-99-99T99:99:99.000000Z 2026-02-30T00:00:00Z".split(
    " ",
  ),
  ..."2026-11-01T12:00:00+16:00 2026-11-01T24:00:01Z 2026-11-01 NaN infinity -infinity epoch now".split(" "),
  ...["", `2026-11-01T12:00:00.${"1".repeat(80)}Z`, 1e20, null, {}],
];
const NOT_SCORE = ["1", "NaN", "Infinity", "", null, [], {}];
/** The earliest and the latest time that we accept. */
const EXTREMES = ["0001-01-01T00:00:00+15:59", "9999-12-31T23:59:59.999999-15:59"];

type Place = Record<string, unknown>;
interface List {
  /** Valid positions, or cursors as text; their response has `status`. */
  good: (Place | string)[];
  status: number;
  /** Positions or cursors that are invalid. */
  bad: (Place | string)[];
}

/** Valid positions in a list, and variants with one wrong, missing or additional member. */
function byPlace(right: Place, wrong: Record<string, unknown[]>, more: Place[] = []): List {
  const bad = Object.entries(wrong).flatMap(([key, values]) => {
    const { [key]: _, ...without } = right;
    return [without, ...values.map((value) => ({ ...right, [key]: value }))];
  });
  return { good: [right, ...more], status: 200, bad: [...bad, { ...right, more: 1 }, {}] };
}

const byTime = byPlace(
  { at: AT, id: ID },
  { at: NOT_AT, id: NOT_ID },
  EXTREMES.map((at) => ({ at, id: ID })),
);
const byFeed: List = {
  // Valid, but the list has expired.
  good: [`${ID}~20`, `${ID}~${AT}~${ID}`],
  status: 422,
  bad: [
    ...[`${ID}`, `${ID}~`, `${ID}~-1`, `${ID}~1234567`, `${ID}~1e3`, `${ID}~20~${ID}`, `x~20`, `${ID}~20~`],
    ...NOT_AT.map((at) => `${ID}~${at}~${ID}`),
    ...NOT_ID.flatMap((id) => [`${id}~20`, `${ID}~${AT}~${id}`]),
  ].filter((cursor) => cursor.length <= 120),
};
/** The cursors of each list; a new list must be added here. */
const LISTS: Record<string, List> = {
  "browse-content": byTime,
  "browse-creators": byPlace(
    { followers: 10, id: ID },
    { followers: [-1, 1.5, 2 ** 53, 1e308, ...NOT_SCORE], id: NOT_ID },
    [0, Number.MAX_SAFE_INTEGER].map((followers) => ({ followers, id: ID })),
  ),
  "export-my-data": {
    good: [`${ID}.7`, `${ID}.f7`, `${ID}.999999999`],
    status: 404,
    bad: [
      ...NOT_ID.map((id) => `${id}.7`),
      ID,
      `${ID}.`,
      `${ID}.-1`,
      `${ID}.9999999999`,
      `${ID}.f`,
      `${ID}.1.1`,
    ],
  },
  "feed-home": byFeed,
  "feed-profile": byFeed,
  "list-follows": byPlace(
    { id: "12" },
    { id: ["9223372036854775808", "9".repeat(19), "9".repeat(20), "-1", "1e3", "0x1", "", " 1", 12, null] },
    ["0", "9223372036854775807"].map((id) => ({ id })),
  ),
  "list-posts": byTime,
  "search-content": byPlace(
    { score: 0.5, id: ID, now: AT },
    { score: NOT_SCORE, id: NOT_ID, now: NOT_AT },
    [...EXTREMES, AT].flatMap((now) => [-1e308, 5e-324, 1e308].map((score) => ({ score, id: ID, now }))),
  ),
  "search-creators": byPlace(
    { score: 0.5, id: ID },
    { score: NOT_SCORE, id: NOT_ID },
    [-1e308, 5e-324, 1e308].map((score) => ({ score, id: ID })),
  ),
};
const GARBAGE = [
  "",
  " ",
  "x",
  "tomorrow",
  "e30",
  "bnVsbA",
  "W10",
  btoa("1e999"),
  btoa('{"score":1e999}'),
  "%",
  "é",
  "A".repeat(5_000),
];

const folder = new URL("../../", import.meta.url);
const lists: Endpoint[] = [];
for await (const { name, isDirectory } of Deno.readDir(folder)) {
  if (!isDirectory || name.startsWith("_") || name === "tests") continue;
  const endpoint = (await import(`../../${name}/index.ts`)).default as Endpoint;
  if ("cursor" in ((endpoint.contract.input as { shape?: Place }).shape ?? {})) lists.push(endpoint);
}

Deno.test("every list has cursor cases in this test", () => {
  assert.deepEqual(lists.map(({ contract }) => contract.name).toSorted(), Object.keys(LISTS));
});

for (const { contract: { name, example } } of lists) {
  Deno.test(`${name} refuses every tampered cursor`, async () => {
    const { good, status, bad } = LISTS[name] ?? assert.fail("see above");
    const creator = await createCreator();
    const ask = (place: Place | string) => {
      const cursor = typeof place === "string" ? place : encodeCursor(place) ?? "";
      const rest = Object.entries(example as Place).map(([key, value]) => [key, String(value)]);
      return creator.call<{ code: string; detail?: string; errors?: { pointer: string }[] }>(
        name,
        undefined,
        {
          query: { ...Object.fromEntries(rest), cursor },
        },
      );
    };
    for (const place of good) {
      const answer = await ask(place);
      const said = `${JSON.stringify(place)}: ${JSON.stringify(answer.body).slice(0, 300)}`;
      assert.equal(answer.status, status, said);
      if (status === 422) assert.match(answer.body.detail ?? "", /has expired/, said);
    }
    for (const place of [...bad, ...GARBAGE]) {
      const { status, body } = await ask(place);
      assert.deepEqual(
        [status, body.code, body.errors?.[0]?.pointer],
        [422, "validation_failed", "/cursor"],
        `${JSON.stringify(place).slice(0, 200)}: ${JSON.stringify(body).slice(0, 300)}`,
      );
      assert.doesNotMatch(body.detail ?? "", /has expired/, JSON.stringify(place));
    }
  });
}

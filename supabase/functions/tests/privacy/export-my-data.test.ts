import assert from "node:assert/strict";
import { createCreator, testDatabase } from "../../../../scripts/test/stack.ts";
import { askForExport, exported } from "../support/data_export.ts";
import { PublishingAccount } from "../support/publishing_account.ts";

Deno.test("export-my-data returns every row of the caller once, their files, no secrets, and nothing of other users", async () => {
  await using own = await PublishingAccount.create("youtube", {}, 12);
  await using other = await PublishingAccount.create("youtube", {}, 3);
  const { sql, creator } = own.account;
  await Promise.all([own.account.syncAll(), other.account.syncAll()]);
  const medium = await own.medium({ bytes: 3_000 });
  await own.due({ kind: "video", title: "Exported", media_ids: [medium.id] });
  await sql.begin(async (transaction) => {
    await transaction`select set_config('request.jwt.claims', ${JSON.stringify({ sub: creator.id })}, true)`;
    await transaction`select set_ai_key('openai', 'sk-of-export-my-data')`;
  });

  const lines = await exported(creator);
  const rows = (table: string) => lines.filter((line) => line.table === table).map(({ row }) => row ?? {});
  assert.deepEqual(rows("public.users").map(({ email }) => email), [creator.email]);
  const items = rows("public.content_item");
  assert.deepEqual(
    items.map(({ platform_content_id }) => platform_content_id).sort(),
    (await own.account.library()).map(({ id }) => id).sort(),
  );
  assert.equal(rows("publishing.post")[0]?.title, "Exported");
  assert.equal(rows("public.social_account").length, 1);

  const file = lines.find(({ type }) => type === "file");
  const fetched = await fetch(String(file?.url));
  assert.equal((await fetched.arrayBuffer()).byteLength, 3_000, "the file can be downloaded");

  const text = JSON.stringify(lines);
  for (const strange of [other.account.creator.id, other.account.creator.email, other.account.account_id]) {
    assert.ok(!text.includes(strange), `contains another user's data: ${strange}`);
  }
  const { tokens } = await own.account.state();
  const names = await sql<{ name: string }[]>`select name from vault.secrets where name is not null`;
  const secrets = [
    "sk-of-export-my-data",
    tokens.access_token,
    tokens.refresh_token,
    ...names.map(({ name }) => name),
  ];
  for (const secret of secrets) assert.ok(!text.includes(secret), `contains a secret: ${secret}`);

  const end = lines.at(-1);
  const counted = lines.filter(({ type }) => type === "row").length;
  const [proof] = await sql`
    select rows::integer, sha256, (select details ->> 'sha256' from public.audit_log where user_id = ${creator.id} and action = 'data.exported') as logged
    from ops.data_export where user_id = ${creator.id}`;
  assert.equal(end?.rows, counted);
  assert.deepEqual({ ...proof }, { rows: counted, sha256: end?.sha256, logged: end?.sha256 });
  const left_out = lines[0]?.left_out as { table: string; reason: string }[];
  assert.ok(left_out.some(({ table }) => table === "ops.oauth_state"));
});

Deno.test("an export in small parts, interrupted and resumed, contains each row once, also when rows are added in the meantime", async () => {
  const sql = await testDatabase({ max: 1 });
  try {
    const creator = await createCreator();
    const add = (from: number, to: number) =>
      sql`insert into public.notification (user_id, title, message)
        select ${creator.id}, 'n' || n, repeat('x', 3000) from generate_series(${from}::integer, ${to}::integer) as n`;
    await add(1, 3_500);
    const first = await askForExport(creator, { max_parts: "1" });
    const lines = (await first.text()).trim().split("\n").map((line) => JSON.parse(line));
    const cursor = lines.at(-1).cursor;
    assert.equal(lines.at(-1).type, "continue");

    // This response is discarded; its part is requested again below.
    await (await askForExport(creator, { cursor, max_parts: "1" })).body?.cancel();
    await add(4_001, 4_010);
    const rest: typeof lines = [];
    for (let from = cursor; from;) {
      const answer = (await (await askForExport(creator, { cursor: from, max_parts: "2" })).text()).trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      rest.push(...answer);
      from = answer.at(-1).type === "continue" ? answer.at(-1).cursor : null;
    }
    const titles = [...lines, ...rest].filter(({ table }) => table === "public.notification").map(({ row }) =>
      row.title
    );
    assert.equal(new Set(titles).size, titles.length, "no row twice");
    const there = new Set(titles);
    for (let n = 1; n <= 3_500; n++) assert.ok(there.has(`n${n}`), `n${n} is missing`);

    const stranger = await createCreator();
    const refused = await askForExport(stranger, { cursor });
    assert.equal(refused.status, 404, await refused.text());
    const nonsense = await askForExport(creator, { cursor: `${crypto.randomUUID()}.7` });
    assert.equal(nonsense.status, 404, await nonsense.text());
    const ahead = await askForExport(creator, { cursor: cursor.replace(/\.\d+$/, ".900") });
    assert.equal(ahead.status, 404, await ahead.text());
  } finally {
    await sql.end();
  }
});

/** Tests what only X has: articles, its own list of hashtags, old language codes, and windows of 24 hours. */
import assert from "node:assert/strict";
import { simulator } from "../../../../scripts/test/stack.ts";
import { ConnectedAccount } from "../support/connected_account.ts";

Deno.test("X: an article is stored with its own title, text, cover and language", async () => {
  await using own = await ConnectedAccount.create("twitter", { items: 0 });
  const text = "Another week\n\nWhat the harbour looked like in the fog. #Hafen#glued #Nebel";
  const path = `twitter/accounts/${own.account_id}/items`;
  await simulator(path, { text, language: "he", extra: { as: "article" } });
  await simulator(path, { text: "אור #Nebel#glued #Hafen", language: "he" });
  await own.syncAll();
  await own.assertSameLibrary();
  const rows = await own.sql`
    select title, description, hashtags, language, content_type, thumbnail_url from public.content_item
    where social_account_id = ${own.social_account_id} order by published_at desc`;
  assert.deepEqual(rows.map(({ thumbnail_url: _, ...row }) => row), [
    {
      title: "אור #Nebel#glued #Hafen",
      description: "אור #Nebel#glued #Hafen",
      hashtags: ["hafen"],
      language: "he",
      content_type: "post",
    },
    { title: "Another week", description: text, hashtags: ["nebel"], language: "he", content_type: "post" },
  ]);
  assert.match(rows[1]?.thumbnail_url, /pbs\.twimg\.com/);
});

Deno.test("X: a post that could not be read stays, a deleted one is removed, and the run ends", async () => {
  await using own = await ConnectedAccount.create("twitter", { items: 12 });
  await own.syncAll();
  const [gone, unread] = (await own.truth()).map(({ id }) => String(id));
  for (const id of [gone, unread]) await own.row.simulator.remove(own.account_id, String(id));
  await own.arm("2/tweets\\?", { entries: { [String(unread)]: "internal-error" } }, { times: 9 });
  const steps = await own.syncAll();
  assert.equal(steps.at(-1)?.removed_items, 1);
  const here = (await own.library()).map(({ id }) => id);
  assert.deepEqual([here.includes(String(gone)), here.includes(String(unread))], [false, true]);
  await own.disarm();
  await own.syncAll();
  await own.assertSameLibrary();
});

Deno.test("X: an account whose daily limit is used up waits; other accounts do not", async () => {
  await using own = await ConnectedAccount.create("twitter", { items: 12 });
  await using other = await ConnectedAccount.create("twitter", { items: 1 });
  const limit = (limit: number | null) =>
    simulator("twitter/quota", { account_id: own.account_id, bucket: "user/24h", limit }, "PUT");
  // Connecting has already used this one call.
  await limit(1);
  const used = await own.syncsUsed();
  const { body, headers } = await own.syncOnce();
  assert.equal(body.code, "provider_quota_exceeded", JSON.stringify(body));
  const seconds = Number(headers.get("retry-after"));
  assert.ok(seconds > 86_300 && seconds <= 86_401, `expected about a day, got ${seconds} s`);
  assert.equal(await own.syncsUsed(), used, "the unit is returned");
  const { last_id } = await own.requests();
  assert.equal((await own.syncOnce()).body.code, "provider_quota_exceeded");
  assert.equal(await own.calls("", last_id), 0, "no call is made before that");
  await other.syncAll();
  await own.awaitQuota();
  await limit(null);
  await own.syncAll();
  await own.assertSameLibrary();
});

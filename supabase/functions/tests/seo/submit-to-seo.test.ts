/** Tests submissions from the creator's request to the engine, on the running stack: jobs, quotas, states, proofs. */
import assert from "node:assert/strict";
import { callFunction } from "../../../../scripts/test/stack.ts";
import { ENGINES } from "../../_shared/seo/engine.ts";
import { eventually } from "../support/eventually.ts";
import { connectionContext } from "../support/connection_context.ts";
import { NOTHING, submitSite } from "../../_shared/seo/submit.ts";
import { SeoCreator } from "../support/seo_creator.ts";

interface Answered {
  submission_id: string;
  status: string;
  submissions: {
    content_item_id: string;
    search_engine: string;
    submission_id: string;
    status: string;
    is_new: boolean;
  }[];
  beyond_quota: number;
  not_public: string[];
  code?: string;
}

/** Runs jobs until every submission of the creator has left `pending`, or has an error code. */
async function settled(seo: SeoCreator) {
  return await eventually(async () => {
    await callFunction("job-processor", { as: "secret", body: {} });
    const submissions = await seo.submissions();
    return submissions.every(({ status, error_code }) => status !== "pending" || error_code !== null) &&
      submissions;
  }, "the submissions are settled");
}

Deno.test("an item is submitted once to every connected engine, for one unit each", async () => {
  await using seo = await SeoCreator.create({ engines: ENGINES });
  const first = await seo.submit<Answered>({ content_item_id: seo.item });
  assert.equal(first.status, 200, JSON.stringify(first.body));
  assert.deepEqual(first.body.submissions.map(({ search_engine, is_new }) => [search_engine, is_new]), [
    ["bing", true],
    ["google", true],
    ["indexnow", true],
    ["yandex", true],
  ]);
  const submissions = await settled(seo);
  assert.deepEqual(submissions.map(({ engine, status }) => [engine, status]), [
    ["google", "submitted"],
    ["bing", "submitted"],
    ["yandex", "submitted"],
    ["indexnow", "submitted"],
  ]);
  for (const engine of ENGINES) {
    const { site_url } = seo.site(engine);
    const url = engine === "google" ? `${site_url}/sitemap.xml` : `${site_url}/v/${seo.item}`;
    assert.deepEqual(await seo.told(engine), [url]);
  }
  assert.equal(await seo.used(), 4);
  assert.deepEqual(submissions[3]?.history.map(({ status }) => status), ["pending", "submitted"]);

  // A repeated call returns the same submissions, at no cost.
  const again = await seo.submit<Answered>({ content_item_id: seo.item });
  assert.ok(again.body.submissions.every(({ is_new, status }) => !is_new && status === "submitted"));
  assert.equal(again.body.submissions[0]?.submission_id, first.body.submissions[0]?.submission_id);
  assert.equal(await seo.used(), 4);
});

Deno.test("a creator without a site uses the operator's site, and the free plan submits nothing", async () => {
  await using seo = await SeoCreator.create({ items: 1 });
  const { status, body } = await seo.submit<Answered>({
    content_item_id: seo.item,
    search_engine: "indexnow",
  });
  assert.equal(status, 200, JSON.stringify(body));
  const [submission] = await settled(seo);
  assert.equal(submission?.submitted_url, `https://streamvibe.example/v/${seo.item}`);
  assert.equal(submission?.status, "submitted", JSON.stringify(submission));

  await using free = await SeoCreator.create({ plan: "free" });
  const refused = await free.submit<Answered>({ content_item_id: free.item, search_engine: "google" });
  assert.equal(refused.status, 402);
  assert.equal(refused.body.code, "quota_exceeded");
  assert.equal((await free.submissions()).length, 0);
});

Deno.test("the newest items are submitted as far as the plan allows, and units of refused ones are returned", async () => {
  await using seo = await SeoCreator.create({ items: 5, plan: "basic", engines: ["yandex"] });
  await seo.sql`update public.subscription set seo_submissions_used = 47 where user_id = ${seo.who.id}`;
  await seo.fault("yandex", "POST .*recrawl/queue", { reason: "INVALID_URL" });
  const { body } = await seo.submit<Answered>({ all_changed: true, search_engine: "yandex" });
  assert.equal(body.beyond_quota, 2);
  assert.deepEqual(
    new Set(body.submissions.map(({ content_item_id }) => content_item_id)),
    new Set(seo.who.ids.slice(0, 3)),
  );
  const submissions = await settled(seo);
  assert.deepEqual(submissions.map(({ status }) => status).sort(), ["rejected", "submitted", "submitted"]);
  const refused = submissions.find(({ status }) => status === "rejected");
  assert.equal(refused?.error_code, "invalid_url");
  assert.ok(refused?.error_message);
  assert.equal(await seo.used(), 49);
});

Deno.test("when an engine refuses the key, the site is paused, its owner is notified once, and it is retried the next day", async () => {
  await using seo = await SeoCreator.create({ items: 2, engines: ["bing"] });
  const context = await connectionContext();
  const { connection_id } = seo.site("bing");
  await seo.fault("bing", "POST .*SubmitUrlBatch", { reason: "NotAuthorized" }, 2);
  await seo.submit({ content_item_ids: seo.who.ids, search_engine: "bing" });
  for (const { status, error_code, error_message } of await settled(seo)) {
    assert.deepEqual([status, error_code], ["pending", "not_permitted"]);
    assert.ok(error_message);
  }
  const told = () =>
    seo.sql<
      { code: string }[]
    >`select data ->> 'code' as code from public.notification where user_id = ${seo.who.id}`;
  assert.deepEqual((await told()).map(({ code }) => code), ["not_permitted"]);
  // The proof remains valid, and the pause remains too.
  const later = (hours: number) => ({ ...context, now: () => new Date(Date.now() + hours * 3_600_000) });
  assert.deepEqual(await submitSite(later(23), connection_id, later(24).now()), NOTHING);
  await submitSite(later(25), connection_id, later(26).now());
  assert.equal((await told()).length, 1);
  const run = await submitSite(later(50), connection_id, later(51).now());
  assert.deepEqual([run.submitted, run.waiting], [2, 0]);
  assert.deepEqual((await seo.submissions()).map(({ status }) => status), ["submitted", "submitted"]);
});

Deno.test("a request that cannot be fulfilled is refused with the reason", async () => {
  await using seo = await SeoCreator.create({ items: 2, engines: ["indexnow"] });
  const cases: [Record<string, unknown>, number, string][] = [
    [{}, 422, "validation_failed"],
    [{ content_item_id: seo.item, all_changed: true }, 422, "validation_failed"],
    [{ content_item_id: seo.item, search_engine: "altavista" }, 422, "validation_failed"],
    [{ content_item_id: crypto.randomUUID() }, 404, "not_found"],
  ];
  for (const [wish, status, code] of cases) {
    const answer = await seo.submit<Answered>(wish);
    assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(wish));
  }
  await using other = await SeoCreator.create();
  assert.equal((await other.submit({ content_item_id: seo.item })).status, 404);
  await seo.sql`update public.content_item set visibility = 'unlisted' where id = ${seo.item}`;
  const hidden = await seo.submit<Answered>({ content_item_id: seo.item });
  assert.deepEqual([hidden.status, hidden.body.code], [409, "content_not_public"]);
  const some = await seo.submit<Answered>({ content_item_ids: seo.who.ids, search_engine: "indexnow" });
  assert.deepEqual(some.body.not_public, [seo.item]);
  assert.equal(some.body.submissions.length, 1);

  const { error } = await seo.who.creator.client.rpc("set_seo_mode", { p_mode: "disabled" });
  assert.equal(error, null);
  assert.equal((await seo.submit<Answered>({ content_item_id: seo.who.ids[1] })).body.code, "forbidden");
});

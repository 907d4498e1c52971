/** Tests suggestions end to end: the function, the adapters and the simulated providers, with the usage and cost of each analysis. */
import assert from "node:assert/strict";
import { createCreator, functionLog, simulator } from "../../../../scripts/test/stack.ts";
import { PROVIDERS } from "../../_shared/ai/provider.ts";
import { AiCreator } from "../support/ai_creator.ts";

for (const provider of PROVIDERS) {
  Deno.test(`${provider} suggests texts for an item, and each token is in the ledger`, async () => {
    await using ai = await AiCreator.create({ provider });
    const { status, body } = await ai.generate();
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.provider, provider);
    assert.ok(body.suggested_titles.length >= 3 && body.suggested_titles.length <= 5);
    assert.match(body.suggested_titles[0] ?? "", /castle/i);
    assert.ok(!body.suggested_tags.includes("castle"), "existing tags are not suggested again");
    assert.equal(body.suggested_category, "gaming");
    assert.equal(body.seo_score, body.seo_parts.reduce((sum, { points }) => sum + points, 0));
    assert.equal(await ai.used(), 1);

    const rows = await ai.ledger();
    assert.equal(rows.length, 1);
    assert.ok((rows[0]?.prompt_tokens ?? 0) > 100);
    assert.equal(rows[0]?.outcome, "valid");
    assert.equal(rows[0]?.is_own_key, true);
    assert.equal(Number(rows[0]?.cost_cents), body.cost_cents);
    assert.equal(body.cost_cents === 0, provider === "local");
    const [exact] = await ai.sql<{ same: boolean }[]>`
      select bool_and(cost_cents = (prompt_tokens * price.input + completion_tokens * price.output) * 0.000001) as same
      from public.ai_usage as usage, ops.ai_price_at(usage.model_id, usage.created_at, 0) as price where user_id = ${ai.creator.id}`;
    assert.equal(exact?.same, true);
  });

  Deno.test(`${provider}: an invalid response is repaired and never stored, whatever is wrong with it`, async () => {
    await using ai = await AiCreator.create({ provider });
    const mended = [
      "prose",
      "truncated",
      "truncated_whole",
      "empty",
      "overlong",
      "few_titles",
      "wrong_enum",
      "extra_member",
      "foreign_link",
      "foreign_handle",
      "leak",
      "markup",
      "wrong_language",
    ];
    for (const reason of mended) {
      await ai.fault(provider, { reason });
      const { status, body } = await ai.generate({ fresh: true });
      assert.equal(status, 200, `${reason}: ${JSON.stringify(body)}`);
      assert.equal(body.was_repaired, true, reason);
      assert.doesNotMatch(JSON.stringify(body), /evil|<script|writing assistant|Первое/, reason);
    }
    for (const reason of ["fenced", "thinking", "cached"]) {
      await ai.fault(provider, { reason });
      const { status, body } = await ai.generate({ fresh: true });
      assert.equal(status, 200, `${reason}: ${JSON.stringify(body)}`);
      assert.equal(body.was_repaired, false, reason);
    }
    const rows = await ai.ledger();
    assert.equal(rows.length, 2 * mended.length + 3, "failed attempts are in the ledger too");
    assert.ok(rows.every(({ prompt_tokens }) => prompt_tokens > 0));
    assert.equal(await ai.used(), mended.length + 3, "an analysis costs one unit, repaired or not");
  });

  Deno.test(`${provider}: a provider failure becomes a problem response, and the plan's unit is returned`, async () => {
    await using ai = await AiCreator.create({ provider });
    const cases: [fault: Record<string, unknown>, code: string][] = [
      [{ reason: "invalid_key" }, "provider_error"],
      [{ reason: "out_of_credit" }, provider === "google" ? "provider_unavailable" : "provider_error"],
      [{ reason: "rate_limited" }, "provider_unavailable"],
      [{ reason: "overloaded" }, "provider_unavailable"],
      [{ reason: "context_too_long" }, "provider_error"],
      [{ reason: "model_unknown" }, "provider_error"],
      [{ status: 500 }, "provider_unavailable"],
      [{ cut: "body" }, "provider_unavailable"],
      [{ malformed: true }, "provider_unavailable"],
    ];
    for (const [fault, code] of cases) {
      await ai.fault(provider, fault, 2);
      const { body, headers } = await ai.generate();
      assert.equal(body.code, code, `${JSON.stringify(fault)}: ${JSON.stringify(body)}`);
      if (fault.reason === "rate_limited") {
        const seconds = { openai: "2", anthropic: "3", google: "34", local: "30" }[provider];
        assert.equal(
          headers.get("retry-after"),
          seconds,
          "the provider's own wait time, whichever way it states it",
        );
      }
      assert.equal(await ai.used(), 0, JSON.stringify(fault));
      await clear(ai);
    }
    const refused = provider === "local" ? "prose" : "refusal";
    await ai.fault(provider, { reason: refused }, 2);
    const { body } = await ai.generate();
    assert.equal(body.code, "provider_error");
    assert.equal(await ai.used(), 0);
    const [kept] = await ai.sql<
      { count: number }[]
    >`select count(*)::int as count from public.ai_suggestion where user_id = ${ai.creator.id}`;
    assert.equal(kept?.count, 0);
    const [open] = await ai.sql<
      { count: number }[]
    >`select count(*)::int as count from ops.ai_reservation where user_id = ${ai.creator.id} and settled_at is null`;
    assert.equal(open?.count, 0, "every reservation is settled");
  });
}

/** Deletes the faults that a case did not use up. */
async function clear(ai: AiCreator): Promise<void> {
  await simulator(`faults?account=${encodeURIComponent(ai.key)}`, undefined, "DELETE");
}

Deno.test("when the first provider fails, the next one that the creator allows is used", async () => {
  await using ai = await AiCreator.create({ provider: "openai", fallback: ["anthropic", "google"] });
  await ai.fault("openai", { reason: "overloaded" });
  await ai.fault("anthropic", { reason: "refusal" });
  const { status, body } = await ai.generate();
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.provider, "google");
  assert.deepEqual((await ai.ledger()).map(({ outcome }) => outcome), ["overloaded", "refused", "valid"]);
  assert.equal(await ai.used(), 1);

  const again = await ai.generate();
  assert.equal(again.body.is_cached, true, "a repeated request is served from the stored suggestion");
  assert.equal(again.body.cost_cents, 0);
  assert.equal(again.body.suggestion_id, body.suggestion_id);
  assert.equal(await ai.calls(), 3);
  await ai.creator.client.from("content_item").update({ title: "Another castle" }).eq("id", ai.item);
  assert.equal((await ai.generate()).body.is_cached, false, "an edited item is analysed again");
});

Deno.test("a model that its provider has retired is replaced by its successor", async () => {
  await using ai = await AiCreator.create({ provider: "anthropic" });
  const { status, body } = await ai.generate({ model: "claude-3-5-sonnet-20241022" });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.model, "claude-sonnet-5-5");
  assert.equal((await ai.generate({ model: "gpt-0" })).body.code, "bad_request");
  assert.equal((await ai.generate({ provider: "nobody" })).body.code, "bad_request");
});

Deno.test("with one analysis left, only one of a hundred concurrent requests reaches a provider", async () => {
  await using ai = await AiCreator.create();
  await ai.sql`update public.subscription set ai_analyses_used = 24 where user_id = ${ai.creator.id}`;
  const answers = await Promise.all(Array.from({ length: 100 }, () => ai.generate({ fresh: true })));
  const statuses = Map.groupBy(answers, ({ status }) => status);
  assert.equal(statuses.get(200)?.length, 1, JSON.stringify([...statuses.keys()]));
  assert.equal((statuses.get(402)?.length ?? 0) + (statuses.get(429)?.length ?? 0), 99);
  assert.equal(await ai.calls(), 1);
  assert.equal(await ai.used(), 25);
});

Deno.test("only the owner of an item can request and read its suggestions", async () => {
  await using ai = await AiCreator.create();
  const other = await createCreator();
  const { status } = await other.call("ai-generate-tags", { content_item_id: ai.item });
  assert.equal(status, 404);
  const { body } = await ai.generate();
  const seen = await other.client.from("ai_suggestion").select("id").eq("id", body.suggestion_id);
  assert.deepEqual(seen.data, []);
});

Deno.test("a suggestion is previewed, applied field by field, and undone except for fields edited since", async () => {
  await using ai = await AiCreator.create();
  const { body: made } = await ai.generate();
  const apply = (body: Record<string, unknown>) => ai.creator.call("apply-ai-suggestion", body);
  const before = await ai.creator.client.from("content_item").select("title, tags").eq("id", ai.item)
    .single();

  const preview = await apply({
    suggestion_id: made.suggestion_id,
    fields: ["title", "tags"],
    preview: true,
  });
  assert.equal(preview.status, 200, JSON.stringify(preview.body));
  assert.equal(preview.body.application_id, null);
  assert.deepEqual((preview.body.changes as { field: string }[]).map(({ field }) => field), [
    "title",
    "tags",
  ]);
  assert.deepEqual(
    (await ai.creator.client.from("content_item").select("title, tags").eq("id", ai.item).single()).data,
    before.data,
  );

  const applied = await apply({
    suggestion_id: made.suggestion_id,
    fields: ["title", "tags", "description"],
    title: 1,
  });
  const item = applied.body.content_item as { title: string; tags: string[] };
  assert.equal(item.title, made.suggested_titles[1]);
  assert.equal(item.tags[0], "castle", "existing tags stay first");
  const revisions = await ai.creator.client.from("content_revision").select("source, title").eq(
    "content_item_id",
    ai.item,
  );
  assert.deepEqual(revisions.data, [{ source: "creator", title: before.data?.title }]);

  await ai.creator.client.from("content_item").update({ description: "My own words" }).eq("id", ai.item);
  const undone = await apply({ undo: applied.body.application_id });
  assert.deepEqual(undone.body, { undone_fields: ["title", "tags"], kept_fields: ["description"] });
  const after = await ai.creator.client.from("content_item").select("title, tags, description").eq(
    "id",
    ai.item,
  ).single();
  assert.deepEqual(after.data, { ...before.data, description: "My own words" });
  assert.equal((await apply({ undo: applied.body.application_id })).status, 404, "once");

  const costs = await ai.creator.call("get-ai-costs");
  assert.equal(costs.status, 200, JSON.stringify(costs.body));
  assert.equal((costs.body.rows as unknown[]).length, 1);
  assert.deepEqual((costs.body.acceptance as { dropped: number }[]).map(({ dropped }) => dropped), [1]);
  assert.equal(
    costs.body.total_cents,
    0,
    "costs paid with the creator's own key are not counted as the installation's",
  );
  assert.equal(costs.body.own_key_cents, made.cost_cents);
});

Deno.test("a creator's own key is used, cannot be read back, and is deleted with its owner", async () => {
  await using ai = await AiCreator.create();
  await ai.generate();
  assert.equal(await ai.calls(), 1, "the simulator saw the creator's key");
  const setting = await ai.creator.client.from("user_ai_setting").select("*").single();
  assert.ok(!JSON.stringify(setting.data).includes(ai.key));
  assert.ok(!(await functionLog()).includes(ai.key), "the key is in no log");
  await ai.setKey("openai", `sk-revoked-${crypto.randomUUID()}`);
  assert.equal((await ai.generate({ fresh: true })).body.code, "provider_error");
  await ai.sql`delete from auth.users where id = ${ai.creator.id}`;
  const [left] = await ai.sql<
    { count: number }[]
  >`select count(*)::int as count from vault.secrets where name like ${`%${ai.creator.id}`}`;
  assert.equal(left?.count, 0);
});

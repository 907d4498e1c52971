/** Tests the cost of calls that reported no usage, the installation's budget, and the acceptance of suggestions. */
import assert from "node:assert/strict";
import { fetchUnpooled } from "../../../../scripts/test/stack.ts";
import { analyse } from "../../_shared/ai/generate.ts";
import { ApiError } from "../../_shared/errors.ts";
import { AiCreator } from "../support/ai_creator.ts";
import { connectionContext } from "../support/connection_context.ts";

interface Costs extends Record<string, unknown> {
  rows: { model: string; cost_cents: number; estimated_cents: number; prompt_tokens: number }[];
  own_key_cents: number;
  acceptance: { model: string; suggestions: number; kept: number; edited: number; dropped: number }[];
}

const costsOf = async (ai: AiCreator) => (await ai.creator.call<Costs>("get-ai-costs")).body;

Deno.test("an interrupted or late call is recorded at its maximum cost, marked as estimated, and counts against the budget", async () => {
  await using ai = await AiCreator.create({ provider: "anthropic" });
  await ai.fault("anthropic", { cut: "body" });
  assert.equal((await ai.generate()).body.code, "provider_unavailable");
  await ai.fault("anthropic", { delay_ms: 60_000 });
  const late = await analyse({ ...await connectionContext({ AI_TIMEOUT_MS: "500" }), fetch: fetchUnpooled }, {
    user_id: ai.creator.id,
    content_item_id: ai.item,
  }).catch((error: unknown) => error);
  assert.ok(late instanceof ApiError && late.code === "provider_unavailable");
  await ai.fault("anthropic", { reason: "overloaded" });
  assert.equal((await ai.generate()).body.code, "provider_unavailable");

  const rows = await ai.sql<
    {
      outcome: string;
      is_estimated: boolean;
      completion_tokens: number;
      is_reserved: boolean;
      cost: number;
    }[]
  >`
    select outcome, is_estimated, completion_tokens, cost_cents::float8 as cost,
      -- Reserved at the price of writing to the cache, the dearest that a token of the prompt can be.
      cost_cents <= reserved_cents and cost_cents > reserved_cents / 2 as is_reserved
    from public.ai_usage as usage join ops.ai_reservation as reservation on reservation.usage_id = usage.id
    where usage.user_id = ${ai.creator.id} order by usage.id`;
  assert.deepEqual(rows.map(({ cost: _, ...row }) => row), [
    { outcome: "unreachable", is_estimated: true, completion_tokens: 2_048, is_reserved: true },
    { outcome: "unreachable", is_estimated: true, completion_tokens: 2_048, is_reserved: true },
    { outcome: "overloaded", is_estimated: false, completion_tokens: 0, is_reserved: false },
  ]);
  assert.equal(await ai.used(), 0, "failed calls use no units of the plan");
  const spent = rows.reduce((sum, { cost }) => sum + cost, 0);
  const { rows: [day], own_key_cents } = await costsOf(ai);
  assert.deepEqual([day?.cost_cents, day?.estimated_cents, own_key_cents], [spent, spent, spent]);

  await ai.sql`update public.user_ai_setting set monthly_budget_cents = ${
    spent + 0.01
  } where user_id = ${ai.creator.id}`;
  const refused = await ai.generate();
  assert.equal(refused.body.code, "ai_budget_exceeded", JSON.stringify(refused.body));
  assert.equal(refused.body.budget, "creator");
});

Deno.test("the installation's budget stops calls with its own key, shows creators no figures, and does not affect creators' keys", async () => {
  await using ai = await AiCreator.create();
  const context = await connectionContext({ AI_MONTHLY_BUDGET_CENTS: "0.00001" });
  const request = { user_id: ai.creator.id, content_item_id: ai.item };
  const before = await ai.sql<
    { warned_percent: number }[]
  >`select warned_percent from ops.ai_month where user_id is null`;
  assert.ok(
    (await analyse(context, request)).suggestion_id,
    "the creator's own key is not limited by the installation's budget",
  );
  await ai.setKey("openai", null);
  const refused = await analyse(context, { ...request, fresh: true }).catch((error: unknown) => error);
  assert.ok(refused instanceof ApiError && refused.code === "ai_budget_exceeded", Deno.inspect(refused));
  assert.deepEqual(refused.extras, { budget: "installation" });
  assert.equal(await ai.used(), 1, "a refused call uses no unit of the plan");
  await ai.sql`update ops.ai_month set warned_percent = ${
    before[0]?.warned_percent ?? 0
  } where user_id is null`;
});

Deno.test("a field that the creator changes after applying it counts as edited, per model; syncs, other suggestions and undo do not", async () => {
  await using ai = await AiCreator.create();
  const model = (await ai.generate()).body.model;
  const feedback = async (id: unknown) =>
    (await ai.creator.client.from("ai_suggestion").select("feedback").eq("id", id).single()).data?.feedback;
  const apply = async (fields: string[]) => {
    const { body } = await ai.generate({ fresh: true });
    const applied = await ai.creator.call("apply-ai-suggestion", {
      suggestion_id: body.suggestion_id,
      fields,
    });
    assert.equal(applied.status, 200, JSON.stringify(applied.body));
    return { id: body.suggestion_id, application: applied.body.application_id };
  };
  const edit = (change: Record<string, unknown>) =>
    ai.creator.client.from("content_item").update(change).eq("id", ai.item).throwOnError();

  const first = await apply(["description"]);
  await edit({ title: "A title that no suggestion was about" });
  assert.equal(await feedback(first.id), "kept", "editing another field does not count");
  const second = await apply(["title", "tags"]);
  assert.deepEqual([await feedback(first.id), await feedback(second.id)], ["kept", "kept"]);
  await ai.sql`update public.content_item set title = 'As the platform has it' where id = ${ai.item}`;
  assert.equal(await feedback(second.id), "kept", "a change by a sync is not an edit by the creator");
  await edit({ tags: ["only", "mine"] });
  assert.equal(await feedback(second.id), "edited");
  await edit({ description: "In my own words" });
  assert.equal(await feedback(first.id), "edited");
  const third = await apply(["title"]);
  const fourth = await apply(["title"]);
  assert.equal(
    await feedback(third.id),
    "kept",
    "a field replaced by another suggestion does not count as edited",
  );
  await ai.creator.call("apply-ai-suggestion", { undo: fourth.application });
  assert.equal(await feedback(fourth.id), "dropped");
  const [acceptance] = (await costsOf(ai)).acceptance;
  assert.deepEqual(acceptance, { model, suggestions: 5, kept: 1, edited: 2, dropped: 1 });
});

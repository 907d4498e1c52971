/** Tests suggestions for many items by a job: progress, partial results, and what ends the whole job. */
import assert from "node:assert/strict";
import { callFunction } from "../../../../scripts/test/stack.ts";
import { AiCreator } from "../support/ai_creator.ts";
import { eventually } from "../support/eventually.ts";

interface Status {
  status: string;
  result: { suggested: number; failed: number; items: { content_item_id: string; error?: string }[] } | null;
}

/** Creates the job and waits until it has ended. */
async function runJob(ai: AiCreator, content_item_ids: string[]): Promise<Status> {
  const { data, error } = await ai.creator.client.rpc("create_job", {
    p_user_id: ai.creator.id,
    p_job_type: "ai_generate_tags",
    p_params: { content_item_ids },
  });
  assert.equal(error, null);
  return await eventually(async () => {
    await callFunction("job-processor", { as: "secret", body: {} });
    const { body } = await ai.creator.call<Status & Record<string, unknown>>("job-status", undefined, {
      query: { job_id: String(data) },
    });
    return ["completed", "failed"].includes(body.status) && body;
  }, "the job ends");
}

Deno.test("a job suggests texts for many items, reports the error of each failed one, and makes no calls once the plan is used up", async () => {
  await using ai = await AiCreator.create({ items: ["First castle", "Second castle", "Third castle"] });
  await ai.sql`update public.subscription set ai_analyses_used = 23 where user_id = ${ai.creator.id}`;
  const missing = crypto.randomUUID();
  const { status, result } = await runJob(ai, [
    ai.items[0] ?? "",
    missing,
    ai.items[1] ?? "",
    ai.items[2] ?? "",
  ]);
  assert.equal(status, "completed");
  assert.equal(result?.suggested, 2);
  assert.deepEqual(result?.items.map(({ error }) => error), [
    undefined,
    "not_found",
    undefined,
    "quota_exceeded",
  ]);
  assert.equal(await ai.used(), 25);
  assert.equal(await ai.calls(), 2);
});

/** Makes suggestions for up to 200 items, one after the other. The checkpoint advances with every item; a failed item is reported in the result. */
import * as z from "zod";
import { ApiError, toApiError } from "../errors.ts";
import type { Handler } from "../jobs/job.ts";
import { analyse } from "./generate.ts";

const Params = z.object({
  content_item_ids: z.array(z.uuid()).min(1).max(200),
  provider: z.string().max(40).optional(),
  model: z.string().max(100).optional(),
});
const Done = z.object({
  content_item_id: z.string(),
  suggestion_id: z.string().optional(),
  error: z.string().optional(),
});
const Checkpoint = z.object({ done: z.array(Done).default([]) });

/** Error codes that end the whole job, because every later item would fail in the same way. */
const FINAL = ["quota_exceeded", "ai_budget_exceeded"];

/** The handler `ai_generate_tags`. A repeated run reuses the suggestions of an earlier one: the same item with the same texts is free. */
export const generateTagsJob: Handler = async ({ job, context, deadline, progress }) => {
  const params = Params.safeParse(job.params);
  if (!params.success || !job.user_id) {
    throw new ApiError(
      "validation_failed",
      "Cannot make suggestions: params need content_item_ids, a list of 1 to 200 ids of items",
    );
  }
  const { content_item_ids, provider, model } = params.data;
  const ids = [...new Set(content_item_ids)];
  const { done } = Checkpoint.parse(job.checkpoint ?? {});
  let stop: string | undefined;
  for (const content_item_id of ids.slice(done.length)) {
    if (stop !== undefined) {
      done.push({ content_item_id, error: stop });
      continue;
    }
    if (context.now() >= deadline) return { again: { checkpoint: { done } } };
    context.signal.throwIfAborted();
    try {
      const { suggestion_id } = await analyse(context, {
        user_id: job.user_id,
        content_item_id,
        provider,
        model,
      });
      done.push({ content_item_id, suggestion_id });
    } catch (error) {
      context.signal.throwIfAborted();
      const { code, message } = toApiError(error);
      if (code === "internal" || code === "unavailable") throw error;
      done.push({ content_item_id, error: code });
      if (FINAL.includes(code)) stop = code;
      if (done.length === 1 && stop) throw new ApiError(code, message);
    }
    await progress({
      percent: Math.min(99, Math.floor((done.length / ids.length) * 100)),
      message: `Suggestions for ${done.length} of ${ids.length} items`,
      checkpoint: { done },
    });
  }
  const suggested = done.filter(({ suggestion_id }) => suggestion_id !== undefined).length;
  return { result: { suggested, failed: done.length - suggested, items: done } };
};

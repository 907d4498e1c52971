/**
 * POST /functions/v1/submit-to-seo: submits one item, several, or all that are new or changed since their last submission to search engines. Costs
 * one submission of the plan per URL and engine; an item that is already pending, or was sent a moment ago and has not changed, costs nothing.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { ENGINES } from "../_shared/seo/engine.ts";
import { begin } from "../_shared/seo/begin.ts";

const Status = z.enum(["pending", "submitted", "indexed", "rejected", "failed"]);

export default endpoint({
  name: "submit-to-seo",
  summary: "Submits items to search engines",
  method: "POST",
  auth: "user",
  rate: "user",
  idempotent: true,
  input: z.strictObject({
    content_item_id: z.uuid().optional(),
    content_item_ids: z.array(z.uuid()).min(1).max(200).optional(),
    /** All items that are new or changed since they were sent, newest first, as far as the plan allows. */
    all_changed: z.literal(true).optional(),
    /** Default: all engines that are set up. */
    search_engine: z.enum(ENGINES).optional(),
  }).refine(
    (input) =>
      [input.content_item_id, input.content_item_ids, input.all_changed].filter(Boolean).length === 1,
    "needs one of content_item_id, content_item_ids and all_changed",
  ),
  example: { content_item_id: "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11", search_engine: "google" },
  output: z.object({
    /** Of the first submission; null if there was nothing to send. */
    submission_id: z.uuid().nullable(),
    status: Status.nullable(),
    submissions: z.array(z.object({
      content_item_id: z.uuid(),
      search_engine: z.string(),
      submission_id: z.uuid(),
      status: Status,
      /** False: it was already pending, or was sent a moment ago. */
      is_new: z.boolean(),
      message: z.string().nullable(),
    })),
    /** Number of further submissions that exceed the plan. */
    beyond_quota: z.int(),
    /** Those of `content_item_ids` that visitors cannot see. */
    not_public: z.array(z.uuid()),
  }),
  errors: [
    "bad_request",
    "not_found",
    "forbidden",
    "quota_exceeded",
    "site_not_connected",
    "content_not_public",
  ],
  timeout_ms: 60_000,
  async handle(context) {
    const { content_item_id, content_item_ids, search_engine } = context.input;
    const begun = await begin(context, {
      user_id: context.user.id,
      content_item_ids: content_item_id ? [content_item_id] : content_item_ids,
      search_engines: search_engine ? [search_engine] : undefined,
      deadline: new Date(context.now().getTime() + 40_000),
    });
    const submissions = begun.submissions.map(({ connection_id: _, message, ...submission }) => ({
      ...submission,
      message: message ?? null,
    }));
    return {
      submission_id: submissions[0]?.submission_id ?? null,
      status: submissions[0]?.status ?? null,
      submissions,
      beyond_quota: begun.beyond_quota,
      not_public: begun.not_public,
    };
  },
});

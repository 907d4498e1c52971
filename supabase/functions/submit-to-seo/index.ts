/**
 * POST /functions/v1/submit-to-seo: tells search engines about one item, several, or all that are new or changed since they were told. Costs a
 * submission of the plan for each address and engine; what waits already, or was sent a moment ago and has not changed, costs nothing again.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { ENGINES } from "../_shared/seo/engine.ts";
import { begin } from "../_shared/seo/begin.ts";

const Status = z.enum(["pending", "submitted", "indexed", "rejected", "failed"]);

export default endpoint({
  name: "submit-to-seo",
  summary: "Tells search engines about items",
  method: "POST",
  auth: "user",
  rate: "user",
  idempotent: true,
  input: z.strictObject({
    content_item_id: z.uuid().optional(),
    content_item_ids: z.array(z.uuid()).min(1).max(200).optional(),
    /** All that are new or changed since they were sent, the newest first, as far as the plan goes. */
    all_changed: z.literal(true).optional(),
    /** All that are set up when it is left out. */
    search_engine: z.enum(ENGINES).optional(),
  }).refine(
    (input) =>
      [input.content_item_id, input.content_item_ids, input.all_changed].filter(Boolean).length === 1,
    "needs one of content_item_id, content_item_ids and all_changed",
  ),
  example: { content_item_id: "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11", search_engine: "google" },
  output: z.object({
    /** Of the first one; null when there was nothing to send. */
    submission_id: z.uuid().nullable(),
    status: Status.nullable(),
    submissions: z.array(z.object({
      content_item_id: z.uuid(),
      search_engine: z.string(),
      submission_id: z.uuid(),
      status: Status,
      /** False: it waited already, or was sent a moment ago. */
      is_new: z.boolean(),
      message: z.string().nullable(),
    })),
    /** How many more the plan has no units for. */
    beyond_quota: z.int(),
    /** Of content_item_ids, those that visitors cannot see. */
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

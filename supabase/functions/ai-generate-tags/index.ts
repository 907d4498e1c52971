/**
 * POST /functions/v1/ai-generate-tags: titles, descriptions, tags and more for one item of the caller's, by a model. Costs an analysis of the
 * plan and what the provider charges; the same item with the same texts again is free. For many items there is the job `ai_generate_tags`.
 */
import * as z from "zod";
import { analyse, Generated } from "../_shared/ai/generate.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "ai-generate-tags",
  summary: "Suggests texts and tags for an item",
  method: "POST",
  auth: "user",
  rate: "user",
  idempotent: true,
  input: z.strictObject({
    content_item_id: z.uuid(),
    /** Such as openai; the creator's setting otherwise. */
    provider: z.string().max(40).optional(),
    model: z.string().max(100).optional(),
    /** Asks again although there is a suggestion for the same. */
    fresh: z.boolean().optional(),
  }),
  example: { content_item_id: "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11", provider: "openai" },
  output: Generated,
  errors: [
    "not_found",
    "quota_exceeded",
    "ai_budget_exceeded",
    "provider_error",
    "provider_unavailable",
    "lease_lost",
  ],
  timeout_ms: 140_000,
  handle: (context) => analyse(context, { ...context.input, user_id: context.user.id }),
});

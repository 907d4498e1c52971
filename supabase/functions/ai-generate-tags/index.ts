/**
 * POST /functions/v1/ai-generate-tags: asks a model for titles, descriptions, tags and more for one of the caller's items. Costs one analysis of
 * the plan and what the provider charges; a repeated call with unchanged texts is free. For many items, use the job `ai_generate_tags`.
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
    /** For example openai. Default: the creator's setting. */
    provider: z.string().max(40).optional(),
    model: z.string().max(100).optional(),
    /** Calls a model even if a suggestion for the same input exists. */
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

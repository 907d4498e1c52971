/** GET /functions/v1/get-ai-costs: returns what the caller's suggestions cost by day and model, and how many were kept, edited or dropped. */
import * as z from "zod";
import { dataOf } from "../_shared/database/database.ts";
import { Instant } from "../_shared/http/paging.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

const Count = z.int();
const Costs = z.object({
  rows: z.array(z.object({
    day: z.string(),
    provider: z.string(),
    model: z.string(),
    is_own_key: z.boolean(),
    calls: Count,
    prompt_tokens: Count,
    cached_tokens: Count,
    completion_tokens: Count,
    /** US cents, not rounded; null when no price is known. */
    cost_cents: z.number().nullable(),
    /** The part of the cost that a provider may have charged for calls that it did not answer. */
    estimated_cents: z.number(),
    calls_of_unknown_cost: Count,
  })),
  total_cents: z.number(),
  /** What the creator pays the providers directly, for calls with their own keys. */
  own_key_cents: z.number(),
  budget_cents: z.number().nullable(),
  acceptance: z.array(
    z.object({ model: z.string(), suggestions: Count, kept: Count, edited: Count, dropped: Count }),
  ),
});

export default endpoint({
  name: "get-ai-costs",
  summary: "Returns what suggestions cost, by day and model",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({
    /** Default: 30 days ago. */
    since: Instant.optional(),
    until: Instant.optional(),
  }),
  example: { since: "2026-11-01T00:00:00Z" },
  output: Costs,
  async handle({ input, db }) {
    const client = await db();
    return Costs.parse(
      dataOf(await client.rpc("get_ai_costs", { p_since: input.since, p_until: input.until })),
    );
  },
});

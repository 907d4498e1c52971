/** GET /functions/v1/get-trending: lists the items that grow fastest today, this week or this month: of all, of a category or of a platform. */
import * as z from "zod";
import { Category, Item, PlatformName, PUBLIC_CACHE } from "../_shared/discovery/contract.ts";
import { Paging } from "../_shared/http/paging.ts";
import { endpoint, invalid } from "../_shared/http/endpoint.ts";

const Found = z.object({
  trending_items: z.array(Item),
  /** By item id; the top item of the list has 100. */
  trend_scores: z.record(z.string(), z.number()),
  updated_at: z.string().nullable(),
});

export default endpoint({
  name: "get-trending",
  summary: "Lists trending items",
  method: "GET",
  auth: "none",
  rate: "public_read",
  cache: PUBLIC_CACHE,
  input: z.strictObject({
    period: z.enum(["today", "week", "month"]).default("today"),
    category: Category.optional(),
    platform: PlatformName.optional(),
    limit: Paging.limit.default(100),
  }),
  example: { period: "today", limit: 10 },
  output: Found,
  async handle({ input, admin }) {
    if (input.category && input.platform) {
      invalid("/platform", "choose a category or a platform, not both");
    }
    return await admin.call("get_trending", {
      p_period: input.period,
      p_category: input.category,
      p_platform: input.platform,
      p_limit: input.limit,
    }, Found);
  },
});

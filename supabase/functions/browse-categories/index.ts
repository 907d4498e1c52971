/** GET /functions/v1/browse-categories: lists the fifteen categories in display order, each with its number of public items. */
import * as z from "zod";
import { PUBLIC_CACHE } from "../_shared/discovery/contract.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

const Listed = z.object({
  code: z.string(),
  display_name: z.string(),
  description: z.string(),
  sort_order: z.int(),
  /** Exact up to 10,000; an estimate above that. */
  item_count: z.int().min(0),
  item_count_is_estimate: z.boolean(),
});

export default endpoint({
  name: "browse-categories",
  summary: "Lists the categories",
  method: "GET",
  auth: "none",
  rate: "public_read",
  cache: PUBLIC_CACHE,
  input: z.strictObject({}),
  example: {},
  output: z.object({ categories: z.array(Listed), total_count: z.int().min(0) }),
  async handle({ admin }) {
    const categories = await admin.call("browse_categories", {}, z.array(Listed));
    return { categories, total_count: categories.length };
  },
});

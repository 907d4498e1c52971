/**
 * POST /functions/v1/update-trending-keywords: rebuilds the trending keywords from our own clicks and growing content, and from a feed if one is
 * configured. A failing feed does not affect the rest.
 */
import * as z from "zod";
import { readFeed } from "../_shared/ai/trending_feed.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "update-trending-keywords",
  summary: "Rebuilds the trending keywords",
  method: "POST",
  auth: "secret",
  rate: "service",
  input: z.strictObject({}),
  example: {},
  output: z.object({ updated: z.int() }),
  timeout_ms: 60_000,
  async handle(context) {
    return {
      updated: await context.admin.call("update_trending_keywords", { p_feed: await readFeed(context) }),
    };
  },
});

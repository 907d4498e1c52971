/**
 * GET /functions/v1/get-click-stats: returns clicks on the caller's own items by day (UTC), referrer host and country, and the followers of the
 * caller's accounts by day. Bots and prefetches are excluded; clicks of the last minute may be missing.
 */
import * as z from "zod";
import { dataOf } from "../_shared/database/database.ts";
import { endpoint, invalid } from "../_shared/http/endpoint.ts";

const clicks = z.int().min(0);

export default endpoint({
  name: "get-click-stats",
  summary: "Returns clicks on the caller's own items, and followers of their accounts",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({
    /** Default: the last thirty days. */
    since: z.iso.date().optional(),
    until: z.iso.date().optional(),
    content_id: z.uuid().optional(),
  }),
  example: { since: "2026-11-01", until: "2026-11-30" },
  output: z.object({
    total_clicks: clicks,
    by_day: z.array(z.object({ day: z.string(), clicks })),
    /** Null: a direct visit, or unknown. */
    by_referrer: z.array(z.object({ referrer_host: z.string().nullable(), clicks })),
    /** Null: the hosting proxy did not report a country. */
    by_country: z.array(z.object({ country: z.string().nullable(), clicks })),
    /** Followers of each account after the day's last sync; a day without a sync has no row. Null when `content_id` is given. */
    followers_by_day: z.array(
      z.object({ social_account_id: z.uuid(), day: z.string(), followers: z.int().min(0) }),
    ).nullable(),
  }),
  async handle({ input, db }) {
    if (input.since && input.until && input.since > input.until) {
      invalid("/until", "must not be before since");
    }
    const client = await db();
    return dataOf(
      await client.rpc("get_click_stats", {
        p_since: input.since,
        p_until: input.until,
        p_content_id: input.content_id,
      }),
    ) as never;
  },
});

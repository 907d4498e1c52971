/**
 * GET /functions/v1/feed-home: returns the caller's home feed, which fuses items of followed creators and categories with trending and new
 * items. All visitors who are not signed in get the same feed.
 */
import * as z from "zod";
import { Feed, FeedInput, readFeed } from "../_shared/feed/contract.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "feed-home",
  summary: "Returns the caller's feed, with the reasons for each item",
  method: "GET",
  auth: ["user", "publishable", "none"],
  rate: "user_read",
  input: z.strictObject(FeedInput),
  example: { limit: 10, time_zone: "Europe/Berlin" },
  output: Feed,
  async handle(context) {
    const { user, input } = context;
    const who = user ? user.id : "visitors";
    return await readFeed(context, { key: `feed:home:${who}`, tags: [`feed:${who}`] }, input, Feed);
  },
});

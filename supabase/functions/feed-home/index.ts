/**
 * GET /functions/v1/feed-home — the caller's home: what followed creators and categories have, what trends and what is new, fused. Visitors
 * get what is there for everybody.
 */
import * as z from "zod";
import { Feed, FeedInput, readFeed } from "../_shared/feed/contract.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "feed-home",
  summary: "The caller's feed, with the reasons",
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

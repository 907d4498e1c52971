/** GET /functions/v1/feed-profile — a creator's feed: what is pinned, what trends, what is popular and what is new of them, fused. */
import * as z from "zod";
import { FeedInput, ProfileFeed, readFeed } from "../_shared/feed/contract.ts";
import { endpoint, notFound } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "feed-profile",
  summary: "A creator's feed, with the reasons",
  method: "GET",
  auth: ["user", "publishable", "none"],
  rate: "user_read",
  input: z.strictObject({
    /** The creator's slug. */
    creator: z.string().min(1).max(100),
    ...FeedInput,
  }),
  example: { creator: "robin-ekstroem", limit: 10 },
  output: ProfileFeed,
  errors: ["not_found"],
  async handle(context) {
    const { input } = context;
    const feed = { key: `feed:profile:${input.creator}`, tags: ["creators"], slug: input.creator };
    const page = await readFeed(context, feed, input, ProfileFeed);
    // A slug may have passed to somebody else since the list was made.
    if (page.creator.slug !== input.creator) throw notFound("creator", input.creator);
    return page;
  },
});

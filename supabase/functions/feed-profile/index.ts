/** GET /functions/v1/feed-profile: returns a creator's feed, which fuses their pinned, trending, popular and new items. */
import * as z from "zod";
import { FeedInput, ProfileFeed, readFeed } from "../_shared/feed/contract.ts";
import { endpoint, notFound } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "feed-profile",
  summary: "Returns a creator's feed, with the reasons for each item",
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
    // The slug may have passed to another creator since the list was made.
    if (page.creator.slug !== input.creator) throw notFound("creator", input.creator);
    return page;
  },
});

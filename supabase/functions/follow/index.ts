/** POST /functions/v1/follow: follows or unfollows a creator or a category. Following a muted one unmutes it. */
import * as z from "zod";
import { Chosen, Subject } from "../_shared/feed/contract.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "follow",
  summary: "Follows or unfollows a creator or a category",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({ ...Subject, is_followed: z.boolean().default(true) }),
  example: { category: "music" },
  output: Chosen,
  errors: ["not_found"],
  async handle({ admin, input, user }) {
    return await admin.call("set_feed_preference", {
      p_user_id: user.id,
      p_choice: input.is_followed ? "follow" : "unfollow",
      p_creator_id: input.creator_id,
      p_category: input.category,
    }, Chosen);
  },
});

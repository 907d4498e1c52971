/** POST /functions/v1/mute: mutes or unmutes a creator, a category or an item. Takes effect immediately, also for later pages of an open feed. */
import * as z from "zod";
import { Chosen, Subject } from "../_shared/feed/contract.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "mute",
  summary: "Mutes or unmutes a creator, a category or an item in the caller's feeds",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({ ...Subject, content_id: z.uuid().optional(), is_muted: z.boolean().default(true) }),
  example: { category: "news" },
  output: Chosen,
  errors: ["not_found"],
  async handle({ admin, input, user }) {
    return await admin.call("set_feed_preference", {
      p_user_id: user.id,
      p_choice: input.is_muted ? "mute" : "unmute",
      p_creator_id: input.creator_id,
      p_category: input.category,
      p_content_id: input.content_id,
    }, Chosen);
  },
});

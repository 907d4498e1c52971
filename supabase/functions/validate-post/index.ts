/** POST /functions/v1/validate-post: returns every reason why a post could not be published, counting as each platform counts; nothing is sent or stored. */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { Checked, PostInput } from "../_shared/publishing/contract.ts";
import { readKnown, validatePost } from "../_shared/publishing/validate.ts";

export default endpoint({
  name: "validate-post",
  summary: "Returns everything that is wrong with a post before it is sent",
  method: "POST",
  auth: "user",
  rate: "user_read",
  input: PostInput.extend({
    /** Also asks the platforms what the account allows, and what is left of today's limits. */
    ask_platforms: z.boolean().default(false),
  }),
  example: {
    body: "The new episode is out",
    targets: [{ social_account_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001", kind: "text" }],
  },
  output: Checked,
  async handle(context) {
    const { ask_platforms, ...post } = context.input;
    const known = await readKnown(context, context.user.id, post);
    return await validatePost(context, context.user.id, post, known, { asks: ask_platforms });
  },
});

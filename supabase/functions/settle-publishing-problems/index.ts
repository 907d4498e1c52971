/** POST /functions/v1/settle-publishing-problems: retries posts, discards them, or confirms that they are published; many per call, and audited. */
import * as z from "zod";
import { dataOf } from "../_shared/database/database.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "settle-publishing-problems",
  summary: "Settles posts that failed or whose outcome is unknown",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({
    target_ids: z.array(z.uuid()).min(1).max(500),
    /** For an unknown outcome, `retry` confirms that the post is not on the platform, and `published` that it is. */
    decision: z.enum(["retry", "discard", "published"]),
    of: z.enum(["me", "everybody"]).default("me"),
  }),
  example: { target_ids: ["7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0003"], decision: "retry" },
  output: z.object({ settled: z.int() }),
  errors: ["forbidden"],
  async handle({ admin, db, input, user }) {
    const client = await db();
    const settled = dataOf(
      await client.rpc("settle_publishing_problems", {
        // The generated type lacks null, which stands for everybody's.
        p_user_id: (input.of === "me" ? user.id : null) as string,
        p_target_ids: input.target_ids,
        p_decision: input.decision,
      }),
    );
    if (input.decision === "retry" && settled > 0) await admin.call("enqueue_due_posts", {});
    return { settled };
  },
});

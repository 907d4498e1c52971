/** GET /functions/v1/list-publishing-problems: lists posts that failed or whose outcome is unknown, with who must act. Admins can list everybody's. */
import * as z from "zod";
import { dataOf } from "../_shared/database/database.ts";
import { endpoint } from "../_shared/http/endpoint.ts";
import { Problem } from "../_shared/publishing/contract.ts";

export default endpoint({
  name: "list-publishing-problems",
  summary: "Lists posts that failed or whose outcome is unknown",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({
    who_must_act: z.enum(["creator", "operator", "nobody"]).optional(),
    /** `everybody` is for admins only. */
    of: z.enum(["me", "everybody"]).default("me"),
    limit: z.coerce.number().int().min(1).max(100).default(50),
    offset: z.coerce.number().int().min(0).max(100_000).default(0),
  }),
  example: { who_must_act: "creator" },
  output: z.object({ problems: z.array(Problem), total: z.int() }),
  errors: ["forbidden"],
  async handle({ db, input, user }) {
    const client = await db();
    const found = z.array(Problem).parse(dataOf(
      await client.rpc("list_publishing_problems", {
        p_user_id: input.of === "me" ? user.id : undefined,
        p_who_must_act: input.who_must_act,
        p_limit: input.limit,
        p_offset: input.offset,
      }),
    ));
    return { problems: found, total: found[0]?.total_count ?? 0 };
  },
});

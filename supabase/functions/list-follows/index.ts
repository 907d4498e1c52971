/** GET /functions/v1/list-follows — what the caller follows, or has muted, the latest first. */
import * as z from "zod";
import { Creator } from "../_shared/discovery/contract.ts";
import { pagesOf, Paging } from "../_shared/http/paging.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

const Count = z.int().min(0);
const pages = pagesOf(
  {
    follows: z.array(z.object({
      creator_id: z.uuid().nullable(),
      /** Null for one who is not public now. */
      creator: Creator.nullable(),
      category: z.string().nullable(),
      content_id: z.uuid().nullable(),
      since: z.string(),
    })),
    /** How much the caller follows and has muted, and how many follow the caller. */
    following: Count,
    muted: Count,
    followers: Count,
  },
  z.strictObject({ id: z.string().regex(/^[0-9]{1,19}$/).refine((digits) => BigInt(digits) < 2n ** 63n) }),
);

export default endpoint({
  name: "list-follows",
  summary: "What the caller follows, or has muted",
  method: "GET",
  auth: "user",
  rate: "user_read",
  input: z.strictObject({
    kind: z.enum(["followed", "muted"]).default("followed"),
    limit: Paging.limit,
    cursor: Paging.cursor,
  }),
  example: { kind: "followed", limit: 50 },
  output: pages.output,
  async handle({ admin, input, user }) {
    const after = pages.after(input.cursor);
    const found = await admin.call("list_follows", {
      p_user_id: user.id,
      p_is_muted: input.kind === "muted",
      p_limit: input.limit,
      // A bigint in digits: JavaScript's numbers end before the database's.
      p_after: after?.id as never,
    }, pages.found);
    return pages.answer(found);
  },
});

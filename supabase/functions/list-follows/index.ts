/** GET /functions/v1/list-follows: lists what the caller follows or has muted, latest first. */
import * as z from "zod";
import { Creator } from "../_shared/discovery/contract.ts";
import { pagesOf, Paging } from "../_shared/http/paging.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

const Count = z.int().min(0);
const pages = pagesOf(
  {
    follows: z.array(z.object({
      creator_id: z.uuid().nullable(),
      /** Null if the creator is not public now. */
      creator: Creator.nullable(),
      category: z.string().nullable(),
      content_id: z.uuid().nullable(),
      since: z.string(),
    })),
    /** Number of subjects that the caller follows and has muted, and of the caller's followers. */
    following: Count,
    muted: Count,
    followers: Count,
  },
  z.strictObject({ id: z.string().regex(/^[0-9]{1,19}$/).refine((digits) => BigInt(digits) < 2n ** 63n) }),
);

export default endpoint({
  name: "list-follows",
  summary: "Lists what the caller follows or has muted",
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
      // A bigint as digits: large values exceed JavaScript's safe integers.
      p_after: after?.id as never,
    }, pages.found);
    return pages.answer(found);
  },
});

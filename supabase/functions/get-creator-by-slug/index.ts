/** GET /functions/v1/get-creator-by-slug: returns a public creator's page: profile, accounts, pinned items and newest items. */
import * as z from "zod";
import { Item, ListedCreator, PUBLIC_CACHE } from "../_shared/discovery/contract.ts";
import { ApiError, endpoint } from "../_shared/http/endpoint.ts";

const Found = z.object({
  user: ListedCreator.extend({ joined_at: z.string() }),
  social_accounts: z.array(z.object({
    platform: z.string(),
    username: z.string().nullable(),
    display_name: z.string().nullable(),
    profile_url: z.string().nullable(),
    avatar_url: z.string().nullable(),
    followers_count: z.int().min(0).nullable(),
  })),
  pinned_content: z.array(Item),
  recent_content: z.array(Item),
});

export default endpoint({
  name: "get-creator-by-slug",
  summary: "Returns a public creator's page",
  method: "GET",
  auth: "none",
  rate: "public_read",
  cache: PUBLIC_CACHE,
  input: z.strictObject({ slug: z.string().min(1).max(100) }),
  example: { slug: "tech-gaming-channel" },
  output: Found,
  errors: ["not_found"],
  async handle({ input, admin }) {
    const found = await admin.call("get_creator_by_slug", { p_slug: input.slug }, Found.nullable());
    if (!found) {
      throw new ApiError("not_found", `Cannot find the creator: none with slug ${input.slug} is public`);
    }
    return found;
  },
});

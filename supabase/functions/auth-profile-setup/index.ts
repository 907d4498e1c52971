/**
 * POST /functions/v1/auth-profile-setup: sets up the caller's public profile. A repeated call changes the profile, but not the slug.
 * Omitted fields are unchanged; an empty bio clears it. Plan, role, email and verification are not set here.
 */
import * as z from "zod";
import { Category } from "../_shared/profile/categories.ts";
import { endpoint } from "../_shared/http/endpoint.ts";
import { httpsUrl, line, text } from "../_shared/text/text.ts";

const Profile = z.object({
  id: z.uuid(),
  display_name: z.string(),
  bio: z.string().nullable(),
  primary_category: Category.nullable(),
  avatar_url: z.string().nullable(),
  profile_slug: z.string(),
  is_public: z.boolean(),
});

const Output = z.object({ profile_slug: z.string(), is_public: z.boolean(), profile: Profile });

export default endpoint({
  name: "auth-profile-setup",
  summary: "Sets up the caller's profile",
  method: "POST",
  auth: "user",
  rate: "user",
  input: z.strictObject({
    display_name: line(100),
    bio: text(2000).optional(),
    category: Category.optional(),
    avatar_url: httpsUrl().optional(),
  }),
  example: { display_name: "Ada", bio: "x", category: "tech", avatar_url: "https://example.com/a.png" },
  output: Output,
  idempotent: true,
  async handle({ input, user, admin }) {
    return await admin.call("setup_profile", {
      p_user_id: user.id,
      p_display_name: input.display_name,
      p_bio: input.bio ?? null,
      p_category: input.category ?? null,
      p_avatar_url: input.avatar_url ?? null,
    }, Output);
  },
});

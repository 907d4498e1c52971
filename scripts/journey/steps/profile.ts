import { z } from "zod";
import { call } from "../functions.ts";
import { expect, known, must, type Step } from "../journey.ts";

const Answer = z.object({ profile_slug: z.string(), is_public: z.boolean() });
/** A creator's plan, as the app reads it. */
export const Plan = z.object({
  subscription_tier: z.object({
    slug: z.string(),
    max_social_accounts: z.number(),
    max_syncs_per_month: z.number(),
  }),
});

/** Sets up the profile, and checks the plan that every new creator gets. */
export const profile: Step = {
  name: "Set up the profile",
  async run(journey) {
    const { app, name } = journey;
    const { profile_slug } = await call(
      journey,
      "auth-profile-setup",
      { display_name: name, bio: "Shows how things are made", category: "education" },
      Answer,
    );
    const { user } = known(journey.session, "a session");
    const row = await must(
      "read the profile",
      app.from("users").select("display_name, profile_slug").eq("id", user.id).single(),
    );
    expect(
      row.display_name === name && row.profile_slug === profile_slug,
      "Cannot find the profile as it was set",
    );
    const plan = await must(
      "read the plan",
      app.from("subscription")
        .select("subscription_tier(slug, max_social_accounts, max_syncs_per_month)").single(),
    );
    const { subscription_tier: tier } = Plan.parse(plan);
    expect(tier.slug === "free", `Cannot start on the free tier: the plan is ${tier.slug}`);
    return `/${profile_slug}, free plan: ${tier.max_social_accounts} account, ${tier.max_syncs_per_month} syncs a month`;
  },
};

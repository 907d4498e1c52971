import { createClient } from "@supabase/supabase-js";
import { expect, known, must, type Step } from "../journey.ts";
import { Plan } from "./profile.ts";

const TIER = "premium";

/** Puts the creator on a plan that has room for every platform, as an admin does it. */
export const changePlan: Step = {
  name: "Change the plan",
  async run({ app, stack, session }) {
    const { user } = known(session, "a session");
    const service = createClient(stack.api_url, stack.secret_key, { auth: { persistSession: false } });
    const own = await app.rpc("set_user_plan", { p_user_id: user.id, p_tier: TIER });
    expect(own.error !== null, "Cannot trust the plans: a creator can choose one without paying");
    const { error } = await service.rpc("set_user_plan", { p_user_id: user.id, p_tier: TIER });
    expect(error === null, `Cannot change the plan: ${error?.message}`);
    const plan = await must(
      "read the plan",
      app.from("subscription")
        .select("subscription_tier(slug, max_social_accounts, max_syncs_per_month)").single(),
    );
    const { subscription_tier: tier } = Plan.parse(plan);
    expect(tier.slug === TIER, `Cannot change the plan: it is still ${tier.slug}`);
    return `raised to ${tier.slug} with the secret key, as an admin would: ${tier.max_social_accounts} accounts`;
  },
};

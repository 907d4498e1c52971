import { z } from "zod";
import { call } from "../functions.ts";
import { expect, type Journey, known, must, type Step } from "../journey.ts";
import { Plan } from "./profile.ts";

const TIER = "premium";
const Opened = z.object({ url: z.url() });
const Status = z.object({
  plan: z.object({ slug: z.string() }),
  amount: z.object({ text: z.string() }).nullable(),
  next: z.object({ text: z.string() }),
});

/** Subscribes to a plan with room for every platform, on the checkout page. */
export const changePlan: Step = {
  name: "Change the plan",
  async run(journey) {
    const { app, session } = journey;
    const { user } = known(session, "a session");
    const own = await app.rpc("set_user_plan", { p_user_id: user.id, p_tier: TIER });
    expect(own.error !== null, "Cannot trust the plans: a creator can choose one without paying");
    const { url } = await call(journey, "create-checkout-session", { tier: TIER }, Opened);
    const location = await pay(url);
    expect(location.includes("checkout=success"), `Cannot pay: the page led on to ${location}`);
    const status = await paid(journey);
    const plan = await must(
      "read the plan",
      app.from("subscription")
        .select("subscription_tier(slug, max_social_accounts, max_syncs_per_month)").single(),
    );
    const { subscription_tier: tier } = Plan.parse(plan);
    expect(tier.slug === TIER, `Cannot change the plan: it is still ${tier.slug}`);
    return `${tier.slug} for ${status.amount?.text} on the checkout page: ${tier.max_social_accounts} accounts; ${status.next.text}`;
  },
};

/** Chooses the card that works and presses Subscribe, as a person does; returns where the browser is redirected. */
async function pay(url: string): Promise<string> {
  const page = await fetch(url);
  const html = await page.text();
  expect(
    page.ok && html.includes('value="works"'),
    `Cannot open the checkout page: it answered ${page.status}`,
  );
  const action = html.match(/<form method="post" action="([^"]*)"/)?.[1] ?? "";
  const body = new URLSearchParams({ card: "works", decision: "pay" });
  const pressed = await fetch(new URL(action, url), { method: "POST", body, redirect: "manual" });
  await pressed.body?.cancel();
  return pressed.headers.get("location") ?? `nowhere (${pressed.status})`;
}

/** Waits until Stripe's webhook has updated the plan, which is usually immediate. */
async function paid({ app }: Journey): Promise<z.infer<typeof Status>> {
  let last = "nothing";
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const { data, error } = await app.functions.invoke("billing-status", { method: "GET" });
    if (error) throw new Error(`Cannot read billing-status: ${error.message}`);
    const status = Status.parse(data);
    if (status.plan.slug === TIER) return status;
    last = status.next.text;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Cannot see the new plan: Stripe was paid, and billing-status still says “${last}”`);
}

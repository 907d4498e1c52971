/** Payment: to Stripe's pages and back, and the messages until Stripe has reported it. */
import { Subscriber } from "../../../supabase/functions/tests/support/subscriber.ts";
import { consoleTest, openConsole } from "./console.ts";

consoleTest(
  "after checkout the plan is first pending, then active; after the billing portal the cancellation is shown",
  async () => {
    await using one = await Subscriber.create();
    await using console = await openConsole({ as: one.creator });
    const { page } = console;
    const status = page.getByRole("main").getByRole("status");
    await console.go("/studio/plan");
    await page.getByRole("button", { name: "Subscribe to Basic" }).click();
    await page.getByRole("heading", { level: 1, name: "Subscribe to" }).waitFor();
    await page.getByRole("button", { name: "Back" }).click();
    await status.getByText("Checkout cancelled").waitFor();

    await page.getByRole("button", { name: "Subscribe to Basic" }).click();
    await page.getByRole("radio", { name: /4242 4242 4242 4242/ }).check();
    await one.hold();
    await page.getByRole("button", { name: "Subscribe", exact: true }).click();
    await status.getByText("Waiting for Stripe to confirm.").waitFor();
    // While the report is pending, no plan can be subscribed to, so nobody pays twice.
    await page.getByRole("heading", { level: 3, name: "Premium" }).waitFor();
    await page.getByRole("button", { name: /^Subscribe to/ }).first().waitFor({ state: "detached" });
    await one.deliver();
    await one.hold("at once");
    await status.getByText("Your plan is active.").waitFor();
    await page.getByRole("heading", { level: 3, name: /^Basic/ }).first().waitFor();

    await page.getByRole("button", { name: "Manage billing" }).click();
    await page.getByRole("button", { name: "Cancel at the end" }).click();
    await page.getByText(/then it ends/).waitFor();
    await page.getByRole("button", { name: "Back to the app" }).click();
    await status.getByText("Your changes at Stripe are now active.").waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 3, name: /^Basic/ }).first().waitFor();
    await status.getByText("Your changes at Stripe").waitFor({ state: "detached" });
  },
);

consoleTest(
  "a payment that Stripe has not confirmed after a minute is shown with its session id and a button to check again",
  async () => {
    await using one = await Subscriber.create();
    await using console = await openConsole({ as: one.creator });
    const { page } = console;
    const status = page.getByRole("main").getByRole("status");
    await console.go("/studio/plan");
    await page.getByRole("button", { name: "Subscribe to Premium" }).click();
    await page.getByRole("radio", { name: /4242 4242 4242 4242/ }).check();
    await one.hold();
    await page.clock.install();
    await page.getByRole("button", { name: "Subscribe", exact: true }).click();
    await status.getByText("Waiting for Stripe to confirm.").waitFor();
    await page.clock.fastForward(61_000);
    await status.getByText("Stripe has not confirmed the payment yet").waitFor();
    await status.getByText(/^cs_/).waitFor();
    await one.deliver();
    await one.settled();
    await status.getByRole("button", { name: "Check again" }).click();
    await status.getByText("Your plan is active.").waitFor();
  },
);

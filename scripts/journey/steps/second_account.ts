import { grantAccess } from "../consent.ts";
import { refused } from "../functions.ts";
import { expect, must, type Step } from "../journey.ts";
import { makeChannel } from "../simulated_youtube.ts";

/** Tries to connect a second channel, which the free tier does not allow. */
export const secondAccount: Step = {
  name: "Connect a second one",
  async run(journey) {
    const { app, stack } = journey;
    const second = await makeChannel(stack, `${journey.name} Live`, 1);
    const answer = await grantAccess(journey, second.channel_id);
    const problem = await refused(journey, "oauth-youtube-callback", answer);
    expect(
      problem.status === 402 && problem.code === "quota_exceeded" && problem.quota === "social_accounts",
      `Cannot see the free tier's limit: the answer was ${problem.status} ${problem.code}`,
    );
    const accounts = await must("list the accounts", app.from("social_account").select("id"));
    expect(accounts.length === 1, `Cannot trust the limit: there are ${accounts.length} accounts`);
    return `refused as it must be (402): ${problem.detail ?? problem.code}`;
  },
};

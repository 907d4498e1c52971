import { z } from "zod";
import { grantAccess } from "../consent.ts";
import { call } from "../functions.ts";
import { expect, must, type Step } from "../journey.ts";
import { chooseChannel } from "../simulated_youtube.ts";

export const Connected = z.object({ social_account_id: z.uuid() });

/** Connects a channel through the consent page, and checks that the row contains no token. */
export const connect: Step = {
  name: "Connect YouTube",
  async run(journey) {
    const { app, stack } = journey;
    const channel = await chooseChannel(stack, `${journey.name}'s Workshop`, journey.search, journey.videos);
    const answer = await grantAccess(journey, channel.channel_id);
    const { social_account_id } = await call(journey, "oauth-youtube-callback", answer, Connected);
    const account = await must(
      "read the account",
      app.from("social_account").select("platform_account_id, display_name, followers_count")
        .eq("id", social_account_id).single(),
    );
    expect(account.platform_account_id === channel.channel_id, "Cannot connect: another channel came back");
    const connection = await must(
      "read the connection",
      app.from("platform_connection").select("id, is_active, token_expires_at").single(),
    );
    expect(
      connection.is_active && Date.parse(connection.token_expires_at) > Date.now(),
      "Cannot use the connection",
    );
    const peek = await app.from("platform_connection").select("vault_secret_name");
    expect(peek.error !== null, "Cannot trust the connection: a creator can read the name of its secret");
    journey.channel = channel;
    journey.social_account_id = social_account_id;
    const followers = Number(account.followers_count).toLocaleString("en");
    return `“${account.display_name}”, ${followers} subscribers, tokens in Vault`;
  },
};

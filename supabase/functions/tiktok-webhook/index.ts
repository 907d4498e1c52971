/**
 * POST /functions/v1/tiktok-webhook — what TikTok reports by itself, signed with the client's secret.
 * A creator who takes StreamVibe's access back there is shown as disconnected at once; every other event is only received.
 */
import * as z from "zod";
import { accessRemoved } from "../_shared/connections/access_removed.ts";
import { endpoint } from "../_shared/http/endpoint.ts";
import { TikTokEvent, verifyTikTok } from "../_shared/platforms/tiktok/webhook.ts";

export default endpoint({
  name: "tiktok-webhook",
  summary: "Receives reports from TikTok",
  method: "POST",
  auth: "none",
  rate: "service",
  input: TikTokEvent,
  example: { client_key: "key", event: "x", create_time: 1_795_000_000, user_openid: "_000x" },
  output: z.object({ received: z.literal(true) }),
  verify: verifyTikTok,
  async handle(context) {
    const { event, user_openid, create_time } = context.input;
    if (event === "authorization.removed") {
      // The report names a whole second: what was granted within it is older than its end.
      const report = {
        reported_id: user_openid,
        at: new Date((create_time + 1) * 1_000),
      };
      await accessRemoved(context, { slug: "tiktok", title: "TikTok" }, report);
    }
    return { received: true } as const;
  },
});

/**
 * POST /functions/v1/tiktok-webhook: receives TikTok's events, signed with the client's secret. When a creator revokes StreamVibe's access there,
 * the account is shown as disconnected immediately; an event about a post triggers a check of that post; other events are only acknowledged.
 */
import * as z from "zod";
import { accessRemoved } from "../_shared/connections/access_removed.ts";
import { endpoint } from "../_shared/http/endpoint.ts";
import { hear } from "../_shared/publishing/hear.ts";
import { TikTokEvent, verifyTikTok } from "../_shared/platforms/tiktok/webhook.ts";

export default endpoint({
  name: "tiktok-webhook",
  summary: "Receives reports from TikTok",
  method: "POST",
  auth: "none",
  rate: "webhook",
  input: TikTokEvent,
  example: { client_key: "key", event: "x", create_time: 1_795_000_000, user_openid: "_000x" },
  output: z.object({ received: z.literal(true) }),
  verify: verifyTikTok,
  async handle(context) {
    const { event, user_openid, create_time } = context.input;
    if (event === "authorization.removed") {
      // The event's time is in whole seconds: the end of that second includes every grant made within it.
      const report = {
        reported_id: user_openid,
        at: new Date((create_time + 1) * 1_000),
      };
      await accessRemoved(context, { slug: "tiktok", title: "TikTok" }, report);
    }
    // Only a hint to check the post; its state is requested from TikTok.
    const publish_id = event.startsWith("post.publish.") ? publishIdOf(context.input.content) : null;
    if (publish_id !== null) {
      await hear(context, "tiktok", context.input, [{ account_id: user_openid, event, handle: publish_id }]);
    }
    return { received: true } as const;
  },
});

/** Returns the publish_id in an event's content, which is JSON in a string. */
function publishIdOf(content: string | undefined): string | null {
  try {
    return z.looseObject({ publish_id: z.string().max(100) }).safeParse(JSON.parse(content ?? "null")).data
      ?.publish_id ??
      null;
  } catch {
    return null;
  }
}

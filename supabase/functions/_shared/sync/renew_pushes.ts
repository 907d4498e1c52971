/**
 * Subscribes to newly connected channels at YouTube's hub, renews leases before they end, and unsubscribes from channels that
 * nobody here has any more.
 */
import * as z from "zod";
import type { Context } from "../context.ts";
import { callProvider, ProviderError } from "../http/outgoing.ts";
import type { Handler } from "../jobs/job.ts";
import { subscriptionForm } from "../platforms/youtube/push.ts";
import { YOUTUBE } from "../platforms/youtube/settings.ts";
import { PLATFORMS } from "../platforms/settings.ts";

const Claimed = z.array(z.object({ channel_id: z.string(), mode: z.enum(["subscribe", "unsubscribe"]) }));
const AT_ONCE = 50;

export const renewPushesJob: Handler = async ({ context, deadline }) => ({
  result: { asked: await renewPushes(context, deadline) },
});

/** Returns how many channels were sent to the hub. The hub responds later, by calling `youtube-webhook`. */
export async function renewPushes(context: Context, deadline: Date): Promise<number> {
  const { YOUTUBE_PUSH } = context.settings.of(YOUTUBE);
  let asked = 0;
  while (YOUTUBE_PUSH === "on" && context.now() < deadline) {
    const due = await context.admin.call("claim_push_subscriptions", { p_limit: AT_ONCE }, Claimed);
    for (const { channel_id, mode } of due) await ask(context, channel_id, mode);
    asked += due.length;
    if (due.length === 0) break;
  }
  return asked;
}

async function ask(context: Context, channel_id: string, mode: "subscribe" | "unsubscribe"): Promise<void> {
  const { YOUTUBE_HUB_URL } = context.settings.of(YOUTUBE);
  const { PROVIDER_TIMEOUT_MS } = context.settings.of(PLATFORMS);
  try {
    const response = await callProvider(YOUTUBE_HUB_URL, {
      method: "POST",
      body: new URLSearchParams(await subscriptionForm(context.settings, channel_id, mode)),
    }, {
      provider: "youtube",
      timeout_ms: PROVIDER_TIMEOUT_MS,
      retry: "never",
      request_id: context.request_id,
      signal: context.signal,
      log: context.log,
      fetch: context.fetch,
    });
    await response.body?.cancel();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    context.log.warn("YouTube's hub did not take a subscription", { channel_id, error });
    await context.admin.call("refuse_push_subscription", {
      p_channel_id: channel_id,
      p_error: error.message,
    });
  }
}

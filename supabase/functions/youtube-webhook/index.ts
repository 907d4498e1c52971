/**
 * POST /functions/v1/youtube-webhook?channel=…: receives reports by YouTube's hub that a video of a connected channel is new, changed or deleted,
 * signed with the secret that we gave the hub for the channel. A report only brings the next automatic sync forward; its content is not trusted.
 * GET answers the hub's verification of our subscription.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { answerHub, readFeed, verifyPush } from "../_shared/platforms/youtube/push.ts";
import { hear } from "../_shared/publishing/hear.ts";

export default endpoint({
  name: "youtube-webhook",
  summary: "Receives reports about channels from YouTube's hub",
  method: "POST",
  takes: "feed",
  auth: "none",
  rate: "webhook",
  /** An Atom feed. */
  input: z.string(),
  example:
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:yt="http://www.youtube.com/xml/schemas/2015"><entry><id>yt:video:vid00000001</id><yt:videoId>vid00000001</yt:videoId><yt:channelId>UCexample</yt:channelId><title>Episode 1</title><published>2026-11-01T09:59:00+00:00</published></entry></feed>',
  output: z.object({ received: z.literal(true) }),
  also_answers: [202],
  challenge: answerHub,
  verify: verifyPush,
  async handle(context) {
    const channel = new URL(context.request.url).searchParams.get("channel");
    // The secret belongs to this channel, so entries about other channels are ignored.
    const pushed = readFeed(context.input).filter(({ channel_id }) => channel_id === channel);
    await hear(
      context,
      "youtube",
      context.input,
      pushed.map(({ channel_id, video_id, is_deleted }) => ({
        account_id: channel_id,
        event: is_deleted ? "video deleted" : "video",
        content_id: video_id,
        wakes_sync: is_deleted ? "gone" : "new",
      })),
    );
    return { received: true } as const;
  },
});

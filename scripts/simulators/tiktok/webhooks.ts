/** Webhooks as TikTok sends them: signed with the client's secret over timestamp and body, with `content` as a JSON string. */
import { createHmac } from "node:crypto";
import { z } from "zod";
import type { Accounts } from "../engine/accounts.ts";
import type { Post, Poster } from "../engine/posts.ts";
import type { Context } from "../engine/provider.ts";
import { Webhooks } from "../engine/webhooks.ts";
import { local_client } from "./network.ts";

export function tiktokWebhooks(context: Context, accounts: Accounts<Poster, Post>): Webhooks {
  return new Webhooks(context, {
    events: [
      "authorization.removed",
      "post.publish.failed",
      "post.publish.complete",
      "post.publish.inbox_delivered",
      "post.publish.publicly_available",
      "post.publish.no_longer_publicaly_available",
    ],
    members: {
      content: z.record(z.string(), z.unknown()).default({ reason: 1 }),
      // Seconds; the event and the signature may have different times.
      create_time: z.int().optional(),
      signed_at: z.int().optional(),
    },
    address: () => context.functions_url && `${context.functions_url}/tiktok-webhook`,
    before: ({ account_id }) => void accounts.expect(account_id),
    sign({ account_id, event, content, create_time, signed_at, secret, tamper }, now) {
      const body = JSON.stringify({
        client_key: local_client.key,
        event,
        create_time: create_time ?? now,
        user_openid: account_id,
        content: JSON.stringify(content),
      });
      const time = signed_at ?? now;
      const signature = createHmac("sha256", secret ?? local_client.secret).update(`${time}.${body}`).digest(
        "hex",
      );
      return {
        headers: { "content-type": "application/json", "tiktok-signature": `t=${time},s=${signature}` },
        body: tamper ? body.replace("}", " }") : body,
      };
    },
  });
}

/** Webhooks as TikTok sends them: signed with the client's secret over time and body, their content a text of JSON. */
import { createHmac } from "node:crypto";
import { z } from "zod";
import { AdminError, readBody } from "../admin.ts";
import type { JournalEvent } from "../journal.ts";
import { json, type Route, type World } from "../provider.ts";
import type { SocialAccounts } from "../social/social_accounts.ts";
import { local_client } from "./tiktok_network.ts";

const Address = z.strictObject({ url: z.url() });
const Delivery = z.strictObject({
  account_id: z.string().min(1),
  event: z.enum([
    "authorization.removed",
    "post.publish.failed",
    "post.publish.complete",
    "post.publish.inbox_delivered",
    "post.publish.publicly_available",
    "post.publish.no_longer_publicaly_available",
  ]).default("authorization.removed"),
  content: z.record(z.string(), z.unknown()).default({ reason: 1 }),
  /** Seconds; the event itself and the signature may be of different times. */
  create_time: z.int().optional(),
  signed_at: z.int().optional(),
  times: z.int().min(1).max(20).default(1).describe("the same delivery so many times, at once"),
  secret: z.string().min(1).default(local_client.secret).describe("another one makes a wrong signature"),
  tamper: z.boolean().default(false).describe("change the body after it was signed"),
});

export function tiktokWebhooks(world: World, accounts: SocialAccounts) {
  let callback: string | undefined;

  const admin: Route[] = [
    {
      method: "PUT",
      path: "/_admin/tiktok/webhook",
      handle: (call) => {
        callback = readBody(Address, call).url;
        world.journal.record({ provider: "tiktok", kind: "webhook", url: callback });
        return json(200, { url: callback });
      },
    },
    {
      method: "POST",
      path: "/_admin/tiktok/webhooks",
      handle: async (call) => {
        const delivery = readBody(Delivery, call);
        if (callback === undefined) {
          throw new AdminError(
            409,
            "Cannot send a webhook: no address is registered, PUT one to /_admin/tiktok/webhook",
          );
        }
        if (accounts.account(delivery.account_id) === undefined) {
          throw new AdminError(404, `Cannot send a webhook: no account has the id ${delivery.account_id}`);
        }
        const request = signedRequest(delivery, Math.floor(world.clock.now() / 1_000));
        const url = callback;
        const statuses = await Promise.all(Array.from({ length: delivery.times }, async () => {
          const response = await fetch(url, { ...request, signal: AbortSignal.timeout(10_000) });
          await response.body?.cancel();
          return response.status;
        }));
        return json(200, { statuses });
      },
    },
  ];

  return {
    admin,
    replay(event: JournalEvent): void {
      if (event.kind === "webhook") callback = String(event.url);
    },
    reset(): void {
      callback = undefined;
    },
  };
}

function signedRequest(delivery: z.output<typeof Delivery>, now: number): RequestInit {
  const body = JSON.stringify({
    client_key: local_client.key,
    event: delivery.event,
    create_time: delivery.create_time ?? now,
    user_openid: delivery.account_id,
    content: JSON.stringify(delivery.content),
  });
  const signed_at = delivery.signed_at ?? now;
  const signature = createHmac("sha256", delivery.secret).update(`${signed_at}.${body}`).digest("hex");
  return {
    method: "POST",
    headers: { "content-type": "application/json", "tiktok-signature": `t=${signed_at},s=${signature}` },
    body: delivery.tamper ? body.replace("}", " }") : body,
  };
}

/**
 * Slack's incoming webhooks (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks): `/services/<team>/<app>/<token>`.
 * Accepts any team and token; a token containing `revoked` no longer has a service. Responses are plain words.
 */
import { z } from "zod";
import type { Answer, Call, Context, Provider } from "../engine/provider.ts";
import { Quota } from "../engine/quota.ts";
import { ReceivedMessages } from "./received.ts";

const Text = z.strictObject({
  type: z.enum(["plain_text", "mrkdwn"]),
  text: z.string().min(1),
  emoji: z.boolean().optional(),
});
const Block = z.discriminatedUnion("type", [
  z.looseObject({
    type: z.literal("header"),
    text: Text.refine(({ type, text }) => type === "plain_text" && text.length <= 150),
  }),
  z.looseObject({ type: z.literal("section"), text: Text.refine(({ text }) => text.length <= 3_000) }),
  z.looseObject({ type: z.literal("context"), elements: z.array(Text).min(1).max(10) }),
  z.looseObject({ type: z.literal("divider") }),
]);

/** Slack's errors: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors */
const FAILURES: Record<string, number> = {
  invalid_payload: 400,
  invalid_blocks: 400,
  no_text: 400,
  action_prohibited: 403,
  invalid_token: 403,
  channel_not_found: 404,
  no_service: 404,
  channel_is_archived: 410,
  rollup_error: 500,
};

export function slack(context: Context): Provider {
  const received = new ReceivedMessages(context);
  // "Generally one message a second", with short bursts.
  const quota = new Quota(context, {
    posts: { limit: 30, per: "account", window: { kind: "sliding", seconds: 30 } },
  });
  const plain = (status: number, body: string, headers: Record<string, string> = {}): Answer => ({
    status,
    headers: { "content-type": "text/html", ...headers },
    body,
  });
  const fail = (word: string) => plain(FAILURES[word] ?? 400, word);

  const post = (call: Call): Answer => {
    const { team = "", app = "", token = "" } = call.params;
    if (token.includes("revoked")) return fail("no_service");
    let body: Record<string, unknown>;
    try {
      body = JSON.parse(call.body);
    } catch {
      return fail("invalid_payload");
    }
    const { text, blocks } = body ?? {};
    if (typeof text !== "string" || text === "") return fail("no_text");
    if (text.length > 40_000) return fail("invalid_payload");
    if (blocks !== undefined && !z.array(Block).max(50).safeParse(blocks).success) {
      return fail("invalid_blocks");
    }
    const channel = `${team}/${app}/${token}`;
    if (!quota.take("posts", channel)) return plain(429, "rate_limited", { "retry-after": "1" });
    received.take(channel, text, body);
    return plain(200, "ok");
  };
  return {
    name: context.provider,
    routes: [{ method: "POST", path: "/hooks.slack.com/services/:team/:app/:token", handle: post }],
    parts: [received, quota],
    accountOf: (call) => call.path.split("/services/")[1],
    failure: (reason) =>
      reason in FAILURES ? fail(reason) : /^\d{3}$/.test(reason) ? plain(Number(reason), "") : undefined,
  };
}

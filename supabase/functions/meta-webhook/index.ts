/**
 * POST /functions/v1/meta-webhook: receives reports by Instagram and Facebook about connected accounts and Pages, signed with the app's secret.
 * A report triggers a check of a post that is being published, or an early sync of a Page with something new; the facts are then read from the
 * platform. GET answers Meta's verification of the callback URL.
 */
import * as z from "zod";
import { endpoint } from "../_shared/http/endpoint.ts";
import { answerMeta, MetaEvent, metaReports, verifyMeta } from "../_shared/platforms/meta/webhook.ts";
import { hear } from "../_shared/publishing/hear.ts";

export default endpoint({
  name: "meta-webhook",
  summary: "Receives reports about accounts and Pages from Instagram and Facebook",
  method: "POST",
  auth: "none",
  rate: "webhook",
  input: MetaEvent,
  example: { object: "page", entry: [{ id: "1", time: 1_795_000_000, changes: [{ field: "x", value: 1 }] }] },
  output: z.object({ received: z.literal(true) }),
  challenge: answerMeta,
  verify: verifyMeta,
  async handle(context) {
    const { input } = context;
    await hear(context, input.object === "instagram" ? "instagram" : "facebook", input, metaReports(input));
    return { received: true } as const;
  },
});

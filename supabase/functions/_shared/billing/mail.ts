/** Billing mail: its texts, and sending by Resend's API, which the mailbox of the local stack also implements. */
import * as z from "zod";
import type { Context } from "../context.ts";
import { callProvider } from "../http/outgoing.ts";
import { day, money } from "./money.ts";
import { BILLING } from "./settings.ts";

const Mail = z.object({
  id: z.uuid(),
  kind: z.string(),
  data: z.looseObject({
    plan: z.string().optional(),
    amount: z.number().optional(),
    currency: z.string().optional(),
    url: z.string().optional(),
    retry_at: z.number().optional(),
    at: z.number().optional(),
  }),
  to: z.string().nullable(),
  name: z.string().nullable(),
});
type Mail = z.output<typeof Mail>;

const AT_ONCE = 20;
const LEASE_SECONDS = 60;

/** Sends the mails that are due and returns how many were sent. Each has an idempotency key, so a retry sends no second mail. */
export async function sendMails(context: Context): Promise<number> {
  const { RESEND_API_KEY, RESEND_API_URL, MAIL_FROM } = context.settings.of(BILLING);
  if (!RESEND_API_KEY) return 0;
  const mails = await context.admin.call("claim_mails", {
    p_limit: AT_ONCE,
    p_lease_seconds: LEASE_SECONDS,
  }, z.array(Mail));
  let sent = 0;
  for (const mail of mails) {
    let error: string | undefined;
    try {
      if (mail.to !== null) {
        await callProvider(`${RESEND_API_URL}/emails`, {
          method: "POST",
          headers: {
            authorization: `Bearer ${RESEND_API_KEY}`,
            "content-type": "application/json",
            "idempotency-key": mail.id,
          },
          body: JSON.stringify({ from: MAIL_FROM, to: mail.to, ...wordsOf(mail) }),
        }, {
          provider: "resend",
          timeout_ms: 10_000,
          retry: "safe",
          request_id: context.request_id,
          log: context.log,
          fetch: context.fetch,
        });
        sent += 1;
      }
    } catch (failure) {
      error = failure instanceof Error ? failure.message : "unknown";
    }
    await context.admin.call("settle_mail", { p_id: mail.id, p_error: error });
  }
  return sent;
}

/** Returns the subject and text of a mail. */
export function wordsOf({ kind, data, name }: Pick<Mail, "kind" | "data" | "name">) {
  const amount = data.amount !== undefined && data.currency ? money(data.amount, data.currency) : null;
  const plan = `StreamVibe ${data.plan ?? ""}`.trim();
  const invoice = data.url ? `\n\nThe invoice: ${data.url}` : "";
  const [subject, text] = {
    receipt: [
      `Receipt for ${plan}`,
      `Your payment${amount ? ` of ${amount}` : ""} for ${plan} went through.${invoice}`,
    ],
    payment_failed: [
      `Your payment for ${plan} failed`,
      `We could not charge${amount ? ` ${amount}` : " you"} for ${plan}. ` +
      `${
        data.retry_at ? `We will try again on ${day(data.retry_at)}. ` : ""
      }You keep your plan for seven days: check your card on the billing page.${invoice}`,
    ],
    trial_ends: [
      "Your trial ends soon",
      `Your trial of ${plan} ends${
        data.at ? ` on ${day(data.at)}` : ""
      }. Then we charge you for the first time.`,
    ],
    paid_twice: [
      "You pay for more than one subscription",
      "Only the larger plan counts. Cancel the other on the billing page. We have told our staff, who refund what you paid twice.",
    ],
  }[kind] ?? ["About your subscription", "Something changed in your subscription: see the billing page."];
  return { subject, text: `Hello${name ? ` ${name}` : ""},\n\n${text}\n` };
}

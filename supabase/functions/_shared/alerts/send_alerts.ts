/**
 * Sends the alerts that evaluate_alerts() stored: to Slack, by e-mail and as a signed webhook. A failed delivery is retried for a day. Each
 * channel is delivered separately, so that a channel that is down does not delay the others.
 */
import * as z from "zod";
import { BILLING } from "../billing/settings.ts";
import type { Context } from "../context.ts";
import { callProvider, ProviderError } from "../http/outgoing.ts";
import type { Settings } from "../settings/settings.ts";
import { signatureHeaders } from "../webhooks/deliver.ts";
import { AlertDelivery, type Links, slackOf, textOf, titleOf, webhookOf } from "./message.ts";
import { isQuiet } from "./quiet_hours.ts";
import { ALERTS } from "./settings.ts";

type Channel = AlertDelivery["channel"];

const AT_ONCE = 20;
const LEASE_SECONDS = 60;
const TIMEOUT_MS = 10_000;

export const AlertReport = z.object({ sent: z.int(), failed: z.int(), channels: z.array(z.string()) });

/** Returns the channels that are configured. */
export function channelsOf(settings: Settings): Channel[] {
  const { ALERT_SLACK_WEBHOOK_URL, ALERT_EMAIL_TO, ALERT_WEBHOOK_URL, ALERT_WEBHOOK_SECRET } = settings.of(
    ALERTS,
  );
  const { RESEND_API_KEY } = settings.of(BILLING);
  return [
    ...(ALERT_SLACK_WEBHOOK_URL ? ["slack" as const] : []),
    ...(ALERT_EMAIL_TO?.length && RESEND_API_KEY ? ["email" as const] : []),
    ...(ALERT_WEBHOOK_URL && ALERT_WEBHOOK_SECRET ? ["webhook" as const] : []),
  ];
}

export async function sendAlerts(context: Context): Promise<z.output<typeof AlertReport>> {
  const settings = context.settings.of(ALERTS);
  const channels = channelsOf(context.settings);
  const held = isQuiet(settings.ALERT_QUIET_HOURS, settings.ALERT_TIME_ZONE, context.now())
    ? settings.ALERT_QUIET_SEVERITIES
    : [];
  const report = { sent: 0, failed: 0, channels: [...channels] as string[] };
  for (;;) {
    const due = await context.admin.call("claim_alert_deliveries", {
      p_channels: channels,
      p_held: held,
      p_limit: AT_ONCE,
      p_lease_seconds: LEASE_SECONDS,
    }, z.array(AlertDelivery));
    await Promise.all(due.map(async (alert) => {
      const error = await send(context, alert);
      report[error === null ? "sent" : "failed"] += 1;
      await context.admin.call("settle_alert_delivery", {
        p_event_id: alert.id,
        p_channel: alert.channel,
        p_fence: alert.fence,
        p_error: error,
      });
    }));
    if (due.length < AT_ONCE || context.signal?.aborted) return report;
  }
}

/** Sends one alert; returns null on success, else the reason for the failure. */
async function send(context: Context, alert: AlertDelivery): Promise<string | null> {
  const { ALERT_RUNBOOK_URL, CONSOLE_URL } = context.settings.of(ALERTS);
  const links: Links = {
    runbook: ALERT_RUNBOOK_URL,
    console: CONSOLE_URL,
    environment: context.settings.ENVIRONMENT,
  };
  try {
    await SENDERS[alert.channel](context, alert, links);
    return null;
  } catch (error) {
    context.log.error("an alert could not be sent", { channel: alert.channel, alert: alert.name, error });
    if (!(error instanceof ProviderError)) return error instanceof Error ? error.name : "unknown";
    return error.status === null ? error.message : `it answered ${error.status}${saidBy(error)}`;
  }
}

const SENDERS: Record<Channel, (context: Context, alert: AlertDelivery, links: Links) => Promise<void>> = {
  async slack(context, alert, links) {
    const { ALERT_SLACK_WEBHOOK_URL = "" } = context.settings.of(ALERTS);
    // Slack has no idempotency keys: a message that may have arrived is sent again rather than lost.
    await post(context, "slack", ALERT_SLACK_WEBHOOK_URL, JSON.stringify(slackOf(alert, links)), {});
  },
  async email(context, alert, links) {
    const { ALERT_EMAIL_TO } = context.settings.of(ALERTS);
    const { RESEND_API_KEY, RESEND_API_URL, MAIL_FROM } = context.settings.of(BILLING);
    const mail = {
      from: MAIL_FROM,
      to: ALERT_EMAIL_TO,
      subject: titleOf(alert, links),
      text: textOf(alert, links),
    };
    await post(context, "resend", `${RESEND_API_URL}/emails`, JSON.stringify(mail), {
      authorization: `Bearer ${RESEND_API_KEY}`,
      "idempotency-key": `alert/${alert.id}`,
    });
  },
  async webhook(context, alert, links) {
    const { ALERT_WEBHOOK_URL = "", ALERT_WEBHOOK_SECRET = "" } = context.settings.of(ALERTS);
    const payload = JSON.stringify(webhookOf(alert, links));
    const signed = { delivery_id: alert.id, payload, secret: ALERT_WEBHOOK_SECRET, old_secret: null };
    await post(context, "alert_webhook", ALERT_WEBHOOK_URL, payload, signatureHeaders(signed, context.now()));
  },
};

async function post(
  context: Context,
  provider: string,
  address: string,
  body: string,
  headers: Record<string, string>,
): Promise<void> {
  await callProvider(address, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
    redirect: "error",
  }, {
    provider,
    timeout_ms: TIMEOUT_MS,
    retry: "never",
    request_id: context.request_id,
    log: context.log,
    fetch: context.fetch,
    signal: context.signal,
  });
}

function saidBy({ body }: ProviderError): string {
  const said = typeof body === "string" ? body : (body as { message?: unknown } | null)?.message;
  return typeof said === "string" && said !== "" ? `: ${said.slice(0, 100)}` : "";
}

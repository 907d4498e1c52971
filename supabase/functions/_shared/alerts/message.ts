/** The text of an alert for each channel. */
import * as z from "zod";

/** A row of claim_alert_deliveries(). */
export const AlertDelivery = z.object({
  id: z.uuid(),
  name: z.string(),
  subject: z.string(),
  kind: z.enum(["firing", "reminder", "resolved"]),
  severity: z.enum(["info", "warning", "critical"]),
  title: z.string(),
  summary: z.string(),
  value: z.number().nullable(),
  place: z.record(z.string(), z.unknown()),
  began_at: z.string(),
  fired_event_id: z.uuid().nullable(),
  created_at: z.string(),
  channel: z.enum(["slack", "email", "webhook"]),
  fence: z.int(),
  attempt: z.int(),
});
export type AlertDelivery = z.output<typeof AlertDelivery>;

/** Targets of the links in a message. */
export interface Links {
  runbook?: string | undefined;
  console?: string | undefined;
  environment: string;
}

const KINDS = { firing: "", reminder: "Still: ", resolved: "Over: " } as const;

/** Returns the anchor of the alert's section in the runbook. */
export function anchorOf(name: string): string {
  return `alert-${name.replaceAll("_", "-")}`;
}

export function runbookOf({ name }: Pick<AlertDelivery, "name">, { runbook }: Links): string {
  return `${runbook ?? "docs/operations.md"}#${anchorOf(name)}`;
}

function consoleOf({ place }: Pick<AlertDelivery, "place">, links: Links): string | null {
  if (!links.console || typeof place.page !== "string") return null;
  const filters = Object.entries(place).filter(([name]) => name !== "page").map((
    [name, value],
  ) => [name, String(value)]);
  return `${links.console}/${place.page}${filters.length > 0 ? `?${new URLSearchParams(filters)}` : ""}`;
}

/** Returns one line with the alert, its subject, severity and environment. */
export function titleOf(alert: AlertDelivery, { environment }: Links): string {
  const subject = alert.subject ? ` (${alert.subject})` : "";
  return `${KINDS[alert.kind]}${alert.title}${subject} [${alert.severity}, ${environment}]`;
}

/** Returns the plain text of an e-mail. */
export function textOf(alert: AlertDelivery, links: Links): string {
  const where = consoleOf(alert, links);
  return [
    alert.summary + (alert.kind === "resolved" ? " (resolved)." : "."),
    "",
    `Since: ${time(alert.began_at)}`,
    `What to do: ${runbookOf(alert, links)}`,
    ...(where ? [`Where to look: ${where}`] : []),
    "",
  ].join("\n");
}

/** Returns the payload of Slack's incoming webhooks; notifications show `text`. */
export function slackOf(alert: AlertDelivery, links: Links) {
  const where = consoleOf(alert, links);
  const sign = alert.kind === "resolved"
    ? "✅"
    : alert.severity === "critical"
    ? "🔴"
    : alert.severity === "warning"
    ? "🟠"
    : "🔵";
  const title = `${sign} ${titleOf(alert, links)}`;
  return {
    text: escape(title),
    blocks: [
      { type: "header", text: { type: "plain_text", text: cut(title, 150) } },
      { type: "section", text: { type: "mrkdwn", text: cut(escape(alert.summary), 2_900) } },
      {
        type: "context",
        elements: [{
          type: "mrkdwn",
          text: [
            `since ${time(alert.began_at)}`,
            links.runbook
              ? `<${runbookOf(alert, links)}|what to do>`
              : `what to do: ${runbookOf(alert, links)}`,
            ...(where ? [`<${where}|where to look>`] : []),
          ].join(" · "),
        }],
      },
    ],
  };
}

/** Returns the payload for pagers and gateways, which open and close an incident by its `dedupe_key`. */
export function webhookOf(alert: AlertDelivery, links: Links) {
  return {
    type: `alert.${alert.kind}`,
    timestamp: alert.created_at,
    data: {
      alert: alert.name,
      subject: alert.subject,
      severity: alert.severity,
      title: alert.title,
      summary: alert.summary,
      value: alert.value,
      began_at: alert.began_at,
      dedupe_key: alert.fired_event_id ?? alert.id,
      environment: links.environment,
      runbook: runbookOf(alert, links),
      console: consoleOf(alert, links),
    },
  };
}

/** Escapes the three characters that Slack reserves: https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function time(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/**
 * POST /functions/v1/send-alerts: sends due alerts to Slack, by email and as a signed webhook. Called by cron while alerts are due; any number
 * may run concurrently. Without a configured address nothing is sent, but the console still shows the alerts.
 */
import * as z from "zod";
import { AlertReport, sendAlerts } from "../_shared/alerts/send_alerts.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "send-alerts",
  summary: "Sends alerts to Slack, email and a webhook",
  method: "POST",
  auth: "secret",
  rate: "service",
  input: z.strictObject({}),
  example: {},
  output: AlertReport,
  timeout_ms: 55_000,
  handle: (context) => sendAlerts(context),
});

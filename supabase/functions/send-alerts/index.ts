/**
 * POST /functions/v1/send-alerts — sends what people are to be told of what is wrong: to Slack, by mail, as a signed webhook. Called by cron
 * while there is something to send; any number may run at once. Without an address nothing is sent, and the console shows it all the same.
 */
import * as z from "zod";
import { AlertReport, sendAlerts } from "../_shared/alerts/send_alerts.ts";
import { endpoint } from "../_shared/http/endpoint.ts";

export default endpoint({
  name: "send-alerts",
  summary: "Sends alerts to Slack, e-mail and a webhook",
  method: "POST",
  auth: "secret",
  rate: "service",
  input: z.strictObject({}),
  example: {},
  output: AlertReport,
  timeout_ms: 55_000,
  handle: (context) => sendAlerts(context),
});

import * as z from "zod";
import { settingsPart } from "../settings/settings.ts";
import { address, list, url } from "../settings/values.ts";

const Severity = z.enum(["info", "warning", "critical"]);

/** Channels of alerts, and their quiet hours. */
export const ALERTS = settingsPart("alerts", {
  ALERT_SLACK_WEBHOOK_URL: address.optional(),
  ALERT_EMAIL_TO: list.optional(),
  ALERT_WEBHOOK_URL: address.optional(),
  ALERT_WEBHOOK_SECRET: z.string().regex(
    /^whsec_[A-Za-z0-9+/]{32,}=*$/,
    "expected whsec_ and 24 bytes or more in base64",
  )
    .optional(),
  /** `22:00-07:00`, in ALERT_TIME_ZONE. */
  ALERT_QUIET_HOURS: z.string().regex(
    /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/,
    "expected two times, such as 22:00-07:00",
  ).optional(),
  ALERT_QUIET_SEVERITIES: list.pipe(z.array(Severity)).default(["info", "warning"]),
  ALERT_TIME_ZONE: z.string().refine(isTimeZone, "expected a name such as Europe/Berlin").default("UTC"),
  /** Address at which docs/operations.md is published. */
  ALERT_RUNBOOK_URL: url.optional(),
  CONSOLE_URL: url.optional(),
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

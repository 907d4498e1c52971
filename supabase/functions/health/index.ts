/**
 * GET /functions/v1/health: returns whether the essential parts are up; 503 when one is down.
 * Reveals no versions, hosts or causes. Responds even when the database does not.
 * `unset`: works, but is not provisioned yet (Vault without its two secrets, cron without jobs); this does not count as down.
 * `degraded`: something works only in part, such as a provider that fails or a backup that is late; alerts have the details, and the status is 200.
 * A domain whose settings are malformed is named; only its own functions fail, and the log names the setting.
 *
 * A call also evaluates and sends alerts when cron does not, so an external monitor keeps alerts working.
 */
import * as z from "zod";
import { ALERTS } from "../_shared/alerts/settings.ts";
import type { Context } from "../_shared/context.ts";
import { AI } from "../_shared/ai/settings.ts";
import { BILLING } from "../_shared/billing/settings.ts";
import { CONNECTIONS } from "../_shared/connections/settings.ts";
import { DatabaseError } from "../_shared/errors.ts";
import { type Admin, endpoint, type Logger, Reply, type Settings } from "../_shared/http/endpoint.ts";
import { JOBS } from "../_shared/jobs/settings.ts";
import { background } from "../_shared/observability/background.ts";
import { FACEBOOK } from "../_shared/platforms/facebook/settings.ts";
import { INSTAGRAM } from "../_shared/platforms/instagram/settings.ts";
import { PLATFORMS } from "../_shared/platforms/settings.ts";
import { TIKTOK } from "../_shared/platforms/tiktok/settings.ts";
import { TWITTER } from "../_shared/platforms/twitter/settings.ts";
import { YOUTUBE } from "../_shared/platforms/youtube/settings.ts";
import type { SettingsPart } from "../_shared/settings/settings.ts";
import { SYNC } from "../_shared/sync/settings.ts";

/** Every domain with settings of its own. */
const DOMAINS: SettingsPart[] = [
  CONNECTIONS,
  SYNC,
  JOBS,
  PLATFORMS,
  YOUTUBE,
  INSTAGRAM,
  TIKTOK,
  FACEBOOK,
  TWITTER,
  AI,
  BILLING,
  ALERTS,
];

const State = z.enum(["ok", "unset", "degraded", "down"]);
const Essential = { database: State, vault: State, queue: State, cron: State };
const Checks = z.object({
  ...Essential,
  jobs: State,
  http_calls: State,
  providers: State,
  alerts: State,
  backups: State,
});
type Checks = z.output<typeof Checks>;
const DOWN = { database: "down", vault: "down", queue: "down", cron: "down" } as const;
/** Checks that are unknown without the database or module 010. */
const UNKNOWN = {
  jobs: "unset",
  http_calls: "unset",
  providers: "unset",
  alerts: "unset",
  backups: "unset",
} as const;
const PATIENCE_MS = 2_000;

export default endpoint({
  name: "health",
  summary: "Returns whether the service is healthy",
  method: "GET",
  auth: "none",
  rate: "public_read",
  input: z.strictObject({}),
  example: {},
  output: z.object({
    status: z.enum(["ok", "degraded", "down"]),
    checks: Checks.extend({ settings: z.enum(["ok", "misconfigured"]) }),
    /** The domains whose settings are malformed, such as `youtube`. */
    misconfigured: z.array(z.string()),
  }),
  also_answers: [503],
  async handle(context) {
    const { admin, log, settings } = context;
    const late = AbortSignal.timeout(PATIENCE_MS);
    const { is_watched, ...checks } = await Promise.race([
      check(admin),
      new Promise<never>((_, reject) => late.addEventListener("abort", () => reject(late.reason))),
    ]).catch((error) => {
      log.warn("the health checks could not be read", { error });
      return { ...DOWN, ...UNKNOWN, is_watched: true };
    });
    if (!is_watched) {
      background(watch(context).catch((error) => log.warn("alerts could not be evaluated", { error })));
    }
    const misconfigured = DOMAINS.filter((domain) => isMisconfigured(domain, settings, log))
      .map(({ name }) => name);
    const states: string[] = Object.values(checks);
    const status = states.includes("down")
      ? "down" as const
      : states.includes("degraded") || misconfigured.length > 0
      ? "degraded" as const
      : "ok" as const;
    return new Reply(
      {
        status,
        checks: { ...checks, settings: misconfigured.length > 0 ? "misconfigured" as const : "ok" as const },
        misconfigured,
      },
      { status: status === "down" ? 503 : 200 },
    );
  },
});

/** Before module 010, checks only the essential parts. */
async function check(admin: Admin): Promise<Checks & { is_watched: boolean }> {
  try {
    return await admin.call("check_operations", {}, Checks.extend({ is_watched: z.boolean() }));
  } catch (error) {
    if (!(error instanceof DatabaseError && ["42883", "PGRST202"].includes(error.sqlstate))) throw error;
    const essential = await admin.call("check_health", {}, z.object(Essential));
    return { ...essential, ...UNKNOWN, is_watched: true };
  }
}

async function watch(context: Context): Promise<void> {
  if (!await context.admin.call("watch_now", {}, z.boolean())) return;
  const { sendAlerts } = await import("../_shared/alerts/send_alerts.ts");
  await sendAlerts(context);
}

function isMisconfigured(domain: SettingsPart, settings: Settings, log: Logger): boolean {
  try {
    settings.of(domain);
    return false;
  } catch (error) {
    log.warn("a domain is misconfigured", { domain: domain.name, error });
    return true;
  }
}

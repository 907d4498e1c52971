/**
 * GET /functions/v1/health — whether the parts that everything needs are up; 503 when one is down.
 * Says nothing about versions, hosts or causes. Answers also when the database does not.
 * `unset`: works, and waits to be provisioned (Vault without its two secrets, cron without jobs); that is not down.
 * A domain whose settings are malformed is named; only its own functions fail, and the log says which setting it is.
 */
import * as z from "zod";
import { AI } from "../_shared/ai/settings.ts";
import { BILLING } from "../_shared/billing/settings.ts";
import { CONNECTIONS } from "../_shared/connections/settings.ts";
import { endpoint, type Logger, Reply, type Settings } from "../_shared/http/endpoint.ts";
import { JOBS } from "../_shared/jobs/settings.ts";
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
];

const State = z.enum(["ok", "unset", "down"]);
const Checks = z.object({ database: State, vault: State, queue: State, cron: State });
const DOWN = { database: "down", vault: "down", queue: "down", cron: "down" } as const;
const PATIENCE_MS = 2_000;

export default endpoint({
  name: "health",
  summary: "Whether the service is healthy",
  method: "GET",
  auth: "none",
  rate: "public_read",
  input: z.strictObject({}),
  example: {},
  output: z.object({
    status: z.enum(["ok", "down"]),
    checks: Checks.extend({ settings: z.enum(["ok", "misconfigured"]) }),
    /** The domains whose settings are malformed, such as `youtube`. */
    misconfigured: z.array(z.string()),
  }),
  also_answers: [503],
  async handle({ admin, log, settings }) {
    const late = AbortSignal.timeout(PATIENCE_MS);
    const checks = await Promise.race([
      admin.call("check_health", {}, Checks),
      new Promise<never>((_, reject) => late.addEventListener("abort", () => reject(late.reason))),
    ]).catch((error) => {
      log.warn("the health checks could not be read", { error });
      return DOWN;
    });
    const status = Object.values(checks).includes("down") ? "down" as const : "ok" as const;
    const misconfigured = DOMAINS.filter((domain) => isMisconfigured(domain, settings, log))
      .map(({ name }) => name);
    return new Reply(
      {
        status,
        checks: { ...checks, settings: misconfigured.length > 0 ? "misconfigured" as const : "ok" as const },
        misconfigured,
      },
      { status: status === "ok" ? 200 : 503 },
    );
  },
});

function isMisconfigured(domain: SettingsPart, settings: Settings, log: Logger): boolean {
  try {
    settings.of(domain);
    return false;
  } catch (error) {
    log.warn("a domain is misconfigured", { domain: domain.name, error });
    return true;
  }
}

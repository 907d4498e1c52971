/** Handles a platform's report that a user removed the access, which otherwise only a refused refresh would show hours later. */
import type { PlatformSlug } from "../platforms/platform.ts";
import { accessEnded } from "./problem.ts";
import type { Context } from "../context.ts";

/**
 * Marks every connection to the account, or granted by the person, that is older than the report, and notifies their creators once.
 * A repeated or late report changes nothing: it cannot end a newer consent.
 */
export async function accessRemoved(
  { admin, log }: Pick<Context, "admin" | "log">,
  platform: { slug: PlatformSlug; title: string },
  report: { reported_id: string; at: Date },
): Promise<void> {
  const refused = await admin.call("refuse_account", {
    p_platform: platform.slug,
    p_reported_id: report.reported_id,
    p_reason: accessEnded(platform.title),
    p_before: report.at.toISOString(),
  });
  log.info("a platform reported that access was taken back", {
    platform: platform.slug,
    connections: refused,
  });
}

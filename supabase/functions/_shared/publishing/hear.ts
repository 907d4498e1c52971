/** Stores what a platform reports, before the request is answered. Posts under way become due for a check, and automatic sync may wake. */
import * as z from "zod";
import type { Context } from "../context.ts";
import type { PlatformSlug } from "../platforms/platform.ts";
import { sha256Hex } from "../text/hash.ts";

/** One report of a platform. It is only a hint and is always verified. */
export interface PlatformReport {
  /** The platform's id of the account. */
  account_id: string;
  event: string;
  /** Handle of a post under way (a publish id, a video's id); if omitted, any post on that account. */
  handle?: string | undefined;
  content_id?: string | undefined;
  wakes_sync?: "new" | "gone" | undefined;
}

const Heard = z.object({ is_new: z.boolean(), posts: z.int(), accounts: z.int() });

/** @param body The request body. A duplicate is recognized by its hash and ignored. */
export async function hear(
  { admin, log }: Pick<Context, "admin" | "log">,
  platform: PlatformSlug,
  body: unknown,
  reports: readonly PlatformReport[],
): Promise<void> {
  if (reports.length === 0) return;
  const heard = await admin.call("hear_from_platform", {
    p_platform: platform,
    p_digest: await sha256Hex(typeof body === "string" ? body : JSON.stringify(body)),
    p_reports: reports.map((report) => ({ ...report })),
  }, Heard);
  log.info("a platform reported something", { platform, reports: reports.length, ...heard });
}

/** What platforms report by themselves, kept before it is answered: posts under way are looked at, and automatic sync wakes. */
import * as z from "zod";
import type { Context } from "../context.ts";
import type { PlatformSlug } from "../platforms/platform.ts";
import { sha256Hex } from "../text/hash.ts";

/** One thing that a platform said; a hint, never believed. */
export interface PlatformReport {
  /** As the platform knows the account. */
  account_id: string;
  event: string;
  /** The post's handle while it is under way (a publish id, a video's id); left out: any on that account. */
  handle?: string | undefined;
  content_id?: string | undefined;
  wakes_sync?: "new" | "gone" | undefined;
}

const Heard = z.object({ is_new: z.boolean(), posts: z.int(), accounts: z.int() });

/** @param body What came; the same again is known by its hash, and does nothing. */
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

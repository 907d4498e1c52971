/** Sends pending submissions, one site at a time: in the job `seo_submit`, or within the request where the job module is missing. */
import * as z from "zod";
import type { Context } from "../context.ts";
import { type BatchResult, consequence, EngineFault, type Page } from "./engine.ts";
import { ADAPTERS } from "./registry.ts";
import { Connection, engineContext, operateSites, siteOf, toJson, verifySite } from "./connection.ts";

const Run = Connection.extend({ is_verify_due: z.boolean() }).nullable();
const Claim = z.object({
  submissions: z.array(
    z.object({
      id: z.string(),
      url: z.string(),
      type: z.enum(["updated", "removed"]),
      is_live: z.boolean(),
      sitemap_page: z.int().nullish(),
    }),
  ),
  claim: z.string().optional(),
});

/** Result of a run over a site. */
export interface SiteRun {
  submitted: number;
  rejected: number;
  /** Pages that will be sent again later. */
  waiting: number;
  /** Whether the deadline ended the run before the work was done. */
  is_unfinished: boolean;
}

export const NOTHING: SiteRun = { submitted: 0, rejected: 0, waiting: 0, is_unfinished: false };

/** Sends a site's due pages until none are left, the engine requires a pause, or the deadline passes. One worker per site. */
export async function submitSite(context: Context, connection_id: string, deadline: Date): Promise<SiteRun> {
  const now = () => context.now().toISOString();
  await operateSites(context);
  let connection = await context.admin.call(
    "begin_seo_run",
    { p_connection_id: connection_id, p_now: now() },
    Run,
  );
  if (!connection) return NOTHING;
  const run = { ...NOTHING };
  try {
    if (!connection.is_verified) {
      if (!connection.is_verify_due || !(await verifySite(context, connection)).is_verified) return run;
      const read = await context.admin.call(
        "read_seo_connection",
        { p_connection_id: connection_id },
        Connection,
      );
      connection = { ...read, is_verify_due: false };
    }
    const site = siteOf(context, connection);
    if (!site) return run;
    const engine = await ADAPTERS[site.engine]();
    const told = engineContext(context, site.id);
    for (;;) {
      if (context.now() >= deadline) return { ...run, is_unfinished: true };
      context.signal?.throwIfAborted();
      const { windows, fault } = await readWindows(() => engine.windows(told, site));
      if (windows.length > 0) {
        await context.admin.call("observe_seo_quota", {
          p_connection_id: site.id,
          p_observed: toJson(windows),
          p_now: now(),
        });
      }
      const claimed = await context.admin.call("claim_seo_submissions", {
        p_connection_id: site.id,
        p_limit: site.batch_size,
        // `amount: null` keeps the observed amount, which the database already has.
        p_windows: toJson(windows.map(({ quota, starts, ends }) => ({ quota, starts, ends, amount: null }))),
        p_now: now(),
      }, Claim);
      const pages: Page[] = claimed.submissions;
      if (pages.length === 0 || !claimed.claim) return run;
      const result = fault
        ? consequence(fault, pages, context.now())
        : await engine.submit(told, site, pages);
      await settle(context, site.id, claimed.claim, result, site.window_seconds);
      for (const { outcome } of result.outcomes) {
        if (outcome === "submitted") run.submitted++;
        else if (outcome === "rejected") run.rejected++;
        else run.waiting++;
      }
      if (result.doubts) await verifySite(context, connection, undefined, true);
      if (result.pause) return run;
    }
  } finally {
    await context.admin.call("end_seo_run", { p_connection_id: connection_id });
  }
}

async function readWindows<Windows>(
  read: () => Promise<Windows[]>,
): Promise<{ windows: Windows[]; fault?: EngineFault }> {
  try {
    return { windows: await read() };
  } catch (error) {
    if (error instanceof EngineFault) {
      // Nothing was sent yet, so no fault may reject the pages: any fault but `refused` becomes `limited`.
      const kind = error.kind === "refused" ? "refused" : "limited";
      return { windows: [], fault: new EngineFault(kind, error.code, error.message, error.about) };
    }
    throw error;
  }
}

async function settle(
  context: Context,
  connection_id: string,
  claim: string,
  { outcomes, pause, observed }: BatchResult,
  window_seconds: number,
): Promise<void> {
  const now = context.now();
  // A page that the engine may have accepted is retried only after the window; one that was not sent is retried after the pause.
  const after_window = new Date(now.getTime() + window_seconds * 1_000).toISOString();
  const after_pause = (pause?.until ?? now).toISOString();
  await context.admin.call("settle_seo_submissions", {
    p_connection_id: connection_id,
    p_claim: claim,
    p_outcomes: outcomes.map((outcome) => ({
      ...outcome,
      retry_at: outcome.outcome === "retry" ? after_window : after_pause,
    })),
    p_pause: pause ? { ...pause, until: pause.until.toISOString() } : null,
    p_now: now.toISOString(),
  });
  if (observed) {
    await context.admin.call("observe_seo_quota", {
      p_connection_id: connection_id,
      p_observed: toJson(observed),
      p_now: now.toISOString(),
    });
  }
}

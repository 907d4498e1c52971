/** Starts the submissions that a creator requests: records them and creates a job for each site. */
import * as z from "zod";
import type { Context } from "../context.ts";
import { DatabaseError } from "../errors.ts";
import { operateSites } from "./connection.ts";
import { submitSite } from "./submit.ts";

const Begun = z.object({
  submissions: z.array(z.object({
    content_item_id: z.string(),
    search_engine: z.string(),
    submission_id: z.string(),
    status: z.enum(["pending", "submitted", "indexed", "rejected", "failed"]),
    is_new: z.boolean(),
    message: z.string().nullish(),
    connection_id: z.string().optional(),
  })),
  beyond_quota: z.int(),
  not_public: z.array(z.string()),
});
export type Begun = z.output<typeof Begun>;

export interface Wish {
  user_id: string;
  /** Default: all items that are new or changed since they were sent. */
  content_item_ids?: string[] | undefined;
  /** Default: all search engines that are set up. */
  search_engines?: string[] | undefined;
  deadline: Date;
}

/**
 * Records submissions, reserves their units of the plan, and starts sending them.
 *
 * @throws {DatabaseError} SVQ01 (the plan), SVE01 (no site), SVE02 (not public), SVG03 (not the creator's).
 */
export async function begin(context: Context, wish: Wish): Promise<Begun> {
  await operateSites(context);
  const begun = await context.admin.call("begin_seo_submissions", {
    p_user_id: wish.user_id,
    p_content_item_ids: wish.content_item_ids ? [...new Set(wish.content_item_ids)] : null,
    p_engines: wish.search_engines ? [...new Set(wish.search_engines)] : null,
    p_now: context.now().toISOString(),
  }, Begun);
  const sites = new Set(
    begun.submissions.flatMap(({ connection_id }) => connection_id ? [connection_id] : []),
  );
  for (const connection_id of sites) await send(context, connection_id, wish.deadline);
  return begun;
}

/** Sends through a job or, where module 006 is not applied, within this call. */
async function send(context: Context, connection_id: string, deadline: Date): Promise<void> {
  try {
    await context.admin.call("create_job", {
      p_user_id: null,
      p_job_type: "seo_submit",
      // request_id makes the params unique: an equal recent job would be returned instead of a new one, and would miss what is due now.
      p_params: { connection_id, request_id: context.request_id },
      p_request_id: context.request_id,
    });
  } catch (error) {
    // PGRST202 and 42883: the function does not exist.
    if (!(error instanceof DatabaseError) || !["PGRST202", "42883"].includes(error.sqlstate)) throw error;
    await submitSite(context, connection_id, deadline);
  }
}

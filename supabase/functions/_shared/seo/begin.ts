/** What a creator asks to have submitted: written down, and handed to a job for each site. */
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
  /** All that are new or changed since they were sent, when it is left out. */
  content_item_ids?: string[] | undefined;
  /** All that are set up, when it is left out. */
  search_engines?: string[] | undefined;
  deadline: Date;
}

/**
 * Writes submissions down, takes their units of the plan, and sees that they are sent.
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

/** By a job; where module 006 is not applied, within this call. */
async function send(context: Context, connection_id: string, deadline: Date): Promise<void> {
  try {
    await context.admin.call("create_job", {
      p_user_id: null,
      p_job_type: "seo_submit",
      // A job that ended a moment ago is no answer to what is due now.
      p_params: { connection_id, request_id: context.request_id },
      p_request_id: context.request_id,
    });
  } catch (error) {
    // PGRST202 and 42883: there is no such function.
    if (!(error instanceof DatabaseError) || !["PGRST202", "42883"].includes(error.sqlstate)) throw error;
    await submitSite(context, connection_id, deadline);
  }
}

/** The handler `seo_submit`: sends a site's due pages or, for a creator's job, starts submissions of their items. */
import * as z from "zod";
import { ApiError } from "../errors.ts";
import type { Ending, Handler } from "../jobs/job.ts";
import { begin } from "./begin.ts";
import { submitSite } from "./submit.ts";

const OfSite = z.object({ connection_id: z.uuid() });
const OfItems = z.object({
  content_item_ids: z.array(z.uuid()).min(1).max(200).optional(),
  all_changed: z.boolean().optional(),
  search_engines: z.array(z.string()).min(1).max(10).optional(),
});

/** Safe to run again: each page is claimed by one run and its outcome is stored, so a later run continues with the rest. */
export const submitJob: Handler = async ({ job, context, deadline }): Promise<Ending> => {
  const site = OfSite.safeParse(job.params);
  if (job.user_id === null && site.success) {
    const run = await submitSite(context, site.data.connection_id, deadline);
    if (run.is_unfinished) return { again: { checkpoint: {}, message: "More pages are waiting" } };
    return { result: { submitted: run.submitted, rejected: run.rejected, waiting: run.waiting } };
  }
  const items = OfItems.safeParse(job.params);
  if (!job.user_id || !items.success || (!items.data.content_item_ids && !items.data.all_changed)) {
    throw new ApiError(
      "validation_failed",
      "Cannot submit: params need content_item_ids, a list of 1 to 200 ids of items, or all_changed",
    );
  }
  const begun = await begin(context, { ...items.data, user_id: job.user_id, deadline });
  return {
    result: {
      submissions: begun.submissions.map(({ submission_id, status }) => ({ submission_id, status })),
      beyond_quota: begun.beyond_quota,
    },
  };
};

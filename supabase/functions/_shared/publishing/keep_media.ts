/** Deletes media files from storage. Separate from upload.ts, so that the job does not load the parsers for video containers. */
import * as z from "zod";
import type { Context } from "../context.ts";
import type { Handler } from "../jobs/job.ts";
import { Storage } from "./media.ts";
import { PUBLISHING } from "./settings.ts";

export async function removeFiles(context: Context, paths: string[]): Promise<void> {
  await new Storage(context).remove(paths);
  await context.admin.call("forget_doomed_files", { p_paths: paths });
}

/** Finds and deletes files that are no longer needed: unfinished uploads, old media, and media of erased creators. */
export const keepMediaJob: Handler = async ({ context, deadline }) => {
  const { MEDIA_BUCKET, MEDIA_KEEP_DAYS } = context.settings.of(PUBLISHING);
  await context.admin.call("keep_publishing_house", { p_bucket: MEDIA_BUCKET, p_keep_days: MEDIA_KEEP_DAYS });
  let removed = 0;
  for (;;) {
    const paths = await context.admin.call("claim_doomed_files", { p_limit: 100 }, z.array(z.string()));
    if (paths.length > 0) await removeFiles(context, paths);
    removed += paths.length;
    if (paths.length < 100 || context.now() >= deadline) return { result: { removed } };
  }
};

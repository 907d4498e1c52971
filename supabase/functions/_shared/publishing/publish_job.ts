/** Publishes everything that is due on one account. A post that must wait becomes due later and then gets a new job. */
import * as z from "zod";
import { ApiError } from "../errors.ts";
import type { Handler } from "../jobs/job.ts";
import { publishAccount } from "./publish_account.ts";

const Params = z.object({ social_account_id: z.uuid() });

export const publishJob: Handler = async ({ job, context, deadline }) => {
  const params = Params.safeParse(job.params);
  if (!params.success) {
    throw new ApiError(
      "validation_failed",
      "Cannot publish: params need the social_account_id of an account",
    );
  }
  return { result: { ...await publishAccount(context, params.data.social_account_id, deadline) } };
};

import { settingsPart } from "../settings/settings.ts";
import { whole } from "../settings/values.ts";

/** Settings of this installation's workers. */
export const JOBS = settingsPart("jobs", {
  JOB_CONCURRENCY: whole(1, 1_000).default(20),
  JOB_LEASE_SECONDS: whole(1, 3600).default(60),
  JOB_BUDGET_SECONDS: whole(1, 140).default(50),
});

import { settingsPart } from "../settings/settings.ts";
import { whole } from "../settings/values.ts";

/** How long a step of a sync run holds its account. */
export const SYNC = settingsPart("sync", {
  SYNC_LEASE_SECONDS: whole(1, 3600).default(60),
});

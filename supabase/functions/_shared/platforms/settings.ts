import { settingsPart } from "../settings/settings.ts";
import { milliseconds, whole } from "../settings/values.ts";

/** What holds for every platform. */
export const PLATFORMS = settingsPart("platforms", {
  PROVIDER_TIMEOUT_MS: milliseconds.default(10_000),
  PROVIDER_RETRY_MS: milliseconds.default(400),
  PLATFORM_QUOTA_PAUSE_SECONDS: whole(0, 86_400).default(900),
});

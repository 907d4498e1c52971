import { settingsPart } from "../settings/settings.ts";
import { url } from "../settings/values.ts";

/** Where hosts below the reserved name `.example` are served; for the local stack and tests. */
export const SITE = settingsPart("webhooks", { EXAMPLE_SITES_URL: url.optional() });

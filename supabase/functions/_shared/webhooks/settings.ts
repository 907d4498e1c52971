import { settingsPart } from "../settings/settings.ts";
import { url } from "../settings/values.ts";

/** Server that stands in for hosts under the reserved name `.example`, for the local stack and tests. */
export const SITE = settingsPart("webhooks", { EXAMPLE_SITES_URL: url.optional() });

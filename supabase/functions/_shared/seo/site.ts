/** The public site that engines are told about. */
import { ApiError } from "../errors.ts";
import { hasPublicSite, type PublicUrls, publicUrls } from "./settings.ts";
import type { Settings } from "../settings/settings.ts";

/** Its addresses; 503 where this installation has none. */
export function siteOf(settings: Settings): PublicUrls {
  if (hasPublicSite(settings)) return publicUrls(settings);
  throw new ApiError(
    "unavailable",
    "Cannot answer: there is no public site; the operator sets PUBLIC_SITE_URL",
  );
}

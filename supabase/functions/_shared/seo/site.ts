/** The public site that is submitted to search engines. */
import { ApiError } from "../errors.ts";
import { hasPublicSite, type PublicUrls, publicUrls } from "./settings.ts";
import type { Settings } from "../settings/settings.ts";

/** Returns the site's URLs; 503 if this installation has no public site. */
export function siteOf(settings: Settings): PublicUrls {
  if (hasPublicSite(settings)) return publicUrls(settings);
  throw new ApiError(
    "unavailable",
    "Cannot answer: there is no public site; the operator has to set PUBLIC_SITE_URL",
  );
}

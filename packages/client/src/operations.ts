/** Generated from docs/openapi.json (`deno task generate`): what the client must know of the operations at run time. */

/** Functions that are asked by GET; all others take a body. */
export const READS: ReadonlySet<string> = new Set([
  "billing-status",
  "browse-categories",
  "browse-content",
  "browse-creators",
  "data-deletion-status",
  "get-ai-costs",
  "get-click-stats",
  "get-content-detail",
  "get-creator-by-slug",
  "get-post",
  "get-seo-metadata",
  "get-trending",
  "health",
  "job-status",
  "list-posts",
  "list-publishing-problems",
  "metrics",
  "robots",
  "search-content",
  "search-creators",
  "sitemap",
  "thumbnail",
  "validate-seo",
]);

/** Functions that take an idempotency key, and so may be repeated. */
export const KEYED: ReadonlySet<string> = new Set([
  "ai-generate-tags",
  "apply-ai-suggestion",
  "auth-profile-setup",
  "create-checkout-session",
  "create-post",
  "oauth-facebook-callback",
  "oauth-instagram-callback",
  "oauth-tiktok-callback",
  "oauth-twitter-callback",
  "oauth-youtube-callback",
  "publish-post",
  "sync-facebook",
  "sync-instagram",
  "sync-tiktok",
  "sync-twitter",
  "sync-youtube",
  "update-post",
]);

/** What functions of the database raise, by SQLSTATE. */
export const RAISED: Readonly<Record<string, string>> = {
  "SVG01": "bad_request",
  "SVG02": "forbidden",
  "SVG03": "not_found",
  "SVQ01": "quota_exceeded",
  "SVO01": "oauth_state_invalid",
  "SVC01": "account_disconnected",
  "SVC02": "lease_lost",
  "SVS01": "sync_in_progress",
  "SVS02": "lease_lost",
  "SVS03": "provider_error",
  "SVP01": "provider_quota_exceeded",
  "SVJ01": "too_many_jobs",
  "SVJ02": "lease_lost",
  "SVW01": "conflict",
  "SVW02": "lease_lost",
};

import { endpoint } from "../http/endpoint.ts";
import { ACCOUNTS, type PlatformSlug } from "../platforms/platform.ts";
import { SyncInput, SyncOutput } from "./contract.ts";
import { syncPage } from "./sync_page.ts";

/**
 * Syncs one page of an account into the creator's library. A sync costs one unit of the plan, however many calls it takes: continue
 * with `sync_id` while `has_more`.
 */
export function syncEndpoint(slug: PlatformSlug) {
  return endpoint({
    name: `sync-${slug}`,
    summary: `Syncs a page of ${ACCOUNTS[slug]}`,
    method: "POST",
    auth: ["user", "secret"],
    rate: "user",
    idempotent: true,
    input: SyncInput,
    example: { social_account_id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001", max_results: 5 },
    output: SyncOutput,
    errors: [
      "not_found",
      "quota_exceeded",
      "sync_in_progress",
      "account_disconnected",
      "account_locked",
      "lease_lost",
      "provider_error",
      "provider_unavailable",
      "provider_quota_exceeded",
    ],
    timeout_ms: 120_000,
    handle: (context) => syncPage(context, slug, { ...context.input, user_id: context.user?.id ?? null }),
  });
}

/**
 * POST /functions/v1/sync-twitter — brings one page of the posts of an X account into the creator's library.
 * A sync costs one unit of the plan, however many calls it takes: go on with `sync_id` while `has_more`.
 */
import { endpoint } from "../_shared/http/endpoint.ts";
import { SyncInput, SyncOutput } from "../_shared/sync/contract.ts";
import { syncPage } from "../_shared/sync/sync_page.ts";

export default endpoint({
  name: "sync-twitter",
  summary: "Syncs a page of an X account",
  method: "POST",
  auth: ["user", "secret"],
  rate: "user",
  idempotent: true,
  input: SyncInput,
  output: SyncOutput,
  errors: [
    "not_found",
    "quota_exceeded",
    "sync_in_progress",
    "account_disconnected",
    "lease_lost",
    "provider_error",
    "provider_unavailable",
    "provider_quota_exceeded",
  ],
  timeout_ms: 120_000,
  handle: (context) => syncPage(context, "twitter", { ...context.input, user_id: context.user?.id ?? null }),
});

/**
 * Who may do what, written down once. `privileges.test.ts` compares it with the catalogue (GRANTS, EXECUTE) and with how the
 * database behaves (MATRIX). A new table or function fails the tests until it is stated here.
 */
import type { Actor } from "../support/world.ts";

export const ACTORS = ["anon", "owner", "other", "moderator", "admin", "service"] as const satisfies Actor[];

/**
 * Four signs an actor: select, insert, update, delete on the rows of `owner`.
 * `+` works, `0` is permitted and touches no row (a policy hides them), `-` is refused.
 */
export const MATRIX = readMatrix(`
                       anon   owner  other  moderator  admin  service
  users                ----   +-+-   0-0-   0-0-       0-0-   ++++
  user_role            ----   +---   0---   0---       0---   ++++
  user_setting         ----   +-+-   0-0-   0-0-       0-0-   ++++
  subscription         ----   +---   0---   0---       0---   ++++
  subscription_tier    +---   +---   +---   +---       +---   ++++
  subscription_status  +---   +---   +---   +---       +---   ++++
  notification         ----   +-++   0-00   0-00       0-00   ++++
  audit_log            ----   0---   0---   0---       +---   ++--
  quota_usage_history  ----   +---   0---   0---       0---   ++--
  cache_store          ----   ----   ----   ----       ----   ++++

  platform             +---   +---   +---   +---       +---   ++++
  account_status       +---   +---   +---   +---       +---   ++++
  platform_connection  ----   +---   0---   0---       0---   ++++
  social_account       ----   +-+-   0-0-   0-0-       0-0-   ++++

  content_type         +---   +---   +---   +---       +---   ++++
  content_item         ----   +-+-   0-0-   0-0-       0-0-   ++++
  content_revision     ----   +---   0---   0---       0---   +---
  content_media        ----   +---   0---   0---       0---   ++++

  job_type             ----   +---   +---   +---       +---   +---
  job_queue            ----   +---   0---   0---       0---   +---
  job_log              ----   +---   0---   0---       0---   +---
`);

function readMatrix(text: string): Record<string, Record<string, string>> {
  const [head = [], ...lines] = text.split("\n").map((line) => line.trim().split(/\s+/)).filter(([first]) =>
    first
  );
  return Object.fromEntries(
    lines.map((
      [table, ...signs],
    ) => [table, Object.fromEntries(head.map((actor, i) => [actor, signs[i] ?? ""]))]),
  );
}

const ALL = "delete insert select update";

/** Every privilege on every table of public and ops, beyond the owner's: table → role → privileges, with columns if limited. */
export const GRANTS: Record<string, Record<string, string>> = {
  "public.users": {
    authenticated: "select update(avatar_url bio display_name is_public primary_category)",
    service_role: ALL,
  },
  "public.user_role": { authenticated: "select", service_role: ALL },
  "public.user_setting": {
    authenticated: "select update(default_sync_mode email_notifications language time_zone)",
    service_role: ALL,
  },
  "public.subscription": { authenticated: "select", service_role: ALL },
  "public.subscription_tier": { anon: "select", authenticated: "select", service_role: ALL },
  "public.subscription_status": { anon: "select", authenticated: "select", service_role: ALL },
  "public.notification": { authenticated: "delete select update(read_at)", service_role: ALL },
  "public.audit_log": { authenticated: "select", service_role: "insert select" },
  "public.quota_usage_history": { authenticated: "select", service_role: "insert select" },
  "public.cache_store": { service_role: ALL },
  "public.platform": { anon: "select", authenticated: "select", service_role: ALL },
  "public.account_status": { anon: "select", authenticated: "select", service_role: ALL },
  "public.platform_connection": {
    authenticated:
      "select(created_at id is_active last_refreshed_at platform_id scopes token_expires_at updated_at user_id)",
    service_role: ALL,
  },
  "public.social_account": {
    authenticated: "select update(max_sync_hours min_sync_hours sync_mode)",
    service_role: ALL,
  },
  "public.content_type": { anon: "select", authenticated: "select", service_role: ALL },
  "public.content_item": {
    authenticated: "select update(category_code deleted_at description hashtags tags title)",
    service_role: ALL,
  },
  "public.content_revision": { authenticated: "select", service_role: "select" },
  "public.content_media": { authenticated: "select", service_role: ALL },
  "public.job_type": { authenticated: "select", service_role: "select" },
  "public.job_queue": { authenticated: "select", service_role: "select" },
  "public.job_log": { authenticated: "select", service_role: "select" },
};

/** Every function of public and ops that a role beside the owner may execute. What is not here, nobody else may. */
export const EXECUTE: Record<string, string> = {
  "public.check_quota": "authenticated service_role",
  "public.has_role": "authenticated service_role",
  "public.find_users": "authenticated service_role",
  "public.set_creator_hidden": "authenticated service_role",
  "public.set_content_hidden": "authenticated service_role",
  "public.set_user_plan": "authenticated service_role",
  "public.set_user_role": "authenticated service_role",
  "public.search_library": "authenticated",
  "public.increment_quota": "service_role",
  "public.decrement_quota": "service_role",
  "public.setup_profile": "service_role",
  "public.check_rate_limit": "service_role",
  "public.check_rate_limits": "service_role",
  "public.admit_request": "service_role",
  "public.finish_request": "service_role",
  "public.record_request_metrics": "service_role",
  "public.read_request_metrics": "service_role",
  "public.check_health": "service_role",
  "public.begin_oauth": "service_role",
  "public.take_oauth_state": "service_role",
  "public.connect_account": "service_role",
  "public.read_connection": "service_role",
  "public.disconnect_account": "service_role",
  "public.claim_token_refreshes": "service_role",
  "public.claim_token_refresh": "service_role",
  "public.store_refreshed_tokens": "service_role",
  "public.refuse_connection": "service_role",
  "public.release_token_refresh": "service_role",
  "public.begin_sync": "service_role",
  "public.apply_sync_page": "service_role",
  "public.fail_sync": "service_role",
  "public.claim_auto_syncs": "service_role",
  "public.postpone_auto_sync": "service_role",
  "public.record_platform_usage": "service_role",
  "public.read_platform_quotas": "service_role",
  "public.refuse_account": "service_role",
  "public.has_other_account": "service_role",
  "public.request_data_deletion": "service_role",
  "public.data_deletion_state": "service_role",
  "public.create_job": "authenticated service_role",
  "public.find_or_create_job": "authenticated service_role",
  "public.cancel_job": "authenticated service_role",
  "public.get_user_jobs": "authenticated service_role",
  "public.get_job_logs": "authenticated service_role",
  "public.get_cached_job_result": "authenticated service_role",
  "public.get_job_queue_stats": "authenticated service_role",
  "public.list_dead_letters": "authenticated service_role",
  "public.retry_dead_letters": "authenticated service_role",
  "public.discard_dead_letters": "authenticated service_role",
  "public.pause_job_type": "authenticated service_role",
  "public.resume_job_type": "authenticated service_role",
  "public.park_worker": "service_role",
  "public.claim_jobs": "service_role",
  "public.finish_and_claim_jobs": "service_role",
  "public.extend_job_leases": "service_role",
  "public.start_job": "service_role",
  "public.update_job_progress": "service_role",
  "public.complete_job": "service_role",
  "public.fail_job": "service_role",
  "public.release_job": "service_role",
  "public.add_job_log": "service_role",
  "public.record_job_metrics": "service_role",
  "public.read_job_metrics": "service_role",
  "public.reset_due_quotas": "service_role",
  "public.detect_stuck_jobs": "service_role",
  "public.retry_failed_jobs": "service_role",
  "public.expire_stale_jobs": "service_role",
  "public.cleanup_old_jobs": "service_role",
  "public.cache_stripe_data": "service_role",
  "public.get_cached_stripe_data": "service_role",
  "public.invalidate_stripe_cache": "service_role",
  "public.invalidate_stripe_cache_from_webhook": "service_role",
  // Behind doors in public, in policies, in generated columns and checks. Schema ops itself is closed to all of them.
  "ops.current_user_has_role": "authenticated",
  "ops.check_quota": "authenticated service_role",
  "ops.find_users": "authenticated service_role",
  "ops.set_creator_hidden": "authenticated service_role",
  "ops.set_content_hidden": "authenticated service_role",
  "ops.set_user_plan": "authenticated service_role",
  "ops.create_job": "authenticated service_role",
  "ops.cancel_job": "authenticated service_role",
  "ops.find_job_handler": "authenticated service_role",
  "ops.job_hash": "authenticated service_role",
  "ops.list_dead_letters": "authenticated service_role",
  "ops.retry_dead_letters": "authenticated service_role",
  "ops.discard_dead_letters": "authenticated service_role",
  "ops.set_job_type_paused": "authenticated service_role",
  "ops.set_user_role": "authenticated service_role",
  "ops.search_library": "authenticated",
  "ops.are_sound_tags": "authenticated service_role",
  "ops.join_words": "authenticated service_role",
  "ops.plain_text": "authenticated service_role",
  "ops.refresh_due_at": "service_role",
};

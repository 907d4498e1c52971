/**
 * The expected privileges. `privileges.test.ts` compares them with the catalogue (GRANTS, EXECUTE) and with the behaviour of
 * the database (MATRIX). A new table or function fails the tests until it is listed here.
 */
import type { Actor } from "../support/context.ts";

export const ACTORS = ["anon", "owner", "other", "moderator", "admin", "service"] as const satisfies Actor[];

/**
 * Four signs per actor: select, insert, update, delete on the rows of `owner`.
 * `+` works, `0` is permitted but affects no row (a policy hides them), `-` is refused.
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

  ai_provider          ----   +---   +---   +---       +---   ++++
  ai_model             ----   +---   +---   +---       +---   ++++
  user_ai_setting      ----   +-+-   0-0-   0-0-       0-0-   ++++
  ai_suggestion        ----   +-+-   0-0-   0-0-       0-0-   +---
  ai_suggestion_application ----   +---   0---   0---       0---   +---
  ai_usage             ----   +---   0---   0---       0---   +---
  trending_keyword     ----   +---   +---   +---       +---   ++++

  search_engine        +---   +---   +---   +---       +---   ++++
  seo_connection       ----   +-++   0-00   0-00       0-00   ++++
  seo_submission       ----   +---   0---   0---       0---   +---
  seo_usage            ----   +---   0---   0---       0---   +---

  content_category     +---   +---   +---   +---       +---   ++++
  content_tag          0---   +--+   0--0   0--0       0--0   ++++
  content_click        ----   +---   0---   0---       0---   ++--
  trending_content     0---   0---   0---   0---       0---   +---
  featured_creator     0---   0---   0---   0---       0---   ++++

  job_type             ----   +---   +---   +---       +---   +---
  job_queue            ----   +---   0---   0---       0---   +---
  job_log              ----   +---   0---   0---       0---   +---
  stripe_webhook_events ----   0---   0---   0---       +---   +---
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

/** Grants columns to their owner and the service, read-only. */
const both = (columns: string) => ({
  authenticated: `select(${columns})`,
  service_role: `select(${columns})`,
});

/** Every privilege on every table of public, publishing and ops, except those of the tables' owner: table → role → privileges, with columns if limited. */
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
  "public.ai_provider": { authenticated: "select", service_role: ALL },
  "public.ai_model": { authenticated: "select", service_role: ALL },
  "public.user_ai_setting": {
    authenticated:
      "insert(fallback_providers language model_id monthly_budget_cents provider_id tone user_id) select update(fallback_providers language model_id monthly_budget_cents provider_id tone)",
    service_role: ALL,
  },
  "public.ai_suggestion": { authenticated: "select update(feedback)", service_role: "select" },
  "public.ai_suggestion_application": { authenticated: "select", service_role: "select" },
  "public.ai_usage": { authenticated: "select", service_role: "select" },
  "public.trending_keyword": { authenticated: "select", service_role: ALL },
  "public.search_engine": { anon: "select", authenticated: "select", service_role: ALL },
  "public.seo_connection": {
    authenticated:
      "delete select(created_at engine_site error_code error_message id is_active is_verified item_path last_run_at paused_until search_engine_id site_host site_url updated_at user_id verification_method verification_token verified_at verify_at verify_failures) update(is_active)",
    service_role: ALL,
  },
  "public.seo_submission": { authenticated: "select", service_role: "select" },
  "public.seo_usage": { authenticated: "select", service_role: "select" },
  "public.content_category": { anon: "select", authenticated: "select", service_role: ALL },
  "public.content_tag": {
    anon: "select",
    authenticated: "delete insert(content_id source tag tag_type) select",
    service_role: ALL,
  },
  "public.content_click": {
    authenticated: "select(clicked_at content_id country id is_counted query referrer_host user_agent)",
    service_role: "insert select",
  },
  "public.trending_content": { anon: "select", authenticated: "select", service_role: "select" },
  "public.featured_creator": { anon: "select", authenticated: "select", service_role: ALL },
  "public.job_type": { authenticated: "select", service_role: "select" },
  "public.job_queue": { authenticated: "select", service_role: "select" },
  "public.job_log": { authenticated: "select", service_role: "select" },
  "public.stripe_webhook_events": { authenticated: "select", service_role: "select" },
  "public.post": { authenticated: "select", service_role: "select" },
  "public.post_target": { authenticated: "select", service_role: "select" },
  "public.publish_attempt": { authenticated: "select", service_role: "select" },
  "public.post_media": { authenticated: "select", service_role: "select" },
  "telemetry.usage_events": { authenticated: "select" },
  "publishing.media": both(
    "alt_text bytes created_at deleted_at duration_seconds frames_per_second height id kind mime_type ready_at refused_because sha256 status user_id width",
  ),
  "publishing.post": both(
    "body created_at id media_ids publish_at time_zone title updated_at user_id version",
  ),
  "publishing.post_target": both(
    "body created_at due_at error_code error_message id kind media_ids next_at options permalink platform platform_post_id post_id published_at settled_by social_account_id status title updated_at user_id wait_reason who_must_act",
  ),
  "publishing.publish_attempt": both(
    "armed_at attempt cost_micro_usd error_code id is_decisive note sent_at settled_at status step target_id user_id",
  ),
  "publishing.webhook_delivery": both(
    "attempts created_at endpoint_id event id last_answer last_error last_status next_at payload settled_at status user_id",
  ),
  "publishing.webhook_endpoint": both(
    "created_at description events failing_since id is_active old_secret_until paused_because updated_at url user_id",
  ),
};

const STAFF = `
    admin_overview admin_list_users admin_list_accounts admin_list_jobs admin_get_job admin_list_dead_letters admin_list_cron_runs
    admin_list_http_calls admin_list_provider_quotas admin_list_ai_costs admin_list_webhooks admin_list_audit_log
    admin_list_subscriptions admin_list_slow_queries admin_list_alerts admin_cancel_jobs admin_settle_dead_letters
    admin_sync_account admin_check_billing admin_retry_webhook silence_alert set_staff_access
    admin_list_job_types admin_list_content admin_get_database`;

/** Every function of public and ops that a role other than the functions' owner may execute. */
export const EXECUTE: Record<string, string> = {
  ...executable("public", "authenticated", "set_seo_mode get_seo_overview"),
  ...executable("ops", "authenticated", "set_seo_mode get_seo_overview"),
  ...executable(
    "public",
    "authenticated service_role",
    `
    check_quota has_role find_users set_creator_hidden set_content_hidden set_user_plan set_user_role
    create_job find_or_create_job cancel_job get_user_jobs get_job_logs get_cached_job_result
    get_job_queue_stats list_dead_letters retry_dead_letters discard_dead_letters pause_job_type
    resume_job_type feature_creator generate_profile_slug calculate_trend_score
    list_publishing_problems settle_publishing_problems
    set_feed_preference feed_fusion_home feed_fusion_profile get_rpc_stats get_usage_stats list_slow_calls`,
  ),
  ...executable("public", "authenticated", "log_usage_event_v2"),
  ...executable("ops", "authenticated", "log_usage_event"),
  ...executable(
    "public",
    "authenticated",
    `
    search_library get_click_stats pin_content set_ai_key apply_ai_suggestion undo_ai_application get_ai_costs
    get_seo_check choose_active_accounts`,
  ),
  ...executable(
    "public",
    "service_role",
    `
    increment_quota decrement_quota setup_profile check_rate_limit check_rate_limits admit_request
    finish_request record_request_metrics read_request_metrics check_health take_cached put_cached
    extend_cache_lease get_cache_changes forget_cached begin_oauth take_oauth_state
    connect_account read_connection disconnect_account claim_token_refreshes claim_token_refresh
    store_refreshed_tokens refuse_connection hold_account release_token_refresh begin_sync apply_sync_page fail_sync
    claim_auto_syncs postpone_auto_sync record_platform_usage read_platform_quotas refuse_account
    has_other_account request_data_deletion data_deletion_state park_worker finish_and_claim_jobs
    extend_job_leases start_job update_job_progress complete_job fail_job release_job add_job_log
    record_job_metrics read_job_metrics reset_due_quotas detect_stuck_jobs retry_failed_jobs
    expire_stale_jobs cleanup_old_jobs cache_stripe_data get_cached_stripe_data invalidate_stripe_cache
    invalidate_stripe_cache_from_webhook browse_content browse_categories browse_creators get_content_detail
    get_creator_by_slug get_trending search_content search_creators record_click increment_content_clicks
    update_total_followers refresh_public_lists begin_ai_analysis reserve_ai_call settle_ai_call end_ai_analysis
    update_trending_keywords log_stripe_webhook_event mark_webhook_processed fail_stripe_events
    retry_failed_webhooks cleanup_old_webhook_events claim_stripe_work draw_billing_ticket apply_stripe_state
    begin_billing keep_stripe_customer keep_checkout read_billing claim_mails settle_mail
    save_post schedule_post cancel_post read_post list_posts read_publishing_accounts
    read_publishing_limits enqueue_due_posts begin_publishing arm_publishing send_publishing record_publishing
    hear_from_platform claim_push_subscriptions refuse_push_subscription confirm_push_subscription create_media read_media finish_media delete_media keep_publishing_house claim_doomed_files forget_doomed_files
    save_webhook_endpoint delete_webhook_endpoint list_webhook_endpoints send_webhook_again
    claim_webhook_deliveries settle_webhook_delivery list_follows make_feed read_feed
    log_usage record_observations read_cache_metrics`,
  ),
  ...executable(
    "public",
    "service_role",
    `
    get_seo_item get_seo_creator take_sitemap_page read_sitemap_part put_sitemap_part list_sitemap_pages
    claim_sitemap_parts continue_sitemap get_thumbnail note_thumbnail claim_thumbnails put_thumbnails`,
  ),
  // Functions of the console: for staff only, which each function checks.
  ...executable("public", "authenticated service_role", STAFF),
  ...executable("ops", "authenticated service_role", STAFF),
  ...executable(
    "public",
    "service_role",
    `
    record_provider_calls check_operations watch_now read_operation_metrics claim_alert_deliveries
    settle_alert_delivery`,
  ),
  ...executable("public", "anon authenticated", "get_change_horizon"),
  ...executable(
    "public",
    "service_role",
    `
    begin_data_export read_data_export has_data_export finish_data_export request_account_deletion claim_account_deletion
    record_account_deletion erase_account_rows settle_account_deletion account_deletion_state`,
  ),
  ...executable(
    "public",
    "service_role",
    `
    operate_seo_sites connect_seo_site keep_seo_secret read_seo_connection settle_seo_verification
    take_seo_quota observe_seo_quota begin_seo_submissions claim_seo_submissions settle_seo_submissions
    begin_seo_run end_seo_run list_seo_work claim_seo_checks settle_seo_checks`,
  ),
  // Called by public wrappers, policies, generated columns and checks. These roles have no access to schema ops itself.
  ...executable(
    "ops",
    "authenticated service_role",
    `
    check_quota find_users set_creator_hidden set_content_hidden set_user_plan create_job cancel_job
    find_job_handler job_hash list_dead_letters retry_dead_letters discard_dead_letters set_job_type_paused
    set_user_role list_publishing_problems settle_publishing_problems
    feature_creator generate_profile_slug are_sound_tags content_vector fold_text is_visible look_alike
    set_feed_preference feed_fusion_home feed_fusion_profile get_rpc_stats get_usage_stats list_slow_calls`,
  ),
  ...executable(
    "ops",
    "authenticated",
    `
    current_user_has_role search_library get_click_stats pin_content is_own_item set_ai_key apply_ai_suggestion
    undo_ai_application get_seo_check choose_active_accounts`,
  ),
  ...executable(
    "ops",
    "anon authenticated",
    `
    is_public_item is_public_creator get_change_horizon`,
  ),
  ...executable(
    "ops",
    "service_role",
    `
    refresh_due_at`,
  ),
};

function executable(schema: string, roles: string, names: string): Record<string, string> {
  return Object.fromEntries(names.trim().split(/\s+/).map((name) => [`${schema}.${name}`, roles]));
}

/** Tests that every named check refuses what it should. One violation per check; no check is missing from the list. */
import assert from "node:assert/strict";
import { test, type TestContext } from "../support/context.ts";

/** Check → a statement (as the operator) that violates it. */
const OFFENCES: Record<string, string> = {
  subscription_tier_limits_not_negative: "update subscription_tier set max_syncs_per_month = -1",
  users_display_name_length: "update users set display_name = repeat('x', 101) where id = $owner",
  users_bio_length: "update users set bio = repeat('x', 2001) where id = $owner",
  users_profile_slug_shape: "update users set profile_slug = 'Not A Slug' where id = $owner",
  users_primary_category_known: "update users set primary_category = 'nonsense' where id = $owner",
  users_avatar_url_is_web: "update users set avatar_url = 'javascript:alert(1)' where id = $owner",
  users_hidden_with_reason: "update users set hidden_at = now() where id = $owner",
  user_setting_language_shape: "update user_setting set language = 'english!' where user_id = $owner",
  user_setting_time_zone_shape: "update user_setting set time_zone = 'x y' where user_id = $owner",
  subscription_cycle_in_order:
    "update subscription set cycle_end_date = cycle_start_date where user_id = $owner",
  subscription_cycle_anchor_is_a_day: "update subscription set cycle_anchor_day = 32 where user_id = $owner",
  subscription_usage_not_negative: "update subscription set syncs_used = -1 where user_id = $owner",
  notification_title_length: "insert into notification (user_id, title) values ($owner, '')",
  notification_message_length:
    "insert into notification (user_id, title, message) values ($owner, 'x', repeat('x', 4001))",
  notification_data_is_object: "insert into notification (user_id, title, data) values ($owner, 'x', '[]')",
  audit_log_action_shape: "insert into audit_log (action) values ('Not An Action')",
  audit_log_details_is_object: "insert into audit_log (action, details) values ('x', '1')",
  http_call_outcome_known:
    "insert into ops.http_call (request_id, function_name, outcome, settled_at) values (-1, 'x', 'nonsense', now())",
  http_call_settled_iff_outcome:
    "insert into ops.http_call (request_id, function_name, outcome) values (-1, 'x', 'ok')",
  backup_run_kind_known: "insert into ops.backup_run (kind, archive) values ('copy', 'x')",
  backup_run_proven_is_finished:
    "insert into ops.backup_run (kind, archive, proven_at) values ('drill', 'x', now())",
  backup_run_sizes_not_negative:
    "insert into ops.backup_run (kind, archive, bytes) values ('backup', 'x', -1)",
  deployment_action_known:
    "insert into ops.deployment (phase, action, revision, release, checksums) values (1, 'x', '', '', '{}')",
  deployment_checksums_is_object:
    "insert into ops.deployment (phase, action, revision, release, checksums) values (1, 'deploy', '', '', '[]')",
  deployment_steps_is_array:
    "insert into ops.deployment (phase, action, revision, release, checksums, steps) values (1, 'deploy', '', '', '{}', '{}')",
  personal_rule_erasure_known:
    "insert into ops.personal_rule (table_name, erasure, reason) values ('x', 'lost', 'x')",
  personal_rule_anonymised_says_how:
    "insert into ops.personal_rule (table_name, erasure, reason) values ('x', 'anonymised', 'x')",
  data_export_finished_has_sum:
    "insert into ops.data_export (user_id, tables, finished_at) values ($owner, '{}', now())",
  account_deletion_completed_is_nameless:
    "insert into ops.account_deletion (person_key, user_id, completed_at) values ('x', $owner, now())",
  account_deletion_completed_is_whole:
    "insert into ops.account_deletion (person_key, completed_at) values ('x', now())",
  platform_connection_leased_iff_until:
    "update platform_connection set refresh_lease = gen_random_uuid() where id = $connection",
  platform_connection_only_active_is_leased:
    "update platform_connection set refresh_lease = gen_random_uuid(), refresh_leased_until = now(), is_active = false where id = $connection",
  platform_connection_failures_not_negative:
    "update platform_connection set refresh_failures = -1 where id = $connection",
  social_account_followers_not_negative: "update social_account set followers_count = -1 where id = $account",
  social_account_details_is_object: "update social_account set details = '[]' where id = $account",
  social_account_deleted_is_disconnected: "update social_account set deleted_at = now() where id = $account",
  social_account_only_active_is_scheduled:
    "alter table social_account disable trigger social_account_schedule; update social_account set next_sync_at = now(), status = 'suspended' where id = $account",
  social_account_sync_hours_in_bounds:
    "update social_account set min_sync_hours = 5, max_sync_hours = 4 where id = $account",
  oauth_state_is_long:
    "insert into ops.oauth_state (state, user_id, platform, code_verifier, redirect_uri) values ('short', $owner, 'youtube', 'v', 'u')",
  content_item_platform_content_id_length:
    "update content_item set platform_content_id = '' where id = $item",
  content_item_title_length: "update content_item set title = repeat('x', 1001) where id = $item",
  content_item_description_length:
    "update content_item set description = repeat('x ', 50001) where id = $item",
  content_item_tags_are_sound: "update content_item set tags = array[repeat('x', 501)] where id = $item",
  content_item_hashtags_are_sound: "update content_item set hashtags = array[null]::text[] where id = $item",
  content_item_duration_not_negative: "update content_item set duration_seconds = -1 where id = $item",
  content_item_counts_not_negative: "update content_item set likes_count = -1 where id = $item",
  content_item_metadata_is_object: "update content_item set metadata = '[]' where id = $item",
  content_item_category_code_known: "update content_item set category_code = 'nonsense' where id = $item",
  content_item_category_source_known: "update content_item set category_source = 'nobody' where id = $item",
  content_item_hidden_with_reason: "update content_item set hidden_at = now() where id = $item",
  content_revision_source_known:
    "insert into content_revision (content_item_id, user_id, source, changed_fields, title, description, tags) values ($item, $owner, 'x', '{title}', '', '', '{}')",
  content_revision_fields_known:
    "insert into content_revision (content_item_id, user_id, source, changed_fields, title, description, tags) values ($item, $owner, 'sync', '{views_count}', '', '', '{}')",
  content_media_position_not_negative:
    "insert into content_media (content_id, position, user_id, kind) values ($item, -1, $owner, 'image')",
  content_media_kind_known:
    "insert into content_media (content_id, position, user_id, kind) values ($item, 0, $owner, 'sound')",
  content_media_size_not_negative:
    "insert into content_media (content_id, position, user_id, kind, width) values ($item, 0, $owner, 'image', -1)",
  sync_run_only_open_is_leased:
    "insert into ops.sync_run (social_account_id, leased_until) values ($account, now())",
  sync_run_page_size_is_dated:
    "insert into ops.sync_run (social_account_id, page_size) values ($account, 12)",
  sync_run_counts_not_negative:
    "insert into ops.sync_run (social_account_id, failures) values ($account, -1)",
  data_deletion_items_not_negative:
    "insert into ops.data_deletion (reported_by, person_key, requested_at, items_erased) values ('Meta', '', now(), -1)",
  platform_window_ends_after_begin:
    "insert into ops.platform_window (platform, app, began_at, ends_at) values ('youtube', 'x', now(), now())",
  platform_window_counts_not_negative:
    "insert into ops.platform_window (platform, app, began_at, ends_at, used) values ('youtube', 'x', now(), now() + interval '1 day', -1)",
};

test("every named check of modules 000 to 002 refuses its violation, and no check is untested", async (db) => {
  for (const [check, statement] of Object.entries(OFFENCES)) {
    const outcome = await db.attempt("operator", statement);
    assert.equal(outcome.code, "23514", `${check}: ${outcome.message ?? "nothing was refused"}`);
    assert.equal(outcome.constraint, check);
  }
  const tables = [
    "users user_role user_setting subscription subscription_tier subscription_status notification audit_log quota_usage_history cache_store",
    "platform account_status platform_connection social_account content_type content_item content_revision content_media",
    "rate_limit idempotency request_metric http_call deployment oauth_state sync_run sync_page platform_window platform_share data_deletion",
  ].join(" ").split(" ");
  const checks = await db.query<{ name: string }>(`
    select conname as name from pg_constraint c join pg_class t on t.oid = c.conrelid
    where contype = 'c' and connamespace in ('public'::regnamespace, 'ops'::regnamespace)
      and t.relname in (${tables.map((name) => `'${name}'`)})
    order by 1`);
  const untested = checks.map(({ name }) => name).filter((name) => !(name in OFFENCES));
  assert.deepEqual(untested, []);
});

/** The same for module 007, on the rows of `withPosts`: `M` is a medium, `P` a post, `T` its target, `A` an attempt, `E` an endpoint, `D` a delivery. */
const PUBLISHING: Record<string, string> = {
  media_kind_known: "update publishing.media set kind = 'sound' where id = M",
  media_bytes_positive: "update publishing.media set bytes = 0 where id = M",
  media_sha256_is_hex: "update publishing.media set sha256 = 'ABC' where id = M",
  media_size_positive: "update publishing.media set width = 0 where id = M",
  media_alt_text_length: "update publishing.media set alt_text = repeat('x', 2001) where id = M",
  media_status_known: "update publishing.media set status = 'lost' where id = M",
  media_ready_is_whole: "update publishing.media set status = 'ready' where id = M",
  media_refused_says_why: "update publishing.media set status = 'refused' where id = M",
  media_deleted_iff_gone: "update publishing.media set status = 'deleted' where id = M",
  doomed_file_why_known: "insert into publishing.doomed_file (path, why) values ('x', 'bored')",
  post_title_length: "update publishing.post set title = repeat('x', 1001) where id = P",
  post_body_length: "update publishing.post set body = repeat('x', 70001) where id = P",
  post_media_count: "update publishing.post set media_ids = array[null]::uuid[] where id = P",
  post_target_kind_known: "update publishing.post_target set kind = 'poem' where id = T",
  post_target_options_is_object: "update publishing.post_target set options = '[]' where id = T",
  post_target_state_is_object: "update publishing.post_target set state = '[]' where id = T",
  post_target_status_known:
    "alter table publishing.post_target disable trigger post_target_check_move; update publishing.post_target set status = 'lost' where id = T",
  post_target_scheduled_is_due: "update publishing.post_target set due_at = null where id = T",
  post_target_live_has_next: "update publishing.post_target set next_at = null where id = T",
  post_target_ended_has_no_next:
    "update publishing.post_target set status = 'failed', error_message = 'x', who_must_act = 'nobody' where id = T",
  post_target_published_has_time: "update publishing.post_target set published_at = now() where id = T",
  post_target_failed_says_why:
    "update publishing.post_target set status = 'failed', next_at = null where id = T",
  post_target_actor_known: "update publishing.post_target set who_must_act = 'somebody' where id = T",
  post_target_settled_by_known: "update publishing.post_target set settled_by = 'luck' where id = T",
  post_target_leased_is_live: "update publishing.post_target set leased_until = now() where id = T",
  publish_attempt_step_length: "update publishing.publish_attempt set step = '' where id = A",
  publish_attempt_status_known:
    "alter table publishing.publish_attempt disable trigger publish_attempt_check_move; update publishing.publish_attempt set status = 'lost', sent_at = now(), settled_at = now() where id = A",
  publish_attempt_sent_has_time: "update publishing.publish_attempt set status = 'sent' where id = A",
  publish_attempt_settled_iff_ended: "update publishing.publish_attempt set settled_at = now() where id = A",
  publish_attempt_witness_is_object: "update publishing.publish_attempt set witness = '[]' where id = A",
  webhook_endpoint_url_is_https: "update publishing.webhook_endpoint set url = 'ftp://x' where id = E",
  webhook_endpoint_paused_says_why: "update publishing.webhook_endpoint set is_active = false where id = E",
  webhook_delivery_status_known:
    "update publishing.webhook_delivery set status = 'lost', next_at = null, settled_at = now() where id = D",
  webhook_delivery_waits_iff_next: "update publishing.webhook_delivery set next_at = null where id = D",
  webhook_delivery_settled_iff_ended:
    "update publishing.webhook_delivery set settled_at = now() where id = D",
  webhook_delivery_payload_length:
    "update publishing.webhook_delivery set payload = repeat('x', 262145) where id = D",
  platform_report_digest_is_hex:
    "insert into publishing.platform_report (platform, digest, accounts, events) values ('youtube', 'x', '{}', '{}')",
  push_subscription_mode_known:
    "insert into publishing.push_subscription (channel_id, mode, next_at) values ('x', 'ask', now())",
  push_subscription_status_known:
    "insert into publishing.push_subscription (channel_id, status, next_at) values ('x', 'lost', now())",
  push_subscription_active_has_lease:
    "insert into publishing.push_subscription (channel_id, status, next_at) values ('x', 'active', now())",
};

test("every named check of module 007 refuses its violation, and no check is untested", async (db) => {
  const ids = await withPosts(db);
  for (const [check, statement] of Object.entries(PUBLISHING)) {
    const outcome = await db.attempt(
      "operator",
      statement.replace(/\b[MPTAED]\b/g, (name) => `'${ids[name]}'`),
    );
    assert.equal(outcome.code, "23514", `${check}: ${outcome.message ?? "nothing was refused"}`);
    assert.equal(outcome.constraint, check);
  }
  const checks = await db.query<{ name: string }>(
    `select conname as name from pg_constraint where contype = 'c' and connamespace = 'publishing'::regnamespace order by 1`,
  );
  assert.deepEqual(checks.map(({ name }) => name).filter((name) => !(name in PUBLISHING)), []);
});

/** Creates one row of the owner in each table of module 007; returns the ids. */
async function withPosts(db: TestContext): Promise<Record<string, string>> {
  const uuid = () => crypto.randomUUID();
  const ids: Record<string, string> = { M: uuid(), P: uuid(), T: uuid(), E: uuid(), D: uuid() };
  await db.query(`
    insert into publishing.media (id, user_id, path, kind, mime_type, bytes) values ('${ids.M}', $owner, '${ids.M}', 'image', 'image/png', 1);
    insert into publishing.post (id, user_id) values ('${ids.P}', $owner);
    insert into publishing.post_target (id, post_id, user_id, social_account_id, platform, kind, status, due_at, next_at)
    values ('${ids.T}', '${ids.P}', $owner, $account, 'youtube', 'video', 'scheduled', now(), now());
    insert into publishing.webhook_endpoint (id, user_id, url, vault_secret_name) values ('${ids.E}', $owner, 'https://x.example', '${ids.E}');
    insert into publishing.webhook_delivery (id, endpoint_id, user_id, event, payload) values ('${ids.D}', '${ids.E}', $owner, 'x', '')`);
  ids.A = await db.value<string>(`
    insert into publishing.publish_attempt (target_id, user_id, step, is_decisive) values ('${ids.T}', $owner, 'x', false) returning id`);
  return ids;
}

test("values that users write are accepted, or refused by a constraint, never by an index error or a crash", async (db) => {
  const offences = [
    `update content_item set tags = array(select repeat('x', 500 + i) from generate_series(1, 3) i)`,
    `update content_item set tags = array(select 'tag' || i from generate_series(1, 501) i)`,
    `update content_item set tags = '{{a,b},{c,d}}'`,
    `update content_item set hashtags = array['a', null]`,
    `update content_item set hashtags = array['']`,
    `update content_item set title = repeat('長', 1001)`,
    `update users set display_name = ''`,
    `update users set bio = repeat('🎬', 2001)`,
  ];
  for (const offence of offences) {
    assert.equal(await db.refused("owner", offence), "23514", offence);
  }
  for (
    const fine of [
      `update content_item set tags = array(select repeat('長', 499) || i % 10 from generate_series(1, 500) i)`,
      `update content_item set title = repeat('長', 1000), description = repeat('単語 ', 33000)`,
      `update content_item set description = repeat('x', 100000)`,
      `update users set bio = repeat('🎬', 2000)`,
    ]
  ) assert.equal(await db.refused("owner", fine), undefined, fine);
});

/** Every named check refuses what it is there to refuse. One offence a check; none is missing from the list. */
import assert from "node:assert/strict";
import { test } from "../support/context.ts";

/** Check → a statement (as the operator) that offends it. */
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

test("every named check of modules 000 to 002 refuses its offence, and none is untested", async (db) => {
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

test("what people may write themselves is refused with a constraint, never with a broken index or a crash", async (db) => {
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

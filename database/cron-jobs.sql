-- The scheduled jobs. Applying this file again replaces each job and creates no duplicates (cron.schedule() matches by name).
-- No job contains a key or a URL: ops.invoke_edge_function() reads both from Vault (project_url, cron_secret_key).
-- Times are UTC, staggered, five fields. Every job is bounded, safe to run twice concurrently, and takes far less than a minute.

-- On a Supabase project, pg_cron and pg_net are disabled by default.
do $$
begin
  if to_regnamespace('cron') is null then
    create extension pg_cron with schema pg_catalog;
  end if;
  if to_regnamespace('net') is null then
    create extension pg_net with schema extensions;
  end if;
end;
$$;

-- Module 000. Every hour, because each subscriber's cycle ends at a different time.
select cron.schedule('reset-monthly-quotas', '7 * * * *', $$select ops.reset_expired_quotas()$$);
select cron.schedule('cleanup-expired-cache', '23 * * * *', $$select ops.cleanup_expired_cache()$$);
select cron.schedule('purge-cron-history', '41 3 * * *', $$select ops.purge_cron_history()$$);
-- "Succeeded" in cron's own history only means that a call was queued; this job records its outcome.
select cron.schedule('reconcile-http-calls', '4-59/10 * * * *', $$select ops.reconcile_http_calls()$$);

-- Module 001. A sync refreshes the tokens it needs; the first job refreshes those of idle accounts. The second erases data whose deletion
-- users requested at a platform; it calls no function, and does nothing if there is no request.
do $$
begin
  if to_regclass('public.platform_connection') is null then
    return;
  end if;
  perform cron.schedule('refresh-expiring-tokens', '13 */6 * * *',
    'select ops.invoke_edge_function(''refresh-oauth-tokens'') where ops.has_due_token_refreshes()');
  perform cron.schedule('erase-requested-data', '*/2 * * * *', 'select ops.erase_requested_data()');
end;
$$;

-- Module 002. Each account has its own schedule (next_sync_at, 1 hour to 7 days; 4 hours while nothing is known about an account, the former
-- interval for all accounts). This job only checks often whether any account is due, and calls nothing otherwise.
do $$
begin
  if to_regclass('public.content_item') is null then
    return;
  end if;
  perform cron.schedule('auto-sync-social-accounts', '2-59/5 * * * *',
    'select ops.invoke_edge_function(''process-auto-sync'') where ops.has_due_auto_syncs()');
  perform cron.schedule('tidy-search-indexes', '1-59/2 * * * *', 'select ops.tidy_search_indexes()');
end;
$$;

-- Module 003.
do $$
begin
  if to_regclass('public.ai_usage') is null then
    return;
  end if;
  perform cron.schedule('keep-ai-house', '* * * * *', 'select ops.keep_ai_house()');
  perform cron.schedule('update-trending-keywords', '17 */6 * * *', 'select ops.invoke_edge_function(''update-trending-keywords'')');
end;
$$;

-- Module 004: sitemap changes are rendered within a minute; an item that is no longer public is removed before its sitemap page is served
-- again.
do $$
begin
  if to_regclass('ops.sitemap_part') is null then
    return;
  end if;
  perform cron.schedule('refresh-sitemap', '* * * * *',
    'select ops.invoke_edge_function(''refresh-sitemap'') where ops.has_due_sitemap_pages()');
  perform cron.schedule('tidy-sitemap', '47 * * * *', 'select ops.tidy_sitemap()');
end;
$$;

-- Pages are submitted within a minute or two of their change. Their status is checked in small batches throughout the day, because the daily
-- allowance of a search engine does not fit into one call at six in the morning.
do $$
begin
  if to_regclass('public.seo_submission') is null then
    return;
  end if;
  perform cron.schedule('submit-to-search-engines', '* * * * *', 'select ops.queue_seo_jobs()');
  perform cron.schedule('check-seo-status', '14-59/15 * * * *',
    'select ops.invoke_edge_function(''check-seo-status'') where ops.has_due_seo_checks()');
end;
$$;

-- Module 005. New and changed items reach visitors within a minute (items that are no longer public disappear at once, by triggers).
do $$
begin
  if to_regclass('ops.search_document') is null then
    return;
  end if;
  -- In transactions of 500 items, up to 20,000: a sync or edit of one of these items waits only for its batch.
  perform cron.schedule('refresh-discovery', '* * * * *',
    'do $batches$ begin for batch in 1..40 loop exit when ops.refresh_discovery(500) = 0; commit; end loop; end $batches$');
  perform cron.schedule('roll-up-clicks', '* * * * *', 'select ops.roll_up_clicks()');
  perform cron.schedule('update-trending-content', '8-59/10 * * * *', 'select ops.refresh_trending()');
  perform cron.schedule('rescale-discovery', '37 2 * * *', 'select ops.rescale_discovery()');
  perform cron.schedule('keep-click-partitions', '52 1 * * *', 'select ops.keep_click_partitions()');
end;
$$;

-- Module 006. Workers claim, retry and reap jobs themselves; these jobs cover a queue that no worker polls.
do $$
begin
  if to_regclass('public.job_queue') is null then
    return;
  end if;
  perform cron.schedule('process-job-queue', '* * * * *', 'select ops.process_job_queue()');
  perform cron.schedule('retry-failed-jobs', '4-59/15 * * * *', 'select public.retry_failed_jobs()');
  perform cron.schedule('detect-stuck-jobs', '3-59/5 * * * *', 'select public.detect_stuck_jobs()');
  perform cron.schedule('expire-stale-jobs', '6-59/10 * * * *', 'select public.expire_stale_jobs()');
  perform cron.schedule('cleanup-old-jobs', '11 3 * * *', 'select public.cleanup_old_jobs()');
  -- Stripe events are processed on arrival; these jobs cover events whose worker died and events that were never delivered.
  perform cron.schedule('process-stripe-events', '* * * * *', 'select ops.process_stripe_events()');
  perform cron.schedule('retry-failed-webhooks', '9-59/15 * * * *', 'select public.retry_failed_webhooks()');
  perform cron.schedule('settle-entitlements', '5-59/10 * * * *', 'select ops.settle_due_entitlements()');
  perform cron.schedule('cleanup-old-webhooks', '0 4 * * 0', 'select public.cleanup_old_webhook_events(90)');
end;
$$;

-- Module 007. Workers check every second; this covers an installation without a worker, where a post is published up to a minute late.
do $$
begin
  if to_regclass('publishing.post_target') is null then
    return;
  end if;
  perform cron.schedule('publish-due-posts', '* * * * *', 'select public.enqueue_due_posts()');
  perform cron.schedule('keep-publishing-house', '46 * * * *', 'select public.create_job(null, ''keep_media'')');
  -- Subscribes newly connected channels at YouTube's hub, and renews before a lease of five days ends.
  perform cron.schedule('renew-push-subscriptions', '9-59/10 * * * *',
    'select public.create_job(null, ''renew_pushes'') where ops.has_due_push_subscriptions()');
end;
$$;

-- Module 010. Detects problems every minute and sends alerts.
do $$
begin
  if to_regclass('ops.alert_rule') is null then
    return;
  end if;
  perform cron.schedule('keep-watch', '* * * * *', 'select ops.keep_watch()');
end;
$$;

-- Module 008.
do $$
begin
  if to_regclass('feed.snapshot') is null then
    return;
  end if;
  perform cron.schedule('keep-feed-house', '7-59/10 * * * *', 'select ops.keep_feed_house()');
end;
$$;

-- Module 011: users who requested the deletion of their account.
do $$
begin
  if to_regclass('ops.account_deletion') is null then
    return;
  end if;
  perform cron.schedule('erase-accounts', '* * * * *',
    'select ops.invoke_edge_function(''erase-accounts'') where ops.has_due_account_deletions()');
end;
$$;

-- Module 009. Every hour, so that a day without cron does not leave the next month without a partition.
do $$
begin
  if to_regclass('telemetry.usage_events') is null then
    return;
  end if;
  perform cron.schedule('keep-telemetry', '27 * * * *', 'select ops.keep_telemetry()');
end;
$$;

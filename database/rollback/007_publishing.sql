-- Undoes module 007: all posts, their history, media rows and webhooks are gone with it; what is out at the platforms stays there. Run it
-- as the role that applied the module, in one transaction: psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -1 -f database/rollback/007_publishing.sql

do $$
begin
  if to_regclass('cron.job') is not null then
    perform cron.unschedule(jobname) from cron.job where jobname in ('publish-due-posts', 'keep-publishing-house', 'renew-push-subscriptions');
  end if;
  delete from vault.secrets where name like 'streamvibe/webhook/%';
end;
$$;

drop view public.post, public.post_target, public.publish_attempt, public.post_media;
-- Without cascade on purpose: what a later module has built on these makes the rollback fail as a whole.
drop trigger post_target_check_move on publishing.post_target;
drop trigger publish_attempt_check_move on publishing.publish_attempt;
drop trigger social_account_tell_connected on public.social_account;
drop trigger social_account_tell on public.social_account;
drop trigger job_queue_tell on public.job_queue;
drop trigger ai_suggestion_tell on public.ai_suggestion;
drop trigger ai_suggestion_application_tell on public.ai_suggestion_application;
drop trigger seo_submission_tell on public.seo_submission;
drop trigger subscription_tell on public.subscription;
drop trigger media_doom_file on publishing.media;
-- Generated (`deno task generate`): the module's functions, but those that are dropped by name elsewhere here.
drop function ops.check_publishing_move, ops.describe_target, ops.doom_file, ops.emit_event, ops.erase_media,
  ops.has_due_push_subscriptions, ops.has_turn, ops.list_publishing_problems, ops.lock_post, ops.lock_target,
  ops.post_status, ops.require_owner_or_admin, ops.settle_publishing_problems, ops.tell_of_account,
  ops.tell_of_job, ops.tell_of_submission, ops.tell_of_subscription, ops.tell_of_suggestion, ops.tell_of_target,
  ops.wants_push, public.arm_publishing, public.begin_publishing, public.cancel_post, public.claim_doomed_files,
  public.claim_push_subscriptions, public.claim_webhook_deliveries, public.confirm_push_subscription,
  public.create_media, public.delete_media, public.delete_webhook_endpoint, public.enqueue_due_posts,
  public.finish_media, public.forget_doomed_files, public.hear_from_platform, public.keep_publishing_house,
  public.list_posts, public.list_publishing_problems, public.list_webhook_endpoints, public.read_media,
  public.read_post, public.read_publishing_accounts, public.read_publishing_limits, public.record_publishing,
  public.refuse_push_subscription, public.save_post, public.save_webhook_endpoint, public.schedule_post,
  public.send_publishing, public.send_webhook_again, public.settle_publishing_problems,
  public.settle_webhook_delivery;
drop table publishing.doomed_file, publishing.push_subscription, publishing.platform_report, publishing.webhook_delivery, publishing.webhook_endpoint, publishing.publish_attempt, publishing.post_target, publishing.post,
  publishing.media;
drop schema publishing;

delete from public.job_queue where handler in ('publish_account', 'keep_media', 'deliver_webhooks', 'renew_pushes');
delete from ops.job_handler where name in ('publish_account', 'keep_media', 'deliver_webhooks', 'renew_pushes');
delete from public.job_type where slug = 'publishing';

do $$
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    delete from supabase_migrations.schema_migrations where version = '20261120000700';
  end if;
end;
$$;

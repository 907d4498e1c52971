-- Module 007, publishing: media, posts, the state of each post on each account, and webhooks that report events.
-- Requires modules 001, 002 (the ledger of platform quotas) and 006 (jobs); sends webhook events for all of them.
--
-- A post is written once and has one target per account. Each call that changes something at a platform is a row in publish_attempt, inserted
-- before the call: it records what a dead worker was doing, and the next worker asks the platform instead of repeating the call. Users and
-- the service read the tables through views in public; only functions write them.
--
--   Tables: media
--   Tables: posts
--   Tables: webhooks
--   Tables: what platforms report by themselves
--   Functions: moves
--   Functions: posts, for their owner
--   Functions: media
--   Functions: publishing, for workers
--   Functions: what platforms report by themselves
--   Functions: events of the other modules
--   Functions: webhooks
--   Functions: dead letters
--   Views
--   Triggers
--   Policies
--   Grants
--   Reference rows

create schema publishing;
comment on schema publishing is 'Posts and their state on each account. Clients read the views in public; only functions write.';

-- ## Tables: media

create table publishing.media (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  path text not null,
  kind text not null,
  mime_type text not null,
  bytes bigint not null,
  sha256 text,
  width integer,
  height integer,
  duration_seconds numeric(10, 3),
  frames_per_second numeric(7, 3),
  alt_text text,
  status text not null default 'uploading',
  refused_because text,
  created_at timestamptz not null default now(),
  ready_at timestamptz,
  deleted_at timestamptz,
  constraint media_pkey primary key (id),
  constraint media_path_key unique (path),
  constraint media_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint media_kind_known check (kind in ('image', 'gif', 'video')),
  constraint media_bytes_positive check (bytes > 0),
  constraint media_sha256_is_hex check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint media_size_positive check (least(width, height, duration_seconds, frames_per_second) > 0),
  constraint media_alt_text_length check (char_length(alt_text) <= 2000),
  constraint media_status_known check (status in ('uploading', 'ready', 'refused', 'deleted')),
  constraint media_ready_is_whole check (status <> 'ready' or ready_at is not null),
  constraint media_refused_says_why check ((status = 'refused') = (refused_because is not null)),
  constraint media_deleted_iff_gone check ((status = 'deleted') = (deleted_at is not null))
);
alter table publishing.media enable row level security;
comment on table publishing.media is
  'Pictures and videos that a creator uploaded. The file itself is in storage, at path; this row describes it.';
comment on column publishing.media.path is 'Path in the bucket: the owner''s id, then the id of the medium.';
comment on column publishing.media.sha256 is 'Hash of the stored bytes, computed when the upload ended; not computed for large files.';

-- Serves the policy and the list of a creator's media.
create index media_user_id_idx on publishing.media (user_id, created_at desc);
create index media_forgotten_idx on publishing.media (created_at) where status in ('uploading', 'refused');
comment on index publishing.media_forgotten_idx is 'Query "uploads that never ended": where status in (''uploading'', ''refused'') order by created_at.';

create table publishing.doomed_file (
  path text not null,
  why text not null,
  attempts smallint not null default 0,
  next_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  constraint doomed_file_pkey primary key (path),
  constraint doomed_file_why_known check (why in ('deleted', 'forgotten', 'erased', 'old', 'orphan'))
);
alter table publishing.doomed_file enable row level security;
comment on table publishing.doomed_file is
  'Files to be deleted from storage. The job keep_media processes them; a row is deleted once its file is deleted. The owner is not stored.';

-- Serves claim_doomed_files().
create index doomed_file_next_at_idx on publishing.doomed_file (next_at);

-- ## Tables: posts

create table publishing.post (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  title text not null default '',
  body text not null default '',
  media_ids uuid[] not null default '{}',
  publish_at timestamptz,
  time_zone text not null default 'UTC',
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint post_pkey primary key (id),
  constraint post_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint post_title_length check (char_length(title) <= 1000),
  constraint post_body_length check (char_length(body) <= 70000),
  constraint post_media_count check (cardinality(media_ids) <= 50 and array_position(media_ids, null) is null)
);
alter table publishing.post enable row level security;
comment on table publishing.post is 'What a creator wants to publish, written once for all accounts. A target may override the text.';
comment on column publishing.post.time_zone is 'The time zone in which the creator chose publish_at; for display.';
comment on column publishing.post.version is 'Incremented by every edit. An edit passes the version that it is based on.';

-- Serves the policy and list_posts().
create index post_user_id_idx on publishing.post (user_id, created_at desc, id);

-- Serves the calendar of the console.
create index post_publish_at_idx on publishing.post (user_id, publish_at) where publish_at is not null;

create table publishing.post_target (
  id uuid not null default gen_random_uuid(),
  post_id uuid not null,
  user_id uuid not null,
  social_account_id uuid not null,
  platform text not null,
  kind text not null,
  title text,
  body text,
  media_ids uuid[],
  options jsonb not null default '{}',
  status text not null default 'draft',
  due_at timestamptz,
  next_at timestamptz,
  wait_reason text,
  processing_since timestamptz,
  state jsonb not null default '{}',
  fence bigint not null default 0,
  leased_until timestamptz,
  failures smallint not null default 0,
  is_sent boolean not null default false,
  platform_post_id text,
  permalink text,
  published_at timestamptz,
  settled_by text,
  error_code text,
  error_message text,
  who_must_act text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint post_target_pkey primary key (id),
  constraint post_target_account_key unique (post_id, social_account_id, kind),
  constraint post_target_post_id_fkey foreign key (post_id) references publishing.post (id) on delete cascade,
  constraint post_target_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint post_target_social_account_id_fkey foreign key (social_account_id) references public.social_account (id) on delete cascade,
  constraint post_target_kind_known check (kind in ('text', 'thread', 'link', 'image', 'carousel', 'video', 'short', 'reel', 'story')),
  constraint post_target_options_is_object check (jsonb_typeof(options) = 'object' and pg_column_size(options) <= 65536),
  constraint post_target_state_is_object check (jsonb_typeof(state) = 'object'),
  constraint post_target_status_known check (
    status in ('draft', 'scheduled', 'publishing', 'waiting', 'unknown', 'published', 'failed', 'cancelled')),
  constraint post_target_scheduled_is_due check (status in ('draft', 'cancelled') or due_at is not null),
  constraint post_target_live_has_next check (status not in ('scheduled', 'publishing', 'waiting') or next_at is not null),
  constraint post_target_ended_has_no_next check (status not in ('draft', 'published', 'failed', 'cancelled') or next_at is null),
  constraint post_target_published_has_time check ((status = 'published') = (published_at is not null)),
  constraint post_target_failed_says_why check (status <> 'failed' or num_nulls(error_message, who_must_act) = 0),
  constraint post_target_actor_known check (who_must_act in ('creator', 'operator', 'nobody')),
  constraint post_target_settled_by_known check (settled_by in ('answer', 'asked', 'read back', 'webhook', 'person')),
  constraint post_target_leased_is_live check (leased_until is null or status in ('publishing', 'waiting', 'unknown'))
) with (fillfactor = 70);
alter table publishing.post_target enable row level security;
comment on table publishing.post_target is
  'A post on one account. draft → scheduled → publishing ⇄ waiting → published, failed or unknown; ops.check_publishing_move() defines the transitions.';
comment on column publishing.post_target.body is
  'Overrides the body of the post. Null: the post''s own. The same applies to title and media_ids.';
comment on column publishing.post_target.due_at is 'When it is to be published; defines the order on an account.';
comment on column publishing.post_target.next_at is
  'When a worker next processes it. Null: no worker does. Status unknown with null: nothing more can be asked of the platform.';
comment on column publishing.post_target.wait_reason is 'What it waits for, in words for its owner.';
comment on column publishing.post_target.processing_since is
  'When the platform began to process the upload. After a platform-specific time, polling stops.';
comment on column publishing.post_target.state is
  'State that the platform''s publisher keeps between calls: containers, upload sessions. Never shown.';
comment on column publishing.post_target.fence is
  'Incremented by every claim. A worker that was presumed dead passes an old fence and cannot write.';
comment on column publishing.post_target.is_sent is
  'A call that may have made something visible was sent. From then on the target cannot be cancelled and is never started again.';
comment on column publishing.post_target.settled_by is 'How the publication was confirmed.';
comment on column publishing.post_target.error_message is
  'Why it is not published, in words for its owner; if it is published, what is missing from it.';
comment on column publishing.post_target.who_must_act is 'For a failed or unknown target: who has to act.';

-- Serves enqueue_due_posts(): accounts with due targets.
create index post_target_next_at_idx on publishing.post_target (next_at) where next_at is not null;
-- Serves begin_publishing(), which finds the next target of an account, and the foreign key.
create index post_target_account_due_idx on publishing.post_target (social_account_id, due_at, id);
-- Serves list_publishing_problems(), and the policy.
create index post_target_user_id_idx on publishing.post_target (user_id, updated_at desc);
-- Serves list_posts() filtered by status.
create index post_target_open_idx on publishing.post_target (user_id, post_id)
  where status in ('scheduled', 'publishing', 'waiting', 'unknown', 'failed');
create index post_target_published_id_idx on publishing.post_target (social_account_id, platform_post_id) where platform_post_id is not null;
comment on index publishing.post_target_published_id_idx is 'Query "whose post is it": where social_account_id = … and platform_post_id = ….';

create table publishing.publish_attempt (
  id bigint generated always as identity,
  target_id uuid not null,
  user_id uuid not null,
  step text not null,
  attempt smallint not null default 1,
  is_decisive boolean not null,
  status text not null default 'armed',
  witness jsonb,
  cost_micro_usd integer,
  error_code text,
  note text,
  armed_at timestamptz not null default clock_timestamp(),
  sent_at timestamptz,
  settled_at timestamptz,
  constraint publish_attempt_pkey primary key (id),
  constraint publish_attempt_target_id_fkey foreign key (target_id) references publishing.post_target (id) on delete cascade,
  constraint publish_attempt_step_length check (char_length(step) between 1 and 100),
  constraint publish_attempt_status_known check (status in ('armed', 'sent', 'confirmed', 'refused', 'unknown', 'absent', 'dropped')),
  constraint publish_attempt_sent_has_time check (status in ('armed', 'dropped') or sent_at is not null),
  constraint publish_attempt_settled_iff_ended check ((settled_at is null) = (status in ('armed', 'sent', 'unknown'))),
  constraint publish_attempt_witness_is_object check (jsonb_typeof(witness) = 'object')
);
alter table publishing.publish_attempt enable row level security;
comment on table publishing.publish_attempt is
  'Each call that changes something at a platform, inserted before it is sent: armed → sent → confirmed, refused or unknown → confirmed or absent.';
comment on column publishing.publish_attempt.is_decisive is
  'After this call the post may be visible. Such a call is repeated only after its effect was proven absent.';
comment on column publishing.publish_attempt.witness is
  'What existed before the call, so that new posts can be distinguished from existing ones.';
comment on column publishing.publish_attempt.cost_micro_usd is
  'What the platform charges for the call, by its price list at that time; null if it does not charge.';
comment on column publishing.publish_attempt.note is 'What was found out, in words.';

-- Serves read_post(), and the foreign key. A target has at most one open call at a time, whichever worker makes it.
create index publish_attempt_target_id_idx on publishing.publish_attempt (target_id, id);
create unique index publish_attempt_open_key on publishing.publish_attempt (target_id) where settled_at is null;
create index publish_attempt_user_id_idx on publishing.publish_attempt (user_id);

-- ## Tables: webhooks

create table publishing.webhook_endpoint (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  url text not null,
  description text not null default '',
  events text[] not null default '{}',
  vault_secret_name text not null,
  old_secret_until timestamptz,
  is_active boolean not null default true,
  failing_since timestamptz,
  paused_because text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint webhook_endpoint_pkey primary key (id),
  constraint webhook_endpoint_vault_secret_name_key unique (vault_secret_name),
  constraint webhook_endpoint_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint webhook_endpoint_url_is_https check (url ~ '^https?://' and char_length(url) <= 2000),
  constraint webhook_endpoint_paused_says_why check (is_active or paused_because is not null)
);
alter table publishing.webhook_endpoint enable row level security;
comment on table publishing.webhook_endpoint is 'Endpoints that receive a creator''s events. The secret of an endpoint is in Vault.';
comment on column publishing.webhook_endpoint.events is 'Names such as post.published, or prefixes such as post.*. Empty: all events.';
comment on column publishing.webhook_endpoint.old_secret_until is
  'Until then, deliveries are also signed with the secret used before the last rotation.';

create index webhook_endpoint_user_id_idx on publishing.webhook_endpoint (user_id);

create table publishing.webhook_delivery (
  id uuid not null default gen_random_uuid(),
  endpoint_id uuid not null,
  user_id uuid not null,
  event text not null,
  payload text not null,
  status text not null default 'waiting',
  attempts smallint not null default 0,
  next_at timestamptz default now(),
  fence bigint not null default 0,
  leased_until timestamptz,
  last_status integer,
  last_error text,
  last_answer text,
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  constraint webhook_delivery_pkey primary key (id),
  constraint webhook_delivery_endpoint_id_fkey foreign key (endpoint_id) references publishing.webhook_endpoint (id) on delete cascade,
  constraint webhook_delivery_status_known check (status in ('waiting', 'delivered', 'failed')),
  constraint webhook_delivery_waits_iff_next check ((status = 'waiting') = (next_at is not null)),
  constraint webhook_delivery_settled_iff_ended check ((status = 'waiting') = (settled_at is null)),
  constraint webhook_delivery_payload_length check (char_length(payload) <= 262144)
) with (fillfactor = 70);
alter table publishing.webhook_delivery enable row level security;
comment on table publishing.webhook_delivery is 'One event for one endpoint. The payload is stored exactly as it is signed and sent.';

-- Serves claim_webhook_deliveries().
create index webhook_delivery_next_at_idx on publishing.webhook_delivery (next_at) where next_at is not null;
-- Serves the log of an endpoint, and the foreign key.
create index webhook_delivery_endpoint_id_idx on publishing.webhook_delivery (endpoint_id, created_at desc);
create index webhook_delivery_user_id_idx on publishing.webhook_delivery (user_id);

-- ## Tables: what platforms report by themselves

create table publishing.platform_report (
  platform text not null,
  digest text not null,
  accounts text[] not null,
  events text[] not null,
  heard_at timestamptz not null default now(),
  constraint platform_report_pkey primary key (platform, digest),
  constraint platform_report_digest_is_hex check (digest ~ '^[0-9a-f]{64}$')
);
alter table publishing.platform_report enable row level security;
comment on table publishing.platform_report is
  'What a platform''s webhook reported, keyed by the hash of its body: a repeated delivery has no effect. Kept for a week, longer than any platform repeats a delivery.';

-- Serves keep_publishing_house().
create index platform_report_heard_at_idx on publishing.platform_report (heard_at);

create table publishing.push_subscription (
  channel_id text not null,
  mode text not null default 'subscribe',
  status text not null default 'asked',
  asked_at timestamptz not null default now(),
  lease_until timestamptz,
  next_at timestamptz not null,
  failures smallint not null default 0,
  last_error text,
  constraint push_subscription_pkey primary key (channel_id),
  constraint push_subscription_mode_known check (mode in ('subscribe', 'unsubscribe')),
  constraint push_subscription_status_known check (status in ('asked', 'active')),
  constraint push_subscription_active_has_lease check (status <> 'active' or lease_until is not null)
);
alter table publishing.push_subscription enable row level security;
comment on table publishing.push_subscription is
  'The channels for which YouTube''s hub notifies us, and until when. The hub verifies each subscription with us first (confirm_push_subscription).';
comment on column publishing.push_subscription.next_at is
  'When the hub is asked (again): before the lease ends, or if it has not confirmed the request.';

-- Serves claim_push_subscriptions().
create index push_subscription_next_at_idx on publishing.push_subscription (next_at);

-- ## Functions: moves

create function ops.check_publishing_move() returns trigger
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_moves constant jsonb := '{
    "post_target": {
      "draft": ["scheduled", "cancelled"],
      "scheduled": ["draft", "publishing", "failed", "cancelled"],
      "publishing": ["waiting", "unknown", "published", "failed"],
      "waiting": ["publishing", "unknown", "published", "failed", "cancelled"],
      "unknown": ["publishing", "waiting", "published", "failed", "scheduled", "cancelled"],
      "failed": ["scheduled", "published", "cancelled"],
      "published": [],
      "cancelled": []
    },
    "publish_attempt": {
      "armed": ["sent", "dropped"],
      "sent": ["confirmed", "refused", "unknown", "absent"],
      "unknown": ["confirmed", "absent"],
      "confirmed": [], "refused": [], "absent": [], "dropped": []
    }}';
begin
  if old.status <> new.status and not v_moves -> tg_table_name -> old.status ? new.status then
    raise exception using errcode = 'check_violation',
      message = format('Cannot move a %s from %s to %s', replace(tg_table_name, '_', ' '), old.status, new.status);
  end if;
  return new;
end;
$$;
comment on function ops.check_publishing_move is
  'Trigger: allows only valid status transitions of a target or attempt. A published target stays published.';

create function ops.post_status(p_post_id uuid) returns text
language sql stable security invoker set search_path = '' as $$
  select case
    when count(*) filter (where status <> 'cancelled') = 0 then case when count(*) = 0 then 'draft' else 'cancelled' end
    when bool_and(status in ('draft', 'cancelled')) then 'draft'
    when bool_or(status in ('publishing', 'waiting')) or (bool_or(status = 'scheduled') and bool_or(status in ('published', 'failed', 'unknown')))
      then 'publishing'
    when bool_or(status = 'scheduled') then 'scheduled'
    when bool_or(status = 'unknown') then 'unknown'
    when bool_and(status in ('published', 'cancelled')) then 'published'
    when bool_or(status = 'published') then 'partly_published'
    else 'failed'
  end
  from publishing.post_target where post_id = p_post_id;
$$;
comment on function ops.post_status is 'Returns the status of a post as a whole.';

create function ops.lock_post(p_user_id uuid, p_post_id uuid) returns publishing.post
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_post publishing.post;
begin
  select * into v_post from publishing.post where id = p_post_id and (user_id = p_user_id or p_user_id is null) for update;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no such post', detail = jsonb_build_object('resource', 'post', 'id', p_post_id);
  end if;
  return v_post;
end;
$$;
comment on function ops.lock_post is 'Locks and returns a user''s post; SVG03 when there is none.';

-- ## Functions: posts, for their owner

-- Security definer: writes the tables of publishing; only the service may call it.
create function public.save_post(p_user_id uuid, p_post_id uuid, p_version integer, p_post jsonb, p_targets jsonb,
  p_publish_at timestamptz default null, p_is_ready boolean default true) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_post publishing.post;
  v_stranger text;
  v_at timestamptz;
begin
  if p_post_id is null then
    insert into publishing.post (user_id, title) values (p_user_id, '') returning * into v_post;
  else
    v_post := ops.lock_post(p_user_id, p_post_id);
    if v_post.version <> coalesce(p_version, v_post.version) then
      raise exception using errcode = 'SVW01', message = 'This post was edited in the meantime: read it again, then edit it',
        detail = jsonb_build_object('version', v_post.version);
    end if;
    perform from publishing.post_target where post_id = p_post_id order by id for update;
    if exists (select from publishing.post_target where post_id = p_post_id and status not in ('draft', 'scheduled', 'cancelled')) then
      raise exception using errcode = 'SVW01', message = 'Cannot edit this post: it is being published or was published';
    end if;
  end if;
  -- An edit keeps a scheduled post scheduled; it then has to be ready to publish, like a post that is scheduled now.
  v_at := coalesce(p_publish_at, v_post.publish_at);
  if v_at is not null and not p_is_ready then
    raise exception using errcode = 'SVG01', message = 'Cannot save this scheduled post: it is not ready to be published';
  end if;
  select string_agg(medium::text, ', ') into v_stranger
  from (
    select jsonb_array_elements_text(p_post -> 'media_ids')::uuid as medium
    union
    select jsonb_array_elements_text(target -> 'media_ids')::uuid from jsonb_array_elements(p_targets) as target
    where jsonb_typeof(target -> 'media_ids') = 'array'
  ) as wanted
  where not exists (select from publishing.media where id = medium and user_id = v_post.user_id and deleted_at is null);
  if v_stranger is not null then
    raise exception using errcode = 'SVG03', message = format('There is no such medium: %s', v_stranger),
      detail = jsonb_build_object('resource', 'media');
  end if;
  update publishing.post
  set title = coalesce(p_post ->> 'title', ''), body = coalesce(p_post ->> 'body', ''),
    media_ids = array(select jsonb_array_elements_text(coalesce(p_post -> 'media_ids', '[]'))::uuid),
    time_zone = coalesce(p_post ->> 'time_zone', time_zone), version = case when p_post_id is null then 1 else version + 1 end
  where id = v_post.id;
  delete from publishing.post_target where post_id = v_post.id;
  insert into publishing.post_target (post_id, user_id, social_account_id, platform, kind, title, body, media_ids, options)
  select v_post.id, v_post.user_id, account.id, platform.slug, target ->> 'kind', target ->> 'title', target ->> 'body',
    case when jsonb_typeof(target -> 'media_ids') = 'array' then array(select jsonb_array_elements_text(target -> 'media_ids')::uuid) end,
    coalesce(target -> 'options', '{}')
  from jsonb_array_elements(p_targets) as target
  join public.social_account as account on account.id = (target ->> 'social_account_id')::uuid
    and account.user_id = v_post.user_id and account.deleted_at is null
  join public.platform as platform on platform.id = account.platform_id;
  if (select count(*) from publishing.post_target where post_id = v_post.id) <> jsonb_array_length(p_targets) then
    raise exception using errcode = 'SVG03', message = 'There is no such account, or it is not yours', detail = '{"resource": "social_account"}';
  end if;
  if v_at is not null then
    perform public.schedule_post(p_user_id, v_post.id, case when v_at > clock_timestamp() then v_at end);
  end if;
  return v_post.id;
end;
$$;
comment on function public.save_post is
  'Writes a post and its targets as given, as a new post or over a draft or scheduled one, and schedules it in the same transaction: at '
  'p_publish_at (in the past: now), or again at its previous time. SVW01 when it is too late, or it was edited in the meantime; SVG01 when '
  'it is to be published and is not ready.';

-- Security definer: as save_post.
create function public.schedule_post(p_user_id uuid, p_post_id uuid, p_publish_at timestamptz default null, p_version integer default null)
returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_post constant publishing.post := ops.lock_post(p_user_id, p_post_id);
  v_due constant timestamptz := coalesce(p_publish_at, clock_timestamp());
  v_scheduled integer;
begin
  if v_post.version <> coalesce(p_version, v_post.version) then
    raise exception using errcode = 'SVW01', message = 'This post was edited in the meantime: read it again, then publish it',
      detail = jsonb_build_object('version', v_post.version);
  end if;
  perform from publishing.post_target where post_id = v_post.id order by id for update;
  update publishing.post_target
  -- A post that the platform itself holds back is uploaded at once: YouTube supports this and makes it public at the scheduled time.
  set status = 'scheduled', due_at = v_due,
    next_at = case when platform = 'youtube' and coalesce((options ->> 'held_by_platform')::boolean, false)
      and coalesce(options ->> 'privacy', 'public') = 'public' then least(v_due, clock_timestamp()) else v_due end
  where post_id = v_post.id and status in ('draft', 'scheduled');
  get diagnostics v_scheduled = row_count;
  if v_scheduled = 0 then
    raise exception using errcode = 'SVW01', message = 'There is nothing to publish: publishing of every target has started, has ended or was cancelled';
  end if;
  update publishing.post set publish_at = v_due where id = v_post.id;
  return v_scheduled;
end;
$$;
comment on function public.schedule_post is
  'Schedules every target that has not started, at p_publish_at; null: now. With p_version, only if the post still has that version. Returns how many.';

-- Security definer: as save_post.
create function public.cancel_post(p_user_id uuid, p_post_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_post constant publishing.post := ops.lock_post(p_user_id, p_post_id);
  v_cancelled integer;
begin
  perform from publishing.post_target where post_id = v_post.id order by id for update;
  update publishing.post_target
  set status = 'cancelled', next_at = null, wait_reason = null, fence = fence + 1, leased_until = null
  where post_id = v_post.id and not is_sent
    and (status in ('draft', 'scheduled') or (status = 'waiting' and coalesce(leased_until, '-infinity') < now()));
  get diagnostics v_cancelled = row_count;
  update publishing.post set publish_at = null where id = v_post.id;
  return jsonb_build_object('cancelled', v_cancelled, 'too_late', (
    select count(*) from publishing.post_target where post_id = v_post.id and status not in ('cancelled', 'failed')));
end;
$$;
comment on function public.cancel_post is
  'Cancels every target of which nothing visible can have been sent. The other targets continue and are counted as too_late.';

create function ops.describe_target(p_target publishing.post_target, p_with_history boolean) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object('target_id', (p_target).id, 'social_account_id', (p_target).social_account_id, 'platform', (p_target).platform,
      'kind', (p_target).kind, 'title', (p_target).title, 'body', (p_target).body, 'media_ids', to_jsonb((p_target).media_ids),
      'options', (p_target).options, 'status', (p_target).status, 'due_at', (p_target).due_at, 'next_at', (p_target).next_at,
      'wait_reason', (p_target).wait_reason, 'platform_post_id', (p_target).platform_post_id, 'permalink', (p_target).permalink,
      'published_at', (p_target).published_at, 'settled_by', (p_target).settled_by, 'error_code', (p_target).error_code,
      'error_message', (p_target).error_message, 'who_must_act', (p_target).who_must_act)
    || case when p_with_history then jsonb_build_object('history', (
      select coalesce(jsonb_agg(jsonb_build_object('step', step, 'attempt', attempt, 'is_decisive', is_decisive, 'status', status,
        'error_code', error_code, 'note', note, 'cost_micro_usd', cost_micro_usd, 'armed_at', armed_at, 'sent_at', sent_at,
        'settled_at', settled_at) order by id), '[]')
      from publishing.publish_attempt where target_id = (p_target).id)) else '{}' end;
$$;
comment on function ops.describe_target is 'Returns a target as its owner and the support staff see it.';

-- Security definer: reads the tables of publishing; only the service may call it.
create function public.read_post(p_user_id uuid, p_post_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_post jsonb;
begin
  select jsonb_build_object('post_id', post.id, 'title', post.title, 'body', post.body, 'media_ids', to_jsonb(post.media_ids),
    'publish_at', post.publish_at, 'time_zone', post.time_zone, 'version', post.version, 'status', ops.post_status(post.id),
    'created_at', post.created_at, 'updated_at', post.updated_at, 'targets', (
      select coalesce(jsonb_agg(ops.describe_target(target, true) order by target.created_at, target.id), '[]')
      from publishing.post_target as target where target.post_id = post.id))
  into v_post
  from publishing.post as post
  where post.id = p_post_id and (p_user_id is null or post.user_id = p_user_id);
  if v_post is null then
    raise exception using errcode = 'SVG03', message = 'There is no such post', detail = jsonb_build_object('resource', 'post', 'id', p_post_id);
  end if;
  return v_post;
end;
$$;
comment on function public.read_post is
  'Returns a post with its targets and every call made for each. With p_user_id null, a post of any user (for the service).';

-- Security definer: as read_post.
create function public.list_posts(p_user_id uuid, p_status text default null, p_limit integer default 50, p_after_at timestamptz default null,
  p_after_id uuid default null) returns jsonb
language sql stable security definer set search_path = '' as $$
  with page as (
    select post.id, post.created_at, post.title, post.body, post.publish_at, post.time_zone, post.version, state.status,
      row_number() over (order by post.created_at desc, post.id) as place
    from publishing.post as post
    cross join lateral (select ops.post_status(post.id) as status) as state
    where post.user_id = p_user_id and (p_status is null or state.status = p_status)
      and (p_after_id is null or post.created_at <= p_after_at and (post.created_at < p_after_at or post.id > p_after_id))
      -- Avoids computing the status of every post: the rarer statuses narrow the posts by index first.
      and (p_status is null or p_status in ('draft', 'published', 'partly_published', 'cancelled') or post.id = any (array(
        select target.post_id from publishing.post_target as target
        where target.user_id = p_user_id and target.status in ('scheduled', 'publishing', 'waiting', 'unknown', 'failed'))))
    order by post.created_at desc, post.id
    limit p_limit + 1
  )
  select jsonb_build_object(
    'posts', coalesce((
      select jsonb_agg(jsonb_build_object('post_id', page.id, 'title', page.title, 'body', left(page.body, 300), 'publish_at', page.publish_at,
          'time_zone', page.time_zone, 'version', page.version, 'status', page.status, 'created_at', page.created_at, 'targets', (
            select coalesce(jsonb_agg(ops.describe_target(target, false) order by target.created_at, target.id), '[]')
            from publishing.post_target as target where target.post_id = page.id)) order by page.place)
      from page where page.place <= p_limit), '[]'),
    'next', case when (select count(*) from page) > p_limit then (
      select jsonb_build_object('at', page.created_at, 'id', page.id) from page where page.place = p_limit) end);
$$;
comment on function public.list_posts is
  'Returns a page of a user''s posts, newest first, filtered by the status of the whole post: {posts, next}. Continue from next ({at, id}: p_after_at, p_after_id).';

-- Security definer: as read_post.
create function public.read_publishing_accounts(p_user_id uuid, p_account_ids uuid[], p_media_ids uuid[]) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'time_zone', coalesce((select time_zone from public.user_setting where user_id = p_user_id), 'UTC'),
    'accounts', (
      select coalesce(jsonb_agg(jsonb_build_object('social_account_id', account.id, 'platform', platform.slug, 'status', account.status,
        'platform_account_id', account.platform_account_id, 'username', account.username, 'details', account.details,
        'scopes', to_jsonb(connection.scopes), 'is_active', coalesce(connection.is_active, false))), '[]')
      from public.social_account as account
      join public.platform as platform on platform.id = account.platform_id
      left join public.platform_connection as connection on connection.id = account.connection_id
      where account.user_id = p_user_id and account.id = any (p_account_ids) and account.deleted_at is null),
    'media', (
      select coalesce(jsonb_agg(to_jsonb(medium) - 'user_id'), '[]') from publishing.media as medium
      where medium.user_id = p_user_id and medium.id = any (p_media_ids) and medium.deleted_at is null));
$$;
comment on function public.read_publishing_accounts is
  'Returns what is needed to check whether a post can be published: its accounts and its media.';

-- Security definer: as read_post. The ledger is in ops.
create function public.read_publishing_limits(p_user_id uuid, p_social_account_id uuid, p_limits jsonb) returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('name', wanted ->> 'name', 'size', coalesce(known.size, (wanted ->> 'size')::integer),
    'used', case when known.ends_at > now() then known.used else 0 end, 'resets_at', case when known.ends_at > now() then known.ends_at end,
    'closed_until', case when known.closed_until > now() then known.closed_until end)), '[]')
  from jsonb_array_elements(p_limits) as wanted
  join public.social_account as account on account.id = p_social_account_id and account.user_id = p_user_id
  join public.platform as platform on platform.id = account.platform_id
  left join ops.platform_window as known on known.platform = platform.slug and known.app = wanted ->> 'app'
    and known.social_account_id is not distinct from case when wanted ->> 'scope' = 'account' then account.id end;
$$;
comment on function public.read_publishing_limits is 'Returns how much of each given limit is used, to show it before a post is sent.';

-- ## Functions: media

-- Security definer: as save_post.
create function public.create_media(p_user_id uuid, p_kind text, p_mime_type text, p_bytes bigint, p_alt_text text default null) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id constant uuid := gen_random_uuid();
begin
  if (select count(*) from publishing.media where user_id = p_user_id and status = 'uploading') >= 100 then
    raise exception using errcode = 'SVW01', message = 'You have 100 unfinished uploads: finish or delete them first';
  end if;
  insert into publishing.media (id, user_id, path, kind, mime_type, bytes, alt_text)
  values (v_id, p_user_id, p_user_id || '/' || v_id, p_kind, p_mime_type, p_bytes, p_alt_text);
  return jsonb_build_object('media_id', v_id, 'path', p_user_id || '/' || v_id);
end;
$$;
comment on function public.create_media is
  'Registers an upload: creates its row and returns the storage path for the file. At most 100 unfinished uploads per user.';

-- Security definer: as save_post.
create function public.read_media(p_user_id uuid, p_media_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_media publishing.media;
begin
  select * into v_media from publishing.media where id = p_media_id and user_id = p_user_id and deleted_at is null;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no such medium', detail = jsonb_build_object('resource', 'media', 'id', p_media_id);
  end if;
  return to_jsonb(v_media) - 'user_id';
end;
$$;
comment on function public.read_media is 'Returns a user''s medium with its path in storage; SVG03 when there is none.';

-- Security definer: as save_post.
create function public.finish_media(p_user_id uuid, p_media_id uuid, p_facts jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
  update publishing.media
  set status = p_facts ->> 'status', mime_type = coalesce(p_facts ->> 'mime_type', mime_type),
    sha256 = p_facts ->> 'sha256', width = (p_facts ->> 'width')::integer, height = (p_facts ->> 'height')::integer,
    duration_seconds = (p_facts ->> 'duration_seconds')::numeric, frames_per_second = (p_facts ->> 'frames_per_second')::numeric,
    refused_because = left(p_facts ->> 'refused_because', 500), ready_at = case when p_facts ->> 'status' = 'ready' then now() end
  where id = p_media_id and user_id = p_user_id and status = 'uploading';
  return public.read_media(p_user_id, p_media_id);
end;
$$;
comment on function public.finish_media is
  'Records the result of an upload: ready, or refused with the reason. A finished upload is not changed.';

-- Security definer: as save_post.
create function public.delete_media(p_user_id uuid, p_media_id uuid) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_path constant text := public.read_media(p_user_id, p_media_id) ->> 'path';
begin
  if exists (
    select from publishing.post_target as target join publishing.post as post on post.id = target.post_id
    where target.user_id = p_user_id and target.status in ('scheduled', 'publishing', 'waiting', 'unknown')
      and (p_media_id = any (coalesce(target.media_ids, post.media_ids)) or target.options ->> 'thumbnail_media_id' = p_media_id::text))
  then
    raise exception using errcode = 'SVW01', message = 'Cannot delete this medium: a scheduled or unfinished post uses it; cancel or edit the post first';
  end if;
  update publishing.media set status = 'deleted', deleted_at = now(), refused_because = null where id = p_media_id;
  insert into publishing.doomed_file (path, why) values (v_path, 'deleted') on conflict do nothing;
  return v_path;
end;
$$;
comment on function public.delete_media is
  'Deletes a medium unless a post that is still to be published uses it. Queues its file for deletion, and returns the path so that the caller can delete the file at once.';

create function ops.erase_media(p_user_id uuid) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_erased integer;
begin
  with gone as (
    update publishing.media set status = 'deleted', deleted_at = now(), refused_because = null, alt_text = null
    where user_id = p_user_id and deleted_at is null
    returning path
  ), doomed as (
    insert into publishing.doomed_file (path, why) select path, 'erased' from gone
    on conflict (path) do update set why = 'erased', next_at = now()
  )
  select count(*) into v_erased from gone;
  return v_erased;
end;
$$;
comment on function ops.erase_media is
  'Deletes all media of a user, even if posts use them, and queues their files for deletion; for account erasure. Deleting the user has the same effect.';

create function ops.doom_file() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into publishing.doomed_file (path, why) values (old.path, 'erased') on conflict do nothing;
  return null;
end;
$$;
comment on function ops.doom_file is 'Trigger: queues the file of a deleted media row for deletion; usually the owner was deleted.';

-- Security definer: as save_post.
create function public.claim_doomed_files(p_limit integer default 100) returns setof text
language sql volatile security definer set search_path = '' as $$
  update publishing.doomed_file
  set attempts = least(attempts + 1, 1000), next_at = now() + least(interval '1 day', interval '1 minute' * 2 ^ least(attempts, 12))
  where path = any (array(
    select path from publishing.doomed_file where next_at <= now() order by next_at limit p_limit for update skip locked))
  returning path;
$$;
comment on function public.claim_doomed_files is
  'Claims files that are due for removal from storage, each for one worker. A file is due again, with growing backoff, until forget_doomed_files().';

-- Security definer: as save_post.
create function public.forget_doomed_files(p_paths text[]) returns void
language sql volatile security definer set search_path = '' as $$
  delete from publishing.doomed_file where path = any (p_paths);
$$;
comment on function public.forget_doomed_files is 'Removes files that were deleted from storage from the queue.';

-- Security definer: as save_post. Also reads storage if this database contains it (on Supabase it does; the local stack keeps files on disk).
create function public.keep_publishing_house(p_bucket text, p_keep_days integer default 0) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_media integer;
  v_orphans integer := 0;
begin
  with closed as (
    update publishing.media set status = 'deleted', deleted_at = now(), refused_because = null
    where id = any (array(
      -- A signed upload URL is valid for at most one day.
      select id from publishing.media where status in ('uploading', 'refused') and created_at < now() - interval '25 hours'
      order by created_at limit 1000 for update skip locked))
    returning path, 'forgotten' as why
  ), aged as (
    update publishing.media set status = 'deleted', deleted_at = now()
    where id = any (array(
      select medium.id from publishing.media as medium
      where p_keep_days > 0 and medium.status = 'ready' and medium.ready_at < now() - make_interval(days => p_keep_days)
        -- Not used by a draft, by a scheduled post, or by a recently published one.
        and not exists (
          select from publishing.post as post
          left join publishing.post_target as target on target.post_id = post.id
          where post.user_id = medium.user_id
            and (medium.id = any (coalesce(target.media_ids, post.media_ids)) or target.options ->> 'thumbnail_media_id' = medium.id::text)
            and (target.status is null or target.status not in ('published', 'cancelled')
              or target.updated_at > now() - make_interval(days => p_keep_days)))
      order by medium.ready_at limit 1000 for update of medium skip locked))
    returning path, 'old' as why
  ), doomed as (
    insert into publishing.doomed_file (path, why) select * from closed union all select * from aged on conflict do nothing
  )
  select (select count(*) from closed) + (select count(*) from aged) into v_media;
  if to_regclass('storage.objects') is not null then
    -- Dynamic SQL, because the table does not exist if storage is not in this database.
    execute format($query$
      insert into publishing.doomed_file (path, why)
      select object.name, 'orphan' from storage.objects as object
      where object.bucket_id = %L and object.created_at < now() - interval '25 hours'
        -- Only names as create_media() builds them; other files in the bucket are not ours.
        and object.name ~ '^[0-9a-f-]{36}/[0-9a-f-]{36}$'
        and not exists (select from publishing.media as medium where medium.path = object.name and medium.deleted_at is null)
      limit 1000
      on conflict do nothing
      $query$, p_bucket);
    get diagnostics v_orphans = row_count;
  end if;
  delete from publishing.platform_report where heard_at < now() - interval '7 days';
  delete from publishing.webhook_delivery where id = any (array(
    select id from publishing.webhook_delivery where settled_at < now() - interval '30 days' limit 10000));
  return jsonb_build_object('media', v_media, 'orphans', v_orphans);
end;
$$;
comment on function public.keep_publishing_house is
  'Queues for deletion the files of uploads that never ended or were refused (after 25 hours), of media that no post has needed for '
  'p_keep_days (0: kept), and, if storage is in this database, files without a row. Deletes old platform reports and old deliveries.';

-- ## Functions: publishing, for workers

create function ops.has_turn(p_target publishing.post_target) returns boolean
language sql stable security invoker set search_path = '' as $$
  -- A target that was sent has had its turn, except a thread, whose posts belong together. One in long platform processing does not block
  -- others.
  select ((p_target).kind = 'thread' or not (p_target).is_sent)
    and coalesce((p_target).processing_since > now() - interval '10 minutes', true);
$$;
comment on function ops.has_turn is 'Returns whether later targets of the account have to wait behind this one to keep the order.';

-- Security definer: creates jobs of the service.
create function public.enqueue_due_posts(p_limit integer default 1000) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_account uuid;
  v_created integer := 0;
begin
  for v_account in
    select distinct target.social_account_id from publishing.post_target as target
    where target.next_at <= now() and coalesce(target.leased_until, '-infinity') < now()
      -- Targets behind one that waits only briefly have to wait too: see begin_publishing().
      and (target.status = 'unknown' or not exists (
        select from publishing.post_target as earlier
        where earlier.social_account_id = target.social_account_id and (earlier.due_at, earlier.id) < (target.due_at, target.id)
          and earlier.status in ('publishing', 'waiting') and earlier.next_at > now() and earlier.next_at < now() + interval '10 minutes'
          and ops.has_turn(earlier)))
      -- An account whose job is pending or running needs no second job.
      and not exists (
        select from public.job_queue as job
        where job.dedupe_hash = ops.job_hash(null, 'publish_account', jsonb_build_object('social_account_id', target.social_account_id))
          and job.handler = 'publish_account' and job.status in ('pending', 'processing'))
    limit p_limit
  loop
    v_created := v_created
      + coalesce((ops.create_job(null, 'publish_account', jsonb_build_object('social_account_id', v_account), 7, null, null, false)).is_new, false)::integer;
  end loop;
  if exists (
    select from publishing.webhook_delivery as delivery
    join publishing.webhook_endpoint as endpoint on endpoint.id = delivery.endpoint_id
    where delivery.next_at <= now() and coalesce(delivery.leased_until, '-infinity') < now() and (endpoint.is_active or delivery.event = 'test'))
  then
    perform ops.create_job(null, 'deliver_webhooks', '{}', 6, null, null, false);
  end if;
  return v_created;
end;
$$;
comment on function public.enqueue_due_posts is
  'Creates a job for each account with due targets, and one for due webhook deliveries. Workers call it every second, cron every minute. Safe to repeat.';

-- Security definer: reads Vault; only the service may call it.
create function public.begin_publishing(p_social_account_id uuid, p_lease_seconds integer default 60) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_target publishing.post_target;
  v_account record;
  v_open publishing.publish_attempt;
begin
  -- Serializes per account: the first to begin is published first.
  perform pg_advisory_xact_lock(hashtextextended('publishing:' || p_social_account_id, 0));
  if exists (
    select from publishing.post_target where social_account_id = p_social_account_id and next_at is not null and leased_until > clock_timestamp())
  then
    return null;
  end if;
  -- A target due within ten minutes is waited for while it has its turn: see has_turn().
  select * into v_target from publishing.post_target
  where social_account_id = p_social_account_id and next_at is not null
    and (next_at <= clock_timestamp() or (status in ('publishing', 'waiting') and next_at < clock_timestamp() + interval '10 minutes'
      and ops.has_turn(post_target)))
  order by (status = 'unknown') desc, due_at, id
  limit 1
  for update;
  if v_target.id is null or v_target.next_at > clock_timestamp() then
    return null;
  end if;
  update publishing.post_target
  set status = case when status = 'scheduled' then 'publishing' else status end, fence = fence + 1,
    leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
  where id = v_target.id
  returning * into v_target;
  select account.platform_account_id, account.details, account.status, account.deleted_at, connection.id as connection_id,
    connection.is_active, connection.scopes, connection.token_expires_at, connection.vault_secret_name
  into v_account
  from public.social_account as account
  left join public.platform_connection as connection on connection.id = account.connection_id
  where account.id = p_social_account_id;
  -- A call that an earlier run began and whose outcome is unknown.
  select * into v_open from publishing.publish_attempt where target_id = v_target.id and settled_at is null;
  return jsonb_build_object('target_id', v_target.id, 'post_id', v_target.post_id, 'user_id', v_target.user_id, 'fence', v_target.fence,
    'platform', v_target.platform, 'kind', v_target.kind, 'options', v_target.options, 'state', v_target.state, 'status', v_target.status,
    'failures', v_target.failures, 'is_sent', v_target.is_sent, 'due_at', v_target.due_at,
    'processing_seconds', extract(epoch from clock_timestamp() - v_target.processing_since),
    'is_connected', v_account.deleted_at is null and v_account.status <> 'disconnected' and coalesce(v_account.is_active, false),
    'platform_account_id', v_account.platform_account_id, 'account_details', v_account.details, 'connection_id', v_account.connection_id,
    'scopes', to_jsonb(v_account.scopes), 'token_expires_at', v_account.token_expires_at, 'tokens', ops.read_tokens(v_account.vault_secret_name),
    'open', case when v_open.id is not null then jsonb_build_object('attempt_id', v_open.id, 'step', v_open.step, 'status', v_open.status,
      'is_decisive', v_open.is_decisive, 'attempt', v_open.attempt, 'armed_at', v_open.armed_at, 'sent_at', v_open.sent_at,
      'witness', v_open.witness, 'age_seconds', extract(epoch from clock_timestamp() - coalesce(v_open.sent_at, v_open.armed_at))) end,
    'post', (
      select jsonb_build_object('title', coalesce(v_target.title, post.title), 'body', coalesce(v_target.body, post.body),
        'media', (
          select coalesce(jsonb_agg(to_jsonb(medium) - 'user_id' order by wanted.place), '[]')
          from unnest(coalesce(v_target.media_ids, post.media_ids)) with ordinality as wanted (id, place)
          join publishing.media as medium on medium.id = wanted.id))
      from publishing.post where post.id = v_target.post_id),
    -- A platform post known to be another post of ours cannot be this one, whatever its text.
    'known_ids', (
      select coalesce(jsonb_agg(other.platform_post_id), '[]') from (
        select platform_post_id from publishing.post_target
        where social_account_id = p_social_account_id and platform_post_id is not null and id <> v_target.id
        order by published_at desc nulls last limit 200) as other));
end;
$$;
comment on function public.begin_publishing is
  'Claims the next due target of an account and returns it with its lease, fence, tokens, media and any call of unknown outcome. Null: nothing is due now.';

create function ops.lock_target(p_target_id uuid, p_fence bigint) returns publishing.post_target
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_target publishing.post_target;
begin
  select * into v_target from publishing.post_target where id = p_target_id and fence = p_fence for update;
  if not found then
    raise exception using errcode = 'SVW02', message = 'Another worker has taken this post over, or it was cancelled';
  end if;
  return v_target;
end;
$$;
comment on function ops.lock_target is 'Locks and returns the target of a run that still holds it; SVW02 when another worker has taken over.';

-- Security definer: the ledger is in ops; only the service may call it.
create function public.arm_publishing(p_target_id uuid, p_fence bigint, p_step text, p_is_decisive boolean, p_limits jsonb default '[]',
  p_witness jsonb default null, p_cost_micro_usd integer default null, p_lease_seconds integer default 60) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_target constant publishing.post_target := ops.lock_target(p_target_id, p_fence);
  v_limit jsonb;
  v_detail text;
  v_attempt_id bigint;
  v_attempt smallint;
begin
  begin
    for v_limit in select value from jsonb_array_elements(p_limits) loop
      perform ops.claim_platform_quota(v_target.social_account_id, v_target.user_id, v_target.platform, v_limit, false);
    end loop;
  exception when sqlstate 'SVP01' then
    -- No quota was taken and nothing is armed; the caller waits for its turn.
    get stacked diagnostics v_detail = pg_exception_detail;
    return jsonb_build_object('wait_until', v_detail::jsonb -> 'resets_at');
  end;
  insert into publishing.publish_attempt (target_id, user_id, step, attempt, is_decisive, witness, cost_micro_usd)
  values (p_target_id, v_target.user_id, p_step,
    -- Refusals do not count: the platform confirmed that it did nothing.
    (select count(*) + 1 from publishing.publish_attempt where target_id = p_target_id and step = p_step and status = 'absent'),
    p_is_decisive, p_witness, p_cost_micro_usd)
  returning id, attempt into v_attempt_id, v_attempt;
  update publishing.post_target
  set status = 'publishing', wait_reason = null, leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
  where id = p_target_id;
  return jsonb_build_object('attempt_id', v_attempt_id, 'attempt', v_attempt);
end;
$$;
comment on function public.arm_publishing is
  'Called before a call that changes something: takes it from the platform''s limits and records what is about to be done. Returns wait_until instead if no limit allows it now.';

-- Security definer: as arm_publishing.
create function public.send_publishing(p_target_id uuid, p_fence bigint, p_attempt_id bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.lock_target(p_target_id, p_fence);
  update publishing.publish_attempt set status = 'sent', sent_at = clock_timestamp() where id = p_attempt_id and status = 'armed';
  if not found then
    raise exception using errcode = 'SVW02', message = 'Another worker has taken this post over, or it was cancelled';
  end if;
  update publishing.post_target set is_sent = true
  where id = p_target_id and not is_sent and (select is_decisive from publishing.publish_attempt where id = p_attempt_id);
end;
$$;
comment on function public.send_publishing is 'Last step before the call is sent. From here on its outcome is unknown until it is confirmed.';

-- Security definer: as arm_publishing.
create function public.record_publishing(p_target_id uuid, p_fence bigint, p_change jsonb) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_target constant publishing.post_target := ops.lock_target(p_target_id, p_fence);
  v_status constant text := coalesce(p_change ->> 'status', v_target.status);
  v_is_ended constant boolean := v_status in ('published', 'failed', 'cancelled');
  v_next_at constant timestamptz := case
    when v_is_ended then null
    when p_change ? 'next_seconds' then clock_timestamp() + make_interval(secs => (p_change ->> 'next_seconds')::double precision)
    when p_change ? 'next_at' then (p_change ->> 'next_at')::timestamptz
    else v_target.next_at end;
begin
  if p_change ? 'attempt_id' then
    update publishing.publish_attempt
    set status = p_change ->> 'outcome', error_code = left(p_change ->> 'attempt_code', 200), note = left(p_change ->> 'note', 1000),
      settled_at = case when p_change ->> 'outcome' not in ('armed', 'sent', 'unknown') then clock_timestamp() end
    where id = (p_change ->> 'attempt_id')::bigint and target_id = p_target_id;
  end if;
  update publishing.post_target
  set status = v_status,
    state = case when jsonb_typeof(p_change -> 'state') = 'object' then p_change -> 'state' else state end,
    next_at = v_next_at,
    processing_since = case
      when v_is_ended then null
      when (p_change ->> 'is_processing')::boolean then coalesce(processing_since, clock_timestamp())
      when not p_change ? 'state' then processing_since end,
    wait_reason = case when v_is_ended then null else left(p_change ->> 'wait_reason', 500) end,
    failures = coalesce((p_change ->> 'failures')::smallint, failures),
    platform_post_id = coalesce(p_change ->> 'platform_post_id', platform_post_id),
    permalink = coalesce(p_change ->> 'permalink', permalink),
    published_at = case when v_status = 'published' then coalesce(published_at, (p_change ->> 'published_at')::timestamptz, clock_timestamp()) end,
    settled_by = coalesce(p_change ->> 'settled_by', settled_by),
    error_code = case when v_status = 'published' then null else coalesce(p_change ->> 'error_code', error_code) end,
    error_message = case when v_status = 'published' then left(p_change ->> 'note_for_owner', 1000)
      else coalesce(left(p_change ->> 'error_message', 1000), error_message) end,
    who_must_act = case when v_status = 'published' then null else coalesce(p_change ->> 'who_must_act', who_must_act) end,
    leased_until = case
      when v_is_ended or coalesce((p_change ->> 'release')::boolean, false) then null
      else clock_timestamp() + make_interval(secs => coalesce((p_change ->> 'lease_seconds')::integer, 60)) end
  where id = p_target_id;
  if v_status <> v_target.status and (v_is_ended or v_status = 'unknown') or (v_status = 'unknown' and v_next_at is null and v_target.next_at is not null) then
    perform ops.tell_of_target(p_target_id);
  end if;
end;
$$;
comment on function public.record_publishing is
  'Records the outcome of a call, the publisher''s state and the new status of the target in one transaction. SVW02 when another worker has the target.';

create function ops.emit_event(p_user_id uuid, p_event text, p_data jsonb) returns void
language sql volatile security invoker set search_path = '' as $$
  insert into publishing.webhook_delivery (endpoint_id, user_id, event, payload)
  select endpoint.id, endpoint.user_id, p_event,
    json_build_object('type', p_event, 'timestamp', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'data', p_data)::text
  from publishing.webhook_endpoint as endpoint
  where endpoint.user_id = p_user_id and endpoint.is_active
    and (endpoint.events = '{}' or exists (
      select from unnest(endpoint.events) as wanted where p_event = wanted or (wanted like '%.*' and starts_with(p_event, left(wanted, -1)))));
$$;
comment on function ops.emit_event is
  'Queues an event for every endpoint of the user that subscribes to it, in the transaction of the change it reports.';

create function ops.tell_of_target(p_target_id uuid) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_target publishing.post_target;
  v_title text;
  v_platform text;
begin
  select * into v_target from publishing.post_target where id = p_target_id;
  perform ops.emit_event(v_target.user_id, 'post.target.' || v_target.status, ops.describe_target(v_target, false) - 'options'
    || jsonb_build_object('post_id', v_target.post_id));
  if v_target.status = 'unknown' and v_target.next_at is not null then
    return; -- The outcome is still being checked.
  end if;
  if not exists (
    select from publishing.post_target where post_id = v_target.post_id and (next_at is not null or status in ('scheduled', 'publishing', 'waiting')))
  then
    perform ops.emit_event(v_target.user_id, 'post.' || ops.post_status(v_target.post_id), jsonb_build_object('post_id', v_target.post_id,
      'status', ops.post_status(v_target.post_id)));
  end if;
  if v_target.status in ('failed', 'unknown') then
    select coalesce(nullif(left(post.title, 80), ''), nullif(left(post.body, 80), ''), 'A post') into v_title
    from publishing.post where post.id = v_target.post_id;
    select display_name into v_platform from public.platform where slug = v_target.platform;
    insert into public.notification (user_id, type, title, message, data)
    values (v_target.user_id, case v_target.status when 'failed' then 'error' else 'warning' end::public.notification_type_enum,
      case v_target.status when 'failed' then format('Not published on %s', v_platform)
        else format('It is unknown whether this was published on %s', v_platform) end,
      format('%s: %s', v_title, v_target.error_message),
      jsonb_build_object('code', 'post_' || v_target.status, 'post_id', v_target.post_id, 'target_id', v_target.id));
  end if;
end;
$$;
comment on function ops.tell_of_target is 'Notifies the owner and the subscribed endpoints of the outcome of a target.';

-- ## Functions: what platforms report by themselves

-- Security definer: a report identifies a post by an id that only state contains; only the service may call it.
create function public.hear_from_platform(p_platform text, p_digest text, p_reports jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_posts integer;
  v_accounts integer;
begin
  insert into publishing.platform_report (platform, digest, accounts, events)
  select p_platform, p_digest, array_agg(distinct report ->> 'account_id'), array_agg(distinct left(report ->> 'event', 100))
  from jsonb_array_elements(p_reports) as report
  having count(*) > 0
  on conflict do nothing;
  if not found then
    return jsonb_build_object('is_new', false, 'posts', 0, 'accounts', 0);
  end if;
  -- Only a hint: the worker of the post still asks the platform, so a late, out-of-order or unrelated report does no harm.
  with heard as (
    select target.id, jsonb_agg(report - 'wakes_sync') as said
    from jsonb_array_elements(p_reports) as report
    join public.platform as platform on platform.slug = p_platform
    join public.social_account as account on account.platform_id = platform.id
      and account.platform_account_id = report ->> 'account_id' and account.deleted_at is null
    join publishing.post_target as target on target.social_account_id = account.id
      and target.next_at is not null and target.status in ('waiting', 'unknown')
      and (report ->> 'handle' is null or target.state ->> 'handle' = report ->> 'handle')
    group by target.id
  ), locked as (
    select target.id, heard.said from publishing.post_target as target join heard on heard.id = target.id order by target.id for update of target
  )
  update publishing.post_target as target
  set next_at = least(target.next_at, clock_timestamp()), state = target.state || jsonb_build_object('heard', locked.said)
  from locked
  where target.id = locked.id;
  get diagnostics v_posts = row_count;
  -- Content was added or removed, so automatic sync is moved forward: not more often than the owner wants, not when the plan's syncs are used
  -- up, and not for content that the library already has.
  with woken as (
    select account.id
    from public.social_account as account
    join public.platform as platform on platform.id = account.platform_id and platform.slug = p_platform
    where account.deleted_at is null and account.next_sync_at > now() and exists (
        select from jsonb_array_elements(p_reports) as report
        where report ->> 'account_id' = account.platform_account_id and report ->> 'wakes_sync' is not null
          and (report ->> 'wakes_sync' = 'gone') = exists (
            select from public.content_item as item
            where item.social_account_id = account.id and item.platform_content_id = report ->> 'content_id' and item.deleted_at is null))
      and (select quota.used < quota.quota_limit from ops.quota_state(account.user_id, 'syncs') as quota)
    order by account.id
    for update of account
  )
  update public.social_account as account
  set next_sync_at = least(account.next_sync_at, greatest(now(), account.last_synced_at
    + case when account.min_sync_hours > 1 then make_interval(hours => account.min_sync_hours) else interval '10 minutes' end))
  from woken
  where account.id = woken.id;
  get diagnostics v_accounts = row_count;
  return jsonb_build_object('is_new', true, 'posts', v_posts, 'accounts', v_accounts);
end;
$$;
comment on function public.hear_from_platform is
  'Processes a verified platform webhook: posts in progress that it may concern are due now, and automatic sync of an account with added or removed content is due soon. A repeated delivery has no effect.';

create function ops.has_due_push_subscriptions() returns boolean
language sql stable security invoker set search_path = '' as $$
  select exists (select from publishing.push_subscription where next_at <= now())
    or exists (
      select from public.social_account as account
      join public.platform as platform on platform.id = account.platform_id and platform.slug = 'youtube'
      where account.status = 'active' and account.deleted_at is null and account.sync_mode = 'auto'
        and not exists (select from publishing.push_subscription as push where push.channel_id = account.platform_account_id));
$$;
comment on function ops.has_due_push_subscriptions is 'For cron: whether YouTube''s hub has to be asked about any channel.';

create function ops.wants_push(p_channel_id text) returns boolean
language sql stable security invoker set search_path = '' as $$
  select exists (
    select from public.social_account as account
    join public.platform as platform on platform.id = account.platform_id and platform.slug = 'youtube'
    where account.platform_account_id = p_channel_id and account.status = 'active' and account.deleted_at is null and account.sync_mode = 'auto');
$$;
comment on function ops.wants_push is 'Whether any user has this YouTube channel in automatic sync.';

-- Security definer: writes the tables of publishing; only the service may call it.
create function public.claim_push_subscriptions(p_limit integer default 50) returns setof jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
  -- No user has the channel any more and the lease has expired, so there is nothing to unsubscribe.
  delete from publishing.push_subscription as push
  where push.next_at <= now() and coalesce(push.lease_until, push.asked_at + interval '1 day') < now() and not ops.wants_push(push.channel_id);
  return query
    with due as (
      select push.channel_id from publishing.push_subscription as push
      where push.next_at <= now() order by push.next_at limit p_limit for update skip locked
    ), renewed as (
      update publishing.push_subscription as push
      set mode = case when ops.wants_push(push.channel_id) then 'subscribe' else 'unsubscribe' end, asked_at = now(),
        failures = least(failures + 1, 100), next_at = now() + least(interval '6 hours', interval '5 minutes' * 2 ^ least(failures, 10))
      from due
      where push.channel_id = due.channel_id
      returning push.channel_id, push.mode
    ), added as (
      insert into publishing.push_subscription (channel_id, next_at, failures)
      select distinct account.platform_account_id, now() + interval '5 minutes', 1
      from public.social_account as account
      join public.platform as platform on platform.id = account.platform_id and platform.slug = 'youtube'
      where account.status = 'active' and account.deleted_at is null and account.sync_mode = 'auto'
        and not exists (select from publishing.push_subscription as push where push.channel_id = account.platform_account_id)
      limit p_limit
      on conflict do nothing
      returning channel_id, mode
    )
    select jsonb_build_object('channel_id', claimed.channel_id, 'mode', claimed.mode)
    from (select * from renewed union all select * from added) as claimed;
end;
$$;
comment on function public.claim_push_subscriptions is
  'Claims channels for which YouTube''s hub has to be asked now: to subscribe, to renew or, if no user has the channel any more, to unsubscribe.';

-- Security definer: as claim_push_subscriptions.
create function public.refuse_push_subscription(p_channel_id text, p_error text) returns void
language sql volatile security definer set search_path = '' as $$
  update publishing.push_subscription set last_error = left(p_error, 500) where channel_id = p_channel_id;
$$;
comment on function public.refuse_push_subscription is 'Records why the hub refused a request. The hub is asked again, with growing backoff.';

-- Security definer: as claim_push_subscriptions.
create function public.confirm_push_subscription(p_channel_id text, p_mode text, p_lease_seconds integer) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if p_mode = 'unsubscribe' then
    delete from publishing.push_subscription where channel_id = p_channel_id and mode = 'unsubscribe';
    return found;
  end if;
  -- Only a recent request of ours is confirmed: no third party can subscribe us or end a subscription.
  update publishing.push_subscription
  set status = 'active', failures = 0, last_error = null, lease_until = now() + make_interval(secs => p_lease_seconds),
    next_at = now() + make_interval(secs => p_lease_seconds * 0.8)
  where channel_id = p_channel_id and mode = 'subscribe' and asked_at > now() - interval '1 day';
  return found;
end;
$$;
comment on function public.confirm_push_subscription is
  'Verifies a request on behalf of the hub. Returns true if we made the request, and stores the lease. Idempotent.';

-- ## Functions: events of the other modules

-- The five functions are security definer: the role that changes an account, a job or a plan cannot write deliveries. The events contain no
-- secrets and only what the owner can read, and texts are truncated, so no change fails because of its event.
create function ops.tell_of_account() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_was constant boolean := case when tg_op = 'UPDATE' then old.status <> 'disconnected' and old.deleted_at is null else false end;
  v_is constant boolean := new.status <> 'disconnected' and new.deleted_at is null;
  v_event constant text := case
    when v_is and not v_was then 'account.connected'
    when v_was and not v_is then 'account.disconnected'
    when tg_op = 'INSERT' or not v_is then null
    when new.status = 'suspended' and old.status <> 'suspended' or new.last_error is not null and old.last_error is null then 'account.problem' end;
begin
  if v_event is not null then
    perform ops.emit_event(new.user_id, v_event, jsonb_build_object('social_account_id', new.id,
      'platform', (select slug from public.platform where id = new.platform_id), 'platform_account_id', new.platform_account_id,
      'username', new.username, 'status', new.status, 'reason', left(new.last_error, 500)));
  end if;
  return null;
end;
$$;
comment on function ops.tell_of_account is
  'Trigger: an account was connected or disconnected, or has its first problem since it last worked.';

create function ops.tell_of_job() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.emit_event(new.user_id, case new.status when 'completed' then 'job.completed' else 'job.failed' end,
    jsonb_build_object('job_id', new.id, 'job_type', new.job_type, 'handler', new.handler, 'status', new.status, 'attempts', new.attempts,
      'error_code', case when new.status <> 'completed' then new.error_code end,
      'error_message', case when new.status <> 'completed' then left(new.error_message, 1000) end,
      'created_at', new.created_at, 'finished_at', new.finished_at));
  return null;
end;
$$;
comment on function ops.tell_of_job is
  'Trigger: a user''s job has ended. A run that is retried does not count. The result is read through job-status.';

create function ops.tell_of_suggestion() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  -- The trigger serves two tables with different columns.
  v_new constant jsonb := to_jsonb(new);
begin
  if tg_table_name = 'ai_suggestion' then
    perform ops.emit_event(new.user_id, 'suggestion.ready', jsonb_build_object('suggestion_id', new.id, 'content_item_id', new.content_item_id,
      'trending_score', v_new -> 'trending_score', 'seo_score', v_new -> 'seo_score', 'created_at', v_new -> 'created_at'));
  else
    perform ops.emit_event(new.user_id, 'suggestion.applied', jsonb_build_object('suggestion_id', v_new -> 'suggestion_id',
      'content_item_id', new.content_item_id, 'fields', v_new -> 'fields', 'applied_at', v_new -> 'applied_at'));
  end if;
  return null;
end;
$$;
comment on function ops.tell_of_suggestion is 'Trigger: a suggestion is ready, or its creator applied fields of it.';

create function ops.tell_of_submission() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.emit_event(new.user_id, 'submission.' || new.status, jsonb_build_object('submission_id', new.id,
    'search_engine', (
      select engine.slug from public.seo_connection as connection join public.search_engine as engine on engine.id = connection.search_engine_id
      where connection.id = new.connection_id),
    'content_item_id', new.content_item_id, 'url', new.submitted_url, 'status', new.status, 'error_code', new.error_code,
    'error_message', left(new.error_message, 1000), 'updated_at', new.updated_at));
  return null;
end;
$$;
comment on function ops.tell_of_submission is 'Trigger: a search engine accepted, indexed, rejected or refused a page.';

create function ops.tell_of_subscription() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_status constant text := (select slug from public.subscription_status where id = new.status_id);
begin
  if new.tier_id <> old.tier_id then
    perform ops.emit_event(new.user_id, 'billing.plan_changed', jsonb_build_object(
      'plan', (select slug from public.subscription_tier where id = new.tier_id),
      'plan_before', (select slug from public.subscription_tier where id = old.tier_id), 'status', v_status, 'cycle_end_date', new.cycle_end_date));
  end if;
  if new.status_id <> old.status_id and v_status in ('past_due', 'unpaid') then
    perform ops.emit_event(new.user_id, 'billing.payment_failed', jsonb_build_object(
      'plan', (select slug from public.subscription_tier where id = new.tier_id), 'status', v_status, 'cycle_end_date', new.cycle_end_date));
  end if;
  return null;
end;
$$;
comment on function ops.tell_of_subscription is 'Trigger: the plan changed, or a payment failed.';

-- ## Functions: webhooks

-- Security definer: writes the tables of publishing and Vault; only the service may call it.
create function public.save_webhook_endpoint(p_user_id uuid, p_endpoint_id uuid, p_url text, p_events text[], p_description text,
  p_secret text, p_is_active boolean default null) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_endpoint publishing.webhook_endpoint;
begin
  if p_endpoint_id is null then
    if (select count(*) from publishing.webhook_endpoint where user_id = p_user_id) >= 10 then
      raise exception using errcode = 'SVW01', message = 'You have 10 webhook endpoints: delete one first';
    end if;
    insert into publishing.webhook_endpoint (user_id, url, events, description, vault_secret_name)
    values (p_user_id, p_url, p_events, p_description, 'streamvibe/webhook/' || gen_random_uuid())
    returning * into v_endpoint;
    perform vault.create_secret(jsonb_build_object('secret', p_secret)::text, v_endpoint.vault_secret_name, 'StreamVibe: secret of a webhook');
  else
    update publishing.webhook_endpoint
    set url = coalesce(p_url, url), events = coalesce(p_events, events), description = coalesce(p_description, description),
      is_active = coalesce(p_is_active, is_active),
      paused_because = case when not coalesce(p_is_active, is_active) then coalesce(paused_because, 'paused by its owner') end,
      failing_since = case when p_is_active then null else failing_since end
    where id = p_endpoint_id and user_id = p_user_id
    returning * into v_endpoint;
    if not found then
      raise exception using errcode = 'SVG03', message = 'There is no such endpoint', detail = jsonb_build_object('resource', 'webhook_endpoint', 'id', p_endpoint_id);
    end if;
    if p_secret is not null then
      -- The previous secret stays valid for a day, so that receivers can switch.
      perform vault.update_secret(id, (jsonb_build_object('secret', p_secret, 'old', decrypted_secret::jsonb -> 'secret'))::text)
      from vault.decrypted_secrets where name = v_endpoint.vault_secret_name;
      update publishing.webhook_endpoint set old_secret_until = now() + interval '1 day' where id = v_endpoint.id;
    end if;
  end if;
  return jsonb_build_object('endpoint_id', v_endpoint.id);
end;
$$;
comment on function public.save_webhook_endpoint is 'Adds or updates an endpoint, or rotates its secret; at most ten endpoints per user.';

-- Security definer: as save_webhook_endpoint.
create function public.delete_webhook_endpoint(p_user_id uuid, p_endpoint_id uuid) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from publishing.webhook_endpoint where id = p_endpoint_id and user_id = p_user_id;
  return found;
end;
$$;
comment on function public.delete_webhook_endpoint is 'Deletes an endpoint, its secret and its log.';

-- Security definer: as save_webhook_endpoint.
create function public.list_webhook_endpoints(p_user_id uuid) returns setof jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('endpoint_id', endpoint.id, 'url', endpoint.url, 'events', to_jsonb(endpoint.events), 'description', endpoint.description,
    'is_active', endpoint.is_active, 'paused_because', endpoint.paused_because, 'failing_since', endpoint.failing_since,
    'old_secret_until', endpoint.old_secret_until, 'created_at', endpoint.created_at, 'deliveries', (
      select coalesce(jsonb_agg(jsonb_build_object('delivery_id', delivery.id, 'event', delivery.event, 'status', delivery.status,
        'attempts', delivery.attempts, 'next_at', delivery.next_at, 'last_status', delivery.last_status, 'last_error', delivery.last_error,
        'created_at', delivery.created_at, 'settled_at', delivery.settled_at) order by delivery.created_at desc), '[]')
      from (select * from publishing.webhook_delivery where endpoint_id = endpoint.id order by created_at desc limit 20) as delivery))
  from publishing.webhook_endpoint as endpoint where endpoint.user_id = p_user_id order by endpoint.created_at;
$$;
comment on function public.list_webhook_endpoints is 'Returns a user''s endpoints, each with its latest deliveries. No secrets.';

-- Security definer: as save_webhook_endpoint.
create function public.send_webhook_again(p_user_id uuid, p_endpoint_id uuid, p_delivery_id uuid default null) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_id uuid;
begin
  if p_delivery_id is null then
    insert into publishing.webhook_delivery (endpoint_id, user_id, event, payload)
    select id, user_id, 'test', json_build_object('type', 'test', 'timestamp', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'data', json_build_object('message', 'StreamVibe can reach this endpoint'))::text
    from publishing.webhook_endpoint where id = p_endpoint_id and user_id = p_user_id
    returning id into v_id;
  else
    -- The id stays the same, so a receiver that has processed it can recognize it.
    update publishing.webhook_delivery set status = 'waiting', next_at = now(), settled_at = null, attempts = 0
    where id = p_delivery_id and endpoint_id = p_endpoint_id and user_id = p_user_id and status <> 'waiting'
    returning id into v_id;
  end if;
  if v_id is null then
    raise exception using errcode = 'SVG03', message = 'There is no such endpoint, or no finished delivery with this id', detail = '{"resource": "webhook_delivery"}';
  end if;
  return v_id;
end;
$$;
comment on function public.send_webhook_again is
  'Queues a test delivery, or a delivery from the log again, with the same id and the same payload.';

-- Security definer: reads Vault; only the service may call it.
create function public.claim_webhook_deliveries(p_limit integer default 20, p_lease_seconds integer default 60) returns setof jsonb
language sql volatile security definer set search_path = '' as $$
  with claimed as (
    update publishing.webhook_delivery
    set fence = fence + 1, leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds), attempts = attempts + 1
    where id = any (array(
      select delivery.id from publishing.webhook_delivery as delivery
      join publishing.webhook_endpoint as endpoint on endpoint.id = delivery.endpoint_id
      where delivery.next_at <= clock_timestamp() and coalesce(delivery.leased_until, '-infinity') < clock_timestamp()
        and (endpoint.is_active or delivery.event = 'test')
      order by delivery.next_at limit p_limit for update of delivery skip locked))
    returning *
  )
  select jsonb_build_object('delivery_id', claimed.id, 'fence', claimed.fence, 'attempt', claimed.attempts, 'event', claimed.event,
    'payload', claimed.payload, 'url', endpoint.url, 'secret', secret.decrypted_secret::jsonb ->> 'secret',
    'old_secret', case when endpoint.old_secret_until > now() then secret.decrypted_secret::jsonb ->> 'old' end)
  from claimed
  join publishing.webhook_endpoint as endpoint on endpoint.id = claimed.endpoint_id
  join vault.decrypted_secrets as secret on secret.name = endpoint.vault_secret_name;
$$;
comment on function public.claim_webhook_deliveries is
  'Claims due deliveries, each for one worker, and returns them with their signing secrets.';

-- Security definer: as save_webhook_endpoint.
create function public.settle_webhook_delivery(p_delivery_id uuid, p_fence bigint, p_status integer, p_error text, p_answer text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  -- Eight attempts over a day: 5 s, 5 min, 30 min, 2 h, 5 h, 8 h and 10 h after the previous one.
  v_waits constant integer[] := array[5, 300, 1800, 7200, 18000, 28800, 36000];
  v_delivery publishing.webhook_delivery;
  v_endpoint publishing.webhook_endpoint;
  v_is_ok constant boolean := coalesce(p_status between 200 and 299, false);
begin
  select * into v_delivery from publishing.webhook_delivery where id = p_delivery_id and fence = p_fence and status = 'waiting' for update;
  if not found then
    return null;
  end if;
  update publishing.webhook_delivery
  set status = case when v_is_ok then 'delivered' when attempts > cardinality(v_waits) or p_status = 410 then 'failed' else 'waiting' end,
    next_at = case when not v_is_ok and attempts <= cardinality(v_waits) and p_status is distinct from 410
      then clock_timestamp() + make_interval(secs => v_waits[attempts] * (0.9 + random() * 0.2)) end,
    settled_at = case when v_is_ok or attempts > cardinality(v_waits) or p_status = 410 then clock_timestamp() end,
    leased_until = null, last_status = p_status, last_error = left(p_error, 500), last_answer = left(p_answer, 1000)
  where id = p_delivery_id
  returning * into v_delivery;
  if v_delivery.event <> 'test' then
    update publishing.webhook_endpoint
    set failing_since = case when v_is_ok then null else coalesce(failing_since, clock_timestamp()) end
    where id = v_delivery.endpoint_id
    returning * into v_endpoint;
    -- The endpoint failed for a day, or returned 410 Gone.
    if v_endpoint.is_active and not v_is_ok and (p_status = 410 or v_delivery.status = 'failed') then
      update publishing.webhook_endpoint set is_active = false,
        paused_because = format('it has failed since %s: %s', to_char(failing_since at time zone 'utc', 'YYYY-MM-DD HH24:MI "UTC"'), coalesce(p_error, p_status::text))
      where id = v_endpoint.id;
      insert into public.notification (user_id, type, title, message, data)
      values (v_endpoint.user_id, 'warning', 'A webhook is paused', format('Deliveries to %s failed for a day, or it returned 410 Gone; fix the endpoint, then activate it again', v_endpoint.url),
        jsonb_build_object('code', 'webhook_paused', 'endpoint_id', v_endpoint.id));
    end if;
  end if;
  return v_delivery.status;
end;
$$;
comment on function public.settle_webhook_delivery is
  'Records the outcome of a delivery and schedules the next attempt or ends it. After a day of failures, pauses the endpoint and notifies its owner.';

-- ## Functions: dead letters

create function ops.require_owner_or_admin(p_user_id uuid) returns void
language plpgsql stable security invoker set search_path = '' as $$
begin
  if current_setting('role', true) in ('anon', 'authenticated') and p_user_id is distinct from auth.uid() then
    perform ops.require_role('admin');
  end if;
end;
$$;
comment on function ops.require_owner_or_admin is 'Raises SVG02 unless the caller is that user, an admin or the service.';

-- Security definer: reads rows of all users, after checking the caller.
create function ops.list_publishing_problems(p_user_id uuid, p_who_must_act text, p_limit integer, p_offset integer) returns setof jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  perform ops.require_owner_or_admin(p_user_id);
  return query
    select ops.describe_target(target, true) || jsonb_build_object('post_id', target.post_id, 'user_id', target.user_id,
      'updated_at', target.updated_at, 'total_count', count(*) over ())
    from publishing.post_target as target
    where target.next_at is null and target.status in ('failed', 'unknown')
      and (p_user_id is null or target.user_id = p_user_id)
      and (p_who_must_act is null or target.who_must_act = p_who_must_act)
    order by target.updated_at desc, target.id
    limit least(greatest(p_limit, 1), 100)
    offset greatest(p_offset, 0);
end;
$$;
comment on function ops.list_publishing_problems is 'See public.list_publishing_problems.';

create function public.list_publishing_problems(p_user_id uuid default null, p_who_must_act text default null, p_limit integer default 50,
  p_offset integer default 0) returns setof jsonb
language sql stable security invoker set search_path = '' begin atomic
  select problem from ops.list_publishing_problems(p_user_id, p_who_must_act, p_limit, p_offset) as problem;
end;
comment on function public.list_publishing_problems is
  'Lists the dead letters of publishing: targets that failed or whose outcome is unknown, with who has to act (creator, operator, nobody) '
  'and every call. A user''s own; for all users (null), admins and the service only.';

-- Security definer: changes posts, after checking their owner.
create function ops.settle_publishing_problems(p_user_id uuid, p_target_ids uuid[], p_decision text) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_is_again constant boolean := p_decision = 'retry';
  v_ids uuid[];
begin
  perform ops.require_owner_or_admin(p_user_id);
  if p_decision not in ('retry', 'discard', 'published') then
    raise exception using errcode = 'SVG01', message = 'Cannot settle the problem: expected retry, discard or published';
  end if;
  v_ids := array(
    select id from publishing.post_target
    where id = any (p_target_ids) and (p_user_id is null or user_id = p_user_id) and next_at is null and status in ('failed', 'unknown')
    order by id for update);
  -- A person who retries a target of unknown outcome states that it was not published.
  update publishing.publish_attempt
  set status = case p_decision when 'published' then 'confirmed' else 'absent' end, settled_at = clock_timestamp(), note = 'said by a person'
  where target_id = any (v_ids) and settled_at is null and status in ('sent', 'unknown');
  update publishing.publish_attempt set status = 'dropped', settled_at = clock_timestamp()
  where target_id = any (v_ids) and settled_at is null;
  update publishing.post_target
  set status = case p_decision when 'retry' then 'scheduled' when 'discard' then 'cancelled' else 'published' end,
    next_at = case when v_is_again then clock_timestamp() end, processing_since = null, failures = 0, fence = fence + 1, leased_until = null,
    published_at = case p_decision when 'published' then clock_timestamp() end,
    settled_by = case p_decision when 'published' then 'person' else settled_by end,
    error_code = case when v_is_again then null else error_code end, error_message = case when v_is_again then null else error_message end,
    who_must_act = case when v_is_again then null else who_must_act end
  where id = any (v_ids);
  perform ops.record_audit('publishing.' || p_decision, p_user_id, jsonb_build_object('target_ids', to_jsonb(v_ids)));
  return cardinality(v_ids);
end;
$$;
comment on function ops.settle_publishing_problems is 'See public.settle_publishing_problems.';

create function public.settle_publishing_problems(p_user_id uuid, p_target_ids uuid[], p_decision text) returns integer
language sql volatile security invoker set search_path = '' begin atomic
  select ops.settle_publishing_problems(p_user_id, p_target_ids, p_decision);
end;
comment on function public.settle_publishing_problems is
  'Settles dead letters of publishing, many at once: retry (for an unknown one this states that it was not published), discard, or published '
  '(it was published). Users settle their own, admins anybody''s (null). Returns how many. Recorded in the audit log.';

-- ## Views

create view public.post with (security_invoker = true) as
select id, user_id, title, body, media_ids, publish_at, time_zone, version, created_at, updated_at from publishing.post;
comment on view public.post is 'A creator''s own posts.';

create view public.post_target with (security_invoker = true) as
select id, post_id, user_id, social_account_id, platform, kind, title, body, media_ids, options, status, due_at, next_at, wait_reason,
  platform_post_id, permalink, published_at, settled_by, error_code, error_message, who_must_act, created_at, updated_at
from publishing.post_target;
comment on view public.post_target is 'State of a creator''s own posts on each account.';

create view public.publish_attempt with (security_invoker = true) as
select id, target_id, user_id, step, attempt, is_decisive, status, cost_micro_usd, error_code, note, armed_at, sent_at, settled_at
from publishing.publish_attempt;
comment on view public.publish_attempt is 'Every call that was made for a creator''s own posts.';

create view public.post_media with (security_invoker = true) as
select id, user_id, kind, mime_type, bytes, sha256, width, height, duration_seconds, frames_per_second, alt_text, status, refused_because,
  created_at, ready_at
from publishing.media where deleted_at is null;
comment on view public.post_media is 'A creator''s own pictures and videos for posts.';

-- ## Triggers

create trigger post_target_check_move before update of status on publishing.post_target
  for each row execute function ops.check_publishing_move();
create trigger publish_attempt_check_move before update of status on publishing.publish_attempt
  for each row execute function ops.check_publishing_move();
create trigger media_doom_file after delete on publishing.media for each row execute function ops.doom_file();
create trigger post_touch_updated_at before update on publishing.post for each row execute function ops.touch_updated_at();
create trigger post_target_touch_updated_at before update on publishing.post_target for each row execute function ops.touch_updated_at();
create trigger webhook_endpoint_forget_secret after delete on publishing.webhook_endpoint
  for each row execute function ops.forget_tokens();
create trigger webhook_endpoint_touch_updated_at before update on publishing.webhook_endpoint
  for each row execute function ops.touch_updated_at();

create trigger social_account_tell_connected after insert on public.social_account for each row execute function ops.tell_of_account();
create trigger social_account_tell after update of status, deleted_at, last_error on public.social_account
  for each row when (old.status <> new.status or old.deleted_at is distinct from new.deleted_at or old.last_error is null and new.last_error is not null)
  execute function ops.tell_of_account();
create trigger job_queue_tell after update of status on public.job_queue
  for each row when (new.user_id is not null and old.status <> new.status and new.status in ('completed', 'failed', 'expired'))
  execute function ops.tell_of_job();
create trigger ai_suggestion_tell after insert on public.ai_suggestion for each row execute function ops.tell_of_suggestion();
create trigger ai_suggestion_application_tell after insert on public.ai_suggestion_application
  for each row execute function ops.tell_of_suggestion();
create trigger seo_submission_tell after update of status on public.seo_submission
  for each row when (new.user_id is not null and old.status <> new.status and new.status <> 'pending') execute function ops.tell_of_submission();
create trigger subscription_tell after update of tier_id, status_id on public.subscription
  for each row when (old.tier_id <> new.tier_id or old.status_id <> new.status_id) execute function ops.tell_of_subscription();

-- ## Policies

create policy "Creators read their own media" on publishing.media for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators read their own posts" on publishing.post for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators read their own targets" on publishing.post_target for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators read their own attempts" on publishing.publish_attempt
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators read their own endpoints" on publishing.webhook_endpoint
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Only functions doom files" on publishing.doomed_file for all to postgres using (true) with check (true);
create policy "Only functions keep what platforms report" on publishing.platform_report for all to postgres using (true) with check (true);
create policy "Only functions keep subscriptions at the hub" on publishing.push_subscription
  for all to postgres using (true) with check (true);
create policy "Creators read their own deliveries" on publishing.webhook_delivery
  for select to authenticated using (user_id = (select auth.uid()));

-- ## Grants

grant usage on schema publishing to authenticated, service_role;
-- Only the columns of the views; only functions write.
grant select (id, user_id, kind, mime_type, bytes, sha256, width, height, duration_seconds, frames_per_second, alt_text, status,
  refused_because, created_at, ready_at, deleted_at) on publishing.media to authenticated, service_role;
grant select (id, user_id, title, body, media_ids, publish_at, time_zone, version, created_at, updated_at) on publishing.post
  to authenticated, service_role;
grant select (id, post_id, user_id, social_account_id, platform, kind, title, body, media_ids, options, status, due_at, next_at, wait_reason,
  platform_post_id, permalink, published_at, settled_by, error_code, error_message, who_must_act, created_at, updated_at)
  on publishing.post_target to authenticated, service_role;
grant select (id, target_id, user_id, step, attempt, is_decisive, status, cost_micro_usd, error_code, note, armed_at, sent_at, settled_at)
  on publishing.publish_attempt to authenticated, service_role;
grant select (id, user_id, url, description, events, old_secret_until, is_active, failing_since, paused_because, created_at, updated_at)
  on publishing.webhook_endpoint to authenticated, service_role;
grant select (id, endpoint_id, user_id, event, payload, status, attempts, next_at, last_status, last_error, last_answer, created_at, settled_at)
  on publishing.webhook_delivery to authenticated, service_role;
grant select on public.post, public.post_target, public.publish_attempt, public.post_media to authenticated, service_role;

-- Users and the service.
revoke execute on function public.list_publishing_problems, public.settle_publishing_problems from public, anon;
grant execute on function public.list_publishing_problems, public.settle_publishing_problems to authenticated, service_role;
revoke execute on function ops.list_publishing_problems, ops.settle_publishing_problems from public;
grant execute on function ops.list_publishing_problems, ops.settle_publishing_problems to authenticated, service_role;
-- Workers, cron and other functions of the service.
revoke execute on function public.save_post, public.schedule_post, public.cancel_post, public.read_post, public.list_posts,
  public.read_publishing_accounts, public.read_publishing_limits, public.enqueue_due_posts, public.begin_publishing, public.arm_publishing,
  public.send_publishing, public.record_publishing, public.hear_from_platform, public.claim_push_subscriptions,
  public.refuse_push_subscription, public.confirm_push_subscription, public.create_media, public.read_media, public.finish_media,
  public.delete_media, public.keep_publishing_house, public.claim_doomed_files, public.forget_doomed_files, public.save_webhook_endpoint, public.delete_webhook_endpoint,
  public.list_webhook_endpoints, public.send_webhook_again, public.claim_webhook_deliveries, public.settle_webhook_delivery
  from public, anon, authenticated;
grant execute on function public.save_post, public.schedule_post, public.cancel_post, public.read_post, public.list_posts,
  public.read_publishing_accounts, public.read_publishing_limits, public.enqueue_due_posts, public.begin_publishing, public.arm_publishing,
  public.send_publishing, public.record_publishing, public.hear_from_platform, public.claim_push_subscriptions,
  public.refuse_push_subscription, public.confirm_push_subscription, public.create_media, public.read_media, public.finish_media,
  public.delete_media, public.keep_publishing_house, public.claim_doomed_files, public.forget_doomed_files, public.save_webhook_endpoint, public.delete_webhook_endpoint,
  public.list_webhook_endpoints, public.send_webhook_again, public.claim_webhook_deliveries, public.settle_webhook_delivery
  to service_role;
-- No role: internal parts of the functions above.
revoke execute on function ops.check_publishing_move, ops.post_status, ops.lock_post, ops.describe_target, ops.lock_target, ops.emit_event,
  ops.tell_of_target, ops.require_owner_or_admin, ops.has_due_push_subscriptions, ops.wants_push, ops.tell_of_account,
  ops.tell_of_job, ops.tell_of_suggestion, ops.tell_of_submission, ops.tell_of_subscription,
  ops.has_turn, ops.erase_media, ops.doom_file from public;

-- ## Reference rows

insert into public.job_type (slug, display_name, description, is_for_creators, max_attempts, backoff_base_seconds, backoff_cap_seconds,
  timeout_seconds, dedupe_seconds, cache_seconds, expire_seconds, keep_days, sort_order)
values ('publishing', 'Publishing', 'Publishes the posts that are due on an account', false, 20, 2, 60, 900, 0, 0, 86400, 7, 6)
on conflict (slug) do update
set display_name = excluded.display_name, description = excluded.description, is_for_creators = excluded.is_for_creators,
  max_attempts = excluded.max_attempts, backoff_base_seconds = excluded.backoff_base_seconds, backoff_cap_seconds = excluded.backoff_cap_seconds,
  timeout_seconds = excluded.timeout_seconds, dedupe_seconds = excluded.dedupe_seconds, cache_seconds = excluded.cache_seconds,
  expire_seconds = excluded.expire_seconds, keep_days = excluded.keep_days, sort_order = excluded.sort_order;

insert into ops.job_handler (name, job_type, platform, is_default, max_concurrency)
values
  ('publish_account', 'publishing', null, true, null),
  ('keep_media', 'publishing', null, false, 1),
  ('deliver_webhooks', 'publishing', null, false, 4),
  ('renew_pushes', 'publishing', null, false, 1)
on conflict (name) do update
set job_type = excluded.job_type, platform = excluded.platform, is_default = excluded.is_default, max_concurrency = excluded.max_concurrency;

-- The private bucket of creators' media, if storage is in this database. It is reachable only through signed URLs: it has no policies for
-- users.
do $$
begin
  if to_regclass('storage.buckets') is not null then
    insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
    values ('media', 'media', false, 10737418240,
      '{image/jpeg,image/png,image/webp,image/gif,video/mp4,video/quicktime,video/webm}')
    on conflict (id) do update
    set public = excluded.public, file_size_limit = excluded.file_size_limit, allowed_mime_types = excluded.allowed_mime_types;
  end if;
end;
$$;

-- Module 000, base core: people, roles, plans, quotas, notifications, the audit log, and the shared tools of the edge functions (rate
-- limits, idempotency, metrics, calls by cron). It depends on no platform or content table.
-- Runs as `postgres`, which is not a superuser on Supabase. Each file is one transaction.
--
--   Extensions, default privileges, schemas
--   Types
--   Functions: texts
--   Tables: plans
--   Tables: people
--   Tables in ops
--   Functions: rules that policies and other functions share
--   Functions: a person appears
--   Functions: roles
--   Functions: quotas
--   Functions: what moderators and admins do
--   Functions: the endpoint kernel
--   Functions: the cache
--   Functions: cron
--   Triggers
--   Policies
--   Grants
--   Reference rows

-- ## Extensions, default privileges, schemas

create extension if not exists pg_trgm with schema extensions;
create extension if not exists unaccent with schema extensions;

-- Deny by default. PostgreSQL lets everybody execute every new function, and older Supabase projects open every new table: from here on,
-- nothing that the applying role creates is reachable until it is granted explicitly below.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke execute on functions from anon, authenticated, service_role;

create schema ops;
comment on schema ops is
  'Objects that no client may see: counters, states, helpers. No API role has usage; policies and the functions in public use it.';
revoke all on schema ops from public;

-- ## Types

create type public.visibility_enum as enum ('public', 'private', 'unlisted');
comment on type public.visibility_enum is 'Who may see an item on its platform.';
create type public.app_role_enum as enum ('user', 'admin', 'moderator');
comment on type public.app_role_enum is 'What a person may do in StreamVibe, in addition to managing their own rows.';
create type public.notification_type_enum as enum ('info', 'success', 'warning', 'error');
comment on type public.notification_type_enum is 'How urgent a notification is.';
create type public.action_mode_enum as enum ('auto', 'manual', 'disabled');
comment on type public.action_mode_enum is 'auto: done on a schedule; manual: done on request; disabled: refused.';

-- ## Functions: texts

-- plpgsql caches the plans of statements that run for every row; a SQL function would be planned again for every statement.
-- Immutable although unaccent() is only stable: the dictionary is named, so no search_path can change the result.
create function ops.fold_text(p_text text) returns text
language plpgsql immutable parallel safe strict security invoker set search_path = '' as $$
declare
  v_text text := p_text;
begin
  if octet_length(p_text) = char_length(p_text) then
    return lower(p_text);
  end if;
  -- Normalization takes half of the time. It changes nothing in a text that has only these characters: their NFKC_QC is yes and their
  -- combining class is 0.
  if v_text ~ '[^\u0001-\u007f\u00a1-\u00a7\u00a9\u00ab-\u00ae\u00b0\u00b1\u00b6\u00b7\u00bb\u00bf-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e'
      '\u01cd-\u01f0\u0386\u0388-\u03cf\u0400-\u0482\u048a-\u0586\u05d0-\u05ea\u060c\u061b\u061f-\u064a\u0660-\u066f\u0671-\u0674\u0679-\u06d5'
      '\u10d0-\u10fa\u1ea0-\u1ef9\u200b-\u2010\u2012-\u2016\u2018-\u2023\u2027-\u202e\u2190-\u222b\u2500-\u2a0b\u2b00-\u2bff\u3001-\u3029'
      '\u3041-\u3096\u30a0-\u30fe\u3400-\u9fff\uac00-\ud7a3\ufe00-\ufe0f\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\U00020000-\U0002a6df]' then
    v_text := normalize(v_text, nfkc);
  end if;
  -- NFKC decomposes the vowel "am" of Thai and Lao; this composes it again. Removed: standalone marks of Latin, Greek and Cyrillic, vowel
  -- signs of Hebrew and Arabic, tatweel, and characters that Unicode lets a font leave out (joiners, fillers, variation selectors, tags).
  return regexp_replace(
    replace(replace(replace(
      lower(extensions.unaccent('extensions.unaccent'::regdictionary, v_text) collate "und-x-icu"),
      'ς', 'σ'), 'ํา', 'ำ'), 'ໍາ', 'ຳ'),
    '[\u00ad\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061c\u0640\u064b-\u065f\u0670\u06d6-\u06dc'
    '\u06df-\u06e8\u06ea-\u06ed\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff'
    '\U000e0000-\U000e0fff]+', '', 'g');
end;
$$;
comment on function ops.fold_text is
  'Returns a text in the form used for comparison, search and slugs: compatibility forms, composition, case and accents make no difference.';

create function ops.is_visible(p_text text) returns boolean
language plpgsql immutable parallel safe strict security invoker set search_path = '' as $$
begin
  -- Excludes characters that are invisible on their own. isVisible() of _shared/text follows the same rule, and knows the marks of every
  -- script.
  return p_text ~ '[!-~]' or p_text ~ ('[^[:space:][:cntrl:]\u0080-\u00a0\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u061c\u064b-\u065f'
    '\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u1ab0-\u1ace\u1dc0-\u1dff\u2000-\u200f\u2028-\u202f\u205f-\u206f\u20d0-\u20f0'
    '\u2800\u3000\u3164\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0\ufff0-\ufffc\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]');
end;
$$;
comment on function ops.is_visible is 'Returns whether a text has any visible character.';

create function ops.clean_line(p_text text, p_length integer) returns text
language sql immutable parallel safe security invoker set search_path = '' as $$
  select case when ops.is_visible(line) then line end
  from btrim(left(btrim(regexp_replace(normalize(p_text, nfc), '[[:cntrl:][:space:]]+', ' ', 'g')), p_length)) as line;
$$;
comment on function ops.clean_line is 'Returns one trimmed, composed line of at most p_length characters, or null when nothing in it is visible.';

create function ops.look_alike(p_text text) returns text
language sql immutable parallel safe strict security invoker set search_path = ''
return translate(p_text, 'аеорсухіјѕһԁԛԝкαγικνορυχօոսհց力一口二八夕工卜へ',
  'aeopcyxijshdqwkayikvopuxonuhgカーロニハタエトヘ');
comment on function ops.look_alike is
  'Replaces letters of Cyrillic, Greek, Armenian and Han with the Latin or Katakana letters that they look like. Only for comparing addresses.';

create function ops.slug_of(p_text text) returns text
language plpgsql immutable parallel safe strict security invoker set search_path = '' as $$
declare
  -- Up to three vowel signs and tones belong to the letter before them; \u0964 and the like end a sentence.
  v_marks constant text := '\u0900-\u0903\u093a-\u094f\u0955-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u09d7\u0a01-\u0a03\u0a3c-\u0a4d'
    '\u0a70\u0a71\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6'
    '\u0d00-\u0d03\u0d3b-\u0d4d\u0d57\u0d82\u0d83\u0dca-\u0ddf\u0df2\u0df3\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ece'
    '\u0f71-\u0f84\u0f90-\u0fbc\u102b-\u103e\u1056-\u1059\u135d-\u135f\u1712-\u1714\u17b6-\u17d3\u18a9\u1920-\u193b\u1a17-\u1a1b\u1a55-\u1a7f'
    '\u1b00-\u1b04\u1b34-\u1b44\u1ba1-\u1bad\u1be6-\u1bf3\u1c24-\u1c37\u3099\u309a\ua823-\ua827\ua880\ua881\ua8b4-\ua8c5\ua926-\ua92d'
    '\ua947-\ua953\ua980-\ua983\ua9b3-\ua9c0\uaa29-\uaa36\uaab0-\uaabf\uabe3-\uabea';
  v_slug text := ops.fold_text(left(p_text, 200));
begin
  -- Everything except letters, digits and marks is a separator.
  v_slug := btrim(regexp_replace(v_slug collate "und-x-icu", '[^[:alnum:]' || v_marks || ']+', '-', 'g'), '-');
  -- A name that mixes alphabets which look alike is written in the alphabet that it looks like.
  if v_slug ~ '[a-z]' and ops.look_alike(v_slug) ~ '^[a-z0-9-]+$' then
    v_slug := ops.look_alike(v_slug);
  end if;
  v_slug := btrim(substring(v_slug from '^(?:[^' || v_marks || '][' || v_marks || ']{0,3}){1,40}'), '-');
  return nullif(v_slug, '');
end;
$$;
comment on function ops.slug_of is
  'Turns a text into part of an address: folded letters and digits of any script, separated by hyphens, at most 40 characters as readers count them. Null when nothing is left.';

-- ## Tables: plans

create table public.subscription_tier (
  id uuid not null default gen_random_uuid(),
  slug text not null,
  display_name text not null,
  description text not null default '',
  price_cents_per_month integer not null,
  max_social_accounts integer not null,
  max_syncs_per_month integer not null,
  max_ai_analyses_per_month integer not null,
  max_seo_submissions_per_month integer not null,
  sort_order smallint not null,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint subscription_tier_pkey primary key (id),
  constraint subscription_tier_slug_key unique (slug),
  constraint subscription_tier_limits_not_negative check (
    least(price_cents_per_month, max_social_accounts, max_syncs_per_month, max_ai_analyses_per_month,
      max_seo_submissions_per_month) >= 0)
);
alter table public.subscription_tier enable row level security;
comment on table public.subscription_tier is 'The plans and their limits. A month is the subscriber''s own cycle, not the calendar month.';
comment on column public.subscription_tier.price_cents_per_month is 'In US cents.';
comment on column public.subscription_tier.is_active is 'False: kept for current subscribers, no longer offered.';

create table public.subscription_status (
  id uuid not null default gen_random_uuid(),
  slug text not null,
  display_name text not null,
  description text not null default '',
  sort_order smallint not null,
  constraint subscription_status_pkey primary key (id),
  constraint subscription_status_slug_key unique (slug)
);
alter table public.subscription_status enable row level security;
comment on table public.subscription_status is 'The states of a subscription, named as in the payment provider''s API.';

-- ## Tables: people

create table public.users (
  id uuid not null,
  email text,
  display_name text,
  bio text,
  profile_slug text,
  primary_category text,
  is_public boolean not null default false,
  avatar_url text,
  is_verified boolean not null default false,
  onboarded_at timestamptz,
  hidden_at timestamptz,
  hidden_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint users_pkey primary key (id),
  constraint users_id_fkey foreign key (id) references auth.users (id) on delete cascade,
  constraint users_profile_slug_key unique (profile_slug),
  constraint users_display_name_length check (char_length(display_name) between 1 and 100 and ops.is_visible(display_name)),
  constraint users_bio_length check (char_length(bio) <= 2000 and (bio = '' or ops.is_visible(bio))),
  constraint users_profile_slug_shape check (profile_slug <> '' and profile_slug !~ '^-|--|-$|[[:space:][:cntrl:]!-,./:-`{-~]' and char_length(profile_slug) <= 200),
  constraint users_primary_category_known check (primary_category in ('music', 'gaming', 'education', 'lifestyle', 'comedy',
    'tech', 'beauty', 'fitness', 'food', 'business', 'art', 'entertainment', 'news', 'science', 'other')),
  constraint users_avatar_url_is_web check (avatar_url ~ '^https?://[^[:space:]]+$' and char_length(avatar_url) <= 2048),
  constraint users_hidden_with_reason check ((hidden_at is null) = (hidden_reason is null))
);
alter table public.users enable row level security;
comment on table public.users is 'One row per person, created by sign-up. The e-mail is copied from auth.users and is never edited here.';
comment on column public.users.email is 'Copy of auth.users.email. Null for people who signed up without one.';
comment on column public.users.profile_slug is 'Address of the creator''s page. Set once by setup_profile().';
comment on column public.users.is_public is 'Whether the creator wants visitors to find them.';
comment on column public.users.is_verified is 'StreamVibe has verified the person''s identity. Set only by the service.';
comment on column public.users.onboarded_at is 'When the profile was first set up.';
comment on column public.users.hidden_at is 'When a moderator hid the creator from public view; see set_creator_hidden().';

-- Two addresses that look the same count as one: make_profile_slug() reads this index.
create unique index users_profile_slug_look_alike_idx on public.users (ops.look_alike(profile_slug));
comment on index public.users_profile_slug_look_alike_idx is
  'Addresses that a reader cannot tell apart belong to the same person; serves make_profile_slug().';
-- Serves look-ups by e-mail: find_users(), support.
create index users_email_idx on public.users (email);

create table public.user_role (
  user_id uuid not null,
  role public.app_role_enum not null,
  granted_at timestamptz not null default now(),
  constraint user_role_pkey primary key (user_id, role),
  constraint user_role_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade
);
alter table public.user_role enable row level security;
comment on table public.user_role is
  'Who may do more than manage their own rows. Granted and revoked by set_user_role(), which writes to the audit log.';

create table public.user_setting (
  user_id uuid not null,
  language text not null default 'en',
  time_zone text not null default 'UTC',
  default_sync_mode public.action_mode_enum not null default 'manual',
  email_notifications boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_setting_pkey primary key (user_id),
  constraint user_setting_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint user_setting_language_shape check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$' and char_length(language) <= 35),
  constraint user_setting_time_zone_shape check (time_zone ~ '^[A-Za-z0-9_+/-]{1,64}$')
);
alter table public.user_setting enable row level security;
comment on table public.user_setting is 'A person''s preferences.';
comment on column public.user_setting.language is 'BCP 47, such as en or pt-BR.';
comment on column public.user_setting.time_zone is 'IANA name, such as Europe/Berlin.';
comment on column public.user_setting.default_sync_mode is 'The sync mode of newly connected accounts.';

create table public.subscription (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  tier_id uuid not null,
  status_id uuid not null,
  cycle_start_date timestamptz not null default now(),
  cycle_end_date timestamptz not null default now() + interval '1 month',
  cycle_anchor_day smallint not null default extract(day from now() at time zone 'UTC'),
  syncs_used integer not null default 0,
  ai_analyses_used integer not null default 0,
  seo_submissions_used integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint subscription_pkey primary key (id),
  constraint subscription_user_id_key unique (user_id),
  constraint subscription_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint subscription_tier_id_fkey foreign key (tier_id) references public.subscription_tier (id),
  constraint subscription_status_id_fkey foreign key (status_id) references public.subscription_status (id),
  constraint subscription_cycle_in_order check (cycle_start_date < cycle_end_date),
  constraint subscription_cycle_anchor_is_a_day check (cycle_anchor_day between 1 and 31),
  constraint subscription_usage_not_negative check (least(syncs_used, ai_analyses_used, seo_submissions_used) >= 0)
)
-- The counters change often and are in no index: free space on the page keeps their updates HOT.
with (fillfactor = 70);
alter table public.subscription enable row level security;
comment on table public.subscription is
  'The plan of each person, with its cycle and the usage in that cycle. Only functions write it: a reservation is one statement.';
comment on column public.subscription.cycle_anchor_day is
  'The day of the month on which the cycle would end if every month had that day: a subscriber from the 31st keeps the 31st.';

-- Serves reset_expired_quotas(): cycles that have ended.
create index subscription_cycle_end_date_idx on public.subscription (cycle_end_date);
-- Serve the foreign keys.
create index subscription_tier_id_idx on public.subscription (tier_id);
create index subscription_status_id_idx on public.subscription (status_id);

create table public.quota_usage_history (
  id bigint generated always as identity,
  user_id uuid not null,
  tier_id uuid not null,
  cycle_start_date timestamptz not null,
  cycle_end_date timestamptz not null,
  syncs_used integer not null,
  ai_analyses_used integer not null,
  seo_submissions_used integer not null,
  created_at timestamptz not null default now(),
  constraint quota_usage_history_pkey primary key (id),
  constraint quota_usage_history_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint quota_usage_history_tier_id_fkey foreign key (tier_id) references public.subscription_tier (id)
);
alter table public.quota_usage_history enable row level security;
comment on table public.quota_usage_history is 'The usage of each cycle that has ended. Written by the statement that starts the next cycle.';

-- Serves the creator's own history, newest first, and the foreign key.
create index quota_usage_history_user_id_idx on public.quota_usage_history (user_id, cycle_end_date desc);
-- Serves the foreign key.
create index quota_usage_history_tier_id_idx on public.quota_usage_history (tier_id);

create table ops.quota_notice (
  user_id uuid not null,
  quota text not null,
  level smallint not null,
  quota_limit integer not null,
  cycle_start_date timestamptz not null,
  constraint quota_notice_pkey primary key (user_id, quota, level),
  constraint quota_notice_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade
);
alter table ops.quota_notice enable row level security;
comment on table ops.quota_notice is 'The cycle and the limit for which a person was last notified that a quota is 80 % or fully used.';

create table public.notification (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  type public.notification_type_enum not null default 'info',
  title text not null,
  message text not null default '',
  data jsonb not null default '{}',
  read_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint notification_pkey primary key (id),
  constraint notification_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint notification_title_length check (char_length(title) between 1 and 200),
  constraint notification_message_length check (char_length(message) <= 4000),
  constraint notification_data_is_object check (jsonb_typeof(data) = 'object')
);
alter table public.notification enable row level security;
comment on table public.notification is
  'Messages to one person, pushed by Realtime. Written by the service; the person may mark them read or delete them.';
comment on column public.notification.data is 'What the message refers to, for the client: ids and codes, never a secret.';

-- Serves the list of one person's notifications, newest first, and the foreign key.
create index notification_user_id_idx on public.notification (user_id, created_at desc);
-- Serves catching up on changes after the client was offline (docs/realtime.md).
create index notification_changes_idx on public.notification (user_id, updated_at, id);

create table public.audit_log (
  id bigint generated always as identity,
  actor_id uuid,
  user_id uuid,
  action text not null,
  details jsonb not null default '{}',
  request_id text,
  created_at timestamptz not null default now(),
  constraint audit_log_pkey primary key (id),
  constraint audit_log_action_shape check (action ~ '^[a-z_]+(\.[a-z_]+)*$'),
  constraint audit_log_details_is_object check (jsonb_typeof(details) = 'object')
);
alter table public.audit_log enable row level security;
comment on table public.audit_log is 'Security-relevant actions and who did them. Append-only. Admins read it.';
comment on column public.audit_log.actor_id is 'The person who did it; null for the service. No foreign key: the log outlives the person.';
comment on column public.audit_log.user_id is 'The person it concerns. No foreign key, for the same reason.';

-- Serves the history of one person, newest first.
create index audit_log_user_id_idx on public.audit_log (user_id, id desc);

create unlogged table public.cache_store (
  key text not null,
  value jsonb not null,
  expires_at timestamptz,
  fresh_until timestamptz,
  tags text[] not null default '{}',
  snapshot pg_snapshot,
  cost_ms integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cache_store_pkey primary key (key)
);
alter table public.cache_store enable row level security;
comment on table public.cache_store is
  'Responses that may be reused until they expire: those of outside services, and our own, which _shared/cache stores here. Unlogged: after a crash it fills again.';
comment on column public.cache_store.expires_at is 'Null: never expires.';
comment on column public.cache_store.fresh_until is
  'Until then no caller recomputes the entry. Afterwards it may still be used while one caller recomputes it.';
comment on column public.cache_store.tags is 'What the entry depends on, such as public or creator:<id>. See ops.cache_change.';
comment on column public.cache_store.cost_ms is 'How long the computation took: slow entries are recomputed earlier.';
comment on column public.cache_store.snapshot is
  'The transactions that had committed when the computation began: a change of one of the tags that is not in it invalidates the entry.';

-- Serves cleanup_expired_cache().
create index cache_store_expires_at_idx on public.cache_store (expires_at) where expires_at is not null;

-- ## Tables in ops

-- Only functions owned by postgres touch these tables; the policies state that for readers and for the linter.

create unlogged table ops.rate_limit (
  key text not null,
  window_ends timestamptz not null,
  hits integer not null,
  constraint rate_limit_pkey primary key (key)
) with (fillfactor = 50);
alter table ops.rate_limit enable row level security;
comment on table ops.rate_limit is 'One narrow row per caller and class. Unlogged: a crash loses only a few seconds of counting.';

-- Serves the pruning in check_rate_limit(). The value changes once per window, so the updates in between stay HOT.
create index rate_limit_window_ends_idx on ops.rate_limit (window_ends);

create table ops.idempotency (
  scope text not null,
  key text not null,
  body_hash text not null,
  status integer,
  body text,
  expires_at timestamptz not null,
  constraint idempotency_pkey primary key (scope, key)
);
alter table ops.idempotency enable row level security;
comment on table ops.idempotency is 'The first response for each Idempotency-Key, kept for 24 hours.';
comment on column ops.idempotency.body is 'The exact bytes that were sent: jsonb would reorder the members.';
comment on column ops.idempotency.status is
  'Null while the first request is running; expires_at is then the time when that request is considered dead.';

-- Serves the pruning in admit_request().
create index idempotency_expires_at_idx on ops.idempotency (expires_at);

create unlogged table ops.cache_lease (
  key text not null,
  fence bigint not null,
  leased_until timestamptz not null,
  constraint cache_lease_pkey primary key (key)
) with (fillfactor = 50);
alter table ops.cache_lease enable row level security;
comment on table ops.cache_lease is
  'Which process computes an entry that is missing in public.cache_store: one at a time. The lease of a process that dies expires.';
comment on column ops.cache_lease.fence is 'Number of the lease; put_cached() and extend_cache_lease() must present it.';

create sequence ops.cache_fence;
comment on sequence ops.cache_fence is 'Numbers the leases.';

create unlogged table ops.cache_change (
  id bigint generated always as identity,
  tag text not null,
  tx xid8 not null default pg_current_xact_id(),
  settled_at timestamptz,
  constraint cache_change_pkey primary key (id)
);
alter table ops.cache_change enable row level security;
comment on table ops.cache_change is
  'Changes of what cached responses depend on. Append-only, so that no writer waits for another; kept for longer than any cached response.';
comment on column ops.cache_change.tx is
  'The transaction that made the change. A reader with an older snapshot asks for the transactions that are not in it, and so misses none that commits late.';
comment on column ops.cache_change.settled_at is 'When cleanup_expired_cache() first saw the row: a transaction may commit long after it wrote.';

-- Serves is_cache_changed() and get_cache_changes(): changes after a snapshot.
create index cache_change_tx_idx on ops.cache_change (tx);

create table ops.request_metric (
  function text not null,
  status smallint not null,
  count bigint not null,
  duration_ms_sum double precision not null,
  buckets bigint[] not null,
  constraint request_metric_pkey primary key (function, status)
) with (fillfactor = 50);
alter table ops.request_metric enable row level security;
comment on table ops.request_metric is 'Total requests per edge function and status, summed over many short-lived isolates.';
comment on column ops.request_metric.buckets is 'Histogram of durations; the kernel defines the bounds.';

create table ops.http_call (
  request_id bigint not null,
  function_name text not null,
  called_at timestamptz not null default now(),
  outcome text,
  status_code integer,
  error text,
  settled_at timestamptz,
  constraint http_call_pkey primary key (request_id),
  constraint http_call_outcome_known check (outcome in ('ok', 'failed', 'missing')),
  constraint http_call_settled_iff_outcome check ((outcome is null) = (settled_at is null))
);
alter table ops.http_call enable row level security;
comment on table ops.http_call is 'Calls that cron requested, and their outcomes: cron itself only knows that they were queued.';

-- Serves reconcile_http_calls(): calls without an outcome.
create index http_call_open_idx on ops.http_call (called_at) where outcome is null;
-- Serves the pruning of settled calls.
create index http_call_settled_at_idx on ops.http_call (settled_at) where outcome is not null;

create table ops.staff_access (
  only_row boolean not null default true,
  networks inet[] not null,
  address_header text not null default 'cf-connecting-ip',
  constraint staff_access_pkey primary key (only_row),
  constraint staff_access_is_one_row check (only_row),
  constraint staff_access_has_networks check (cardinality(networks) between 1 and 100),
  constraint staff_access_header_shape check (address_header ~ '^[a-z][a-z0-9-]{1,60}$')
);
alter table ops.staff_access enable row level security;
comment on table ops.staff_access is 'The networks from which staff may act. Without a row: from anywhere. See set_staff_access().';
comment on column ops.staff_access.address_header is
  'The header in which the platform''s own proxy reports the client''s address; a client must not be able to set it.';

create table ops.deployment (
  id bigint generated always as identity,
  phase smallint not null,
  action text not null,
  revision text not null,
  release text not null,
  checksums jsonb not null,
  cron_jobs text[] not null default '{}',
  steps jsonb not null default '[]',
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint deployment_pkey primary key (id),
  constraint deployment_action_known check (action in ('deploy', 'rollback', 'module down')),
  constraint deployment_checksums_is_object check (jsonb_typeof(checksums) = 'object'),
  constraint deployment_steps_is_array check (jsonb_typeof(steps) = 'array')
);
alter table ops.deployment enable row level security;
comment on table ops.deployment is
  'What scripts/deploy-phase.sh and scripts/rollback-phase.sh did to this database and its functions, one row per run that changed anything.';
comment on column ops.deployment.phase is 'The last phase that is installed afterwards; 0 means none.';
comment on column ops.deployment.revision is 'The commit, with the suffix +changes when the working tree was not clean.';
comment on column ops.deployment.release is 'Identifies the code of the functions: a digest of every file.';
comment on column ops.deployment.checksums is 'SHA-256 of each migration and of the files for cron and Realtime.';
comment on column ops.deployment.cron_jobs is 'The jobs that existed afterwards: a rollback to this release removes all others.';
comment on column ops.deployment.steps is 'Each completed step with its time: [{"step", "at", "ms"}].';
comment on column ops.deployment.finished_at is 'Null: the run was interrupted or failed; the next run continues it.';

create table ops.secret_age (
  name text not null,
  fingerprints text[] not null,
  set_at timestamptz not null default now(),
  constraint secret_age_pkey primary key (name)
);
alter table ops.secret_age enable row level security;
comment on table ops.secret_age is
  'Since when each secret of this installation has had its current value. Written by scripts/setup-vault-secrets.sh; contains no secret value.';
comment on column ops.secret_age.fingerprints is
  'The first characters of a SHA-256 of name and value, one entry per value while several are valid during a rotation. Detects a new value without revealing it.';

-- ## Functions: rules that policies and other functions share

create function ops.is_staff_address() returns boolean
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_access ops.staff_access;
  v_address inet;
begin
  select * into v_access from ops.staff_access;
  if not found then
    return true;
  end if;
  begin
    -- In a list such as x-forwarded-for, the proxy writes only the last entry; the client controls the others.
    v_address := trim(substring(current_setting('request.headers', true)::json ->> v_access.address_header from '[^,]*$'));
  exception when others then
    v_address := null;
  end;
  return coalesce(v_address <<= any (v_access.networks), false);
end;
$$;
comment on function ops.is_staff_address is
  'Returns whether staff may act from the address of this request. Without a row in ops.staff_access: always; with a row and no address: never.';

-- Security definer: policies call it, and a person may read only their own rows of user_role anyway.
create function ops.current_user_has_role(variadic p_roles public.app_role_enum[]) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.user_role where user_id = (select auth.uid()) and role = any (p_roles))
    and (p_roles = '{user}' or ops.is_staff_address());
$$;
comment on function ops.current_user_has_role is 'Returns whether the signed-in person has one of these roles. In policies, wrap it in (select …).';

create function ops.touch_updated_at() returns trigger
language plpgsql volatile security invoker set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end;
$$;
comment on function ops.touch_updated_at is 'Trigger: sets updated_at.';

-- Security definer: API roles may not see when other transactions began.
create function ops.get_change_horizon() returns timestamptz
language sql volatile security definer set search_path = '' as $$
  select least(clock_timestamp(), min(xact_start)) - interval '1 second'
  from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and backend_type not in ('walsender', 'autovacuum worker');
$$;
comment on function ops.get_change_horizon is 'See public.get_change_horizon.';

create function public.get_change_horizon() returns timestamptz
language sql volatile security invoker set search_path = '' begin atomic
  select ops.get_change_horizon();
end;
comment on function public.get_change_horizon is
  'Returns a time before which no row can still become visible: rows are stamped with the start of their transaction. A client that reads a list from that time misses nothing (docs/realtime.md).';

create function ops.record_audit(p_action text, p_user_id uuid, p_details jsonb default '{}') returns void
language sql volatile security invoker set search_path = '' as $$
  insert into public.audit_log (actor_id, user_id, action, details) values (auth.uid(), p_user_id, p_action, p_details);
$$;
comment on function ops.record_audit is 'Appends to the audit log; the actor is the signed-in person, or null for the service.';

-- ## Functions: a person appears

create function ops.create_user(p_id uuid, p_email text, p_meta jsonb) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_display_name text;
  v_avatar_url text;
begin
  -- Providers and clients may put anything into the metadata; a bad value must not make sign-up fail.
  begin
    v_display_name := ops.clean_line(coalesce(p_meta ->> 'display_name', p_meta ->> 'full_name', p_meta ->> 'name'), 100);
    v_avatar_url := coalesce(p_meta ->> 'avatar_url', p_meta ->> 'picture');
    if v_avatar_url !~ '^https?://[^[:space:]]+$' or char_length(v_avatar_url) > 2048 then
      v_avatar_url := null;
    end if;
  exception when others then
    v_display_name := null;
    v_avatar_url := null;
  end;

  insert into public.users (id, email, display_name, avatar_url)
  values (p_id, p_email, v_display_name, v_avatar_url)
  on conflict (id) do nothing;

  insert into public.user_role (user_id, role) values (p_id, 'user') on conflict do nothing;
  insert into public.user_setting (user_id) values (p_id) on conflict do nothing;

  insert into public.subscription (user_id, tier_id, status_id, cycle_start_date, cycle_end_date, cycle_anchor_day)
  select p_id, tier.id, status.id, now(),
    ops.add_months(now(), 1, extract(day from now() at time zone 'UTC')::smallint),
    extract(day from now() at time zone 'UTC')::smallint
  from public.subscription_tier as tier, public.subscription_status as status
  where tier.slug = 'free' and status.slug = 'active'
  on conflict (user_id) do nothing;
end;
$$;
comment on function ops.create_user is 'Creates a person''s row, the role user, settings and an active free subscription. Safe to repeat.';

-- Security definer: runs as Auth's own role, which may not write public.
create function ops.handle_new_auth_user() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.create_user(new.id, new.email, new.raw_user_meta_data);
  return null;
end;
$$;
comment on function ops.handle_new_auth_user is 'Trigger on auth.users: creates the rows of a new login.';

-- Security definer: runs as Auth's own role, which may not write public.
create function ops.handle_changed_auth_email() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.users set email = new.email where id = new.id;
  return null;
end;
$$;
comment on function ops.handle_changed_auth_email is 'Trigger on auth.users: copies a confirmed change of the e-mail.';

create function ops.make_profile_slug(p_display_name text, p_user_id uuid) returns text
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_reserved constant text[] := array['about', 'account', 'admin', 'api', 'app', 'auth', 'blog', 'browse', 'categories',
    'content', 'creator', 'creators', 'dashboard', 'docs', 'explore', 'feed', 'help', 'home', 'jobs', 'legal', 'login',
    'logout', 'me', 'moderator', 'new', 'null', 'oauth', 'official', 'pricing', 'privacy', 'robots', 'root', 'search',
    'settings', 'signin', 'signup', 'sitemap', 'static', 'status', 'streamvibe', 'support', 'system', 'tags', 'terms',
    'trending', 'undefined', 'user', 'users', 'www'];
  v_base text := ops.slug_of(p_display_name);
  v_slug text;
begin
  if v_base is null then
    -- A name without letters (emoji, signs): the person's id gives a stable address.
    v_base := 'creator-' || left(p_user_id::text, 8);
  elsif ops.look_alike(v_base) = any (v_reserved) then
    v_base := v_base || '-page';
  end if;

  -- Names that differ only in trailing numbers share one lock, so that two people never choose the same free slug at once.
  perform pg_advisory_xact_lock(
    hashtextextended('profile_slug:' || regexp_replace(ops.look_alike(v_base), '(-[0-9]+)+$', ''), 0));

  v_slug := v_base;
  for v_try in 2..30 loop
    exit when not exists (
      select from public.users where ops.look_alike(profile_slug) = ops.look_alike(v_slug) and id is distinct from p_user_id);
    v_slug := v_base || '-' || case when v_try < 30 then v_try::text else left(md5(p_user_id::text), 12) end;
  end loop;
  return v_slug;
end;
$$;
comment on function ops.make_profile_slug is
  'Returns a free address made from a name: slug_of(), no reserved word, nothing that looks like another person''s. A lock keeps it free until the transaction ends.';

-- Security definer: checks the slug against all people; only the service may call it.
create function public.setup_profile(p_user_id uuid, p_display_name text default null, p_bio text default null,
  p_category text default null, p_avatar_url text default null) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_user public.users;
begin
  select * into v_user from public.users where id = p_user_id for update;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no such user',
      detail = jsonb_build_object('resource', 'user', 'id', p_user_id);
  end if;

  v_user.display_name := coalesce(p_display_name, v_user.display_name);
  if v_user.profile_slug is null and v_user.display_name is not null then
    v_user.profile_slug := ops.make_profile_slug(v_user.display_name, p_user_id);
  end if;

  update public.users
  set display_name = v_user.display_name,
    bio = coalesce(p_bio, bio),
    primary_category = coalesce(p_category, primary_category),
    avatar_url = coalesce(p_avatar_url, avatar_url),
    profile_slug = v_user.profile_slug,
    onboarded_at = coalesce(onboarded_at, now())
  where id = p_user_id
  returning * into v_user;

  return jsonb_build_object(
    'profile_slug', v_user.profile_slug,
    'is_public', v_user.is_public,
    'profile', jsonb_build_object(
      'id', v_user.id, 'email', v_user.email, 'display_name', v_user.display_name, 'bio', v_user.bio,
      'profile_slug', v_user.profile_slug, 'primary_category', v_user.primary_category, 'is_public', v_user.is_public,
      'avatar_url', v_user.avatar_url, 'is_verified', v_user.is_verified, 'onboarded_at', v_user.onboarded_at,
      'created_at', v_user.created_at, 'updated_at', v_user.updated_at));
end;
$$;
comment on function public.setup_profile is
  'Sets the given fields (null leaves a field unchanged), and the slug when there is none yet: an address that was shared stays valid.';

-- ## Functions: roles

create function public.has_role(p_user_id uuid, p_role public.app_role_enum) returns boolean
language plpgsql stable security invoker set search_path = '' as $$
begin
  if current_setting('role', true) in ('anon', 'authenticated') and p_user_id is distinct from auth.uid() then
    raise exception using errcode = 'SVG02', message = 'Roles can be looked up only for yourself';
  end if;
  return exists (select from public.user_role where user_id = p_user_id and role = p_role);
end;
$$;
comment on function public.has_role is 'Returns whether a person has a role. People may ask only about themselves, the service about everybody.';

-- ## Functions: quotas

-- Stored names are plural; origin documents use the singular. Both are accepted.
create function ops.quota_name(p_quota_type text) returns text
language plpgsql immutable parallel safe security invoker set search_path = '' as $$
begin
  return case p_quota_type
    when 'sync' then 'syncs' when 'syncs' then 'syncs'
    when 'ai_analysis' then 'ai_analyses' when 'ai_analyses' then 'ai_analyses'
    when 'seo_submission' then 'seo_submissions' when 'seo_submissions' then 'seo_submissions'
  end;
end;
$$;
comment on function ops.quota_name is 'Returns the stored name of a quota, or null when no such quota exists.';

create function ops.add_months(p_from timestamptz, p_months integer, p_anchor_day smallint) returns timestamptz
language sql immutable parallel safe security invoker set search_path = '' as $$
  -- The first day of the target month, then the anchor day or the last day of the month. Months are counted in UTC.
  with month as (
    select date_trunc('month', p_from at time zone 'UTC') + make_interval(months => p_months) as first_day,
      (p_from at time zone 'UTC') - date_trunc('day', p_from at time zone 'UTC') as time_of_day
  )
  select (first_day
    + make_interval(days => least(p_anchor_day, extract(day from first_day + interval '1 month' - interval '1 day')::integer) - 1)
    + time_of_day) at time zone 'UTC'
  from month;
$$;
comment on function ops.add_months is 'Adds p_months months: returns the anchor day, or the last day of a month that is too short for it.';

create function ops.next_cycle(p_cycle_end timestamptz, p_anchor_day smallint, p_now timestamptz,
  out starts timestamptz, out ends timestamptz)
language plpgsql immutable parallel safe security invoker set search_path = '' as $$
declare
  v_end_utc constant timestamp := p_cycle_end at time zone 'UTC';
  v_now_utc constant timestamp := p_now at time zone 'UTC';
  v_is_last_day constant boolean := date_trunc('month', v_end_utc) <> date_trunc('month', v_end_utc + interval '1 day');
  -- Uses the day of the cycle's end, or the anchor day where the month of the end was too short for it.
  v_day constant smallint := case when v_is_last_day then greatest(p_anchor_day, extract(day from v_end_utc))
    else extract(day from v_end_utc) end;
  v_months integer := greatest(0, 12 * (extract(year from v_now_utc) - extract(year from v_end_utc))::integer
    + (extract(month from v_now_utc) - extract(month from v_end_utc))::integer);
begin
  -- The cycle that contains p_now may lie several months after the one that ended.
  starts := case when v_months = 0 then p_cycle_end else ops.add_months(p_cycle_end, v_months, v_day) end;
  if starts > p_now then
    v_months := v_months - 1;
    starts := case when v_months = 0 then p_cycle_end else ops.add_months(p_cycle_end, v_months, v_day) end;
  end if;
  ends := ops.add_months(p_cycle_end, v_months + 1, v_day);
end;
$$;
comment on function ops.next_cycle is
  'Returns the cycle that contains p_now, for a cycle that ended earlier. Counts from that end: the 15th stays the 15th.';

-- One statement: storing the usage and starting the next cycle cannot come apart, and the second of two concurrent callers finds nothing
-- due.
create function ops.roll_cycles(p_user_ids uuid[]) returns integer
language sql volatile security invoker set search_path = '' as $$
  with due as (
    select id, user_id, tier_id, cycle_start_date, cycle_end_date, cycle_anchor_day, syncs_used, ai_analyses_used, seo_submissions_used
    from public.subscription
    where user_id = any (p_user_ids) and cycle_end_date <= now()
    order by user_id
    for update
  ), closed as (
    insert into public.quota_usage_history
      (user_id, tier_id, cycle_start_date, cycle_end_date, syncs_used, ai_analyses_used, seo_submissions_used)
    select user_id, tier_id, cycle_start_date, cycle_end_date, syncs_used, ai_analyses_used, seo_submissions_used from due
  ), rolled as (
    update public.subscription as subscription
    set cycle_start_date = cycle.starts, cycle_end_date = cycle.ends,
      syncs_used = 0, ai_analyses_used = 0, seo_submissions_used = 0
    from due, ops.next_cycle(due.cycle_end_date, due.cycle_anchor_day, now()) as cycle
    where subscription.id = due.id
    returning 1
  )
  select count(*)::integer from rolled;
$$;
comment on function ops.roll_cycles is 'Starts the next cycle for those of these people whose cycle has ended, and stores what they used in it.';

create function ops.reset_expired_quotas() returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_due uuid[];
  v_total integer := 0;
begin
  for v_batch in 1..100 loop
    v_due := array(
      select user_id from public.subscription where cycle_end_date <= now() order by cycle_end_date limit 1000);
    exit when cardinality(v_due) = 0;
    v_total := v_total + ops.roll_cycles(v_due);
  end loop;
  return v_total;
end;
$$;
comment on function ops.reset_expired_quotas is
  'For cron. Nothing depends on its timing: when cron is late, a reservation starts the person''s next cycle itself.';

create function ops.quota_state(p_user_id uuid, p_quota text, out used integer, out quota_limit integer, out resets_at timestamptz)
language sql stable security invoker set search_path = '' as $$
  select
    case when subscription.cycle_end_date <= now() then 0 else
      case p_quota when 'syncs' then subscription.syncs_used when 'ai_analyses' then subscription.ai_analyses_used
        when 'seo_submissions' then subscription.seo_submissions_used end
    end,
    case p_quota when 'syncs' then tier.max_syncs_per_month when 'ai_analyses' then tier.max_ai_analyses_per_month
      when 'seo_submissions' then tier.max_seo_submissions_per_month end,
    case when subscription.cycle_end_date > now() then subscription.cycle_end_date
      else (ops.next_cycle(subscription.cycle_end_date, subscription.cycle_anchor_day, now())).ends end
  from public.subscription as subscription
  join public.subscription_tier as tier on tier.id = subscription.tier_id
  where subscription.user_id = p_user_id;
$$;
comment on function ops.quota_state is 'Returns the usage of a quota, its limit, and when it resets. A cycle that has ended counts as unused.';

create function ops.raise_quota_exceeded(p_quota text, p_limit integer, p_used integer, p_resets_at timestamptz) returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  raise exception using errcode = 'SVQ01',
    message = format('Your plan allows %s %s, and %s %s used', p_limit,
      case p_quota
        when 'social_accounts' then case when p_limit = 1 then 'social account' else 'social accounts' end
        when 'syncs' then 'syncs a month'
        when 'ai_analyses' then 'AI analyses a month'
        when 'seo_submissions' then 'SEO submissions a month'
      end,
      p_used, case when p_used = 1 then 'is' else 'are' end),
    detail = jsonb_build_object('quota', p_quota, 'limit', p_limit, 'used', p_used, 'resets_at', p_resets_at);
end;
$$;
comment on function ops.raise_quota_exceeded is 'Raises SVQ01, the one error for every quota.';

create function ops.tell_of_quota(p_user_id uuid, p_quota text, p_before integer, p_used integer, p_limit integer, p_cycle_start timestamptz,
  p_resets_at timestamptz) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_level constant smallint := case when p_used >= p_limit then 100 when p_used::bigint * 5 >= p_limit::bigint * 4 then 80 end;
  v_words constant text := case p_quota when 'syncs' then 'syncs' when 'ai_analyses' then 'AI analyses' else 'SEO submissions' end;
begin
  -- Continues only when this reservation crosses a threshold: later reservations above it cost nothing.
  if v_level is null or (case v_level when 100 then p_before >= p_limit else p_before::bigint * 5 >= p_limit::bigint * 4 end) then
    return;
  end if;
  insert into ops.quota_notice as told (user_id, quota, level, quota_limit, cycle_start_date)
  values (p_user_id, p_quota, v_level, p_limit, p_cycle_start)
  on conflict (user_id, quota, level) do update set quota_limit = excluded.quota_limit, cycle_start_date = excluded.cycle_start_date
  where (told.quota_limit, told.cycle_start_date) is distinct from (excluded.quota_limit, excluded.cycle_start_date);
  if found then
    insert into public.notification (user_id, type, title, message, data)
    values (p_user_id, case when v_level = 100 then 'warning'::public.notification_type_enum else 'info' end,
      case when v_level = 100 then format('Your %s are used up', v_words) else format('80%% of your %s are used', v_words) end,
      format('%s of %s used; the count resets on %s.', p_used, p_limit, to_char(p_resets_at at time zone 'UTC', 'FMDD FMMonth YYYY')),
      jsonb_build_object('kind', 'quota', 'quota', p_quota, 'level', v_level, 'limit', p_limit, 'used', p_used, 'resets_at', p_resets_at));
  end if;
end;
$$;
comment on function ops.tell_of_quota is 'Notifies a person once per cycle and limit that 80 % of a quota is used, and again when all of it is used.';

create function ops.reserve_quota(p_user_id uuid, p_quota text, p_amount integer) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_used integer;
  v_limit integer;
  v_cycle_start timestamptz;
  v_resets_at timestamptz;
  v_state record;
begin
  for v_attempt in 1..5 loop
    update public.subscription as subscription
    set syncs_used = syncs_used + case when p_quota = 'syncs' then p_amount else 0 end,
      ai_analyses_used = ai_analyses_used + case when p_quota = 'ai_analyses' then p_amount else 0 end,
      seo_submissions_used = seo_submissions_used + case when p_quota = 'seo_submissions' then p_amount else 0 end
    from public.subscription_tier as tier
    where subscription.user_id = p_user_id
      and tier.id = subscription.tier_id
      and subscription.cycle_end_date > now()
      and case p_quota
        when 'syncs' then subscription.syncs_used::bigint + p_amount <= tier.max_syncs_per_month
        when 'ai_analyses' then subscription.ai_analyses_used::bigint + p_amount <= tier.max_ai_analyses_per_month
        when 'seo_submissions' then subscription.seo_submissions_used::bigint + p_amount <= tier.max_seo_submissions_per_month
      end
    returning case p_quota when 'syncs' then subscription.syncs_used when 'ai_analyses' then subscription.ai_analyses_used
        else subscription.seo_submissions_used end,
      case p_quota when 'syncs' then tier.max_syncs_per_month when 'ai_analyses' then tier.max_ai_analyses_per_month
        else tier.max_seo_submissions_per_month end,
      subscription.cycle_start_date, subscription.cycle_end_date
    into v_used, v_limit, v_cycle_start, v_resets_at;
    if found then
      perform ops.tell_of_quota(p_user_id, p_quota, v_used - p_amount, v_used, v_limit, v_cycle_start, v_resets_at);
      return v_used;
    end if;
    -- The limit is reached, or the cycle has ended and has not been rolled yet, or the plan changed at this moment.
    perform ops.roll_cycles(array[p_user_id]);
    select * into v_state from ops.quota_state(p_user_id, p_quota);
    exit when v_attempt > 1 and (v_state.quota_limit is null or v_state.used::bigint + p_amount > v_state.quota_limit);
  end loop;

  if v_state.quota_limit is null then
    raise exception using errcode = 'SVG03', message = 'There is no subscription for this user',
      detail = jsonb_build_object('resource', 'subscription', 'id', p_user_id);
  end if;
  perform ops.raise_quota_exceeded(p_quota, v_state.quota_limit, v_state.used, v_state.resets_at);
  return null; -- not reached
end;
$$;
comment on function ops.reserve_quota is
  'Reserves units before the work, in one statement, so that concurrent callers cannot exceed the limit; otherwise raises SVQ01.';

create function ops.return_quota(p_user_id uuid, p_quota text, p_amount integer, p_reserved_at timestamptz) returns integer
language sql volatile security invoker set search_path = '' as $$
  update public.subscription
  set syncs_used = greatest(0, syncs_used - case when p_quota = 'syncs' then p_amount else 0 end),
    ai_analyses_used = greatest(0, ai_analyses_used - case when p_quota = 'ai_analyses' then p_amount else 0 end),
    seo_submissions_used = greatest(0, seo_submissions_used - case when p_quota = 'seo_submissions' then p_amount else 0 end)
  where user_id = p_user_id and cycle_start_date <= p_reserved_at
  returning case p_quota when 'syncs' then syncs_used when 'ai_analyses' then ai_analyses_used else seo_submissions_used end;
$$;
comment on function ops.return_quota is 'Returns units when the work failed. Units of a cycle that has ended are not returned.';

-- Security definer: reads the one subscription that the caller may see anyway, and calls helpers in ops.
create function ops.check_quota(p_user_id uuid, p_quota_type text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare
  v_quota constant text := ops.quota_name(p_quota_type);
  v_state record;
begin
  if current_setting('role', true) in ('anon', 'authenticated') and p_user_id is distinct from auth.uid() then
    raise exception using errcode = 'SVG02', message = 'Quotas can be looked up only for yourself';
  end if;
  if v_quota is null then
    raise exception using errcode = 'SVG01', message = format('There is no quota named %s', left(p_quota_type, 60));
  end if;
  select * into v_state from ops.quota_state(p_user_id, v_quota);
  return coalesce(v_state.used < v_state.quota_limit, false);
end;
$$;
comment on function ops.check_quota is 'See public.check_quota.';

-- The body is parsed at creation (begin atomic): callers need no usage on schema ops, only execute on the inner function.
create function public.check_quota(p_user_id uuid, p_quota_type text) returns boolean
language sql stable security invoker set search_path = ''
begin atomic
  select ops.check_quota(p_user_id, p_quota_type);
end;
comment on function public.check_quota is
  'Returns whether a unit is left: sync, ai_analysis or seo_submission. Reserves nothing; work that uses a unit calls increment_quota, which also checks the limit.';

-- Security definer: the only way for the service to reserve.
create function public.increment_quota(p_user_id uuid, p_quota_type text, p_amount integer default 1) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_quota constant text := ops.quota_name(p_quota_type);
begin
  if v_quota is null or p_amount is null or p_amount < 1 then
    raise exception using errcode = 'SVG01',
      message = format('Cannot reserve quota: expected a quota name and a positive amount, got %s and %s',
        left(p_quota_type, 60), p_amount);
  end if;
  return ops.reserve_quota(p_user_id, v_quota, p_amount);
end;
$$;
comment on function public.increment_quota is 'Reserves units and returns the new usage, or raises SVQ01 and changes nothing.';

-- Security definer: the only way for the service to return units.
create function public.decrement_quota(p_user_id uuid, p_quota_type text, p_amount integer default 1) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_quota constant text := ops.quota_name(p_quota_type);
begin
  if v_quota is null or p_amount is null or p_amount < 1 then
    raise exception using errcode = 'SVG01',
      message = format('Cannot return quota: expected a quota name and a positive amount, got %s and %s',
        left(p_quota_type, 60), p_amount);
  end if;
  return ops.return_quota(p_user_id, v_quota, p_amount, now());
end;
$$;
comment on function public.decrement_quota is 'Returns units that were reserved for work that failed; never below zero. Returns the new usage.';

-- ## Functions: what moderators and admins do

-- Each function has its rules in ops and a public wrapper: an invoker function, so that the exposed schema contains no definer function for
-- people to call. A wrapper is parsed at creation (begin atomic): callers need no usage on schema ops.

create function ops.require_role(variadic p_roles public.app_role_enum[]) returns void
language plpgsql stable security invoker set search_path = '' as $$
begin
  if current_setting('role', true) in ('anon', 'authenticated') and not ops.current_user_has_role(variadic p_roles) then
    raise exception using errcode = 'SVG02', message = 'Your role does not allow this';
  end if;
end;
$$;
comment on function ops.require_role is 'Raises SVG02 unless the signed-in person has one of the roles. The service and the operator always pass.';

-- Security definer: changes another person's row, after checking the caller's role.
create function ops.set_creator_hidden(p_user_id uuid, p_hidden boolean, p_reason text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.require_role('moderator', 'admin');
  update public.users
  set hidden_at = case when p_hidden then coalesce(hidden_at, now()) end,
    hidden_reason = case when p_hidden then coalesce(ops.clean_line(p_reason, 500), 'No reason given') end
  where id = p_user_id;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no such user',
      detail = jsonb_build_object('resource', 'user', 'id', p_user_id);
  end if;
  perform ops.record_audit(case when p_hidden then 'creator.hidden' else 'creator.shown' end, p_user_id,
    jsonb_build_object('reason', ops.clean_line(p_reason, 500)));
end;
$$;
comment on function ops.set_creator_hidden is 'See public.set_creator_hidden.';

create function public.set_creator_hidden(p_user_id uuid, p_hidden boolean, p_reason text default null) returns void
language sql volatile security invoker set search_path = ''
begin atomic
  select ops.set_creator_hidden(p_user_id, p_hidden, p_reason);
end;
comment on function public.set_creator_hidden is
  'Lets moderators and admins hide a creator from public view, or show them again. Writes to the audit log.';

-- Security definer: changes another person's roles, after checking the caller's.
create function ops.set_user_role(p_user_id uuid, p_role public.app_role_enum, p_granted boolean) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.require_role('admin');
  if p_role = 'user' and not p_granted then
    raise exception using errcode = 'SVG01', message = 'Cannot revoke the role user: every user has it';
  end if;
  if p_granted then
    insert into public.user_role (user_id, role)
    select id, p_role from public.users where id = p_user_id
    on conflict do nothing;
  else
    -- Locks all admin rows: two admins who revoke each other at the same moment cannot leave nobody.
    perform from public.user_role where role = 'admin' for update;
    if p_role = 'admin' and not exists (select from public.user_role where role = 'admin' and user_id <> p_user_id) then
      raise exception using errcode = 'SVG01', message = 'Cannot revoke the last admin: make another user an admin first';
    end if;
    delete from public.user_role where user_id = p_user_id and role = p_role;
  end if;
  if not exists (select from public.users where id = p_user_id) then
    raise exception using errcode = 'SVG03', message = 'There is no such user',
      detail = jsonb_build_object('resource', 'user', 'id', p_user_id);
  end if;
  perform ops.record_audit(case when p_granted then 'role.granted' else 'role.revoked' end, p_user_id,
    jsonb_build_object('role', p_role));
end;
$$;
comment on function ops.set_user_role is 'See public.set_user_role.';

create function public.set_user_role(p_user_id uuid, p_role public.app_role_enum, p_granted boolean default true) returns void
language sql volatile security invoker set search_path = ''
begin atomic
  select ops.set_user_role(p_user_id, p_role, p_granted);
end;
comment on function public.set_user_role is 'Lets admins grant and revoke roles; the last admin cannot be revoked. Writes to the audit log.';

-- Security definer: changes another person's plan, after checking the caller's role.
create function ops.set_user_plan(p_user_id uuid, p_tier text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform ops.require_role('admin');
  update public.subscription
  set tier_id = tier.id
  from public.subscription_tier as tier
  where user_id = p_user_id and tier.slug = p_tier;
  if not found then
    raise exception using errcode = 'SVG03', message = 'There is no such user or plan',
      detail = jsonb_build_object('resource', 'subscription', 'id', p_user_id);
  end if;
  perform ops.record_audit('plan.changed', p_user_id, jsonb_build_object('tier', p_tier));
end;
$$;
comment on function ops.set_user_plan is 'See public.set_user_plan.';

create function public.set_user_plan(p_user_id uuid, p_tier text) returns void
language sql volatile security invoker set search_path = ''
begin atomic
  select ops.set_user_plan(p_user_id, p_tier);
end;
comment on function public.set_user_plan is 'Lets admins change a person''s plan; its limits apply at once, the usage stays. Writes to the audit log.';

-- Security definer: reads the rows of all people, after checking the caller's role.
create function ops.find_users(p_query text, p_limit integer)
returns table (id uuid, email text, display_name text, profile_slug text, roles public.app_role_enum[], tier text,
  hidden_at timestamptz, created_at timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform ops.require_role('moderator', 'admin');
  return query
    select person.id, person.email, person.display_name, person.profile_slug,
      array(select role.role from public.user_role as role where role.user_id = person.id order by role.role),
      tier.slug, person.hidden_at, person.created_at
    from public.users as person
    left join public.subscription as subscription on subscription.user_id = person.id
    left join public.subscription_tier as tier on tier.id = subscription.tier_id
    where person.email = lower(p_query) or person.profile_slug = lower(normalize(p_query, nfc))
      or person.id = case when p_query ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then p_query::uuid end
    order by person.created_at
    limit least(greatest(p_limit, 1), 100);
end;
$$;
comment on function ops.find_users is 'See public.find_users.';

create function public.find_users(p_query text, p_limit integer default 20)
returns table (id uuid, email text, display_name text, profile_slug text, roles public.app_role_enum[], tier text,
  hidden_at timestamptz, created_at timestamptz)
language sql stable security invoker set search_path = ''
begin atomic
  select found.id, found.email, found.display_name, found.profile_slug, found.roles, found.tier, found.hidden_at, found.created_at
  from ops.find_users(p_query, p_limit) as found;
end;
comment on function public.find_users is 'Lets moderators and admins find a person by exact e-mail, profile slug or id.';

-- ## Functions: the endpoint kernel

create function ops.take_hits(p_key text, p_limit integer, p_window_seconds integer, p_hits integer,
  out granted integer, out used integer, out window_ends timestamptz)
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_fresh boolean := false;
begin
  granted := 0;
  loop
    -- A rejected request only reads: a flood of requests must not become a flood of writes.
    select counter.hits, counter.window_ends into used, window_ends from ops.rate_limit as counter where counter.key = p_key;
    exit when p_limit < 1 or (found and window_ends > v_now and used >= p_limit);

    if not found then
      insert into ops.rate_limit as counter (key, window_ends, hits)
      values (p_key, v_now + make_interval(secs => p_window_seconds), least(p_hits, p_limit))
      on conflict (key) do nothing
      returning counter.hits, counter.hits, counter.window_ends into granted, used, window_ends;
      v_fresh := found;
    else
      select counter.hits, counter.window_ends into used, window_ends from ops.rate_limit as counter
      where counter.key = p_key for update;
      continue when not found;
      v_fresh := window_ends <= v_now;
      if v_fresh then
        used := 0;
        window_ends := v_now + make_interval(secs => p_window_seconds);
      end if;
      granted := greatest(0, least(p_hits, p_limit - used));
      used := used + granted;
      update ops.rate_limit as counter set hits = used, window_ends = take_hits.window_ends where counter.key = p_key;
    end if;
    exit when found;
    -- Another call inserted the row first.
    granted := 0;
  end loop;

  -- On average every sixteenth new window deletes up to 64 expired rows: the table grows only with the number of active callers.
  if v_fresh and random() < 1.0 / 16 then
    delete from ops.rate_limit
    where key = any (array(
      select dead.key from ops.rate_limit as dead
      where dead.window_ends < v_now - interval '1 minute'
      order by dead.window_ends
      limit 64
      for update skip locked));
  end if;
end;
$$;
comment on function ops.take_hits is
  'Handles the less common cases of the limiter: a new window, the last units of a window, a used-up window. Grants as many of p_hits as are left.';

-- Security definer: counters are in ops, which no API role reaches. plpgsql caches its plans, which makes it 1.5 times as fast as SQL here.
create function public.check_rate_limit(p_key text, p_limit integer, p_window_seconds integer)
returns table (allowed boolean, remaining integer, reset_seconds integer)
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_ends timestamptz;
  v_used integer;
begin
  -- The common case is one plain update, which costs half as much as an upsert. When the limit is reached, it matches and writes nothing.
  update ops.rate_limit as counter set hits = counter.hits + 1
  where counter.key = p_key and counter.window_ends > v_now and counter.hits < p_limit
  returning counter.hits, counter.window_ends into v_used, v_ends;
  allowed := found;
  if not found then
    select taken.granted = 1, taken.used, taken.window_ends into allowed, v_used, v_ends
    from ops.take_hits(p_key, p_limit, p_window_seconds, 1) as taken;
  end if;

  remaining := case when allowed then p_limit - v_used else 0 end;
  -- Capped: a window that began while this call waited would seem longer than it is.
  reset_seconds := least(p_window_seconds, greatest(1, coalesce(ceil(extract(epoch from v_ends - v_now)), p_window_seconds)));
  return next;
end;
$$;
comment on function public.check_rate_limit is
  'Counts one request against a limit per window; a window begins with its first request. Exact under any concurrency; prunes expired rows itself.';

-- Security definer: counters are in ops. Keys are counted in a fixed order, so that two calls with the same keys cannot deadlock.
create function public.check_rate_limits(p_keys text[], p_limits integer[], p_window_seconds integer[], p_hits integer[])
returns table (place integer, granted integer, remaining integer, reset_seconds integer)
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_check record;
  v_now timestamptz := clock_timestamp();
  v_ends timestamptz;
  v_used integer;
begin
  for v_check in
    select asked.key, asked.cap, asked.seconds, asked.hits, asked.place
    from unnest(p_keys, p_limits, p_window_seconds, p_hits) with ordinality as asked (key, cap, seconds, hits, place)
    order by asked.key collate "C"
  loop
    update ops.rate_limit as counter set hits = counter.hits + v_check.hits
    where counter.key = v_check.key and counter.window_ends > v_now and counter.hits <= v_check.cap - v_check.hits
    returning counter.hits, counter.window_ends into v_used, v_ends;
    granted := v_check.hits;
    if not found then
      select taken.granted, taken.used, taken.window_ends into granted, v_used, v_ends
      from ops.take_hits(v_check.key, v_check.cap, v_check.seconds, v_check.hits) as taken;
    end if;

    place := v_check.place;
    remaining := case when granted = v_check.hits then v_check.cap - v_used else 0 end;
    reset_seconds := least(v_check.seconds,
      greatest(1, coalesce(ceil(extract(epoch from v_ends - v_now)), v_check.seconds)));
    return next;
  end loop;
end;
$$;
comment on function public.check_rate_limits is
  'check_rate_limit for requests that arrived together: p_hits requests per key, of which "granted" are allowed. Returns one row per position in the arrays.';

-- Security definer: the limiter and the stored responses are in ops.
create function public.admit_request(p_rate_key text, p_limit integer, p_window_seconds integer, p_scope text,
  p_idempotency_key text, p_body_hash text) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_rate record;
  v_seen ops.idempotency;
  v_state text;
begin
  if p_rate_key is not null then
    select * into v_rate from public.check_rate_limit(p_rate_key, p_limit, p_window_seconds);
    if not v_rate.allowed then
      return jsonb_build_object('allowed', false, 'remaining', 0, 'reset_seconds', v_rate.reset_seconds, 'idempotency', null);
    end if;
  else
    select true as allowed, null::integer as remaining, null::integer as reset_seconds into v_rate;
  end if;

  if p_idempotency_key is not null then
    -- An attempt without a response after three minutes is dead: every edge function responds within 150 s.
    insert into ops.idempotency as seen (scope, key, body_hash, expires_at)
    values (p_scope, p_idempotency_key, p_body_hash, now() + interval '3 minutes')
    on conflict (scope, key) do update
    set body_hash = excluded.body_hash, status = null, body = null, expires_at = excluded.expires_at
    where seen.expires_at <= now()
    returning * into v_seen;
    if found then
      v_state := 'started';
      delete from ops.idempotency
      where (scope, key) in (
        select dead.scope, dead.key from ops.idempotency as dead
        where dead.expires_at < now() - interval '1 minute'
        order by dead.expires_at
        limit 4
        for update skip locked);
    else
      select * into v_seen from ops.idempotency where scope = p_scope and key = p_idempotency_key;
      v_state := case
        when v_seen.body_hash is distinct from p_body_hash then 'mismatch'
        when v_seen.status is null then 'in_progress'
        else 'replayed'
      end;
    end if;
  end if;

  return jsonb_build_object('allowed', true, 'remaining', v_rate.remaining, 'reset_seconds', v_rate.reset_seconds,
    'idempotency', case when p_idempotency_key is not null then jsonb_build_object('state', v_state,
      'status', case when v_state = 'replayed' then v_seen.status end,
      'body', case when v_state = 'replayed' then v_seen.body end) end);
end;
$$;
comment on function public.admit_request is
  'Checks rate limit and Idempotency-Key in one call: started (do the work), replayed (the first response), in_progress, or mismatch.';

-- Security definer: the stored responses are in ops.
create function public.finish_request(p_scope text, p_idempotency_key text, p_status integer, p_body text default null)
returns void
language sql volatile security definer set search_path = '' as $$
  delete from ops.idempotency
  where scope = p_scope and key = p_idempotency_key and status is null and p_status is null;

  update ops.idempotency
  set status = p_status, body = p_body, expires_at = now() + interval '24 hours'
  where scope = p_scope and key = p_idempotency_key and status is null and p_status is not null;
$$;
comment on function public.finish_request is
  'Stores the first response for 24 hours. Without a status it deletes the attempt, so that the request can be retried.';

-- Security definer: metrics are in ops.
create function public.record_request_metrics(p_samples jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  insert into ops.request_metric as metric (function, status, count, duration_ms_sum, buckets)
  select sample.function, sample.status, sample.count, sample.duration_ms_sum, sample.buckets
  from jsonb_to_recordset(p_samples)
    as sample (function text, status smallint, count bigint, duration_ms_sum double precision, buckets bigint[])
  order by sample.function, sample.status -- a fixed order for every writer prevents deadlocks
  on conflict (function, status) do update
  set count = metric.count + excluded.count,
    duration_ms_sum = metric.duration_ms_sum + excluded.duration_ms_sum,
    buckets = array(
      select coalesce(old, 0) + coalesce(new, 0) from unnest(metric.buckets, excluded.buckets) with ordinality as pair (old, new, place)
      order by place);
$$;
comment on function public.record_request_metrics is
  'Adds a batch of [{function, status, count, duration_ms_sum, buckets}], one entry per function and status.';

-- Security definer: metrics are in ops.
create function public.read_request_metrics() returns jsonb
language sql stable security definer set search_path = '' as $$
  select coalesce(jsonb_agg(to_jsonb(metric) order by metric.function, metric.status), '[]'::jsonb) from ops.request_metric as metric;
$$;
comment on function public.read_request_metrics is 'Returns all metrics, in the format of record_request_metrics.';

-- Security definer: reads vault, cron and net, which the service may not read in full. Dynamic SQL: a project may lack them.
create function public.check_health() returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_vault text := 'down';
  v_queue text := 'down';
  v_cron text := 'down';
  v_worker constant regprocedure := to_regprocedure('net.check_worker_is_up()');
  v_found boolean;
begin
  begin
    -- Decrypting proves that the key exists, not only the table.
    execute $query$ select count(decrypted_secret) = 2 from vault.decrypted_secrets where name in ('project_url', 'cron_secret_key') $query$
      into v_found;
    v_vault := case when v_found then 'ok' else 'unset' end;
  exception when others then
    null;
  end;
  begin
    -- Newer versions of pg_net can check whether their worker is running; the function raises when it is not.
    if v_worker is not null then
      execute format('select %s', v_worker);
    end if;
    execute 'select count(*) < 1000 from (select from net.http_request_queue limit 1000) as waiting' into v_found;
    v_queue := case when v_found then 'ok' else 'down' end;
  exception when others then
    null;
  end;
  begin
    execute 'select exists (select from cron.job where active)' into v_found;
    v_cron := case when v_found then 'ok' else 'unset' end;
  exception when others then
    null;
  end;
  return jsonb_build_object('database', 'ok', 'vault', v_vault, 'queue', v_queue, 'cron', v_cron);
end;
$$;
comment on function public.check_health is 'Checks database, vault, outgoing queue and cron: ok, unset (works, but is not provisioned yet) or down.';

-- ## Functions: the cache

create function ops.is_cache_changed(p_tags text[], p_snapshot pg_snapshot) returns boolean
language sql stable security invoker set search_path = '' as $$
  select exists (
    select from ops.cache_change as change
    where change.tx >= pg_snapshot_xmin(p_snapshot) and change.tag = any(p_tags)
      and not pg_visible_in_snapshot(change.tx, p_snapshot));
$$;
comment on function ops.is_cache_changed is 'Returns whether one of the tags has changed since the snapshot was taken.';

-- Security definer, like the next four: leases and changes are in ops.
create function public.take_cached(p_key text, p_lease_ms integer default 1000, p_is_early boolean default false) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz;
  v_entry public.cache_store;
  v_fence bigint;
begin
  loop
    v_now := clock_timestamp();
    select * into v_entry from public.cache_store as entry where entry.key = p_key and entry.expires_at > v_now;
    if ops.is_cache_changed(v_entry.tags, v_entry.snapshot) then
      v_entry := null;
    end if;
    if v_entry.fresh_until > v_now and v_fence is not null and not p_is_early then
      -- Another process stored the entry between the two reads.
      delete from ops.cache_lease where key = p_key and fence = v_fence;
      v_fence := null;
    end if;
    exit when v_fence is not null or v_entry.fresh_until > v_now and not p_is_early
      or exists (select from ops.cache_lease where key = p_key and leased_until > v_now);
    insert into ops.cache_lease as lease (key, fence, leased_until)
    values (p_key, nextval('ops.cache_fence'), v_now + make_interval(secs => p_lease_ms / 1000.0))
    on conflict (key) do update
    set fence = excluded.fence, leased_until = excluded.leased_until
    where lease.leased_until <= v_now
    returning fence into v_fence;
  end loop;
  return jsonb_build_object(
    'entry', case when v_entry.key is not null then jsonb_build_object('value', v_entry.value, 'tags', v_entry.tags, 'cost_ms', v_entry.cost_ms,
      'age_ms', greatest(0, extract(epoch from v_now - v_entry.updated_at) * 1000)) end,
    'is_fresh', coalesce(v_entry.fresh_until > v_now, false),
    'lease', case when v_fence is not null then jsonb_build_object('fence', v_fence, 'snapshot', pg_current_snapshot()) end);
end;
$$;
comment on function public.take_cached is
  'Returns the valid entry for a key and, when it is not fresh (or p_is_early), the lease to compute it if no other process holds it: {entry: {value, tags, cost_ms, age_ms}, is_fresh, lease: {fence, snapshot}}.';

create function public.put_cached(p_key text, p_fence bigint, p_snapshot text, p_value jsonb, p_tags text[], p_fresh_ms integer, p_keep_ms integer,
  p_cost_ms integer default 0)
returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now constant timestamptz := clock_timestamp();
begin
  delete from ops.cache_lease where key = p_key and fence = p_fence;
  if not found then
    return 'lost';
  end if;
  if ops.is_cache_changed(p_tags, p_snapshot::pg_snapshot) then
    return 'changed';
  end if;
  insert into public.cache_store as entry (key, value, tags, snapshot, cost_ms, fresh_until, expires_at, updated_at)
  values (p_key, coalesce(p_value, 'null'), p_tags, p_snapshot::pg_snapshot, p_cost_ms, v_now + make_interval(secs => p_fresh_ms / 1000.0),
    v_now + make_interval(secs => p_keep_ms / 1000.0), v_now)
  on conflict (key) do update
  set value = excluded.value, tags = excluded.tags, snapshot = excluded.snapshot, cost_ms = excluded.cost_ms,
    fresh_until = excluded.fresh_until, expires_at = excluded.expires_at;
  -- Each stored entry deletes up to four expired ones, so that the table holds only entries in use.
  delete from public.cache_store
  where key in (
    select key from public.cache_store where expires_at < v_now order by expires_at limit 4 for update skip locked);
  return 'kept';
end;
$$;
comment on function public.put_cached is
  'Stores what the holder of a lease has computed, and ends the lease. Returns kept; lost, when the lease is no longer the caller''s; changed, when one of the tags has changed since the computation began.';

create function public.extend_cache_lease(p_key text, p_fence bigint, p_lease_ms integer) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update ops.cache_lease set leased_until = clock_timestamp() + make_interval(secs => p_lease_ms / 1000.0)
  where key = p_key and fence = p_fence;
  return found;
end;
$$;
comment on function public.extend_cache_lease is
  'Extends the lease to p_lease_ms from now; 0 releases it. Returns false when the lease is no longer the caller''s.';

create function public.get_cache_changes(p_since text default null) returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('mark', pg_current_snapshot()::text, 'tags', coalesce((
    select jsonb_agg(distinct change.tag)
    from ops.cache_change as change
    where change.tx >= pg_snapshot_xmin(p_since::pg_snapshot) and not pg_visible_in_snapshot(change.tx, p_since::pg_snapshot)), '[]'));
$$;
comment on function public.get_cache_changes is
  'Returns the tags that have changed since a mark, for processes with a cache of their own, and the mark for the next call: {mark, tags}. Without a mark, tags is empty.';

create function public.forget_cached(p_tags text[]) returns void
language sql volatile security definer set search_path = '' as $$
  insert into ops.cache_change (tag)
  select distinct tag
  from unnest(p_tags) as tag
  -- A transaction that hides a thousand items records the tag once.
  where not exists (select from ops.cache_change as noted where noted.tx = pg_current_xact_id() and noted.tag = tag.tag);
$$;
comment on function public.forget_cached is
  'Invalidates cached responses with one of these tags when the transaction commits. Triggers call it where something is no longer public.';

-- ## Functions: cron

-- These functions run as postgres; no other role may call them.

create function ops.invoke_edge_function(p_name text, p_body jsonb default '{}') returns bigint
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_url text;
  v_key text;
  v_request_id bigint;
begin
  select decrypted_secret into v_url from vault.decrypted_secrets where name = 'project_url';
  select decrypted_secret into v_key from vault.decrypted_secrets where name = 'cron_secret_key';
  if coalesce(v_url, '') = '' or coalesce(v_key, '') = '' then
    raise exception 'Cannot call %: Vault needs the secrets project_url and cron_secret_key', p_name;
  end if;
  v_request_id := net.http_post(
    url => rtrim(v_url, '/') || '/functions/v1/' || p_name,
    body => p_body,
    headers => jsonb_build_object('Content-Type', 'application/json', 'apikey', v_key),
    timeout_milliseconds => 60000);
  insert into ops.http_call (request_id, function_name) values (v_request_id, p_name)
  on conflict (request_id) do update
  set function_name = excluded.function_name, called_at = now(), outcome = null, status_code = null, error = null, settled_at = null;
  return v_request_id;
end;
$$;
comment on function ops.invoke_edge_function is
  'Requests a run of an edge function with the key from Vault, so that no cron job contains a key. The call is sent after commit, at most once.';

create function ops.reconcile_http_calls() returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_settled integer;
begin
  with answered as (
    select call.request_id, response.status_code, response.error_msg, response.timed_out, response.id is null as is_missing
    from ops.http_call as call
    left join net._http_response as response on response.id = call.request_id and response.created >= call.called_at
    where call.outcome is null and (response.id is not null or call.called_at < now() - interval '15 minutes')
    order by call.called_at
    limit 1000
    for update of call skip locked
  ), settled as (
    update ops.http_call as call
    set outcome = case when answered.is_missing then 'missing' when answered.status_code between 200 and 299 then 'ok' else 'failed' end,
      status_code = answered.status_code,
      error = left(case when answered.timed_out then 'timed out' else answered.error_msg end, 500),
      settled_at = now()
    from answered
    where call.request_id = answered.request_id
    returning call.function_name, call.outcome, call.status_code, call.error
  ), alerted as (
    insert into public.notification (user_id, type, title, message, data)
    select role.user_id, 'error', 'A scheduled call failed',
      format('%s: %s', bad.function_name, coalesce(bad.error, 'status ' || bad.status_code, 'no response')),
      jsonb_build_object('function', bad.function_name, 'outcome', bad.outcome, 'status_code', bad.status_code)
    from (select distinct on (function_name) * from settled where outcome <> 'ok' order by function_name) as bad
    cross join public.user_role as role
    where role.role = 'admin'
      -- One alert per hour and function is enough.
      and not exists (
        select from public.notification as earlier
        where earlier.user_id = role.user_id and earlier.created_at > now() - interval '1 hour'
          and earlier.data ->> 'function' = bad.function_name)
  )
  select count(*)::integer into v_settled from settled;

  delete from ops.http_call
  where request_id = any (array(
    select request_id from ops.http_call where outcome is not null and settled_at < now() - interval '7 days'
    order by settled_at limit 1000));
  return v_settled;
end;
$$;
comment on function ops.reconcile_http_calls is
  'For cron. Records the outcomes of calls, and notifies the admins of calls that failed or got no response.';

create function ops.cleanup_expired_cache() returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_deleted integer;
begin
  delete from ops.cache_lease where leased_until < now() - interval '1 minute';
  -- Two steps: a change is deleted only after it has been visible for longer than any entry computed without it can live.
  delete from ops.cache_change where settled_at < now() - interval '15 minutes';
  update ops.cache_change set settled_at = now() where settled_at is null;
  delete from public.cache_store
  where key = any (array(
    select key from public.cache_store where expires_at < now() order by expires_at limit 10000 for update skip locked));
  get diagnostics v_deleted = row_count;
  return v_deleted;
end;
$$;
comment on function ops.cleanup_expired_cache is
  'For cron. Deletes expired cache entries, at most 10,000 per run, and leases and changes that are no longer needed.';

create function ops.purge_cron_history() returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_deleted integer;
begin
  delete from cron.job_run_details
  where runid = any (array(
    select runid from cron.job_run_details where start_time < now() - interval '7 days' order by runid limit 10000));
  get diagnostics v_deleted = row_count;
  return v_deleted;
end;
$$;
comment on function ops.purge_cron_history is 'For cron, which never prunes its own history. Keeps seven days, deletes at most 10,000 rows per run.';

-- ## Triggers

create trigger users_touch_updated_at before update on public.users
  for each row execute function ops.touch_updated_at();
create trigger user_setting_touch_updated_at before update on public.user_setting
  for each row execute function ops.touch_updated_at();
create trigger subscription_tier_touch_updated_at before update on public.subscription_tier
  for each row execute function ops.touch_updated_at();
create trigger subscription_touch_updated_at before update on public.subscription
  for each row execute function ops.touch_updated_at();
create trigger notification_touch_updated_at before update on public.notification
  for each row execute function ops.touch_updated_at();
create trigger cache_store_touch_updated_at before update on public.cache_store
  for each row execute function ops.touch_updated_at();

create trigger streamvibe_new_user after insert on auth.users
  for each row execute function ops.handle_new_auth_user();
create trigger streamvibe_changed_email after update of email on auth.users
  for each row when (old.email is distinct from new.email) execute function ops.handle_changed_auth_email();

-- ## Policies

-- People see only their own rows; the condition is equality on the owner, so that an index serves it.

create policy "Everybody reads the plans" on public.subscription_tier
  for select to anon, authenticated using (true);
create policy "Everybody reads the subscription states" on public.subscription_status
  for select to anon, authenticated using (true);

create policy "People read their own row" on public.users
  for select to authenticated using (id = (select auth.uid()));
create policy "People edit their own row" on public.users
  for update to authenticated using (id = (select auth.uid())) with check (id = (select auth.uid()));

create policy "People read their own roles" on public.user_role
  for select to authenticated using (user_id = (select auth.uid()));

create policy "People read their own settings" on public.user_setting
  for select to authenticated using (user_id = (select auth.uid()));
create policy "People edit their own settings" on public.user_setting
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

create policy "People read their own subscription" on public.subscription
  for select to authenticated using (user_id = (select auth.uid()));

create policy "People read their own past usage" on public.quota_usage_history
  for select to authenticated using (user_id = (select auth.uid()));

create policy "People read their own notifications" on public.notification
  for select to authenticated using (user_id = (select auth.uid()));
create policy "People mark their own notifications read" on public.notification
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "People delete their own notifications" on public.notification
  for delete to authenticated using (user_id = (select auth.uid()));

create policy "Admins read the audit log" on public.audit_log
  for select to authenticated using ((select ops.current_user_has_role('admin')));

create policy "Only the service uses the cache" on public.cache_store
  for all to service_role using (true) with check (true);

create policy "Only functions note what was told of quotas" on ops.quota_notice for all to postgres using (true) with check (true);
create policy "Only functions count requests" on ops.rate_limit for all to postgres using (true) with check (true);
create policy "Only functions keep answers" on ops.idempotency for all to postgres using (true) with check (true);
create policy "Only functions lease the cache" on ops.cache_lease for all to postgres using (true) with check (true);
create policy "Only functions note changes" on ops.cache_change for all to postgres using (true) with check (true);
create policy "Only functions keep metrics" on ops.request_metric for all to postgres using (true) with check (true);
create policy "Only functions log calls" on ops.http_call for all to postgres using (true) with check (true);
create policy "Only functions say where staff may act" on ops.staff_access for all to postgres using (true) with check (true);
create policy "Only deploys record secrets" on ops.secret_age for all to postgres using (true) with check (true);
create policy "Only deploys record deploys" on ops.deployment for all to postgres using (true) with check (true);

-- ## Grants

grant select on public.subscription_tier, public.subscription_status to anon, authenticated;
grant select on public.users, public.user_role, public.user_setting, public.subscription, public.quota_usage_history,
  public.notification, public.audit_log to authenticated;

-- No insert: sign-up creates the row. No delete: the row is deleted with the login.
-- E-mail, slug, verification and hiding are not for the owner to change.
grant update (display_name, bio, primary_category, is_public, avatar_url) on public.users to authenticated;
grant update (language, time_zone, default_sync_mode, email_notifications) on public.user_setting to authenticated;
grant update (read_at) on public.notification to authenticated;
grant delete on public.notification to authenticated;

grant select, insert, update, delete on public.users, public.user_role, public.user_setting, public.subscription,
  public.subscription_tier, public.subscription_status, public.notification, public.cache_store to service_role;
-- No update, no delete: history is never rewritten.
grant select, insert on public.audit_log, public.quota_usage_history to service_role;

-- Who may execute what. The defaults are revoked at the top: only its owner may execute a function that is not named here.
grant execute on function
  ops.current_user_has_role
  to authenticated;
grant execute on function
  ops.get_change_horizon, public.get_change_horizon
  to anon, authenticated;
grant execute on function
  ops.fold_text, ops.is_visible, ops.look_alike, public.has_role, ops.check_quota, public.check_quota, ops.set_creator_hidden, public.set_creator_hidden,
  ops.set_user_role, public.set_user_role, ops.set_user_plan, public.set_user_plan, ops.find_users, public.find_users
  to authenticated, service_role;
grant execute on function
  public.setup_profile, public.increment_quota, public.decrement_quota, public.check_rate_limit, public.check_rate_limits,
  public.admit_request, public.finish_request, public.record_request_metrics, public.read_request_metrics, public.check_health,
  public.take_cached, public.put_cached, public.extend_cache_lease, public.get_cache_changes, public.forget_cached
  to service_role;

-- ## Reference rows

insert into public.subscription_tier (slug, display_name, description, price_cents_per_month, max_social_accounts,
  max_syncs_per_month, max_ai_analyses_per_month, max_seo_submissions_per_month, sort_order)
values
  ('free', 'Free', 'One account, to try everything except search engines', 0, 1, 10, 25, 0, 1),
  ('basic', 'Basic', 'For creators on a few platforms', 1900, 3, 100, 100, 50, 2),
  ('premium', 'Premium', 'For creators everywhere', 4900, 10, 500, 500, 200, 3)
on conflict (slug) do update
set display_name = excluded.display_name, description = excluded.description,
  price_cents_per_month = excluded.price_cents_per_month, max_social_accounts = excluded.max_social_accounts,
  max_syncs_per_month = excluded.max_syncs_per_month, max_ai_analyses_per_month = excluded.max_ai_analyses_per_month,
  max_seo_submissions_per_month = excluded.max_seo_submissions_per_month, sort_order = excluded.sort_order;

insert into public.subscription_status (slug, display_name, description, sort_order)
values
  ('active', 'Active', 'Paid, or free', 1),
  ('trialing', 'Trial', 'Not charged yet', 2),
  ('past_due', 'Past due', 'The last payment failed and will be retried', 3),
  ('unpaid', 'Unpaid', 'All attempts to charge failed', 4),
  ('canceled', 'Canceled', 'Ended by the subscriber or by us', 5),
  ('incomplete', 'Incomplete', 'The first payment is not complete yet', 6),
  ('incomplete_expired', 'Expired', 'The first payment was not completed in time', 7),
  ('paused', 'Paused', 'Not charged until it is resumed', 8)
on conflict (slug) do update
set display_name = excluded.display_name, description = excluded.description, sort_order = excluded.sort_order;

-- People whose login was created before StreamVibe was installed, or while it was rolled back.
do $$
begin
  perform ops.create_user(login.id, login.email, login.raw_user_meta_data) from auth.users as login;
end;
$$;

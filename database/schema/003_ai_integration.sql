-- Module 003, AI: suggestions from several providers, and an exact record of their costs. Needs modules 000 to 002. Edge functions call the
-- models; this module reserves the maximum cost of a call before it is made, and records the actual cost afterwards.
--
--   Needs
--   Tables
--   Tables in ops: prices, budgets, reservations
--   Functions: prices and budgets
--   Functions: an analysis
--   Functions: what creators do
--   Functions: trending keywords
--   Triggers
--   Policies
--   Grants
--   Reference rows

-- ## Needs

-- The same role must apply this module: the default privileges of module 000 keep its functions closed.
do $$
begin
  if not exists (select from pg_class where oid = to_regclass('public.content_item') and relowner = current_user::regrole) then
    raise exception 'Cannot apply module 003: module 002 must be applied first, by the same role';
  end if;
end;
$$;

-- ## Tables

create table public.ai_provider (
  id uuid not null default gen_random_uuid(),
  slug text not null,
  display_name text not null,
  sort_order smallint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ai_provider_pkey primary key (id),
  constraint ai_provider_slug_key unique (slug),
  constraint ai_provider_slug_shape check (slug ~ '^[a-z][a-z0-9_-]{0,39}$'),
  constraint ai_provider_display_name_length check (char_length(display_name) between 1 and 80)
);
alter table public.ai_provider enable row level security;
comment on table public.ai_provider is 'The services that run models; the code has an adapter for each slug.';

create table public.ai_model (
  id uuid not null default gen_random_uuid(),
  provider_id uuid not null,
  slug text not null,
  display_name text not null,
  is_default boolean not null default false,
  input_cost_per_1k_tokens numeric,
  output_cost_per_1k_tokens numeric,
  context_tokens integer not null,
  max_output_tokens integer not null,
  retired_at timestamptz,
  replaced_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ai_model_pkey primary key (id),
  constraint ai_model_slug_key unique (slug),
  constraint ai_model_provider_id_fkey foreign key (provider_id) references public.ai_provider (id) on delete cascade,
  constraint ai_model_replaced_by_fkey foreign key (replaced_by) references public.ai_model (id) on delete set null,
  constraint ai_model_slug_shape check (slug ~ '^[a-zA-Z0-9][a-zA-Z0-9.:/_-]{0,99}$'),
  constraint ai_model_display_name_length check (char_length(display_name) between 1 and 80),
  constraint ai_model_tokens_positive check (least(context_tokens, max_output_tokens) > 0),
  constraint ai_model_costs_not_negative check (least(input_cost_per_1k_tokens, output_cost_per_1k_tokens) >= 0)
);
alter table public.ai_model enable row level security;
comment on table public.ai_model is 'The models that can be used. A new model needs a row here and a row in ops.ai_price.';
comment on column public.ai_model.slug is 'The name of the model in the provider''s API.';
comment on column public.ai_model.input_cost_per_1k_tokens is 'US cents; a copy of the current price, see ops.ai_price. Null: unknown.';
comment on column public.ai_model.retired_at is 'From then on the provider refuses the model, and replaced_by is used instead.';
create unique index ai_model_default_key on public.ai_model (provider_id) where is_default;
comment on index public.ai_model_default_key is 'The model of each provider that is used when a request names none.';
create index ai_model_provider_id_idx on public.ai_model (provider_id);
comment on index public.ai_model_provider_id_idx is 'Serves the foreign key to ai_provider.';
create index ai_model_replaced_by_idx on public.ai_model (replaced_by);
comment on index public.ai_model_replaced_by_idx is 'Serves the foreign key to the successor.';

create table public.user_ai_setting (
  user_id uuid not null,
  provider_id uuid,
  model_id uuid,
  fallback_providers text[] not null default array['openai', 'anthropic', 'google', 'local'],
  tone text not null default 'natural',
  language text,
  monthly_budget_cents numeric,
  key_secret_names jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_ai_setting_pkey primary key (user_id),
  constraint user_ai_setting_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint user_ai_setting_provider_id_fkey foreign key (provider_id) references public.ai_provider (id) on delete set null,
  constraint user_ai_setting_model_id_fkey foreign key (model_id) references public.ai_model (id) on delete set null,
  constraint user_ai_setting_fallback_size check (cardinality(fallback_providers) <= 10),
  constraint user_ai_setting_tone_length check (char_length(tone) between 1 and 60 and tone !~ '[[:cntrl:]]'),
  constraint user_ai_setting_language_shape check (language ~ '^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$'),
  constraint user_ai_setting_budget_not_negative check (monthly_budget_cents >= 0),
  constraint user_ai_setting_secret_names_are_object check (jsonb_typeof(key_secret_names) = 'object')
);
alter table public.user_ai_setting enable row level security;
comment on table public.user_ai_setting is 'A creator''s preferences for suggestions. No row: the defaults.';
comment on column public.user_ai_setting.fallback_providers is 'The providers to try when the first one fails, in this order; empty: none.';
comment on column public.user_ai_setting.language is 'BCP 47; null: the language of each item, or the creator''s.';
comment on column public.user_ai_setting.monthly_budget_cents is 'US cents per calendar month (UTC); null: no limit set by the creator.';
comment on column public.user_ai_setting.key_secret_names is
  'Names of the Vault secrets that hold the creator''s own keys, by provider. The keys are stored only there and never returned.';
create index user_ai_setting_provider_id_idx on public.user_ai_setting (provider_id);
comment on index public.user_ai_setting_provider_id_idx is 'Serves the foreign key to ai_provider.';
create index user_ai_setting_model_id_idx on public.user_ai_setting (model_id);
comment on index public.user_ai_setting_model_id_idx is 'Serves the foreign key to ai_model.';

create table public.ai_suggestion (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  content_item_id uuid not null,
  model_id uuid not null,
  requested_model_id uuid not null,
  fingerprint text not null,
  suggested_titles text[] not null,
  suggested_descriptions text[] not null,
  suggested_tags text[] not null,
  suggested_hashtags text[] not null default '{}',
  suggested_category text,
  trending_keywords text[] not null default '{}',
  trending_score numeric not null,
  trending_parts jsonb not null default '[]',
  seo_score numeric not null,
  seo_parts jsonb not null default '[]',
  total_cost_cents numeric,
  was_repaired boolean not null default false,
  feedback text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint ai_suggestion_pkey primary key (id),
  constraint ai_suggestion_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint ai_suggestion_content_item_id_fkey foreign key (content_item_id) references public.content_item (id) on delete cascade,
  constraint ai_suggestion_model_id_fkey foreign key (model_id) references public.ai_model (id),
  constraint ai_suggestion_requested_model_id_fkey foreign key (requested_model_id) references public.ai_model (id),
  constraint ai_suggestion_titles_count check (cardinality(suggested_titles) between 3 and 5),
  constraint ai_suggestion_descriptions_count check (cardinality(suggested_descriptions) between 1 and 2),
  constraint ai_suggestion_tags_are_sound check (ops.are_sound_tags(suggested_tags) and ops.are_sound_tags(suggested_hashtags)),
  constraint ai_suggestion_scores_range check (trending_score between 0 and 100 and seo_score between 0 and 100),
  constraint ai_suggestion_feedback_known check (feedback in ('kept', 'edited', 'dropped'))
);
alter table public.ai_suggestion enable row level security;
comment on table public.ai_suggestion is
  'What a model suggested for an item, after validation. Published by Realtime: the owner may see every column.';
comment on column public.ai_suggestion.model_id is 'The model that answered; differs from requested_model_id when that model failed.';
comment on column public.ai_suggestion.fingerprint is
  'Hash of the item''s texts and of the creator''s settings: a repeated request gets this row as its response.';
comment on column public.ai_suggestion.trending_parts is 'The parts of the score: name, points, of, advice.';
comment on column public.ai_suggestion.seo_parts is 'The parts of the score: name, points, of, advice.';
comment on column public.ai_suggestion.total_cost_cents is 'US cents of all calls that it took, including failed ones. Null: a price is unknown.';
comment on column public.ai_suggestion.feedback is 'How the creator used it; set when it is applied, edited or undone, or by the creator.';
create index ai_suggestion_content_item_id_idx on public.ai_suggestion (content_item_id, created_at desc);
comment on index public.ai_suggestion_content_item_id_idx is 'Query "suggestions of an item": where content_item_id = … order by created_at desc.';
create index ai_suggestion_user_id_idx on public.ai_suggestion (user_id, created_at desc);
comment on index public.ai_suggestion_user_id_idx is 'Query "my suggestions": where user_id = … order by created_at desc.';
create index ai_suggestion_changes_idx on public.ai_suggestion (user_id, updated_at, id);
comment on index public.ai_suggestion_changes_idx is 'Query "changes while the client was offline" (docs/realtime.md).';
create index ai_suggestion_model_id_idx on public.ai_suggestion (model_id);
comment on index public.ai_suggestion_model_id_idx is 'Serves the foreign key to ai_model.';
create index ai_suggestion_requested_model_id_idx on public.ai_suggestion (requested_model_id);
comment on index public.ai_suggestion_requested_model_id_idx is 'Serves the foreign key to ai_model.';

create table public.ai_suggestion_application (
  id uuid not null default gen_random_uuid(),
  suggestion_id uuid not null,
  user_id uuid not null,
  content_item_id uuid not null,
  fields text[] not null,
  before jsonb not null,
  after jsonb not null,
  applied_at timestamptz not null default now(),
  undone_at timestamptz,
  constraint ai_suggestion_application_pkey primary key (id),
  constraint ai_suggestion_application_suggestion_id_fkey foreign key (suggestion_id) references public.ai_suggestion (id) on delete cascade,
  constraint ai_suggestion_application_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint ai_suggestion_application_content_item_id_fkey foreign key (content_item_id) references public.content_item (id) on delete cascade,
  constraint ai_suggestion_application_fields_known check (
    cardinality(fields) > 0 and fields <@ array['title', 'description', 'tags', 'hashtags', 'category'])
);
alter table public.ai_suggestion_application enable row level security;
comment on table public.ai_suggestion_application is 'Records that a creator applied fields of a suggestion, and their previous values.';
create index ai_suggestion_application_suggestion_id_idx on public.ai_suggestion_application (suggestion_id);
comment on index public.ai_suggestion_application_suggestion_id_idx is 'Serves the foreign key to ai_suggestion.';
create index ai_suggestion_application_user_id_idx on public.ai_suggestion_application (user_id);
comment on index public.ai_suggestion_application_user_id_idx is 'Serves the policy and the foreign key to users.';
create index ai_suggestion_application_content_item_id_idx on public.ai_suggestion_application (content_item_id, applied_at desc);
comment on index public.ai_suggestion_application_content_item_id_idx is 'Query "applications of an item": where content_item_id = … order by applied_at desc.';

create table public.ai_usage (
  id bigint generated always as identity,
  user_id uuid not null,
  content_item_id uuid,
  suggestion_id uuid,
  model_id uuid not null,
  operation_type text not null,
  prompt_tokens integer not null,
  cached_tokens integer not null default 0,
  cache_write_tokens integer not null default 0,
  cache_write_1h_tokens integer not null default 0,
  completion_tokens integer not null,
  thought_tokens integer not null default 0,
  is_estimated boolean not null default false,
  cost_cents numeric,
  is_own_key boolean not null,
  outcome text not null,
  duration_ms integer,
  billing_cycle_start timestamptz not null,
  billing_cycle_end timestamptz not null,
  created_at timestamptz not null default now(),
  constraint ai_usage_pkey primary key (id),
  constraint ai_usage_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint ai_usage_content_item_id_fkey foreign key (content_item_id) references public.content_item (id) on delete set null,
  constraint ai_usage_suggestion_id_fkey foreign key (suggestion_id) references public.ai_suggestion (id) on delete set null,
  constraint ai_usage_model_id_fkey foreign key (model_id) references public.ai_model (id),
  constraint ai_usage_tokens_not_negative check (
    least(prompt_tokens, cached_tokens, cache_write_tokens, cache_write_1h_tokens, completion_tokens, thought_tokens) >= 0),
  constraint ai_usage_parts_fit check (
    cached_tokens::bigint + cache_write_tokens + cache_write_1h_tokens <= prompt_tokens and thought_tokens <= completion_tokens),
  constraint ai_usage_outcome_length check (char_length(outcome) between 1 and 60)
);
alter table public.ai_usage enable row level security;
comment on table public.ai_usage is
  'The ledger: one row for each call of a model, including calls without a result. Rows never change except for suggestion_id.';
comment on column public.ai_usage.prompt_tokens is 'All input tokens: plain, read from the provider''s cache, and written to it.';
comment on column public.ai_usage.completion_tokens is 'All output tokens, including thoughts.';
comment on column public.ai_usage.is_estimated is
  'The provider may have charged, but did not report the tokens: these are the maximum that was reserved.';
comment on column public.ai_usage.cost_cents is 'US cents, not rounded, at the price valid at the time of the call. Null: the price is unknown.';
comment on column public.ai_usage.is_own_key is 'The call used the creator''s own key, and the creator pays the provider.';
comment on column public.ai_usage.outcome is 'valid, or what was wrong with the response.';
create index ai_usage_user_id_idx on public.ai_usage (user_id, created_at desc);
comment on index public.ai_usage_user_id_idx is 'Query "costs": where user_id = … and created_at >= ….';
create index ai_usage_content_item_id_idx on public.ai_usage (content_item_id);
comment on index public.ai_usage_content_item_id_idx is 'Serves the foreign key to content_item.';
create index ai_usage_suggestion_id_idx on public.ai_usage (suggestion_id);
comment on index public.ai_usage_suggestion_id_idx is 'Serves the foreign key to ai_suggestion.';
create index ai_usage_model_id_idx on public.ai_usage (model_id);
comment on index public.ai_usage_model_id_idx is 'Serves the foreign key to ai_model.';

create table public.trending_keyword (
  id uuid not null default gen_random_uuid(),
  keyword text not null,
  language text not null default '',
  category_code text not null default '',
  source text not null,
  score numeric not null,
  growth numeric,
  people integer not null default 1,
  updated_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint trending_keyword_pkey primary key (id),
  constraint trending_keyword_key unique (source, language, category_code, keyword),
  constraint trending_keyword_length check (char_length(keyword) between 2 and 60),
  constraint trending_keyword_source_known check (source in ('clicks', 'content', 'feed')),
  constraint trending_keyword_score_range check (score between 0 and 100)
);
alter table public.trending_keyword enable row level security;
comment on table public.trending_keyword is
  'Keywords that people search for and that are growing, refreshed every six hours. None of them is invented by a model.';
comment on column public.trending_keyword.growth is 'This week divided by the week before; null: the keyword is new.';
comment on column public.trending_keyword.people is
  'Number of visitors who searched for it, or of creators who use it. Below three it is not used in prompts.';
comment on column public.trending_keyword.language is 'BCP 47, lower case; empty: any.';
comment on column public.trending_keyword.category_code is 'Empty: any.';

-- ## Tables in ops: prices, budgets, reservations

create table ops.ai_price (
  model_id uuid not null,
  valid_from timestamptz not null,
  min_prompt_tokens integer not null default 0,
  input numeric,
  cached_input numeric,
  cache_write numeric,
  cache_write_1h numeric,
  output numeric,
  constraint ai_price_pkey primary key (model_id, valid_from, min_prompt_tokens),
  constraint ai_price_model_id_fkey foreign key (model_id) references public.ai_model (id) on delete cascade,
  constraint ai_price_not_negative check (least(input, cached_input, cache_write, cache_write_1h, output) >= 0)
);
alter table ops.ai_price enable row level security;
comment on table ops.ai_price is 'US cents per million tokens of each kind, from a date on. A new price is a new row; past charges stay unchanged.';
comment on column ops.ai_price.min_prompt_tokens is
  'The row applies to prompts of at least this many tokens, for models that charge long prompts differently.';
comment on column ops.ai_price.cached_input is
  'Input that the provider read from its cache. Null: charged as input. cache_write also defaults to input, cache_write_1h to cache_write.';

create table ops.ai_month (
  id bigint generated always as identity,
  user_id uuid,
  month date not null,
  spent_cents numeric not null default 0,
  warned_percent smallint not null default 0,
  constraint ai_month_pkey primary key (id),
  constraint ai_month_key unique nulls not distinct (user_id, month),
  constraint ai_month_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade
);
alter table ops.ai_month enable row level security;
comment on table ops.ai_month is
  'The amount spent in a calendar month (UTC). A reservation locks the row, so that concurrent reservations cannot exceed the budget.';
comment on column ops.ai_month.user_id is 'Null: the whole installation, without the calls that creators pay with their own keys.';
comment on column ops.ai_month.warned_percent is 'The highest threshold (80, 100) for which a notification was sent.';

create table ops.ai_analysis (
  id uuid not null,
  user_id uuid not null,
  content_item_id uuid not null,
  reserved_at timestamptz not null default now(),
  expires_at timestamptz not null,
  outcome text,
  constraint ai_analysis_pkey primary key (id),
  constraint ai_analysis_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint ai_analysis_outcome_known check (outcome in ('done', 'failed', 'expired'))
);
alter table ops.ai_analysis enable row level security;
comment on table ops.ai_analysis is
  'A reserved unit of the plan, for a suggestion that is in progress or finished. If the worker dies, the unit is returned after expires_at.';
create index ai_analysis_open_idx on ops.ai_analysis (user_id, expires_at) where outcome is null;
comment on index ops.ai_analysis_open_idx is 'Serves release_ai_analyses().';
create index ai_analysis_user_id_idx on ops.ai_analysis (user_id);
comment on index ops.ai_analysis_user_id_idx is 'Serves the foreign key to users.';

create table ops.ai_reservation (
  id uuid not null default gen_random_uuid(),
  analysis_id uuid not null,
  user_id uuid not null,
  model_id uuid not null,
  is_own_key boolean not null,
  reserved_cents numeric,
  reserved_at timestamptz not null default now(),
  expires_at timestamptz not null,
  settled_at timestamptz,
  usage_id bigint,
  constraint ai_reservation_pkey primary key (id),
  constraint ai_reservation_analysis_id_fkey foreign key (analysis_id) references ops.ai_analysis (id) on delete cascade,
  constraint ai_reservation_model_id_fkey foreign key (model_id) references public.ai_model (id) on delete cascade
);
alter table ops.ai_reservation enable row level security;
comment on table ops.ai_reservation is
  'The maximum cost of a call in progress. Counts against budgets until it is settled or expires. Open reservations are summed each time: there is no counter that could leak.';
create index ai_reservation_open_idx on ops.ai_reservation (expires_at) where settled_at is null;
comment on index ops.ai_reservation_open_idx is 'Query "open": where settled_at is null and expires_at > now().';
create index ai_reservation_analysis_id_idx on ops.ai_reservation (analysis_id);
comment on index ops.ai_reservation_analysis_id_idx is 'Serves the foreign key to ai_analysis.';
create index ai_reservation_model_id_idx on ops.ai_reservation (model_id);
comment on index ops.ai_reservation_model_id_idx is 'Serves the foreign key to ai_model.';

-- ## Functions: prices and budgets

create function ops.ai_price_at(p_model_id uuid, p_at timestamptz, p_prompt_tokens integer) returns ops.ai_price
language sql stable security invoker set search_path = '' as $$
  select price from ops.ai_price as price
  where model_id = p_model_id and min_prompt_tokens <= p_prompt_tokens
    and valid_from = (select max(valid_from) from ops.ai_price where model_id = p_model_id and valid_from <= p_at)
  order by min_prompt_tokens desc
  limit 1;
$$;
comment on function ops.ai_price_at is 'Returns the price of a call at a given time, for a prompt of this many tokens; null when it is unknown.';

create function ops.ai_cost(p_price ops.ai_price, p_prompt bigint, p_cached bigint, p_write bigint, p_write_1h bigint, p_output bigint) returns numeric
language sql immutable parallel safe security invoker set search_path = '' as $$
  select ((p_prompt - p_cached - p_write - p_write_1h) * p_price.input
    + p_cached * coalesce(p_price.cached_input, p_price.input)
    + p_write * coalesce(p_price.cache_write, p_price.input)
    + p_write_1h * coalesce(p_price.cache_write_1h, p_price.cache_write, p_price.input)
    + p_output * p_price.output) * 0.000001;
$$;
comment on function ops.ai_cost is
  'Returns the exact US cents of a call. Each token is charged once, at the price of its kind. Null: the price is unknown.';

create function ops.mirror_ai_prices() returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_changed integer;
begin
  update public.ai_model as model
  set input_cost_per_1k_tokens = price.input * 0.001, output_cost_per_1k_tokens = price.output * 0.001
  from (select id, (ops.ai_price_at(id, now(), 0)).* from public.ai_model) as price
  where price.id = model.id
    and (model.input_cost_per_1k_tokens, model.output_cost_per_1k_tokens) is distinct from (price.input * 0.001, price.output * 0.001);
  get diagnostics v_changed = row_count;
  return v_changed;
end;
$$;
comment on function ops.mirror_ai_prices is 'For cron: copies the current prices to the models. Returns how many changed.';

create function ops.warn_of_ai_budget(p_user_id uuid, p_month date, p_budget numeric, p_refused boolean) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_percent smallint;
  v_spent numeric;
begin
  -- One statement: of several concurrent calls, only one notifies.
  update ops.ai_month
  set warned_percent = case when p_refused or spent_cents >= p_budget then 100 else 80 end
  where user_id is not distinct from p_user_id and month = p_month
    and warned_percent < case when p_refused or spent_cents >= p_budget then 100 when spent_cents >= p_budget * 0.8 then 80 else 0 end
  returning warned_percent, spent_cents into v_percent, v_spent;
  if not found then
    return;
  end if;
  insert into public.notification (user_id, type, title, message, data)
  select reader.id, case when v_percent = 100 then 'error' else 'warning' end::public.notification_type_enum,
    case when v_percent = 100 then 'The AI budget is used up' else 'The AI budget is nearly used up' end,
    format('%s of %s cents %s have been spent this month. %s', round(v_spent, 2), round(p_budget, 2),
      case when p_user_id is null then 'of the installation budget' else 'of your budget' end,
      case when v_percent = 100 then 'No more suggestions are generated until the budget is raised or the month ends.'
        else 'Suggestions stop when the budget is used up.' end),
    jsonb_build_object('kind', 'ai_budget', 'percent', v_percent, 'scope', case when p_user_id is null then 'installation' else 'creator' end)
  from (select p_user_id as id where p_user_id is not null
    union all select user_id from public.user_role where role = 'admin' and p_user_id is null) as reader;
end;
$$;
comment on function ops.warn_of_ai_budget is 'Notifies a creator, or the admins, once at 80 and once at 100 percent.';

create function ops.release_ai_analyses(p_user_id uuid default null) returns integer
language sql volatile security invoker set search_path = '' as $$
  with dead as (
    update ops.ai_analysis set outcome = 'expired'
    where id = any (array(
      select id from ops.ai_analysis
      where outcome is null and expires_at < now() and (p_user_id is null or user_id = p_user_id)
      order by user_id limit 1000 for update skip locked))
    returning user_id, reserved_at
  )
  select count(ops.return_quota(user_id, 'ai_analyses', 1, reserved_at))::integer from dead;
$$;
comment on function ops.release_ai_analyses is
  'For cron, and before a reservation: returns the units of analyses whose worker died. Returns how many.';

create function ops.keep_ai_house() returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  perform ops.release_ai_analyses();
  perform ops.mirror_ai_prices();
  delete from ops.ai_analysis where id = any (array(
    select id from ops.ai_analysis where outcome is not null and reserved_at < now() - interval '7 days' limit 5000 for update skip locked));
  delete from public.trending_keyword where expires_at < now();
end;
$$;
comment on function ops.keep_ai_house is
  'For cron, every minute: returns the units of dead analyses, updates prices, and deletes old analyses and expired keywords.';

-- ## Functions: an analysis

create function public.begin_ai_analysis(p_user_id uuid, p_content_item_id uuid, p_provider text default null, p_model text default null)
returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_item public.content_item;
  v_platform text;
  v_setting public.user_ai_setting;
  v_user_language text;
  v_first uuid;
  v_fingerprint text;
  v_candidates jsonb;
begin
  select * into v_item from public.content_item where id = p_content_item_id and user_id = p_user_id and deleted_at is null;
  if not found then
    raise exception using errcode = 'SVG03', message = format('Cannot find the content item: none with id %s belongs to you', p_content_item_id),
      detail = jsonb_build_object('resource', 'content_item', 'id', p_content_item_id);
  end if;
  select platform.slug into v_platform
  from public.social_account as account join public.platform as platform on platform.id = account.platform_id
  where account.id = v_item.social_account_id;
  select * into v_setting from public.user_ai_setting where user_id = p_user_id;
  select language into v_user_language from public.user_setting where user_id = p_user_id;
  if p_provider is not null and not exists (select from public.ai_provider where slug = p_provider) then
    raise exception using errcode = 'SVG01', message = format('There is no AI provider named %s', left(p_provider, 60));
  elsif p_model is not null and not exists (
    select from public.ai_model as model join public.ai_provider as provider on provider.id = model.provider_id
    where model.slug = p_model and (p_provider is null or provider.slug = p_provider)) then
    raise exception using errcode = 'SVG01', message = format('There is no AI model named %s', left(p_model, 60));
  end if;

  with recursive wanted as (
    -- In this order: the requested model; the creator's model or the default of the requested provider; the creator's model; the default of
    -- the creator's provider; the default of the first fallback provider.
    select 0::bigint as place, model.id
    from public.ai_model as model join public.ai_provider as provider on provider.id = model.provider_id
    where case when p_model is not null then model.slug = p_model
      when p_provider is not null then provider.slug = p_provider and (model.id = v_setting.model_id or model.is_default)
      when v_setting.model_id is not null then model.id = v_setting.model_id
      when v_setting.provider_id is not null then provider.id = v_setting.provider_id and model.is_default
      else provider.slug = (coalesce(v_setting.fallback_providers, '{openai}') || '{openai}'::text[])[1] and model.is_default end
    union all
    select fallback.place, model.id
    from unnest(coalesce(v_setting.fallback_providers, array['openai', 'anthropic', 'google', 'local'])) with ordinality as fallback (slug, place)
    join public.ai_provider as provider on provider.slug = fallback.slug
    join public.ai_model as model on model.provider_id = provider.id and model.is_default
  ), living as (
    select place, id, 0 as steps from wanted
    union all
    select living.place, model.replaced_by, living.steps + 1
    from living join public.ai_model as model on model.id = living.id
    where model.retired_at <= now() and model.replaced_by is not null and living.steps < 10
  ), first_of_each as (
    select distinct on (provider.slug) living.place, model.id, model.slug, provider.slug as provider,
      model.max_output_tokens, model.context_tokens,
      (select decrypted_secret from vault.decrypted_secrets where name = v_setting.key_secret_names ->> provider.slug) as key
    from living
    join public.ai_model as model on model.id = living.id
    join public.ai_provider as provider on provider.id = model.provider_id
    where model.retired_at is null or model.retired_at > now()
    order by provider.slug, living.place, model.id = v_setting.model_id desc, model.is_default
  )
  select jsonb_agg(jsonb_build_object('model_id', id, 'model', slug, 'provider', provider, 'max_output_tokens', max_output_tokens,
    'context_tokens', context_tokens, 'key', key) order by place)
  into v_candidates
  from first_of_each;
  v_first := (v_candidates -> 0 ->> 'model_id')::uuid;
  v_fingerprint := encode(sha256(convert_to(jsonb_build_array(v_item.title, v_item.description, v_item.tags, v_item.hashtags, v_item.language,
    v_item.category_code, v_platform, coalesce(v_setting.tone, 'natural'), coalesce(v_setting.language, v_user_language))::text, 'UTF8')), 'hex');

  return jsonb_build_object(
    'item', jsonb_build_object('id', v_item.id, 'platform', v_platform, 'content_type', v_item.content_type, 'title', v_item.title,
      'description', v_item.description, 'tags', to_jsonb(v_item.tags), 'hashtags', to_jsonb(v_item.hashtags),
      'language', v_item.language, 'category', v_item.category_code),
    'tone', coalesce(v_setting.tone, 'natural'),
    'language', coalesce(v_setting.language, v_item.language, v_user_language),
    'candidates', coalesce(v_candidates, '[]'),
    'fingerprint', v_fingerprint,
    'cached', (
      select to_jsonb(suggestion) from public.ai_suggestion as suggestion
      where content_item_id = v_item.id and requested_model_id = v_first and fingerprint = v_fingerprint and feedback is distinct from 'dropped'
      order by created_at desc limit 1),
    -- How titles with each pattern performed on the same account: their views divided by the account's average.
    'past', (
      with recent as (
        select title, views_count, published_at from public.content_item
        where social_account_id = v_item.social_account_id and deleted_at is null and id <> v_item.id and title <> ''
        order by published_at desc limit 200
      ), average as (select nullif(avg(views_count), 0) as views from recent)
      select jsonb_build_object(
        'best_titles', (select coalesce(jsonb_agg(title), '[]') from (select left(title, 200) as title from recent order by views_count desc limit 5) as best),
        'patterns', (
          select coalesce(jsonb_agg(jsonb_build_object('pattern', name, 'items', items, 'views_ratio', round(seen / average.views, 2))
            order by seen desc), '[]')
          from average, (
            select name, count(*) as items, avg(views_count) as seen
            from recent, lateral (values ('asks a question', title like '%?%'), ('has a number', title ~ '[0-9]'),
              ('50 characters or fewer', char_length(title) <= 50), ('more than 70 characters', char_length(title) > 70),
              ('has a part after a colon or bar', title ~ '[:|]')) as pattern (name, holds)
            where holds group by name having count(*) >= 3) as pattern
          where average.views is not null))),
    'trending', (
      select coalesce(jsonb_agg(jsonb_build_object('keyword', keyword, 'score', score, 'growth', growth) order by score desc, keyword), '[]')
      from (
        select keyword, max(score) as score, max(growth) as growth from public.trending_keyword
        where expires_at > now() and people >= 3
          and language in ('', lower(split_part(coalesce(v_setting.language, v_item.language, v_user_language, ''), '-', 1)))
          and category_code in ('', coalesce(v_item.category_code, ''))
        group by keyword order by max(score) desc, keyword limit 40) as keyword));
end;
$$;
comment on function public.begin_ai_analysis is
  'Returns what an analysis needs: the item, the creator''s preferences, the models to try in order (with the creator''s own keys), what worked before, trending keywords, and an earlier suggestion for the same input.';

create function public.reserve_ai_call(p_analysis_id uuid, p_user_id uuid, p_content_item_id uuid, p_model_id uuid, p_prompt_tokens integer,
  p_max_tokens integer, p_is_own_key boolean, p_installation_budget_cents numeric default null, p_lease_seconds integer default 180)
returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_month constant date := date_trunc('month', now() at time zone 'UTC');
  v_price constant ops.ai_price := ops.ai_price_at(p_model_id, now(), p_prompt_tokens);
  v_budget numeric;
  v_amount numeric;
  v_scope record;
  v_spent numeric;
  v_open numeric;
  v_id uuid;
begin
  -- The highest price that a token of the prompt can have.
  v_amount := (p_prompt_tokens::bigint * greatest(v_price.input, v_price.cache_write, v_price.cache_write_1h) + p_max_tokens::bigint * v_price.output) * 0.000001;
  select monthly_budget_cents into v_budget from public.user_ai_setting where user_id = p_user_id;
  insert into ops.ai_month (user_id, month) values (null, v_month), (p_user_id, v_month) on conflict do nothing;
  -- Locks the installation before the creator, always in this order, to avoid deadlocks. Under the lock, all reservations of other calls
  -- are visible.
  for v_scope in
    select null::uuid as user_id, p_installation_budget_cents as budget where not p_is_own_key and p_installation_budget_cents is not null
    union all select p_user_id, v_budget where v_budget is not null
  loop
    select spent_cents into v_spent from ops.ai_month where user_id is not distinct from v_scope.user_id and month = v_month for update;
    select coalesce(sum(reserved_cents), 0) into v_open from ops.ai_reservation
    where settled_at is null and expires_at > now()
      and case when v_scope.user_id is null then not is_own_key else user_id = v_scope.user_id end;
    if v_amount is null or v_spent + v_open + v_amount > v_scope.budget then
      if v_amount is not null and v_open = 0 then
        perform ops.warn_of_ai_budget(v_scope.user_id, v_month, v_scope.budget, true);
      end if;
      return jsonb_build_object('refused', case when v_amount is null then 'unknown_price' when v_scope.user_id is null then 'installation' else 'creator' end,
        'budget_cents', v_scope.budget, 'spent_cents', v_spent, 'reserved_cents', v_open, 'needed_cents', v_amount);
    end if;
  end loop;
  if not exists (select from ops.ai_analysis where id = p_analysis_id) then
    perform ops.release_ai_analyses(p_user_id);
    perform ops.reserve_quota(p_user_id, 'ai_analyses', 1);
    insert into ops.ai_analysis (id, user_id, content_item_id, expires_at)
    values (p_analysis_id, p_user_id, p_content_item_id, now() + make_interval(secs => p_lease_seconds));
  else
    update ops.ai_analysis set expires_at = now() + make_interval(secs => p_lease_seconds)
    where id = p_analysis_id and user_id = p_user_id and outcome is null;
    if not found then
      raise exception using errcode = 'SVC02', message = 'This analysis has ended: start a new one';
    end if;
  end if;
  insert into ops.ai_reservation (analysis_id, user_id, model_id, is_own_key, reserved_cents, expires_at)
  values (p_analysis_id, p_user_id, p_model_id, p_is_own_key, v_amount, now() + make_interval(secs => p_lease_seconds))
  returning id into v_id;
  return jsonb_build_object('reservation_id', v_id, 'reserved_cents', v_amount);
end;
$$;
comment on function public.reserve_ai_call is
  'Before a call: reserves its maximum cost in the budgets and, for the first call of an analysis, a unit of the plan (SVQ01). Otherwise returns which budget is exhausted.';

create function public.end_ai_analysis(p_analysis_id uuid) returns void
language sql volatile security definer set search_path = '' as $$
  with failed as (
    update ops.ai_analysis set outcome = 'failed' where id = p_analysis_id and outcome is null returning user_id, reserved_at
  )
  select ops.return_quota(user_id, 'ai_analyses', 1, reserved_at) from failed;
$$;
comment on function public.end_ai_analysis is
  'Ends an analysis without a result and returns its unit of the plan. Repeating the call changes nothing.';

create function public.settle_ai_call(p_reservation_id uuid, p_usage jsonb, p_outcome text, p_duration_ms integer default null,
  p_suggestion jsonb default null, p_installation_budget_cents numeric default null)
returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_reservation ops.ai_reservation;
  v_analysis ops.ai_analysis;
  v_usage public.ai_usage;
  v_suggestion public.ai_suggestion;
  v_total numeric;
  v_is_known boolean;
  v_budget numeric;
  v_month date;
begin
  -- Settled once: a second caller changes nothing. An expired reservation is still settled, because its tokens were paid for.
  update ops.ai_reservation set settled_at = now() where id = p_reservation_id and settled_at is null returning * into v_reservation;
  if not found then
    raise exception using errcode = 'SVC02', message = 'This call does not exist or is already settled';
  end if;
  v_month := date_trunc('month', v_reservation.reserved_at at time zone 'UTC');
  select * into v_analysis from ops.ai_analysis where id = v_reservation.analysis_id;
  insert into public.ai_usage (user_id, content_item_id, model_id, operation_type, prompt_tokens, cached_tokens, cache_write_tokens,
    cache_write_1h_tokens, completion_tokens, thought_tokens, is_estimated, cost_cents, is_own_key, outcome, duration_ms, billing_cycle_start,
    billing_cycle_end)
  select v_reservation.user_id, (select id from public.content_item where id = v_analysis.content_item_id), v_reservation.model_id, 'generate_tags',
    usage.prompt_tokens, usage.cached_tokens, usage.cache_write_tokens, usage.cache_write_1h_tokens, usage.completion_tokens, usage.thought_tokens,
    coalesce(usage.is_estimated, false),
    -- Without tokens the cost is zero, whatever the price.
    case when usage.prompt_tokens = 0 and usage.completion_tokens = 0 then 0 else
      ops.ai_cost(ops.ai_price_at(v_reservation.model_id, v_reservation.reserved_at, usage.prompt_tokens), usage.prompt_tokens, usage.cached_tokens,
        usage.cache_write_tokens, usage.cache_write_1h_tokens, usage.completion_tokens) end,
    v_reservation.is_own_key, p_outcome, p_duration_ms, subscription.cycle_start_date, subscription.cycle_end_date
  from jsonb_to_record(p_usage) as usage (prompt_tokens integer, cached_tokens integer, cache_write_tokens integer, cache_write_1h_tokens integer,
    completion_tokens integer, thought_tokens integer, is_estimated boolean)
  join public.subscription as subscription on subscription.user_id = v_reservation.user_id
  returning * into v_usage;
  update ops.ai_reservation set usage_id = v_usage.id where id = p_reservation_id;

  if not v_reservation.is_own_key then
    insert into ops.ai_month as month (user_id, month, spent_cents) values (null, v_month, coalesce(v_usage.cost_cents, 0))
    on conflict on constraint ai_month_key do update set spent_cents = month.spent_cents + excluded.spent_cents;
    if p_installation_budget_cents is not null then
      perform ops.warn_of_ai_budget(null, v_month, p_installation_budget_cents, false);
    end if;
  end if;
  insert into ops.ai_month as month (user_id, month, spent_cents) values (v_reservation.user_id, v_month, coalesce(v_usage.cost_cents, 0))
  on conflict on constraint ai_month_key do update set spent_cents = month.spent_cents + excluded.spent_cents;
  select monthly_budget_cents into v_budget from public.user_ai_setting where user_id = v_reservation.user_id;
  if v_budget is not null then
    perform ops.warn_of_ai_budget(v_reservation.user_id, v_month, v_budget, false);
  end if;

  select sum(usage.cost_cents), bool_and(usage.cost_cents is not null) into v_total, v_is_known
  from ops.ai_reservation as reservation join public.ai_usage as usage on usage.id = reservation.usage_id
  where reservation.analysis_id = v_reservation.analysis_id;
  v_total := case when v_is_known then v_total end;
  if p_suggestion is not null then
    -- Also when the analysis had expired: the call is paid for, and the creator keeps its result.
    update ops.ai_analysis set outcome = 'done' where id = v_reservation.analysis_id;
    v_suggestion := jsonb_populate_record(null::public.ai_suggestion, p_suggestion);
    insert into public.ai_suggestion (user_id, content_item_id, model_id, requested_model_id, fingerprint, suggested_titles, suggested_descriptions,
      suggested_tags, suggested_hashtags, suggested_category, trending_keywords, trending_score, trending_parts, seo_score, seo_parts,
      total_cost_cents, was_repaired)
    values (v_reservation.user_id, v_analysis.content_item_id, v_reservation.model_id, v_suggestion.requested_model_id, v_suggestion.fingerprint,
      v_suggestion.suggested_titles, v_suggestion.suggested_descriptions, v_suggestion.suggested_tags, v_suggestion.suggested_hashtags,
      v_suggestion.suggested_category, v_suggestion.trending_keywords, v_suggestion.trending_score, v_suggestion.trending_parts,
      v_suggestion.seo_score, v_suggestion.seo_parts, v_total, coalesce(v_suggestion.was_repaired, false))
    returning * into v_suggestion;
    update public.ai_usage set suggestion_id = v_suggestion.id
    where id = any (array(select usage_id from ops.ai_reservation where analysis_id = v_reservation.analysis_id and usage_id is not null));
  end if;
  return jsonb_build_object('cost_cents', v_usage.cost_cents, 'total_cost_cents', v_total,
    'suggestion', case when p_suggestion is not null then to_jsonb(v_suggestion) end);
end;
$$;
comment on function public.settle_ai_call is
  'After a call: records its cost at the price valid at its time, frees its reservation, and stores its suggestion, if any. Once per reservation (SVC02).';

-- ## Functions: what creators do

-- Security definer: writes Vault, only for the caller.
create function ops.set_ai_key(p_provider text, p_key text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_name constant text := format('ai_key_%s_%s', p_provider, auth.uid());
  v_secret_id uuid;
begin
  if auth.uid() is null then
    raise exception using errcode = 'SVG02', message = 'Keys can be set only for yourself';
  elsif not exists (select from public.ai_provider where slug = p_provider) then
    raise exception using errcode = 'SVG01', message = format('There is no AI provider named %s', left(p_provider, 60));
  elsif p_key !~ '^[!-~]+$' or char_length(p_key) not between 8 and 400 then
    raise exception using errcode = 'SVG01', message = 'Cannot store this key: expected 8 to 400 visible ASCII characters without spaces';
  end if;
  insert into public.user_ai_setting (user_id) values (auth.uid()) on conflict do nothing;
  -- The row lock serializes concurrent calls of one person.
  perform from public.user_ai_setting where user_id = auth.uid() for update;
  select id into v_secret_id from vault.secrets where name = v_name;
  if p_key is null then
    delete from vault.secrets where id = v_secret_id;
  elsif v_secret_id is null then
    perform vault.create_secret(p_key, v_name, 'StreamVibe: a creator''s own key of an AI provider');
  else
    perform vault.update_secret(v_secret_id, p_key);
  end if;
  update public.user_ai_setting
  set key_secret_names = case when p_key is null then key_secret_names - p_provider else key_secret_names || jsonb_build_object(p_provider, v_name) end
  where user_id = auth.uid();
  return p_key is not null;
end;
$$;
comment on function ops.set_ai_key is 'See public.set_ai_key.';

create function public.set_ai_key(p_provider text, p_key text default null) returns boolean
language sql volatile security invoker set search_path = '' begin atomic
  select ops.set_ai_key(p_provider, p_key);
end;
comment on function public.set_ai_key is
  'Stores the caller''s own key for a provider in Vault; null removes it. It can never be read back. Returns whether a key is stored now.';

create function ops.item_texts(p_item public.content_item) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object('title', p_item.title, 'description', p_item.description, 'tags', p_item.tags, 'hashtags', p_item.hashtags,
    'category', p_item.category_code);
$$;
comment on function ops.item_texts is 'Returns the fields of an item that suggestions cover.';

create function ops.merge_tags(p_have text[], p_more text[], p_characters integer, p_count integer) returns text[]
language plpgsql immutable parallel safe security invoker set search_path = '' as $$
declare
  v_tag text;
  v_all text[] := p_have;
  v_length integer := char_length(array_to_string(p_have, ','));
begin
  foreach v_tag in array p_more loop
    continue when lower(v_tag) = any (array(select lower(tag) from unnest(v_all) as tag));
    exit when cardinality(v_all) >= p_count;
    continue when v_length + char_length(v_tag) + 1 > p_characters;
    v_all := v_all || v_tag;
    v_length := v_length + char_length(v_tag) + 1;
  end loop;
  return v_all;
end;
$$;
comment on function ops.merge_tags is 'Keeps the existing tags and appends the new ones that fit.';

-- Security definer: writes the application, after checking that the suggestion is the caller's.
create function ops.apply_ai_suggestion(p_suggestion_id uuid, p_fields text[], p_choices jsonb, p_is_preview boolean) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_suggestion public.ai_suggestion;
  v_item public.content_item;
  v_is_youtube boolean;
  v_before jsonb;
  v_after jsonb;
  v_fields text[];
  v_application_id uuid;
begin
  select * into v_suggestion from public.ai_suggestion where id = p_suggestion_id and user_id = auth.uid();
  if not found then
    raise exception using errcode = 'SVG03', message = format('Cannot find the suggestion: none with id %s belongs to you', p_suggestion_id),
      detail = jsonb_build_object('resource', 'suggestion', 'id', p_suggestion_id);
  end if;
  select * into v_item from public.content_item where id = v_suggestion.content_item_id and deleted_at is null for update;
  if not found then
    raise exception using errcode = 'SVG03', message = 'Cannot apply the suggestion: its item was deleted',
      detail = jsonb_build_object('resource', 'content_item', 'id', v_suggestion.content_item_id);
  end if;
  v_is_youtube := exists (
    select from public.social_account as account join public.platform as platform on platform.id = account.platform_id
    where account.id = v_item.social_account_id and platform.slug = 'youtube');
  v_before := ops.item_texts(v_item);
  v_after := jsonb_build_object(
    'title', v_suggestion.suggested_titles[coalesce((p_choices ->> 'title')::integer, 0) + 1],
    'description', v_suggestion.suggested_descriptions[coalesce((p_choices ->> 'description')::integer, 0) + 1],
    'tags', ops.merge_tags(v_item.tags, v_suggestion.suggested_tags, case when v_is_youtube then 500 else 5000 end, 500),
    'hashtags', ops.merge_tags(v_item.hashtags, v_suggestion.suggested_hashtags, 2200, 30),
    'category', coalesce(v_suggestion.suggested_category, v_item.category_code));
  if (v_after ->> 'title') is null or (v_after ->> 'description') is null then
    raise exception using errcode = 'SVG01', message = 'Cannot apply the suggestion: it has no title or description with this number; the first is 0';
  end if;
  v_fields := array(select field from unnest(p_fields) with ordinality as wanted (field, place)
    where v_before -> field is distinct from v_after -> field group by field order by min(place));
  if not p_is_preview and cardinality(v_fields) > 0 then
    perform set_config('streamvibe.is_applying', 'on', true);
    update public.content_item
    set title = case when 'title' = any (v_fields) then v_after ->> 'title' else title end,
      description = case when 'description' = any (v_fields) then v_after ->> 'description' else description end,
      tags = case when 'tags' = any (v_fields) then array(select jsonb_array_elements_text(v_after -> 'tags')) else tags end,
      hashtags = case when 'hashtags' = any (v_fields) then array(select jsonb_array_elements_text(v_after -> 'hashtags')) else hashtags end,
      category_code = case when 'category' = any (v_fields) then v_after ->> 'category' else category_code end
    where id = v_item.id;
    perform set_config('streamvibe.is_applying', 'off', true);
    insert into public.ai_suggestion_application (suggestion_id, user_id, content_item_id, fields, before, after)
    values (v_suggestion.id, v_suggestion.user_id, v_item.id, v_fields,
      (select jsonb_object_agg(field, v_before -> field) from unnest(v_fields) as field),
      (select jsonb_object_agg(field, v_after -> field) from unnest(v_fields) as field))
    returning id into v_application_id;
    update public.ai_suggestion set feedback = 'kept' where id = v_suggestion.id;
    select * into v_item from public.content_item where id = v_item.id;
  end if;
  return jsonb_build_object('application_id', v_application_id,
    'changes', (select coalesce(jsonb_agg(jsonb_build_object('field', field, 'before', v_before -> field, 'after', v_after -> field)), '[]') from unnest(v_fields) as field),
    'content_item', jsonb_build_object('id', v_item.id, 'title', v_item.title, 'description', v_item.description, 'tags', v_item.tags,
      'hashtags', v_item.hashtags, 'category_code', v_item.category_code, 'updated_at', v_item.updated_at));
end;
$$;
comment on function ops.apply_ai_suggestion is 'See public.apply_ai_suggestion.';

create function public.apply_ai_suggestion(p_suggestion_id uuid, p_fields text[], p_choices jsonb default '{}', p_is_preview boolean default false)
returns jsonb
language sql volatile security invoker set search_path = '' begin atomic
  select ops.apply_ai_suggestion(p_suggestion_id, p_fields, p_choices, p_is_preview);
end;
comment on function public.apply_ai_suggestion is
  'Applies fields of one of the caller''s suggestions to its item, as an edit by the caller; a preview only returns the changes. Choices are the numbers of the title and the description, from 0.';

create function ops.undo_ai_application(p_application_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_application public.ai_suggestion_application;
  v_item public.content_item;
  v_now jsonb;
  v_fields text[];
begin
  update public.ai_suggestion_application set undone_at = now()
  where id = p_application_id and user_id = auth.uid() and undone_at is null returning * into v_application;
  if not found then
    raise exception using errcode = 'SVG03', message = format('Cannot undo: no application with id %s belongs to you, or it is already undone', p_application_id),
      detail = jsonb_build_object('resource', 'application', 'id', p_application_id);
  end if;
  select * into v_item from public.content_item where id = v_application.content_item_id for update;
  v_now := ops.item_texts(v_item);
  -- Fields that the creator has edited since then stay.
  v_fields := array(select field from unnest(v_application.fields) as field where v_now -> field = v_application.after -> field);
  update public.content_item
  set title = case when 'title' = any (v_fields) then v_application.before ->> 'title' else title end,
    description = case when 'description' = any (v_fields) then v_application.before ->> 'description' else description end,
    tags = case when 'tags' = any (v_fields) then array(select jsonb_array_elements_text(v_application.before -> 'tags')) else tags end,
    hashtags = case when 'hashtags' = any (v_fields) then array(select jsonb_array_elements_text(v_application.before -> 'hashtags')) else hashtags end,
    category_code = case when 'category' = any (v_fields) then v_application.before ->> 'category' else category_code end
  where id = v_item.id;
  update public.ai_suggestion set feedback = 'dropped' where id = v_application.suggestion_id;
  return jsonb_build_object('undone_fields', v_fields,
    'kept_fields', array(select field from unnest(v_application.fields) as field where field <> all (v_fields)));
end;
$$;
comment on function ops.undo_ai_application is 'See public.undo_ai_application.';

create function public.undo_ai_application(p_application_id uuid) returns jsonb
language sql volatile security invoker set search_path = '' begin atomic
  select ops.undo_ai_application(p_application_id);
end;
comment on function public.undo_ai_application is 'Restores what an application of the caller''s changed, except for fields that were edited since.';

create function public.get_ai_costs(p_since timestamptz default null, p_until timestamptz default null) returns jsonb
language sql stable security invoker set search_path = '' as $$
  with own as (
    select usage.*, model.slug as model, provider.slug as provider
    from public.ai_usage as usage
    join public.ai_model as model on model.id = usage.model_id
    join public.ai_provider as provider on provider.id = model.provider_id
    where usage.user_id = (select auth.uid()) and usage.created_at >= coalesce(p_since, now() - interval '30 days')
      and usage.created_at < coalesce(p_until, 'infinity')
  )
  select jsonb_build_object(
    'rows', (
      select coalesce(jsonb_agg(to_jsonb(daily) order by day, model), '[]') from (
        select (created_at at time zone 'UTC')::date as day, provider, model, is_own_key, count(*)::integer as calls,
          sum(prompt_tokens)::bigint as prompt_tokens, sum(cached_tokens)::bigint as cached_tokens, sum(completion_tokens)::bigint as completion_tokens,
          sum(cost_cents) as cost_cents, coalesce(sum(cost_cents) filter (where is_estimated), 0) as estimated_cents,
          (count(*) filter (where cost_cents is null))::integer as calls_of_unknown_cost
        from own group by 1, 2, 3, 4) as daily),
    'total_cents', (select coalesce(sum(cost_cents), 0) from own where not is_own_key),
    'own_key_cents', (select coalesce(sum(cost_cents), 0) from own where is_own_key),
    'budget_cents', (select monthly_budget_cents from public.user_ai_setting where user_id = (select auth.uid())),
    'acceptance', (
      select coalesce(jsonb_agg(to_jsonb(accepted) order by model), '[]') from (
        select model.slug as model, count(*)::integer as suggestions, (count(*) filter (where feedback = 'kept'))::integer as kept,
          (count(*) filter (where feedback = 'edited'))::integer as edited, (count(*) filter (where feedback = 'dropped'))::integer as dropped
        from public.ai_suggestion as suggestion join public.ai_model as model on model.id = suggestion.model_id
        where suggestion.user_id = (select auth.uid()) group by model.slug) as accepted));
$$;
comment on function public.get_ai_costs is
  'Returns the caller''s own costs by day and model, for charts, and how the suggestions of each model were used.';

-- ## Functions: trending keywords

create function ops.keep_trending(p_source text, p_rows jsonb) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_kept integer;
begin
  insert into public.trending_keyword as known (keyword, language, category_code, source, score, growth, people, expires_at)
  select distinct on (keyword, language, category) keyword, language, category, p_source, least(100, greatest(0, score)), growth, people, now() + interval '2 days'
  from (
    select lower(btrim(given.keyword)) as keyword, lower(split_part(coalesce(given.language, ''), '-', 1)) as language,
      coalesce(given.category, '') as category, coalesce(given.score, 50) as score, given.growth, coalesce(given.people, 1) as people
    from jsonb_to_recordset(p_rows) as given (keyword text, language text, category text, score numeric, growth numeric, people integer)) as given
  where char_length(keyword) between 2 and 60 and ops.is_visible(keyword)
    -- Anything that looks like an address, a handle or a phone number is not a keyword.
    and keyword !~ '@|://|www\.|[0-9]{6,}|[[:cntrl:]]'
  order by keyword, language, category, score desc
  on conflict on constraint trending_keyword_key do update
  set score = excluded.score, growth = excluded.growth, people = excluded.people, updated_at = now(), expires_at = excluded.expires_at;
  get diagnostics v_kept = row_count;
  return v_kept;
end;
$$;
comment on function ops.keep_trending is 'Stores the keywords of a source for two days.';

create function public.update_trending_keywords(p_feed jsonb default '[]') returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  -- Days are in UTC, whatever the time zone of the database.
  v_today constant date := (now() at time zone 'utc')::date;
  v_rows jsonb;
  v_updated integer;
begin
  -- Growing keywords: tags of public items, by the views gained this week and the week before.
  with gain as (
    select stat.content_item_id,
      max(stat.views) filter (where stat.day > v_today - 7) - coalesce(max(stat.views) filter (where stat.day <= v_today - 7), 0) as this_week,
      coalesce(max(stat.views) filter (where stat.day <= v_today - 7) - min(stat.views) filter (where stat.day > v_today - 14), 0) as week_before
    from ops.content_stat_daily as stat
    where stat.day > v_today - 21
    group by stat.content_item_id
  ), tagged as (
    select lower(tag) as keyword, lower(split_part(coalesce(item.language, ''), '-', 1)) as language, coalesce(item.category_code, '') as category,
      sum(gain.this_week) as this_week, sum(gain.week_before) as week_before, count(distinct item.user_id)::integer as people
    from gain join public.content_item as item on item.id = gain.content_item_id
    join ops.public_item as visible on visible.id = item.id, unnest(item.tags || item.hashtags) as tag
    where gain.this_week > 0
    group by 1, 2, 3
    order by sum(gain.this_week) desc limit 2000
  )
  select coalesce(jsonb_agg(jsonb_build_object('keyword', keyword, 'language', language, 'category', category, 'people', people,
    'growth', case when week_before > 0 then round(this_week / week_before, 3) end,
    'score', round((100 * ln(1 + this_week::double precision) / nullif(ln(1 + top::double precision), 0))::numeric, 2))), '[]')
  into v_rows from (select *, max(this_week) over () as top from tagged) as tagged;
  v_updated := ops.keep_trending('content', v_rows);

  -- Searched keywords: searches that led to a click, if module 005, which counts clicks, is installed. Dynamic SQL, because this module is
  -- applied before that table exists.
  if to_regclass('public.content_click') is not null then
    execute $query$
      with searched as (
        select lower(btrim(click.query)) as keyword, lower(split_part(coalesce(item.language, ''), '-', 1)) as language, coalesce(item.category_code, '') as category,
          count(*) filter (where click.clicked_at > now() - interval '7 days') as this_week,
          count(*) filter (where click.clicked_at <= now() - interval '7 days') as week_before,
          count(distinct click.visitor)::integer as people
        from public.content_click as click join public.content_item as item on item.id = click.content_id
        where click.query is not null and click.is_counted and click.clicked_at > now() - interval '14 days'
        group by 1, 2, 3
        -- A search by fewer visitors may be about one person.
        having count(distinct click.visitor) >= 3
        order by count(*) desc limit 2000
      )
      select coalesce(jsonb_agg(jsonb_build_object('keyword', keyword, 'language', language, 'category', category, 'people', people,
        'growth', case when week_before > 0 then round(this_week::numeric / week_before, 3) end,
        'score', round((100 * ln(1 + this_week::double precision) / nullif(ln(1 + top::double precision), 0))::numeric, 2))), '[]')
      from (select *, max(this_week) over () as top from searched where this_week > 0) as searched
    $query$ into v_rows;
    v_updated := v_updated + ops.keep_trending('clicks', v_rows);
  end if;
  v_updated := v_updated + ops.keep_trending('feed', (
    select coalesce(jsonb_agg(feed.value || '{"people": 3}'), '[]') from jsonb_array_elements(p_feed) as feed where jsonb_typeof(feed.value) = 'object'));
  return v_updated;
end;
$$;
comment on function public.update_trending_keywords is
  'Rebuilds the keywords from our own clicks and growth, and from rows of an external feed: keyword, language, category, score, growth. Returns how many were written.';

-- ## Triggers

-- Security definer: creators may not write applications, and may lack the right to write feedback.
create function ops.note_edited_suggestions() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_old constant jsonb := ops.item_texts(old);
  v_new constant jsonb := ops.item_texts(new);
begin
  update public.ai_suggestion set feedback = 'edited'
  where feedback = 'kept' and id = any (array(
    select application.suggestion_id from public.ai_suggestion_application as application, unnest(application.fields) as field
    where application.content_item_id = new.id and application.undone_at is null
      and v_old -> field = application.after -> field and v_new -> field <> application.after -> field));
  return null;
end;
$$;
comment on function ops.note_edited_suggestions is
  'Trigger: the creator changes a field that came from a suggestion, so the suggestion counts as edited instead of kept.';

create trigger content_item_note_edited_suggestions after update of title, description, tags, hashtags, category_code on public.content_item
  for each row
  -- Neither a sync nor an applied suggestion is an edit. An undone application is marked before its item is restored.
  when (auth.uid() is not null and current_setting('streamvibe.is_applying', true) is distinct from 'on'
    and (old.title, old.description, old.tags, old.hashtags, old.category_code)
      is distinct from (new.title, new.description, new.tags, new.hashtags, new.category_code))
  execute function ops.note_edited_suggestions();

-- Security definer: deletes from Vault, which the roles that may delete a setting may not do.
create function ops.forget_ai_keys() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from vault.secrets where name in (select value from jsonb_each_text(old.key_secret_names));
  return null;
end;
$$;
comment on function ops.forget_ai_keys is 'Trigger: deletes the keys of a deleted setting, also when its owner was deleted.';

create trigger user_ai_setting_forget_keys after delete on public.user_ai_setting for each row execute function ops.forget_ai_keys();
create trigger ai_provider_touch_updated_at before update on public.ai_provider for each row execute function ops.touch_updated_at();
create trigger ai_suggestion_touch_updated_at before update on public.ai_suggestion for each row execute function ops.touch_updated_at();
create trigger ai_model_touch_updated_at before update on public.ai_model for each row execute function ops.touch_updated_at();
create trigger user_ai_setting_touch_updated_at before update on public.user_ai_setting for each row execute function ops.touch_updated_at();

-- ## Policies

create policy "Everybody signed in reads the AI providers" on public.ai_provider for select to authenticated using (true);
create policy "Everybody signed in reads the AI models" on public.ai_model for select to authenticated using (true);
create policy "Creators read their own AI settings" on public.user_ai_setting
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators make their own AI settings" on public.user_ai_setting
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy "Creators edit their own AI settings" on public.user_ai_setting
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "Creators read their own suggestions" on public.ai_suggestion
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators say what they think of their own suggestions" on public.ai_suggestion
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "Creators read their own applications" on public.ai_suggestion_application
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Creators read their own usage" on public.ai_usage
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Everybody signed in reads what trends in words" on public.trending_keyword for select to authenticated using (true);
create policy "Only functions read prices" on ops.ai_price for all to postgres using (true) with check (true);
create policy "Only functions keep budgets" on ops.ai_month for all to postgres using (true) with check (true);
create policy "Only functions keep analyses" on ops.ai_analysis for all to postgres using (true) with check (true);
create policy "Only functions keep reservations" on ops.ai_reservation for all to postgres using (true) with check (true);

-- ## Grants

grant select on public.ai_provider, public.ai_model, public.user_ai_setting, public.ai_suggestion, public.ai_suggestion_application,
  public.ai_usage, public.trending_keyword to authenticated;
-- Not the names of secrets: only set_ai_key() writes them.
grant insert (user_id, provider_id, model_id, fallback_providers, tone, language, monthly_budget_cents),
  update (provider_id, model_id, fallback_providers, tone, language, monthly_budget_cents) on public.user_ai_setting to authenticated;
grant update (feedback) on public.ai_suggestion to authenticated;
grant select, insert, update, delete on public.ai_provider, public.ai_model, public.user_ai_setting, public.trending_keyword to service_role;
-- No insert, update or delete: only functions write what was spent, and nobody rewrites it.
grant select on public.ai_suggestion, public.ai_suggestion_application, public.ai_usage to service_role;

-- Who may execute what. Module 000 revoked the defaults: only its owner may execute a function that is not named here.
grant execute on function
  ops.set_ai_key, public.set_ai_key, ops.apply_ai_suggestion, public.apply_ai_suggestion, ops.undo_ai_application, public.undo_ai_application,
  public.get_ai_costs
  to authenticated;
grant execute on function
  public.begin_ai_analysis, public.reserve_ai_call, public.settle_ai_call, public.end_ai_analysis, public.update_trending_keywords
  to service_role;

-- ## Reference rows

insert into public.ai_provider (slug, display_name, sort_order)
values ('openai', 'OpenAI', 1), ('anthropic', 'Anthropic', 2), ('google', 'Google AI', 3), ('local', 'Local', 4)
on conflict (slug) do update set display_name = excluded.display_name, sort_order = excluded.sort_order;

-- Prices and retirement dates as published by the vendors, read on 2026-11-20.
insert into public.ai_model (provider_id, slug, display_name, is_default, context_tokens, max_output_tokens, retired_at)
select provider.id, model.slug, model.display_name, model.is_default, model.context_tokens, model.max_output_tokens, model.retired_at
from (values
  ('openai', 'gpt-4o', 'GPT-4o', false, 128000, 16384, timestamptz '2027-01-14 00:00+00'),
  ('openai', 'gpt-4o-mini', 'GPT-4o Mini', false, 128000, 16384, '2027-01-14 00:00+00'),
  ('anthropic', 'claude-3-5-sonnet-20241022', 'Claude 3.5 Sonnet', false, 200000, 8192, '2025-10-28 00:00+00'),
  ('google', 'gemini-1.5-pro', 'Gemini 1.5 Pro', false, 1000000, 8192, '2025-09-30 00:00+00'),
  ('local', 'llama3.2', 'Llama 3.2', true, 8192, 4096, null),
  ('openai', 'gpt-6-luna', 'GPT-6 Luna', true, 400000, 32768, null),
  ('openai', 'gpt-6.1-sol', 'GPT-6.1 Sol', false, 400000, 32768, null),
  ('anthropic', 'claude-sonnet-5-5', 'Claude Sonnet 5.5', true, 200000, 32768, null),
  ('anthropic', 'claude-haiku-5-5', 'Claude Haiku 5.5', false, 200000, 32768, null),
  ('anthropic', 'claude-opus-5-5', 'Claude Opus 5.5', false, 200000, 32768, null),
  ('google', 'gemini-3.5-flash-lite', 'Gemini 3.5 Flash-Lite', true, 1000000, 32768, null),
  ('google', 'gemini-3.5-flash', 'Gemini 3.5 Flash', false, 1000000, 32768, null),
  ('google', 'gemini-3.8-flash', 'Gemini 3.8 Flash', false, 1000000, 32768, null),
  ('google', 'gemini-2.5-pro', 'Gemini 2.5 Pro', false, 1000000, 32768, null)
) as model (provider, slug, display_name, is_default, context_tokens, max_output_tokens, retired_at)
join public.ai_provider as provider on provider.slug = model.provider
on conflict (slug) do update
set display_name = excluded.display_name, is_default = excluded.is_default, context_tokens = excluded.context_tokens,
  max_output_tokens = excluded.max_output_tokens, retired_at = excluded.retired_at;

update public.ai_model as model set replaced_by = successor.id
from (values ('gpt-4o', 'gpt-6.1-sol'), ('gpt-4o-mini', 'gpt-6-luna'), ('claude-3-5-sonnet-20241022', 'claude-sonnet-5-5'),
  ('gemini-1.5-pro', 'gemini-2.5-pro')) as pair (old, new), public.ai_model as successor
where model.slug = pair.old and successor.slug = pair.new;

insert into ops.ai_price (model_id, valid_from, min_prompt_tokens, input, cached_input, cache_write, cache_write_1h, output)
select model.id, price.valid_from, price.min_prompt_tokens, price.input, price.cached_input, price.cache_write, price.cache_write_1h, price.output
from (values
  ('gpt-4o', timestamptz '2024-01-01 00:00+00', 0, 250, 125, null, null, 1000),
  ('gpt-4o-mini', '2024-01-01 00:00+00', 0, 15, 7.5, null, null, 60),
  ('claude-3-5-sonnet-20241022', '2024-01-01 00:00+00', 0, 300, 30, 375, null, 1500),
  ('gemini-1.5-pro', '2024-01-01 00:00+00', 0, 125, null, null, null, 500),
  ('gemini-1.5-pro', '2024-01-01 00:00+00', 128001, 250, null, null, null, 1000),
  ('llama3.2', '2024-01-01 00:00+00', 0, 0, 0, 0, 0, 0),
  ('gpt-6-luna', '2026-01-01 00:00+00', 0, 10, 1, null, null, 50),
  ('gpt-6-luna', '2026-01-01 00:00+00', 272001, 20, 2, null, null, 75),
  ('gpt-6.1-sol', '2026-01-01 00:00+00', 0, 200, 10, null, null, 1000),
  ('claude-sonnet-5-5', '2026-01-01 00:00+00', 0, 200, 20, 250, 400, 1000),
  ('claude-sonnet-5-5', '2026-10-07 00:00+00', 0, 200, 10, 250, 400, 1000),
  ('claude-haiku-5-5', '2026-01-01 00:00+00', 0, 10, 1, null, null, 50),
  -- Longer prompts cost more, but no source states how much.
  ('claude-haiku-5-5', '2026-01-01 00:00+00', 100001, null, null, null, null, null),
  ('claude-opus-5-5', '2026-01-01 00:00+00', 0, 400, 20, null, null, 2000),
  ('gemini-3.8-flash', '2026-01-01 00:00+00', 0, 75, null, null, null, 375),
  ('gemini-3.8-flash', '2027-01-01 00:00+00', 0, 150, null, null, null, 750),
  ('gemini-3.5-flash-lite', '2026-01-01 00:00+00', 0, 30, null, null, null, 250),
  ('gemini-3.5-flash', '2026-01-01 00:00+00', 0, 150, null, null, null, 900),
  ('gemini-2.5-pro', '2025-06-01 00:00+00', 0, 125, null, null, null, 1000),
  ('gemini-2.5-pro', '2025-06-01 00:00+00', 200001, 250, null, null, null, 1500)
) as price (slug, valid_from, min_prompt_tokens, input, cached_input, cache_write, cache_write_1h, output)
join public.ai_model as model on model.slug = price.slug
on conflict on constraint ai_price_pkey do nothing;

do $$
begin
  perform ops.mirror_ai_prices();
end;
$$;

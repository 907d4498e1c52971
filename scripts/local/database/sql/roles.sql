-- Roles, schemas and default rights as on a Supabase project. Run once, by the cluster's superuser.
-- Nothing is granted on new tables, functions or sequences to anon, authenticated or service_role: migrations say it.

create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role dashboard_user nologin createdb createrole replication;
create role authenticator login noinherit;
create role supabase_auth_admin login noinherit createrole;
create role postgres login createdb createrole replication bypassrls;
-- What the local Data API connects as: a member of the three, owner of nothing. It acts as one of them in every request;
-- pg_read_all_data lets it see which tables there are, so that one without grants is refused (42501) and not unknown.
create role lite_rest login inherit;
grant pg_read_all_data to lite_rest;

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to lite_rest;
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres with admin option;
-- As supautils lets it: a restore loads rows without running triggers.
grant set on parameter session_replication_role to postgres;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role lite_rest set statement_timeout = '60s';
alter role postgres set search_path = "$user", public, extensions;
alter role supabase_auth_admin set search_path = auth;
alter role supabase_auth_admin set idle_in_transaction_session_timeout = '60s';

alter database postgres owner to postgres;
alter database postgres set search_path = "$user", public, extensions;

grant usage on schema public to anon, authenticated, service_role;

create schema extensions authorization postgres;
grant usage on schema extensions to anon, authenticated, service_role, dashboard_user, supabase_auth_admin;
create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;
create extension pg_stat_statements with schema extensions;
grant execute on all functions in schema extensions to postgres with grant option;

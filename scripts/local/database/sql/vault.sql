-- The Vault: the same names, signatures and rights as Supabase's extension; pgcrypto encrypts.

create schema vault authorization supabase_admin;

create table vault.secrets (
  id uuid primary key default gen_random_uuid(),
  name text,
  description text not null default '',
  secret text not null,
  key_id uuid,
  nonce bytea,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index secrets_name_idx on vault.secrets (name) where name is not null;
comment on table vault.secrets is 'Encrypted with the key in the server''s own folder; the plain text is in vault.decrypted_secrets.';

-- Security definer: only the server's superuser may read the key's file.
create function vault._encrypt(plain text) returns text
language sql volatile security definer
set search_path = ''
as $$
  select encode(
    extensions.pgp_sym_encrypt(plain, pg_read_file('vault.key'), 's2k-mode=1, cipher-algo=aes256, compress-algo=0'),
    'base64'
  )
$$;

-- Security definer: as above.
create function vault._decrypt(cipher text) returns text
language sql stable security definer
set search_path = ''
as $$
  select extensions.pgp_sym_decrypt(decode(cipher, 'base64'), pg_read_file('vault.key'))
$$;

create view vault.decrypted_secrets as
select
  id, name, description, secret, vault._decrypt(secret) as decrypted_secret, key_id, nonce, created_at, updated_at
from vault.secrets;

-- Security definer: callers may not write the table.
create function vault.create_secret(
  new_secret text, new_name text default null, new_description text default '', new_key_id uuid default null
) returns uuid
language sql volatile security definer
set search_path = ''
as $$
  insert into vault.secrets (secret, name, description)
  values (vault._encrypt(new_secret), new_name, coalesce(new_description, ''))
  returning id
$$;

-- Security definer: callers may not write the table. What is null stays as it is.
create function vault.update_secret(
  secret_id uuid, new_secret text default null, new_name text default null, new_description text default null,
  new_key_id uuid default null
) returns void
language sql volatile security definer
set search_path = ''
as $$
  update vault.secrets
  set
    secret = case when new_secret is null then secret else vault._encrypt(new_secret) end,
    name = coalesce(new_name, name),
    description = coalesce(new_description, description),
    updated_at = now()
  where id = secret_id
$$;

revoke all on all functions in schema vault from public;
grant usage on schema vault to postgres with grant option;
grant usage on schema vault to service_role;
grant select, delete on vault.secrets, vault.decrypted_secrets to postgres with grant option;
grant select, delete on vault.secrets, vault.decrypted_secrets to service_role;
grant execute on function vault.create_secret, vault.update_secret, vault._decrypt to postgres with grant option;
grant execute on function vault.create_secret, vault.update_secret, vault._decrypt to service_role;

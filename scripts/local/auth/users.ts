/** Reads auth.users in the format of Auth's API, for what the local Auth lacks: the admin API and extra claims. */
import type postgres from "postgres";

interface UserRow {
  id: string;
  aud: string;
  role: string;
  email: string | null;
  phone: string | null;
  email_confirmed_at: Date | null;
  phone_confirmed_at: Date | null;
  confirmed_at: Date | null;
  confirmation_sent_at: Date | null;
  recovery_sent_at: Date | null;
  last_sign_in_at: Date | null;
  banned_until: Date | null;
  raw_app_meta_data: Record<string, unknown> | null;
  raw_user_meta_data: Record<string, unknown> | null;
  is_anonymous: boolean;
  created_at: Date;
  updated_at: Date;
  identities: Record<string, unknown>[];
}

/** A query fragment to which a `where` can be appended. */
const selectUsers = (sql: postgres.Sql) =>
  sql`
    select users.*, coalesce((
      select jsonb_agg(jsonb_build_object(
        'identity_id', identities.id, 'id', identities.provider_id, 'user_id', identities.user_id,
        'identity_data', identities.identity_data, 'provider', identities.provider,
        'last_sign_in_at', identities.last_sign_in_at, 'created_at', identities.created_at,
        'updated_at', identities.updated_at, 'email', identities.email
      ) order by identities.created_at)
      from auth.identities where identities.user_id = users.id
    ), '[]') as identities
    from auth.users`;

export async function findUser(sql: postgres.Sql, id: string): Promise<Record<string, unknown> | undefined> {
  if (!/^[0-9a-f-]{36}$/i.test(id)) return undefined;
  const [row] = await sql<UserRow[]>`${selectUsers(sql)} where users.id = ${id}`;
  return row && presentUser(row);
}

export async function listUsers(sql: postgres.Sql, page: number, perPage: number) {
  const rows = await sql<UserRow[]>`
    ${selectUsers(sql)} order by users.created_at desc, users.id limit ${perPage} offset ${
    (page - 1) * perPage
  }`;
  const [count] = await sql<{ total: number }[]>`select count(*)::integer as total from auth.users`;
  return { users: rows.map(presentUser), total: count?.total ?? 0 };
}

export async function findUserByEmail(
  sql: postgres.Sql,
  email: string,
): Promise<Record<string, unknown> | undefined> {
  const [row] = await sql<UserRow[]>`${selectUsers(sql)} where users.email = ${email.toLowerCase()}`;
  return row && presentUser(row);
}

/** Returns the claims of Supabase's tokens that the local Auth does not set. */
export async function readExtraClaims(
  sql: postgres.Sql,
  userId: string,
  sessionId: string,
): Promise<Record<string, unknown>> {
  const [row] = await sql<(UserRow & { signed_in_at: Date | null })[]>`
    select *, (select created_at from auth.sessions where id::text = ${sessionId}) as signed_in_at
    from auth.users where id = ${userId}`;
  return {
    phone: row?.phone ?? "",
    app_metadata: row?.raw_app_meta_data ?? {},
    user_metadata: row?.raw_user_meta_data ?? {},
    aal: "aal1",
    // When the session began: a refresh is not a sign-in.
    amr: [{ method: "password", timestamp: Math.floor((row?.signed_in_at ?? new Date()).getTime() / 1000) }],
    is_anonymous: row?.is_anonymous ?? false,
  };
}

function presentUser(row: UserRow): Record<string, unknown> {
  const user: Record<string, unknown> = {
    id: row.id,
    aud: row.aud,
    role: row.role,
    email: row.email ?? "",
    phone: row.phone ?? "",
    app_metadata: row.raw_app_meta_data ?? {},
    user_metadata: row.raw_user_meta_data ?? {},
    identities: row.identities,
    created_at: row.created_at,
    updated_at: row.updated_at,
    is_anonymous: row.is_anonymous,
  };
  for (
    const key of [
      "email_confirmed_at",
      "phone_confirmed_at",
      "confirmed_at",
      "confirmation_sent_at",
      "recovery_sent_at",
      "last_sign_in_at",
      "banned_until",
    ] as const
  ) {
    if (row[key]) user[key] = row[key];
  }
  return user;
}

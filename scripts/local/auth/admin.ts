/** Auth's admin API (`supabase.auth.admin` of supabase-js), which @supabase/lite lacks: users and links, for holders of the secret key. */
import type postgres from "postgres";
import { AuthError } from "./error.ts";
import { findUser, listUsers } from "./users.ts";
import { makeOneTimeToken, type OneTimeToken, verificationLink } from "./mail.ts";

interface AdminParts {
  sql: postgres.Sql;
  apiUrl: string;
  siteUrl: string;
  minimumPasswordLength: number;
}

interface UserChange {
  id?: string;
  email?: string;
  phone?: string;
  password?: string;
  password_hash?: string;
  email_confirm?: boolean;
  phone_confirm?: boolean;
  user_metadata?: Record<string, unknown>;
  app_metadata?: Record<string, unknown>;
  role?: string;
  ban_duration?: string;
}

const USER = new URLPattern({ pathname: "/users/:id" });

/** Handles a request; `path` is the part after /auth/v1/admin. */
export async function handleAdmin(parts: AdminParts, request: Request, path: string): Promise<Response> {
  const { method } = request;
  const url = new URL(request.url);
  const id = USER.exec({ pathname: path })?.pathname.groups.id;
  if (path === "/users" && method === "GET") return await list(parts, url);
  if (path === "/users" && method === "POST") {
    return Response.json(await createUser(parts, await readBody<UserChange>(request)));
  }
  if (path === "/generate_link" && method === "POST") {
    return Response.json(await generateLink(parts, await readBody<LinkRequest>(request)));
  }
  if (!id) {
    throw new AuthError(
      404,
      "not_found",
      "Cannot find this: the local admin API has users and generate_link",
    );
  }
  if (method === "GET") return Response.json(await requireUser(parts.sql, id));
  if (method === "PUT") {
    return Response.json(await updateUser(parts, id, await readBody<UserChange>(request)));
  }
  if (method === "DELETE") {
    await requireUser(parts.sql, id);
    await parts.sql`delete from auth.users where id = ${id}`;
    return Response.json({});
  }
  throw new AuthError(405, "bad_method", `Cannot ${method} a user: use GET, PUT or DELETE`);
}

async function list({ sql }: AdminParts, url: URL): Promise<Response> {
  const page = Math.max(1, Number(url.searchParams.get("page")) || 1);
  const perPage = Math.min(1000, Math.max(1, Number(url.searchParams.get("per_page")) || 50));
  const { users, total } = await listUsers(sql, page, perPage);
  const last = Math.max(1, Math.ceil(total / perPage));
  const link = (to: number, rel: string) => `<${url.pathname}?page=${to}&per_page=${perPage}>; rel="${rel}"`;
  const links = page < last ? [link(page + 1, "next"), link(last, "last")] : [link(last, "last")];
  return Response.json({ users, aud: "authenticated" }, {
    headers: { "x-total-count": String(total), link: links.join(", ") },
  });
}

async function createUser(parts: AdminParts, change: UserChange): Promise<Record<string, unknown>> {
  const { sql } = parts;
  const email = readEmail(change.email);
  if (!email) {
    throw new AuthError(400, "validation_failed", "Cannot create user without either an email or phone");
  }
  checkPassword(parts, change.password);
  const [taken] = await sql`select from auth.users where email = ${email}`;
  if (taken) {
    throw new AuthError(422, "email_exists", "A user with this email address has already been registered");
  }
  const id = change.id ?? crypto.randomUUID();
  const confirmedAt = change.email_confirm ? new Date() : null;
  const appMetadata = { provider: "email", providers: ["email"], ...change.app_metadata };
  await unique(() =>
    sql.begin(async (sql) => {
      await sql`
        insert into auth.users (
          id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data
        ) values (
          ${id}, 'authenticated', ${change.role || "authenticated"}, ${email},
          ${change.password_hash ?? null}, ${confirmedAt},
          ${sql.json(appMetadata as postgres.JSONValue)}, ${
        sql.json((change.user_metadata ?? {}) as postgres.JSONValue)
      }
        )`;
      await sql`
        insert into auth.identities (id, provider, provider_id, user_id, identity_data)
        values (gen_random_uuid(), 'email', ${id}, ${id}, ${
        sql.json({ sub: id, email, email_verified: Boolean(change.email_confirm), phone_verified: false })
      })`;
      if (change.password) await setPassword(sql, id, change.password);
    })
  );
  return await requireUser(sql, id);
}

async function updateUser(
  parts: AdminParts,
  id: string,
  change: UserChange,
): Promise<Record<string, unknown>> {
  const { sql } = parts;
  const user = await requireUser(sql, id);
  const email = readEmail(change.email);
  checkPassword(parts, change.password);
  await unique(() =>
    sql.begin(async (sql) => {
      if (email) {
        await sql`update auth.users set email = ${email} where id = ${id}`;
        await sql`
          update auth.identities set identity_data = identity_data || ${
          sql.json({ email })
        }, updated_at = now()
          where user_id = ${id} and provider = 'email'`;
      }
      if (change.password) await setPassword(sql, id, change.password);
      if (change.email_confirm) {
        await sql`update auth.users set email_confirmed_at = coalesce(email_confirmed_at, now()) where id = ${id}`;
      }
      if (change.role) await sql`update auth.users set role = ${change.role} where id = ${id}`;
      if (change.ban_duration) {
        const until = change.ban_duration === "none"
          ? null
          : new Date(Date.now() + readDuration(change.ban_duration));
        await sql`update auth.users set banned_until = ${until} where id = ${id}`;
      }
      // Auth merges metadata key by key; null removes a key.
      const merge = (old: unknown, extra: Record<string, unknown>) =>
        sql.json(
          Object.fromEntries(
            Object.entries({ ...old as object, ...extra }).filter(([, value]) => value !== null),
          ) as postgres.JSONValue,
        );
      if (change.user_metadata) {
        await sql`update auth.users set raw_user_meta_data = ${
          merge(user.user_metadata, change.user_metadata)
        }
          where id = ${id}`;
      }
      if (change.app_metadata) {
        await sql`update auth.users set raw_app_meta_data = ${merge(user.app_metadata, change.app_metadata)}
          where id = ${id}`;
      }
      await sql`update auth.users set updated_at = now() where id = ${id}`;
    })
  );
  return await requireUser(sql, id);
}

interface LinkRequest {
  type?: string;
  email?: string;
  password?: string;
  data?: Record<string, unknown>;
  redirect_to?: string;
  options?: { redirect_to?: string };
}

/** Generates the link that a mail would contain, without sending the mail. */
async function generateLink(parts: AdminParts, wanted: LinkRequest): Promise<Record<string, unknown>> {
  const { sql } = parts;
  const email = readEmail(wanted.email);
  const type = wanted.type ?? "";
  if (!["signup", "magiclink", "recovery"].includes(type)) {
    throw new AuthError(
      400,
      "validation_failed",
      `Cannot generate a link: type is signup, magiclink or recovery, got ${type}`,
    );
  }
  if (!email) throw new AuthError(400, "validation_failed", "An email address is required");
  const [found] = await sql<{ id: string; confirmed: boolean }[]>`
    select id, email_confirmed_at is not null as confirmed from auth.users where email = ${email}`;
  let id = found?.id;
  if (type === "signup") {
    if (found?.confirmed) {
      throw new AuthError(422, "email_exists", "A user with this email address has already been registered");
    }
    if (!wanted.password) throw new AuthError(400, "validation_failed", "Signup requires a valid password");
    checkPassword(parts, wanted.password);
    id ??= String(
      (await createUser(parts, { email, password: wanted.password, user_metadata: wanted.data })).id,
    );
  }
  if (!id) throw new AuthError(404, "user_not_found", "User with this email not found");
  const token: OneTimeToken = await makeOneTimeToken(
    sql,
    id,
    email,
    type === "signup" ? "signup" : "recovery",
  );
  const redirectTo = wanted.redirect_to ?? wanted.options?.redirect_to ?? parts.siteUrl;
  return {
    ...await requireUser(sql, id),
    action_link: verificationLink(parts.apiUrl, token.hash, type, redirectTo),
    email_otp: token.otp,
    hashed_token: token.hash,
    redirect_to: redirectTo,
    verification_type: type,
  };
}

async function requireUser(sql: postgres.Sql, id: string): Promise<Record<string, unknown>> {
  const user = await findUser(sql, id);
  if (!user) throw new AuthError(404, "user_not_found", "User not found");
  return user;
}

/** Hashes with pgcrypto's bcrypt, the format that Auth verifies. */
async function setPassword(sql: postgres.TransactionSql, id: string, password: string): Promise<void> {
  await sql`
    update auth.users set encrypted_password = extensions.crypt(${password}, extensions.gen_salt('bf', 6))
    where id = ${id}`;
}

function checkPassword({ minimumPasswordLength }: AdminParts, password: string | undefined): void {
  if (password === undefined || password.length >= minimumPasswordLength) return;
  throw new AuthError(
    422,
    "weak_password",
    `Password should be at least ${minimumPasswordLength} characters.`,
  );
}

function readEmail(email: string | undefined): string | undefined {
  if (email === undefined) return undefined;
  const address = String(email).trim().toLowerCase();
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address)) {
    throw new AuthError(400, "validation_failed", "Unable to validate email address: invalid format");
  }
  return address;
}

/** Parses Go's duration format, as far as bans use it: "24h", "1h30m". */
function readDuration(text: string): number {
  const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(count) * (units[unit ?? ""] ?? 0);
  }
  if (total === 0) throw new AuthError(400, "validation_failed", `invalid format for ban duration: ${text}`);
  return total;
}

async function readBody<Body>(request: Request): Promise<Body> {
  try {
    const body = await request.json();
    if (body !== null && typeof body === "object" && !Array.isArray(body)) return body as Body;
  } catch {
    // Not JSON: refused below.
  }
  throw new AuthError(400, "bad_json", "Could not parse request body as JSON");
}

/** Handles two concurrent sign-ups with one address: the loser gets the same error as a later one. */
async function unique<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: string }).code !== "23505") throw error;
    throw new AuthError(422, "email_exists", "A user with this email address has already been registered");
  }
}

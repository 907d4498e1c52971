import { createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import * as jose from "jose";
import { type StackInfo, testDatabase, testStack } from "../../test/stack.ts";

const PASSWORD = "a long enough password";
const address = () => `auth-${crypto.randomUUID()}@example.com`;

function client(key: string, { api_url }: StackInfo) {
  return createClient(api_url, key, { auth: { persistSession: false, autoRefreshToken: false } });
}

interface Mail {
  id: string;
  subject: string;
  text: string;
  html: string;
}

async function mailsTo(email: string, { mail_url }: StackInfo): Promise<Mail[]> {
  const response = await fetch(`${mail_url}/api/v1/messages?to=${encodeURIComponent(email)}`);
  return (await response.json()).messages;
}

function linkIn(mail: Mail | undefined): string {
  return mail?.text.match(/https?:\/\/\S+\/auth\/v1\/verify\S+/)?.[0] ?? assert.fail("the mail has no link");
}

/** Opens a mail's link as a browser would; returns the redirect target and its fragment. */
async function open(link: string): Promise<{ target: string; fragment: URLSearchParams }> {
  const response = await fetch(link, { redirect: "manual" });
  await response.body?.cancel();
  const [target = "", fragment = ""] = (response.headers.get("location") ?? "").split("#");
  return { target, fragment: new URLSearchParams(fragment) };
}

/** Makes every mail sent to this address older (or, with a negative time, newer than now). */
async function letTimePass(email: string, time = "2 seconds"): Promise<void> {
  const sql = await testDatabase();
  try {
    await sql`
      update auth.users set confirmation_sent_at = now() - ${time}::interval, recovery_sent_at = now() - ${time}::interval,
        email_change_sent_at = now() - ${time}::interval
      where email = ${email}`;
  } finally {
    await sql.end();
  }
}

Deno.test("sign-up requires confirmation, and the link in the mail signs in with an ES256 token", async () => {
  const stack = await testStack();
  const app = client(stack.publishable_key, stack);
  const email = address();
  const data = { display_name: 'Zoë "Z"', nested: { list: [1, "two"] } };
  const signedUp = await app.auth.signUp({ email, password: PASSWORD, options: { data } });
  assert.equal(signedUp.error, null);
  assert.equal(signedUp.data.session, null);
  const early = await app.auth.signInWithPassword({ email, password: PASSWORD });
  assert.equal(early.error?.code, "email_not_confirmed");

  const [mail] = await mailsTo(email, stack);
  const link = linkIn(mail);
  assert.ok(link.startsWith(`${stack.api_url}/auth/v1/verify?`), link);
  assert.ok(mail?.html.includes(link), "the HTML part has the same link as the text part");
  const { target, fragment } = await open(link);
  assert.equal(target.replace(/\/$/, ""), "http://localhost:3000");
  const token = fragment.get("access_token") ?? assert.fail("no token in the fragment");
  const jwks = jose.createRemoteJWKSet(new URL(`${stack.api_url}/auth/v1/.well-known/jwks.json`));
  const { payload, protectedHeader } = await jose.jwtVerify(token, jwks, {
    issuer: `${stack.api_url}/auth/v1`,
  });
  assert.equal(protectedHeader.alg, "ES256");
  assert.equal(payload.email, email);
  assert.equal(payload.role, "authenticated");
  assert.equal((payload.user_metadata as { display_name: string }).display_name, 'Zoë "Z"');
  assert.ok(payload.session_id && payload.aal === "aal1");

  const again = await open(link);
  assert.equal(again.fragment.get("access_token"), null, "a link works once");
  assert.ok(again.fragment.get("error"));
  const { data: { user } } = await app.auth.getUser(token);
  assert.equal(user?.email, email);
  const session = await app.auth.setSession({
    access_token: token,
    refresh_token: fragment.get("refresh_token") ?? "",
  });
  assert.equal(session.error, null);
  const refreshed = await app.auth.refreshSession();
  assert.equal(jose.decodeProtectedHeader(refreshed.data.session?.access_token ?? "").alg, "ES256");
  const claims = await app.auth.getClaims();
  assert.equal(claims.data?.claims.email, email, "supabase-js verifies the token locally");
});

Deno.test("metadata given at sign-up is stored as a JSON object, not as a JSON string", async () => {
  const stack = await testStack();
  const email = address();
  await client(stack.publishable_key, stack).auth.signUp({
    email,
    password: PASSWORD,
    options: { data: { a: { b: 1 } } },
  });
  const sql = await testDatabase();
  try {
    const [row] = await sql`
      select jsonb_typeof(raw_user_meta_data) as type, raw_user_meta_data #>> '{a,b}' as value,
        jsonb_typeof(raw_app_meta_data) as app from auth.users where email = ${email}`;
    assert.deepEqual({ ...row }, { type: "object", value: "1", app: "object" });
  } finally {
    await sql.end();
  }
});

Deno.test("a sign-up mail can be sent again, and only the newest link works", async () => {
  const stack = await testStack();
  const app = client(stack.publishable_key, stack);
  const email = address();
  await app.auth.signUp({ email, password: PASSWORD });
  await letTimePass(email);
  const again = await app.auth.resend({ type: "signup", email });
  assert.equal(again.error, null);
  const [newest, oldest] = await mailsTo(email, stack);
  assert.equal((await open(linkIn(oldest))).fragment.get("access_token"), null);
  assert.ok((await open(linkIn(newest))).fragment.get("access_token"));
  const stranger = await app.auth.resend({ type: "signup", email: address() });
  assert.equal(stranger.error, null, "the response does not reveal who has an account");
});

Deno.test("a second mail is refused until max_frequency has passed, and then sent", async () => {
  const stack = await testStack();
  const app = client(stack.publishable_key, stack);
  const email = address();
  await app.auth.signUp({ email, password: PASSWORD });
  const [mail] = await mailsTo(email, stack);
  const { fragment } = await open(linkIn(mail));
  const tokens = {
    access_token: fragment.get("access_token") ?? "",
    refresh_token: fragment.get("refresh_token") ?? "",
  };
  assert.equal((await app.auth.setSession(tokens)).error, null);
  assert.equal((await app.auth.updateUser({ email: address() })).error, null);
  const sends = {
    "a reset": () => app.auth.resetPasswordForEmail(email),
    "a sign-in link": () => app.auth.signInWithOtp({ email, options: { shouldCreateUser: false } }),
    "a change of the address": () => app.auth.resend({ type: "email_change", email }),
  };
  for (const [what, send] of Object.entries(sends)) {
    await letTimePass(email, "-1 hour");
    const { error } = await send();
    assert.deepEqual([error?.status, error?.code], [429, "over_email_send_rate_limit"], what);
    assert.match(String(error?.message), /after \d+ seconds/);
    await letTimePass(email);
    assert.equal((await send()).error, null, what);
  }
});

Deno.test("signing up twice sends the mail again, and does not reveal who has an account", async () => {
  const stack = await testStack();
  const app = client(stack.publishable_key, stack);
  const email = address();
  const first = await app.auth.signUp({ email, password: PASSWORD });
  await letTimePass(email);
  const second = await app.auth.signUp({ email, password: "another password" });
  assert.equal(second.data.user?.id, first.data.user?.id);
  const mails = await mailsTo(email, stack);
  assert.equal(mails.length, 2);
  await open(linkIn(mails[0]));
  const third = await app.auth.signUp({ email, password: "another password" });
  assert.equal(third.error, null);
  assert.notEqual(third.data.user?.id, first.data.user?.id);
  assert.deepEqual(third.data.user?.identities, []);
  assert.equal((await mailsTo(email, stack)).length, 2);
  const signedIn = await app.auth.signInWithPassword({ email, password: PASSWORD });
  assert.equal(signedIn.data.user?.id, first.data.user?.id, "the first password stays valid");
});

Deno.test("a forgotten password is replaced through the link in the mail, at the URL that the app requested", async () => {
  const stack = await testStack();
  const email = address();
  const admin = client(stack.secret_key, stack).auth.admin;
  await admin.createUser({ email, password: PASSWORD, email_confirm: true });
  const app = client(stack.publishable_key, stack);
  const wanted = "http://localhost:3000/new-password";
  assert.equal((await app.auth.resetPasswordForEmail(email, { redirectTo: wanted })).error, null);
  const [mail] = await mailsTo(email, stack);
  const { target, fragment } = await open(linkIn(mail));
  assert.equal(target, wanted);
  await app.auth.setSession({
    access_token: fragment.get("access_token") ?? "",
    refresh_token: fragment.get("refresh_token") ?? "",
  });
  assert.equal((await app.auth.updateUser({ password: `${PASSWORD}, new` })).error, null);
  assert.ok((await app.auth.signInWithPassword({ email, password: PASSWORD })).error);
  assert.equal((await app.auth.signInWithPassword({ email, password: `${PASSWORD}, new` })).error, null);
});

Deno.test("a link does not redirect to a URL that is not on the list", async () => {
  const stack = await testStack();
  const email = address();
  const app = client(stack.publishable_key, stack);
  await app.auth.signUp({
    email,
    password: PASSWORD,
    options: { emailRedirectTo: "https://evil.example/steal" },
  });
  const [mail] = await mailsTo(email, stack);
  const { target } = await open(linkIn(mail));
  assert.equal(new URL(target).origin, "http://localhost:3000");
});

Deno.test("a password needs at least eight characters, at sign-up and in the admin API", async () => {
  const stack = await testStack();
  const app = client(stack.publishable_key, stack);
  const short = await app.auth.signUp({ email: address(), password: "seven77" });
  assert.equal(short.error?.code, "weak_password");
  const { admin } = client(stack.secret_key, stack).auth;
  const byAdmin = await admin.createUser({ email: address(), password: "seven77" });
  assert.equal(byAdmin.error?.code, "weak_password");
});

Deno.test("invalid request bodies are refused with 400 and create no user", async () => {
  const stack = await testStack();
  const password = "long enough";
  const bodies = [
    null,
    [],
    "text",
    { email: 1, password },
    { email: "nul\0@example.com", password },
    { email: `${"x".repeat(300)}@example.com`, password },
    { email: "nul@example.com", password, data: { deep: ["a\0"] } },
  ];
  for (const path of ["signup", "token?grant_type=password", "recover", "otp", "verify", "resend"]) {
    for (const body of bodies) {
      const response = await fetch(`${stack.api_url}/auth/v1/${path}`, {
        method: "POST",
        headers: { apikey: stack.publishable_key, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      assert.equal(response.status, 400, `${path} ${JSON.stringify(body)}: ${text}`);
    }
  }
  const sql = await testDatabase();
  const made = await sql`select from auth.users where email like 'nul%' or length(email) > 255`;
  await sql.end();
  assert.equal(made.length, 0);
});

Deno.test("the admin API of supabase-js creates, finds, changes and deletes users", async () => {
  const stack = await testStack();
  const { admin } = client(stack.secret_key, stack).auth;
  const email = address();
  const made = await admin.createUser({
    email,
    password: PASSWORD,
    email_confirm: true,
    user_metadata: { a: 1, b: 2 },
    app_metadata: { plan: "x" },
  });
  const user = made.data.user ?? assert.fail(made.error?.message);
  assert.equal(user.email, email);
  assert.ok(user.email_confirmed_at);
  assert.deepEqual(user.app_metadata, { plan: "x", provider: "email", providers: ["email"] });
  assert.equal(user.identities?.[0]?.identity_data?.email, email);
  assert.equal((await admin.createUser({ email, password: PASSWORD })).error?.code, "email_exists");

  assert.equal((await admin.getUserById(user.id)).data.user?.id, user.id);
  const listed = await admin.listUsers({ page: 1, perPage: 5 });
  assert.ok(listed.data.users.some(({ id }) => id === user.id), "the newest are listed first");
  const renamed = address();
  const changed = await admin.updateUserById(user.id, {
    email: renamed,
    password: `${PASSWORD}!`,
    user_metadata: { b: null, c: 3 },
  });
  assert.deepEqual(changed.data.user?.user_metadata, { a: 1, c: 3 }, "metadata is merged key by key");
  const app = client(stack.publishable_key, stack);
  const signedIn = await app.auth.signInWithPassword({ email: renamed, password: `${PASSWORD}!` });
  assert.equal(signedIn.data.user?.id, user.id);

  assert.equal((await admin.deleteUser(user.id)).error, null);
  assert.equal((await admin.getUserById(user.id)).error?.status, 404);
  assert.ok((await app.auth.getUser()).error, "the token of a deleted user is no longer valid");
});

Deno.test("links from the admin API sign up, sign in and recover without sending a mail", async () => {
  const stack = await testStack();
  const { admin } = client(stack.secret_key, stack).auth;
  const email = address();
  const signup = await admin.generateLink({ type: "signup", email, password: PASSWORD });
  const properties = signup.data.properties ?? assert.fail(signup.error?.message);
  assert.ok((await open(properties.action_link)).fragment.get("access_token"));
  const app = client(stack.publishable_key, stack);
  const magic = await admin.generateLink({ type: "magiclink", email });
  const verified = await app.auth.verifyOtp({
    type: "email",
    email,
    token: magic.data.properties?.email_otp ?? "",
  });
  assert.equal(verified.data.user?.email, email, verified.error?.message);
  const recovery = await admin.generateLink({ type: "recovery", email });
  const byHash = await app.auth.verifyOtp({
    type: "recovery",
    token_hash: recovery.data.properties?.hashed_token ?? "",
  });
  assert.equal(byHash.data.user?.email, email, byHash.error?.message);
  assert.equal((await admin.generateLink({ type: "magiclink", email: address() })).error?.status, 404);
  assert.deepEqual(await mailsTo(email, stack), []);
});

Deno.test("only the secret key gives access to the admin API", async () => {
  const stack = await testStack();
  const email = address();
  await client(stack.secret_key, stack).auth.admin.createUser({
    email,
    password: PASSWORD,
    email_confirm: true,
  });
  const app = client(stack.publishable_key, stack);
  const { data: { session } } = await app.auth.signInWithPassword({ email, password: PASSWORD });
  const url = `${stack.api_url}/auth/v1/admin/users`;
  const attempts: [number, Record<string, string>][] = [
    [401, {}],
    [403, { apikey: stack.publishable_key }],
    [403, { apikey: stack.publishable_key, authorization: `Bearer ${stack.secret_key}` }],
    [403, { apikey: stack.publishable_key, authorization: `Bearer ${session?.access_token}` }],
    [403, { apikey: stack.secret_key, authorization: `Bearer ${session?.access_token}` }],
    [403, { apikey: stack.secret_key, authorization: "Bearer forged.token.here" }],
    [200, { apikey: stack.secret_key }],
  ];
  for (const [status, headers] of attempts) {
    const response = await fetch(url, { headers });
    await response.body?.cancel();
    assert.equal(response.status, status, JSON.stringify(Object.keys(headers)));
  }
});

Deno.test("the mailbox shows a mail with its link, escapes markup and deletes messages", async () => {
  const stack = await testStack();
  const email = address();
  await client(stack.publishable_key, stack).auth.signUp({ email, password: PASSWORD });
  const [mail] = await mailsTo(email, stack);
  const list = await (await fetch(`${stack.mail_url}/?to=${encodeURIComponent(email)}`)).text();
  assert.ok(list.includes(`/mail/message/${mail?.id}`));
  const page = await (await fetch(`${stack.mail_url}/message/${mail?.id}`)).text();
  assert.match(page, /<iframe sandbox/);
  assert.match(page, /auth\/v1\/verify/);
  const script =
    await (await fetch(`${stack.mail_url}/?to=${encodeURIComponent("<script>alert(1)</script>")}`)).text();
  assert.ok(!script.includes("<script>"));
  const deleted = await fetch(`${stack.mail_url}/api/v1/messages?to=${encodeURIComponent(email)}`, {
    method: "DELETE",
  });
  assert.equal(deleted.status, 204);
  assert.deepEqual(await mailsTo(email, stack), []);
});

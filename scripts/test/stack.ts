/**
 * Shared by all tests: the running stack that `deno task test` booted for them, and helpers to create users. Every test creates its own
 * users and channels, so tests do not depend on each other's order.
 */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { z } from "zod";

/** The part of `stack.json` that tests use. */
export const StackInfo = z.object({
  api_url: z.url(),
  db_url: z.string(),
  publishable_key: z.string(),
  secret_key: z.string(),
  simulator_url: z.url(),
  mail_url: z.url(),
  pid: z.number().int(),
  log_dir: z.string(),
});
export type StackInfo = z.infer<typeof StackInfo>;

let loaded: StackInfo | undefined;

/** Returns the stack that the test runner booted. Fails if the tests were not started with `deno task test`. */
export function testStack(): Promise<StackInfo> {
  if (loaded) return Promise.resolve(loaded);
  const path = Deno.env.get("STREAMVIBE_TEST_STACK");
  if (!path) {
    throw new Error(
      "Cannot find the test stack: STREAMVIBE_TEST_STACK is not set; run `deno task test [path]`, " +
        "or set it to the stack.json of a running stack",
    );
  }
  loaded = StackInfo.parse(JSON.parse(Deno.readTextFileSync(path)));
  return Promise.resolve(loaded);
}

/** Makes tests use another stack from now on; null restores the shared one. */
export function useStack(stack: StackInfo | null): void {
  loaded = stack ?? undefined;
}

/** A direct connection to the stack's database as `postgres`. The caller ends it. */
export async function testDatabase(options: postgres.Options<Record<string, never>> = {}) {
  const stack = await testStack();
  return postgres(stack.db_url, { max: 4, onnotice: () => {}, ...options });
}

/** A fully read response of an edge function. */
export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

/** Options of an edge function call. `as` is a user's token, or `secret` for the service. */
export interface Call {
  as?: string | "secret";
  method?: string;
  body?: unknown;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Calls an edge function over HTTP, as an app does. */
export async function callFunction<Body = Record<string, unknown>>(
  name: string,
  call: Call = {},
): Promise<Answer<Body>> {
  const { api_url, publishable_key, secret_key } = await testStack();
  const url = new URL(`${api_url}/functions/v1/${name}`);
  for (const [key, value] of Object.entries(call.query ?? {})) url.searchParams.set(key, value);
  const headers = new Headers({ apikey: call.as === "secret" ? secret_key : publishable_key });
  if (call.as && call.as !== "secret") headers.set("authorization", `Bearer ${call.as}`);
  const method = call.method ?? (call.body === undefined ? "GET" : "POST");
  if (call.body !== undefined) headers.set("content-type", "application/json");
  for (const [key, value] of Object.entries(call.headers ?? {})) headers.set(key, value);
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const response = await fetch(url, { method, headers, body, signal: call.signal, redirect: "manual" });
  const text = await response.text();
  const json = /\bjson\b/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    body: (json ? JSON.parse(text) : { text }) as Body,
  };
}

/** A user of a single test, signed in with supabase-js. */
export interface Creator {
  id: string;
  email: string;
  password: string;
  token: string;
  client: SupabaseClient;
  call<Body = Record<string, unknown>>(name: string, body?: unknown, call?: Call): Promise<Answer<Body>>;
}

/** Creates a user and signs in. The admin API confirms the address; the mail's link has its own tests. */
export async function createCreator(): Promise<Creator> {
  const info = await testStack();
  const options = { auth: { persistSession: false, autoRefreshToken: false } };
  const email = `creator-${crypto.randomUUID()}@example.com`;
  const password = `pw-${crypto.randomUUID()}`;
  const service = createClient(info.api_url, info.secret_key, options);
  const created = await service.auth.admin.createUser({ email, password, email_confirm: true });
  if (created.error) throw new Error(`Cannot create a test user: ${created.error.message}`);
  const client = createClient(info.api_url, info.publishable_key, options);
  const signedIn = await client.auth.signInWithPassword({ email, password });
  if (signedIn.error) throw new Error(`Cannot sign a test user in: ${signedIn.error.message}`);
  const token = signedIn.data.session.access_token;
  return {
    id: created.data.user.id,
    email,
    password,
    token,
    client,
    call: (name, body, call = {}) => callFunction(name, { as: token, body, ...call }),
  };
}

/** Uses a new connection for each call: the simulators close idle connections before an announced cut, and a call on one of them would be lost. */
const unpooled = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
/** `fetch` for tests that cut connections to the simulators while others are in use. */
export const fetchUnpooled: typeof fetch = (input, init) => fetch(input, { ...init, client: unpooled });

/** Posts JSON to the simulators' admin interface. */
export async function simulator<Result = Record<string, unknown>>(
  path: string,
  body?: unknown,
  method = body === undefined ? "GET" : "POST",
): Promise<Result> {
  const { simulator_url } = await testStack();
  const response = await fetchUnpooled(`${simulator_url}/_admin/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`Cannot ${method} /_admin/${path}: ${response.status} ${text}`);
  return (text ? JSON.parse(text) : {}) as Result;
}

/** Returns what the stack's functions have logged so far. */
export async function functionLog(): Promise<string> {
  return await Deno.readTextFile(`${(await testStack()).log_dir}/functions.log`);
}

/** Dependencies without a network or a database, for tests of the kernel: their own keys, recorded calls, recorded log lines. */
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { adminOf } from "../../_shared/database/database.ts";
import type { Dependencies } from "../../_shared/http/endpoint.ts";
import { readSettings, type Settings } from "../../_shared/settings/settings.ts";

const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
const jwk = { ...await exportJWK(publicKey), kid: "test", alg: "ES256", use: "sig" };

export const PUBLISHABLE = "sb_publishable_test";
export const SECRET = "sb_secret_test";
export const USER = "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001";

/** Returns settings as Supabase would inject them, with changes. */
export function testSettings(changes: Record<string, string> = {}): Settings {
  return readSettings({
    SUPABASE_URL: "http://127.0.0.1:1",
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: PUBLISHABLE }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: SECRET, automations: "sb_secret_automations" }),
    SUPABASE_JWKS: JSON.stringify({ keys: [jwk] }),
    ...changes,
  });
}

/** Changes to a token. */
export interface TokenChanges {
  claims?: Record<string, unknown>;
  /** Seconds from now. */
  expires?: number;
  kid?: string;
  key?: CryptoKey;
}

/** Returns an access token as Supabase Auth issues them. */
export function token({ claims = {}, expires = 3600, kid = "test", key = privateKey }: TokenChanges = {}) {
  return new SignJWT({
    sub: USER,
    role: "authenticated",
    aud: "authenticated",
    email: "ada@example.com",
    ...claims,
  })
    .setProtectedHeader({ alg: "ES256", typ: "JWT", kid })
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + expires)
    .sign(key);
}

/** Returns an unsigned token (`alg: none`). */
export function unsignedToken(): string {
  const part = (value: unknown) => btoa(JSON.stringify(value)).replace(/=+$/, "");
  const claims = { sub: USER, role: "authenticated", exp: 4102444800 };
  return `${part({ alg: "none", typ: "JWT", kid: "test" })}.${part(claims)}.`;
}

/** A recorded call of a SQL function. */
export interface SeenCall {
  name: string;
  args: Record<string, unknown>;
}

/** Returns dependencies whose SQL functions are `functions`; the limiter allows everything by default. */
export function testDependencies(
  options: {
    settings?: Record<string, string>;
    functions?: Record<string, (args: Record<string, unknown>) => unknown>;
  } = {},
) {
  const calls: SeenCall[] = [];
  const lines: Record<string, unknown>[] = [];
  const recorded: { name: string; status: number; duration_ms: number }[] = [];
  const functions: Record<string, (args: Record<string, unknown>) => unknown> = {
    check_rate_limit: () => [{ allowed: true, remaining: 99, reset_seconds: 60 }],
    check_rate_limits: ({ p_hits }: Record<string, unknown>) =>
      (p_hits as number[]).map((granted, index) => ({
        place: index + 1,
        granted,
        remaining: 99,
        reset_seconds: 60,
      })),
    ...options.functions,
  };
  const dependencies: Partial<Dependencies> = {
    settings: testSettings({ LOG_LEVEL: "debug", ...options.settings }),
    record: (about) => recorded.push(about),
    sink: (line) => lines.push(JSON.parse(line)),
    admin: (stats) =>
      adminOf(async (name, args) => {
        calls.push({ name, args });
        stats.db_calls += 1;
        const known = functions[name];
        if (!known) throw new Error(`the test has no SQL function ${name}`);
        return await known(args);
      }),
  };
  return { dependencies, calls, lines, recorded };
}

/** Returns a request to a function, by default a signed-in creator's POST of JSON. */
export async function requestTo(
  name: string,
  options: {
    method?: string;
    headers?: Record<string, string | null>;
    body?: BodyInit | null;
    query?: string;
  } = {},
): Promise<Request> {
  const { method = "POST", query = "" } = options;
  const headers = new Headers({ apikey: PUBLISHABLE, "cf-connecting-ip": "203.0.113.7" });
  const given = options.headers ?? {};
  if (!("authorization" in given)) headers.set("authorization", `Bearer ${await token()}`);
  if (method === "POST" && !("content-type" in given)) headers.set("content-type", "application/json");
  for (const [header, value] of Object.entries(given)) {
    if (value === null) headers.delete(header);
    else headers.set(header, value);
  }
  const body = method === "POST" ? options.body ?? "{}" : undefined;
  return new Request(`http://localhost/functions/v1/${name}${query}`, { method, headers, body });
}

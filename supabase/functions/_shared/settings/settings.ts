/**
 * The one reader of the environment. Every setting is named, typed and documented in `.env.example`; a missing and a malformed
 * value are different errors; a secret has no default and its value is never shown.
 * Read lazily: importing a function must not fail because a setting of another one is absent.
 */
import { z } from "zod";

/** So many hits in so many seconds. */
export interface RateLimit {
  limit: number;
  window_seconds: number;
}

const url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/$/, ""));
/** As it is: to TikTok the slash at the end matters. */
const address = z.url({ protocol: /^https?$/ });
const list = z.string().transform((value) => value.split(",").map((item) => item.trim()).filter(Boolean));
const fraction = z.coerce.number().min(0).max(1);
const milliseconds = z.coerce.number().int().min(1).max(400_000);
const rate = z.string().regex(/^[1-9]\d{0,8}\/[1-9]\d{0,6}$/, "expected hits/seconds, such as 100/3600")
  .transform(
    (value): RateLimit => {
      const [limit, window_seconds] = value.split("/").map(Number);
      return { limit: limit ?? 0, window_seconds: window_seconds ?? 0 };
    },
  );
const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "expected JSON" });
    return z.NEVER;
  }
});
const keys = json.pipe(z.record(z.string(), z.string().min(1)));
const jwk = z.looseObject({ kty: z.string(), kid: z.string().optional(), alg: z.string().optional() });
const jwks = json.pipe(
  z.union([z.object({ keys: z.array(jwk) }), z.array(jwk).transform((keys) => ({ keys }))]),
);

const schema = z.object({
  // Injected by Supabase (https://supabase.com/docs/guides/functions/secrets) and by the local stack.
  SUPABASE_URL: url,
  SUPABASE_PUBLISHABLE_KEYS: keys.optional(),
  SUPABASE_PUBLISHABLE_KEY: z.string().optional(),
  SUPABASE_SECRET_KEYS: keys.optional(),
  SUPABASE_SECRET_KEY: z.string().optional(),
  SUPABASE_JWKS: jwks.optional(),
  SUPABASE_ANON_KEY: z.string().optional(),

  STREAMVIBE_POOLER_URL: z.string().regex(/^postgres(ql)?:\/\//, "expected a postgres:// URL").optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(100).default(4),
  DATABASE_TIMEOUT_MS: milliseconds.default(10_000),

  ENVIRONMENT: z.string().default("production"),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  ALLOWED_ORIGINS: list.default(["http://localhost:3000", "http://127.0.0.1:3000"]),
  CLIENT_ADDRESS_HEADER: z.string().toLowerCase().default("cf-connecting-ip"),
  SENTRY_DSN: z.url().optional(),
  SENTRY_ERROR_SAMPLE_RATE: fraction.default(1),
  SENTRY_TRACES_SAMPLE_RATE: fraction.default(0),

  RATE_LIMIT_USER: rate.default({ limit: 100, window_seconds: 3600 }),
  RATE_LIMIT_USER_READ: rate.default({ limit: 100, window_seconds: 60 }),
  RATE_LIMIT_ANONYMOUS: rate.default({ limit: 20, window_seconds: 3600 }),
  RATE_LIMIT_PUBLIC_READ: rate.default({ limit: 100, window_seconds: 60 }),
  RATE_LIMIT_CLICK: rate.default({ limit: 120, window_seconds: 60 }),

  PROVIDER_TIMEOUT_MS: milliseconds.default(10_000),
  PROVIDER_RETRY_MS: milliseconds.default(400),
  PLATFORM_QUOTA_PAUSE_SECONDS: z.coerce.number().int().min(0).max(86_400).default(900),
  JOB_CONCURRENCY: z.coerce.number().int().min(1).max(1_000).default(20),
  JOB_LEASE_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
  JOB_BUDGET_SECONDS: z.coerce.number().int().min(1).max(140).default(50),
  SYNC_LEASE_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
  OAUTH_REDIRECT_URIS: list.default([
    "http://localhost:3000/oauth/callback",
    "http://127.0.0.1:3000/oauth/callback",
  ]),
  GOOGLE_AUTHORIZATION_URL: url.default("https://accounts.google.com/o/oauth2/v2/auth"),
  GOOGLE_TOKEN_URL: url.default("https://oauth2.googleapis.com/token"),
  GOOGLE_REVOCATION_URL: url.default("https://oauth2.googleapis.com/revoke"),
  YOUTUBE_API_URL: url.default("https://www.googleapis.com/youtube/v3"),
  YOUTUBE_CLIENT_ID: z.string().optional(),
  YOUTUBE_CLIENT_SECRET: z.string().optional(),
  YOUTUBE_UNITS_PER_DAY: z.coerce.number().int().min(1).max(1_000_000_000).default(10_000),
  TIKTOK_AUTHORIZATION_URL: address.default("https://www.tiktok.com/v2/auth/authorize/"),
  TIKTOK_TOKEN_URL: address.default("https://open.tiktokapis.com/v2/oauth/token/"),
  TIKTOK_REVOCATION_URL: address.default("https://open.tiktokapis.com/v2/oauth/revoke/"),
  TIKTOK_API_URL: url.default("https://open.tiktokapis.com/v2"),
  TIKTOK_CLIENT_ID: z.string().optional(),
  TIKTOK_CLIENT_SECRET: z.string().optional(),
  TIKTOK_CALLS_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000_000).default(600),
  TWITTER_AUTHORIZATION_URL: url.default("https://x.com/i/oauth2/authorize"),
  TWITTER_TOKEN_URL: url.default("https://api.x.com/2/oauth2/token"),
  TWITTER_REVOCATION_URL: url.default("https://api.x.com/2/oauth2/revoke"),
  TWITTER_API_URL: url.default("https://api.x.com/2"),
  TWITTER_CLIENT_ID: z.string().optional(),
  TWITTER_CLIENT_SECRET: z.string().optional(),
  TWITTER_FIELDS_PARAMETER: z.enum(["tweet.fields", "post.fields"]).default("tweet.fields"),
  TWITTER_EXCLUDE: z.enum(["retweets", "retweets,replies"]).default("retweets"),
  META_GRAPH_VERSION: z.string().regex(/^v\d+\.\d+$/, "expected a version such as v26.0").default("v26.0"),
  INSTAGRAM_AUTHORIZATION_URL: url.default("https://www.instagram.com/oauth/authorize"),
  INSTAGRAM_TOKEN_URL: url.default("https://api.instagram.com/oauth/access_token"),
  INSTAGRAM_GRAPH_URL: url.default("https://graph.instagram.com"),
  INSTAGRAM_CLIENT_ID: z.string().optional(),
  INSTAGRAM_CLIENT_SECRET: z.string().optional(),
  INSTAGRAM_INSIGHTS: z.enum(["ask", "off"]).default("ask"),
  FACEBOOK_URL: url.default("https://www.facebook.com"),
  FACEBOOK_GRAPH_URL: url.default("https://graph.facebook.com"),
  FACEBOOK_CLIENT_ID: z.string().optional(),
  FACEBOOK_CLIENT_SECRET: z.string().optional(),
});

/** Every setting that a function may read. */
export type Settings = z.output<typeof schema>;
/** Name of a setting, the same as its environment variable. */
export type SettingName = keyof Settings;

/** A setting is missing or malformed: an operator's mistake, never a caller's. */
export class SettingsError extends Error {
  override name = "SettingsError";
}

/**
 * Reads settings from a map of variables; an empty value counts as absent.
 *
 * @throws {SettingsError} Names every setting that is missing or malformed, without its value.
 */
export function readSettings(variables: Record<string, string | undefined>): Settings {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return given[name] === undefined ? `${name} is missing` : `${name} is malformed (${issue.message})`;
  });
  throw new SettingsError(`Cannot read the settings: ${[...new Set(faults)].join("; ")}`);
}

let cached: Settings | undefined;

/** The settings of this isolate, read from the environment at the first call. */
export function settings(): Settings {
  return cached ??= readSettings(Deno.env.toObject());
}

/**
 * A setting that this call cannot do without.
 *
 * @throws {SettingsError} When it is missing.
 */
export function requireSetting<N extends SettingName>(from: Settings, name: N): NonNullable<Settings[N]> {
  const value = from[name];
  if (value === undefined || value === null) {
    throw new SettingsError(`Cannot go on: the setting ${name} is missing`);
  }
  return value as NonNullable<Settings[N]>;
}

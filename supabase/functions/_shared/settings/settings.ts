/**
 * The only reader of the environment. Each domain declares its own part (`settingsPart`), which is read on first use, so a malformed
 * setting of one domain does not affect the others. Missing and malformed values are different errors. A secret has no default and its
 * value never appears in an error. Every setting is documented in `.env.example`.
 */
import * as z from "zod";
import { fraction, jwks, keys, list, milliseconds, pairs, rate, url, whole } from "./values.ts";

export type { RateLimit } from "./values.ts";

/** The settings of one domain. */
export interface SettingsPart<Shape extends z.ZodRawShape = z.ZodRawShape> {
  name: string;
  schema: z.ZodObject<Shape>;
}

/** Declares the settings of a domain. A secret has no default: declare it optional and read it with `requireSetting`. */
export function settingsPart<Shape extends z.ZodRawShape>(name: string, shape: Shape): SettingsPart<Shape> {
  return { name, schema: z.object(shape) };
}

/** Settings that every function needs. */
const KERNEL = settingsPart("kernel", {
  // Injected by Supabase (https://supabase.com/docs/guides/functions/secrets) and by the local stack.
  SUPABASE_URL: url,
  SUPABASE_PUBLISHABLE_KEYS: keys.optional(),
  SUPABASE_PUBLISHABLE_KEY: z.string().optional(),
  SUPABASE_SECRET_KEYS: keys.optional(),
  SUPABASE_SECRET_KEY: z.string().optional(),
  SUPABASE_JWKS: jwks.optional(),
  SUPABASE_ANON_KEY: z.string().optional(),

  STREAMVIBE_POOLER_URL: z.string().regex(/^postgres(ql)?:\/\//, "expected a postgres:// URL").optional(),
  REDIS_URL: z.string().regex(/^rediss?:\/\//, "expected a redis:// or rediss:// URL").optional(),
  DATABASE_POOL_SIZE: whole(1, 100).default(4),
  DATABASE_TIMEOUT_MS: milliseconds.default(10_000),
  MAX_READS_AT_ONCE: whole(1, 10_000).default(40),

  ENVIRONMENT: z.string().default("production"),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  DOCS_URL: z.url().transform((url) => url.replace(/\/+$/, "")).optional(),
  ALLOWED_ORIGINS: list.default(["http://localhost:3000", "http://127.0.0.1:3000"]),
  CLIENT_ADDRESS_HEADER: z.string().toLowerCase().default("cf-connecting-ip"),
  CLIENT_COUNTRY_HEADER: z.string().toLowerCase().default("cf-ipcountry"),
  SENTRY_DSN: z.url().optional(),
  SENTRY_ERROR_SAMPLE_RATE: fraction.default(1),
  SENTRY_TRACES_SAMPLE_RATE: fraction.default(0),
  TELEMETRY_SAMPLE_RATE: fraction.default(0.05),
  /** The deployed version, such as the git revision; set by the deployment. */
  RELEASE: z.string().max(100).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.default({}),
  OTEL_SERVICE_NAME: z.string().default("streamvibe"),
  OTEL_TRACES_SAMPLER_ARG: fraction.default(1),

  RATE_LIMIT_USER: rate.default({ limit: 100, window_seconds: 3600 }),
  RATE_LIMIT_USER_READ: rate.default({ limit: 100, window_seconds: 60 }),
  RATE_LIMIT_ANONYMOUS: rate.default({ limit: 20, window_seconds: 3600 }),
  RATE_LIMIT_PUBLIC_READ: rate.default({ limit: 100, window_seconds: 60 }),
  RATE_LIMIT_CLICK: rate.default({ limit: 120, window_seconds: 60 }),
  RATE_LIMIT_CRAWL: rate.default({ limit: 6000, window_seconds: 60 }),
  RATE_LIMIT_WEBHOOK: rate.default({ limit: 6000, window_seconds: 60 }),
});

/** The kernel's settings; `of` returns those of a domain. */
export type Settings = z.output<typeof KERNEL.schema> & {
  /**
   * Returns the settings of a domain and reads them on the first call.
   *
   * @throws {SettingsError} Lists every missing or malformed setting of the domain, without its value.
   */
  of<Shape extends z.ZodRawShape>(part: SettingsPart<Shape>): z.output<z.ZodObject<Shape>>;
};

/** A setting is missing or malformed: the operator's mistake, never the caller's. */
export class SettingsError extends Error {
  override name = "SettingsError";
}

/**
 * Reads settings from a map of variables; an empty value counts as absent.
 *
 * @throws {SettingsError} When a kernel setting is missing or malformed.
 */
export function readSettings(variables: Record<string, string | undefined>): Settings {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  const known = new Map<object, unknown>();
  const of = <Shape extends z.ZodRawShape>(part: SettingsPart<Shape>): z.output<z.ZodObject<Shape>> => {
    if (!known.has(part)) known.set(part, readPart(part, given));
    return known.get(part) as z.output<z.ZodObject<Shape>>;
  };
  return { ...of(KERNEL), of };
}

function readPart<Shape extends z.ZodRawShape>(
  { name, schema }: SettingsPart<Shape>,
  given: Record<string, string | undefined>,
): z.output<z.ZodObject<Shape>> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => {
    const setting = String(issue.path[0]);
    return given[setting] === undefined
      ? `${setting} is missing`
      : `${setting} is malformed (${issue.message})`;
  });
  throw new SettingsError(`Cannot read the settings of ${name}: ${[...new Set(faults)].join("; ")}`);
}

let cached: Settings | undefined;

/** Returns the settings of this isolate and reads them from the environment on the first call. */
export function settings(): Settings {
  return cached ??= readSettings(Deno.env.toObject());
}

/**
 * Returns a setting that the call requires.
 *
 * @throws {SettingsError} When it is missing.
 */
export function requireSetting<Part, Name extends keyof Part & string>(
  from: Part,
  name: Name,
): NonNullable<Part[Name]> {
  const value = from[name];
  if (value === undefined || value === null) {
    throw new SettingsError(`Cannot continue: the setting ${name} is missing`);
  }
  return value;
}

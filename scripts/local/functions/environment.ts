/** The environment of functions: what Supabase injects, the simulators' addresses, and the developer's own settings. */
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Keys } from "../auth/keys.ts";
import { ROOT } from "../home/settings.ts";
import type { Tokens } from "../auth/tokens.ts";

interface EnvironmentParts {
  keys: Keys;
  tokens: Tokens;
  apiUrl: string;
  dbUrl: string;
  simulatorUrl: string;
  /** How functions reach the database: through the Data API as on Supabase (default), or over a direct connection. */
  database: "data-api" | "pooler";
  env?: Record<string, string>;
}

/** Variables that any program needs to run. */
const SYSTEM = [
  "PATH",
  "HOME",
  "TMPDIR",
  "LANG",
  "DENO_DIR",
  "XDG_CACHE_HOME",
  "NPM_CONFIG_REGISTRY",
  "SSL_CERT_FILE",
];

export async function makeFunctionEnvironment(parts: EnvironmentParts): Promise<Record<string, string>> {
  const { keys, tokens, apiUrl, dbUrl, simulatorUrl, database } = parts;
  const shell = parts.env ?? Deno.env.toObject();
  const [documented, ...files] = await Promise.all([
    readDocumentedNames(),
    readEnvFile(join(ROOT, ".env")),
    readEnvFile(join(ROOT, "supabase/functions/.env")),
  ]);
  const pick = (names: Iterable<string>) =>
    Object.fromEntries([...names].flatMap((name) => shell[name] ? [[name, shell[name]]] : []));
  return {
    ...pick(SYSTEM),
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
    ...simulatorSettings(simulatorUrl),
    // The stack's mailbox implements Resend's API.
    RESEND_API_URL: `${apiUrl}/mail`,
    RESEND_API_KEY: "re_local",
    DOCS_URL: `${apiUrl}/docs`,
    // A developer's app on port 3000, and the console; under both names of this machine.
    OAUTH_REDIRECT_URIS: returnAddresses(apiUrl, "/oauth/callback", "/oauth/callback"),
    BILLING_RETURN_URLS: returnAddresses(apiUrl, "/billing", "/studio/plan"),
    ...(database === "pooler" ? { STREAMVIBE_POOLER_URL: poolerUrl(dbUrl) } : {}),
    ...Object.assign({}, ...files),
    ...pick(documented),
    // A project's own settings must not begin with SUPABASE_, so nothing overrides these.
    SUPABASE_URL: apiUrl,
    SUPABASE_DB_URL: dbUrl,
    SUPABASE_PUBLISHABLE_KEY: keys.publishable_key,
    SUPABASE_SECRET_KEY: keys.secret_key,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable_key }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret_key }),
    SUPABASE_ANON_KEY: keys.publishable_key,
    SUPABASE_SERVICE_ROLE_KEY: keys.secret_key,
    SUPABASE_JWKS: JSON.stringify(tokens.jwks),
  };
}

function returnAddresses(apiUrl: string, app: string, console: string): string {
  const hosts = ["localhost", "127.0.0.1"];
  const { port } = new URL(apiUrl);
  return [
    ...hosts.map((host) => `http://${host}:3000${app}`),
    ...hosts.map((host) => `http://${host}:${port}/app${console}`),
  ].join();
}

/** Returns the URL of a direct connection as service_role, so that a missing grant fails as it does over the Data API. */
export function poolerUrl(dbUrl: string): string {
  return `${dbUrl}?options=-c%20role%3Dservice_role`;
}

/** Replaces the real providers' addresses; only these settings refer to the simulators. */
export function simulatorSettings(url: string): Record<string, string> {
  return {
    GOOGLE_AUTHORIZATION_URL: `${url}/accounts.google.com/o/oauth2/v2/auth`,
    GOOGLE_TOKEN_URL: `${url}/oauth2.googleapis.com/token`,
    GOOGLE_REVOCATION_URL: `${url}/oauth2.googleapis.com/revoke`,
    YOUTUBE_API_URL: `${url}/www.googleapis.com/youtube/v3`,
    YOUTUBE_UPLOAD_URL: `${url}/www.googleapis.com/upload/youtube/v3`,
    YOUTUBE_HUB_URL: `${url}/pubsubhubbub.appspot.com/subscribe`,
    YOUTUBE_CLIENT_ID: "streamvibe-local.apps.googleusercontent.com",
    YOUTUBE_CLIENT_SECRET: "GOCSPX-local-simulator",
    INSTAGRAM_AUTHORIZATION_URL: `${url}/www.instagram.com/oauth/authorize`,
    INSTAGRAM_TOKEN_URL: `${url}/api.instagram.com/oauth/access_token`,
    INSTAGRAM_GRAPH_URL: `${url}/graph.instagram.com`,
    INSTAGRAM_CLIENT_ID: "990001112223334",
    INSTAGRAM_CLIENT_SECRET: "local-simulator-instagram-secret",
    FACEBOOK_URL: `${url}/www.facebook.com`,
    FACEBOOK_GRAPH_URL: `${url}/graph.facebook.com`,
    FACEBOOK_VIDEO_URL: `${url}/graph-video.facebook.com`,
    FACEBOOK_CLIENT_ID: "880001112223335",
    FACEBOOK_CLIENT_SECRET: "local-simulator-facebook-secret",
    META_WEBHOOK_VERIFY_TOKEN: "local-simulator-verify-token",
    TIKTOK_AUTHORIZATION_URL: `${url}/www.tiktok.com/v2/auth/authorize/`,
    TIKTOK_TOKEN_URL: `${url}/open.tiktokapis.com/v2/oauth/token/`,
    TIKTOK_REVOCATION_URL: `${url}/open.tiktokapis.com/v2/oauth/revoke/`,
    TIKTOK_API_URL: `${url}/open.tiktokapis.com/v2`,
    TIKTOK_AUDITED: "yes",
    TIKTOK_CLIENT_ID: "streamvibe-local-tiktok",
    TIKTOK_CLIENT_SECRET: "local-tiktok-simulator",
    TWITTER_AUTHORIZATION_URL: `${url}/x.com/i/oauth2/authorize`,
    TWITTER_TOKEN_URL: `${url}/api.x.com/2/oauth2/token`,
    TWITTER_REVOCATION_URL: `${url}/api.x.com/2/oauth2/revoke`,
    TWITTER_API_URL: `${url}/api.x.com/2`,
    TWITTER_CLIENT_ID: "streamvibe-local-twitter",
    TWITTER_CLIENT_SECRET: "local-twitter-simulator",
    OPENAI_API_URL: `${url}/api.openai.com/v1`,
    OPENAI_API_KEY: "sk-local-simulator",
    ANTHROPIC_API_URL: `${url}/api.anthropic.com/v1`,
    ANTHROPIC_API_KEY: "sk-ant-local-simulator",
    GOOGLE_AI_API_URL: `${url}/generativelanguage.googleapis.com/v1beta`,
    GOOGLE_AI_API_KEY: "AIza-local-simulator",
    LOCAL_AI_ENDPOINT: `${url}/localhost`,
    PUBLIC_SITE_URL: "https://streamvibe.example",
    PUBLIC_SITE_NAME: "StreamVibe",
    GOOGLE_SEARCH_CONSOLE_API_KEY: "ya29.local-search-console",
    GOOGLE_SEARCH_CONSOLE_CLIENT_ID: "streamvibe-local.apps.googleusercontent.com",
    GOOGLE_SEARCH_CONSOLE_CLIENT_SECRET: "GOCSPX-local-simulator",
    BING_WEBMASTER_API_KEY: "local-bing-webmaster-key",
    YANDEX_WEBMASTER_TOKEN: "y0_local-yandex-token",
    INDEXNOW_API_KEY: "streamvibe-local-indexnow-key",
    EXAMPLE_SITES_URL: `${url}/sites`,
    GOOGLE_SEARCH_CONSOLE_URL: `${url}/searchconsole.googleapis.com`,
    GOOGLE_INDEXING_URL: `${url}/indexing.googleapis.com`,
    BING_WEBMASTER_URL: `${url}/ssl.bing.com/webmaster/api.svc/json`,
    YANDEX_WEBMASTER_URL: `${url}/api.webmaster.yandex.net/v4`,
    INDEXNOW_URL: `${url}/api.indexnow.org/indexnow`,
    STRIPE_API_URL: `${url}/api.stripe.com`,
    STRIPE_SECRET_KEY: "sk_test_local_simulator",
    STRIPE_WEBHOOK_SECRET: "whsec_local_simulator",
    STRIPE_PUBLISHABLE_KEY: "pk_test_local_simulator",
    PLATFORM_PUBLISHING: "ask",
    // A simulated platform completes its work before it responds.
    PUBLISH_ASK_SECONDS: "2",
    PUBLISH_SETTLE_SECONDS: "10",
    ENVIRONMENT: "local",
  };
}

/** .env.example is the list of settings: any other variable of the shell is not passed on to functions. */
async function readDocumentedNames(): Promise<string[]> {
  const text = await Deno.readTextFile(join(ROOT, ".env.example")).catch(() => "");
  return [...text.matchAll(/^#?\s*([A-Z][A-Z0-9_]*)=/gm)].flatMap(([, name]) =>
    name && !name.startsWith("SUPABASE_") ? [name] : []
  );
}

/** An empty value counts as unset: a copied template has no effect until it is filled in. */
async function readEnvFile(path: string): Promise<Record<string, string>> {
  const values = parseEnv(await Deno.readTextFile(path).catch(() => ""));
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => value ? [[name, value]] : []));
}

/** The running stack's settings, for tests that run a function in their own process with some settings changed. */
import { testStack } from "../../../../scripts/test/stack.ts";
import { readSettings, type Settings } from "../../_shared/settings/settings.ts";

/** How the database is reached: the Data API, or a direct connection as the service role. */
export type Driver = "data api" | "pooler";

/** Returns the settings of a function on the running stack. */
export async function stackSettings(driver: Driver, changes: Record<string, string> = {}): Promise<Settings> {
  const stack = await testStack();
  const jwks = await (await fetch(`${stack.api_url}/auth/v1/.well-known/jwks.json`)).text();
  const pooler = new URL(stack.db_url);
  pooler.searchParams.set("options", "-c role=service_role");
  return readSettings({
    SUPABASE_URL: stack.api_url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: stack.publishable_key }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secret_key }),
    SUPABASE_JWKS: jwks,
    LOG_LEVEL: "silent",
    PROVIDER_RETRY_MS: "10",
    ...(driver === "pooler" ? { STREAMVIBE_POOLER_URL: pooler.href.replaceAll("+", "%20") } : {}),
    ...changes,
  });
}

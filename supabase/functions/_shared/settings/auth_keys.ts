/** The project's API keys by name. Supabase injects them as JSON objects, and a single one by an older name. */
import type { Settings } from "./settings.ts";

/** Named publishable keys; the legacy anon key counts as one. */
export function publishableKeys(settings: Settings): Record<string, string> {
  return {
    ...(settings.SUPABASE_ANON_KEY ? { legacy_anon: settings.SUPABASE_ANON_KEY } : {}),
    ...(settings.SUPABASE_PUBLISHABLE_KEY ? { default: settings.SUPABASE_PUBLISHABLE_KEY } : {}),
    ...settings.SUPABASE_PUBLISHABLE_KEYS,
  };
}

/** Named secret keys. */
export function secretKeys(settings: Settings): Record<string, string> {
  return {
    ...(settings.SUPABASE_SECRET_KEY ? { default: settings.SUPABASE_SECRET_KEY } : {}),
    ...settings.SUPABASE_SECRET_KEYS,
  };
}

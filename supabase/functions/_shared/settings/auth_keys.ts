/** The project's API keys by name. Supabase injects them as JSON objects, or as a single key in an older variable. */
import type { Settings } from "./settings.ts";

/** Returns publishable keys by name, including the legacy anon key. */
export function publishableKeys(settings: Settings): Record<string, string> {
  return {
    ...(settings.SUPABASE_ANON_KEY ? { legacy_anon: settings.SUPABASE_ANON_KEY } : {}),
    ...(settings.SUPABASE_PUBLISHABLE_KEY ? { default: settings.SUPABASE_PUBLISHABLE_KEY } : {}),
    ...settings.SUPABASE_PUBLISHABLE_KEYS,
  };
}

/** Returns secret keys by name. */
export function secretKeys(settings: Settings): Record<string, string> {
  return {
    ...(settings.SUPABASE_SECRET_KEY ? { default: settings.SUPABASE_SECRET_KEY } : {}),
    ...settings.SUPABASE_SECRET_KEYS,
  };
}

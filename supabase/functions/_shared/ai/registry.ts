/** Every provider by its slug in `ai_provider`, loaded with its first call. */
import type { Settings } from "../settings/settings.ts";
import type { Provider, ProviderSlug } from "./provider.ts";
import { AI } from "./settings.ts";

export const ADAPTERS: Readonly<Record<ProviderSlug, () => Promise<Provider>>> = {
  openai: async () => (await import("./openai.ts")).openai,
  anthropic: async () => (await import("./anthropic.ts")).anthropic,
  google: async () => (await import("./google.ts")).google,
  local: async () => (await import("./local.ts")).local,
};

/** The installation's key of a provider; undefined: it is not set up here. */
export function installationKey(settings: Settings, slug: ProviderSlug): string | undefined {
  const ai = settings.of(AI);
  switch (slug) {
    case "openai":
      return ai.OPENAI_API_KEY;
    case "anthropic":
      return ai.ANTHROPIC_API_KEY;
    case "google":
      return ai.GOOGLE_AI_API_KEY;
    case "local":
      return ai.LOCAL_AI_ENDPOINT && "local";
  }
}

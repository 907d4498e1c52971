/** The adapters of the providers by their slug in `ai_provider`. Each is loaded at its first call. */
import type { Settings } from "../settings/settings.ts";
import type { Provider, ProviderSlug } from "./provider.ts";
import { AI } from "./settings.ts";

export const ADAPTERS: Readonly<Record<ProviderSlug, () => Promise<Provider>>> = {
  openai: async () => (await import("./openai.ts")).openai,
  anthropic: async () => (await import("./anthropic.ts")).anthropic,
  google: async () => (await import("./google.ts")).google,
  local: async () => (await import("./local.ts")).local,
};

/** Returns the installation's key for a provider; undefined when the provider is not set up. */
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

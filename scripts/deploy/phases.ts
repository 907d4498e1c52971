/** The contents of each phase: database modules, functions, and the settings that they require. */
import { functionNames } from "../check/functions.ts";
import { DeployError } from "./target.ts";

/** One phase of the product. It needs the phases before it and none after it. */
export interface Phase {
  number: number;
  name: string;
  /** Names of the migrations, without version. */
  modules: string[];
  functions: string[];
  /** Function settings that a hosted project needs; of a nested list, any one suffices. */
  settings: (string | string[])[];
}

/** Modules and functions that no phase names, such as those for operations and personal data, belong to the last phase. */
const PHASES: Omit<Phase, "number">[] = [
  {
    name: "User Onboarding",
    modules: ["base_core"],
    functions: ["auth-profile-setup", "health", "metrics"],
    settings: [],
  },
  {
    name: "Platform OAuth",
    modules: ["platform_connections"],
    functions: [
      ...["facebook", "instagram", "tiktok", "twitter", "youtube"].flatMap((
        platform,
      ) => [`oauth-${platform}-init`, `oauth-${platform}-callback`]),
      ...["data-deletion-status", "disconnect-account", "meta-data-deletion", "meta-deauthorize"],
      ...["refresh-oauth-tokens", "tiktok-webhook"],
    ],
    settings: [
      "OAUTH_REDIRECT_URIS",
      ["YOUTUBE", "INSTAGRAM", "TIKTOK", "FACEBOOK", "TWITTER"].map((name) => `${name}_CLIENT_SECRET`),
    ],
  },
  {
    name: "Content Sync",
    modules: ["content_management"],
    functions: [
      ...["sync-facebook", "sync-instagram", "sync-tiktok", "sync-twitter", "sync-youtube"],
      "process-auto-sync",
    ],
    settings: [],
  },
  {
    name: "AI Enhancement",
    modules: ["ai_integration"],
    functions: ["ai-generate-tags", "apply-ai-suggestion", "get-ai-costs", "update-trending-keywords"],
    settings: [["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_AI_API_KEY", "LOCAL_AI_ENDPOINT"]],
  },
  {
    name: "SEO Integration",
    modules: ["seo_integration"],
    functions: [
      ...[
        "check-seo-status",
        "connect-search-engine",
        "get-seo-metadata",
        "get-seo-overview",
        "indexnow-key",
      ],
      ...["refresh-sitemap", "robots", "sitemap", "submit-to-seo", "thumbnail", "validate-seo"],
      ...["oauth-search-console-init", "oauth-search-console-callback", "verify-search-engine"],
    ],
    settings: ["PUBLIC_SITE_URL"],
  },
  {
    name: "Discovery Platform",
    modules: ["discovery_platform"],
    functions: [
      ...["browse-categories", "browse-content", "browse-creators", "get-click-stats", "get-content-detail"],
      ...["get-creator-by-slug", "get-trending", "search-content", "search-creators", "track-click"],
    ],
    settings: [],
  },
  {
    name: "Async Infrastructure",
    modules: ["async_infrastructure"],
    functions: [
      ...[
        "billing-status",
        "create-checkout-session",
        "create-portal-session",
        "job-processor",
        "job-status",
      ],
      ...["process-stripe-events", "stripe-webhook"],
    ],
    settings: ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "BILLING_RETURN_URLS"],
  },
  {
    name: "Publishing",
    modules: ["publishing"],
    functions: [
      ...[
        "cancel-post",
        "create-media",
        "create-post",
        "delete-media",
        "delete-webhook",
        "finish-media",
        "get-post",
      ],
      ...[
        "list-posts",
        "list-publishing-problems",
        "list-webhooks",
        "publish-post",
        "save-webhook",
        "send-webhook",
      ],
      ...["settle-publishing-problems", "update-post", "validate-post"],
    ],
    settings: [],
  },
  { name: "Feeds", modules: ["feed"], functions: [], settings: [] },
];

/** The last phase, which also includes what no phase names. */
export const LAST_PHASE = PHASES.length;

/** A migration of this working tree. */
export interface Migration {
  version: string;
  name: string;
  file: string;
  phase: number;
}

/** Returns every migration in version order, with its phase. */
export async function readMigrations(folder = "supabase/migrations"): Promise<Migration[]> {
  const migrations: Migration[] = [];
  for await (const { name: file } of Deno.readDir(folder)) {
    const [, version, name] = file.match(/^(\d+)_(.+)\.sql$/) ?? [];
    if (!version || !name) continue;
    migrations.push({ version, name, file, phase: phaseOfModule(name) });
  }
  return migrations.sort((a, b) => a.version < b.version ? -1 : 1);
}

/** Returns the functions of the phases up to one, as far as they exist in `supabase/functions`. */
export async function functionsUpTo(phase: number): Promise<string[]> {
  return (await functionNames()).filter((name) => isUpTo(phase, name));
}

/** Returns whether a function belongs to the phases up to one. */
export function isUpTo(phase: number, name: string): boolean {
  return phaseOfFunction(name) <= phase;
}

export function phaseOfFunction(name: string): number {
  return PHASES.findIndex(({ functions }) => functions.includes(name)) + 1 || LAST_PHASE;
}

/** Takes the migration's name without number or version. */
export function phaseOfModule(name: string): number {
  return PHASES.findIndex(({ modules }) => modules.includes(name)) + 1 || LAST_PHASE;
}

/**
 * Reads a phase from the command line: a number, or `last`.
 *
 * @throws {DeployError} If there is no such phase.
 */
export function readPhase(text: string | undefined): number {
  if (text === "last") return LAST_PHASE;
  if (text && /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= LAST_PHASE) return Number(text);
  throw new DeployError(`Cannot deploy phase ${text ?? ""}: it must be one of 1 to ${LAST_PHASE}, or last`);
}

/** Returns the settings that the phases up to one need. */
export function settingsUpTo(phase: number): (string | string[])[] {
  return PHASES.slice(0, phase).flatMap(({ settings }) => settings);
}

/** Returns the name of a phase. */
export function phaseName(phase: number): string {
  return PHASES[phase - 1]?.name ?? "nothing";
}

/** Returns names in the list that the repository does not have: a typo, or something that was removed. */
export async function unknownNames(): Promise<string[]> {
  const functions = await functionNames();
  const modules = (await readMigrations()).map(({ name }) => name);
  return PHASES.flatMap((phase) => [
    ...phase.functions.filter((name) => !functions.includes(name)),
    ...phase.modules.filter((name) => !modules.includes(name)),
  ]);
}

/** The console's run-time configuration: `config.json`, served beside its files. It contains no secrets. */
export interface Config {
  /** The backend's URL; empty if it is the page's own origin. */
  url: string;
  /** The publishable key. */
  key: string;
  /** The URL where docs/ is served. */
  docs?: string;
  /** The URL of a local stack's mailbox. */
  mail?: string;
  /** The demo creator of a local stack. */
  demo?: { email: string; password: string } | null;
  /** Whether images are loaded from the platforms; otherwise placeholders are drawn. */
  pictures?: boolean;
  /** A language of texts/, which also sets the text direction; the browser's by default. */
  language?: string;
  /** The same as PUBLIC_ITEM_PATH and PUBLIC_CREATOR_PATH of the backend. */
  item_path?: string;
  creator_path?: string;
}

/** Filled in before the first page renders. */
export const config: Config = { url: "", key: "" };

/** The path where the console is served, without a trailing slash. */
export const BASE = import.meta.env.BASE_URL.replace(/\/$/, "");

export async function readConfig(): Promise<void> {
  const answer = await fetch(`${BASE}/config.json`, { signal: AbortSignal.timeout(15_000) });
  if (!answer.ok) throw new Error(`Cannot read config.json: it answered ${answer.status}`);
  Object.assign(config, await answer.json());
  config.url ||= location.origin;
}

/** Return the path of an item's or a creator's page, relative to the console. */
export const itemPath = (id: string, slug = "") => fill(config.item_path ?? "/v/{id}", { id, slug });
export const creatorPath = (slug: string) => fill(config.creator_path ?? "/@{slug}", { slug });

function fill(pattern: string, values: Record<string, string>): string {
  return pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}

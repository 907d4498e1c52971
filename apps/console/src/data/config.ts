/** What the console is told about its installation at run time: `config.json` beside its files. Nothing in it is secret. */
export interface Config {
  /** The backend's address; empty where it is that of the page. */
  url: string;
  /** The publishable key. */
  key: string;
  /** Where docs/ can be read. */
  docs?: string;
  /** The mailbox of a local stack. */
  mail?: string;
  /** The demo creator of a local stack. */
  demo?: { email: string; password: string } | null;
  /** Whether pictures of the platforms are shown; without it they are drawn. */
  pictures?: boolean;
  /** A language of texts/, and with it the direction; the browser's by default. */
  language?: string;
  /** As PUBLIC_ITEM_PATH and PUBLIC_CREATOR_PATH of the backend. */
  item_path?: string;
  creator_path?: string;
}

/** Filled in before the first page is drawn. */
export const config: Config = { url: "", key: "" };

/** Where the console is served, without a slash at the end. */
export const BASE = import.meta.env.BASE_URL.replace(/\/$/, "");

export async function readConfig(): Promise<void> {
  const answer = await fetch(`${BASE}/config.json`, { signal: AbortSignal.timeout(15_000) });
  if (!answer.ok) throw new Error(`Cannot read config.json: it answered ${answer.status}`);
  Object.assign(config, await answer.json());
  config.url ||= location.origin;
}

/** The address of an item's or a creator's page below the console. */
export const itemPath = (id: string, slug = "") => fill(config.item_path ?? "/v/{id}", { id, slug });
export const creatorPath = (slug: string) => fill(config.creator_path ?? "/@{slug}", { slug });

function fill(pattern: string, values: Record<string, string>): string {
  return pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}

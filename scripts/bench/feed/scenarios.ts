/**
 * What users do under load, in one place: `bench load` runs it, and `generateK6` generates a k6 file from it for a machine beside a real
 * installation. A placeholder such as `{slug}` in a path or body stands for one of the run's values.
 */

/** Placeholders; a value is drawn for each request. */
export const PLACEHOLDERS = ["slug", "item", "creator", "word"] as const;
export type Placeholder = typeof PLACEHOLDERS[number];

interface Step {
  /** The share of this step in its scenario, in percent. */
  share: number;
  name: string;
  path: string;
  body?: Record<string, unknown>;
}

export interface LoadScenario {
  who: "visitor" | "creator" | "operator";
  /** The share of users, in percent. */
  share: number;
  steps: Step[];
}

/** Seconds between two steps of a user. */
export const THINK_SECONDS = 10;
export const USERS = 1_000;

export const LOAD_SCENARIOS: LoadScenario[] = [
  {
    who: "visitor",
    share: 40,
    steps: [
      { share: 30, name: "feed-home (visitor)", path: "/functions/v1/feed-home?limit=20" },
      { share: 20, name: "browse-content", path: "/functions/v1/browse-content?limit=20" },
      { share: 10, name: "get-trending", path: "/functions/v1/get-trending?limit=20" },
      { share: 20, name: "get-content-detail", path: "/functions/v1/get-content-detail?id={item}" },
      { share: 10, name: "feed-profile", path: "/functions/v1/feed-profile?creator={slug}" },
      { share: 10, name: "search-content", path: "/functions/v1/search-content?q={word}&limit=20" },
    ],
  },
  {
    who: "creator",
    share: 59,
    steps: [
      { share: 70, name: "feed-home", path: "/functions/v1/feed-home?limit=20" },
      { share: 15, name: "feed-profile", path: "/functions/v1/feed-profile?creator={slug}" },
      { share: 5, name: "follow", path: "/functions/v1/follow", body: { creator_id: "{creator}" } },
      { share: 5, name: "list-follows", path: "/functions/v1/list-follows?limit=50" },
      {
        share: 5,
        name: "log-usage",
        path: "/functions/v1/log-usage",
        body: { events: [{ event: "feed.opened", properties: { items: 20 } }] },
      },
    ],
  },
  {
    who: "operator",
    share: 1,
    steps: [
      { share: 50, name: "get_rpc_stats", path: "/rest/v1/rpc/get_rpc_stats", body: {} },
      { share: 50, name: "get_usage_stats", path: "/rest/v1/rpc/get_usage_stats", body: {} },
    ],
  },
];

/** Returns a member of the list, chosen by share; `draw` is from 0 to 1. */
export function drawn<Of extends { share: number }>(of: readonly Of[], draw: number): Of {
  let left = draw * of.reduce((sum, { share }) => sum + share, 0);
  for (const one of of) if ((left -= one.share) < 0) return one;
  return of.at(-1) as Of;
}

/** Returns a text with its placeholders replaced. */
export function filled(text: string, values: (name: Placeholder) => string): string {
  return text.replace(/\{(slug|item|creator|word)\}/g, (_, name: Placeholder) => values(name));
}

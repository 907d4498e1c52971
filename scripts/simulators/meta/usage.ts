/** Meta's limits: a pool an hour for the app, one a day for each account; how full they are stands in every answer's headers. */
import type { World } from "../provider.ts";
import type { Answer } from "../provider.ts";
import { refused } from "./graph_error.ts";

const hour = 3_600_000;

interface Window {
  limit: number;
  used: number;
  ends: number;
  readonly length: number;
}

export interface UsageChange {
  readonly limit?: number | undefined;
  readonly used?: number | undefined;
}

export class MetaUsage {
  readonly #world: World;
  readonly #type: "instagram" | "pages";
  #app: Window = { limit: 100_000, used: 0, ends: 0, length: hour };
  readonly #accounts = new Map<string, Window>();

  constructor(world: World, type: "instagram" | "pages") {
    this.#world = world;
    this.#type = type;
  }

  /** Counts a call; the refusal when a pool is empty. */
  charge(account: string): Answer | undefined {
    const app = this.#current(this.#app);
    const own = this.#current(this.#account(account));
    const reason = app.used >= app.limit
      ? "app_limit"
      : own.used >= own.limit
      ? `${this.#type}_account_limit` as const
      : undefined;
    if (reason !== undefined) {
      const answer = refused(reason);
      return { ...answer, headers: { ...answer.headers, ...this.headers(account) } };
    }
    app.used++;
    own.used++;
    return undefined;
  }

  headers(account: string | undefined): Record<string, string> {
    const app = percent(this.#current(this.#app));
    const headers: Record<string, string> = {
      "x-app-usage": JSON.stringify({
        call_count: app,
        total_cputime: Math.ceil(app / 4),
        total_time: Math.ceil(app / 3),
      }),
    };
    if (account === undefined) return headers;
    const window = this.#current(this.#account(account));
    const own = percent(window);
    const minutes = own >= 100 ? Math.ceil((window.ends - this.#world.clock.now()) / 60_000) : 0;
    headers["x-business-use-case-usage"] = JSON.stringify({
      [account]: [{
        type: this.#type,
        call_count: own,
        total_cputime: Math.ceil(own / 4),
        total_time: Math.ceil(own / 3),
        estimated_time_to_regain_access: minutes,
      }],
    });
    return headers;
  }

  change(account: string | undefined, { limit, used }: UsageChange) {
    const window = this.#current(account === undefined ? this.#app : this.#account(account));
    if (limit !== undefined) window.limit = limit;
    if (used !== undefined) window.used = used;
    return this.read(account);
  }

  read(account: string | undefined) {
    const { limit, used, ends } = this.#current(account === undefined ? this.#app : this.#account(account));
    return { limit, used, ends_at: new Date(ends).toISOString() };
  }

  reset(): void {
    this.#app = { limit: 100_000, used: 0, ends: 0, length: hour };
    this.#accounts.clear();
  }

  #account(id: string): Window {
    let window = this.#accounts.get(id);
    if (window === undefined) {
      window = { limit: 48_000, used: 0, ends: 0, length: 24 * hour };
      this.#accounts.set(id, window);
    }
    return window;
  }

  #current(window: Window): Window {
    const now = this.#world.clock.now();
    if (now >= window.ends) {
      window.used = 0;
      window.ends = now + window.length;
    }
    return window;
  }
}

function percent({ used, limit }: Window): number {
  return limit === 0 ? 100 : Math.floor((used / limit) * 100);
}

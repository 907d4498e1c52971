/** X's windows of 15 minutes: so many calls of an endpoint for each user, told in the headers of every answer. */
import { z } from "zod";
import { readBody } from "../admin.ts";
import type { SimulatorClock } from "../clock.ts";
import { json, type Route } from "../provider.ts";

const window_seconds = 15 * 60;

const limits = { "users/me": 75, "users/:id/tweets": 900, tweets: 5_000 } as const;
export type Endpoint = keyof typeof limits;

const Change = z.strictObject({
  account_id: z.string().min(1),
  endpoint: z.enum(Object.keys(limits) as [Endpoint, ...Endpoint[]]),
  limit: z.int().min(0).max(1_000_000).nullable().describe("null: the usual limit again"),
});

export interface Window {
  readonly allowed: boolean;
  readonly headers: Record<string, string>;
}

export class RateWindows {
  readonly #used = new Map<string, { window: number; calls: number }>();
  readonly #limits = new Map<string, number>();

  constructor(private readonly clock: SimulatorClock) {}

  take(account: string, endpoint: Endpoint): Window {
    const key = `${account} ${endpoint}`;
    const now = Math.floor(this.clock.now() / 1_000);
    const window = Math.floor(now / window_seconds);
    const known = this.#used.get(key);
    const calls = known?.window === window ? known.calls : 0;
    const limit = this.#limits.get(key) ?? limits[endpoint];
    const allowed = calls < limit;
    this.#used.set(key, { window, calls: calls + (allowed ? 1 : 0) });
    return {
      allowed,
      headers: {
        "x-rate-limit-limit": String(limit),
        "x-rate-limit-remaining": String(Math.max(0, limit - calls - 1)),
        "x-rate-limit-reset": String((window + 1) * window_seconds),
      },
    };
  }

  /** What a refusal that no call caused says: nothing left, and more in a while. */
  spent(seconds: number): Record<string, string> {
    return {
      "x-rate-limit-limit": "900",
      "x-rate-limit-remaining": "0",
      "x-rate-limit-reset": String(Math.ceil(this.clock.now() / 1_000) + seconds),
    };
  }

  admin(path: string): Route[] {
    return [{
      method: "PUT",
      path,
      handle: (call) => {
        const { account_id, endpoint, limit } = readBody(Change, call);
        const key = `${account_id} ${endpoint}`;
        if (limit === null) this.#limits.delete(key);
        else this.#limits.set(key, limit);
        return json(200, { account_id, endpoint, limit: limit ?? limits[endpoint] });
      },
    }];
  }

  reset(): void {
    this.#used.clear();
    this.#limits.clear();
  }
}

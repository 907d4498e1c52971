/** Calls of a minute that slides: 600 for each endpoint. TikTok does not say of whom; here each account has its own. */
import { z } from "zod";
import { readBody } from "../admin.ts";
import type { SimulatorClock } from "../clock.ts";
import { json, type Route } from "../provider.ts";

const default_limit = 600;
const window_ms = 60_000;

const Limit = z.strictObject({
  account_id: z.string().min(1),
  per_minute: z.int().min(0).max(1_000_000).nullable().describe("null: the usual limit again"),
});

export class CallWindow {
  readonly #calls = new Map<string, number[]>();
  readonly #limits = new Map<string, number>();

  constructor(private readonly clock: SimulatorClock) {}

  /** Whether one more is allowed; a refused one does not count. */
  take(account: string, endpoint: string): boolean {
    const now = this.clock.now();
    const key = `${account} ${endpoint}`;
    const recent = (this.#calls.get(key) ?? []).filter((at) => at > now - window_ms);
    this.#calls.set(key, recent);
    if (recent.length >= (this.#limits.get(account) ?? default_limit)) return false;
    recent.push(now);
    return true;
  }

  admin(path: string): Route[] {
    return [{
      method: "PUT",
      path,
      handle: (call) => {
        const { account_id, per_minute } = readBody(Limit, call);
        if (per_minute === null) this.#limits.delete(account_id);
        else this.#limits.set(account_id, per_minute);
        return json(200, { account_id, per_minute: per_minute ?? default_limit });
      },
    }];
  }

  reset(): void {
    this.#calls.clear();
    this.#limits.clear();
  }
}

/** Daily units of a Cloud project in their buckets. They come back at midnight Pacific Time, by the simulator's clock. */
import type { World } from "../provider.ts";

export const buckets = { default: 10_000, batch_get_stats: 10_000 } as const;
export type Bucket = keyof typeof buckets;

interface Budget {
  limit: number;
  used: number;
  day: string;
}

export class Quota {
  readonly #world: World;
  readonly #budgets = new Map<string, Budget>();
  /** For one account alone: so that a test can run out without taking the others along. */
  readonly #of_accounts = new Map<string, Budget>();
  readonly #pacific = new Intl.DateTimeFormat("en-CA", {
    timeZone: "America/Los_Angeles",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  #day = { until: -1, from: 0, name: "" };

  constructor(world: World) {
    this.#world = world;
  }

  /** Takes the units; false, taking none, when they are not there. */
  take(project: string, bucket: Bucket, account: string | undefined, units: number): boolean {
    const budgets = [this.#budget(project, bucket)];
    const own = account === undefined ? undefined : this.#of_accounts.get(account);
    if (own !== undefined) budgets.push(this.#renewed(own));
    if (budgets.some((budget) => budget.used + units > budget.limit)) return false;
    for (const budget of budgets) budget.used += units;
    return true;
  }

  read(project: string, bucket: Bucket, account?: string) {
    const budget = account === undefined ? this.#budget(project, bucket) : this.#of_accounts.get(account);
    if (budget === undefined) return undefined;
    const { limit, used } = this.#renewed(budget);
    return { limit, used, resets_at: new Date(this.#nextMidnight()).toISOString() };
  }

  set(
    project: string,
    bucket: Bucket,
    change: { limit?: number | undefined; used?: number | undefined },
  ): void {
    const budget = this.#budget(project, bucket);
    budget.limit = change.limit ?? budget.limit;
    budget.used = change.used ?? budget.used;
  }

  /** `limit` null takes the account's own budget away. */
  setAccount(
    account: string,
    change: { limit?: number | null | undefined; used?: number | undefined },
  ): void {
    if (change.limit === null) return void this.#of_accounts.delete(account);
    const before = this.#of_accounts.get(account);
    this.#of_accounts.set(account, {
      limit: change.limit ?? before?.limit ?? buckets.default,
      used: change.used ?? before?.used ?? 0,
      day: this.#today(),
    });
  }

  reset(): void {
    this.#budgets.clear();
    this.#of_accounts.clear();
  }

  #budget(project: string, bucket: Bucket): Budget {
    const key = `${project} ${bucket}`;
    let budget = this.#budgets.get(key);
    if (budget === undefined) {
      budget = { limit: buckets[bucket], used: 0, day: this.#today() };
      this.#budgets.set(key, budget);
    }
    return this.#renewed(budget);
  }

  #renewed(budget: Budget): Budget {
    const today = this.#today();
    if (budget.day !== today) {
      budget.day = today;
      budget.used = 0;
    }
    return budget;
  }

  /** Formatting a date costs more than the rest of a call, so the day's name is kept for a minute. */
  #today(): string {
    const now = this.#world.clock.now();
    if (now < this.#day.from || now >= this.#day.until) {
      const from = Math.floor(now / 60_000) * 60_000;
      this.#day = { from, until: from + 60_000, name: this.#pacific.format(now) };
    }
    return this.#day.name;
  }

  #nextMidnight(): number {
    const today = this.#today();
    const hour = 3_600_000;
    let time = Math.floor(this.#world.clock.now() / hour) * hour + hour;
    while (this.#pacific.format(time) === today) time += hour;
    return time;
  }
}

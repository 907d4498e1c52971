/** A provider's rate limits and quotas: buckets of units that calls use up and that refill by the simulators' clock. */
import { z } from "zod";
import { AdminError, readBody, readQuery } from "./admin.ts";
import type { Call, Context, Part, Route } from "./provider.ts";
import { json } from "./provider.ts";

/**
 * `sliding`: each unit is returned `seconds` after it was taken. `grid`: windows of `seconds` are aligned to the clock.
 * `rolling`: a window begins with the first call after the previous window. `day`: until midnight in a time zone.
 */
export type Window =
  | { readonly kind: "sliding" | "grid" | "rolling"; readonly seconds: number }
  | { readonly kind: "day"; readonly zone: string };

export interface Bucket {
  readonly limit: number;
  /** Whether all accounts share one bucket, or each has its own. */
  readonly per: "app" | "account";
  readonly window: Window;
}

export interface Reading {
  readonly limit: number;
  readonly used: number;
  /** When the whole quota is available again, or for a sliding window the next unit (ms). */
  readonly resets_at: number;
}

interface Meter {
  readonly bucket: Bucket;
  /** The limit set by a test; the bucket's limit applies if undefined. */
  limit: number | undefined;
  used: number;
  begins: number;
  ends: number;
  /** For a sliding window: when each unit was taken. */
  taken: number[];
}

const Count = z.int().min(0);

export class Quota<Name extends string = string> implements Part {
  readonly #meters = new Map<string, Meter>();

  constructor(private readonly context: Context, private readonly buckets: Readonly<Record<Name, Bucket>>) {}

  /** Takes the units; returns false and takes none if there are too few. Taking 0 units checks whether any are left. */
  take(name: Name, account: string | undefined, units = 1): boolean {
    const meters = this.#drawnOn(name, account);
    const isSpent = meters.some((meter) => {
      const { used, limit } = this.#read(meter);
      return used >= limit || used + units > limit;
    });
    if (isSpent) return false;
    for (const meter of meters) {
      meter.used += units;
      if (meter.bucket.window.kind !== "sliding") continue;
      for (let unit = 0; unit < units; unit++) meter.taken.push(this.context.clock.now());
    }
    return true;
  }

  read(name: Name, account?: string): Reading {
    return this.#read(this.#meter(name, account));
  }

  admin(root: string): Route[] {
    const names = Object.keys(this.buckets) as [Name, ...Name[]];
    const Change = z.strictObject({
      bucket: z.enum(names).optional().describe("left out: every bucket that is counted so"),
      account_id: z.string().min(1).optional(),
      limit: Count.nullable().optional().describe("null: the usual limit again"),
      used: Count.optional(),
    });
    const Look = z.strictObject({ account_id: z.string().min(1).optional() });
    return [
      {
        method: "GET",
        path: `${root}/quota`,
        handle: (call) => {
          const { account_id } = readQuery(Look, call);
          return this.#answer(this.#counted(account_id), account_id);
        },
      },
      {
        method: "PUT",
        path: `${root}/quota`,
        handle: (call) => {
          const { bucket, account_id, limit, used } = readBody(Change, call);
          const chosen = bucket === undefined ? this.#counted(account_id) : [bucket];
          for (const name of chosen) this.#change(call, name, account_id, limit, used);
          return this.#answer(chosen, account_id);
        },
      },
    ];
  }

  reset(): void {
    this.#meters.clear();
  }

  #change(
    call: Call,
    name: Name,
    account: string | undefined,
    limit: number | null | undefined,
    used: number | undefined,
  ): void {
    if (account === undefined && this.buckets[name].per === "account") {
      throw new AdminError(
        400,
        `Cannot ${call.method} ${call.path}: account_id is needed, ${name} is counted by account`,
      );
    }
    const meter = this.#meter(name, account);
    if (limit === null) meter.limit = undefined;
    else if (limit !== undefined) meter.limit = limit;
    if (used === undefined) return;
    meter.used = used;
    meter.taken = Array.from({ length: used }, () => this.context.clock.now());
  }

  /** Returns the default buckets for a call that names none: the per-account ones if an account is given and any exist, otherwise the app's. */
  #counted(account: string | undefined): Name[] {
    const names = Object.keys(this.buckets) as Name[];
    const of = (per: Bucket["per"]) => names.filter((name) => this.buckets[name].per === per);
    const first = of(account === undefined ? "app" : "account");
    return first.length > 0 ? first : names;
  }

  #answer(names: readonly Name[], account: string | undefined) {
    const readings = names.map((name) => {
      const { resets_at, ...reading } = this.read(name, account);
      return [name, { ...reading, resets_at: new Date(resets_at).toISOString() }];
    });
    return json(200, {
      ...(account === undefined ? {} : { account_id: account }),
      ...Object.fromEntries(readings),
    });
  }

  /** Returns the meters that a call draws on: the app's and, once a test has limited the account, also the account's. */
  #drawnOn(name: Name, account: string | undefined): Meter[] {
    if (this.buckets[name].per === "account") return [this.#meter(name, account)];
    const own = account === undefined ? undefined : this.#meters.get(`${name} ${account}`);
    return [this.#meter(name, undefined), ...(own?.limit === undefined ? [] : [own])];
  }

  #meter(name: Name, account: string | undefined): Meter {
    const key = account === undefined ? name : `${name} ${account}`;
    let meter = this.#meters.get(key);
    if (meter === undefined) {
      meter = { bucket: this.buckets[name], limit: undefined, used: 0, begins: Infinity, ends: 0, taken: [] };
      this.#meters.set(key, meter);
    }
    return meter;
  }

  #read(meter: Meter): Reading {
    const { window, limit } = meter.bucket;
    const now = this.context.clock.now();
    if (window.kind === "sliding") {
      const since = now - window.seconds * 1_000;
      meter.taken = meter.taken.filter((at) => at > since);
      meter.used = meter.taken.length;
      meter.ends = (meter.taken[0] ?? now) + window.seconds * 1_000;
    } else if (now >= meter.ends || now < meter.begins) {
      meter.used = 0;
      meter.ends = endOf(window, now);
      meter.begins = now;
    }
    return { limit: meter.limit ?? limit, used: meter.used, resets_at: meter.ends };
  }
}

/** Returns when a window that begins now ends. */
function endOf(window: Window, now: number): number {
  if (window.kind !== "day") {
    const length = window.seconds * 1_000;
    return window.kind === "grid" ? (Math.floor(now / length) + 1) * length : now + length;
  }
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: window.zone, dateStyle: "short" });
  const hour = 3_600_000;
  let time = (Math.floor(now / hour) + 1) * hour;
  while (day.format(time) === day.format(now)) time += hour;
  return time;
}

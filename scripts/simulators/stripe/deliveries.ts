/** Delivers events as Stripe does: signed, retried for three days until accepted, in no particular order, and occasionally twice. */
import { createHmac } from "node:crypto";
import type { Happening } from "./account.ts";
import { CURRENT_VERSION, type Endpoint, type Lookup, render } from "./objects.ts";

export interface Attempt {
  readonly event: string;
  readonly type: string;
  readonly url: string;
  readonly status: number;
}

interface Pending {
  readonly happening: Happening;
  readonly endpoint: Endpoint;
  attempts: number;
  due: number;
}

/** Seconds between retries; three days in total, as for a live account. */
const RETRIES = [300, 1_800, 7_200, 18_000, 36_000, 43_200, 43_200, 43_200, 43_200];

export class Deliveries {
  #pending: Pending[] = [];
  #log: Attempt[] = [];
  /** Customers whose events wait until a test asks for them. */
  readonly held = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #under_way = new Set<Promise<void>>();

  constructor(
    private readonly now: () => number,
    private readonly look: Lookup,
    private readonly endpoints: () => Endpoint[],
    private readonly livemode: boolean,
  ) {}

  add(happening: Happening): void {
    if (this.held.has(customerOf(happening) ?? "")) return;
    for (const endpoint of this.endpoints()) {
      const { enabled_events: wanted } = endpoint;
      if (wanted.includes("*") || wanted.includes(happening.type)) {
        this.#pending.push({ happening, endpoint, attempts: 0, due: 0 });
      }
    }
    this.#schedule(0);
  }

  /** Returns an event's body as an endpoint receives it, in the endpoint's API version. */
  body(happening: Happening, version: string | null, livemode = this.livemode): string {
    const api_version = version ?? CURRENT_VERSION;
    return JSON.stringify({
      id: happening.id,
      object: "event",
      api_version,
      created: happening.created,
      data: {
        object: render(happening.thing, { version: api_version, livemode, look: this.look }),
        ...(happening.previous ? { previous_attributes: happening.previous } : {}),
      },
      livemode,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type: happening.type,
    });
  }

  async post(url: string, body: string, signature: string, patience_ms = 10_000): Promise<number> {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json; charset=utf-8",
          "stripe-signature": signature,
          "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        },
        body,
        redirect: "manual",
        signal: AbortSignal.timeout(patience_ms),
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      return 0;
    }
  }

  attempts(): Attempt[] {
    return this.#log;
  }

  /** Delivers everything that is due, including retries that became due when the clock moved. */
  async run(): Promise<void> {
    const now = this.now();
    const due = this.#pending.filter((one) => one.due <= now);
    this.#pending = this.#pending.filter((one) => one.due > now);
    await Promise.all(due.map(async (one) => {
      const body = this.body(one.happening, one.endpoint.api_version);
      const status = await this.post(one.endpoint.url, body, sign(body, [one.endpoint.secret], now));
      this.#log.push({ event: one.happening.id, type: one.happening.type, url: one.endpoint.url, status });
      if (this.#log.length > 5_000) this.#log.splice(0, 1_000);
      if (status >= 200 && status < 300) return;
      const wait = RETRIES[one.attempts++];
      if (wait !== undefined) this.#pending.push({ ...one, due: now + wait });
    }));
    if (this.#pending.length > 0) this.#schedule(250);
  }

  #schedule(ms: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const work = this.run();
      this.#under_way.add(work);
      work.finally(() => this.#under_way.delete(work));
    }, ms);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pending = [];
  }
}

/** Returns `t=…,v1=…` with one `v1` per secret: two while a secret is being rotated. */
export function sign(body: string, secrets: readonly string[], seconds: number): string {
  const at = Math.floor(seconds);
  return [
    `t=${at}`,
    ...secrets.map((secret) => `v1=${createHmac("sha256", secret).update(`${at}.${body}`).digest("hex")}`),
    "v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39",
  ].join(",");
}

export function customerOf({ thing }: Happening): string | undefined {
  if (thing.kind === "customer") return thing.id;
  return "customer" in thing ? thing.customer : undefined;
}

/** Webhooks that a provider sends: the URLs that the app registered, and deliveries, including invalid and concurrent ones. */
import { z } from "zod";
import { AdminError, readBody } from "./admin.ts";
import type { JournalEvent } from "./journal.ts";
import { type Context, json, type Part, type Route } from "./provider.ts";

export interface Delivery {
  readonly account_id: string;
  readonly event: string;
  readonly times: number;
  /** A secret other than the app's, for a wrong signature. */
  readonly secret?: string | undefined;
  /** Whether the body is changed after signing. */
  readonly tamper: boolean;
  /** Provider-specific members of a delivery. */
  readonly [member: string]: unknown;
}

export interface WebhookRules {
  readonly events: readonly [string, ...string[]];
  /** Schemas of the provider-specific members of a delivery. */
  readonly members?: z.ZodRawShape;
  /** Returns the URL of a delivery if none was registered. */
  address?(delivery: Delivery): string | undefined;
  /** Applies what happens at the provider before it sends the webhook; throws for an unknown account. */
  before(delivery: Delivery): void;
  /** Returns the request as the provider signs it; `now` in seconds. */
  sign(delivery: Delivery, now: number): { headers?: Record<string, string>; body: string | URLSearchParams };
}

export class Webhooks implements Part {
  /** URLs by event; `all` applies to events without their own. */
  #addresses: Record<string, string> = {};

  constructor(private readonly context: Context, private readonly rules: WebhookRules) {}

  admin(root: string): Route[] {
    const path = `${root}/webhooks`;
    const Address = z.strictObject({
      url: z.url(),
      event: z.enum(["all", ...this.rules.events]).default("all"),
    });
    const Sent = z.strictObject({
      account_id: z.string().min(1),
      event: z.enum(this.rules.events).default(this.rules.events[0]),
      times: z.int().min(1).max(20).default(1).describe("the same delivery so many times, at once"),
      secret: z.string().min(1).optional(),
      tamper: z.boolean().default(false),
      ...this.rules.members,
    });
    return [
      {
        method: "PUT",
        path,
        handle: (call) => {
          const { event, url } = readBody(Address, call);
          this.#addresses[event] = url;
          this.context.record({ kind: "webhook", event, url });
          return json(200, this.#addresses);
        },
      },
      {
        method: "POST",
        path,
        handle: async (call) => {
          const delivery = readBody(Sent, call) as Delivery;
          const url = this.#addresses[delivery.event] ?? this.#addresses.all ??
            this.rules.address?.(delivery);
          if (url === undefined) {
            throw new AdminError(409, `Cannot send a webhook: no address is registered, PUT one to ${path}`);
          }
          this.rules.before(delivery);
          const request = this.rules.sign(delivery, Math.floor(this.context.clock.now() / 1_000));
          const answers = await Promise.all(Array.from({ length: delivery.times }, async () => {
            const response = await fetch(url, {
              method: "POST",
              ...request,
              signal: AbortSignal.timeout(10_000),
            });
            const text = await response.text();
            const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
            return { status: response.status, body: isJson ? JSON.parse(text) : text };
          }));
          return json(200, { answers });
        },
      },
    ];
  }

  replay(event: JournalEvent): void {
    if (event.kind === "webhook") this.#addresses[String(event.event)] = String(event.url);
  }

  reset(): void {
    this.#addresses = {};
  }
}

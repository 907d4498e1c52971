/** Messages sent to a channel or an address, for tests to read. */
import { z } from "zod";
import { readQuery } from "../engine/admin.ts";
import type { JournalEvent } from "../engine/journal.ts";
import { type Context, json, type Part, type Route } from "../engine/provider.ts";

const KEPT = 5_000;

export interface Received {
  /** The channel of a webhook, or the first recipient of a mail. */
  to: string;
  text: string;
  body: unknown;
  at: string;
}

export class ReceivedMessages implements Part {
  #messages: Received[] = [];

  constructor(private readonly context: Context) {}

  take(to: string, text: string, body: unknown): void {
    const message = { to, text, body, at: new Date(this.context.clock.now()).toISOString() };
    this.#messages.push(message);
    if (this.#messages.length > KEPT) this.#messages.shift();
    this.context.record({ kind: "received", message });
  }

  admin(root: string): Route[] {
    return [{
      method: "GET",
      path: `${root}/received`,
      handle: (call) => {
        const { to } = readQuery(z.strictObject({ to: z.string().optional() }), call);
        return json(200, { messages: this.#messages.filter((one) => to === undefined || one.to === to) });
      },
    }];
  }

  replay(event: JournalEvent): void {
    if (event.kind === "received") this.#messages.push(event.message as Received);
  }

  reset(): void {
    this.#messages = [];
  }
}

/** Where Meta reports what people do to an app: the addresses that stand in the app's settings, and the form that it posts there. */
import { createHmac } from "node:crypto";
import { z } from "zod";
import { AdminError } from "../admin.ts";
import type { JournalEvent } from "../journal.ts";
import type { World } from "../provider.ts";
import type { MetaApp } from "./accounts.ts";

/** A person removed the app, or wants their data erased as well. */
export const Wish = z.enum(["deauthorize", "data_deletion"]);
export type Wish = z.infer<typeof Wish>;

export const Addresses = z.strictObject({ deauthorize: z.url(), data_deletion: z.url() }).partial();

export const Report = z.strictObject({
  account_id: z.string().min(1),
  wish: Wish.default("deauthorize"),
  issued_at: z.int().optional(),
  times: z.int().min(1).max(20).default(1).describe("the same report so many times, at once"),
  secret: z.string().min(1).optional().describe("another one makes a wrong signature"),
  tamper: z.boolean().default(false).describe("change the payload after it was signed"),
});

/** The callbacks of one app; registered once, kept over a restart. */
export class Callbacks {
  readonly #world: World;
  readonly #provider: string;
  readonly #app: MetaApp;
  #addresses: z.infer<typeof Addresses> = {};

  constructor(world: World, provider: string, app: MetaApp) {
    this.#world = world;
    this.#provider = provider;
    this.#app = app;
  }

  register(addresses: z.infer<typeof Addresses>): z.infer<typeof Addresses> {
    Object.assign(this.#addresses, addresses);
    this.#world.journal.record({ provider: this.#provider, kind: "callbacks", addresses: this.#addresses });
    return this.#addresses;
  }

  /** Posts the report; gives what the app answered. */
  async send(user_id: string, report: z.output<typeof Report>): Promise<{ status: number; body: unknown }[]> {
    const url = this.#addresses[report.wish];
    if (url === undefined) {
      throw new AdminError(
        409,
        `Cannot report: no address is registered, PUT one to /_admin/${this.#provider}/callbacks`,
      );
    }
    const body = new URLSearchParams({ signed_request: this.#signed(user_id, report) });
    return await Promise.all(Array.from({ length: report.times }, async () => {
      const response = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(10_000) });
      return { status: response.status, body: await response.json().catch(() => null) };
    }));
  }

  replay(event: JournalEvent): void {
    if (event.kind === "callbacks") this.#addresses = Addresses.parse(event.addresses);
  }

  reset(): void {
    this.#addresses = {};
  }

  #signed(user_id: string, { issued_at, secret, tamper }: z.output<typeof Report>): string {
    const written = (id: string) =>
      Buffer.from(JSON.stringify({
        algorithm: "HMAC-SHA256",
        expires: 0,
        issued_at: issued_at ?? Math.floor(this.#world.clock.now() / 1_000),
        user_id: id,
      })).toString("base64url");
    const payload = written(user_id);
    const signature = createHmac("sha256", secret ?? this.#app.secret).update(payload).digest("base64url");
    return `${signature}.${tamper ? written(`${user_id}0`) : payload}`;
  }
}

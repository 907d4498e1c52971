/**
 * Deletes users who requested it. The request itself (`request_account_deletion`) has ended their sessions and hidden their data in one
 * transaction. This module does the rest in idempotent steps: it revokes the grants at the platforms, deletes the customer at Stripe, deletes
 * files from storage, deletes rows in batches and finally deletes the login. When a run dies, its lease expires and the next run continues.
 * A provider that is down delays only its own step and the deletion of the login.
 */
import * as z from "zod";
import { isLive } from "../billing/settings.ts";
import { BILLING } from "../billing/settings.ts";
import { describeFault, isMissing, OWNER, stripeClient } from "../billing/stripe_client.ts";
import type { Context } from "../context.ts";
import { callProvider, ProviderError } from "../http/outgoing.ts";
import { Tokens } from "../platforms/platform.ts";
import { isKnown, platformOf } from "../platforms/registry.ts";
import { Storage } from "../publishing/media.ts";
import { secretKeys } from "../settings/auth_keys.ts";

const Deletion = z.object({
  code: z.uuid(),
  fence: z.number(),
  user_id: z.uuid(),
  email: z.string().nullable(),
  may_give_up: z.boolean(),
  files_done: z.boolean(),
  rows_done: z.boolean(),
  grants: z.array(
    z.object({ connection_id: z.uuid(), platform: z.string(), tokens: Tokens.nullable().catch(null) }),
  ),
  customers: z.array(z.object({
    row: z.number(),
    livemode: z.boolean(),
    customer_id: z.string().nullable(),
    is_deleted: z.boolean(),
  })),
});
type Deletion = z.output<typeof Deletion>;

export const EraseOutput = z.object({
  /** Users whose deletion is complete. */
  completed: z.int(),
  /** Users with steps left for the next run. */
  waiting: z.int(),
});

const BUDGET_MS = 50_000;
const REVOKE_MS = 10_000;
const FILES_AT_ONCE = 100;

export async function eraseAccounts(
  context: Context,
  budget_ms = BUDGET_MS,
): Promise<z.output<typeof EraseOutput>> {
  const ends_at = Date.now() + budget_ms;
  const done = { completed: 0, waiting: 0 };
  while (Date.now() < ends_at && !context.signal?.aborted) {
    const deletion = await context.admin.call("claim_account_deletion", {}, Deletion.nullable());
    if (deletion === null) break;
    const outcome = await new Eraser(context, deletion, ends_at).run();
    done[outcome === "completed" ? "completed" : "waiting"] += 1;
  }
  return done;
}

class Eraser {
  readonly #about: { p_code: string; p_fence: number };
  #errors: string[] = [];

  constructor(
    private readonly context: Context,
    private readonly deletion: Deletion,
    private readonly ends_at: number,
  ) {
    this.#about = { p_code: deletion.code, p_fence: deletion.fence };
  }

  async run(): Promise<string> {
    const { deletion } = this;
    for (const grant of deletion.grants) await this.#step("a grant", () => this.#endGrant(grant));
    for (const customer of deletion.customers) await this.#step("billing", () => this.#endCustomer(customer));
    if (!deletion.files_done) await this.#step("files", () => this.#removeFiles());
    await this.#step("rows", () => this.#eraseRows());
    const error = this.#errors.length > 0 ? this.#errors.join("; ") : null;
    const settle = (p_is_gone: boolean) =>
      this.context.admin.call("settle_account_deletion", { ...this.#about, p_error: error, p_is_gone });
    if (await settle(false) !== "ready") return "waits";
    await this.#step("the login", () => this.#deleteLogin());
    return this.#errors.length > 0
      ? await this.context.admin.call("settle_account_deletion", {
        ...this.#about,
        p_error: this.#errors.join("; "),
      })
      : await settle(true);
  }

  /** Runs a step. A failure is recorded, and the other steps continue. */
  async #step(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const reason = `${name}: ${
        error instanceof ProviderError
          ? `${error.provider} ${error.status ?? error.kind}`
          : describeFault(error)
      }`;
      this.#errors.push(reason);
      this.context.log.warn("a step of a deletion failed", { code: this.deletion.code, reason, error });
    }
  }

  async #record(done: Record<string, unknown>): Promise<void> {
    await this.context.admin.call("record_account_deletion", { ...this.#about, p_done: done });
  }

  async #endGrant({ connection_id, platform: slug, tokens }: Deletion["grants"][number]): Promise<void> {
    const outcome: { revoked?: boolean } = {};
    if (tokens !== null && isKnown(slug)) {
      const signal = AbortSignal.timeout(REVOKE_MS);
      const platform = await platformOf(slug, { ...this.context, signal });
      if (platform.revoke) {
        try {
          await platform.revoke(tokens);
          outcome.revoked = true;
        } catch (error) {
          // A 4xx other than 429 means that the grant has already ended.
          outcome.revoked = error instanceof ProviderError && error.status !== null && error.status >= 400 &&
            error.status < 500 && error.status !== 429;
          if (!outcome.revoked && !this.deletion.may_give_up) throw error;
        }
      }
    }
    await this.#record({ connection_id, ...outcome });
  }

  async #endCustomer(
    { row, livemode, customer_id, is_deleted }: Deletion["customers"][number],
  ): Promise<void> {
    const { context, deletion } = this;
    const has_key = context.settings.of(BILLING).STRIPE_SECRET_KEY !== undefined;
    const is_live = isLive(context.settings);
    if (livemode && !is_live) throw new Error("a live-mode customer needs the live-mode key");
    // Test-mode customers are not deleted with a live key.
    if (!is_deleted && has_key && livemode === is_live) {
      const stripe = await stripeClient(context);
      const ids = customer_id !== null
        ? [customer_id]
        : deletion.email === null
        ? []
        : (await stripe.customers.list({
          email: deletion.email,
          limit: 100,
        })).data.filter(({ metadata }) => metadata?.[OWNER] === deletion.user_id).map(({ id }) => id);
      for (const id of ids) {
        try {
          for await (
            const subscription of stripe.subscriptions.list({ customer: id, status: "all", limit: 100 })
          ) {
            if (["canceled", "incomplete_expired"].includes(subscription.status)) continue;
            await stripe.subscriptions.cancel(subscription.id);
          }
          await stripe.customers.del(id);
        } catch (error) {
          if (!isMissing(error)) throw error;
        }
      }
    }
    await this.#record({ customer_row: row });
  }

  async #removeFiles(): Promise<void> {
    const storage = new Storage(this.context);
    let paths: string[] = [];
    const remove = async () => {
      if (paths.length === 0) return;
      await storage.remove(paths);
      await this.#record({ files: paths.length });
      paths = [];
    };
    // List all files before deleting any, because deletions shift the later pages of the list.
    const all: string[] = [];
    for await (const { path } of storage.list(this.deletion.user_id)) all.push(path);
    for (const path of all) {
      paths.push(path);
      if (paths.length === FILES_AT_ONCE) await remove();
    }
    await remove();
    await this.#record({ step: "files" });
  }

  async #eraseRows(): Promise<void> {
    const limit = 2_000;
    while (Date.now() < this.ends_at) {
      if (await this.context.admin.call("erase_account_rows", { ...this.#about, p_limit: limit }) < limit) {
        return;
      }
    }
  }

  async #deleteLogin(): Promise<void> {
    const { settings, fetch, log, request_id } = this.context;
    const key = Object.values(secretKeys(settings))[0] ?? "";
    try {
      await callProvider(`${settings.SUPABASE_URL}/auth/v1/admin/users/${this.deletion.user_id}`, {
        method: "DELETE",
        headers: { apikey: key, authorization: `Bearer ${key}` },
      }, { provider: "auth", timeout_ms: 30_000, retry: "safe", request_id, log, fetch });
    } catch (error) {
      if (!(error instanceof ProviderError && error.status === 404)) throw error;
    }
  }
}

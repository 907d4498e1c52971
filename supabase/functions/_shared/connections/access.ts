/**
 * Uses a connection: refreshes its token before use when it is due, refreshes it once when it turns out dead, and marks an account
 * that only its creator can fix, after the platform has confirmed the refusal.
 */
import { type Platform, PlatformFault, type Tokens } from "../platforms/platform.ts";
import { needsCreator } from "./problem.ts";
import { confirmed, markRefused } from "./refusal.ts";
import { Claim, type FreshTokens, REFRESH_LEASE_SECONDS, refreshClaimed } from "./refresh_token.ts";
import type { Context } from "../context.ts";

export interface Connection extends FreshTokens {
  connection_id: string;
}

const LEAST_LEFT_MS = 5 * 60_000;

/** How long to wait for another worker's refresh of the same connection. */
const OTHERS_REFRESH_MS = 5_000;
const POLL_MS = 100;

/** Runs work with tokens that are valid as far as is known. */
export class Access {
  private tokens: Tokens;
  private expires_at: string | null;
  private isRefreshed = false;

  constructor(
    private readonly context: Context,
    private readonly platform: Platform,
    private readonly connection: Connection,
  ) {
    this.tokens = connection.tokens;
    this.expires_at = connection.token_expires_at;
  }

  async use<Result>(work: (tokens: Tokens) => Promise<Result>): Promise<Result> {
    await this.refreshWhenDue();
    return await this.attempt(work);
  }

  private async attempt<Result>(work: (tokens: Tokens) => Promise<Result>): Promise<Result> {
    try {
      return await work(this.tokens);
    } catch (error) {
      if (error instanceof PlatformFault && error.kind === "token_expired" && !this.isRefreshed) {
        await this.refresh();
        return await this.attempt(work);
      }
      const fault = await confirmed(this.context, this.platform, this.tokens, error);
      if (needsCreator(fault)) await this.refuse(fault);
      throw fault;
    }
  }

  private async refreshWhenDue(): Promise<void> {
    const now = this.context.now().getTime();
    if (this.isRefreshed || !isDue(this.tokens, this.expires_at, now)) return;
    try {
      await this.refresh();
    } catch (error) {
      const stillGood = this.expires_at !== null && Date.parse(this.expires_at) > now;
      if (needsCreator(error) || !stillGood) throw error;
      this.context.log.warn("a token could not be refreshed ahead of time", {
        connection_id: this.connection.connection_id,
        error,
      });
    }
  }

  private async refresh(): Promise<void> {
    const { tokens, token_expires_at } = await this.refreshOnce();
    this.tokens = tokens;
    this.expires_at = token_expires_at;
    this.isRefreshed = true;
  }

  /** Refreshes, or adopts the tokens that another worker has refreshed in the meantime. */
  private async refreshOnce(): Promise<FreshTokens> {
    const claim = await this.claim();
    if (!claim) {
      throw new PlatformFault(this.platform.slug, "transient", { reason: "another refresh is running" });
    }
    if (claim.tokens.access_token === this.tokens.access_token) {
      return await refreshClaimed(this.context, this.platform, claim);
    }
    await this.release(claim);
    return claim;
  }

  private async claim(): Promise<Claim | null> {
    const deadline = Date.now() + OTHERS_REFRESH_MS;
    for (;;) {
      const claim = await this.context.admin.call("claim_token_refresh", {
        p_connection_id: this.connection.connection_id,
        p_lease_seconds: REFRESH_LEASE_SECONDS,
      }, Claim.nullable());
      if (claim || Date.now() > deadline) return claim;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  private async release(claim: Claim): Promise<void> {
    await this.context.admin.call("release_token_refresh", {
      p_connection_id: claim.connection_id,
      p_lease: claim.lease,
      p_error: null,
    });
  }

  private async refuse(fault: PlatformFault): Promise<void> {
    try {
      const claim = await this.claim();
      if (claim) await markRefused(this.context, this.platform, claim, fault);
    } catch (error) {
      this.context.log.warn("an account could not be marked as refused", {
        connection_id: this.connection.connection_id,
        error,
      });
    }
  }
}

/** Returns whether a token is due: less than a tenth of its life, or less than five minutes, is left, but never in its first half. */
export function isDue(tokens: Tokens, expires_at: string | null, now: number): boolean {
  if (expires_at === null) return false;
  const end = Date.parse(expires_at);
  const life = end - Date.parse(tokens.obtained_at ?? "");
  const margin = Number.isNaN(life) ? LEAST_LEFT_MS : Math.min(Math.max(LEAST_LEFT_MS, life / 10), life / 2);
  return end - now < margin;
}

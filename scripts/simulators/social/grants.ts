/**
 * What an account has let the app do, and the tokens of that: codes that work once, access tokens that expire, refresh
 * tokens that, where a provider rotates them, die when the next one is issued.
 */
import { createHash } from "node:crypto";
import type { JournalEvent } from "../journal.ts";
import { Codes, GrantStore } from "../oauth/grant_store.ts";
import { seal, unseal } from "../oauth/sealed_token.ts";
import type { World } from "../provider.ts";

export interface GrantRules {
  /** Of the journal's events and of the admin routes. */
  readonly provider: string;
  /** Seconds. */
  readonly life: { readonly code: number; readonly access: number; readonly refresh: number };
  /** Whether a refresh gives a new refresh token and ends the old one. */
  readonly rotates: boolean;
  readonly prefixes: { readonly code: string; readonly access: string; readonly refresh: string };
}

interface Grant {
  scopes: string[];
  consented: boolean;
  /** Raised when the access is taken away: tokens of an older one are dead. */
  generation: number;
  /** Tokens given out up to this moment (ms) are taken as expired. */
  access_expired_until: number;
  refresh_expired_until: number;
  /** One entry a consent: the number of the one refresh token of it that lives. */
  chains: number[];
}

interface Facts {
  readonly account: string;
  readonly scopes: readonly string[];
  readonly generation: number;
  readonly issued: number;
  readonly chain: number;
  readonly serial: number;
}

export interface Code {
  readonly account: string;
  readonly scopes: readonly string[];
  readonly redirect_uri: string;
  /** S256 of the verifier, in base64url; null when no challenge was sent. */
  readonly challenge: string | null;
}

export interface Pair {
  readonly account: string;
  readonly access_token: string;
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly refresh_expires_in: number;
  readonly scopes: readonly string[];
}

export interface Access {
  readonly account: string;
  readonly scopes: readonly string[];
  readonly expires_in: number;
}

export type CodeRefusal = "unknown" | "redirect_uri" | "verifier";

export class Grants {
  readonly #grants: GrantStore<Grant>;
  readonly #codes: Codes<Code>;

  constructor(private readonly world: World, private readonly rules: GrantRules) {
    this.#codes = new Codes(world, rules.prefixes.code);
    this.#grants = new GrantStore(world, rules.provider, () => ({
      scopes: [],
      consented: false,
      generation: 0,
      access_expired_until: 0,
      refresh_expired_until: 0,
      chains: [],
    }));
  }

  authorize(code: Code): string {
    const { scopes } = this.#grants.of(code.account);
    this.#grants.change(code.account, { consented: true, scopes: [...new Set([...scopes, ...code.scopes])] });
    return this.#codes.issue(code);
  }

  /** A code works once, for the address and with the verifier that it was asked for with, and only for a while. */
  redeem(text: string, about: { redirect_uri: string | null; verifier: string | null }): Pair | CodeRefusal {
    const code = this.#codes.find(text);
    if (!code || code.used || this.world.clock.now() >= code.issued + this.rules.life.code * 1_000) {
      return "unknown";
    }
    code.used = true;
    if (about.redirect_uri !== code.redirect_uri) return "redirect_uri";
    const proof = about.verifier === null
      ? null
      : createHash("sha256").update(about.verifier).digest("base64url");
    if (proof !== code.challenge) return "verifier";
    return this.issue(code.account, code.scopes);
  }

  /** The tokens of a new consent. */
  issue(account: string, scopes: readonly string[]): Pair {
    const { chains } = this.#grants.of(account);
    this.#grants.change(account, { consented: true, chains: [...chains, 0] });
    return this.#pair(account, scopes, chains.length, 0);
  }

  refresh(token: string): Pair | undefined {
    const facts = this.#living(token);
    if (!facts) return undefined;
    const { chain, account } = facts;
    if (!this.rules.rotates) {
      return { ...this.#pair(account, facts.scopes, chain, facts.serial), refresh_token: token };
    }
    const serial = facts.serial + 1;
    this.#grants.change(account, {
      chains: this.#grants.of(account).chains.map((living, index) => index === chain ? serial : living),
    });
    return this.#pair(account, facts.scopes, chain, serial);
  }

  access(token: string): Access | undefined {
    const facts = unseal<Facts>(this.rules.prefixes.access, token);
    if (!facts) return undefined;
    const grant = this.#grants.of(facts.account);
    const left = facts.issued + this.rules.life.access * 1_000 - this.world.clock.now();
    const isAlive = grant.generation === facts.generation && left > 0 &&
      facts.issued > grant.access_expired_until;
    if (!isAlive) return undefined;
    return { account: facts.account, scopes: facts.scopes, expires_in: Math.floor(left / 1_000) };
  }

  /** Whether it was a living token: then the whole access is taken away. */
  revokeToken(token: string): boolean {
    const account = this.access(token)?.account ?? this.#living(token)?.account;
    if (account !== undefined) this.revoke(account);
    return account !== undefined;
  }

  revoke(account: string): void {
    const { generation } = this.#grants.of(account);
    this.#grants.change(account, { generation: generation + 1, consented: false, scopes: [], chains: [] });
  }

  expire(account: string, which: "access" | "refresh" | "both"): void {
    const now = this.world.clock.now();
    this.#grants.change(account, {
      ...(which === "refresh" ? {} : { access_expired_until: now }),
      ...(which === "access" ? {} : { refresh_expired_until: now }),
    });
  }

  isConsented(account: string): boolean {
    return this.#grants.of(account).consented;
  }

  /** Whose token or code it is, dead or alive. */
  accountOf(text: string): string | undefined {
    const { access, refresh } = this.rules.prefixes;
    return this.#codes.find(text)?.account ?? unseal<Facts>(access, text)?.account ??
      unseal<Facts>(refresh, text)?.account;
  }

  replay(event: JournalEvent): void {
    this.#grants.replay(event);
  }

  reset(): void {
    this.#grants.clear();
    this.#codes.clear();
  }

  #pair(account: string, scopes: readonly string[], chain: number, serial: number): Pair {
    const { prefixes, life } = this.rules;
    const { generation } = this.#grants.of(account);
    const facts: Facts = { account, scopes, generation, issued: this.world.clock.now(), chain, serial };
    return {
      account,
      access_token: seal(prefixes.access, facts),
      expires_in: life.access,
      refresh_token: seal(prefixes.refresh, facts),
      refresh_expires_in: life.refresh,
      scopes,
    };
  }

  #living(token: string): Facts | undefined {
    const facts = unseal<Facts>(this.rules.prefixes.refresh, token);
    if (!facts) return undefined;
    const grant = this.#grants.of(facts.account);
    const isAlive = grant.generation === facts.generation && grant.chains[facts.chain] === facts.serial &&
      facts.issued > grant.refresh_expired_until &&
      this.world.clock.now() < facts.issued + this.rules.life.refresh * 1_000;
    return isAlive ? facts : undefined;
  }
}

/**
 * What an account has let the app do, and the tokens of that: codes that work once, access tokens that expire, refresh
 * tokens that, where a provider rotates them, die when the next one is issued.
 */
import { createHash, randomBytes } from "node:crypto";
import type { JournalEvent } from "../journal.ts";
import type { World } from "../provider.ts";
import { seal, unseal } from "./sealed_token.ts";

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
  readonly #grants = new Map<string, Grant>();
  readonly #codes = new Map<string, Code & { issued: number }>();

  constructor(private readonly world: World, private readonly rules: GrantRules) {}

  authorize(code: Code): string {
    const { scopes } = this.#grant(code.account);
    this.#set(code.account, { consented: true, scopes: [...new Set([...scopes, ...code.scopes])] });
    const now = this.world.clock.now();
    for (const [text, { issued }] of this.#codes) if (issued + 86_400_000 < now) this.#codes.delete(text);
    const text = `${this.rules.prefixes.code}${randomBytes(30).toString("base64url")}`;
    this.#codes.set(text, { ...code, issued: now });
    return text;
  }

  /** A code works once, for the address and with the verifier that it was asked for with, and only for a while. */
  redeem(text: string, about: { redirect_uri: string | null; verifier: string | null }): Pair | CodeRefusal {
    const code = this.#codes.get(text);
    this.#codes.delete(text);
    if (!code || this.world.clock.now() >= code.issued + this.rules.life.code * 1_000) return "unknown";
    if (about.redirect_uri !== code.redirect_uri) return "redirect_uri";
    const proof = about.verifier === null
      ? null
      : createHash("sha256").update(about.verifier).digest("base64url");
    if (proof !== code.challenge) return "verifier";
    return this.issue(code.account, code.scopes);
  }

  /** The tokens of a new consent. */
  issue(account: string, scopes: readonly string[]): Pair {
    const { chains } = this.#grant(account);
    this.#set(account, { consented: true, chains: [...chains, 0] });
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
    this.#set(account, {
      chains: this.#grant(account).chains.map((living, index) => index === chain ? serial : living),
    });
    return this.#pair(account, facts.scopes, chain, serial);
  }

  access(token: string): Access | undefined {
    const facts = unseal<Facts>(this.rules.prefixes.access, token);
    if (!facts) return undefined;
    const grant = this.#grant(facts.account);
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
    const { generation } = this.#grant(account);
    this.#set(account, { generation: generation + 1, consented: false, scopes: [], chains: [] });
  }

  expire(account: string, which: "access" | "refresh" | "both"): void {
    const now = this.world.clock.now();
    this.#set(account, {
      ...(which === "refresh" ? {} : { access_expired_until: now }),
      ...(which === "access" ? {} : { refresh_expired_until: now }),
    });
  }

  isConsented(account: string): boolean {
    return this.#grant(account).consented;
  }

  /** Whose token or code it is, dead or alive. */
  accountOf(text: string): string | undefined {
    const { access, refresh } = this.rules.prefixes;
    return this.#codes.get(text)?.account ?? unseal<Facts>(access, text)?.account ??
      unseal<Facts>(refresh, text)?.account;
  }

  replay(event: JournalEvent): void {
    if (event.kind === "grant") Object.assign(this.#grant(String(event.account)), event.change);
  }

  reset(): void {
    this.#grants.clear();
    this.#codes.clear();
  }

  #pair(account: string, scopes: readonly string[], chain: number, serial: number): Pair {
    const { prefixes, life } = this.rules;
    const { generation } = this.#grant(account);
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
    const grant = this.#grant(facts.account);
    const isAlive = grant.generation === facts.generation && grant.chains[facts.chain] === facts.serial &&
      facts.issued > grant.refresh_expired_until &&
      this.world.clock.now() < facts.issued + this.rules.life.refresh * 1_000;
    return isAlive ? facts : undefined;
  }

  #grant(account: string): Grant {
    const known = this.#grants.get(account);
    if (known) return known;
    const fresh: Grant = {
      scopes: [],
      consented: false,
      generation: 0,
      access_expired_until: 0,
      refresh_expired_until: 0,
      chains: [],
    };
    this.#grants.set(account, fresh);
    return fresh;
  }

  #set(account: string, change: Partial<Grant>): void {
    this.world.journal.record({ provider: this.rules.provider, kind: "grant", account, change });
    Object.assign(this.#grant(account), change);
  }
}

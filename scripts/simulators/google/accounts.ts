/**
 * Google accounts as OAuth sees them: one per simulated channel, the apps each has let in, and their tokens. A token
 * carries its own facts under a signature, so that it outlives a restart; what can change, consents and
 * revocations, is kept per account and app.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { JournalEvent } from "../journal.ts";
import type { World } from "../provider.ts";
import { hash } from "../seeded.ts";

export interface OauthClient {
  readonly id: string;
  readonly secret: string;
  readonly name: string;
  readonly project: string;
}

export const local_client: OauthClient = {
  id: "streamvibe-local.apps.googleusercontent.com",
  secret: "GOCSPX-local-simulator",
  name: "StreamVibe (local)",
  project: "streamvibe-local",
};

/** Keys for public data, each of a project of its own. */
export const api_keys: Readonly<Record<string, string>> = { "local-simulator-api-key": local_client.project };

/** An account that never made a channel. */
export const account_without_channel = "account-without-channel";

const life = { code: 600, access: 3_599, unused_refresh: 182 * 86_400, live_refresh_tokens: 100 };

interface Grant {
  scopes: string[];
  /** Raised when the user takes the app's access away; tokens of an older one are dead. */
  generation: number;
  consented: boolean;
  /** Access tokens given out up to this moment (ms) are taken as expired. */
  expired_until: number;
  refresh_expired_until: number;
  /** Refresh tokens are numbered, so that the oldest of too many can die. */
  refresh_tokens: number;
  last_used: Map<number, number>;
}

interface TokenFacts {
  /** "a" access, "r" refresh */
  readonly k: "a" | "r";
  readonly account: string;
  readonly client: string;
  readonly scopes: string;
  readonly generation: number;
  readonly issued: number;
  readonly serial: number;
  readonly offline: boolean;
}

export interface Code {
  readonly client: string;
  readonly account: string;
  readonly scopes: readonly string[];
  readonly redirect_uri: string;
  readonly challenge: string | null;
  readonly challenge_method: "S256" | "plain";
  readonly offline: boolean;
  readonly refresh: boolean;
  readonly issued: number;
  used: boolean;
}

export interface Access {
  readonly account: string;
  readonly client: OauthClient;
  readonly scopes: readonly string[];
  readonly expires_in: number;
  readonly offline: boolean;
}

export interface TokenAnswer {
  access_token: string;
  expires_in: number;
  refresh_token?: string;
  scope: string;
  token_type: "Bearer";
}

export class GoogleAccounts {
  readonly clients = new Map<string, OauthClient>([[local_client.id, local_client]]);
  #redirect_uris: Set<string>;
  readonly #first_redirect_uris: readonly string[];
  readonly #world: World;
  readonly #grants = new Map<string, Grant>();
  readonly #codes = new Map<string, Code>();

  constructor(world: World, redirect_uris: readonly string[] = []) {
    this.#world = world;
    this.#first_redirect_uris = redirect_uris;
    this.#redirect_uris = new Set(redirect_uris);
  }

  /** Registered exactly, or on this machine: a simulator has no console to register each test's port in. */
  isRegistered(redirect_uri: string): boolean {
    if (this.#redirect_uris.has(redirect_uri)) return true;
    try {
      const { protocol, hostname, hash } = new URL(redirect_uri);
      return protocol === "http:" && hash === "" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
    } catch {
      return false;
    }
  }

  register(redirect_uris: readonly string[]): string[] {
    for (const uri of redirect_uris) this.#redirect_uris.add(uri);
    this.#world.journal.record({ provider: "google", kind: "redirect_uris", redirect_uris });
    return [...this.#redirect_uris];
  }

  /** What the account has already let the app do, if anything. */
  consent(client: string, account: string): readonly string[] | undefined {
    const grant = this.#grants.get(`${client} ${account}`);
    return grant?.consented ? grant.scopes : undefined;
  }

  grants() {
    return [...this.#grants].map(([key, grant]) => {
      const [client_id, channel_id] = key.split(" ");
      return {
        client_id,
        channel_id,
        consented: grant.consented,
        scopes: grant.scopes,
        refresh_tokens: grant.refresh_tokens,
      };
    });
  }

  /** Notes the consent and makes a code for it. */
  authorize(wish: Omit<Code, "issued" | "used" | "refresh"> & { readonly again: boolean }): string {
    const first = this.consent(wish.client, wish.account) === undefined;
    const grant = this.#grant(wish.client, wish.account);
    this.#set(wish.client, wish.account, {
      consented: true,
      scopes: [...new Set([...grant.scopes, ...wish.scopes])],
    });
    const now = this.#world.clock.now();
    for (const [code, { issued }] of this.#codes) if (issued + 86_400_000 < now) this.#codes.delete(code);
    const code = `4/0A${randomBytes(36).toString("base64url")}`;
    this.#codes.set(code, {
      ...wish,
      refresh: wish.offline && (first || wish.again),
      issued: now,
      used: false,
    });
    return code;
  }

  code(code: string): Code | undefined {
    return this.#codes.get(code);
  }

  isFresh(code: Code): boolean {
    return !code.used && this.#world.clock.now() < code.issued + life.code * 1_000;
  }

  redeem(code: Code): TokenAnswer {
    code.used = true;
    return this.issue(code.client, code.account, code.scopes, code.offline, code.refresh);
  }

  issue(
    client: string,
    account: string,
    scopes: readonly string[],
    offline: boolean,
    refresh: boolean,
  ): TokenAnswer {
    const grant = this.#grant(client, account);
    const facts = {
      account,
      client,
      scopes: scopes.join(" "),
      generation: grant.generation,
      // Later than any expiry that was asked for, also within the same millisecond.
      issued: Math.max(this.#world.clock.now(), grant.expired_until + 1, grant.refresh_expired_until + 1),
      offline,
    };
    const answer: TokenAnswer = {
      access_token: seal("ya29.a0", { k: "a", ...facts, serial: 0 }),
      expires_in: life.access,
      scope: facts.scopes,
      token_type: "Bearer",
    };
    if (refresh) {
      this.#set(client, account, { refresh_tokens: grant.refresh_tokens + 1 });
      answer.refresh_token = seal("1//0g", { k: "r", ...facts, serial: grant.refresh_tokens });
    }
    return answer;
  }

  /** A new access token; undefined when the refresh token is dead. */
  refresh(client: string, token: string): TokenAnswer | undefined {
    const facts = unseal(token);
    if (facts?.k !== "r" || facts.client !== client || !this.#refreshes(facts)) return undefined;
    this.#grant(client, facts.account).last_used.set(facts.serial, this.#world.clock.now());
    return this.issue(client, facts.account, facts.scopes.split(" "), true, false);
  }

  access(token: string): Access | undefined {
    const facts = unseal(token);
    if (facts?.k !== "a") return undefined;
    const client = this.clients.get(facts.client);
    const grant = this.#grant(facts.client, facts.account);
    const expires_in = Math.floor((facts.issued + life.access * 1_000 - this.#world.clock.now()) / 1_000);
    const alive = client && grant.generation === facts.generation && expires_in > 0 &&
      facts.issued > grant.expired_until;
    if (!alive) return undefined;
    const { account, offline } = facts;
    return { account, client, scopes: facts.scopes.split(" "), expires_in, offline };
  }

  /** Takes the app's access away, by any token of it; false when the token is dead already. */
  revokeToken(token: string): boolean {
    const facts = unseal(token);
    if (facts === undefined) return false;
    if (facts.k === "a" ? this.access(token) === undefined : !this.#refreshes(facts)) return false;
    this.revoke(facts.account, facts.client);
    return true;
  }

  revoke(account: string, client?: string): number {
    return this.#each(
      account,
      client,
      (grant) => ({ consented: false, scopes: [], generation: grant.generation + 1 }),
    );
  }

  /** Makes the tokens given out so far expire; the refresh tokens too when asked. */
  expire(account: string, which: "access" | "refresh" | "both"): number {
    const now = this.#world.clock.now();
    return this.#each(account, undefined, () => ({
      ...(which === "refresh" ? {} : { expired_until: now }),
      ...(which === "access" ? {} : { refresh_expired_until: now }),
    }));
  }

  /** Whose token or code this is, dead or alive. */
  accountOf(token_or_code: string): string | undefined {
    return this.#codes.get(token_or_code)?.account ?? unseal(token_or_code)?.account;
  }

  /** Google's number for an account. */
  userId(account: string): string {
    return `1${String(hash(account)).padStart(10, "0")}${String(hash(`${account}#`)).padStart(10, "0")}`;
  }

  replay(event: JournalEvent): void {
    if (event.kind === "redirect_uris") {
      for (const uri of event.redirect_uris as string[]) this.#redirect_uris.add(uri);
    }
    if (event.kind === "grant") {
      Object.assign(this.#grant(String(event.client), String(event.account)), event.change);
    }
  }

  reset(): void {
    this.#grants.clear();
    this.#codes.clear();
    this.#redirect_uris = new Set(this.#first_redirect_uris);
  }

  #refreshes(facts: TokenFacts): boolean {
    const grant = this.#grant(facts.client, facts.account);
    const used = grant.last_used.get(facts.serial) ?? facts.issued;
    return grant.generation === facts.generation && facts.issued > grant.refresh_expired_until &&
      facts.serial > grant.refresh_tokens - life.live_refresh_tokens &&
      this.#world.clock.now() < used + life.unused_refresh * 1_000;
  }

  #grant(client: string, account: string): Grant {
    const key = `${client} ${account}`;
    let grant = this.#grants.get(key);
    if (grant === undefined) {
      grant = {
        scopes: [],
        generation: 0,
        consented: false,
        expired_until: 0,
        refresh_expired_until: 0,
        refresh_tokens: 0,
        last_used: new Map(),
      };
      this.#grants.set(key, grant);
    }
    return grant;
  }

  #set(client: string, account: string, change: Partial<Grant>): void {
    this.#world.journal.record({ provider: "google", kind: "grant", client, account, change });
    Object.assign(this.#grant(client, account), change);
  }

  #each(account: string, client: string | undefined, change: (grant: Grant) => Partial<Grant>): number {
    let changed = 0;
    for (const [key, grant] of this.#grants) {
      const [client_id, account_id] = key.split(" ") as [string, string];
      if (account_id !== account || (client !== undefined && client_id !== client)) continue;
      this.#set(client_id, account_id, change(grant));
      changed++;
    }
    return changed;
  }
}

/** The same in every process, so that tokens outlive a restart. It guards nothing but made-up channels. */
const signing_key = "streamvibe simulator";

function seal(prefix: string, facts: TokenFacts): string {
  const payload = btoa(JSON.stringify({ ...facts, n: randomBytes(6).toString("base64url") }))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${prefix}${payload}.${mac(payload)}`;
}

function unseal(token: string): TokenFacts | undefined {
  const [, payload, signature] = /^(?:ya29\.a0|1\/\/0g)([\w-]+)\.([\w-]{22})$/.exec(token) ?? [];
  if (payload === undefined || signature === undefined) return undefined;
  if (!timingSafeEqual(new TextEncoder().encode(signature), new TextEncoder().encode(mac(payload)))) {
    return undefined;
  }
  return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
}

function mac(payload: string): string {
  return createHmac("sha256", signing_key).update(payload).digest("base64url").slice(0, 22);
}

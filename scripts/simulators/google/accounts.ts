/**
 * Google accounts as OAuth sees them: one per simulated channel, the apps each has let in, and their tokens. A token
 * carries its own facts under a signature, so that it outlives a restart; what can change, consents and
 * revocations, is kept per account and app.
 */
import type { JournalEvent } from "../journal.ts";
import { Codes, GrantStore, type IssuedCode } from "../oauth/grant_store.ts";
import { isRegistered } from "../oauth/redirect.ts";
import { seal, unseal } from "../oauth/sealed_token.ts";
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

const prefixes = { access: "ya29.a0", refresh: "1//0g" };
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
  /** By client and account, with a space between. */
  readonly #grants: GrantStore<Grant>;
  readonly #codes: Codes<Code>;

  constructor(world: World, redirect_uris: readonly string[] = []) {
    this.#world = world;
    this.#first_redirect_uris = redirect_uris;
    this.#redirect_uris = new Set(redirect_uris);
    this.#codes = new Codes(world, "4/0A");
    this.#grants = new GrantStore(world, "google", () => ({
      scopes: [],
      generation: 0,
      consented: false,
      expired_until: 0,
      refresh_expired_until: 0,
      refresh_tokens: 0,
      last_used: new Map(),
    }));
  }

  isRegistered(redirect_uri: string): boolean {
    return isRegistered(redirect_uri, this.#redirect_uris);
  }

  register(redirect_uris: readonly string[]): string[] {
    for (const uri of redirect_uris) this.#redirect_uris.add(uri);
    this.#world.journal.record({ provider: "google", kind: "redirect_uris", redirect_uris });
    return [...this.#redirect_uris];
  }

  /** What the account has already let the app do, if anything. */
  consent(client: string, account: string): readonly string[] | undefined {
    const grant = this.#grant(client, account);
    return grant.consented ? grant.scopes : undefined;
  }

  grants() {
    return this.#grants.all().map(([key, grant]) => {
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
  authorize(wish: Omit<Code, "refresh"> & { readonly again: boolean }): string {
    const first = this.consent(wish.client, wish.account) === undefined;
    const grant = this.#grant(wish.client, wish.account);
    this.#set(wish.client, wish.account, {
      consented: true,
      scopes: [...new Set([...grant.scopes, ...wish.scopes])],
    });
    return this.#codes.issue({ ...wish, refresh: wish.offline && (first || wish.again) });
  }

  code(code: string): IssuedCode<Code> | undefined {
    return this.#codes.find(code);
  }

  isFresh(code: IssuedCode<Code>): boolean {
    return !code.used && this.#world.clock.now() < code.issued + life.code * 1_000;
  }

  redeem(code: IssuedCode<Code>): TokenAnswer {
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
      access_token: seal(prefixes.access, { ...facts, serial: 0 }),
      expires_in: life.access,
      scope: facts.scopes,
      token_type: "Bearer",
    };
    if (refresh) {
      this.#set(client, account, { refresh_tokens: grant.refresh_tokens + 1 });
      answer.refresh_token = seal(prefixes.refresh, { ...facts, serial: grant.refresh_tokens });
    }
    return answer;
  }

  /** A new access token; undefined when the refresh token is dead. */
  refresh(client: string, token: string): TokenAnswer | undefined {
    const facts = unseal<TokenFacts>(prefixes.refresh, token);
    if (facts?.client !== client || !this.#refreshes(facts)) return undefined;
    this.#grant(client, facts.account).last_used.set(facts.serial, this.#world.clock.now());
    return this.issue(client, facts.account, facts.scopes.split(" "), true, false);
  }

  access(token: string): Access | undefined {
    const facts = unseal<TokenFacts>(prefixes.access, token);
    if (facts === undefined) return undefined;
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
    const access = this.access(token);
    const refresh = unseal<TokenFacts>(prefixes.refresh, token);
    if (access) this.revoke(access.account, access.client.id);
    else if (refresh && this.#refreshes(refresh)) this.revoke(refresh.account, refresh.client);
    else return false;
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
    return this.#codes.find(token_or_code)?.account ??
      unseal<TokenFacts>(prefixes.access, token_or_code)?.account ??
      unseal<TokenFacts>(prefixes.refresh, token_or_code)?.account;
  }

  /** Google's number for an account. */
  userId(account: string): string {
    return `1${String(hash(account)).padStart(10, "0")}${String(hash(`${account}#`)).padStart(10, "0")}`;
  }

  replay(event: JournalEvent): void {
    if (event.kind === "redirect_uris") {
      for (const uri of event.redirect_uris as string[]) this.#redirect_uris.add(uri);
    }
    this.#grants.replay(event);
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
    return this.#grants.of(`${client} ${account}`);
  }

  #set(client: string, account: string, change: Partial<Grant>): void {
    this.#grants.change(`${client} ${account}`, change);
  }

  #each(account: string, client: string | undefined, change: (grant: Grant) => Partial<Grant>): number {
    let changed = 0;
    for (const [key, grant] of this.#grants.all()) {
      const [client_id, account_id] = key.split(" ") as [string, string];
      if (account_id !== account || (client !== undefined && client_id !== client)) continue;
      this.#set(client_id, account_id, change(grant));
      changed++;
    }
    return changed;
  }
}

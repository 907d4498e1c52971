/**
 * The consents of accounts, with their codes and tokens. A token carries its own facts under a signature, so that it
 * survives a restart; mutable state (consents, revocations, forced expiry) is stored per account and journaled.
 */
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { readBody } from "./admin.ts";
import type { JournalEvent } from "./journal.ts";
import { bearer, type Call, type Context, json, type Part, type Route } from "./provider.ts";
import { seal, unseal } from "./sealed_token.ts";

export interface TokenKind {
  readonly prefix: string;
  /** Seconds since it was issued or, for counted tokens, last used; Infinity for no expiry. */
  readonly life: number;
  /** Set for refresh tokens, which are counted: the maximum alive at once; issuing one more revokes the oldest. */
  readonly most?: number;
}

export interface GrantRules {
  readonly code: { readonly prefix: string; readonly life: number };
  readonly tokens: Readonly<Record<string, TokenKind>>;
  /** The token kind that `tokens/expire` expires by default; all kinds if omitted. */
  readonly expires?: string;
  /** Whether a consent replaces the scopes of the previous one; otherwise it adds to them. */
  readonly replaces?: true;
  /** Returns the person who gives consent, if that is not the account itself. */
  readonly ownerOf?: (account: string) => string;
  /** Default scopes of tokens that a test gets without consent, and the response with these tokens. */
  readonly read_scopes: readonly string[];
  readonly hand_out: (account: string, scopes: readonly string[]) => object | Promise<object>;
}

export interface Grant {
  readonly consented: boolean;
  readonly scopes: readonly string[];
  readonly declined: readonly string[];
  /** The Pages of the account that the person let the app see, if they can choose. */
  readonly chosen: readonly string[];
  /** Incremented when access is revoked: tokens of an older generation are dead. */
  readonly generation: number;
  /** Per kind, the time (ms) up to which issued tokens count as expired. */
  readonly expired: Readonly<Record<string, number>>;
  /** The number of refresh tokens ever issued, and the serials of the live ones. */
  readonly counted: number;
  readonly living: readonly number[];
  /** How much tests have aged the tokens (ms). */
  readonly aged: number;
}

export interface Facts {
  readonly kind: string;
  readonly account: string;
  readonly scopes: readonly string[];
  readonly generation: number;
  readonly issued: number;
  /** Milliseconds since 1970; null for never. */
  readonly expires: number | null;
  readonly serial?: number;
  /** What the token is for, if the account has several things: a Page. */
  readonly about?: string;
  /** Whether refresh tokens were requested. */
  readonly offline?: boolean;
}

/** What a code stands for; `challenge` is null if the request had none. */
export interface CodeFacts {
  readonly account: string;
  readonly scopes: readonly string[];
  readonly redirect_uri: string;
  readonly challenge?: string | null;
  readonly challenge_method?: "S256" | "plain";
  readonly offline?: boolean;
  /** Whether a refresh token was requested even if there was one before. */
  readonly asks_again?: boolean;
  /** Whether this is the account's first consent. */
  readonly first?: boolean;
}

export type CodeRefusal = "unknown" | "old" | "used" | "redirect_uri" | "verifier";
export type TokenRefusal = "malformed" | "expired" | "revoked";

export interface Pair {
  readonly account: string;
  readonly access_token: string;
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly refresh_expires_in: number;
  readonly scopes: readonly string[];
}

const none: Grant = {
  consented: false,
  scopes: [],
  declined: [],
  chosen: [],
  generation: 0,
  expired: {},
  counted: 0,
  living: [],
  aged: 0,
};

export class Grants implements Part {
  readonly #grants = new Map<string, Grant>();
  readonly #codes = new Map<string, CodeFacts & { readonly issued: number; used: boolean }>();
  /** When each refresh token was last used; a restart may forget it. */
  readonly #used = new Map<string, number>();

  constructor(private readonly context: Context, private readonly rules: GrantRules) {}

  of(account: string): Grant {
    return this.#grants.get(account) ?? none;
  }

  /** Records the consent and returns a code for it. */
  authorize(
    code: CodeFacts,
    given: { declined?: readonly string[]; chosen?: readonly string[] } = {},
  ): string {
    const first = !this.of(code.account).consented;
    this.#consent(code.account, code.scopes, given);
    const now = this.context.clock.now();
    for (const [text, { issued }] of this.#codes) if (issued + 86_400_000 < now) this.#codes.delete(text);
    const text = `${this.rules.code.prefix}${randomBytes(36).toString("base64url")}`;
    this.#codes.set(text, { ...code, first, issued: now, used: false });
    return text;
  }

  /** Redeems a code: it works once, within its lifetime, with the same redirect URI and the matching verifier. */
  redeem(
    text: string,
    about: { redirect_uri: string | null; verifier?: string | null },
  ): CodeFacts | CodeRefusal {
    const code = this.#codes.get(text);
    if (!code) return "unknown";
    if (code.used) return "used";
    if (this.context.clock.now() >= code.issued + this.rules.code.life * 1_000) return "old";
    if (about.redirect_uri !== code.redirect_uri) return "redirect_uri";
    if (!proves(about.verifier ?? null, code)) return "verifier";
    code.used = true;
    return code;
  }

  /** Returns what a code stands for, even if it is no longer valid. */
  code(text: string): CodeFacts | undefined {
    return this.#codes.get(text);
  }

  /** Issues a token; a counted kind gets the next serial. */
  issue(kind: string, account: string, facts: Partial<Omit<Facts, "kind" | "account">> = {}): string {
    const { prefix, life, most } = this.#kind(kind);
    const grant = this.of(account);
    // Later than any forced expiry, even within the same millisecond.
    const issued = Math.max(this.context.clock.now(), (grant.expired[kind] ?? 0) + 1);
    if (most !== undefined && facts.serial === undefined) {
      const living = [...grant.living, grant.counted].slice(-most);
      this.#change(account, { counted: grant.counted + 1, living });
      facts = { ...facts, serial: grant.counted };
    }
    const expires = Number.isFinite(life) ? issued + life * 1_000 : null;
    return seal(prefix, {
      scopes: grant.scopes,
      expires,
      ...facts,
      kind,
      account,
      generation: grant.generation,
      issued,
    });
  }

  /** Returns the facts of a live token, or why it is dead. */
  read(token: string, ...kinds: string[]): Facts | TokenRefusal {
    const facts = this.#unseal(token);
    if (!facts || (kinds.length > 0 && !kinds.includes(facts.kind))) return "malformed";
    const grant = this.of(facts.account);
    const { most, life } = this.#kind(facts.kind);
    if (facts.generation !== grant.generation) return "revoked";
    if (most !== undefined && !grant.living.includes(facts.serial ?? -1)) return "revoked";
    if (facts.issued <= (grant.expired[facts.kind] ?? 0)) return "expired";
    const used = most === undefined ? undefined : this.#used.get(`${facts.account} ${facts.serial}`);
    const end = used === undefined ? facts.expires : used + life * 1_000;
    return end !== null && this.context.clock.now() >= end ? "expired" : facts;
  }

  /** Returns the facts of a live access token. */
  access(token: string, kind = "access"): Facts | undefined {
    const facts = this.read(token, kind);
    return typeof facts === "string" ? undefined : facts;
  }

  /** Issues an access and a refresh token; the refresh token that they replace is revoked. */
  pair(account: string, scopes: readonly string[], replaced?: Facts): Pair {
    if (replaced) {
      const living = this.of(account).living.filter((serial) => serial !== replaced.serial);
      this.#change(account, { living });
    }
    return {
      account,
      access_token: this.issue("access", account, { scopes }),
      expires_in: this.#kind("access").life,
      refresh_token: this.issue("refresh", account, { scopes }),
      refresh_expires_in: this.#kind("refresh").life,
      scopes,
    };
  }

  /** Returns the facts of a live refresh token, and restarts its lifetime. */
  refresh(token: string): Facts | undefined {
    const facts = this.read(token, "refresh");
    if (typeof facts === "string") return undefined;
    this.#used.set(`${facts.account} ${facts.serial}`, this.context.clock.now());
    return facts;
  }

  /** Returns the seconds until a token expires. */
  left({ expires }: Facts): number {
    return expires === null
      ? Infinity
      : Math.max(0, Math.floor((expires - this.context.clock.now()) / 1_000));
  }

  ageOf({ issued, account }: Facts): number {
    return this.context.clock.now() - issued + this.of(account).aged;
  }

  revoke(account: string): void {
    const { generation } = this.of(account);
    this.#change(account, { ...none, generation: generation + 1, expired: this.of(account).expired });
  }

  /** Revokes all access, given any live token of the account; returns false if the token is already dead. */
  revokeToken(token: string): boolean {
    const facts = this.read(token);
    if (typeof facts === "string") return false;
    this.revoke(facts.account);
    return true;
  }

  /** Expires all tokens of these kinds issued so far. */
  expire(account: string, kinds: readonly string[]): void {
    const now = this.context.clock.now();
    const expired = { ...this.of(account).expired, ...Object.fromEntries(kinds.map((kind) => [kind, now])) };
    this.#change(account, { expired });
  }

  /** Returns the account or Page of a token or code, even if it is dead. */
  accountOf(text: string): string | undefined {
    const facts = this.#unseal(text);
    return facts?.about ?? facts?.account ?? this.#codes.get(text)?.account;
  }

  admin(root: string): Route[] {
    const kinds = Object.keys(this.rules.tokens);
    const One = z.strictObject({ account_id: z.string().min(1) });
    const Issue = One.extend({
      scopes: z.array(z.string().min(1)).min(1).default([...this.rules.read_scopes]),
    });
    const Expiry = One.extend({ which: z.enum(["all", ...kinds]).default(this.rules.expires ?? "all") });
    const Age = One.extend({ seconds: z.int().min(1) });
    const owner = (account: string) => this.rules.ownerOf?.(account) ?? account;
    return [
      {
        method: "POST",
        path: `${root}/tokens`,
        handle: async (call) => {
          const { account_id, scopes } = readBody(Issue, call);
          this.#consent(owner(account_id), scopes, { chosen: [account_id] });
          return json(201, await this.rules.hand_out(account_id, scopes));
        },
      },
      {
        method: "POST",
        path: `${root}/tokens/expire`,
        handle: (call) => {
          const { account_id, which } = readBody(Expiry, call);
          this.expire(owner(account_id), which === "all" ? kinds : [which]);
          return json(200, { account_id, expired: which });
        },
      },
      {
        method: "POST",
        path: `${root}/tokens/age`,
        handle: (call) => {
          const { account_id, seconds } = readBody(Age, call);
          const { aged } = this.of(owner(account_id));
          this.#change(owner(account_id), { aged: aged + seconds * 1_000 });
          return json(200, { account_id });
        },
      },
      {
        method: "POST",
        path: `${root}/tokens/revoke`,
        handle: (call) => {
          const { account_id } = readBody(One, call);
          this.revoke(owner(account_id));
          return json(200, { account_id, revoked: true });
        },
      },
    ];
  }

  replay(event: JournalEvent): void {
    if (event.kind === "grant") this.#set(String(event.account), event.change as Partial<Grant>);
  }

  reset(): void {
    this.#grants.clear();
    this.#codes.clear();
    this.#used.clear();
  }

  #consent(
    account: string,
    scopes: readonly string[],
    { declined = [], chosen = [] }: { declined?: readonly string[]; chosen?: readonly string[] },
  ): void {
    const before = this.rules.replaces ? [] : this.of(account).scopes;
    this.#change(account, {
      consented: true,
      scopes: [...new Set([...before, ...scopes])],
      declined,
      chosen,
    });
  }

  #change(account: string, change: Partial<Grant>): void {
    this.context.record({ kind: "grant", account, change });
    this.#set(account, change);
  }

  #set(account: string, change: Partial<Grant>): void {
    this.#grants.set(account, { ...this.of(account), ...change });
  }

  #kind(name: string): TokenKind {
    const kind = this.rules.tokens[name];
    if (kind) return kind;
    throw new Error(`Cannot issue a token: ${this.context.provider} has none of the kind ${name}`);
  }

  #unseal(token: string): Facts | undefined {
    for (const { prefix } of Object.values(this.rules.tokens)) {
      const facts = unseal<Facts>(prefix, token);
      if (facts) return facts;
    }
    return undefined;
  }
}

/** Whether a verifier matches the challenge; without a challenge there must be no verifier. */
function proves(verifier: string | null, { challenge = null, challenge_method }: CodeFacts): boolean {
  if (verifier === null || challenge === null) return verifier === challenge;
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false;
  return challenge ===
    (challenge_method === "plain" ? verifier : createHash("sha256").update(verifier).digest("base64url"));
}

const credentials = ["access_token", "oauth_token", "refresh_token", "code", "token", "fb_exchange_token"];

/** Returns the account of a call: from its token or code, wherever they are sent, or from the consent page's input. */
export function accountOfCall(grants: Grants, call: Call): string | undefined {
  const form = new URLSearchParams(call.body);
  const named = credentials.map((name) => call.query.get(name) ?? form.get(name));
  const given = bearer(call) ?? named.find((value) => value !== null && value !== "");
  if (given) return grants.accountOf(given);
  return form.get("account") ?? call.query.get("login_hint") ?? undefined;
}

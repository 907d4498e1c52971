/**
 * Codes, tokens and consents of one Meta product. A token carries its own facts under a signature, so that it outlives a
 * restart; what can change, consents, revocations and forced expiry, is kept per person and journaled.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { JournalEvent } from "../journal.ts";
import type { World } from "../provider.ts";

export interface MetaApp {
  readonly id: string;
  readonly secret: string;
  readonly name: string;
}

/** `page`: of a Facebook Page, for the person who let the app in. */
export type TokenKind = "short" | "long" | "page";

const hour = 3_600_000;

/** Sixty days, give or take: the real answers say 5183944 and the like. */
const life: Readonly<Record<TokenKind, number>> = { short: hour, long: 5_183_944_000, page: Infinity };
const code_life = hour;

export interface TokenFacts {
  readonly kind: TokenKind;
  readonly person: string;
  readonly page?: string;
  readonly generation: number;
  readonly issued: number;
  /** Milliseconds since 1970; null for never. */
  readonly expires: number | null;
}

export interface Consent {
  scopes: string[];
  declined: string[];
  /** The Pages that the person let the app see. */
  pages: string[];
  /** Raised when access is taken back; tokens of an older one are dead. */
  generation: number;
  /** Tokens given out up to this moment count as expired. */
  expired_until: number;
  /** By how much tests have made the tokens older (ms), so that they may be prolonged. */
  aged: number;
  page_expired_until: number;
}

interface Code {
  readonly person: string;
  readonly redirect_uri: string;
  readonly issued: number;
  used: boolean;
}

export type TokenState = { facts: TokenFacts; consent: Consent } | "expired" | "revoked" | "malformed";

export class MetaAccounts {
  readonly app: MetaApp;
  readonly #world: World;
  readonly #provider: string;
  readonly #prefix: string;
  readonly #registered: readonly string[];
  readonly #consents = new Map<string, Consent>();
  readonly #codes = new Map<string, Code>();

  constructor(
    world: World,
    provider: string,
    prefix: string,
    app: MetaApp,
    redirect_uris: readonly string[] = [],
  ) {
    this.#world = world;
    this.#provider = provider;
    this.#prefix = prefix;
    this.app = app;
    this.#registered = redirect_uris;
  }

  /** Registered exactly, or on this machine: a simulator has no console to register each test's port in. */
  isRegistered(redirect_uri: string): boolean {
    if (this.#registered.includes(redirect_uri)) return true;
    if (!URL.canParse(redirect_uri)) return false;
    const { protocol, hostname, hash } = new URL(redirect_uri);
    return protocol === "http:" && hash === "" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  }

  consent(person: string): Consent {
    let consent = this.#consents.get(person);
    if (consent === undefined) {
      consent = {
        scopes: [],
        declined: [],
        pages: [],
        generation: 0,
        expired_until: 0,
        page_expired_until: 0,
        aged: 0,
      };
      this.#consents.set(person, consent);
    }
    return consent;
  }

  /** Notes the consent and makes a code for it. */
  authorize(
    person: string,
    redirect_uri: string,
    given: Pick<Consent, "scopes" | "declined" | "pages">,
  ): string {
    this.#set(person, given);
    const code = `AQ${randomBytes(48).toString("base64url")}`;
    this.#codes.set(code, { person, redirect_uri, issued: this.#world.clock.now(), used: false });
    return code;
  }

  /** The person behind a code, once. */
  redeem(code: string, redirect_uri: string): string | "unknown" | "used" | "redirect_uri" {
    const found = this.#codes.get(code);
    if (found === undefined || this.#world.clock.now() > found.issued + code_life) return "unknown";
    if (found.used) return "used";
    if (found.redirect_uri !== redirect_uri) return "redirect_uri";
    found.used = true;
    return found.person;
  }

  issue(kind: TokenKind, person: string, options: { page?: string; expires?: number | null } = {}): string {
    const consent = this.consent(person);
    const past = kind === "page" ? consent.page_expired_until : consent.expired_until;
    // Later than any expiry that was asked for, also within the same millisecond.
    const issued = Math.max(this.#world.clock.now(), past + 1);
    const own = kind === "page" ? null : issued + life[kind];
    const facts: TokenFacts = {
      kind,
      person,
      ...(options.page === undefined ? {} : { page: options.page }),
      generation: consent.generation,
      issued,
      expires: options.expires === undefined ? own : options.expires,
    };
    return seal(this.#prefix, facts);
  }

  read(token: string): TokenState {
    const facts = unseal(this.#prefix, token);
    if (facts === undefined) return "malformed";
    const consent = this.consent(facts.person);
    if (consent.generation !== facts.generation) return "revoked";
    const forced = facts.kind === "page" ? consent.page_expired_until : consent.expired_until;
    if (facts.issued <= forced) return "expired";
    if (facts.expires !== null && this.#world.clock.now() >= facts.expires) return "expired";
    return { facts, consent };
  }

  /** Whose token or code this is, dead or alive: the Page where there is one. */
  accountOf(token_or_code: string): string | undefined {
    const facts = unseal(this.#prefix, token_or_code);
    return facts?.page ?? facts?.person ?? this.#codes.get(token_or_code)?.person;
  }

  /** Seconds that a token has left. */
  left({ expires }: TokenFacts): number | null {
    return expires === null ? null : Math.max(0, Math.floor((expires - this.#world.clock.now()) / 1_000));
  }

  revoke(person: string): void {
    const { generation } = this.consent(person);
    this.#set(person, { scopes: [], declined: [], pages: [], generation: generation + 1 });
  }

  /** Makes the tokens given out so far expire; of a Page its own only, when asked. */
  expire(person: string, which: "all" | "page"): void {
    const now = this.#world.clock.now();
    this.#set(person, { page_expired_until: now, ...(which === "all" ? { expired_until: now } : {}) });
  }

  /** Makes the tokens given out so far older, without bringing their end nearer. */
  age(person: string, milliseconds: number): void {
    this.#set(person, { aged: this.consent(person).aged + milliseconds });
  }

  ageOf({ issued, person }: TokenFacts): number {
    return this.#world.clock.now() - issued + this.consent(person).aged;
  }

  replay(event: JournalEvent): void {
    if (event.kind === "consent") Object.assign(this.consent(String(event.person)), event.change);
  }

  reset(): void {
    this.#consents.clear();
    this.#codes.clear();
  }

  #set(person: string, change: Partial<Consent>): void {
    this.#world.journal.record({ provider: this.#provider, kind: "consent", person, change });
    Object.assign(this.consent(person), change);
  }
}

const key = "a simulator's signature: it guards nothing, it tells made-up tokens from real ones";

function seal(prefix: string, facts: TokenFacts): string {
  const payload = Buffer.from(JSON.stringify({ ...facts, salt: randomBytes(6).toString("base64url") }))
    .toString("base64url");
  return `${prefix}${payload}Z${sign(payload)}`;
}

function unseal(prefix: string, token: string): TokenFacts | undefined {
  if (!token.startsWith(prefix)) return undefined;
  const text = token.slice(prefix.length);
  const payload = text.slice(0, -33);
  const given = Buffer.from(text.slice(-32));
  const wanted = Buffer.from(sign(payload));
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  return JSON.parse(Buffer.from(payload, "base64url").toString());
}

function sign(payload: string): string {
  return createHmac("sha256", key).update(payload).digest("hex").slice(0, 32);
}

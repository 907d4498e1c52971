/**
 * Codes, tokens and consents of one Meta product. A token carries its own facts under a signature, so that it outlives a
 * restart; what can change, consents, revocations and forced expiry, is kept per person and journaled.
 */
import type { JournalEvent } from "../journal.ts";
import { Codes, GrantStore } from "../oauth/grant_store.ts";
import { isRegistered } from "../oauth/redirect.ts";
import { seal, unseal } from "../oauth/sealed_token.ts";
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
}

export type TokenState = { facts: TokenFacts; consent: Consent } | "expired" | "revoked" | "malformed";

export class MetaAccounts {
  readonly app: MetaApp;
  readonly #world: World;
  readonly #prefix: string;
  readonly #registered: readonly string[];
  readonly #consents: GrantStore<Consent>;
  readonly #codes: Codes<Code>;

  constructor(
    world: World,
    provider: string,
    prefix: string,
    app: MetaApp,
    redirect_uris: readonly string[] = [],
  ) {
    this.#world = world;
    this.#prefix = prefix;
    this.app = app;
    this.#registered = redirect_uris;
    this.#codes = new Codes(world, "AQ");
    this.#consents = new GrantStore(world, provider, () => ({
      scopes: [],
      declined: [],
      pages: [],
      generation: 0,
      expired_until: 0,
      page_expired_until: 0,
      aged: 0,
    }));
  }

  isRegistered(redirect_uri: string): boolean {
    return isRegistered(redirect_uri, this.#registered);
  }

  consent(person: string): Consent {
    return this.#consents.of(person);
  }

  /** Notes the consent and makes a code for it. */
  authorize(
    person: string,
    redirect_uri: string,
    given: Pick<Consent, "scopes" | "declined" | "pages">,
  ): string {
    this.#consents.change(person, given);
    return this.#codes.issue({ person, redirect_uri });
  }

  /** The person behind a code, once. */
  redeem(code: string, redirect_uri: string): string | "unknown" | "used" | "redirect_uri" {
    const found = this.#codes.find(code);
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
    const facts = unseal<TokenFacts>(this.#prefix, token);
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
    const facts = unseal<TokenFacts>(this.#prefix, token_or_code);
    return facts?.page ?? facts?.person ?? this.#codes.find(token_or_code)?.person;
  }

  /** Seconds that a token has left. */
  left({ expires }: TokenFacts): number | null {
    return expires === null ? null : Math.max(0, Math.floor((expires - this.#world.clock.now()) / 1_000));
  }

  revoke(person: string): void {
    const { generation } = this.consent(person);
    this.#consents.change(person, { scopes: [], declined: [], pages: [], generation: generation + 1 });
  }

  /** Makes the tokens given out so far expire; of a Page its own only, when asked. */
  expire(person: string, which: "all" | "page"): void {
    const now = this.#world.clock.now();
    this.#consents.change(person, {
      page_expired_until: now,
      ...(which === "all" ? { expired_until: now } : {}),
    });
  }

  /** Makes the tokens given out so far older, without bringing their end nearer. */
  age(person: string, milliseconds: number): void {
    this.#consents.change(person, { aged: this.consent(person).aged + milliseconds });
  }

  ageOf({ issued, person }: TokenFacts): number {
    return this.#world.clock.now() - issued + this.consent(person).aged;
  }

  replay(event: JournalEvent): void {
    this.#consents.replay(event);
  }

  reset(): void {
    this.#consents.clear();
    this.#codes.clear();
  }
}

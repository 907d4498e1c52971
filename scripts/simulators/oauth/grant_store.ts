/** What a provider must remember of consents and codes. What a grant is, and what ends it, is each provider's own. */
import { randomBytes } from "node:crypto";
import type { JournalEvent } from "../journal.ts";
import type { World } from "../provider.ts";

/** One grant an account. Changes go into the journal, so that a consent or a revocation outlives a restart. */
export class GrantStore<Grant extends object> {
  readonly #grants = new Map<string, Grant>();

  constructor(
    private readonly world: World,
    private readonly provider: string,
    private readonly fresh: () => Grant,
  ) {}

  of(account: string): Grant {
    let grant = this.#grants.get(account);
    if (grant === undefined) this.#grants.set(account, grant = this.fresh());
    return grant;
  }

  change(account: string, change: Partial<Grant>): void {
    this.world.journal.record({ provider: this.provider, kind: "grant", account, change });
    Object.assign(this.of(account), change);
  }

  all(): [string, Grant][] {
    return [...this.#grants];
  }

  replay(event: JournalEvent): void {
    if (event.kind === "grant") Object.assign(this.of(String(event.account)), event.change);
  }

  clear(): void {
    this.#grants.clear();
  }
}

export type IssuedCode<Facts> = Facts & { readonly issued: number; used: boolean };

/** Authorization codes. They live for seconds or minutes, so a restart may lose them. */
export class Codes<Facts extends object> {
  readonly #codes = new Map<string, IssuedCode<Facts>>();

  constructor(private readonly world: World, private readonly prefix: string) {}

  issue(facts: Facts): string {
    const now = this.world.clock.now();
    for (const [text, { issued }] of this.#codes) if (issued + 86_400_000 < now) this.#codes.delete(text);
    const text = `${this.prefix}${randomBytes(36).toString("base64url")}`;
    this.#codes.set(text, { ...facts, issued: now, used: false });
    return text;
  }

  /** Dead ones too: providers answer differently to a used, an old and an unknown code. */
  find(text: string): IssuedCode<Facts> | undefined {
    return this.#codes.get(text);
  }

  clear(): void {
    this.#codes.clear();
  }
}

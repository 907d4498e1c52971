/** The common part of the search engines: the sites that each key gives access to, and the URLs submitted to them. */
import { z } from "zod";
import { readBody, readQuery } from "../engine/admin.ts";
import type { JournalEvent } from "../engine/journal.ts";
import { type Context, json, type Part, type Route } from "../engine/provider.ts";

/** The local stack's site, which every engine knows from the start. */
export const local_site = "https://streamvibe.example";

/** The sites that a key or token gives access to, and the permission level. */
const Holder = z.strictObject({
  key: z.string().min(1),
  sites: z.array(z.strictObject({
    site: z.string().min(1),
    verified: z.boolean().default(true),
    level: z.string().optional().describe("Google's permission level"),
  })),
});
export type Holder = z.output<typeof Holder>;

export class Holders implements Part {
  readonly #holders = new Map<string, Holder>();

  constructor(private readonly context: Context, private readonly first: Holder) {
    this.reset();
  }

  of(key: string | undefined): Holder | undefined {
    return key === undefined ? undefined : this.#holders.get(key);
  }

  admin(root: string): Route[] {
    return [{
      method: "PUT",
      path: `${root}/sites`,
      handle: (call) => {
        const holder = readBody(Holder, call);
        this.#holders.set(holder.key, holder);
        this.context.record({ kind: "holder", holder });
        return json(200, holder);
      },
    }];
  }

  replay(event: JournalEvent): void {
    if (event.kind !== "holder") return;
    const holder = Holder.parse(event.holder);
    this.#holders.set(holder.key, holder);
  }

  reset(): void {
    this.#holders.clear();
    this.#holders.set(this.first.key, this.first);
  }
}

interface Took {
  site: string;
  url: string;
  at: string;
}

/** The URLs that an engine has accepted, which no public API lists. */
export class Told implements Part {
  #took: Took[] = [];
  /** When each URL was last accepted. */
  readonly last = new Map<string, number>();

  constructor(private readonly context: Context) {}

  take(site: string, urls: readonly string[]): void {
    const now = this.context.clock.now();
    for (const url of urls) {
      this.#took.push({ site, url, at: new Date(now).toISOString() });
      this.last.set(url, now);
    }
  }

  admin(root: string): Route[] {
    const Look = z.strictObject({ site: z.string().optional(), url: z.string().optional() });
    return [{
      method: "GET",
      path: `${root}/told`,
      handle: (call) => {
        const { site, url } = readQuery(Look, call);
        return json(200, {
          told: this.#took.filter((one) => (!site || one.site === site) && (!url || one.url === url)),
        });
      },
    }];
  }

  reset(): void {
    this.#took = [];
    this.last.clear();
  }
}

export function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

export function hostOf(url: unknown): string | undefined {
  return typeof url === "string" && URL.canParse(url) ? new URL(url).host : undefined;
}

const Found = z.strictObject({
  url: z.url(),
  status: z.record(z.string(), z.unknown()).describe("members of what the engine says of an address"),
});

/** Index states of URLs, as set by a test. */
export class Index implements Part {
  readonly #found = new Map<string, Record<string, unknown>>();

  of(url: string): Record<string, unknown> | undefined {
    return this.#found.get(url);
  }

  admin(root: string): Route[] {
    return [{
      method: "PUT",
      path: `${root}/index`,
      handle: (call) => {
        const { url, status } = readBody(Found, call);
        this.#found.set(url, status);
        return json(200, { url, status });
      },
    }];
  }

  reset(): void {
    this.#found.clear();
  }
}

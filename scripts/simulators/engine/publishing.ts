/**
 * What apps publish at a simulated provider: uploads in progress, the published posts, and comments. Kept in memory only: a restarted provider
 * has lost unfinished uploads, as real ones drop them after a while; a published post is an item of the account, and persists.
 */
import { createHash } from "node:crypto";
import { readQuery } from "./admin.ts";
import { type Call, type Context, json, type Part, type Route } from "./provider.ts";
import { z } from "zod";

/** A published post, as tests inspect it. */
export interface Published {
  readonly id: string;
  readonly account_id: string;
  readonly kind: string;
  readonly text: string;
  /** SHA-256 of each medium as received. */
  readonly media: readonly string[];
  readonly at: string;
  readonly comments: { readonly id: string; readonly text: string }[];
  readonly about: Record<string, unknown>;
}

/** A file uploaded in parts. */
export interface Upload {
  readonly id: string;
  readonly account_id: string;
  readonly total: number;
  received: number;
  readonly parts: Uint8Array[];
  /** Provider-specific data. */
  readonly about: Record<string, unknown>;
}

export class Publishing implements Part {
  readonly published: Published[] = [];
  readonly uploads = new Map<string, Upload>();
  #count = 0;

  constructor(private readonly context: Context) {}

  /** Returns a number that is unique within this provider. */
  number(): number {
    return ++this.#count;
  }

  now(): number {
    return this.context.clock.now();
  }

  begin(account_id: string, id: string, total: number, about: Record<string, unknown> = {}): Upload {
    const upload: Upload = { id, account_id, total, received: 0, parts: [], about };
    this.uploads.set(id, upload);
    return upload;
  }

  note(one: Omit<Published, "at" | "comments">): Published {
    const made: Published = { ...one, at: new Date(this.now()).toISOString(), comments: [] };
    this.published.push(made);
    return made;
  }

  find(id: string): Published | undefined {
    return this.published.find((one) => one.id === id || one.about.video_id === id);
  }

  comment(published: Published, text: string): string {
    const id = `${published.id.replace(/\D/g, "").slice(-10)}${String(this.number()).padStart(6, "0")}`;
    published.comments.push({ id, text });
    return id;
  }

  admin(root: string): Route[] {
    const Filter = z.strictObject({ account_id: z.string().optional() });
    return [{
      method: "GET",
      path: `${root}/published`,
      handle: (call) => {
        const { account_id } = readQuery(Filter, call);
        return json(200, {
          published: this.published.filter((one) =>
            account_id === undefined || one.account_id === account_id
          ),
          uploads: [...this.uploads.values()].filter((one) =>
            account_id === undefined || one.account_id === account_id
          )
            .map(({ id, received, total }) => ({ id, received, total })),
        });
      },
    }];
  }

  reset(): void {
    this.published.length = 0;
    this.uploads.clear();
  }
}

export function digest(parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** Fetches a medium as a platform does: no credentials, no redirects. Returns undefined if it cannot be fetched. */
export async function pull(url: string): Promise<{ sha256: string; bytes: number } | undefined> {
  try {
    const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(30_000) });
    if (!response.ok) {
      await response.body?.cancel();
      return undefined;
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { sha256: digest([bytes]), bytes: bytes.length };
  } catch {
    return undefined;
  }
}

/** Parses `bytes 0-99/100`, or `bytes * /100` without the space. */
export function contentRange(
  call: Call,
): { from: number; to: number; total: number } | { total: number } | undefined {
  const [, from, to, total] =
    /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(call.headers.get("content-range") ?? "") ?? [];
  if (total === undefined) return undefined;
  const size = total === "*" ? NaN : Number(total);
  return from === undefined || to === undefined
    ? { total: size }
    : { from: Number(from), to: Number(to), total: size };
}

/** Returns the base URL of the simulators, as the caller reaches them. */
export function baseOf(call: Call): string {
  return `http://${call.headers.get("host") ?? "127.0.0.1"}`;
}

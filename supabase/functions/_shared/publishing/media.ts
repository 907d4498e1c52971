/**
 * The creator's media in Supabase Storage: signed URLs that live as long as a platform needs to fetch them, and byte ranges, so that a file of
 * any size needs no more memory than one range. https://supabase.com/docs/guides/storage
 */
import * as z from "zod";
import type { Context } from "../context.ts";
import { type CallOptions, callProvider, ProviderError, readJson } from "../http/outgoing.ts";
import { secretKeys } from "../settings/auth_keys.ts";
import { type MediaSource, MediaUnavailable, type Medium, type Need } from "./publisher.ts";
import { PUBLISHING } from "./settings.ts";

const Signed = z.object({ signedURL: z.string() });
const Listed = z.array(z.object({
  name: z.string(),
  id: z.string().nullable(),
  metadata: z.object({ size: z.number().optional(), mimetype: z.string().optional() }).nullish(),
}));

/** Lifetime of the signed URLs for our own reads. */
const READ_SECONDS = 900;

export class Storage {
  readonly #base: string;
  readonly #bucket: string;
  readonly #key: string;
  readonly #options: CallOptions;
  readonly #read = new Map<string, { url: string; until: number }>();

  constructor(private readonly context: Omit<Context, "admin">) {
    const { MEDIA_BUCKET, PUBLISH_TIMEOUT_MS } = context.settings.of(PUBLISHING);
    this.#base = `${context.settings.SUPABASE_URL}/storage/v1`;
    this.#bucket = MEDIA_BUCKET;
    this.#key = Object.values(secretKeys(context.settings))[0] ?? "";
    this.#options = {
      provider: "storage",
      timeout_ms: PUBLISH_TIMEOUT_MS,
      retry: "safe",
      request_id: context.request_id,
      signal: context.signal,
      log: context.log,
      fetch: context.fetch,
    };
  }

  get #headers(): Record<string, string> {
    return { apikey: this.#key, authorization: `Bearer ${this.#key}` };
  }

  /** Returns a URL that anyone can fetch for `seconds`. */
  async sign(path: string, seconds: number): Promise<string> {
    const response = await callProvider(`${this.#base}/object/sign/${this.#bucket}/${path}`, {
      method: "POST",
      headers: { ...this.#headers, "content-type": "application/json" },
      body: JSON.stringify({ expiresIn: seconds }),
    }, this.#options);
    const { signedURL } = Signed.parse(await readJson(response, "storage"));
    return `${this.#base}${signedURL.startsWith("/") ? "" : "/"}${signedURL}`;
  }

  /** Returns a token with which anyone can upload this one file, whole or in parts, for two hours. */
  async signUpload(path: string): Promise<string> {
    const response = await callProvider(`${this.#base}/object/upload/sign/${this.#bucket}/${path}`, {
      method: "POST",
      headers: this.#headers,
    }, this.#options);
    const { url } = z.object({ url: z.string() }).parse(await readJson(response, "storage"));
    return new URLSearchParams(url.split("?")[1] ?? "").get("token") ?? "";
  }

  async bytes(path: string, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const now = this.context.now().getTime();
    let known = this.#read.get(path);
    if (!known || known.until < now) {
      known = { url: await this.sign(path, READ_SECONDS), until: now + (READ_SECONDS - 60) * 1_000 };
      this.#read.set(path, known);
    }
    const response = await callProvider(
      known.url,
      { headers: { range: `bytes=${from}-${to - 1}` } },
      this.#options,
    );
    const bytes = new Uint8Array(await response.arrayBuffer());
    // A server without range support sends the whole file.
    return response.status === 206 ? bytes : bytes.slice(from, to);
  }

  async size(path: string): Promise<number | null> {
    try {
      const response = await callProvider(await this.sign(path, 60), { method: "HEAD" }, this.#options);
      const length = response.headers.get("content-length");
      return length ? Number(length) : null;
    } catch (error) {
      // Storage has no such file: nothing has arrived yet.
      if (error instanceof ProviderError && (error.status === 404 || error.status === 400)) return null;
      throw error;
    }
  }

  /** Lists every file below a folder, by name; nothing if the bucket does not exist. */
  async *list(folder: string): AsyncGenerator<{ path: string; bytes: number | null; type: string | null }> {
    const limit = 1_000;
    for (let offset = 0;; offset += limit) {
      const entries = await this.#page({ prefix: folder, limit, offset });
      for (const { name, id, metadata } of entries) {
        const path = `${folder}/${name}`;
        // An entry without an id is a folder.
        if (id === null) yield* this.list(path);
        else yield { path, bytes: metadata?.size ?? null, type: metadata?.mimetype ?? null };
      }
      if (entries.length < limit) return;
    }
  }

  async #page(page: { prefix: string; limit: number; offset: number }): Promise<z.output<typeof Listed>> {
    try {
      const response = await callProvider(`${this.#base}/object/list/${this.#bucket}`, {
        method: "POST",
        headers: { ...this.#headers, "content-type": "application/json" },
        body: JSON.stringify({ ...page, sortBy: { column: "name", order: "asc" } }),
      }, this.#options);
      return Listed.parse(await readJson(response, "storage"));
    } catch (error) {
      if (error instanceof ProviderError && (error.status === 400 || error.status === 404)) return [];
      throw error;
    }
  }

  async remove(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    await callProvider(`${this.#base}/object/${this.#bucket}`, {
      method: "DELETE",
      headers: { ...this.#headers, "content-type": "application/json" },
      body: JSON.stringify({ prefixes: paths }),
    }, this.#options);
  }
}

/** The creator's media for a publisher. `fetch` loads them before a call is recorded, so a storage failure leaves no call in doubt. */
export class Media implements MediaSource {
  readonly #storage: Storage;
  readonly #urls = new Map<string, string>();
  readonly #bytes = new Map<string, Uint8Array<ArrayBuffer>>();

  constructor(context: Omit<Context, "admin">) {
    this.#storage = new Storage(context);
  }

  /** @throws {MediaUnavailable} */
  async fetch(needs: readonly Need[]): Promise<void> {
    this.#urls.clear();
    this.#bytes.clear();
    for (const need of needs) {
      if ("seconds" in need) {
        this.#urls.set(urlKey(need.medium, need.seconds), await this.url(need.medium, need.seconds));
      } else {this.#bytes.set(
          partKey(need.medium, need.from, need.to),
          await this.read(need.medium, need.from, need.to),
        );}
    }
  }

  async url(medium: Medium, seconds: number): Promise<string> {
    return this.#urls.get(urlKey(medium, seconds)) ?? await had(this.#storage.sign(medium.path, seconds));
  }

  async read(medium: Medium, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const known = this.#bytes.get(partKey(medium, from, to));
    if (known) return known;
    const bytes = await had(this.#storage.bytes(medium.path, from, to));
    if (bytes.length === to - from) return bytes;
    throw new MediaUnavailable(false, new Error(`storage gave ${bytes.length} bytes of ${to - from}`));
  }
}

const urlKey = ({ path }: Medium, seconds: number) => `${path} ${seconds}`;
const partKey = ({ path }: Medium, from: number, to: number) => `${path} ${from}-${to}`;

async function had<T>(fetched: Promise<T>): Promise<T> {
  try {
    return await fetched;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    // For a missing file Supabase answers 400 with a 404 in the body.
    const isGone = error.status === 404 ||
      error.status === 400 && /\b404\b|not.?found/i.test(JSON.stringify(error.body));
    throw new MediaUnavailable(isGone, error);
  }
}

export function mediaSource(context: Omit<Context, "admin">): Media {
  return new Media(context);
}

/** Where archives are stored: a folder, or any S3-compatible service. An archive is a folder of parts with a manifest, which is written last. */
import { dirname, join } from "node:path";
import { AwsClient } from "aws4fetch";
import type { Bytes } from "./cipher.ts";

export interface Store {
  /** Display name, without credentials. */
  readonly place: string;
  /** Writes the file atomically. */
  put(path: string, bytes: Bytes): Promise<void>;
  /** @throws {Missing} */
  get(path: string): Promise<Bytes>;
  /** Lists every path with this prefix, and its size. */
  list(prefix: string): AsyncIterable<{ path: string; bytes: number }>;
  remove(paths: string[]): Promise<void>;
}

export class Missing extends Error {
  constructor(path: string) {
    super(`Cannot read ${path}: it does not exist`);
  }
}

/** @param destination A folder, or `s3://bucket/prefix`. */
export function openStore(destination: string, env: (name: string) => string | undefined): Store {
  if (!destination.startsWith("s3://")) return new FolderStore(destination);
  const [bucket = "", ...prefix] = destination.slice("s3://".length).split("/");
  const need = (name: string) => {
    const value = env(name);
    if (!value) throw new Error(`Cannot use ${destination}: ${name} is not set`);
    return value;
  };
  return new S3Store({
    endpoint: env("BACKUP_S3_ENDPOINT") || `https://s3.${env("AWS_REGION") || "us-east-1"}.amazonaws.com`,
    bucket,
    prefix: prefix.filter(Boolean).join("/"),
    region: env("AWS_REGION") || "us-east-1",
    accessKeyId: need("AWS_ACCESS_KEY_ID"),
    secretAccessKey: need("AWS_SECRET_ACCESS_KEY"),
  });
}

class FolderStore implements Store {
  constructor(private readonly folder: string) {}

  get place(): string {
    return this.folder;
  }

  async put(path: string, bytes: Bytes): Promise<void> {
    const file = join(this.folder, path);
    await Deno.mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const part = `${file}.writing`;
    const open = await Deno.open(part, { write: true, create: true, truncate: true, mode: 0o600 });
    try {
      for (let at = 0; at < bytes.length;) at += await open.write(bytes.subarray(at));
      await open.syncData();
    } finally {
      open.close();
    }
    await Deno.rename(part, file);
  }

  async get(path: string): Promise<Bytes> {
    try {
      return await Deno.readFile(join(this.folder, path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) throw new Missing(path);
      throw error;
    }
  }

  async *list(prefix: string): AsyncGenerator<{ path: string; bytes: number }> {
    yield* this.#below("", prefix);
  }

  async *#below(folder: string, prefix: string): AsyncGenerator<{ path: string; bytes: number }> {
    let entries: Deno.DirEntry[];
    try {
      entries = await Array.fromAsync(Deno.readDir(join(this.folder, folder)));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    for (const { name, isDirectory } of entries.sort((one, other) => one.name < other.name ? -1 : 1)) {
      const path = folder ? `${folder}/${name}` : name;
      if (isDirectory) {
        if (path.startsWith(prefix) || prefix.startsWith(`${path}/`)) yield* this.#below(path, prefix);
      } else if (path.startsWith(prefix)) {
        yield { path, bytes: (await Deno.stat(join(this.folder, path))).size };
      }
    }
  }

  async remove(paths: string[]): Promise<void> {
    for (const path of paths) {
      await Deno.remove(join(this.folder, path)).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    }
    // Delete an archive's folder with its last file.
    for (const folder of new Set(paths.map((path) => dirname(path)))) {
      for (let at = folder; at !== "." && at !== "/"; at = dirname(at)) {
        if (!await Deno.remove(join(this.folder, at)).then(() => true, () => false)) break;
      }
    }
  }
}

interface S3Options {
  endpoint: string;
  bucket: string;
  prefix: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

class S3Store implements Store {
  readonly #client: AwsClient;
  readonly #base: string;

  constructor(private readonly options: S3Options) {
    const { accessKeyId, secretAccessKey, region } = options;
    // The delay doubles each time, with jitter: nine attempts within 26 s outlast a short run of 503 and "slow down" responses.
    this.#client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      region,
      service: "s3",
      retries: 8,
      initRetryMs: 100,
    });
    this.#base = `${options.endpoint.replace(/\/$/, "")}/${options.bucket}`;
  }

  get place(): string {
    return `s3://${[this.options.bucket, this.options.prefix].filter(Boolean).join("/")}`;
  }

  #key(path: string): string {
    return [this.options.prefix, path].filter(Boolean).join("/");
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    return await this.#client.fetch(
      `${this.#base}/${this.#key(path).split("/").map(encodeURIComponent).join("/")}`,
      init,
    );
  }

  async put(path: string, bytes: Bytes): Promise<void> {
    const response = await this.#ask(path, { method: "PUT", body: bytes });
    if (!response.ok) throw await refusal("write", path, response);
    await response.body?.cancel();
  }

  async get(path: string): Promise<Bytes> {
    const response = await this.#ask(path, { method: "GET" });
    if (response.status === 404) {
      await response.body?.cancel();
      throw new Missing(path);
    }
    if (!response.ok) throw await refusal("read", path, response);
    return new Uint8Array(await response.arrayBuffer());
  }

  async *list(prefix: string): AsyncGenerator<{ path: string; bytes: number }> {
    const cut = this.options.prefix ? this.options.prefix.length + 1 : 0;
    let token: string | undefined;
    do {
      const query = new URLSearchParams({ "list-type": "2", prefix: this.#key(prefix), "max-keys": "1000" });
      if (token) query.set("continuation-token", token);
      const response = await this.#client.fetch(`${this.#base}?${query}`);
      if (!response.ok) throw await refusal("list", prefix, response);
      const xml = await response.text();
      for (const [, entry = ""] of xml.matchAll(/<Contents>([^]*?)<\/Contents>/g)) {
        const key = unescapeXml(entry.match(/<Key>([^<]*)<\/Key>/)?.[1] ?? "");
        yield { path: key.slice(cut), bytes: Number(entry.match(/<Size>(\d+)<\/Size>/)?.[1] ?? 0) };
      }
      token = unescapeXml(xml.match(/<NextContinuationToken>([^<]*)<\/NextContinuationToken>/)?.[1] ?? "") ||
        undefined;
    } while (token);
  }

  async remove(paths: string[]): Promise<void> {
    for (const path of paths) {
      const response = await this.#ask(path, { method: "DELETE" });
      if (!response.ok && response.status !== 404) throw await refusal("delete", path, response);
      await response.body?.cancel();
    }
  }
}

async function refusal(what: string, path: string, response: Response): Promise<Error> {
  const text = await response.text();
  const code = text.match(/<Code>([^<]*)<\/Code>/)?.[1] ?? "";
  return new Error(`Cannot ${what} ${path || "the bucket"}: S3 answered ${response.status} ${code}`.trim());
}

function unescapeXml(text: string): string {
  const named: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(
    /&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
    (all, decimal, hex, name) =>
      decimal
        ? String.fromCodePoint(Number(decimal))
        : hex
        ? String.fromCodePoint(parseInt(hex, 16))
        : named[name] ?? all,
  );
}

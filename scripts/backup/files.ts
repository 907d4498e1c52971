/**
 * Copies files of Supabase Storage through its API. Small files are packed together and large ones split into segments, so that no large
 * file is held in memory whole.
 */
import { Buffer } from "node:buffer";
import * as z from "zod";

const Listed = z.array(z.object({
  name: z.string(),
  id: z.string().nullable(),
  metadata: z.looseObject({ size: z.number().optional(), mimetype: z.string().optional() }).nullish(),
}));

/** The header of a file segment in a pack; the segment's bytes follow it. */
const Segment = z.object({
  bucket: z.string(),
  path: z.string(),
  type: z.string(),
  offset: z.int(),
  length: z.int(),
  total: z.int(),
});
type Segment = z.output<typeof Segment>;

/** Chunk size of Storage's resumable uploads. https://supabase.com/docs/guides/storage/uploads/resumable-uploads */
const SEGMENT = 6 * 1_048_576;

export class StorageFiles {
  constructor(private readonly api: string, private readonly key: string) {}

  async #ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("apikey", this.key);
    headers.set("authorization", `Bearer ${this.key}`);
    return await fetch(`${this.api.replace(/\/$/, "")}/storage/v1${path}`, { ...init, headers });
  }

  async *list(bucket: string, prefix = ""): AsyncGenerator<{ path: string; bytes: number; type: string }> {
    for (let offset = 0;; offset += 1_000) {
      const response = await this.#ask(`/object/list/${bucket}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ prefix, limit: 1_000, offset, sortBy: { column: "name", order: "asc" } }),
      });
      if (response.status === 400 || response.status === 404) {
        await response.body?.cancel();
        return;
      }
      if (!response.ok) {
        throw new Error(
          `Cannot list the bucket ${bucket}: Storage answered ${response.status} ${await response.text()}`,
        );
      }
      const entries = Listed.parse(await response.json());
      for (const { name, id, metadata } of entries) {
        const path = prefix ? `${prefix}/${name}` : name;
        if (id === null) yield* this.list(bucket, path);
        else {yield {
            path,
            bytes: metadata?.size ?? 0,
            type: metadata?.mimetype ?? "",
          };}
      }
      if (entries.length < 1_000) return;
    }
  }

  /** Yields packs of about one segment, up to just under two. */
  async *packs(buckets: string[]): AsyncGenerator<{ bytes: Uint8Array<ArrayBuffer>; files: number }> {
    let pack: Uint8Array[] = [];
    let size = 0;
    let files = 0;
    const flush = () => {
      const bytes = concat(pack);
      const done = { bytes, files };
      pack = [];
      size = 0;
      files = 0;
      return done;
    };
    for (const bucket of buckets) {
      for await (const { path, type } of this.list(bucket)) {
        let offset = 0;
        for (let total = 1; offset < total || offset === 0;) {
          const { bytes, total: whole } = await this.#read(bucket, path, offset);
          total = whole;
          const head = new TextEncoder().encode(
            JSON.stringify({ bucket, path, type, offset, length: bytes.length, total } satisfies Segment),
          );
          pack.push(new Uint8Array(new Uint32Array([head.length]).buffer), head, bytes);
          size += head.length + bytes.length + 4;
          offset += bytes.length;
          if (size >= SEGMENT) yield flush();
          if (bytes.length === 0) break;
        }
        files += 1;
      }
    }
    if (size > 0) yield flush();
  }

  async #read(bucket: string, path: string, offset: number): Promise<{ bytes: Uint8Array; total: number }> {
    const response = await this.#ask(
      `/object/${bucket}/${path.split("/").map(encodeURIComponent).join("/")}`,
      {
        headers: { range: `bytes=${offset}-${offset + SEGMENT - 1}` },
      },
    );
    if (response.status === 416) {
      await response.body?.cancel();
      return { bytes: new Uint8Array(), total: offset };
    }
    if (!response.ok) {
      throw new Error(
        `Cannot read ${bucket}/${path}: Storage answered ${response.status} ${await response.text()}`,
      );
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    const total = Number(response.headers.get("content-range")?.split("/")[1] ?? bytes.length);
    return { bytes: response.status === 206 ? bytes : bytes.slice(offset, offset + SEGMENT), total };
  }

  /** Uploads the files of packs, which must come in their original order. */
  unpacker(): { take(pack: Uint8Array): Promise<void>; done(): number } {
    let files = 0;
    let upload: string | null = null;
    const take = async (pack: Uint8Array) => {
      for (const { about, bytes } of segmentsOf(pack)) {
        if (about.length === about.total) await this.#write(about, bytes);
        else {
          if (about.offset === 0) upload = await this.#begin(about);
          if (upload === null) throw new Error(`Cannot restore ${about.path}: a segment of it is missing`);
          await this.#continue(upload, about, bytes);
          if (about.offset + about.length < about.total) continue;
          upload = null;
        }
        files += 1;
      }
    };
    const done = () => {
      if (upload !== null) throw new Error("Cannot restore the files: the last one is incomplete");
      return files;
    };
    return { take, done };
  }

  async #write(about: Segment, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const { bucket, path, type } = about;
    const response = await this.#ask(
      `/object/${bucket}/${path.split("/").map(encodeURIComponent).join("/")}`,
      {
        method: "POST",
        headers: { "content-type": type || "application/octet-stream", "x-upsert": "true" },
        body,
      },
    );
    await accepted(about, response);
  }

  async #begin(about: Segment): Promise<string> {
    // A bucket may restrict MIME types: if the type is unknown, omit it and let Storage detect it.
    const named = {
      bucketName: about.bucket,
      objectName: about.path,
      ...about.type ? { contentType: about.type } : {},
    };
    const metadata = Object.entries(named)
      .map(([name, value]) => `${name} ${Buffer.from(value).toString("base64")}`);
    const response = await this.#ask("/upload/resumable", {
      method: "POST",
      headers: {
        "tus-resumable": "1.0.0",
        "upload-length": String(about.total),
        "upload-metadata": metadata.join(","),
        "x-upsert": "true",
      },
    });
    await accepted(about, response);
    const location = response.headers.get("location");
    if (!location) throw new Error(`Cannot restore ${about.path}: Storage returned no upload address`);
    return location.replace(/^.*\/storage\/v1/, "");
  }

  async #continue(upload: string, about: Segment, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const response = await this.#ask(upload, {
      method: "PATCH",
      headers: {
        "tus-resumable": "1.0.0",
        "upload-offset": String(about.offset),
        "content-type": "application/offset+octet-stream",
      },
      body,
    });
    await accepted(about, response);
  }

  /** Creates missing buckets, as private. */
  async ensureBuckets(buckets: string[]): Promise<void> {
    for (const bucket of buckets) {
      const response = await this.#ask("/bucket", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ id: bucket, name: bucket, public: false }),
      });
      await response.body?.cancel();
    }
  }
}

/** Yields the segments of a pack, in order. */
export function* segmentsOf(pack: Uint8Array): Generator<{ about: Segment; bytes: Uint8Array<ArrayBuffer> }> {
  for (let at = 0; at < pack.length;) {
    const from = at + 4 + new DataView(pack.buffer, pack.byteOffset + at, 4).getUint32(0, true);
    const about = Segment.parse(JSON.parse(new TextDecoder().decode(pack.subarray(at + 4, from))));
    at = from + about.length;
    yield { about, bytes: new Uint8Array(pack.subarray(from, at)) };
  }
}

async function accepted({ bucket, path }: Segment, response: Response): Promise<void> {
  if (!response.ok) {
    throw new Error(
      `Cannot restore ${bucket}/${path}: Storage answered ${response.status} ${await response.text()}`,
    );
  }
  await response.body?.cancel();
}

function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

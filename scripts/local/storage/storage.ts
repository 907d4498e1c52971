/**
 * A subset of Supabase Storage on disk: private buckets, plain and resumable uploads (TUS 1.0.0) with a signed token or the secret key,
 * signed URLs for reads with ranges, deletion. https://supabase.com/docs/guides/storage/uploads/resumable-uploads
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { dirname, join, normalize } from "node:path";
import type { Incoming } from "../http/incoming.ts";

export interface StorageParts {
  folder: string;
  /** Signs tokens. */
  secret: string;
  /** Grants full access. */
  secret_key: string;
}

interface Claims {
  path: string;
  use: "read" | "write";
  until: number;
}

interface Tus {
  path: string;
  length: number;
}

const TUS = {
  "tus-resumable": "1.0.0",
  "access-control-expose-headers": "Location, Upload-Offset, Upload-Length, Tus-Resumable",
};
const ROOT = "/storage/v1";

export class LocalStorage {
  constructor(private readonly parts: StorageParts) {}

  async answer(incoming: Incoming): Promise<Response> {
    const { method, headers, url } = incoming;
    const path = decodeURIComponent(incoming.path.slice(ROOT.length));
    if (method === "OPTIONS") return preflight(headers);
    if (path.startsWith("/upload/resumable")) return await this.#resumable(incoming, path);
    if (path.startsWith("/object/upload/sign/")) {
      const name = path.slice("/object/upload/sign/".length);
      if (method === "POST") {
        if (!this.#isService(headers)) return refuse(403, "Unauthorized");
        const token = this.#sign({ path: name, use: "write", until: Date.now() + 7_200_000 });
        return Response.json({ url: `${path}?token=${token}`, token });
      }
      if (!this.#may(url.searchParams.get("token"), name, "write")) return refuse(400, "InvalidJWT");
      return await this.#store(name, incoming);
    }
    if (path.startsWith("/object/sign/")) {
      const name = path.slice("/object/sign/".length);
      if (method !== "POST") {
        if (!this.#may(url.searchParams.get("token"), name, "read")) return refuse(400, "InvalidJWT");
        return await this.#send(name, headers, method === "HEAD");
      }
      if (!this.#isService(headers)) return refuse(403, "Unauthorized");
      if (!await exists(this.#file(name))) return refuse(404, "not_found");
      const { expiresIn = 60 } = await incoming.toRequest().json().catch(() => ({}));
      const token = this.#sign({ path: name, use: "read", until: Date.now() + Number(expiresIn) * 1_000 });
      return Response.json({
        signedURL: `/object/sign/${name.split("/").map(encodeURIComponent).join("/")}?token=${token}`,
      });
    }
    if (path.startsWith("/object/list/") && method === "POST") {
      if (!this.#isService(headers)) return refuse(403, "Unauthorized");
      return await this.#list(path.slice("/object/list/".length), incoming);
    }
    if (path.startsWith("/object/") && this.#isService(headers)) {
      const name = path.slice("/object/".length);
      if (method === "POST" || method === "PUT") return await this.#store(name, incoming);
      if (method === "DELETE") {
        const { prefixes = [] } = await incoming.toRequest().json().catch(() => ({}));
        for (const one of prefixes as string[]) {
          await Deno.remove(this.#file(`${name}/${one}`)).catch(() => {});
        }
        return Response.json((prefixes as string[]).map((one) => ({ name: one })));
      }
      if (method === "GET" || method === "HEAD") return await this.#send(name, headers, method === "HEAD");
    }
    return refuse(404, "not_found");
  }

  /** Lists a folder, sorted by name; a subfolder has no id. */
  async #list(bucket: string, incoming: Incoming): Promise<Response> {
    const { prefix = "", limit = 100, offset = 0 } = await incoming.toRequest().json().catch(() => ({}));
    const folder = this.#file(`${bucket}/${prefix}`);
    const names: string[] = [];
    for await (const { name } of await entriesOf(folder)) if (!name.endsWith(".part")) names.push(name);
    const page = names.sort().slice(offset, offset + limit);
    return Response.json(
      await Promise.all(page.map(async (name) => {
        const { isFile, size } = await Deno.stat(join(folder, name));
        return isFile
          ? { name, id: await nameBased(`${folder}/${name}`), metadata: { size } }
          : { name, id: null };
      })),
    );
  }

  /** Handles a resumable upload, which continues at its stored offset. */
  async #resumable(incoming: Incoming, path: string): Promise<Response> {
    const { method, headers } = incoming;
    if (method === "POST") {
      const about = metadata(headers.get("upload-metadata") ?? "");
      const name = `${about.bucketName ?? ""}/${about.objectName ?? ""}`;
      const isAllowed = this.#isService(headers) || this.#may(headers.get("x-signature"), name, "write");
      if (!isAllowed) return refuse(403, "Unauthorized");
      const id = btoa(crypto.randomUUID()).replaceAll("=", "");
      const length = Number(headers.get("upload-length"));
      const rules = BUCKETS[about.bucketName ?? ""];
      if (rules && !(length <= rules.bytes)) return refuse(413, "Payload too large");
      if (rules && about.contentType !== undefined && !rules.types.includes(about.contentType)) {
        return refuse(415, "invalid_mime_type");
      }
      await write(this.#tus(id, "json"), JSON.stringify({ path: name, length } satisfies Tus));
      await write(this.#tus(id, "part"), "");
      return new Response(null, {
        status: 201,
        headers: { ...TUS, location: `${incoming.url.origin}${ROOT}${path.replace(/\/$/, "")}/${id}` },
      });
    }
    const id = path.split("/").at(-1) ?? "";
    const kept = /^\w+$/.test(id) ? await Deno.readTextFile(this.#tus(id, "json")).catch(() => null) : null;
    if (kept === null) return refuse(404, "not_found");
    const { path: name, length } = JSON.parse(kept) as Tus;
    const part = this.#tus(id, "part");
    const offset = (await Deno.stat(part).catch(() => null))?.size ?? length;
    if (method === "HEAD") {
      return new Response(null, {
        headers: {
          ...TUS,
          "upload-offset": String(offset),
          "upload-length": String(length),
          "cache-control": "no-store",
        },
      });
    }
    if (method !== "PATCH") return refuse(405, "method_not_allowed");
    if (Number(headers.get("upload-offset")) !== offset) return refuse(409, "conflict");
    const file = await Deno.open(part, { append: true });
    try {
      // Bytes received before a disconnect are kept.
      for await (const chunk of incoming.body ?? []) {
        for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
      }
    } finally {
      file.close();
    }
    const { size } = await Deno.stat(part);
    if (size === length) {
      await Deno.mkdir(dirname(this.#file(name)), { recursive: true });
      await Deno.rename(part, this.#file(name));
    }
    return new Response(null, { status: 204, headers: { ...TUS, "upload-offset": String(size) } });
  }

  async #store(name: string, incoming: Incoming): Promise<Response> {
    const file = this.#file(name);
    await Deno.mkdir(dirname(file), { recursive: true });
    const part = `${file}.part`;
    await Deno.writeFile(part, incoming.body ?? new Uint8Array());
    await Deno.rename(part, file);
    return Response.json({ Key: name, Id: name });
  }

  async #send(name: string, headers: Headers, isBare: boolean): Promise<Response> {
    const file = await Deno.open(this.#file(name)).catch(() => null);
    if (file === null) return refuse(404, "not_found");
    const { size } = await file.stat();
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.get("range") ?? "") ?? [];
    const from = first === undefined ? 0 : Number(first);
    const to = Math.min(size, last ? Number(last) + 1 : size);
    const answer = {
      status: first === undefined ? 200 : 206,
      headers: {
        "content-length": String(to - from),
        "content-type": "application/octet-stream",
        "accept-ranges": "bytes",
        ...(first === undefined ? {} : { "content-range": `bytes ${from}-${to - 1}/${size}` }),
      },
    };
    if (isBare) {
      file.close();
      return new Response(null, answer);
    }
    await file.seek(from, Deno.SeekMode.Start);
    let left = to - from;
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk.subarray(0, left));
        left -= chunk.length;
        if (left <= 0) controller.terminate();
      },
    });
    return new Response(left > 0 ? file.readable.pipeThrough(cut) : null, answer);
  }

  /** Returns the file of an object; no path can leave the folder. */
  #file(name: string): string {
    return join(this.parts.folder, normalize(`/${name}`));
  }

  #tus(id: string, ending: string): string {
    return join(this.parts.folder, ".uploads", `${id}.${ending}`);
  }

  #isService(headers: Headers): boolean {
    const given = headers.get("apikey") ?? headers.get("authorization")?.replace(/^Bearer /i, "") ?? "";
    return given === this.parts.secret_key;
  }

  #sign(claims: Claims): string {
    const payload = btoa(unescape(encodeURIComponent(JSON.stringify(claims)))).replaceAll("+", "-")
      .replaceAll("/", "_");
    return `${payload}.${this.#mac(payload)}`;
  }

  #mac(payload: string): string {
    return createHmac("sha256", this.parts.secret).update(payload).digest("base64url");
  }

  #may(token: string | null, path: string, use: Claims["use"]): boolean {
    const [payload = "", mac = ""] = (token ?? "").split(".");
    const [one, other] = [new TextEncoder().encode(this.#mac(payload)), new TextEncoder().encode(mac)];
    if (one.length !== other.length || !timingSafeEqual(one, other)) return false;
    const claims = JSON.parse(
      decodeURIComponent(escape(atob(payload.replaceAll("-", "+").replaceAll("_", "/")))),
    ) as Claims;
    return claims.path === path && claims.use === use && claims.until > Date.now();
  }
}

/** The buckets as module 007 creates them where the database has Supabase Storage. */
const BUCKETS: Record<string, { bytes: number; types: string[] }> = {
  media: {
    bytes: 10 * 1_073_741_824,
    types: "image/jpeg image/png image/webp image/gif video/mp4 video/quicktime video/webm".split(" "),
  },
};

function metadata(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const [name = "", value = ""] = pair.trim().split(" ");
      return [name, new TextDecoder().decode(Uint8Array.from(atob(value), (char) => char.charCodeAt(0)))];
    }),
  );
}

async function write(file: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(file), { recursive: true });
  await Deno.writeTextFile(file, text);
}

async function entriesOf(folder: string): Promise<AsyncIterable<Deno.DirEntry> | Iterable<Deno.DirEntry>> {
  return await Deno.stat(folder).then(() => Deno.readDir(folder), () => []);
}

async function nameBased(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

async function exists(file: string): Promise<boolean> {
  return await Deno.stat(file).then((found) => found.isFile, () => false);
}

function refuse(status: number, error: string): Response {
  return Response.json({ statusCode: String(status), error, message: error }, { status });
}

function preflight(headers: Headers): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...TUS,
      "tus-version": "1.0.0",
      "tus-extension": "creation,termination",
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, POST, PUT, PATCH, HEAD, DELETE, OPTIONS",
      "access-control-allow-headers": headers.get("access-control-request-headers") ?? "*",
    },
  });
}

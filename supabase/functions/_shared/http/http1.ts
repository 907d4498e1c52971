/**
 * Sends one HTTP/1.1 request (RFC 9112) over an open connection and reads its response. Unlike `fetch`, this lets the caller choose the
 * IP address to connect to, see `safe_fetch.ts`. Every part of the server's response has a size limit.
 */

export interface Request1 {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body?: Uint8Array | string | undefined;
}

export interface Answer1 {
  status: number;
  headers: Headers;
  body: Uint8Array;
  /** The body was longer than `max_bytes` and is cut there. */
  is_longer: boolean;
}

const MAX_HEAD = 65_536;

/** Sends a request and reads its response. When the signal is aborted, closes the connection, which makes the call fail. */
export async function readAnswer(
  connection: Deno.Conn,
  request: Request1,
  { max_bytes, signal }: { max_bytes: number; signal: AbortSignal },
): Promise<Answer1> {
  const stop = () => {
    try {
      connection.close();
    } catch {
      // Already closed.
    }
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    await writeAll(connection, encode(request));
    const reader = new Reader(connection);
    for (;;) {
      const { status, headers } = await readHead(reader);
      // Interim responses such as 103 precede the final one.
      if (status >= 100 && status < 200) continue;
      if (request.method === "HEAD" || status === 204 || status === 304) {
        return { status, headers, body: new Uint8Array(), is_longer: false };
      }
      const is_packed = headers.get("content-encoding")?.trim().toLowerCase() === "gzip";
      const sent = await readBody(reader, headers, is_packed ? max_bytes + MAX_HEAD : max_bytes);
      if (is_packed) return { status, headers, ...await unpack(sent, max_bytes) };
      return { status, headers, body: sent.subarray(0, max_bytes), is_longer: sent.length > max_bytes };
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function encode({ url, method, headers, body }: Request1): Uint8Array {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const given = new Headers(headers);
  given.set("host", url.host);
  given.set("connection", "close");
  given.set("accept-encoding", "gzip, identity;q=0.5");
  if (!given.has("accept")) given.set("accept", "*/*");
  if (bytes) given.set("content-length", String(bytes.length));
  // `Headers` rejects line breaks.
  const lines = [...given].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = new TextEncoder().encode(`${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines}\r\n`);
  return bytes ? join([head, bytes]) : head;
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

async function readHead(reader: Reader): Promise<{ status: number; headers: Headers }> {
  const [first = "", ...lines] = await readLines(reader);
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  if (!status) throw new Error("The server does not speak HTTP/1.1");
  const headers = new Headers();
  for (const line of lines) {
    const at = line.indexOf(":");
    if (at < 1) throw new Error("The server sent a malformed header");
    headers.append(line.slice(0, at), line.slice(at + 1).trim());
  }
  return { status: Number(status), headers };
}

async function readLines(reader: Reader): Promise<string[]> {
  const lines: string[] = [];
  for (let size = 0;;) {
    const line = await reader.line(MAX_HEAD);
    if (line === "") return lines;
    if ((size += line.length) > MAX_HEAD) throw new Error("The server sent too many headers");
    lines.push(line);
  }
}

/** Reads the body without decompressing it, at most one byte beyond `max_bytes`. */
async function readBody(reader: Reader, headers: Headers, max_bytes: number): Promise<Uint8Array> {
  const most = max_bytes + 1;
  if (/\bchunked\b/i.test(headers.get("transfer-encoding") ?? "")) {
    const chunks: Uint8Array[] = [];
    for (let size = 0; size < most;) {
      const length = parseInt(await reader.line(4_096), 16);
      if (!(length >= 0)) throw new Error("The server sent a malformed chunk");
      if (length === 0) break;
      const chunk = await reader.bytes(Math.min(length, most - size));
      chunks.push(chunk);
      size += chunk.length;
      if (chunk.length < length) break;
      await reader.line(2);
    }
    return join(chunks);
  }
  const length = headers.get("content-length");
  if (length === null) return await reader.bytes(most, true);
  if (!/^\d+$/.test(length)) throw new Error("The server sent a malformed length");
  return await reader.bytes(Math.min(Number(length), most));
}

/** Decompresses gzip and stops beyond `max_bytes`: a small response may expand to gigabytes. */
async function unpack(
  packed: Uint8Array,
  max_bytes: number,
): Promise<{ body: Uint8Array; is_longer: boolean }> {
  const stream = new Blob([packed as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    if ((size += chunk.length) > max_bytes) break;
  }
  return { body: join(chunks).subarray(0, max_bytes), is_longer: size > max_bytes };
}

class Reader {
  #rest = new Uint8Array();
  #ended = false;

  constructor(private readonly connection: Deno.Conn) {}

  /** Reads a line and returns it without its line break. */
  async line(most: number): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end >= 0) {
        const line = new TextDecoder("latin1").decode(this.#rest.subarray(0, end));
        this.#rest = this.#rest.slice(end + 1);
        return line.replace(/\r$/, "");
      }
      if (this.#rest.length > most) throw new Error("The server sent a line that is too long");
      if (!await this.#more()) throw new Error("The server closed the connection too early");
    }
  }

  /** Reads `count` bytes, or with `or_less` fewer if the connection closes first. */
  async bytes(count: number, or_less = false): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let missing = count; missing > 0;) {
      if (this.#rest.length === 0 && !await this.#more()) {
        if (or_less) break;
        throw new Error("The server closed the connection too early");
      }
      const part = this.#rest.slice(0, missing);
      this.#rest = this.#rest.slice(part.length);
      parts.push(part);
      missing -= part.length;
    }
    return join(parts);
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    const buffer = new Uint8Array(16_384);
    // Many servers close TLS without close_notify; missing data is then detected by the lengths.
    const read = await this.connection.read(buffer).catch((error) => {
      if (error instanceof Deno.errors.UnexpectedEof) return null;
      throw error;
    });
    if (read === null) {
      this.#ended = true;
      return false;
    }
    this.#rest = new Uint8Array(join([this.#rest, buffer.subarray(0, read)]));
    return true;
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

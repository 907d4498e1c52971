/**
 * Fetches URLs that users supply, from public hosts only. Each host is resolved here, all of its IP addresses are checked, and the
 * connection goes to a checked address, so that a name that resolves differently a moment later (DNS rebinding) has no effect. Redirects
 * are followed here, each with the same checks. Time and size are limited.
 */
import { isAddress, isPublicAddress } from "./addresses.ts";
import { readAnswer } from "./http1.ts";

/** Why a URL was rejected or its fetch failed. */
export type UnsafeReason =
  /** Not a URL, or not of an allowed scheme (http or https). */
  | "malformed"
  | "credentials"
  | "port"
  /** The host is local, in a private network, or reserved. */
  | "not_public"
  | "unresolved"
  | "redirects"
  | "downgrade"
  | "timeout"
  | "network"
  | "too_large";

/** The message explains the problem to the user; it does not reveal the IP addresses of the name. */
export class UnsafeFetchError extends Error {
  override name = "UnsafeFetchError";
  constructor(readonly reason: UnsafeReason, message: string, options?: ErrorOptions) {
    super(`Cannot fetch this address: ${message}`, options);
  }
}

export interface SafeFetchOptions {
  method?: "GET" | "HEAD" | "POST" | "PUT";
  headers?: Record<string, string>;
  body?: Uint8Array | string;
  /** Total time, including redirects. 10,000 by default. */
  timeout_ms?: number;
  /** Maximum size of the decompressed body. A longer one is `too_large`, or truncated with `cut`. 1 MiB by default. */
  max_bytes?: number;
  cut?: boolean;
  /** Maximum number of redirects; 3 by default. With 0, a redirect is returned as the response. */
  redirects?: number;
  /** Allowed ports; 80 and 443 by default. */
  ports?: readonly number[];
  /** Whether plain http is allowed. True by default. */
  allow_http?: boolean;
  signal?: AbortSignal;
  /** Returns the IP addresses of a name. */
  resolve?: (host: string, signal: AbortSignal) => Promise<string[]>;
  /** Opens a connection to a checked address. */
  connect?: (address: string, port: number) => Promise<Deno.Conn>;
  /** Base URL that serves hosts under the reserved name `.example`, for the local stack and tests: `<base>/<host>/<path>`. */
  example_sites?: string | undefined;
}

export interface SafeAnswer {
  status: number;
  headers: Headers;
  body: Uint8Array;
  /** Final URL after redirects. */
  url: string;
  /** Returns the body as text. */
  text(): string;
}

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * Checks a URL without fetching it: its form, its port, and whether its host may be public. Names are not resolved.
 *
 * @throws {UnsafeFetchError}
 */
export function checkAddress(address: string | URL, options: SafeFetchOptions = {}): URL {
  const url = parse(address);
  const { ports = [80, 443], allow_http = true } = options;
  if (url.protocol !== "https:" && !(url.protocol === "http:" && allow_http)) {
    throw new UnsafeFetchError(
      "malformed",
      `it must begin with ${allow_http ? "https:// or http://" : "https://"}`,
    );
  }
  if (url.username || url.password) {
    throw new UnsafeFetchError("credentials", "it must not contain a user name or password");
  }
  if (isExample(url, options)) return url;
  if (!ports.includes(portOf(url))) {
    throw new UnsafeFetchError("port", `the port must be ${ports.join(" or ")}, got ${portOf(url)}`);
  }
  const host = url.hostname;
  if (isAddress(host) ? !isPublicAddress(host) : !isPublicName(host)) {
    throw new UnsafeFetchError("not_public", "its host is not public");
  }
  return url;
}

/**
 * Fetches a URL that a user supplied.
 *
 * @throws {UnsafeFetchError}
 */
export async function safeFetch(address: string | URL, options: SafeFetchOptions = {}): Promise<SafeAnswer> {
  const timeout = AbortSignal.timeout(options.timeout_ms ?? 10_000);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  let url = checkAddress(address, options);
  let { method = "GET", body, headers = {} } = options;
  for (let left = options.redirects ?? 3;; left--) {
    const answer = await fetchOnce(url, { ...options, method, body, headers }, signal, timeout);
    const location = answer.headers.get("location");
    if (!REDIRECTS.includes(answer.status) || location === null || (options.redirects ?? 3) === 0) {
      return answer;
    }
    if (left <= 0) throw new UnsafeFetchError("redirects", "it redirects too often");
    const next = checkAddress(parse(location, url), options);
    if (url.protocol === "https:" && next.protocol === "http:") {
      throw new UnsafeFetchError("downgrade", "it redirects from https to http");
    }
    if (next.origin !== url.origin) {
      headers = Object.fromEntries(
        Object.entries(headers).filter(([name]) =>
          !/^(authorization|cookie|.*(signature|secret|token|key).*)$/i.test(name)
        ),
      );
    }
    if (answer.status === 303 || (answer.status < 303 && method === "POST")) {
      method = "GET";
      body = undefined;
    }
    url = next;
  }
}

async function fetchOnce(
  url: URL,
  options: SafeFetchOptions & { method: string },
  signal: AbortSignal,
  timeout: AbortSignal,
): Promise<SafeAnswer> {
  const { max_bytes = 1_048_576, cut = false } = options;
  let connection: Deno.Conn | undefined;
  try {
    signal.throwIfAborted();
    const got = isExample(url, options) ? await fetchExample(url, options, signal) : await readAnswer(
      connection = await open(url, options, signal),
      { url, method: options.method, headers: options.headers ?? {}, body: options.body },
      { max_bytes, signal },
    );
    if (got.is_longer && !cut) {
      throw new UnsafeFetchError("too_large", `its answer is longer than ${max_bytes} bytes`);
    }
    return {
      status: got.status,
      headers: got.headers,
      body: got.body,
      url: url.href,
      text: () => new TextDecoder().decode(got.body),
    };
  } catch (cause) {
    if (cause instanceof UnsafeFetchError) throw cause;
    throw timeout.aborted
      ? new UnsafeFetchError("timeout", `no answer within ${options.timeout_ms ?? 10_000} ms`, { cause })
      : new UnsafeFetchError("network", "its server cannot be reached", { cause });
  } finally {
    close(connection);
  }
}

/** Opens a connection to a checked IP address of the host. The name is not resolved again. */
async function open(url: URL, options: SafeFetchOptions, signal: AbortSignal): Promise<Deno.Conn> {
  const { resolve = resolveName, connect = connectTo } = options;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isAddress(host) ? [host] : await abortable(resolve(host, signal), signal);
  if (addresses.length === 0) throw new UnsafeFetchError("unresolved", "there is no such host");
  if (!addresses.every(isPublicAddress)) throw new UnsafeFetchError("not_public", "its host is not public");
  let fault: unknown;
  for (const address of addresses.slice(0, 4)) {
    try {
      const connection = await abortable(connect(address, portOf(url)), signal, close);
      if (url.protocol === "http:") return connection;
      return await abortable(Deno.startTls(connection as Deno.TcpConn, { hostname: host }), signal, close);
    } catch (error) {
      signal.throwIfAborted();
      fault = error;
    }
  }
  throw fault;
}

function connectTo(address: string, port: number): Promise<Deno.Conn> {
  return Deno.connect({ hostname: address, port });
}

/** Returns IPv4 addresses first, because every function host can reach them. */
async function resolveName(host: string, signal: AbortSignal): Promise<string[]> {
  const found = await Promise.all((["A", "AAAA"] as const).map(async (type) => {
    try {
      return await Deno.resolveDns(host, type, { signal });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Deno.errors.NotFound) return [];
      // A name server without AAAA support may report an error; then the A records decide.
      return type === "AAAA" ? [] : Promise.reject(error);
    }
  }));
  return found.flat();
}

/** Waits for a promise until the signal is aborted; passes a value that arrives later to `late`. */
function abortable<Value>(
  promise: Promise<Value>,
  signal: AbortSignal,
  late?: (value: Value) => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then((value) => {
      if (signal.aborted) late?.(value);
      resolve(value);
    }, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function close(connection: Deno.Conn | undefined): void {
  try {
    connection?.close();
  } catch {
    // Already closed.
  }
}

function parse(address: string | URL, base?: URL): URL {
  try {
    return new URL(address, base);
  } catch (cause) {
    throw new UnsafeFetchError("malformed", "it is not a web address", { cause });
  }
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === "https:" ? 443 : 80));
}

/** Returns whether a name has a dot and does not end in a reserved or local domain (RFC 6761, 6762, 8375, 9476). */
function isPublicName(host: string): boolean {
  const name = host.replace(/\.$/, "").toLowerCase();
  return /^[^.]+(\.[^.]+)+$/.test(name) &&
    !/(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|private|home\.arpa|alt|onion|test|invalid|example)$/
      .test(name);
}

function isExample(url: URL, { example_sites }: SafeFetchOptions): boolean {
  return example_sites !== undefined && url.hostname.endsWith(".example");
}

async function fetchExample(url: URL, options: SafeFetchOptions & { method: string }, signal: AbortSignal) {
  const answer = await fetch(`${options.example_sites}/${url.host}${url.pathname}${url.search}`, {
    method: options.method,
    headers: options.headers ?? {},
    ...(options.body === undefined ? {} : { body: options.body as BodyInit }),
    redirect: "manual",
    signal,
  });
  const all = new Uint8Array(await answer.arrayBuffer());
  const { max_bytes = 1_048_576 } = options;
  return {
    status: answer.status,
    headers: answer.headers,
    body: all.subarray(0, max_bytes),
    is_longer: all.length > max_bytes,
  };
}

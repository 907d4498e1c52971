/**
 * Serves every provider at `/<its real host>/<its real path>`, so that a client only needs another base URL to use a simulator.
 * Uses node:http instead of Deno.serve because a fault must be able to close the socket before, during and after a response.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import { dialects } from "./dialects.ts";
import { AdminError, adminFailure } from "./engine/admin.ts";
import { SimulatorClock } from "./engine/clock.ts";
import { engineRoutes, type Shared } from "./engine/engine_admin.ts";
import { type Fault, FaultInjector } from "./engine/faults.ts";
import { Journal } from "./engine/journal.ts";
import { type Answer, type Call, json, matchPath, type Provider, type Route } from "./engine/provider.ts";
import { pathForLog, RequestLog } from "./engine/request_log.ts";

export interface SimulatorOptions {
  /** 0 picks a free port. */
  port: number;
  host?: string | undefined;
  /** A file of real channels and videos, `.ndjson.gz`; see youtube/catalogue_file.ts. */
  catalog?: string | undefined;
  /** A file for accounts, consents and edits, so that they survive a restart of the stack. */
  state?: string | undefined;
  /** The base URL of the stack's functions, such as http://127.0.0.1:54321/functions/v1, for providers that send webhooks to them. */
  functionsUrl?: string | undefined;
  redirectUris?: readonly string[] | undefined;
  now?: (() => number) | undefined;
}

export interface Simulators {
  url: string;
  port: number;
  stop(): Promise<void>;
}

/** Large enough for the parts of uploads. */
const body_limit = 70_000_000;

/** The server state that handling a request needs. */
interface Running {
  readonly shared: Shared;
  readonly providers: readonly Provider[];
  readonly admin: readonly Route[];
  readonly stopping: AbortSignal;
  readonly closeIdleConnections: () => void;
}

type OpenCall = { -readonly [Member in keyof Call]: Call[Member] };

export async function startSimulators(options: SimulatorOptions): Promise<Simulators> {
  const shared: Shared = {
    clock: new SimulatorClock(options.now),
    faults: new FaultInjector(),
    requests: new RequestLog(),
    journal: new Journal(options.state),
    redirect_uris: new Set(options.redirectUris),
  };
  const { clock, journal, redirect_uris } = shared;
  const providers = await Promise.all(
    Object.entries(dialects).map(([provider, dialect]) =>
      dialect({
        provider,
        clock,
        record: (event) => journal.record({ provider, ...event }),
        redirect_uris,
        functions_url: options.functionsUrl,
        catalog: options.catalog,
        // The state file is on a disk, whereas the system's temporary folder may be in memory.
        folder: options.state === undefined ? undefined : dirname(options.state),
      })
    ),
  );
  replay(shared, providers);

  const stopping = new AbortController();
  const resetProviders = () => {
    redirect_uris.clear();
    for (const uri of options.redirectUris ?? []) redirect_uris.add(uri);
    for (const { parts } of providers) for (const part of parts) part.reset?.();
  };
  const running: Running = {
    shared,
    providers,
    admin: [
      ...engineRoutes(shared, resetProviders),
      ...providers.flatMap(({ name, parts }) =>
        parts.flatMap((part) => part.admin?.(`/_admin/${name}`) ?? [])
      ),
    ],
    stopping: stopping.signal,
    closeIdleConnections: () => server.closeIdleConnections(),
  };
  const server = createServer((request, response) => {
    exchange(running, request, response).catch((error) => {
      console.error("simulator:", error);
      if (response.headersSent) response.socket?.destroy();
      else {send(
          request,
          response,
          json(500, { error: { message: "The simulator failed; its output says why" } }),
        );}
    });
  });

  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, host, resolve);
  });
  const port = (server.address() as AddressInfo).port;

  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    async stop() {
      stopping.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      for (const { parts } of providers) for (const part of parts) part.stop?.();
    },
  };
}

function replay({ journal, clock, redirect_uris }: Shared, providers: readonly Provider[]): void {
  for (const event of journal.read()) {
    if (event.kind === "clock") clock.offset = Number(event.milliseconds);
    else if (event.kind === "redirect_uris") {
      for (const uri of event.redirect_uris as string[]) redirect_uris.add(uri);
    } else {
      const provider = providers.find(({ name }) => name === event.provider);
      for (const part of provider?.parts ?? []) part.replay?.(event);
    }
  }
}

async function exchange(running: Running, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { faults } = running.shared;
  const call = openCall(request, await read(request));
  if (call.host !== "_admin") await provide(running, call, request, response);
  else {
    const answer = await administer(running.admin, call);
    if (faults.cuts) response.setHeader("connection", "close");
    send(request, response, answer);
    // See provide(): a call to be cut must arrive on a new connection.
    if (faults.cuts) running.closeIdleConnections();
  }
}

async function provide(running: Running, call: OpenCall, request: IncomingMessage, response: ServerResponse) {
  const { clock, faults, requests } = running.shared;
  const started = performance.now();
  const provider =
    running.providers.find((one) =>
      one.routes.some((route) => route.path.split("/")[1] === call.host && matchPath(route.path, call.path))
    ) ?? running.providers.find((one) => one.routes.some((route) => route.path.split("/")[1] === call.host));
  const account = provider?.accountOf?.(call);
  const fault = faults.take(`${call.method} ${call.path}${call.url.search}`, account);
  call.fault = fault;
  const note = (status: number) =>
    requests.note({
      at: new Date(clock.now()).toISOString(),
      method: call.method,
      path: pathForLog(call.url),
      status,
      ...(account === undefined ? {} : { account }),
      cost: call.notes.cost ?? 0,
      ...(call.notes.bucket === undefined ? {} : { bucket: call.notes.bucket }),
      conditional: call.headers.has("if-none-match"),
      ...(fault === undefined ? {} : { fault }),
      duration_ms: Math.round((performance.now() - started) * 100) / 100,
    });

  if (fault?.delay_ms !== undefined) await pause(fault.delay_ms, running.stopping);
  if (fault?.cut === true || fault?.cut === "before") {
    note(0);
    return void request.socket.destroy();
  }
  const effect = fault?.after ? await respond(provider, call) : undefined;
  const given = (fault && madeUp(fault, provider, call)) ?? effect ?? await respond(provider, call);
  if (fault?.answer_delay_ms !== undefined) await pause(fault.answer_delay_ms, running.stopping);
  const answer = withHeaders(given, fault?.headers ?? {});
  if (fault?.malformed) answer.body = answer.body.slice(0, Math.floor(answer.body.length / 2));
  note(fault?.lost ? 0 : answer.status);
  if (fault?.lost) return void request.socket.destroy();
  // When a reused connection closes without a response, Deno's fetch resends the request automatically, even a POST, and would hide a cut.
  // So connections are not kept alive while a cut is pending.
  if (faults.cuts) response.setHeader("connection", "close");
  send(request, response, answer, fault?.cut);
}

function openCall(request: IncomingMessage, bytes: Uint8Array<ArrayBuffer>): OpenCall {
  let text: string | undefined;
  const url = new URL(request.url ?? "/", "http://simulator.invalid");
  return {
    method: request.method ?? "GET",
    host: url.pathname.split("/")[1] ?? "",
    path: url.pathname,
    url,
    query: url.searchParams,
    headers: headersOf(request),
    bytes,
    // Decoded on first use only: parts of videos are not text.
    get body() {
      return text ??= new TextDecoder().decode(bytes);
    },
    params: {},
    fault: undefined,
    notes: {},
  };
}

function madeUp(fault: Fault, provider: Provider | undefined, call: Call): Answer | undefined {
  if (fault.reason !== undefined) {
    const answer = provider?.failure(fault.reason, call) ??
      json(500, {
        error: { message: `The simulator knows no failure "${fault.reason}" of ${provider?.name}` },
      });
    return fault.status === undefined ? answer : { ...answer, status: fault.status };
  }
  if (fault.status === undefined && fault.body === undefined) return undefined;
  const status = fault.status ?? 200;
  if (fault.body === undefined) return provider?.failure(String(status), call) ?? json(status, {});
  if (typeof fault.body !== "string") return json(status, fault.body);
  return { status, headers: { "content-type": "text/html; charset=UTF-8" }, body: fault.body };
}

/** Headers of a recorded response that concern its transport, not its content. */
const of_the_transport = [
  "connection",
  "content-encoding",
  "content-length",
  "keep-alive",
  "transfer-encoding",
];

function withHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Answer {
  const given = Object.entries(headers).filter(([name]) => !of_the_transport.includes(name));
  return { ...answer, headers: { ...answer.headers, ...Object.fromEntries(given) } };
}

async function respond(provider: Provider | undefined, call: OpenCall) {
  const route = provider && find(provider.routes, call);
  if (route) return await route.handle(call);
  return provider?.failure("404", call) ??
    json(404, { error: { message: `No simulated provider answers ${call.method} ${call.path}` } });
}

async function administer(routes: readonly Route[], call: OpenCall): Promise<Answer> {
  try {
    const route = find(routes, call);
    if (route) return await route.handle(call);
    const others = routes.filter((one) => matchPath(one.path, call.path)).map((one) => one.method);
    if (others.length === 0) {
      throw new AdminError(404, `Cannot ${call.method} ${call.path}: there is no such route`);
    }
    throw new AdminError(
      405,
      `Cannot ${call.method} ${call.path}: the method must be one of ${others.join(", ")}`,
    );
  } catch (error) {
    if (error instanceof AdminError) return adminFailure(error);
    throw error;
  }
}

function find(routes: readonly Route[], call: OpenCall) {
  for (const route of routes) {
    if (route.method !== call.method) continue;
    const params = matchPath(route.path, call.path);
    if (params === undefined) continue;
    call.params = params;
    return route;
  }
  return undefined;
}

async function read(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    // Keep reading without storing: a client that is still writing would not see the response.
    if (size <= body_limit) chunks.push(chunk);
  }
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const one of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, one);
  }
  return headers;
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer, cut?: Fault["cut"]): void {
  if (request.socket.destroyed) return;
  const bare = answer.status === 304 || answer.status === 204;
  let body: Uint8Array = bare ? new Uint8Array() : new TextEncoder().encode(answer.body);
  const headers: Record<string, string> = { ...answer.headers };
  if (body.length > 512 && /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""))) {
    body = gzipSync(body, { level: 1 });
    headers["content-encoding"] = "gzip";
  }
  if (!bare) headers["content-length"] = String(body.length);
  response.writeHead(answer.status, headers);
  if (cut === undefined) return void response.end(body);
  response.flushHeaders();
  if (cut === "body") response.write(body.subarray(0, Math.ceil(body.length / 2)));
  // Wait until the client has read what was sent; otherwise it sees the cut before the headers.
  setTimeout(() => request.socket.destroy(), 20);
}

function pause(milliseconds: number, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    stopping.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

/**
 * Serves every provider at `/<its real host>/<its real path>`, so that a client reaches a simulator by its base URL
 * alone. node:http and not Deno.serve: a fault must be able to close the socket before, within and after an answer.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { AdminError, adminFailure, adminRoutes } from "./admin.ts";
import { SimulatorClock } from "./clock.ts";
import { GoogleAccounts } from "./google/accounts.ts";
import { googleOauth } from "./google/google_oauth.ts";
import { Journal } from "./journal.ts";
import {
  type Answer,
  type Call,
  json,
  matchPath,
  type Provider,
  type Route,
  type World,
} from "./provider.ts";
import { type Fault, pathForLog, Switchboard } from "./switchboard.ts";
import { openLibrary } from "./youtube/library.ts";
import { youtube } from "./youtube/youtube.ts";

export interface SimulatorOptions {
  /** 0 picks a free one. */
  port: number;
  host?: string | undefined;
  /** A file of real channels and videos, `.ndjson.gz`; see youtube/real_catalogue.ts. */
  catalog?: string | undefined;
  /** A file for accounts, consents and edits, so that a killed stack goes on with them. */
  state?: string | undefined;
  redirectUris?: readonly string[] | undefined;
  now?: (() => number) | undefined;
}

export interface Simulators {
  url: string;
  port: number;
  stop(): Promise<void>;
}

const body_limit = 1_048_576;

/** What one exchange needs of the server. */
interface Running {
  readonly world: World;
  readonly providers: readonly Provider[];
  readonly admin: readonly Route[];
  readonly stopping: AbortSignal;
  readonly closeIdleConnections: () => void;
}

type OpenCall = { -readonly [Member in keyof Call]: Call[Member] };

export async function startSimulators(options: SimulatorOptions): Promise<Simulators> {
  const world: World = {
    clock: new SimulatorClock(options.now),
    switchboard: new Switchboard(),
    journal: new Journal(options.state),
  };
  const library = await openLibrary(world, options.catalog, options.state);
  const accounts = new GoogleAccounts(world, options.redirectUris);
  const providers: Provider[] = [googleOauth(world, accounts, library), youtube(world, accounts, library)];
  replay(world, providers);

  const stopping = new AbortController();
  const running: Running = {
    world,
    providers,
    admin: [...adminRoutes(world, providers), ...providers.flatMap((provider) => provider.admin)],
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
      for (const provider of providers) provider.stop?.();
    },
  };
}

function replay(world: World, providers: readonly Provider[]): void {
  for (const event of world.journal.read()) {
    if (event.provider === "clock") world.clock.offset = Number(event.milliseconds);
    else providers.find((provider) => provider.name === event.provider)?.replay(event);
  }
}

async function exchange(running: Running, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { switchboard } = running.world;
  const call = openCall(request, await read(request));
  if (call.host !== "_admin") await provide(running, call, request, response);
  else {
    const answer = await administer(running.admin, call);
    if (switchboard.cuts) response.setHeader("connection", "close");
    send(request, response, answer);
    // See provide(): what is cut must come on a new connection.
    if (switchboard.cuts) running.closeIdleConnections();
  }
}

async function provide(running: Running, call: OpenCall, request: IncomingMessage, response: ServerResponse) {
  const { clock, switchboard } = running.world;
  const started = performance.now();
  const provider =
    running.providers.find((one) =>
      one.routes.some((route) => route.path.split("/")[1] === call.host && matchPath(route.path, call.path))
    ) ?? running.providers.find((one) => one.routes.some((route) => route.path.split("/")[1] === call.host));
  const account = provider?.accountOf(call);
  const fault = switchboard.take(`${call.method} ${call.path}${call.url.search}`, account);
  call.fault = fault;
  const note = (status: number) =>
    switchboard.note({
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
  const answer = (fault && madeUp(fault, provider, call)) ?? await respond(provider, call);
  if (fault?.headers !== undefined) Object.assign(answer.headers, fault.headers);
  if (fault?.malformed) answer.body = answer.body.slice(0, Math.floor(answer.body.length / 2));
  note(fault?.lost ? 0 : answer.status);
  if (fault?.lost) return void request.socket.destroy();
  // Deno's fetch sends a request again by itself, a POST too, when a connection that it had used before closes without
  // an answer; a cut would go unseen. So connections are not kept while a cut is ahead.
  if (switchboard.cuts) response.setHeader("connection", "close");
  send(request, response, answer, fault?.cut);
}

function openCall(request: IncomingMessage, body: string): OpenCall {
  const url = new URL(request.url ?? "/", "http://simulator.invalid");
  return {
    method: request.method ?? "GET",
    host: url.pathname.split("/")[1] ?? "",
    path: url.pathname,
    url,
    query: url.searchParams,
    headers: headersOf(request),
    body,
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

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    // Read on without keeping: a client that is still writing would not see the answer.
    if (size <= body_limit) chunks.push(chunk);
  }
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return new TextDecoder().decode(bytes);
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
  // The client must have read what was sent, or it sees the cut before the headers.
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

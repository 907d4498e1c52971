/** The stack's single HTTP address: Auth, Data API, functions and the mailbox, at the paths of a Supabase project's URL. */
import { answerAuth, type AuthParts } from "../auth/endpoint.ts";
import { AuthError } from "../auth/error.ts";
import { callerOf, refuseUnverified, translateBearer } from "../auth/credentials.ts";
import type { FunctionCalls } from "../database/function_calls.ts";
import type { FunctionsHost } from "../functions/host.ts";
import { BODY_LIMIT, Incoming } from "../http/incoming.ts";
import type { Mailbox } from "../mail/mailbox.ts";
import type { AnswerCheck } from "./answer_check.ts";
import { answerConsole } from "./console_page.ts";
import { answerDocs } from "./docs_page.ts";
import { answerFrontPage, answerOpenApi } from "./front_page.ts";
import type { StackInfo } from "../home/home.ts";
import { problem } from "../http/problem.ts";
import type { Relay } from "../realtime/relay.ts";
import type { SupabaseApp } from "../database/supabase_apps.ts";
import type { LocalStorage } from "../storage/storage.ts";
import { TokenError } from "../auth/tokens.ts";

export interface GatewayParts extends AuthParts {
  /** Returns the current app; a new one is created after each schema change. */
  dataApi(): SupabaseApp;
  functionCalls: FunctionCalls;
  /** In test runs: compares responses with the OpenAPI document. */
  answers?: AnswerCheck;
  /** What is known of the stack once it is up. */
  info: StackInfo;
  mailbox: Mailbox;
  storage: LocalStorage;
  functions: FunctionsHost;
  /** Created, and its code loaded, by the first call. */
  realtime(): Promise<Relay>;
}

export function makeGateway(parts: GatewayParts): Deno.ServeHandler {
  return async (request, info) => {
    const incoming = new Incoming(request, info);
    const response = incoming.tooLarge ? undefined : await answer(parts, incoming);
    // A body without a stated length turns out too large only while a part reads it, and fails that part.
    // Functions set their own CORS headers; the front page and the console contain keys and the demo login, which no other origin may read.
    // A WebSocket response cannot be copied, and needs no headers.
    const own = incoming.path.startsWith("/functions/v1/") || incoming.path === "/" ||
      incoming.path.startsWith("/app") || response?.status === 101;
    if (response && !incoming.tooLarge) return own ? response : withCors(response);
    await response?.body?.cancel();
    return problem(413, "body_too_large", `The body may have at most ${BODY_LIMIT / 1024 / 1024} MB`);
  };
}

async function answer(parts: GatewayParts, incoming: Incoming): Promise<Response> {
  try {
    return await route(parts, incoming);
  } catch (error) {
    if (error instanceof AuthError) return error.toResponse();
    if (!incoming.tooLarge) console.error(`! ${incoming.method} ${incoming.path}:`, error);
    return problem(500, "internal", "The local gateway failed; see its terminal for the reason");
  }
}

/** Methods that a `Request` cannot have, so nothing behind the gateway could receive them. */
const FORBIDDEN = ["CONNECT", "TRACE", "TRACK"];

type Answer = (parts: GatewayParts, incoming: Incoming, name: string) => Response | Promise<Response>;

/** The first matching route handles the request. */
const ROUTES = Object.entries<Answer>({
  "/": ({ info }, incoming) => answerFrontPage(info, incoming),
  "/openapi.json": answerOpenApi,
  "/app{/*}?": ({ info }, incoming) => answerConsole(info, incoming),
  "/docs{/*}?": ({ info }, incoming) => answerDocs(info, incoming),
  "/auth/v1/*": (parts, incoming) =>
    incoming.method === "OPTIONS" ? preflight(incoming) : answerAuth(parts, incoming),
  "/rest/v1/rpc/:name(\\w+)": answerDataApi,
  "/rest/v1{/*}?": answerDataApi,
  "/functions/v1/:name{/*}?": answerFunction,
  "/storage/v1/*": ({ storage }, incoming) => storage.answer(incoming),
  "/mail{/*}?": ({ mailbox }, incoming) => mailbox.respond(incoming.toRequest(), "/mail"),
  "/realtime/v1{/*}?": async ({ realtime }, incoming) =>
    incoming.method === "OPTIONS"
      ? preflight(incoming)
      : (await realtime()).answer(incoming.toRequest(), incoming.original),
}).map(([pathname, answer]) => ({ pattern: new URLPattern({ pathname }), answer }));

async function route(parts: GatewayParts, incoming: Incoming): Promise<Response> {
  const { path, method } = incoming;
  if (FORBIDDEN.includes(method.toUpperCase())) {
    const refused = problem(405, "method_not_allowed", `Nothing here takes ${method}`);
    refused.headers.set("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    return refused;
  }
  for (const { pattern, answer } of ROUTES) {
    const found = pattern.exec({ pathname: path });
    if (!found) continue;
    const response = await answer(parts, incoming, found.pathname.groups.name ?? "");
    const { searchParams } = incoming.url;
    // Runs beside the response; a difference fails the test run, not this request.
    void parts.answers?.look({ method, path, query: searchParams }, response);
    return response;
  }
  return problem(404, "not_found", `Nothing is served at ${path}`);
}

async function answerDataApi(parts: GatewayParts, incoming: Incoming, name: string): Promise<Response> {
  try {
    if (incoming.method !== "OPTIONS") await translateBearer(parts, incoming.headers);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    const code = error.reason === "expired" ? "PGRST303" : "PGRST301";
    return Response.json({ code, message: error.message, details: null, hint: null }, {
      status: 401,
      headers: { "www-authenticate": "Bearer" },
    });
  }
  const caller = name && callerOf(parts, incoming.headers);
  if (!caller || incoming.method !== "POST" || incoming.url.search || !isPlain(incoming.headers)) {
    return await parts.dataApi().fetch(incoming.toRequest(), { peerAddress: null });
  }
  const body = await incoming.toRequest().text();
  return await parts.functionCalls.answer(caller, name, body, incoming.peer) ??
    await parts.dataApi().fetch(incoming.toRequest(body), { peerAddress: null });
}

/** Returns whether a call accepts the default format: no single object, no count, no other media type. */
function isPlain(headers: Headers): boolean {
  const accept = headers.get("accept") ?? "*/*";
  const format = headers.get("content-type") ?? "";
  return !headers.has("prefer") && /^(\*\/\*|application\/json)$/.test(accept) &&
    format.startsWith("application/json");
}

async function answerFunction(parts: GatewayParts, incoming: Incoming, name: string): Promise<Response> {
  if (!(await parts.functions.has(name))) {
    if (incoming.method === "OPTIONS") return preflight(incoming);
    return problem(404, "function_not_found", `There is no function "${name}"`, "NOT_FOUND");
  }
  // A preflight has no credential; the function itself responds to it.
  if (incoming.method !== "OPTIONS" && parts.config.verify_jwt(name)) {
    const refused = await refuseUnverified(parts, incoming.headers);
    if (refused) return refused;
  }
  for (const header of ["x-forwarded-for", "x-real-ip", "cf-connecting-ip"]) {
    incoming.headers.set(header, incoming.peer);
  }
  incoming.headers.set("x-forwarded-host", new URL(parts.apiUrl).host);
  incoming.headers.set("x-forwarded-proto", "http");
  return await parts.functions.fetch(name, incoming);
}

function preflight({ headers }: Incoming): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
      "access-control-allow-headers": headers.get("access-control-request-headers") ?? "*",
      "access-control-max-age": "86400",
    },
  });
}

function withCors(response: Response): Response {
  if (response.headers.has("access-control-allow-origin")) return response;
  const headers = new Headers(response.headers);
  headers.set("access-control-allow-origin", "*");
  return new Response(response.body, { status: response.status, headers });
}

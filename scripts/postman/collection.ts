/** Builds a Postman collection from the requests of a scenario, whose scripts are functions. */
import { streamvibe } from "./streamvibe.ts";

/** A request of the roadmap: what it sends, what must exist before, and what must hold after. */
export interface ScenarioRequest {
  name: string;
  about: string;
  /** Method and path, with variables in `{{…}}`. */
  send: string;
  json?: unknown;
  /** A body sent byte for byte, for requests whose signature covers the body. */
  raw?: string;
  form?: Record<string, string>;
  headers?: Record<string, string>;
  /** The session to send: the prefix of a creator's variables; by default the collection's own creator. */
  as?: string | "nobody" | "service";
  /** The request is skipped if this variable is empty. */
  needs?: string;
  followRedirects?: false;
  /** Creates what the request needs unless an earlier request has. */
  before?: () => unknown;
  /** The expected status, asserted first; for edge functions also the headers that each of their responses has. */
  answers?: number;
  after?: () => unknown;
  /** What the scripts use from outside themselves, by name: functions, and data that JSON can represent. */
  scope?: Record<string, unknown>;
}

/** A phase's requests, in order. */
export interface Scenario {
  phase: number;
  name: string;
  about: string;
  requests: ScenarioRequest[];
}

type Json = Record<string, unknown>;
const NO_SESSION = ["nobody", "service"];

/** Returns the name of the scenario's file in postman/. */
export function fileName({ phase, name }: Scenario): string {
  return `Phase_${phase}_${name.replaceAll(" ", "_")}.postman_collection.json`;
}

/** Returns the collection in Postman's v2.1 format. */
export function collectionOf({ phase, name, about, requests }: Scenario): Json {
  return {
    info: {
      _postman_id: `b6a5a1f0-0c1e-4b57-9c0a-5e1b0f7a00${String(phase).padStart(2, "0")}`,
      name: `Phase ${phase} - ${name}`,
      description: about,
      schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
    },
    item: requests.map(item),
    event: [event("prerequest", [`streamvibe = ${sourceOf(streamvibe)};`])],
  };
}

function item(request: ScenarioRequest): Json {
  const { name, needs, before, answers, after, followRedirects } = request;
  const isFunction = request.send.includes("/functions/v1/");
  const first = !answers
    ? []
    : isFunction
    ? [`sv.expectAnswer(${answers});`]
    : [`pm.test("answers ${answers}", () => pm.response.to.have.status(${answers}));`];
  return {
    name,
    event: [
      event("prerequest", script(request, before ?? (() => {}), [], needs)),
      event("test", script(request, after ?? (() => {}), first)),
    ],
    request: sent(request),
    response: [],
    ...(followRedirects === false ? { protocolProfileBehavior: { followRedirects } } : {}),
  };
}

/** Builds a standalone script from a function's source and the parts of its scope that it uses. */
function script(
  { scope = {} }: ScenarioRequest,
  work: () => unknown,
  first: string[],
  needs?: string,
): string[] {
  const used: string[] = [];
  const look = (source: string) => {
    for (const [name, value] of Object.entries(scope)) {
      if (used.includes(name) || !new RegExp(`\\b${name}\\b`).test(source)) continue;
      used.push(name);
      look(sourceOf(value));
    }
  };
  look(sourceOf(work));
  return [
    "const sv = streamvibe(pm, { setTimeout, clearTimeout });",
    ...used.map((name) => `const ${name} = ${sourceOf(scope[name])};`),
    ...first,
    `sv.run(${sourceOf(work)}${needs ? `, ${JSON.stringify(needs)}` : ""});`,
  ];
}

/** Returns the source of a function as Deno runs it, without types and without the indentation of its surroundings. */
function sourceOf(value: unknown): string {
  if (typeof value !== "function") return JSON.stringify(value);
  const source = String(value);
  const indentation = source.match(/\n( *)\S*$/)?.[1] ?? "";
  return source.replaceAll(`\n${indentation}`, "\n");
}

function event(listen: string, source: string[]): Json {
  return { listen, script: { type: "text/javascript", exec: source.flatMap((part) => part.split("\n")) } };
}

function sent({ about, send, as = "", json, raw, form, headers = {} }: ScenarioRequest): Json {
  const [method = "", path = ""] = send.split(" ");
  const isFunction = path.startsWith("/functions/v1/") || path.startsWith("{{deletion_status}}");
  const body = raw ?? (json === undefined ? undefined : JSON.stringify(json, null, 2));
  const header = Object.entries({
    apikey: as === "service" ? "{{secret_key}}" : "{{publishable_key}}",
    ...(isFunction ? { "x-request-id": "{{$guid}}" } : {}),
    ...headers,
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
  });
  const token = [{ key: "token", value: `{{${as}access_token}}`, type: "string" }];
  return {
    auth: NO_SESSION.includes(as) ? { type: "noauth" } : { type: "bearer", bearer: token },
    method,
    header: header.map(([key, value]) => ({ key, value })),
    ...(body === undefined
      ? {}
      : { body: { mode: "raw", raw: body, options: { raw: { language: "json" } } } }),
    ...(form ? { body: { mode: "urlencoded", urlencoded: entries(form) } } : {}),
    url: address(path),
    description: about,
  };
}

function entries(form: Record<string, string>): Json[] {
  return Object.entries(form).map(([key, value]) => ({ key, value, type: "text" }));
}

function address(path: string): Json {
  if (!path.startsWith("/")) {
    const raw = path.startsWith("{{deletion_status}}") ? `{{api_url}}${path}` : path;
    return { raw, host: [raw] };
  }
  const [folders = "", search] = path.split("?");
  const query = search?.split("&").map((pair) => {
    const [key = "", ...value] = pair.split("=");
    return { key, value: value.join("=") };
  });
  return {
    raw: `{{api_url}}${path}`,
    host: ["{{api_url}}"],
    path: folders.slice(1).split("/"),
    ...(query ? { query } : {}),
  };
}

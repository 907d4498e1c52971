/** Calls a tool's operation over HTTP with the caller's token, so permissions and rate limits are enforced as for any other client. */
import { SCHEMAS } from "./schemas.ts";
import { type Tool, TOOLS } from "./tools.ts";
import type { RequestContext } from "../http/contract.ts";
import { publishableKeys } from "../settings/auth_keys.ts";
import { RAISED } from "../errors.ts";
import * as z from "zod";

/** The result of a tool, as returned to the model. */
export interface ToolResult {
  [key: string]: unknown;
  content: { type: "text"; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
}

const Inputs = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
});

type Caller = RequestContext<z.ZodType, "user">;
type Arguments = Record<string, unknown>;

/** Runs a tool. An error is returned to the model as a result with the problem's code, so that it can correct its call. */
export async function callTool(name: string, given: Arguments, context: Caller): Promise<ToolResult> {
  const tool = Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
  if (!tool) return failed({ code: "not_found", detail: `There is no tool ${name}` });
  // The operation accepts more arguments than the tool offers, and some would bypass the confirmation.
  const { properties = {}, required = [] } = Inputs.parse(SCHEMAS[name] ?? {});
  const offered = Object.keys(properties);
  const stray = Object.keys(given).find((key) => !offered.includes(key));
  if (stray !== undefined) {
    return failed({
      code: "validation_failed",
      detail: `${name} does not take ${stray}, only ${offered.join(", ")}`,
    });
  }
  // Checked before the creator is asked to confirm.
  const absent = required.filter((key) => given[key] === undefined);
  if (absent.length > 0) {
    return failed({ code: "validation_failed", detail: `${name} needs ${absent.join(", ")}` });
  }
  const { confirm, ...wish } = given;
  const is_confirmed = confirm === true;
  if (tool.confirm && !is_confirmed && !tool.preview) {
    return text({
      done: false,
      reason: `${tool.confirm} Nothing was done: call again with confirm: true if the creator agrees.`,
    });
  }
  const fixed = { ...tool.fixed, ...(tool.confirm && !is_confirmed ? tool.preview : {}) };
  const input: Arguments = { ...named(tool, wish), ...filled(fixed, context) };
  const response = await send(tool, input, context);
  const body = await readJson(response);
  if (!response.ok) return failed(body, response.status);
  if (tool.confirm && !is_confirmed) {
    return text({
      done: false,
      reason: `${tool.confirm} Call again with confirm: true if the creator agrees.`,
      result: body,
    });
  }
  return text(
    Array.isArray(body)
      ? { rows: body }
      : typeof body === "object" && body !== null
      ? body
      : { result: body },
  );
}

/** Adds the prefix `p_` to the arguments of database functions; the tools offer them without it. */
function named(tool: Tool, wish: Arguments): Arguments {
  if (!tool.operation.startsWith("RPC ")) return wish;
  return Object.fromEntries(Object.entries(wish).map(([key, value]) => [`p_${key}`, value]));
}

function filled(fixed: Arguments, { user }: Caller): Arguments {
  return Object.fromEntries(
    Object.entries(fixed).map(([key, value]) => [key, value === "$user" ? user.id : value]),
  );
}

async function send(tool: Tool, input: Arguments, context: Caller): Promise<Response> {
  const { settings, user, request_id, signal } = context;
  const [kind = "", name = ""] = tool.operation.split(" ");
  const headers = {
    apikey: Object.values(publishableKeys(settings)).at(-1) ?? "",
    authorization: `Bearer ${user.token}`,
    "x-request-id": request_id,
    "content-type": "application/json",
  };
  const url = new URL(`${settings.SUPABASE_URL}${PLACES[kind] ?? ""}${name}`);
  if (kind === "RPC" || kind === "POST") {
    return await context.fetch(url, { method: "POST", headers, body: JSON.stringify(input), signal });
  }
  const query = kind === "TABLE"
    ? rowsQuery(tool, input)
    : Object.entries(input).map(([key, value]) => [key, String(value)]);
  for (const [key = "", value = ""] of query) url.searchParams.append(key, value);
  return await context.fetch(url, { headers, signal });
}

const PLACES: Record<string, string> = {
  GET: "/functions/v1/",
  POST: "/functions/v1/",
  RPC: "/rest/v1/rpc/",
  TABLE: "/rest/v1/",
};

const MOST_ROWS = 100;

/** Builds the query of a table. Only the tool's own columns can be filtered, and a value is escaped, so that it cannot add a condition. */
function rowsQuery({ select = "*", by = [], order }: Tool, input: Arguments): string[][] {
  const limit = Math.min(Math.max(Number(input.limit ?? 20) || 20, 1), MOST_ROWS);
  return [
    ["select", select],
    ...by.filter((key) => input[key] !== undefined).map((key) => [key, `eq.${input[key]}`]),
    ...(order ? [["order", order]] : []),
    ["limit", String(limit)],
  ];
}

async function readJson(response: Response): Promise<unknown> {
  const body = await response.text();
  try {
    return body === "" ? null : JSON.parse(body);
  } catch {
    return { code: "internal", detail: `The answer (${response.status}) cannot be read` };
  }
}

function text(result: object): ToolResult {
  return { content: [{ type: "text", text: JSON.stringify(result) }], structuredContent: { ...result } };
}

function failed(problem: unknown, status = 0): ToolResult {
  const { code, title, detail, message, errors } = z.looseObject({}).catch({}).parse(problem) as Record<
    string,
    unknown
  >;
  const said = {
    code: codeOf(code, status),
    message: detail ?? message ?? title,
    ...(errors ? { errors } : {}),
  };
  return { ...text(said), isError: true };
}

/** Maps the SQLSTATEs and other codes of the Data API to ours; an agent receives only our codes. */
function codeOf(code: unknown, status: number): unknown {
  if (typeof code === "string" && /^[a-z_]+$/.test(code)) return code;
  const known: Record<number, string> = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
  };
  return RAISED[String(code)] ?? known[status] ?? (status >= 500 ? "internal" : "bad_request");
}

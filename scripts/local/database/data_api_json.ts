/**
 * JSON arguments of functions. @supabase/lite serializes them and its driver serializes that text again, so a function would receive a
 * string. This marks the text once serialized, and the driver passes marked text through.
 */
interface FunctionCall {
  type?: string;
  function?: string;
  schema?: string;
  args?: unknown;
}

interface KnownFunction {
  schema: string;
  name: string;
  arg_names: string[];
  arg_types: string[];
}

/** No JSON text begins with this character. */
const MARK = "\u0001";

export function markJsonArguments(call: FunctionCall, functions: KnownFunction[]): void {
  const { args } = call;
  if (call.type !== "rpc" || args === null || typeof args !== "object" || Array.isArray(args)) return;
  const candidates = functions.filter((one) =>
    one.name === call.function && one.schema === (call.schema ?? "public")
  );
  const values = args as Record<string, unknown>;
  for (const [name, value] of Object.entries(values)) {
    if (value === null || typeof value === "string") continue;
    const types = candidates.map((one) => one.arg_types[one.arg_names.indexOf(name)]);
    if (types.includes("json") || types.includes("jsonb")) values[name] = MARK + JSON.stringify(value);
  }
}

const serialize = (value: unknown) =>
  typeof value === "string" && value.startsWith(MARK) ? value.slice(MARK.length) : JSON.stringify(value);

/** The driver's types for a connection whose JSON arguments are marked. */
export const JSON_TYPES = {
  json: { to: 114, from: [114], serialize, parse: JSON.parse },
  jsonb: { to: 3802, from: [3802], serialize, parse: JSON.parse },
};

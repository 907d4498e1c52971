/**
 * JSON arguments of functions. @supabase/lite makes text of them, and its driver then makes JSON of that text again, so
 * that a function would see a string. The text is marked on its way in, and the driver passes marked text through.
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

/** No JSON text begins with it. */
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

/** The driver's types for a connection whose calls were marked. */
export const JSON_TYPES = {
  json: { to: 114, from: [114], serialize, parse: JSON.parse },
  jsonb: { to: 3802, from: [3802], serialize, parse: JSON.parse },
};

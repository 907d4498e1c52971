/** Generates the input schemas of the MCP server's tools from the operations in docs/openapi.json that they call. */
import { z } from "zod";
import { type Tool, TOOLS } from "../../supabase/functions/_shared/mcp/tools.ts";
import { formatted } from "./formatted.ts";

type Json = Record<string, unknown>;

const Operation = z.object({
  parameters: z.array(
    z.looseObject({
      name: z.string().optional(),
      in: z.string().optional(),
      required: z.boolean().optional(),
      schema: z.unknown().optional(),
    }),
  ).optional(),
  requestBody: z.object({
    content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })),
  }).optional(),
});
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) }),
});
type Document = z.output<typeof Document>;

/** Generates `_shared/mcp/schemas.ts`. Omits tools whose operation does not exist (yet). */
export async function generateMcpSchemas(): Promise<Record<string, string>> {
  const document = Document.parse(JSON.parse(await Deno.readTextFile("docs/openapi.json")));
  const schemas = Object.fromEntries(
    Object.entries(TOOLS).flatMap(([name, tool]) => {
      const schema = inputOf(tool, document);
      return schema ? [[name, schema]] : [];
    }),
  );
  const text =
    `/** Generated from docs/openapi.json (\`deno task generate\`): the inputs of the tools that there are. */
export const SCHEMAS: Readonly<Record<string, Record<string, unknown>>> = ${JSON.stringify(schemas, null, 2)};
`;
  return { "supabase/functions/_shared/mcp/schemas.ts": await formatted(text, "ts") };
}

function inputOf(tool: Tool, { paths, components }: Document): Json | null {
  const [kind, name = ""] = tool.operation.split(" ");
  const { properties, required } = kind === "TABLE"
    ? rowInput(tool, components.schemas[name], paths[`/rest/v1/${name}`])
    : bodyOrQuery(
      kind === "RPC"
        ? paths[`/rest/v1/rpc/${name}`]?.post
        : paths[`/functions/v1/${name}`]?.[kind?.toLowerCase() ?? ""],
    );
  if (!properties) return null;
  const dropped = new Set([...Object.keys(tool.fixed ?? {}), ...tool.hidden ?? []]);
  const shown = (key: string) => kind === "RPC" ? key.replace(/^p_/, "") : key;
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(
        Object.entries(properties).filter(([key]) => !dropped.has(key)).map((
          [key, schema],
        ) => [shown(key), tool.input?.[key] ?? schema]),
      ),
      ...(tool.confirm
        ? { confirm: { type: "boolean", description: "True when the creator has agreed" } }
        : {}),
    },
    required: [...new Set([...required, ...Object.keys(tool.input ?? {})])].filter((key) => !dropped.has(key))
      .map(shown),
    additionalProperties: false,
  };
}

function bodyOrQuery(operation?: z.output<typeof Operation>): { properties?: Json; required: string[] } {
  const body = Object.values(operation?.requestBody?.content ?? {})[0]?.schema;
  if (body) return { properties: body.properties as Json ?? {}, required: body.required as string[] ?? [] };
  if (!operation) return { required: [] };
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === "query");
  return {
    properties: Object.fromEntries(query.map(({ name = "", schema }) => [name, schema])),
    required: query.filter(({ required }) => required).map(({ name = "" }) => name),
  };
}

function rowInput({ by = [] }: Tool, row?: Json, path?: unknown): { properties?: Json; required: string[] } {
  if (!row || !path) return { required: [] };
  const columns = row.properties as Json;
  return {
    properties: {
      ...Object.fromEntries(by.map((column) => [column, columns[column]])),
      ...(by.includes("id") ? {} : { limit: { type: "integer", minimum: 1, maximum: 100 } }),
    },
    required: [...by],
  };
}

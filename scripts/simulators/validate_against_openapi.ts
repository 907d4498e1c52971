/**
 * Checks responses against X's own OpenAPI document, which is stored beside the repository if available.
 * Strict: an undocumented member is an error, like a wrong type.
 */
import { Ajv, type ValidateFunction } from "ajv";
import { dataFolder } from "./validate_against_discovery.ts";

interface Schema {
  readonly type?: string;
  readonly $ref?: string;
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: unknown;
  readonly [keyword: string]: unknown;
}

interface Operation {
  readonly parameters?: readonly { readonly name?: string; readonly $ref?: string }[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, { readonly name: string }>>;
  };
}

const file = "openapi/x_api_v2.openapi.json";

export function hasOpenApi(): boolean {
  const folder = dataFolder();
  try {
    return folder !== undefined && Deno.statSync(new URL(file, folder)).isFile;
  } catch {
    return false;
  }
}

/** Returns the errors of the response to a GET, one line each; empty if it is valid. */
export function validateAgainstOpenApi(path: string, answer: unknown): string[] {
  const { ajv, document } = load();
  const schema = document.paths[path]?.get?.responses["200"]?.content?.["application/json"]?.schema;
  if (!schema) return [`the document has no GET ${path}`];
  const check: ValidateFunction = ajv.compile(toJsonSchema(schema));
  if (check(answer)) return [];
  return (check.errors ?? []).map(({ instancePath, message, params }) =>
    `${path}${instancePath}: ${message} ${JSON.stringify(params)}`
  );
}

/** Returns the names of the parameters that a GET accepts. */
export function openApiParameters(path: string): string[] {
  const { document } = load();
  return (document.paths[path]?.get?.parameters ?? []).flatMap(({ name, $ref }) =>
    name ?? document.components.parameters[$ref?.split("/").at(-1) ?? ""]?.name ?? []
  );
}

let loaded: { ajv: Ajv; document: Document } | undefined;

function load() {
  if (loaded) return loaded;
  const folder = dataFolder();
  if (folder === undefined) throw new Error("Cannot validate: the OpenAPI document is not there");
  const document: Document = JSON.parse(Deno.readTextFileSync(new URL(file, folder)));
  const ajv = new Ajv({ allErrors: true, strict: false });
  ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  for (const format of ["int32", "int64", "double"]) ajv.addFormat(format, true);
  ajv.addSchema({
    $id: "x",
    definitions: Object.fromEntries(
      Object.entries(document.components.schemas).map(([name, schema]) => [name, toJsonSchema(schema)]),
    ),
  });
  return loaded = { ajv, document };
}

/** OpenAPI 3.0 has `nullable` beside the type, and allows undocumented members; here objects are closed. */
function toJsonSchema(schema: Schema): Record<string, unknown> {
  if (schema.$ref !== undefined) return { $ref: `x#/definitions/${schema.$ref.split("/").at(-1)}` };
  const { nullable, properties, items, oneOf, discriminator: _, ...rest } = schema;
  return {
    ...rest,
    ...(nullable && rest.type ? { type: [rest.type, "null"] } : {}),
    ...(properties
      ? {
        properties: Object.fromEntries(
          Object.entries(properties).map(([name, property]) => [name, toJsonSchema(property)]),
        ),
        additionalProperties: false,
      }
      : {}),
    ...(items ? { items: toJsonSchema(items) } : {}),
    ...(oneOf ? { oneOf: oneOf.map(toJsonSchema) } : {}),
  };
}

/**
 * Checks responses against Google's own discovery documents, which are stored beside the repository if available.
 * Strict: an undocumented member is an error, like a wrong type.
 */
import { Ajv, type ValidateFunction } from "ajv";

interface DiscoverySchema {
  readonly id?: string;
  readonly type?: string;
  readonly $ref?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, DiscoverySchema>>;
  readonly additionalProperties?: DiscoverySchema;
  readonly items?: DiscoverySchema;
}

interface DiscoveryMethod {
  readonly path: string;
  readonly httpMethod: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly response?: { readonly $ref: string };
}

interface DiscoveryResource {
  readonly methods?: Readonly<Record<string, DiscoveryMethod>>;
  readonly resources?: Readonly<Record<string, DiscoveryResource>>;
}

interface DiscoveryDocument extends DiscoveryResource {
  readonly schemas: Readonly<Record<string, DiscoverySchema>>;
}

/** Returns the folder of public sample data: STREAMVIBE_DATA, otherwise beside the repository. Undefined if it does not exist. */
export function dataFolder(): URL | undefined {
  const given = Deno.env.get("STREAMVIBE_DATA");
  const folder = given === undefined
    ? new URL("../../../shared/data/", import.meta.url)
    : new URL(`file://${given.endsWith("/") ? given : `${given}/`}`);
  try {
    return Deno.statSync(folder).isDirectory ? folder : undefined;
  } catch {
    return undefined;
  }
}

export type DiscoveryName = "youtube.v3" | "oauth2.v2" | "searchconsole.v1" | "indexing.v3";

/** Returns the errors of a response, one line each; empty if it is valid. Throws if the document does not exist. */
export function validateAgainstDiscovery(
  name: DiscoveryName,
  method: string,
  path: string,
  answer: unknown,
): string[] {
  const document = load(name);
  const found = document.methods.find((one) => one.httpMethod === method && `/${one.path}` === path);
  if (found?.response === undefined) return [`${name} has no ${method} ${path}`];
  return document.validate(found.response.$ref, answer);
}

/** Returns the names of the parameters that a method accepts. */
export function discoveryParameters(name: DiscoveryName, method: string, path: string): string[] {
  const found = load(name).methods.find((one) => one.httpMethod === method && `/${one.path}` === path);
  return Object.keys(found?.parameters ?? {});
}

/** Returns the errors of a value against one schema of the document. */
export function validateResource(name: DiscoveryName, schema: string, value: unknown): string[] {
  return load(name).validate(schema, value);
}

export function hasDiscovery(name: DiscoveryName): boolean {
  const folder = dataFolder();
  try {
    return folder !== undefined && Deno.statSync(file(folder, name)).isFile;
  } catch {
    return false;
  }
}

interface Loaded {
  readonly methods: readonly DiscoveryMethod[];
  validate(schema: string, value: unknown): string[];
}

const loaded = new Map<DiscoveryName, Loaded>();

function file(folder: URL, name: DiscoveryName): URL {
  return new URL(`openapi/google.${name}.discovery.json`, folder);
}

function load(name: DiscoveryName): Loaded {
  const before = loaded.get(name);
  if (before !== undefined) return before;
  const folder = dataFolder();
  if (folder === undefined) throw new Error("Cannot validate: the discovery documents are not there");
  const document: DiscoveryDocument = JSON.parse(Deno.readTextFileSync(file(folder, name)));
  const ajv = new Ajv({ allErrors: true, strict: false });
  ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  ajv.addSchema({
    $id: name,
    definitions: Object.fromEntries(
      Object.entries(document.schemas).map(([id, schema]) => [id, toJsonSchema(schema)]),
    ),
  });
  const compiled = new Map<string, ValidateFunction>();
  const made: Loaded = {
    methods: methodsOf(document),
    validate(schema, value) {
      let check = compiled.get(schema);
      if (check === undefined) {
        check = ajv.compile({ $ref: `${name}#/definitions/${schema}` });
        compiled.set(schema, check);
      }
      if (check(value)) return [];
      return (check.errors ?? []).map((error) =>
        `${schema}${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`
      );
    },
  };
  loaded.set(name, made);
  return made;
}

function methodsOf(resource: DiscoveryResource): DiscoveryMethod[] {
  return [
    ...Object.values(resource.methods ?? {}),
    ...Object.values(resource.resources ?? {}).flatMap(methodsOf),
  ];
}

/** Discovery schemas resemble JSON Schema draft 3: references by bare name, 64-bit numbers as strings. */
function toJsonSchema(schema: DiscoverySchema): Record<string, unknown> {
  if (schema.$ref !== undefined) return { $ref: `#/definitions/${schema.$ref}` };
  switch (schema.type) {
    case "object":
      return {
        type: "object",
        properties: Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, property]) => [name, toJsonSchema(property)]),
        ),
        additionalProperties: schema.additionalProperties ? toJsonSchema(schema.additionalProperties) : false,
      };
    case "array":
      return { type: "array", items: toJsonSchema(schema.items ?? {}) };
    case "string":
      return {
        type: "string",
        ...stringFormat(schema.format),
        ...(schema.enum ? { enum: schema.enum } : {}),
      };
    case "integer":
      return {
        type: "integer",
        ...(schema.format === "uint32" ? { minimum: 0, maximum: 0xffffffff } : {}),
        ...(schema.format === "int32" ? { minimum: -0x80000000, maximum: 0x7fffffff } : {}),
      };
    case "number":
    case "boolean":
      return { type: schema.type };
    default:
      return {};
  }
}

function stringFormat(format: string | undefined): Record<string, string> {
  if (format === "uint64") return { pattern: "^\\d{1,20}$" };
  if (format === "int64") return { pattern: "^-?\\d{1,19}$" };
  if (format === "google-duration") return { pattern: "^-?\\d+(\\.\\d{1,9})?s$" };
  return format === "date-time" || format === "google-datetime" ? { format: "date-time" } : {};
}

/** The Data API's part of the OpenAPI document: what the catalogue grants to creators and visitors, as operations. */
import { CODES, RAISED } from "../../supabase/functions/_shared/errors.ts";
import type { Argument, Catalogue, Column, Relation, Routine } from "./catalogue.ts";

type Json = Record<string, unknown>;

const SIMPLE: Record<string, Json> = {
  "uuid": { type: "string", format: "uuid" },
  "text": { type: "string" },
  "character varying": { type: "string" },
  "character": { type: "string" },
  "inet": { type: "string" },
  "interval": { type: "string" },
  "tsvector": { type: "string" },
  "bytea": { type: "string", description: "Hexadecimal, after \\\\x" },
  "smallint": { type: "integer" },
  "integer": { type: "integer" },
  "bigint": { type: "integer", format: "int64" },
  "real": { type: "number" },
  "double precision": { type: "number" },
  "numeric": { type: "number" },
  "boolean": { type: "boolean" },
  "date": { type: "string", format: "date" },
  "timestamp with time zone": { type: "string", format: "date-time" },
  "json": {},
  "jsonb": {},
};

/** Returns the JSON Schema of a PostgreSQL type. */
function schemaOf(type: string, values: string[] | null, is_nullable = false): Json {
  if (type.endsWith("[]")) {
    return { type: is_nullable ? ["array", "null"] : "array", items: schemaOf(type.slice(0, -2), values) };
  }
  if (values) {
    return {
      type: is_nullable ? ["string", "null"] : "string",
      enum: is_nullable ? [...values, null] : values,
    };
  }
  const schema = SIMPLE[type];
  if (!schema) throw new Error(`Cannot describe the type ${type}: add how its JSON looks`);
  return is_nullable && schema.type ? { ...schema, type: [schema.type, "null"] } : { ...schema };
}

function described(schema: Json, text: string | null): Json {
  return text ? { ...schema, description: text } : schema;
}

/** Returns the schema of a row as it is read. It has every column unless `select` names some. */
function rowSchema({ comment, columns }: Relation): Json {
  const readable = columns.filter(({ may }) => may.select);
  const properties = Object.fromEntries(readable.map(({ name, type, values, is_nullable, comment }) => {
    const hint = name === "id" && type === "bigint"
      ? "Ask for `id::text` where numbers beyond 2^53 are rounded"
      : null;
    return [
      name,
      described(schemaOf(type, values, is_nullable), [comment, hint].filter(Boolean).join(". ") || null),
    ];
  }));
  return described({ type: "object", properties, required: readable.map(({ name }) => name) }, comment);
}

function writeSchema(columns: Column[], kind: "insert" | "update"): Json {
  const written = columns.filter(({ may }) => may[kind]);
  const required = kind === "insert"
    ? written.filter(({ has_default }) => !has_default).map(({ name }) => name)
    : [];
  return {
    type: "object",
    additionalProperties: false,
    minProperties: 1,
    properties: Object.fromEntries(
      written.map(({ name, type, values, is_nullable }) => [name, schemaOf(type, values, is_nullable)]),
    ),
    ...(required.length > 0 ? { required } : {}),
  };
}

const MEDIA = "application/json";
const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });
const USER = [{ publishableKey: [], user: [] }];
const ANYBODY = [{ publishableKey: [] }, ...USER];

/** Error responses of the Data API; an error that an RPC raises has status 400 and its SQLSTATE. */
const REFUSALS = {
  400: ref("responses", "DataApi400"),
  401: ref("responses", "DataApi401"),
  403: ref("responses", "DataApi403"),
  default: ref("responses", "DataApiOther"),
};

function filters(columns: Column[]): Json {
  return {
    name: "filters",
    in: "query",
    style: "form",
    explode: true,
    description:
      "A condition a column: `eq.…`, `neq.…`, `gt.…`, `in.(…)`, `is.null`, `ilike.…`; quote values with commas or brackets",
    schema: {
      type: "object",
      properties: Object.fromEntries(columns.map(({ name }) => [name, { type: "string" }])),
    },
  };
}

function relationOperations(relation: Relation): Json {
  const { name, columns, is_public, may_delete } = relation;
  const rows = { type: "array", items: ref("schemas", name) };
  const readable = columns.filter(({ may }) => may.select);
  const tags = ["tables"];
  const PREFER = ref("parameters", "Prefer");
  const operations: Json = {
    get: {
      operationId: `list_${name}`,
      tags,
      summary: `Reads ${name}`,
      security: is_public ? ANYBODY : USER,
      parameters: [
        filters(readable),
        ...["Select", "Order", "Limit", "Offset"].map((parameter) => ref("parameters", parameter)),
      ],
      responses: {
        200: { description: "Rows that the caller may see", content: { [MEDIA]: { schema: rows } } },
        206: {
          description: "Some of them; with `Prefer: count=…`, `Content-Range` says of how many",
          content: { [MEDIA]: { schema: rows } },
        },
        ...REFUSALS,
      },
    },
  };
  const written = { description: "Done; the rows come with `Prefer: return=representation`" };
  if (columns.some(({ may }) => may.insert)) {
    operations.post = {
      operationId: `create_${name}`,
      tags,
      summary: `Adds to ${name}`,
      security: USER,
      parameters: [PREFER, ref("parameters", "Select")],
      requestBody: { required: true, content: { [MEDIA]: { schema: writeSchema(columns, "insert") } } },
      responses: {
        201: { ...written, content: { [MEDIA]: { schema: rows } } },
        ...REFUSALS,
        409: ref("responses", "DataApi409"),
      },
    };
  }
  if (columns.some(({ may }) => may.update)) {
    operations.patch = {
      operationId: `update_${name}`,
      tags,
      summary: `Changes rows of ${name}`,
      security: USER,
      parameters: [filters(readable), PREFER, ref("parameters", "Select")],
      requestBody: { required: true, content: { [MEDIA]: { schema: writeSchema(columns, "update") } } },
      responses: {
        200: { ...written, content: { [MEDIA]: { schema: rows } } },
        204: { description: "Done" },
        ...REFUSALS,
      },
    };
  }
  if (may_delete) {
    operations.delete = {
      operationId: `delete_${name}`,
      tags,
      summary: `Deletes rows of ${name}`,
      security: USER,
      parameters: [filters(readable), PREFER],
      responses: {
        200: { ...written, content: { [MEDIA]: { schema: rows } } },
        204: { description: "Done" },
        ...REFUSALS,
      },
    };
  }
  return operations;
}

function argumentsSchema(args: Argument[]): Json {
  const required = args.filter(({ is_optional }) => !is_optional).map(({ name }) => name);
  return {
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(
      args.map(({ name, type, values, is_optional }) => [name, schemaOf(type, values, is_optional)]),
    ),
    ...(required.length > 0 ? { required } : {}),
  };
}

function resultSchema({ columns, returns, is_set }: Routine): Json {
  const value = columns
    ? {
      type: "object",
      properties: Object.fromEntries(
        columns.map(({ name, type, values }) => [name, schemaOf(type, values, true)]),
      ),
      required: columns.map(({ name }) => name),
    }
    : returns.startsWith("public.") || !(returns in SIMPLE || returns.endsWith("[]"))
    ? {}
    : schemaOf(returns, null, true);
  return is_set ? { type: "array", items: value } : value;
}

function routineOperation(routine: Routine): Json {
  const { name, comment, is_public, returns } = routine;
  const summary = (comment ?? name).split(/(?<=[.;:]) /)[0]?.replace(/[.;:]$/, "") ?? name;
  const responses = returns === "void"
    ? { 204: { description: "Done" } }
    : { 200: { description: "What it gives", content: { [MEDIA]: { schema: resultSchema(routine) } } } };
  return {
    post: {
      operationId: `rpc_${name}`,
      tags: ["rpc"],
      summary,
      ...(comment ? { description: comment } : {}),
      security: is_public ? ANYBODY : USER,
      requestBody: { required: true, content: { [MEDIA]: { schema: argumentsSchema(routine.arguments) } } },
      responses: { ...responses, ...REFUSALS },
    },
  };
}

const parameter = (name: string, schema: Json, description: string, place = "query") => ({
  name,
  in: place,
  schema,
  description,
});

/** Components that the operations of the Data API share. */
export const DATA_API_COMPONENTS = {
  parameters: {
    Select: parameter(
      "select",
      { type: "string" },
      "Columns, and rows of other tables: `id,title,social_account(display_name)`",
    ),
    Order: parameter("order", { type: "string" }, "`published_at.desc,id`"),
    Limit: parameter(
      "limit",
      { type: "integer", minimum: 0, maximum: 1000 },
      "At most 1,000 rows come at once",
    ),
    Offset: parameter(
      "offset",
      { type: "integer", minimum: 0 },
      "Rows to skip; a condition on the last key seen is faster",
    ),
    Prefer: parameter(
      "Prefer",
      { type: "string" },
      "`return=representation` gives the rows that were written",
      "header",
    ),
  },
  responses: Object.fromEntries(
    [
      [400, "The request cannot be understood or a rule was broken; `code` is a SQLSTATE or PGRST…"],
      [401, "The key or the token is missing or wrong"],
      [403, "This is not granted, or a policy says no"],
      [409, "There is such a row already, or one that it names is missing"],
      [
        "Other",
        "404: no such table or function; 406: not exactly one row where one was asked for; 416: no row at this offset; 5xx: the database is away",
      ],
    ].map(([status, description]) => [
      `DataApi${status}`,
      { description, content: { [MEDIA]: { schema: ref("schemas", "DataApiError") } } },
    ]),
  ),
};

export const DATA_API_ERROR: Json = {
  type: "object",
  description: `An error of the Data API. What StreamVibe's functions raise: ${
    Object.entries(RAISED).map(([state, code]) => `${state} ${code} (${CODES[code][1].toLowerCase()})`).join(
      ", ",
    )
  }`,
  required: ["code", "message"],
  properties: {
    code: { type: ["string", "null"] },
    message: { type: "string" },
    details: { type: ["string", "null"], description: "For SV… codes JSON with members of the problem" },
    hint: { type: ["string", "null"] },
  },
};

/** Returns the paths and schemas of everything that clients reach through the Data API. */
export function dataApi({ relations, routines }: Catalogue): { paths: Json; schemas: Json } {
  return {
    paths: {
      ...Object.fromEntries(
        relations.map((relation) => [`/rest/v1/${relation.name}`, relationOperations(relation)]),
      ),
      ...Object.fromEntries(
        routines.map((routine) => [`/rest/v1/rpc/${routine.name}`, routineOperation(routine)]),
      ),
    },
    schemas: {
      DataApiError: DATA_API_ERROR,
      ...Object.fromEntries(relations.map((relation) => [relation.name, rowSchema(relation)])),
    },
  };
}

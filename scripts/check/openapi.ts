/**
 * Generates docs/openapi.json, docs/api.md and docs/problems.md from the functions' contracts and the table of error codes, so they cannot
 * drift apart from what the functions do.
 */
import { pathToFileURL } from "node:url";
import { CODES, type ErrorCode, RAISED } from "../../supabase/functions/_shared/errors.ts";
import { describeContract, type Endpoint } from "../../supabase/functions/_shared/http/endpoint.ts";
import { MEDIA_TYPES } from "../../supabase/functions/_shared/http/input.ts";
import { type Catalogue, readCatalogue } from "./catalogue.ts";
import { DATA_API_COMPONENTS, dataApi } from "./data_api.ts";
import { formatted } from "./formatted.ts";
import { freshStack } from "./generated_stack.ts";
import { ADVICE } from "./problem_advice.ts";
import { functionNames, FUNCTIONS_FOLDER } from "./functions.ts";

/** Recorded responses of a test run, by operation. */
const EXAMPLES = "docs/examples.json";

type Json = Record<string, unknown>;
type Described = ReturnType<typeof describeContract>;

/** Errors that every function may return without declaring them. */
const ALWAYS: ErrorCode[] = [
  "bad_request",
  // An invalid credential is refused even by functions that need none.
  "unauthorized",
  "method_not_allowed",
  "not_found",
  "internal",
  "timeout",
];
const WITH_INPUT: ErrorCode[] = ["validation_failed"];
const WITH_BODY: ErrorCode[] = [
  "invalid_json",
  "invalid_encoding",
  "payload_too_large",
  "unsupported_media_type",
];
const WITH_LIMIT: ErrorCode[] = ["rate_limited", "unavailable"];
const WITH_KEY: ErrorCode[] = [
  "idempotency_key_invalid",
  "idempotency_in_progress",
  "idempotency_key_reused",
];

/** Returns the contracts of all functions, sorted by name. */
export async function contracts(): Promise<Described[]> {
  return await Promise.all((await functionNames()).map(async (name) => {
    const url = pathToFileURL(`${FUNCTIONS_FOLDER}/${name}/index.ts`).href;
    const { default: endpoint } = await import(url) as { default: Endpoint };
    return describeContract(endpoint.contract);
  }));
}

function modes({ auth }: Described): string[] {
  return typeof auth === "string" ? [auth] : [...auth];
}

function errorCodes(contract: Described): ErrorCode[] {
  const codes = new Set<ErrorCode>([...ALWAYS, ...contract.errors ?? [], ...WITH_INPUT]);
  if (contract.method === "POST") WITH_BODY.forEach((code) => codes.add(code));
  if (contract.rate !== "service") WITH_LIMIT.forEach((code) => codes.add(code));
  if (contract.idempotent) WITH_KEY.forEach((code) => codes.add(code));
  return (Object.keys(CODES) as ErrorCode[]).filter((code) => codes.has(code));
}

const SECURITY: Record<string, Json> = {
  user: { user: [] },
  secret: { secretKey: [] },
  publishable: { publishableKey: [] },
  none: {},
};

const PROBLEM = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };

/** Components that several operations share, by name. */
const COMPONENTS: Json = {
  securitySchemes: {
    user: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description: "Access token of a signed-in creator; send the publishable key as `apikey` too",
    },
    publishableKey: { type: "apiKey", in: "header", name: "apikey" },
    secretKey: {
      type: "apiKey",
      in: "header",
      name: "apikey",
      description: "A secret key; never in a browser",
    },
  },
  parameters: {
    ...DATA_API_COMPONENTS.parameters,
    IdempotencyKey: {
      name: "Idempotency-Key",
      in: "header",
      schema: { type: "string", maxLength: 255 },
      description: "The same key with the same body gives the first answer again for 24 hours",
    },
  },
  responses: {
    ...DATA_API_COMPONENTS.responses,
    ...Object.fromEntries(
      [...Map.groupBy(Object.entries(CODES), ([, [status]]) => status)].sort(([a], [b]) => a - b).map((
        [status, codes],
      ) => [`Problem${status}`, {
        description: codes.map(([, [, title]]) => title).join("; "),
        content: PROBLEM,
      }]),
    ),
  },
  schemas: {
    Problem: {
      type: "object",
      description: "Problem details, RFC 9457",
      required: ["type", "title", "status", "code", "request_id"],
      properties: {
        type: { type: "string" },
        title: { type: "string" },
        status: { type: "integer" },
        detail: { type: "string" },
        code: { type: "string", enum: Object.keys(CODES) },
        request_id: { type: "string" },
        errors: {
          type: "array",
          items: {
            type: "object",
            required: ["pointer", "detail"],
            properties: { pointer: { type: "string" }, detail: { type: "string" } },
          },
        },
      },
    },
  },
};

/**
 * A recursive schema (any JSON) refers to definitions at its own root, which does not exist inside another document; such a reference
 * becomes "any".
 */
function embedded(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(embedded);
  if (typeof schema !== "object" || schema === null) return schema;
  const { $schema: _, $defs: __, ...rest } = schema as Json;
  if (typeof rest.$ref === "string" && rest.$ref.startsWith("#/$defs/")) return {};
  // "Anything or null" is the same as "anything".
  const choices = Array.isArray(rest.anyOf) ? rest.anyOf.map(embedded) : [];
  if (choices.some((choice) => JSON.stringify(choice) === "{}")) return {};
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, embedded(value)]));
}

/** Descriptions of responses without a body. */
const BODILESS: Record<number, string> = {
  202: "Accepted; there is nothing to answer",
  302: "The address is in `Location`",
  304: "The caller has it already (`If-None-Match`)",
};

function operation(contract: Described): Json {
  const { name, summary, method, input, output, example, idempotent } = contract;
  const { also_answers = [], produces = "application/json", takes = "json" } = contract;
  const body = embedded(input) as Json;
  const answer = embedded(output) as Json;
  const parameters: Json[] = idempotent ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : [];
  if (method === "GET") {
    const required = new Set(body.required as string[] ?? []);
    for (const [key, schema] of Object.entries(body.properties as Json ?? {})) {
      const given = (example as Json)[key];
      // Query parameters are text; an integer is shown as a number here.
      const value = (schema as Json).type === "integer" && typeof given === "string" ? Number(given) : given;
      parameters.push({ name: key, in: "query", required: required.has(key), schema, example: value });
    }
  }
  const content = { [produces.split(";")[0] ?? ""]: { schema: answer } };
  const responses: Record<string, Json> = { 200: { description: "Success", content } };
  if (contract.cache) responses[304] = { description: BODILESS[304] };
  for (const code of errorCodes(contract)) {
    const [status, title] = CODES[code];
    // health returns its checks with a 503, not a problem.
    responses[status] ??= also_answers.includes(status)
      ? { description: title, content: { ...content, ...PROBLEM } }
      : { $ref: `#/components/responses/Problem${status}` };
  }
  for (const status of also_answers) responses[status] ??= { description: BODILESS[status] ?? "No body" };
  return {
    [method.toLowerCase()]: {
      operationId: name,
      tags: ["functions"],
      summary,
      security: modes(contract).map((mode) => SECURITY[mode] ?? {}),
      ...(parameters.length > 0 ? { parameters } : {}),
      ...(method === "POST"
        ? { requestBody: { required: true, content: { [MEDIA_TYPES[takes]]: { schema: body, example } } } }
        : {}),
      responses,
      "x-codes": errorCodes(contract),
      "x-rate-class": contract.rate,
    },
    ...(contract.is_challenged ? { get: challengeOf(contract) } : {}),
  };
}

/** Describes the verification request that a webhook's sender makes before it delivers. */
function challengeOf(contract: Described): Json {
  const codes = (Object.keys(CODES) as ErrorCode[]).filter((code) =>
    [...ALWAYS, ...WITH_INPUT, ...WITH_LIMIT].includes(code)
  );
  const statuses = [...new Set(codes.map((code) => CODES[code][0]))];
  return {
    operationId: `${contract.name}-challenge`,
    tags: ["functions"],
    summary: "Answers the sender's verification request",
    security: [{}],
    parameters: ["hub.mode", "hub.challenge"].map((name) => ({
      name,
      in: "query",
      required: false,
      schema: { type: "string" },
      example: name === "hub.mode" ? "subscribe" : "1158201444",
    })),
    responses: {
      200: {
        description: "Yes: the words of the challenge",
        content: { "text/plain": { schema: { type: "string" } } },
      },
      ...Object.fromEntries(
        statuses.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
    "x-codes": codes,
    "x-rate-class": contract.rate,
  };
}

/** Inserts responses recorded in a test run (`deno task test --record`) as examples. */
function addExamples(paths: Json, examples: Json): void {
  for (const operations of Object.values(paths) as Record<string, Json>[]) {
    for (const { operationId, responses } of Object.values(operations)) {
      const example = examples[String(operationId)];
      const [content] = Object.values((responses as Record<string, Json>)[200]?.content ?? {}) as Json[];
      if (example !== undefined && content) content.example = example;
    }
  }
}

/** Returns the OpenAPI 3.1 document: all functions, and what clients reach through the Data API. */
export function openApi(all: Described[], catalogue: Catalogue, examples: Json = {}): Json {
  const data = dataApi(catalogue);
  const paths = {
    ...Object.fromEntries(all.map((contract) => [`/functions/v1/${contract.name}`, operation(contract)])),
    ...data.paths,
  };
  addExamples(paths, examples);
  const used = JSON.stringify([paths, data.schemas]);
  const { parameters, responses, ...components } = COMPONENTS;
  const wanted = (kind: string, all: Json) =>
    Object.fromEntries(
      Object.entries(all).filter(([name]) => used.includes(`#/components/${kind}/${name}"`)),
    );
  return {
    openapi: "3.1.0",
    info: {
      title: "StreamVibe",
      version: "0.1.0",
      description:
        "Edge functions of StreamVibe, and the tables and RPCs of its Data API that are meant for apps; row-level security shows creators their own rows. Sign-up and sign-in go through Auth (/auth/v1), changes as they happen through Realtime (/realtime/v1). What may go wrong is in problems.md.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{
      url: "{url}",
      variables: {
        url: {
          default: "http://127.0.0.1:54321",
          description: "URL of the stack or of the Supabase project",
        },
      },
    }],
    tags: [
      { name: "functions", description: "Edge functions: what talks to the outside, and public reads" },
      { name: "tables", description: "Rows of one's own and lists for everybody" },
      { name: "rpc", description: "Functions of the database" },
    ],
    paths,
    components: {
      ...components,
      parameters: wanted("parameters", parameters as Json),
      responses: wanted("responses", responses as Json),
      schemas: { ...COMPONENTS.schemas as Json, ...data.schemas },
    },
  };
}

function fields(schema: Json): string {
  const required = new Set(schema.required as string[] ?? []);
  const names = Object.keys(schema.properties as Json ?? {});
  return names.map((name) => `\`${name}\`${required.has(name) ? "" : "?"}`).join(", ") || "–";
}

/** Renders the same contracts as a table for readers. */
export function apiPage(all: Described[]): string {
  const rows = all.map((contract) => {
    const { method, name, summary, rate, idempotent, produces, errors = [] } = contract;
    const cells = [
      `\`${method} ${name}\`${idempotent ? " ⟳" : ""}<br>${summary}`,
      `${modes(contract).join(" or ")}<br>\`${rate}\``,
      fields(contract.input),
      produces ?? fields(contract.output),
      errors.map((code) => `\`${code}\``).join(", ") || "–",
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return `# Endpoints

Generated from the functions' contracts (\`deno task generate\`); the machine-readable form is [openapi.json](openapi.json), and what may
go wrong everywhere is in [problems.md](problems.md). Every path begins with \`/functions/v1/\`. A question mark marks what may be left out,
⟳ an endpoint that takes an \`Idempotency-Key\`.

| endpoint | caller, rate class | in | out | codes of its own |
|---|---|---|---|---|
${rows.join("\n")}
`;
}

/** Renders the advice for each code, under a heading that `type` and other pages can link to. */
function advice(): string {
  return Object.entries(CODES).map(([code, [status, title]]) =>
    `### ${code}\n\n${status}: ${title}. ${ADVICE[code as ErrorCode] ?? "Read `detail`."}`
  ).join("\n\n");
}

/** Renders the table of error codes as a page. */
export function problemsPage(): string {
  const rows = Object.entries(CODES).map(([code, [status, title]]) =>
    `| [\`${code}\`](#${code}) | ${status} | ${title} | ${
      Object.keys(RAISED).filter((state) => RAISED[state] === code).join(", ")
    } |`
  );
  return "# Problems\n\nGenerated from the table of codes (`deno task generate`). Every error is `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) with " +
    "`type`, `title`, `status`, `code`, `request_id`, mostly a `detail`, and `errors[]` with a JSON pointer each when the input breaks a rule. " +
    "`quota_exceeded` names `quota`, `limit`, `used` and `resets_at`. Programs should go by `code`; it does not change. An error that an RPC of the Data API raises has the SQLSTATE as its `code`.\n\n" +
    "`type` is an address that leads to the code's paragraph below, where the installation says where its documents are (`DOCS_URL`); otherwise a URN.\n\n" +
    `| code | status | meaning | SQLSTATE |\n|---|---|---|---|\n${
      rows.join("\n")
    }\n\n## What to do\n\n${advice()}\n`;
}

/** Returns the documents generated from the contracts. */
export async function generateDocuments(): Promise<Record<string, string>> {
  const all = await contracts();
  const catalogue = await readCatalogue((await freshStack()).info.db_url);
  const examples = JSON.parse(await Deno.readTextFile(EXAMPLES).catch(() => "{}")) as Json;
  return {
    "docs/openapi.json": JSON.stringify(openApi(all, catalogue, examples), null, 2) + "\n",
    "docs/api.md": await formatted(apiPage(all), "md"),
    "docs/problems.md": await formatted(problemsPage(), "md"),
  };
}

/**
 * In test runs, compares every response that passes the gateway with docs/openapi.json. Differences are written to a file, one JSON line
 * each, and fail the run. With `record`, the smallest valid response of each operation is kept as an example for the document.
 */
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { z } from "zod";
import { ROOT } from "../home/settings.ts";

const DOCUMENT = "docs/openapi.json";
const Content = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) }));
const Answers = z.record(z.string(), z.object({ $ref: z.string().optional(), content: Content.optional() }));
const Document = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.object({ operationId: z.string(), responses: Answers })),
  ),
  components: z.looseObject({
    responses: Answers,
    schemas: z.record(z.string(), z.record(z.string(), z.unknown())),
  }),
});
type Document = z.output<typeof Document>;

/** The longest response that is kept as an example, in characters. */
const LONGEST_EXAMPLE = 20_000;

/** Tokens of a test's own creators, who are deleted with their stack: useless in an example, and alarming. */
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

export interface Difference {
  operation: string;
  status: number;
  problem: string;
  answer: string;
}

/** Compares responses with the document. */
export class AnswerCheck {
  readonly #validators = new Map<string, ValidateFunction>();
  readonly #examples = new Map<string, string>();
  /** Operations recorded in this run; the first of these replaces an earlier recording. */
  readonly #fresh = new Set<string>();

  private constructor(
    readonly document: Document,
    readonly ajv: Ajv2020,
    /** Where differences are written. */
    readonly file: string,
    /** Where examples are written, if recording is on. */
    readonly record: string | undefined,
  ) {}

  static async open(file: string, record?: string): Promise<AnswerCheck> {
    const document = Document.parse(JSON.parse(await Deno.readTextFile(join(ROOT, DOCUMENT))));
    const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false });
    ajv.addSchema({ components: { schemas: document.components.schemas } }, "api", false, false);
    const check = new AnswerCheck(document, ajv, file, record);
    const recorded = JSON.parse(await Deno.readTextFile(record ?? "").catch(() => "{}")) as Record<
      string,
      unknown
    >;
    for (const [operation, answer] of Object.entries(recorded)) {
      check.#examples.set(operation, JSON.stringify(answer));
    }
    return check;
  }

  /** Checks a copy of a response, without delaying it. */
  async look(
    request: { method: string; path: string; query: URLSearchParams },
    response: Response,
  ): Promise<void> {
    const operations = this.document.paths[request.path];
    // What the platform returns for a function that did not start or finish is not the function's response.
    if (!operations || /^(HEAD|OPTIONS)$/.test(request.method) || response.headers.has("sb-error-code")) {
      return;
    }
    const { status } = response;
    const type = response.headers.get("content-type") ?? "";
    const copy = /\bjson\b/.test(type) ? response.clone() : null;
    const found = operations[request.method.toLowerCase()];
    // Data API operations for the service role only are not in the document.
    if (!found && !request.path.startsWith("/functions/")) return;
    let text: string;
    try {
      text = await copy?.text() ?? "";
    } catch {
      // The caller disconnected before the response was complete.
      return;
    }
    let problem: string | null;
    try {
      problem = found
        ? this.#compare(found.responses, request, status, type, text)
        : status === 405
        ? null
        : `${request.method} is not documented`;
    } catch (error) {
      problem = `it cannot be compared: ${error instanceof Error ? error.message : error}`;
    }
    if (problem) {
      const operation = `${request.method} ${request.path}`;
      this.#tell({ operation, status, problem, answer: text.slice(0, 500) });
    } else if (found && copy && status < 300 && isWhole(request.query, type)) {
      this.#keep(found.operationId, text);
    }
  }

  #compare(
    responses: z.output<typeof Answers>,
    request: { query: URLSearchParams },
    status: number,
    type: string,
    text: string,
  ): string | null {
    const stated = responses[status] ?? responses.default;
    if (!stated) return `status ${status} is not documented`;
    const answer = stated.$ref
      ? this.document.components.responses[stated.$ref.split("/").at(-1) ?? ""]
      : stated;
    const media = type.split(";")[0]?.trim() ?? "";
    const is_single = media === "application/vnd.pgrst.object+json";
    const schema = answer?.content?.[is_single ? "application/json" : media]?.schema;
    if (text === "" && !answer?.content) return null;
    if (!schema) return text === "" ? null : `${media || "no media type"} is not documented`;
    if (!/\bjson\b/.test(media)) return null;
    const select = request.query.get("select");
    // Casts and aliases change a column's type or name.
    if (select && /:/.test(select)) return null;
    const is_partial = select !== null && select !== "*";
    const value: unknown = JSON.parse(text);
    const validate = this.#validator(schema, is_partial);
    const checked = is_single && !("code" in (value as object)) ? [value] : value;
    return validate(checked) ? null : this.ajv.errorsText(validate.errors, { dataVar: "answer" });
  }

  #validator(schema: Record<string, unknown>, is_partial: boolean): ValidateFunction {
    const key = JSON.stringify([schema, is_partial]);
    const known = this.#validators.get(key);
    if (known) return known;
    const made = this.ajv.compile(is_partial ? this.#partial(schema) : absolute(schema));
    this.#validators.set(key, made);
    return made;
  }

  /** Returns the schema of rows with only some of their columns. */
  #partial(schema: Record<string, unknown>): Record<string, unknown> {
    const items = schema.items as { $ref?: string } | undefined;
    const row = this.document.components.schemas[items?.$ref?.split("/").at(-1) ?? ""];
    if (!row) return absolute(schema);
    const { required: _, ...rest } = row;
    return { type: "array", items: absolute(rest) };
  }

  #tell(difference: Difference): void {
    Deno.writeTextFileSync(this.file, `${JSON.stringify(difference)}\n`, { append: true });
  }

  #keep(operation: string, text: string): void {
    const known = this.#fresh.has(operation) ? this.#examples.get(operation) : undefined;
    // One row shows more than none; beyond that, shorter is better.
    const worth = (text: string) => /^\[\]$|: ?\[\]/.test(text) ? LONGEST_EXAMPLE + text.length : text.length;
    if (!this.record || text.length > LONGEST_EXAMPLE || known !== undefined && worth(known) <= worth(text)) {
      return;
    }
    this.#examples.set(operation, text.replace(TOKEN, "eyJ…"));
    this.#fresh.add(operation);
    const sorted = [...this.#examples].sort(([one], [other]) => one < other ? -1 : 1);
    const examples = Object.fromEntries(sorted.map(([name, text]) => [name, JSON.parse(text)]));
    Deno.writeTextFileSync(this.record, `${JSON.stringify(examples, null, 2)}\n`);
  }
}

/** Returns whether a Data API response is complete: no selected columns, no single row. Functions have no `select`. */
function isWhole(query: URLSearchParams, type: string): boolean {
  return [null, "*"].includes(query.get("select")) && !type.includes("pgrst");
}

/** Returns the schema with references into the document that `open` has added. */
function absolute(schema: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(schema),
    (key, value) =>
      key === "$ref" && typeof value === "string" && value.startsWith("#/") ? `api${value}` : value,
  );
}

/**
 * Checks requests and responses against a provider's own OpenAPI 3.1 document, which is stored beside the repository if available.
 * Providers add members without notice, so an undocumented member is accepted unless the document closes the object.
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { dataFolder } from "./validate_against_discovery.ts";

interface Body {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export class OpenApiDocument {
  static readonly #known = new Map<string, OpenApiDocument | undefined>();
  readonly #ajv = new Ajv2020({ strict: false, validateSchema: false, validateFormats: false });

  private constructor(readonly file: string, readonly document: Document) {
    this.#ajv.addSchema(document, "document");
  }

  /** Loads a document from the data folder; returns undefined if it does not exist. */
  static load(file: string): OpenApiDocument | undefined {
    if (!this.#known.has(file)) this.#known.set(file, this.#load(file));
    return this.#known.get(file);
  }

  static #load(file: string): OpenApiDocument | undefined {
    const folder = dataFolder();
    try {
      const text = folder && Deno.readTextFileSync(new URL(`openapi/${file}`, folder));
      if (!text) return undefined;
      const document = file.endsWith(".yaml") ? parse(text) : JSON.parse(text);
      // `nullable` is a leftover of OpenAPI 3.0; ajv knows the keyword and rejects it without a type.
      const without = (key: string, value: unknown) => key === "nullable" ? undefined : value;
      return new OpenApiDocument(file, JSON.parse(JSON.stringify(document, without)));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Returns the errors of a request body, one line each; empty if it is valid. */
  request(method: string, path: string, body: unknown): string[] {
    return this.#check(`/paths/${escaped(path)}/${method.toLowerCase()}/requestBody`, body);
  }

  /** Returns the errors of a response body. A status that the document does not list is not checked. */
  answer(method: string, path: string, status: number, body: unknown): string[] {
    const responses = this.document.paths[path]?.[method.toLowerCase()]?.responses ?? {};
    const listed = [String(status), `${Math.floor(status / 100)}XX`].find((name) => responses[name]);
    return listed
      ? this.#check(`/paths/${escaped(path)}/${method.toLowerCase()}/responses/${listed}`, body)
      : [];
  }

  #check(pointer: string, body: unknown): string[] {
    const found = pointer.slice(1).split("/").reduce<unknown>(
      (value, step) => (value as Record<string, unknown> | undefined)?.[unescaped(step)],
      this.document,
    ) as Body | undefined;
    if (!found) return [`${this.file} has no ${pointer}`];
    const at = found.$ref ? found.$ref.slice(1) : pointer;
    const check = this.#ajv.compile({ $ref: `document#${at}/content/application~1json/schema` });
    if (check(body)) return [];
    return (check.errors ?? []).map(({ instancePath, message, params }) =>
      `${instancePath || "/"}: ${message} ${JSON.stringify(params)}`
    );
  }
}

const escaped = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");
const unescaped = (step: string) => step.replaceAll("~1", "/").replaceAll("~0", "~");

/** Generates the typed client's types from docs/openapi.json, along with what it needs to know about the operations at run time. */
import openapiTS, { astToString } from "openapi-typescript";
import { z } from "zod";
import { RAISED } from "../../supabase/functions/_shared/errors.ts";
import { formatted } from "./formatted.ts";

const SOURCE = "docs/openapi.json";
const FUNCTIONS = "/functions/v1/";

const Operation = z.object({
  parameters: z.array(z.object({ $ref: z.string().optional() })).optional(),
  security: z.array(z.record(z.string(), z.unknown())).optional(),
});
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) });

/** Returns the generated sources of packages/client. */
export async function generateClientTypes(): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(SOURCE);
  const types = astToString(
    await openapiTS(text, { alphabetize: true, defaultNonNullable: false, silent: true }),
  );
  return {
    "packages/client/src/api.types.ts": await formatted(
      `/** Generated from ${SOURCE} (\`deno task generate\`). */\n${types}`,
      "ts",
    ),
    "packages/client/src/operations.ts": await formatted(operations(text), "ts"),
  };
}

function operations(text: string): string {
  const { paths } = Document.parse(JSON.parse(text));
  const functions = Object.entries(paths).filter(([path]) => path.startsWith(FUNCTIONS))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: path.slice(FUNCTIONS.length),
        method,
        is_keyed: operation.parameters?.some(({ $ref }) => $ref?.endsWith("/IdempotencyKey")) ?? false,
      }))
    );
  const names = (wanted: (operation: typeof functions[number]) => boolean) =>
    JSON.stringify(functions.filter(wanted).map(({ name }) => name));
  return `/** Generated from ${SOURCE} (\`deno task generate\`): what the client must know of the operations at run time. */

/** Functions that are asked by GET; all others take a body. */
export const READS: ReadonlySet<string> = new Set(${names(({ method }) => method === "get")});

/** Functions that take an idempotency key, and so may be repeated. */
export const KEYED: ReadonlySet<string> = new Set(${names(({ is_keyed }) => is_keyed)});

/** What functions of the database raise, by SQLSTATE. */
export const RAISED: Readonly<Record<string, string>> = ${JSON.stringify(RAISED)};
`;
}

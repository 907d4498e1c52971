/** Checks docs/openapi.json against Redocly's recommended rules; also validates examples against their schemas. */
import { createConfig, lintFromString } from "@redocly/openapi-core";

const DOCUMENT = "docs/openapi.json";

/** Returns the problems of the document, one line per problem. */
export async function openApiProblems(text?: string): Promise<string[]> {
  const config = await createConfig({
    extends: ["recommended"],
    rules: {
      "no-invalid-media-type-examples": { severity: "error", allowAdditionalProperties: true },
      "no-invalid-parameter-examples": "error",
      "no-invalid-schema-examples": "error",
      // Robots, sitemaps and health have no client errors.
      "operation-4xx-response": "off",
    },
  });
  const source = text ?? await Deno.readTextFile(DOCUMENT);
  const problems = await lintFromString({ source, absoluteRef: DOCUMENT, config });
  return problems.map(({ ruleId, message, location }) =>
    `${ruleId}: ${message} at ${location[0]?.pointer ?? "the document"}`
  );
}

if (import.meta.main) { for (const problem of await openApiProblems()) console.log(problem); }

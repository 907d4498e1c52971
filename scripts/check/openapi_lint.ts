/** docs/openapi.json by the rules of Redocly's recommended set; examples are compared with their schemas, too. */
import { createConfig, lintFromString } from "@redocly/openapi-core";

const DOCUMENT = "docs/openapi.json";

/** What is wrong with the document, a line each. */
export async function openApiProblems(text?: string): Promise<string[]> {
  const config = await createConfig({
    extends: ["recommended"],
    rules: {
      "no-invalid-media-type-examples": { severity: "error", allowAdditionalProperties: true },
      "no-invalid-parameter-examples": "error",
      "no-invalid-schema-examples": "error",
      // Robots, sitemaps and health have no failure that is the caller's.
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

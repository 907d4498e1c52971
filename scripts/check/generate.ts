/**
 * Everything that is generated and committed: `deno task generate` writes it, `deno task check` compares it. With names (`deno task
 * generate postman types`) only those parts are written.
 */
import { generateDashboard } from "../../monitoring/dashboard.ts";
import { generateCapacity } from "../capacity/capacity.ts";
import { generateK6 } from "../bench/feed/k6.ts";
import { generateCollections } from "../postman/generate.ts";
import { generateDatabaseTypes } from "./database_types.ts";
import { generateClientTypes } from "./client_types.ts";
import { endFreshStack } from "./generated_stack.ts";
import { generateFunctionsConfig } from "./functions_config.ts";
import { generateDocuments } from "./openapi.ts";
import { generateMcpSchemas } from "./mcp_schemas.ts";
import { generateRollbacks } from "./rollbacks.ts";

/** A generator returns the texts of its files, keyed by path. */
type Generator = () => Promise<Record<string, string>> | Record<string, string>;

/** Generators by name, in the order of their dependencies. */
export const GENERATORS: Record<string, Generator> = {
  functions: generateFunctionsConfig,
  openapi: generateDocuments,
  client: generateClientTypes,
  mcp: generateMcpSchemas,
  postman: generateCollections,
  rollbacks: generateRollbacks,
  dashboard: generateDashboard,
  k6: generateK6,
  capacity: generateCapacity,
  types: generateDatabaseTypes,
};

/** Compares the files of one generator with the committed ones. */
export async function drift(name: string): Promise<string[]> {
  const problems: string[] = [];
  for (const [file, text] of Object.entries(await GENERATORS[name]?.() ?? {})) {
    if (await Deno.readTextFile(file).catch(() => undefined) !== text) {
      problems.push(`${file} differs from what it is derived from; run deno task generate`);
    }
  }
  return problems;
}

if (import.meta.main) {
  const names = Deno.args.length > 0 ? Deno.args : Object.keys(GENERATORS);
  try {
    for (const name of names) await write(name);
  } finally {
    await endFreshStack();
  }
}

async function write(name: string): Promise<void> {
  const generate = GENERATORS[name];
  if (!generate) {
    throw new Error(`Cannot generate: one of ${Object.keys(GENERATORS).join(", ")} is needed, got ${name}`);
  }
  for (const [file, text] of Object.entries(await generate())) {
    if (await Deno.readTextFile(file).catch(() => undefined) === text) continue;
    await Deno.writeTextFile(file, text);
    console.log(`wrote ${file}`);
  }
}

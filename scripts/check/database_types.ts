/**
 * `_shared/database/database.types.ts` comes from `supabase gen types` on a database that has every module.
 * With `--write` it is written anew, otherwise compared.
 */
import { bootStack } from "../test/boot.ts";
import { remoteUrl, supabaseCli } from "./supabase_cli.ts";

const FILE = "supabase/functions/_shared/database/database.types.ts";

/** The types of a running stack's database, as the CLI prints them, in this repository's format. */
export async function generateDatabaseTypes(databaseUrl: string): Promise<string> {
  const result = await supabaseCli([
    "gen",
    "types",
    "--remote",
    remoteUrl(databaseUrl),
    "--schema",
    "public",
    "--lang",
    "typescript",
  ]);
  if (result.code !== 0) {
    throw new Error(`Cannot generate the database types: ${result.stderr || result.stdout}`);
  }
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "ts", "--line-width", "110", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(result.stdout));
  await writer.close();
  const { code, stdout } = await child.output();
  if (code !== 0) throw new Error("Cannot format the generated database types");
  return new TextDecoder().decode(stdout);
}

/** Whether the committed types differ from the database's. */
export async function databaseTypesProblems(write = false): Promise<string[]> {
  const stack = await bootStack();
  try {
    const wanted = await generateDatabaseTypes(stack.info.db_url);
    if (write) {
      await Deno.writeTextFile(FILE, wanted);
      return [];
    }
    const found = await Deno.readTextFile(FILE).catch(() => "");
    return found === wanted ? [] : [`${FILE} differs from the database; run deno task types`];
  } finally {
    await stack.stop();
  }
}

if (import.meta.main) {
  const problems = await databaseTypesProblems(Deno.args.includes("--write"));
  for (const problem of problems) console.error(problem);
  Deno.exit(problems.length === 0 ? 0 : 1);
}

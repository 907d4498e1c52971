/** Generates `_shared/database/database.types.ts` with `supabase gen types` from a database that has every module. */
import { formatted } from "./formatted.ts";
import { freshStack } from "./generated_stack.ts";
import { remoteUrl, supabaseCli } from "./supabase_cli.ts";

/** Returns the types of a fresh database as the CLI prints them, formatted like this repository. */
export async function generateDatabaseTypes(): Promise<Record<string, string>> {
  const remote = remoteUrl((await freshStack()).info.db_url);
  const { code, stdout, stderr } = await supabaseCli(
    ["gen", "types", "--remote", remote, "--schema", "public", "--lang", "typescript"],
  );
  if (code !== 0) throw new Error(`Cannot generate the database types: ${stderr || stdout}`);
  return { "supabase/functions/_shared/database/database.types.ts": await formatted(stdout, "ts") };
}

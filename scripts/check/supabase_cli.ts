/** The official Supabase CLI, from the npm registry, in the one version that this project is checked against. */

/** The version that `db push`, `db advisors`, `gen types` and config.toml were checked with. */
export const CLI_VERSION = "3.1.0";

/** What a run of the CLI printed. */
export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `supabase <args>` without prompts and without telemetry. */
export async function supabaseCli(args: string[], env: Record<string, string> = {}): Promise<CliResult> {
  const { code, stdout, stderr } = await new Deno.Command("npx", {
    args: ["--yes", `supabase@${CLI_VERSION}`, ...args],
    env: { DO_NOT_TRACK: "1", SUPABASE_TELEMETRY_DISABLED: "1", NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A PostgreSQL URL as the CLI's `--remote` takes it: the local engine speaks no TLS. */
export function remoteUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.set("sslmode", "disable");
  return url.href;
}

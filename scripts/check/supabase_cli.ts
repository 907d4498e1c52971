/** The official Supabase CLI from the npm registry, in the version that this project is tested with. */

/** The version that `db push`, `db advisors`, `gen types` and config.toml were tested with. */
export const CLI_VERSION = "3.1.0";

/** The exit code and output of a CLI run. */
export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `supabase <args>` without prompts or telemetry. */
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

/** Returns a PostgreSQL URL for the CLI's `--remote`, with TLS disabled: the local engine has none. */
export function remoteUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.set("sslmode", "disable");
  return url.href;
}

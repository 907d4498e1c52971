/** The Deno that runs functions: the stack's own, or another version, such as the one of the hosted runtime. */
import { tmpdir } from "node:os";
import { StartError } from "../home/settings.ts";

export interface Runtime {
  program: string;
  /** Additional arguments for `run`. */
  args: string[];
}

/** @throws {StartError} If npm cannot provide the version. */
export async function findRuntime(version: string | undefined): Promise<Runtime> {
  if (!version) return { program: Deno.execPath(), args: [] };
  const { success, stdout, stderr } = await new Deno.Command("npx", {
    args: ["--yes", "--package", `deno@${version}`, "--", "deno", "eval", "console.log(Deno.execPath())"],
    // Run outside this repository, whose lock file an older Deno cannot read.
    cwd: tmpdir(),
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  if (!success) {
    throw new StartError(
      `Cannot run functions with Deno ${version}: ${new TextDecoder().decode(stderr).trim()}`,
    );
  }
  const program = new TextDecoder().decode(stdout).trim();
  return { program, args: ["--no-lock", "--node-modules-dir=manual"] };
}

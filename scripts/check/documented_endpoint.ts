/**
 * Follows docs/add-an-endpoint.md in a copy of the repository: writes its code blocks to their files and runs its commands. Exits with the
 * status of the first command that fails.
 */
import { dirname, join } from "node:path";

const PAGE = "docs/add-an-endpoint.md";
/** A block's first line names its file and, for an existing file, the text before which the block is inserted. */
const BLOCK = /^```(?:ts|sql|txt) (\S+)(?: before (.+))?\n([\s\S]*?)^```$/gm;
const COMMANDS = /^```sh\n([\s\S]*?)^```$/m;

/** Writes the page's blocks into the repository at `root`. */
async function follow(page: string, root: string): Promise<void> {
  for (const [, path = "", place, text = ""] of page.matchAll(BLOCK)) {
    const file = join(root, path);
    if (!place) {
      await Deno.mkdir(dirname(file), { recursive: true });
      await Deno.writeTextFile(file, text, { createNew: true });
      continue;
    }
    const mark = place.replaceAll("\\n", "\n");
    const found = await Deno.readTextFile(file);
    const at = found.lastIndexOf(mark);
    if (at < 0) throw new Error(`Cannot follow ${PAGE}: ${path} has no "${place}"`);
    const line = found.lastIndexOf("\n", at) + 1;
    await Deno.writeTextFile(file, `${found.slice(0, line)}${text}${found.slice(line)}`);
  }
}

async function run(command: string, root: string): Promise<void> {
  console.log(`$ ${command}`);
  const [program = "", ...args] = command.split(" ");
  const { code } = await new Deno.Command(program, { args, cwd: root, stdin: "null" }).spawn().status;
  if (code !== 0) throw new Error(`Cannot follow ${PAGE}: "${command}" ended with ${code}`);
}

const page = await Deno.readTextFile(PAGE);
const commands = page.match(COMMANDS)?.[1]?.trim().split("\n") ?? [];
if (commands.length === 0) throw new Error(`Cannot follow ${PAGE}: it names no commands`);
const root = await Deno.makeTempDir({ prefix: "streamvibe-endpoint-" });
try {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "--cached", "--others", "--exclude-standard"],
  }).output();
  for (const file of new TextDecoder().decode(stdout).split("\n").filter(Boolean)) {
    await Deno.mkdir(join(root, dirname(file)), { recursive: true });
    await new Deno.Command("cp", { args: ["-P", file, join(root, file)] }).output();
  }
  await Deno.symlink(await Deno.realPath("node_modules"), join(root, "node_modules"));
  await follow(page, root);
  await run("git init --quiet", root);
  for (const command of commands) await run(command, root);
  console.log("1 passed, 0 failed");
} finally {
  await Deno.remove(root, { recursive: true });
}

/** Formats a text as `deno fmt` does for this repository. */
export async function formatted(text: string, extension: "md" | "ts"): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", extension, "--line-width", "110", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stdout } = await child.output();
  if (code !== 0) throw new Error(`Cannot format a generated file: it is not valid ${extension}`);
  return new TextDecoder().decode(stdout);
}

/**
 * `deno task packages`, the first step of every task: installs the packages of deno.json unless they match the lock file. Shows progress on
 * one line; prints deno's output only on failure. Imports nothing that would have to be installed.
 */
const STAMP = "node_modules/.installed";
/** deno prints such a line for each file that it downloads and each package that it installs. */
const PROGRESS = /^(Download|Initialize) /;

/** The viewer of the local stack's /docs: a single file of a package whose hundreds of other dependencies are not needed here. */
export const VIEWER = "node_modules/.viewer/api-reference-1.76.0.js";
const VIEWER_PACKAGE = "@scalar/api-reference@1.76.0";
const VIEWER_INTEGRITY =
  "sha512-pjqwnzmA9YK3ZX+IZSICMsywm4qI6HLSngR2py9H6TvFApHHuJjkTAd+gFJfnqJDzJuro8k7ji6JCtJ2U+Byng==";

if (import.meta.main) {
  const is_current = await Deno.readTextFile(STAMP).catch(() => "") === await wanted();
  const [code] = await Promise.all([is_current ? 0 : install(), installViewer()]);
  if (code !== 0) Deno.exit(code);
}

/** Extracts the viewer from its package. Only /docs needs it, so a failure is reported and otherwise ignored. */
async function installViewer(): Promise<void> {
  if (await Deno.stat(VIEWER).then(() => true, () => false)) return;
  const folder = await Deno.makeTempDir({ prefix: "streamvibe-viewer-" });
  try {
    const [packed] = JSON.parse(
      await output("npm", ["pack", VIEWER_PACKAGE, "--json", "--pack-destination", folder]),
    ) as {
      filename: string;
    }[];
    const archive = `${folder}/${packed?.filename}`;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", await Deno.readFile(archive)));
    if (`sha512-${digest.toBase64()}` !== VIEWER_INTEGRITY) {
      throw new Error("the package does not match the pinned checksum");
    }
    const file = "package/dist/browser/standalone.js";
    await output("tar", ["-xzf", archive, "-C", folder, file]);
    await Deno.mkdir(VIEWER.slice(0, VIEWER.lastIndexOf("/")), { recursive: true });
    // Copied and renamed, so that a concurrent reader finds it complete or not at all.
    const whole = `${VIEWER}.${crypto.randomUUID()}`;
    await Deno.copyFile(`${folder}/${file}`, whole);
    await Deno.rename(whole, VIEWER);
  } catch (error) {
    say(`The API reference at /docs is not installed: ${error instanceof Error ? error.message : error}\n`);
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

async function output(command: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
  return new TextDecoder().decode(stdout);
}

async function wanted(): Promise<string> {
  const files = await Promise.all(["deno.json", "deno.lock"].map((name) => Deno.readFile(name)));
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(files).arrayBuffer());
  return new Uint8Array(digest).toHex();
}

async function install(): Promise<number> {
  const { npm } = JSON.parse(await Deno.readTextFile("deno.lock")) as { npm: Record<string, unknown> };
  const total = Object.keys(npm).length;
  const started = performance.now();
  say(`Loading ${total} packages …`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["install"],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let done = 0;
  let rest = "";
  let said = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!PROGRESS.test(line)) said += `${line}\n`;
      else if (line.startsWith("Initialize")) done++;
    }
    if (Deno.stderr.isTerminal()) say(`\rLoading packages: ${done} of ${total} `);
  }
  const { code } = await child.status;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(code === 0 ? ` done in ${seconds} s\n` : `\nCannot load the packages:\n${said}${rest}\n`);
  if (code === 0) await Deno.writeTextFile(STAMP, await wanted());
  return code;
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}

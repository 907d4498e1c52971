/**
 * `deno task packages`, which every task begins with: installs the packages of deno.json when they are not there as the
 * lock file says. One line tells how far it is; what deno says is printed only when it fails. Imports nothing that would
 * have to be installed.
 */
const STAMP = "node_modules/.installed";
/** What deno prints for each file that it fetches and for each package that it puts in place. */
const PROGRESS = /^(Download|Initialize) /;

if (await Deno.readTextFile(STAMP).catch(() => "") !== await wanted()) Deno.exit(await install());

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

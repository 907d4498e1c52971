/** Keeps every core busy during a test run, like a crowded CI machine. */

/** Bursts are short, so that a burner notices when the runner has ended, even if it was killed. */
const BURN = `const runner = Number(Deno.args[0]);
while (Deno.ppid === runner) for (const end = performance.now() + 200; performance.now() < end;);`;

/** Starts one CPU-burning process per core, until disposed of or until this process ends. */
export async function busyCores(): Promise<AsyncDisposable> {
  const file = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(file, BURN);
  const burners = Array.from(
    { length: navigator.hardwareConcurrency },
    () =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-config", file, String(Deno.pid)],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn(),
  );
  return {
    async [Symbol.asyncDispose]() {
      for (const burner of burners) burner.kill("SIGKILL");
      await Promise.all(burners.map(({ status }) => status));
      await Deno.remove(file);
    },
  };
}

/** Keeps every core busy beside a run of tests, as a crowded CI machine would. */

/** A burst ends often enough to notice that the runner has gone, also when it was killed. */
const BURN = `const runner = Number(Deno.args[0]);
while (Deno.ppid === runner) for (const end = performance.now() + 200; performance.now() < end;);`;

/** Starts a process per core that burns CPU until it is disposed of or this process ends. */
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

/** Runs the simulated providers as a child of the stack. */
import { join } from "node:path";
import type { Home } from "../home/home.ts";
import type { Child, Children } from "../home/processes.ts";
import { ROOT, StartError } from "../home/settings.ts";

interface SimulatorOptions {
  port: number;
  catalog: string | undefined;
  functionsUrl: string;
  home: Home;
  children: Children;
}

export async function startSimulators(
  { port, catalog, functionsUrl, home, children }: SimulatorOptions,
): Promise<Child> {
  if (catalog && !(await Deno.stat(catalog).then((file) => file.isFile, () => false))) {
    throw new StartError(`Cannot read the catalogue: STREAMVIBE_CATALOG names no file, got ${catalog}`);
  }
  const marker = `--home=${home.path}`;
  const state = join(home.path, "simulators.ndjson");
  const child = children.spawn({
    name: "simulators",
    program: Deno.execPath(),
    args: [
      "run",
      "-A",
      "--no-prompt",
      join(ROOT, "scripts/local/boot/simulators_process.ts"),
      `--port=${port}`,
      `--state=${state}`,
      `--functions-url=${functionsUrl}`,
      marker,
      ...(catalog ? [`--catalog=${catalog}`] : []),
    ],
    marker,
    env: Deno.env.toObject(),
    cwd: ROOT,
  });
  const log = await Deno.open(join(home.logs, "simulators.log"), { create: true, append: true, mode: 0o600 });
  let said = "";
  const copied = (async () => {
    for await (const chunk of child.stderr) {
      said = (said + new TextDecoder().decode(chunk)).slice(-2000);
      await log.write(chunk);
    }
    log.close();
  })();
  const reader = child.stdout.getReader();
  const { done } = await reader.read();
  if (done) {
    await copied;
    throw new StartError(`Cannot start the simulators: ${said.trim()}`);
  }
  // Drains further output, so that the pipe does not fill.
  (async () => {
    while (!(await reader.read()).done);
  })();
  return child;
}

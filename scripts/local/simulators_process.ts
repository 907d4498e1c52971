/** The simulated providers in a process of their own, which ends with the stack. */
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { port: { type: "string" }, catalog: { type: "string" }, home: { type: "string" } },
});
const module = new URL("../simulators/server.ts", import.meta.url).href;
const { startSimulators } = await import(module) as {
  startSimulators(
    options: { port: number; catalog?: string | undefined; state?: string | undefined },
  ): Promise<{ url: string }>;
};
const { url } = await startSimulators({
  port: Number(values.port),
  catalog: values.catalog,
  // Accounts, consents and edits outlive a killed stack, as they would at the real provider.
  state: values.home && join(values.home, "simulators.ndjson"),
});
console.log(JSON.stringify({ url }));
for await (const _ of Deno.stdin.readable);
Deno.exit(0);

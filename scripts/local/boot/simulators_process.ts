/** The simulated providers in their own process, which ends with the stack: on command, or when its pipe closes. */
import { parseArgs } from "node:util";
import { startSimulators } from "../../simulators/server.ts";

const option = { type: "string" } as const;
const { values } = parseArgs({
  options: { port: option, catalog: option, state: option, home: option, "functions-url": option },
});
const simulators = await startSimulators({
  port: Number(values.port),
  catalog: values.catalog,
  state: values.state,
  functionsUrl: values["functions-url"],
}).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
});
Deno.addSignalListener("SIGTERM", async () => {
  await simulators.stop();
  Deno.exit(0);
});
console.log(JSON.stringify({ url: simulators.url }));
for await (const _ of Deno.stdin.readable);
await simulators.stop();
Deno.exit(0);

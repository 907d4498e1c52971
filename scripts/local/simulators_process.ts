/** The simulated providers in a process of their own, which ends with the stack. */
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { port: { type: "string" }, catalog: { type: "string" }, home: { type: "string" } },
});
const module = new URL("../simulators/server.ts", import.meta.url).href;
const { startSimulators } = await import(module) as {
  startSimulators(options: { port: number; catalog?: string }): Promise<{ url: string }>;
};
const { url } = await startSimulators({ port: Number(values.port), catalog: values.catalog });
console.log(JSON.stringify({ url }));
for await (const _ of Deno.stdin.readable);
Deno.exit(0);

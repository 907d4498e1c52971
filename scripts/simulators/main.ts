/** Runs the simulators as a process: prints one line of JSON, {"url": …}, when they are ready, and runs until it is stopped. */
import { parseArgs } from "node:util";
import { startSimulators } from "./server.ts";

const { values } = readArguments();

const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(
    `Cannot start the simulators: --port must be a whole number from 0 to 65535, got ${values.port}`,
  );
  Deno.exit(2);
}

try {
  const simulators = await startSimulators({
    port,
    host: values.host,
    catalog: values.catalog,
    state: values.state,
    functionsUrl: values["functions-url"],
    redirectUris: values["redirect-uris"]?.split(",").map((uri) => uri.trim()).filter((uri) => uri !== ""),
  });
  console.log(JSON.stringify({ url: simulators.url }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, async () => {
      await simulators.stop();
      Deno.exit(0);
    });
  }
} catch (error) {
  console.error(`Cannot start the simulators: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        port: { type: "string", default: "54330" },
        host: { type: "string", default: "127.0.0.1" },
        catalog: { type: "string" },
        state: { type: "string" },
        "redirect-uris": { type: "string" },
        "functions-url": { type: "string" },
      },
    });
  } catch (error) {
    console.error(`Cannot start the simulators: ${error instanceof Error ? error.message : error}`);
    Deno.exit(2);
  }
}

/** The stack that the demo walks through: the running one, or its own, which stops with the demo. */
import { join } from "node:path";
import { startStack } from "../local/stack.ts";
import { Stack } from "../journey/journey.ts";
import type { Narrator } from "./narrator.ts";

export interface Target {
  stack: Stack;
  /** Stops what the demo itself started. */
  stop(): Promise<void>;
}

/** Returns the stack that `file` describes, else the running one, else boots one in a temporary folder. */
export async function findTarget(narrator: Narrator, file?: string): Promise<Target> {
  const path = file ?? join(Deno.env.get("STREAMVIBE_HOME") ?? ".local", "stack.json");
  const stack = await readStack(path, file !== undefined);
  if (stack && await answers(stack)) {
    narrator.say(`Running the demo on the stack at ${stack.api_url}`);
    return { stack, stop: () => Promise.resolve() };
  }
  if (file) throw new Error(`Cannot run the demo on ${file}: nothing answers at ${stack?.api_url}`);
  narrator.say("No stack is running: starting one for this demo …");
  const own = await bootOwn();
  narrator.say(`Running the demo on its own stack at ${own.stack.api_url}`);
  return own;
}

async function readStack(path: string, wanted: boolean): Promise<Stack | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch {
    if (wanted) throw new Error(`Cannot find a stack: there is no ${path}`);
    return undefined;
  }
  try {
    return Stack.parse(JSON.parse(text));
  } catch {
    throw new Error(`Cannot read ${path}: it does not describe a stack`);
  }
}

async function answers({ api_url }: Stack): Promise<boolean> {
  try {
    const url = `${api_url}/auth/v1/.well-known/jwks.json`;
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function bootOwn(): Promise<Target> {
  const home = await Deno.makeTempDir({ prefix: "streamvibe-demo-" });
  const remove = () => Deno.remove(home, { recursive: true }).catch(() => {});
  try {
    const stack = await startStack({
      apiPort: 0,
      dbPort: 0,
      simulatorPort: 0,
      home,
      catalog: Deno.env.get("STREAMVIBE_CATALOG") || undefined,
      seed: false,
    });
    const stop = async () => {
      await stack.stop();
      await remove();
    };
    return { stack: Stack.parse(stack.info), stop };
  } catch (error) {
    await remove();
    throw error;
  }
}

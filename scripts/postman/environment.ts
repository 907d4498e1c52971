/** The environment that a collection runs in: names from a Postman environment file, values from the target. */
import { z } from "zod";

/** The members of a Postman environment that are used here. Other members stay unchanged. */
const Environment = z.looseObject({
  name: z.string(),
  values: z.array(
    z.looseObject({ key: z.string(), value: z.string().default(""), type: z.string().optional() }),
  ),
});
export type Environment = z.infer<typeof Environment>;

/** Reads a Postman environment file; throws if the file is not one. */
export async function readEnvironment(path: string): Promise<Environment> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch {
    throw new Error(`Cannot read the environment: there is no file ${path}`);
  }
  const parsed = Environment.safeParse(parseJson(text, path));
  if (!parsed.success) throw new Error(`Cannot use ${path}: it is no Postman environment (name, values[])`);
  return parsed.data;
}

/** Fills the empty values from a stack's `stack.json`; values in the file take precedence. */
export async function fillFromStack(environment: Environment, path: string): Promise<void> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch {
    throw new Error(
      `Cannot find a running stack: there is no ${path}; run \`deno task start\`, or pass --stack`,
    );
  }
  const stack = z.looseObject({}).parse(parseJson(text, path));
  for (const entry of environment.values) {
    const value = stack[entry.key];
    if (entry.value === "" && typeof value === "string") entry.value = value;
  }
}

/** Fills the empty values from variables such as `STREAMVIBE_SECRET_KEY`, so that a workflow's secrets need no file. */
export function fillFromVariables(
  environment: Environment,
  read: (name: string) => string | undefined,
): void {
  for (const entry of environment.values) {
    if (entry.value === "") entry.value = read(`STREAMVIBE_${entry.key.toUpperCase()}`) ?? "";
  }
}

/** Throws if the environment lacks a required value, or if the target does not respond. */
export async function checkTarget(environment: Environment): Promise<void> {
  const value = (key: string) => environment.values.find((entry) => entry.key === key)?.value ?? "";
  const missing = ["api_url", "publishable_key", "secret_key"].filter((key) => value(key) === "");
  if (missing.length > 0) {
    throw new Error(`Cannot run a collection in "${environment.name}": no value for ${missing.join(", ")}`);
  }
  const url = `${value("api_url")}/auth/v1/.well-known/jwks.json`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Cannot reach the stack at ${value("api_url")}: ${reason}; run \`deno task start\` first`,
    );
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`Cannot use ${path}: it is not JSON`);
  }
}

/** The settings of a worker: its environment or, if that names no project, those of the local stack that runs in this folder. */
import { join } from "node:path";
import { z } from "zod";
import { poolerUrl, simulatorSettings } from "../local/functions/environment.ts";

const StackInfo = z.object({
  api_url: z.url(),
  db_url: z.string(),
  publishable_key: z.string(),
  secret_key: z.string(),
  simulator_url: z.url(),
});

export async function workerEnvironment(
  given: Record<string, string> = Deno.env.toObject(),
): Promise<Record<string, string>> {
  if (given.SUPABASE_URL) return given;
  const file = join(given.STREAMVIBE_HOME ?? ".local", "stack.json");
  const text = await Deno.readTextFile(file).catch(() => null);
  if (text === null) return given;
  const stack = StackInfo.parse(JSON.parse(text));
  return {
    ...simulatorSettings(stack.simulator_url),
    STREAMVIBE_POOLER_URL: poolerUrl(stack.db_url),
    ...given,
    SUPABASE_URL: stack.api_url,
    SUPABASE_SECRET_KEY: stack.secret_key,
    SUPABASE_PUBLISHABLE_KEY: stack.publishable_key,
  };
}

/** A separate stack for benchmarks: PostgreSQL with the schema, on free ports, in a temporary folder. */
import { type StackInfo, startStack } from "../local/stack.ts";

/** Runs `use` with a fresh stack, then stops and deletes the stack. */
export async function withStack<T>(
  use: (place: StackInfo) => Promise<T>,
  env: Record<string, string> = {},
): Promise<T> {
  const home = await Deno.makeTempDir({ prefix: "streamvibe-bench-" });
  const stack = await startStack({ home, env: { LOG_LEVEL: "error", ...env } });
  try {
    return await use({ ...stack.info, home });
  } finally {
    await stack.stop();
    await Deno.remove(home, { recursive: true }).catch(() => {});
  }
}

/** Returns the connection URL of the role that functions log in with. */
export function serviceUrl(db_url: string): string {
  const url = new URL(db_url);
  url.search = "?options=-c%20role%3Dservice_role";
  return url.href;
}

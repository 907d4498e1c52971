/** Boots the stack that the tests share, on free ports and in its own folder. */
import { join } from "node:path";
import { startStack } from "../local/stack.ts";
import { StackInfo } from "../test/stack.ts";

/** A stack that the runner started. `stop` ends it and deletes its folder. */
export interface BootedStack {
  info: StackInfo;
  /** Path of its stack.json, for `STREAMVIBE_TEST_STACK`. */
  file: string;
  /** Returns the responses so far that violate docs/openapi.json, one JSON line each. */
  differences(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Raised limits allow hundreds of test calls per hour; tests of the limits set small ones themselves. */
export const TEST_SETTINGS: Record<string, string> = {
  RATE_LIMIT_USER: "1000000/3600",
  RATE_LIMIT_USER_READ: "1000000/60",
  RATE_LIMIT_ANONYMOUS: "1000000/3600",
  RATE_LIMIT_PUBLIC_READ: "1000000/60",
  RATE_LIMIT_CLICK: "1000000/60",
  RATE_LIMIT_CRAWL: "1000000/60",
  RATE_LIMIT_WEBHOOK: "1000000/60",
  // A busy machine responds late, which is not what the tests are about.
  DATABASE_TIMEOUT_MS: "60000",
  // All tests share one app on each platform; quota tests use their own usage windows.
  YOUTUBE_UNITS_PER_DAY: "1000000000",
  TIKTOK_CALLS_PER_MINUTE: "1000000000",
  PLATFORM_QUOTA_PAUSE_SECONDS: "0",
  PROVIDER_RETRY_MS: "10",
};

/** More than Google's 10,000 units per day for a project: every test of a run uses the same simulated project. */
const YOUTUBE_UNITS = 10_000_000;

/**
 * Starts a stack and waits until it is ready. If it does not start, fails with its output. Responses are compared with docs/openapi.json,
 * unless the stack is used to generate that document.
 */
export async function bootStack({ comparesAnswers = true } = {}): Promise<BootedStack> {
  const home = await Deno.makeTempDir({ prefix: "streamvibe-test-" });
  const differences = join(home, "differences.ndjson");
  const env = { ...TEST_SETTINGS, ...(comparesAnswers ? { STREAMVIBE_CHECK_ANSWERS: differences } : {}) };
  const stack = await startStack({ home, env });
  const info = StackInfo.parse(stack.info);
  await fetch(`${info.simulator_url}/_admin/youtube/quota`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ limit: YOUTUBE_UNITS }),
  }).then((response) => response.body?.cancel());
  return {
    info,
    file: join(home, "stack.json"),
    async differences() {
      const text = await Deno.readTextFile(differences).catch(() => "");
      return text.split("\n").filter(Boolean);
    },
    async stop() {
      await stack.stop();
      await Deno.mkdir("test-results", { recursive: true });
      await Deno.writeTextFile("test-results/stack.log", stack.output());
      await Deno.remove(home, { recursive: true }).catch(() => {});
    },
  };
}

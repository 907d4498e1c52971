/** Boots the stack that the tests share, on free ports and in a folder of its own. */
import { join } from "node:path";
import { startStack } from "../local/stack.ts";
import { StackInfo } from "../test/stack.ts";

/** A stack that the runner started. `stop` ends it and deletes its folder. */
export interface BootedStack {
  info: StackInfo;
  /** Path of its stack.json, for `STREAMVIBE_TEST_STACK`. */
  file: string;
  /** Answers so far that are not as docs/openapi.json says, one JSON line each. */
  differences(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Limits are raised so that hundreds of test calls an hour are possible; tests of the limits set small ones themselves. */
export const TEST_SETTINGS: Record<string, string> = {
  RATE_LIMIT_USER: "1000000/3600",
  RATE_LIMIT_USER_READ: "1000000/60",
  RATE_LIMIT_ANONYMOUS: "1000000/3600",
  RATE_LIMIT_PUBLIC_READ: "1000000/60",
  RATE_LIMIT_CLICK: "1000000/60",
  RATE_LIMIT_CRAWL: "1000000/60",
  RATE_LIMIT_WEBHOOK: "1000000/60",
  // A busy machine answers late, and that is not what tests are about.
  DATABASE_TIMEOUT_MS: "60000",
  // All tests are one app to a platform; what its quota does is tested with windows of a test's own.
  YOUTUBE_UNITS_PER_DAY: "1000000000",
  TIKTOK_CALLS_PER_MINUTE: "1000000000",
  PLATFORM_QUOTA_PAUSE_SECONDS: "0",
  PROVIDER_RETRY_MS: "10",
};

/** More than Google's 10,000 units a day for a project: every test of a run draws on the same simulated project. */
const YOUTUBE_UNITS = 10_000_000;

/**
 * Starts a stack and waits until it is ready. Fails with what it printed when it does not come up. Answers are compared with
 * docs/openapi.json, unless that is what is to be made.
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

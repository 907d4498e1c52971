/** Boots the stack as a user does, through its command, on free ports and in a folder of its own. */
import { createServer } from "node:net";
import { StackInfo } from "./stack.ts";

/** A stack that the runner started. `stop` ends it and deletes its folder. */
export interface BootedStack {
  info: StackInfo;
  /** Path of its stack.json, for `STREAMVIBE_TEST_STACK`. */
  file: string;
  stop(): Promise<void>;
}

/** Limits are raised so that hundreds of test calls an hour are possible; tests of the limits set small ones themselves. */
const TEST_SETTINGS: Record<string, string> = {
  RATE_LIMIT_USER: "1000000/3600",
  RATE_LIMIT_USER_READ: "1000000/60",
  RATE_LIMIT_ANONYMOUS: "1000000/3600",
  RATE_LIMIT_PUBLIC_READ: "1000000/60",
  RATE_LIMIT_CLICK: "1000000/60",
  // All tests are one app to a platform; what its quota does is tested with windows of a test's own.
  YOUTUBE_UNITS_PER_DAY: "1000000000",
  TIKTOK_CALLS_PER_MINUTE: "1000000000",
  PLATFORM_QUOTA_PAUSE_SECONDS: "0",
  STREAMVIBE_SEED: "off",
};

/** Ports that nothing listens on. All are held open until the last is known, so that none is given twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () =>
      new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
        const server = createServer();
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => resolve(server));
      })),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Starts a stack and waits until it is ready. Fails with what it printed when it does not come up in 60 s. */
export async function bootStack(settings: Record<string, string> = {}): Promise<BootedStack> {
  const home = await Deno.makeTempDir({ prefix: "streamvibe-test-" });
  const [api, db, simulator] = await freePorts(3);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/local/cli.ts", "start"],
    env: {
      ...TEST_SETTINGS,
      STREAMVIBE_HOME: home,
      STREAMVIBE_API_PORT: String(api),
      STREAMVIBE_DB_PORT: String(db),
      STREAMVIBE_SIMULATOR_PORT: String(simulator),
      NO_COLOR: "1",
      ...settings,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  let printed = "";
  let ready = () => {};
  const isReady = new Promise<void>((resolve) => ready = resolve);
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      printed = (printed + text).slice(-200_000);
      if (/ready in [\d,]+ ms/.test(printed)) ready();
    }
  };
  const output = Promise.all([read(child.stdout), read(child.stderr)]);
  const file = `${home}/stack.json`;
  const stop = async () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
    await child.status;
    await output;
    await Deno.writeTextFile("test-results/stack.log", printed).catch(() => {});
    await Deno.remove(home, { recursive: true }).catch(() => {});
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => timer = setTimeout(() => resolve("late"), 60_000));
  const outcome = await Promise.race([isReady, child.status.then(() => "ended" as const), late]);
  clearTimeout(timer);
  if (outcome) {
    await stop();
    throw new Error(
      `Cannot boot the stack for the tests: it ${
        outcome === "late" ? "took over 60 s" : "ended"
      }\n${printed}`,
    );
  }
  return { info: StackInfo.parse(JSON.parse(await Deno.readTextFile(file))), file, stop };
}

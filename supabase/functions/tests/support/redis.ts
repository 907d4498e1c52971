/** A real Redis (Debian's `redis-server`) for tests; null if it is not installed. */
import { createServer } from "node:net";

export interface OwnRedis {
  url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  kill(): void;
}

/** Starts a Redis on a free port, without persistence. */
export async function startRedis(): Promise<OwnRedis | null> {
  const port = await freePort();
  let child: Deno.ChildProcess | undefined;
  const start = async () => {
    child = new Deno.Command("redis-server", {
      args: ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    for (const end = Date.now() + 20_000;;) {
      const connection = await Deno.connect({ port }).catch(() => null);
      if (connection) return connection.close();
      if (Date.now() > end) throw new Error("Cannot go on: redis-server does not listen");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  try {
    await start();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  const kill = () => {
    try {
      child?.kill("SIGKILL");
    } catch {
      // The process has already ended.
    }
  };
  const stop = async () => {
    kill();
    await child?.status;
  };
  return { url: `redis://127.0.0.1:${port}`, start, stop, kill };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Starts the two servers of `bench kernel` and sends them requests. */
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { serviceUrl } from "./bench_stack.ts";

/** A server in a separate process. */
export interface Server {
  /** Sends a request with a token that the server has seen before, and reads the response. */
  ask(): Promise<void>;
  /** Sends a request with a token that the server has not seen, or no longer remembers. */
  askAnew(): Promise<void>;
  /** Returns the number of database calls that the server counted for its last request. */
  databaseCalls(): Promise<number>;
  stop(): Promise<void>;
}

interface Place {
  api_url: string;
  db_url: string;
}

// The servers trust the benchmark's own key, so it can issue tokens for any number of creators.
const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
const PUBLISHABLE = "sb_publishable_bench";
/** More tokens than the kernel remembers. */
const TOKENS = 2_500;
let tokens: string[] | undefined;

async function makeTokens(): Promise<string[]> {
  return await Promise.all(
    Array.from(
      { length: TOKENS },
      () =>
        new SignJWT({ sub: crypto.randomUUID(), role: "authenticated", aud: "authenticated" })
          .setProtectedHeader({ alg: "ES256", typ: "JWT", kid: "bench" }).setIssuedAt().setExpirationTime(
            "2h",
          )
          .sign(privateKey),
    ),
  );
}

/** Starts one of the two servers, with the settings that the stack gives to functions. */
export async function startServer(system: "bare" | "kernel", place: Place): Promise<Server> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("./kernel_server.ts", import.meta.url).pathname, system],
    env: {
      SUPABASE_URL: place.api_url,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: PUBLISHABLE }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: "sb_secret_bench" }),
      SUPABASE_JWKS: JSON.stringify({
        keys: [{ ...await exportJWK(publicKey), kid: "bench", alg: "ES256" }],
      }),
      STREAMVIBE_POOLER_URL: serviceUrl(place.db_url),
      RATE_LIMIT_USER: "100000000/3600",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let printed = "";
  while (!printed.includes("\n")) {
    const { value, done } = await lines.read();
    if (done) throw new Error(`Cannot start the ${system} server: it ended`);
    printed += value;
  }
  const port = Number(/port (\d+)/.exec(printed)?.[1]);
  let logged = "";
  // Logging is part of the measured work; reading the log keeps the pipe from filling up.
  const reading = (async () => {
    for (let step = await lines.read(); !step.done; step = await lines.read()) {
      logged = (logged + step.value).slice(-5_000);
    }
  })();
  tokens ??= await makeTokens();
  const known = tokens;
  let turn = 0;
  const body = JSON.stringify({ text: "a name", count: 5 });
  const send = async (token: string | undefined) => {
    const headers = {
      authorization: `Bearer ${token}`,
      apikey: PUBLISHABLE,
      "content-type": "application/json",
    };
    const response = await fetch(`http://127.0.0.1:${port}/work`, { method: "POST", headers, body });
    const answer = await response.text();
    if (response.status !== 200) {
      throw new Error(`Cannot measure ${system}: it answered ${response.status} ${answer}`);
    }
  };
  const server: Server = {
    ask: () => send(known[0]),
    askAnew: () => send(known[++turn % TOKENS]),
    async databaseCalls() {
      await server.ask();
      const end = performance.now() + 2_000;
      while (!logged.includes("db_calls") && performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return Number(/"db_calls":(\d+)/.exec(logged)?.[1] ?? Number.NaN);
    },
    async stop() {
      child.kill("SIGTERM");
      await child.status;
      await reading.catch(() => {});
    },
  };
  return server;
}

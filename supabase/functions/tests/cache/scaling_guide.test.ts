/** Runs the configurations of docs/scaling.md as written, with the real programs on other ports. Skipped if a program is not installed. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { createCreator, testStack } from "../../../../scripts/test/stack.ts";
import { closeConnections, createAdmin } from "../../_shared/database/database.ts";
import { stackSettings } from "../support/stack_settings.ts";

const has = (program: string) =>
  new Deno.Command("sh", { args: ["-c", `PATH=$PATH:/usr/sbin command -v ${program}`], stdout: "null" })
    .outputSync().success;
const guide = await Deno.readTextFile("docs/scaling.md");
const block = (name: string) => {
  const [, text] = new RegExp(`\`\`\`\\w+ ${name.replace(".", "\\.")}\\n(.*?)\`\`\``, "s").exec(guide) ?? [];
  assert.ok(text, `docs/scaling.md has no ${name}`);
  return text;
};

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Runs a program in its own folder until `use` has ended. */
async function running(
  program: string,
  args: string[],
  files: Record<string, string>,
  port: number,
  use: () => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  // PgBouncer refuses to run as root, so it runs as `nobody`.
  await Deno.chmod(folder, 0o777);
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
  const child = new Deno.Command("sh", {
    args: ["-c", `PATH=$PATH:/usr/sbin exec ${program} ${args.join(" ")}`],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  try {
    for (const end = Date.now() + 20_000;;) {
      const connection = await Deno.connect({ port }).catch(() => null);
      if (connection) {
        connection.close();
        break;
      }
      if (Date.now() > end) {
        child.kill("SIGKILL");
        assert.fail(`${program} does not listen: ${await errors}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await use();
  } finally {
    child.kill("SIGTERM");
    await child.status;
    await errors;
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name:
    "with the guide's pgbouncer.ini, a hundred concurrent calls of the functions' own client share a small pool",
  ignore: !has("pgbouncer"),
  fn: async () => {
    const [{ db_url }, port] = [await testStack(), await freePort()];
    const database = new URL(db_url);
    const ini = block("pgbouncer.ini").replace("port=5432", `port=${database.port}`).replace(
      "listen_port = 6543",
      `listen_port = ${port}`,
    )
      .replace("default_pool_size = 20", "default_pool_size = 3");
    const users = `"postgres" "${decodeURIComponent(database.password)}"\n`;
    const user = Deno.uid() === 0 ? ["-u", "nobody"] : [];
    await running(
      "pgbouncer",
      [...user, "pgbouncer.ini"],
      { "pgbouncer.ini": ini, "userlist.txt": users },
      port,
      async () => {
        const url = `postgres://postgres:${database.password}@127.0.0.1:${port}/postgres`;
        const admin = createAdmin(
          await stackSettings("pooler", { STREAMVIBE_POOLER_URL: url, DATABASE_POOL_SIZE: "20" }),
        );
        const answers = await Promise.all(Array.from({ length: 100 }, () => admin.call("browse_categories")));
        assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
        assert.ok(JSON.stringify(answers[0]).includes("music"));
        await closeConnections();
      },
    );
  },
});

Deno.test({
  name: "redis-server starts with the guide's redis.conf and its eviction policy",
  ignore: !has("redis-server"),
  fn: async () => {
    const port = await freePort();
    await running(
      "redis-server",
      ["redis.conf"],
      { "redis.conf": block("redis.conf").replace("port 6379", `port ${port}`) },
      port,
      async () => {
        const connection = await Deno.connect({ port });
        await connection.write(new TextEncoder().encode("CONFIG GET maxmemory-policy\r\n"));
        const buffer = new Uint8Array(200);
        await connection.read(buffer);
        assert.match(new TextDecoder().decode(buffer), /volatile-lru/);
        connection.close();
      },
    );
  },
});

Deno.test({
  name:
    "the guide's nginx.conf caches public reads, never personal responses, and limits a flood of requests",
  ignore: !has("nginx"),
  fn: async () => {
    const [{ api_url }, port, viewer, other] = [
      await testStack(),
      await freePort(),
      await createCreator(),
      await createCreator(),
    ];
    const server = block("nginx.conf").replaceAll("http://127.0.0.1:54321", api_url).replace(
      "127.0.0.1:8080",
      `127.0.0.1:${port}`,
    );
    const conf = `daemon off;\n${
      Deno.uid() === 0 ? "user root;\n" : ""
    }pid nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${server}}\n`;
    await running(
      "nginx",
      ["-p", "$PWD", "-c", "$PWD/nginx.conf"],
      { "nginx.conf": conf },
      port,
      async () => {
        const get = async (path: string, token?: string) => {
          const response = await fetch(`http://127.0.0.1:${port}${path}`, {
            headers: token ? { authorization: `Bearer ${token}` } : {},
          });
          return {
            status: response.status,
            cache: response.headers.get("x-cache"),
            text: await response.text(),
          };
        };
        const listed = `/functions/v1/browse-content?limit=${1 + Math.floor(Math.random() * 90)}`;
        const answers = [];
        for (let n = 0; n < 6; n++) answers.push(await get(listed));
        assert.ok(answers.every(({ status }) => status === 200), JSON.stringify(answers[0]));
        assert.ok(
          answers.some(({ cache }) => cache === "HIT" || cache === "STALE" || cache === "UPDATING"),
          answers.map(({ cache }) => cache).join(),
        );
        // The same URL, requested by two users and anonymously.
        const follows = "/functions/v1/list-follows";
        await viewer.call("follow", { category: "music" });
        assert.ok((await get(follows, viewer.token)).text.includes("music"));
        assert.ok(!(await get(follows, other.token)).text.includes("music"));
        assert.equal((await get(follows)).status, 401);
        assert.ok((await get("/functions/v1/feed-home", viewer.token)).cache !== "HIT");
        const flood = await Promise.all(Array.from({ length: 150 }, () => get(listed)));
        assert.ok(flood.some(({ status }) => status === 429));
      },
    );
  },
});

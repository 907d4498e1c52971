/** Start, stop, kill, and everything that can prevent a start. Each test uses its own stacks, one after another. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { join } from "node:path";
import postgres from "postgres";
import { ROOT } from "./home/settings.ts";
import { type Stack, startStack } from "./stack.ts";

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "streamvibe-lifecycle-" });
  // Otherwise PostgreSQL's user could not enter, and the database would be stored elsewhere; another test covers that.
  await Deno.chmod(folder, 0o755);
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs one of the stack's commands and waits for it to end. */
async function command(args: string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(ROOT, "scripts/local/cli.ts"), ...args],
    env: {
      STREAMVIBE_API_PORT: "0",
      STREAMVIBE_DB_PORT: "0",
      STREAMVIBE_SIMULATOR_PORT: "0",
      STREAMVIBE_SEED: "off",
      NO_COLOR: "1",
      ...env,
    },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out: out ?? "", err: err ?? "" };
}

/** Returns the command lines of living processes that belong to the home. */
async function processesOf(home: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-axww", "-o", "stat=,args="] }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((line) =>
    line.includes(home) && !line.startsWith("Z")
  );
}

async function eventually(look: () => Promise<boolean>): Promise<boolean> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await look()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

async function query(stack: Stack, text: string) {
  const sql = postgres(stack.info.db_url, { max: 1, onnotice: () => {} });
  try {
    return await sql.unsafe(text);
  } finally {
    await sql.end();
  }
}

/** Asserts that all parts of the stack respond. */
async function assertWorks(stack: Stack): Promise<void> {
  const { api_url, publishable_key, simulator_url } = stack.info;
  const headers = { apikey: publishable_key };
  for (
    const url of [
      `${api_url}/rest/v1/platform?select=slug`,
      `${api_url}/auth/v1/settings`,
      `${api_url}/functions/v1/health`,
    ]
  ) {
    const response = await fetch(url, { headers });
    assert.equal(response.status, 200, `${url}: ${await response.text()}`);
  }
  assert.ok((await fetch(`${simulator_url}/_admin/requests`)).ok);
}

Deno.test("the first start creates everything, a later start reuses it, stop leaves no process and reset no file", async () => {
  await withFolder(async (folder) => {
    const home = join(folder, "home");
    let stack = await startStack({ home });
    const { info } = stack;
    assert.match(stack.output(), /made the database[^]*applied \d+ migrations[^]*ready in \d+ ms/);
    await assertWorks(stack);
    await query(stack, "create table public.kept (id integer); insert into public.kept values (7)");
    assert.equal(
      ((await Deno.stat(join(home, "stack.json"))).mode ?? 0) & 0o077,
      0,
      "only the owner can read the keys",
    );

    const status = await command(["status", "--json"], { STREAMVIBE_HOME: home });
    assert.deepEqual([status.code, JSON.parse(status.out)], [0, info]);
    const second = await command(["start"], { STREAMVIBE_HOME: home });
    assert.equal(second.code, 1);
    assert.match(second.err, new RegExp(`already runs in ${home}[^]*${info.api_url}`));
    const elsewhere = await command(["start"], {
      STREAMVIBE_HOME: join(folder, "other"),
      STREAMVIBE_API_PORT: String(info.ports.api),
    });
    assert.equal(elsewhere.code, 1);
    assert.match(elsewhere.err, new RegExp(`port ${info.ports.api}.*cli.ts start.*STREAMVIBE_API_PORT`));
    assert.deepEqual(await processesOf(join(folder, "other")), [], "a failed start leaves no process");

    assert.equal((await command(["stop"], { STREAMVIBE_HOME: home })).code, 0);
    assert.equal((await stack.status).code, 0);
    assert.deepEqual(await processesOf(home), []);
    const stopped = await command(["status"], { STREAMVIBE_HOME: home });
    assert.deepEqual([stopped.code, stopped.err.trim()], [1, `Nothing runs in ${home}`]);

    stack = await startStack({ home, apiPort: info.ports.api });
    assert.doesNotMatch(stack.output(), /made the database|applied/);
    assert.deepEqual([stack.info.secret_key, stack.info.api_url], [info.secret_key, info.api_url]);
    assert.deepEqual([...await query(stack, "select id from public.kept")], [{ id: 7 }]);
    await assertWorks(stack);

    assert.equal((await command(["reset"], { STREAMVIBE_HOME: home })).code, 0);
    await stack.status;
    assert.deepEqual(await processesOf(home), []);
    await assert.rejects(Deno.stat(home), Deno.errors.NotFound);
  });
});

Deno.test("after a kill of all or some processes, no committed row is lost and no process is left over", async () => {
  await withFolder(async (folder) => {
    const home = join(folder, "home");
    let stack = await startStack({ home });
    await query(stack, "create table public.kept (id integer primary key)");
    const rows = async () =>
      (await query(stack, "select id from public.kept order by id")).map(({ id }) => id);

    await assertWorks(stack);
    await query(stack, "insert into public.kept values (1)");
    await stack.kill9();
    stack = await startStack({ home });
    assert.deepEqual(await rows(), [1], "after kill -9 of every process");

    await assertWorks(stack);
    await query(stack, "insert into public.kept values (2)");
    Deno.kill(stack.info.pid, "SIGKILL");
    await stack.status;
    assert.ok(
      await eventually(async () => (await processesOf(home)).length === 0),
      "children end with the main process",
    );
    stack = await startStack({ home });
    assert.deepEqual(await rows(), [1, 2], "after kill -9 of the main process");

    // A server that does not notice the kill, because its tether is dead as well.
    await query(stack, "insert into public.kept values (3)");
    const children = JSON.parse(await Deno.readTextFile(join(home, "children.json"))) as {
      pid: number;
      name: string;
    }[];
    const shell = children.find(({ name }) => name === "postgres")?.pid ?? 0;
    Deno.kill(stack.info.pid, "SIGSTOP");
    const { stdout } = await new Deno.Command("ps", { args: ["-o", "pid=,pgid=,args=", "-ax"] }).output();
    for (const line of new TextDecoder().decode(stdout).split("\n")) {
      const [, pid, group, args] = line.match(/^\s*(\d+)\s+(\d+)\s+(.*)$/) ?? [];
      if (Number(group) === shell && args?.startsWith("/bin/sh")) Deno.kill(Number(pid), "SIGKILL");
    }
    Deno.kill(stack.info.pid, "SIGKILL");
    await stack.status;
    assert.match((await processesOf(home)).join("\n"), /postgres -D/, "the server outlived the stack");
    stack = await startStack({ home });
    assert.match(stack.output(), /ended leftovers of a killed stack: .*postgres/);
    assert.deepEqual(await rows(), [1, 2, 3]);
    await stack.stop();
    assert.deepEqual(await processesOf(home), []);
  });
});

Deno.test("a part that ends unexpectedly ends the stack with a message and an exit code", async () => {
  await withFolder(async (folder) => {
    const home = join(folder, "home");
    for (const part of ["simulators", "postgres"]) {
      const stack = await startStack({ home });
      const children = JSON.parse(await Deno.readTextFile(join(home, "children.json"))) as {
        pid: number;
        name: string;
      }[];
      const pid = part === "postgres"
        ? Number((await Deno.readTextFile(join(await databaseOf(home), "postmaster.pid"))).split("\n")[0])
        : children.find(({ name }) => name === part)?.pid ?? 0;
      Deno.kill(pid, "SIGKILL");
      const { code } = await stack.status;
      assert.notEqual(code, 0, part);
      assert.match(stack.output(), new RegExp(`${part} ended unexpectedly`));
      assert.deepEqual(await processesOf(home), []);
    }
  });
});

async function databaseOf(home: string): Promise<string> {
  const { database_place } = JSON.parse(await Deno.readTextFile(join(home, "home.json")));
  return join(database_place ?? home, "database");
}

Deno.test("a home that only root can enter works, and reset removes the database that was stored elsewhere", {
  ignore: Deno.uid() !== 0,
}, async () => {
  await withFolder(async (folder) => {
    await Deno.chmod(folder, 0o700);
    const home = join(folder, "home");
    const stack = await startStack({ home });
    await assertWorks(stack);
    const place = join(await databaseOf(home), "..");
    assert.ok(!place.startsWith(folder), "PostgreSQL's user cannot enter the home");
    await stack.stop();
    assert.equal((await command(["reset"], { STREAMVIBE_HOME: home })).code, 0);
    await assert.rejects(Deno.stat(place), Deno.errors.NotFound);
  });
});

Deno.test("a start that cannot proceed reports the cause and how to fix it", async () => {
  await withFolder(async (folder) => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    try {
      const home = join(folder, "home");
      for (const name of ["STREAMVIBE_DB_PORT", "STREAMVIBE_SIMULATOR_PORT"]) {
        const { code, err } = await command(["start"], { STREAMVIBE_HOME: home, [name]: String(port) });
        assert.equal(code, 1);
        assert.match(err, new RegExp(`port ${port}: process ${Deno.pid} .*${name}=`), name);
      }
    } finally {
      server.close();
    }
    await Deno.writeTextFile(join(folder, "somebody's.txt"), "precious");
    const foreign = await command(["start"], { STREAMVIBE_HOME: folder });
    assert.match(foreign.err, /not empty.*STREAMVIBE_HOME/);
    const reset = await command(["reset"], { STREAMVIBE_HOME: folder });
    assert.equal(reset.code, 1);
    assert.match(reset.err, /not a stack's home/);
    assert.equal(await Deno.readTextFile(join(folder, "somebody's.txt")), "precious");
    const cases: [string[], Record<string, string>, RegExp][] = [
      [["start", "--fast"], {}, /"--fast"[^]*deno task start/],
      [["begin"], {}, /"begin"/],
      [["start"], { STREAMVIBE_API_PORT: "http" }, /STREAMVIBE_API_PORT.*"http"/],
      [
        ["start"],
        { STREAMVIBE_API_PORT: "61999", STREAMVIBE_DB_PORT: "61999" },
        /must differ, got 61999, 61999/,
      ],
      [["start"], { STREAMVIBE_HOME: "/proc/home" }, /home in \/proc\/home: .*STREAMVIBE_HOME/],
      [["start"], { STREAMVIBE_SEED: "maybe" }, /STREAMVIBE_SEED.*"maybe"/],
      [["start"], { STREAMVIBE_CATALOG: "/nowhere.gz" }, /STREAMVIBE_CATALOG.*\/nowhere\.gz/],
    ];
    for (const [args, env, message] of cases) {
      const { code, err } = await command(args, { STREAMVIBE_HOME: join(folder, "none"), ...env });
      assert.notEqual(code, 0);
      assert.match(err, message);
    }
    assert.equal((await command(["--help"], {})).code, 0);
  });
});

Deno.test("the first start creates a demo creator who can sign in; if that fails, the start fails", async () => {
  await withFolder(async (folder) => {
    const home = join(folder, "home");
    const failing = startStack({ home, seed: true, env: { RATE_LIMIT_USER: "1/3600" } });
    await assert.rejects(
      failing,
      /Cannot make the demo data: Connect YouTube.*rate_limited[^]*STREAMVIBE_SEED=off/,
    );
    assert.deepEqual(await processesOf(home), []);

    const stack = await startStack({ home, seed: true });
    const { api_url, publishable_key, demo } = stack.info;
    assert.ok(stack.output().includes(`${demo?.email} / ${demo?.password}`));
    const signedIn = await fetch(`${api_url}/auth/v1/token?grant_type=password`, {
      method: "POST",
      headers: { apikey: publishable_key, "content-type": "application/json" },
      body: JSON.stringify(demo),
    });
    const { access_token } = await signedIn.json();
    const library = await fetch(`${api_url}/rest/v1/content_item?select=title`, {
      headers: { apikey: publishable_key, authorization: `Bearer ${access_token}` },
    });
    assert.equal((await library.json()).length, 100);
    await stack.stop();

    const again = await startStack({ home, seed: true });
    assert.doesNotMatch(again.output(), /demo data/);
    assert.deepEqual(again.info.demo, demo);
    await again.stop();
  });
});

Deno.test("logs contain no secrets", async () => {
  await withFolder(async (folder) => {
    const home = join(folder, "home");
    const stack = await startStack({ home });
    await query(stack, "select vault.create_secret('find-me-nowhere', 'probe')");
    await query(stack, "select 'find-me-nowhere'::integer").catch(() => {});
    await query(stack, "alter role anon password 'find-me-nowhere'").catch(() => {});
    await assertWorks(stack);
    await stack.stop();
    const keys = JSON.parse(await Deno.readTextFile(join(home, "keys.json")));
    const secrets = [
      "find-me-nowhere",
      keys.secret_key,
      keys.database_password,
      keys.internal_database_password,
      keys.vault_key,
    ];
    for await (const { name } of Deno.readDir(join(home, "logs"))) {
      const text = await Deno.readTextFile(join(home, "logs", name));
      for (const secret of secrets) assert.ok(!text.includes(secret), `${name} holds a secret`);
    }
  });
});

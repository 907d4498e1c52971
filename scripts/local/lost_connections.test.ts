import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

const message = (type: string, body: number[]) => [type.charCodeAt(0), 0, 0, 0, 4 + body.length, ...body];

/** A database that lets everybody in and goes when it is asked the first thing. */
async function vanishingDatabase() {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(Uint8Array.from([...message("R", [0, 0, 0, 0]), ...message("Z", ["I".charCodeAt(0)])]));
      socket.once("data", () => socket.resetAndDestroy());
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

/** What becomes of a process that asks this database something. */
async function asking(port: number, prologue: string): Promise<{ code: number; printed: string }> {
  const script = `
    import postgres from "postgres";
    import { outliveLostConnections } from "${new URL("lost_connections.ts", import.meta.url)}";
    ${prologue}
    const sql = postgres("postgresql://u@127.0.0.1:${port}/d", { max: 1 });
    sql\`select 1\`.catch(() => {});
    setTimeout(() => { console.log("still here"); Deno.exit(0); }, 1_000);`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, script);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--config", config, file],
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    return { code, printed: decoder.decode(stdout) + decoder.decode(stderr) };
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("a database that goes while a connection is being made does not take the process with it", async () => {
  const database = await vanishingDatabase();
  try {
    const bare = await asking(database.port, "");
    assert.equal(bare.code, 1, "the driver alone would not survive; then this guard may go");
    const guarded = await asking(database.port, "outliveLostConnections();");
    assert.deepEqual([guarded.code, guarded.printed.trim()], [0, "still here"]);
    const other = await asking(
      database.port,
      "outliveLostConnections(); Promise.reject(new Error('of another kind'));",
    );
    assert.equal(other.code, 1);
    assert.match(other.printed, /of another kind/);
  } finally {
    database.close();
  }
});

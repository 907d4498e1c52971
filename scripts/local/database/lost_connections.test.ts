import assert from "node:assert/strict";
import { vanishingDatabase } from "../../test/vanishing_database.ts";

/** Runs a process that queries this database; returns its exit code and output. */
async function asking(url: string, prologue: string): Promise<{ code: number; printed: string }> {
  const script = `
    import postgres from "postgres";
    import { outliveLostConnections } from "${new URL("lost_connections.ts", import.meta.url)}";
    ${prologue}
    const sql = postgres("${url}", { max: 1 });
    sql\`select 1\`.catch(() => {});
    setTimeout(() => { console.log("still here"); Deno.exit(0); }, 1_000);`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, script);
    const config = new URL("../../../deno.json", import.meta.url).pathname;
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

Deno.test("a database that disappears during a connection attempt does not end the process; other unhandled errors do", async () => {
  const database = await vanishingDatabase();
  try {
    const bare = await asking(database.url, "");
    assert.equal(bare.code, 1, "the driver alone survived: this guard can be removed");
    const guarded = await asking(database.url, "outliveLostConnections();");
    assert.deepEqual([guarded.code, guarded.printed.trim()], [0, "still here"]);
    const other = await asking(
      database.url,
      "outliveLostConnections(); Promise.reject(new Error('of another kind'));",
    );
    assert.equal(other.code, 1);
    assert.match(other.printed, /of another kind/);
  } finally {
    database.close();
  }
});

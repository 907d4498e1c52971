/**
 * A process of its own that asks a cache: `deno run -A asking_process.ts <key> <asks> <milliseconds that a computation takes>`. Says
 * `ready`, begins when it is sent a line, says `computing` for each computation, and at the end how many values came, as JSON.
 */
import { Cache } from "../../_shared/cache/cache.ts";
import { PostgresStore } from "../../_shared/cache/postgres_store.ts";
import { closeConnections, createAdmin } from "../../_shared/database/database.ts";
import { stackSettings } from "../support/stack_settings.ts";
import * as z from "zod";

const [key = "", asks = "1", took_ms = "0"] = Deno.args;
const admin = createAdmin(await stackSettings("pooler"));
const cache = new Cache();
await admin.call("get_cache_changes");
console.log("ready");
await Deno.stdin.read(new Uint8Array(16));
let computed = 0;
const given = await Promise.all(
  Array.from({ length: Number(asks) }, () =>
    cache.get(new PostgresStore(admin), {
      key,
      schema: z.string(),
      compute: async () => {
        computed += 1;
        console.log("computing");
        await new Promise((resolve) => setTimeout(resolve, Number(took_ms)));
        return { value: `by ${Deno.pid}`, tags: [] };
      },
    })),
);
console.log(JSON.stringify({ computed, values: [...new Set(given.map(({ value }) => value))] }));
// The answers are there; what is still under way is the keeping.
addEventListener("unload", () => void closeConnections());

/**
 * A separate process that reads through a cache: `deno run -A asking_process.ts <key> <asks> <milliseconds per computation>`. Prints `ready`,
 * starts when it receives a line, prints `computing` for each computation, and finally prints, as JSON, the number of computations, the longest
 * wait and the distinct values. With `REDIS_URL` it uses that Redis.
 */
import { Cache } from "../../_shared/cache/cache.ts";
import { storeOf } from "../../_shared/cache/shared.ts";
import { createAdmin } from "../../_shared/database/database.ts";
import { stackSettings } from "../support/stack_settings.ts";
import * as z from "zod";

const [key = "", asks = "1", took_ms = "0"] = Deno.args;
const settings = { ...await stackSettings("pooler"), REDIS_URL: Deno.env.get("REDIS_URL") };
const admin = createAdmin(settings);
const cache = new Cache();
await admin.call("get_cache_changes");
console.log("ready");
await Deno.stdin.read(new Uint8Array(16));
let computed = 0;
let longest_ms = 0;
const began = performance.now();
const given = await Promise.all(
  Array.from({ length: Number(asks) }, () =>
    cache.get(storeOf(settings, admin), {
      key,
      schema: z.string(),
      compute: async () => {
        computed += 1;
        console.log("computing");
        await new Promise((resolve) => setTimeout(resolve, Number(took_ms)));
        return { value: `by ${Deno.pid}`, tags: [] };
      },
    }).finally(() => longest_ms = performance.now() - began)),
);
console.log(JSON.stringify({ computed, longest_ms, values: [...new Set(given.map(({ value }) => value))] }));
// All answers have arrived; a background computation and the storing of its result may still be running.
setTimeout(() => Deno.exit(0), Number(took_ms) + 500);

/**
 * Writes postman/shared.js into every collection, as the script that runs before each request: Postman collections
 * cannot import. With `--check` it writes nothing and names the collections whose copy has drifted.
 */
import { z } from "zod";

const FOLDER = new URL("../../postman/", import.meta.url);
const Collection = z.looseObject({
  event: z.array(z.looseObject({
    listen: z.string(),
    script: z.looseObject({ type: z.string(), exec: z.array(z.string()) }),
  })),
});

/** The collections whose script is not the present postman/shared.js; their files are rewritten when `write` is set. */
export async function embedShared(write: boolean): Promise<string[]> {
  const shared = (await Deno.readTextFile(new URL("shared.js", FOLDER))).trimEnd().split("\n");
  const drifted: string[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (!name.endsWith(".postman_collection.json")) continue;
    const file = new URL(name, FOLDER);
    const collection: z.infer<typeof Collection> = JSON.parse(await Deno.readTextFile(file));
    // Only looked at, not taken: a parsed copy would have its members in another order.
    Collection.parse(collection);
    const event = collection.event.find(({ listen }) => listen === "prerequest");
    if (!event) {
      throw new Error(`Cannot embed postman/shared.js: ${name} has no pre-request script of its own`);
    }
    if (event.script.exec.join("\n") === shared.join("\n")) continue;
    drifted.push(name);
    event.script.exec = shared;
    if (write) await Deno.writeTextFile(file, JSON.stringify(collection, null, 2) + "\n");
  }
  return drifted.sort();
}

if (import.meta.main) {
  const check = Deno.args.includes("--check");
  const drifted = await embedShared(!check);
  for (const name of drifted) {
    console.log(check ? `${name} has an old copy of postman/shared.js` : `${name} rewritten`);
  }
  if (check && drifted.length > 0) Deno.exit(1);
}

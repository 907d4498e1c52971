/** Runs each recipe of the README, unchanged, against the stack. */
import assert from "node:assert/strict";
import { testStack } from "../../../scripts/test/stack.ts";
import { ConnectedAccount } from "../../../supabase/functions/tests/support/connected_account.ts";
import { publicCreator } from "../../../supabase/functions/tests/support/public_creator.ts";
import { createStreamVibe } from "../src/index.ts";

const README = new URL("../README.md", import.meta.url);
const FOLDER = new URL("./recipes/", import.meta.url);
const RECIPE = /^### (\d+)\. (.+)\n[\s\S]*?^```ts\n([\s\S]*?)^```$/gm;
const WORLD = ["url", "publishableKey", "email", "password", "supabase", "streamvibe", "accountId", "itemId"];

/** What each recipe must print. */
const PRINTED: Record<number, RegExp> = {
  1: /^signed in with 1 account/,
  2: /^to accounts\.google\.com|^to 127\.0\.0\.1|^to localhost/,
  3: /^100 %: 12 new of 12 seen$/m,
  4: /^completed 100 %/m,
  5: /^[0-9a-f-]{36} \S/m,
  6: /^(?:.+\n){4}.+$/,
  7: /undone_fields/,
  8: /^gone: Cannot find the job/,
  9: /^stopped: enough after \d+/,
  10: /^asked once$/,
  11: /^\S.* \S/m,
  12: /^1 told$/,
};

Deno.test("every recipe in the client's README runs unchanged", async (t) => {
  const stack = await testStack();
  await using own = await ConnectedAccount.create("youtube", { items: 12 });
  await publicCreator(5);
  const { creator, social_account_id } = own;
  const world: Record<string, unknown> = {
    url: stack.api_url,
    publishableKey: stack.publishable_key,
    email: creator.email,
    password: creator.password,
    supabase: creator.client,
    streamvibe: createStreamVibe(creator.client),
    accountId: social_account_id,
  };
  const recipes = [...(await Deno.readTextFile(README)).matchAll(RECIPE)];
  assert.equal(recipes.length, Object.keys(PRINTED).length);
  await Deno.mkdir(FOLDER, { recursive: true });
  try {
    for (const [, number = "", title = "", code = ""] of recipes) {
      await t.step({
        name: title,
        fn: async () => {
          // Recipe 3 syncs the first items.
          const [item] = await own
            .sql`select id from public.content_item where user_id = ${creator.id} order by id limit 1`;
          world.itemId = item?.id;
          const printed = await run(Number(number), code, world);
          assert.match(printed, PRINTED[Number(number)] ?? /never/, `recipe ${number}`);
        },
        sanitizeOps: false,
        sanitizeResources: false,
      });
    }
  } finally {
    await Deno.remove(FOLDER, { recursive: true });
    await creator.client.removeAllChannels();
  }
});

/** Runs a recipe with its own imports and the variables that the README assumes. Returns its output. */
async function run(number: number, code: string, world: Record<string, unknown>): Promise<string> {
  const file = new URL(`recipe_${number}.ts`, FOLDER);
  await Deno.writeTextFile(file, moduleOf(code));
  const { default: recipe } = await import(file.href) as {
    default(world: Record<string, unknown>): Promise<void>;
  };
  const lines: string[] = [];
  const { log } = console;
  console.log = (...values: unknown[]) =>
    lines.push(values.map((value) => typeof value === "string" ? value : JSON.stringify(value)).join(" "));
  try {
    await recipe(world);
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}

function moduleOf(code: string): string {
  const lines = code.split("\n");
  const imports = lines.filter((line) => line.startsWith("import "));
  const rest = lines.filter((line) => !line.startsWith("import "));
  const declared = new Set([...rest.join("\n").matchAll(/^const \{?\s*(\w+)/gm)].map(([, name]) => name));
  const given = WORLD.filter((name) => !declared.has(name));
  return `${imports.join("\n")}
export default async function (world) {
  const { ${given.join(", ")} } = world;
  ${rest.join("\n  ")}
}
`;
}

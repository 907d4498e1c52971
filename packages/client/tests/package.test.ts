/** The package as users install it. */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import ts from "typescript";
import { createCreator, testStack } from "../../../scripts/test/stack.ts";
import { buildClient } from "../../../scripts/client/build.ts";

const LIMIT = 15_000;

let built: ReturnType<typeof buildClient> | undefined;
const build = () => built ??= buildClient();

/** Creates an unrelated project folder with the built package and supabase-js in node_modules. */
async function installed(): Promise<string> {
  const root = await Deno.makeTempDir({ prefix: "streamvibe-client-" });
  const target = join(root, "node_modules/@streamvibe/client");
  await Deno.mkdir(join(target, "dist"), { recursive: true });
  for (const [path, text] of Object.entries(await build())) {
    await Deno.writeTextFile(join(target, path.replace("packages/client/", "")), text);
  }
  await Deno.copyFile("packages/client/package.json", join(target, "package.json"));
  await Deno.symlink(resolve("node_modules/@supabase"), join(root, "node_modules/@supabase"));
  await Deno.writeTextFile(join(root, "package.json"), '{ "type": "module" }');
  return root;
}

Deno.test("the built package is one small ES module without runtime-specific code", async () => {
  const files = await build();
  const code = files["packages/client/dist/index.js"] ?? "";
  const size = gzipSync(code, { level: 9 }).byteLength;
  console.log(`index.js: ${code.length} bytes, ${size} gzip`);
  assert.ok(size > 0 && size <= LIMIT, `${size} bytes gzip, ${LIMIT} at most`);
  assert.doesNotMatch(code, /\bDeno\b|\bnode:|\bprocess\b|\brequire\(/);
  assert.doesNotMatch(code, /from "(?!@supabase\/supabase-js")/);
});

Deno.test("Node 20 imports the package and calls the stack with it", async () => {
  const root = await installed();
  try {
    const { api_url, publishable_key } = await testStack();
    const { email, password } = await createCreator();
    await Deno.writeTextFile(
      join(root, "app.js"),
      `import { createClient } from "@supabase/supabase-js";
      import { createStreamVibe, isProblem } from "@streamvibe/client";
      const supabase = createClient(${JSON.stringify(api_url)}, ${JSON.stringify(publishable_key)}, {
        auth: { autoRefreshToken: false },
        // Node 20 has no WebSocket, and supabase-js will not begin without one.
        realtime: { transport: class {} },
      });
      await supabase.auth.signInWithPassword(${JSON.stringify({ email, password })});
      const streamvibe = createStreamVibe(supabase);
      console.log((await streamvibe.call("get-ai-costs")).total_cents);
      await streamvibe.call("job-status", { job_id: crypto.randomUUID() }).catch((error) => console.log(isProblem(error, "not_found")));
      process.exit(0);`,
    );
    const { code, stdout, stderr } = await new Deno.Command("node", { args: ["app.js"], cwd: root }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.equal(new TextDecoder().decode(stdout), "0\ntrue\n");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("in another project, TypeScript infers the input and output of calls and rejects wrong ones", async () => {
  const root = await installed();
  try {
    const file = join(root, "app.ts");
    await Deno.writeTextFile(
      file,
      `import { createStreamVibe, type Output, type Row } from "@streamvibe/client";
      declare const supabase: Parameters<typeof createStreamVibe>[0];
      const streamvibe = createStreamVibe(supabase);
      const title: string = (await streamvibe.call("get-trending", { period: "week" })).trending_items[0]!.title;
      const id: Row<"content_item">["id"] = "text";
      const status: Output<"job-status">["status"] = "completed";
      const found: string[] = (await streamvibe.rpc("search_library", { p_query: "x" })).map((row) => row.id ?? "");
      for await (const item of streamvibe.items("search-content", { q: "x" })) item.title_html satisfies string;
      for await (const { progress } of streamvibe.sync("id")) progress satisfies number | null;
      export { found, id, status, title };
      // @ts-expect-error: there is no such period
      await streamvibe.call("get-trending", { period: "year" });
      // @ts-expect-error: there is no such function
      await streamvibe.call("get-nothing");`,
    );
    const program = ts.createProgram([file], {
      strict: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
      types: [],
      skipLibCheck: true,
    });
    const faults = ts.getPreEmitDiagnostics(program).map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, "\n")
    );
    assert.deepEqual(faults, []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

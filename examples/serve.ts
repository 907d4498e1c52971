/** `deno task example`: serves examples/page on port 3000, with the modules that it imports bundled beside it. */
import * as esbuild from "esbuild";

/** What the page asks for below `vendor/`, and where it comes from. */
const MODULES: Record<string, string> = {
  "supabase-js.js": "@supabase/supabase-js",
  "streamvibe.js": "./packages/client/src/index.ts",
};

/** A module as one file for browsers; `undefined` if the page has none by that name. */
export async function vendor(name: string): Promise<string | undefined> {
  const entry = MODULES[name];
  if (!entry) return undefined;
  const { outputFiles } = await esbuild.build({
    stdin: { contents: `export * from "${entry}";`, resolveDir: Deno.cwd() },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: Object.values(MODULES).filter((other) => other !== entry),
  });
  return outputFiles[0]?.text;
}

/** Answers as a web server with the page's folder does. */
export async function servePage(path: string): Promise<{ body: string; type: string } | undefined> {
  if (path === "/") {
    return { body: await Deno.readTextFile("examples/page/index.html"), type: "text/html; charset=utf-8" };
  }
  const module = path.startsWith("/vendor/") ? await vendor(path.slice("/vendor/".length)) : undefined;
  return module === undefined ? undefined : { body: module, type: "text/javascript; charset=utf-8" };
}

if (import.meta.main) {
  Deno.serve({ port: 3000, hostname: "127.0.0.1" }, async (request) => {
    const found = await servePage(new URL(request.url).pathname);
    return found
      ? new Response(found.body, { headers: { "content-type": found.type } })
      : new Response(null, { status: 404 });
  });
}

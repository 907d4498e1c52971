/** `deno task example`: serves examples/page on port 3000, with bundles of the modules that it imports. */
import * as esbuild from "esbuild";

/** Files that the page requests below `vendor/`, with their sources. */
const MODULES: Record<string, string> = {
  "supabase-js.js": "@supabase/supabase-js",
  "streamvibe.js": "./packages/client/src/index.ts",
};

/** Returns a module bundled into one file for browsers; `undefined` if the page uses none by that name. */
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

/** Returns the file for a path, as a web server for the page's folder would; `undefined` if there is none. */
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

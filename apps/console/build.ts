/**
 * `deno task console`: builds the console as static files. Without options, the build is for the local
 * stack, which serves it at `/app`; with `--url` and `--key`, it is for your own project and ready for any static file server.
 */
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { contentSecurityPolicy, securityHeaders } from "./policy.ts";

const SOURCES = fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "");
const ROOT = join(SOURCES, "../..");
/** In node_modules, so that all homes of the stack share the builds and none is committed. */
const BUILDS = join(ROOT, "node_modules/.console");

const HELP = `Builds the console (apps/console)

  deno task console                                  for the local stack, which serves it at /app
  deno task console --out <folder> --url <project> --key <publishable key> [--base /] [--pictures]
                                                     for a server of files; unknown paths must answer index.html

  --base      the path that it is served below; /
  --pictures  shows pictures of the platforms, which visitors' browsers then ask for; without it they are drawn
`;

/** Returns the folder for the build of the current sources, whether or not it exists yet. */
export async function consoleFolder(): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(await fingerprint()));
  return join(BUILDS, new Uint8Array(digest).toHex().slice(0, 16));
}

/** Builds the console for the local stack unless the build exists. Returns its folder. */
export async function buildConsole(): Promise<string> {
  const folder = await consoleFolder();
  if (await exists(folder)) return folder;
  const fresh = `${folder}.${crypto.randomUUID()}`;
  await bundle(fresh, "/app/");
  // If a concurrent build was faster, its result is identical.
  await Deno.rename(fresh, folder).catch(() => Deno.remove(fresh, { recursive: true }));
  for await (const { name } of Deno.readDir(BUILDS)) {
    // A name with a dot is a build in progress.
    if (join(BUILDS, name) !== folder && !name.includes(".")) {
      await Deno.remove(join(BUILDS, name), { recursive: true }).catch(() => {});
    }
  }
  return folder;
}

/** Returns the paths and contents of all sources, as one text. */
async function fingerprint(): Promise<string> {
  const lines: string[] = [];
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory) {
        if (name !== "tests") await walk(path);
      } else {
        lines.push(`${relative(ROOT, path)}\n${await Deno.readTextFile(path)}`);
      }
    }
  };
  await Promise.all([walk(SOURCES), walk(join(ROOT, "packages/client/src"))]);
  lines.push(await Deno.readTextFile(join(ROOT, "deno.lock")).catch(() => ""));
  return lines.sort().join("\n");
}

async function bundle(outDir: string, base: string): Promise<void> {
  const { build } = await import("vite");
  await build({
    root: SOURCES,
    base,
    configFile: false,
    logLevel: "warn",
    resolve: {
      alias: {
        "@streamvibe/client": join(ROOT, "packages/client/src/index.ts"),
        "@supabase/storage-js": join(SOURCES, "src/data/no_storage.ts"),
      },
    },
    build: {
      outDir,
      emptyOutDir: true,
      target: "es2022",
      // Inlined files would become data: URLs, which the content security policy blocks.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      manifest: true,
      rolldownOptions: {
        // Packages mark files for React server components, which the console does not use.
        onwarn: (warning, warn) => warning.code === "MODULE_LEVEL_DIRECTIVE" || warn(warning),
      },
    },
  });
  await compress(outDir);
}

/** Returns the files of the first view, for the test of its size: the entry, which includes the first page, and all its static imports. */
export async function firstView(folder: string): Promise<string[]> {
  type Chunk = { file: string; imports?: string[]; css?: string[] };
  const chunks = JSON.parse(await Deno.readTextFile(join(folder, ".vite/manifest.json"))) as Record<
    string,
    Chunk
  >;
  const files = new Set<string>();
  const add = (name: string) => {
    const chunk = chunks[name];
    if (!chunk || files.has(chunk.file)) return;
    files.add(chunk.file);
    chunk.imports?.forEach(add);
  };
  add("index.html");
  return [...files];
}

/** Writes a Brotli copy of each text file, for servers that serve precompressed files. */
async function compress(folder: string): Promise<void> {
  const files = await Array.fromAsync(Deno.readDir(folder));
  await Promise.all(files.map(async ({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return await compress(path);
    if (!/\.(js|css|svg|html)$/.test(name)) return;
    const bytes = await Deno.readFile(path);
    const options = {
      params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    };
    await Deno.writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, options));
  }));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      help: { type: "boolean", short: "h" },
      out: { type: "string" },
      url: { type: "string" },
      key: { type: "string" },
      base: { type: "string", default: "/" },
      pictures: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (!values.out) {
    console.log(`built ${relative(ROOT, await buildConsole())}`);
    return 0;
  }
  const { out, url, key, base, pictures } = values;
  if (!url || !key || !URL.canParse(url)) {
    console.error(
      `Cannot build for a server of files: --url and --key are needed, got ${url} and ${key}\n\n${HELP}`,
    );
    return 2;
  }
  if (!key.startsWith("sb_publishable_") && !/^eyJ/.test(key)) {
    console.error(
      "Cannot build: --key must be a publishable key, got another kind; a secret key belongs in no page",
    );
    return 2;
  }
  await bundle(out, base);
  const backend = new URL(url).origin;
  await Deno.writeTextFile(
    join(out, "config.json"),
    JSON.stringify({ url: backend, key, pictures }, null, 2),
  );
  // Several static hosts read this format; other servers need the same headers in their own configuration.
  const headers = Object.entries(securityHeaders(contentSecurityPolicy(backend, pictures)));
  await Deno.writeTextFile(
    join(out, "_headers"),
    `${base}*\n${headers.map(([name, value]) => `  ${name}: ${value}`).join("\n")}\n`,
  );
  console.log(`built ${out}; its config.json and _headers are of ${backend}`);
  return 0;
}

if (import.meta.main) Deno.exit(await main());

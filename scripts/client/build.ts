/** `deno task client`: builds packages/client for publishing: one ES module and its types, in `dist/`. */
import * as esbuild from "esbuild";
import ts from "typescript";

const PACKAGE = "packages/client";
const SOURCES = `${PACKAGE}/src`;

/** Returns the published files, keyed by path. */
export async function buildClient(): Promise<Record<string, string>> {
  return { [`${PACKAGE}/dist/index.js`]: await bundle(), ...declarations() };
}

async function bundle(): Promise<string> {
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [`${SOURCES}/index.ts`],
      bundle: true,
      write: false,
      format: "esm",
      // Supported by Node 20, recent browsers and React Native's Hermes; neutral: assumes no Node or browser APIs.
      platform: "neutral",
      target: "es2022",
      external: ["@supabase/supabase-js"],
      legalComments: "none",
    });
    return outputFiles[0]?.text ?? "";
  } finally {
    await esbuild.stop();
  }
}

/** Generates the type declarations; a type error fails the build. */
function declarations(): Record<string, string> {
  const files: Record<string, string> = {};
  const options: ts.CompilerOptions = {
    strict: true,
    skipLibCheck: true,
    declaration: true,
    emitDeclarationOnly: true,
    allowImportingTsExtensions: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: [],
    rootDir: SOURCES,
    outDir: `${PACKAGE}/dist`,
  };
  const program = ts.createProgram([`${SOURCES}/index.ts`], options);
  program.emit(undefined, (path, text) => {
    // Declarations import each other by their published file names.
    files[path] = text.replace(/(from |import\()"(\.\/[\w.]+)\.ts"/g, '$1"$2.js"');
  });
  const faults = ts.getPreEmitDiagnostics(program);
  if (faults.length > 0) {
    const host = {
      getCanonicalFileName: (name: string) => name,
      getCurrentDirectory: Deno.cwd,
      getNewLine: () => "\n",
    };
    throw new Error(`Cannot build ${PACKAGE}:\n${ts.formatDiagnostics(faults, host)}`);
  }
  return files;
}

if (import.meta.main) {
  await Deno.remove(`${PACKAGE}/dist`, { recursive: true }).catch(() => {});
  await Deno.mkdir(`${PACKAGE}/dist`, { recursive: true });
  for (const [path, text] of Object.entries(await buildClient())) await Deno.writeTextFile(path, text);
  console.log(`built ${PACKAGE}/dist`);
}

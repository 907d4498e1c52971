/** `/app`: the console, built beside the stack. Until the build is done, a waiting page refreshes itself. */
import { extname, join, normalize } from "node:path";
import { consoleFolder } from "../../../apps/console/build.ts";
import { contentSecurityPolicy, securityHeaders } from "../../../apps/console/policy.ts";
import type { StackInfo } from "../home/home.ts";
import { ROOT } from "../home/settings.ts";
import type { Incoming } from "../http/incoming.ts";
import { isOurs, page } from "../http/page.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};
const HEADERS = securityHeaders(contentSecurityPolicy());

let folder: string | undefined;
let building: Promise<string | undefined> | undefined;

/** Builds the console in its own low-priority process, unless a build exists. Resolves with the reason if it fails. */
export function buildConsole(): Promise<string | undefined> {
  return building ??= (async () => {
    const wanted = await consoleFolder();
    if (!await Deno.stat(wanted).then(() => true, () => false)) {
      const args = ["run", "-A", join(ROOT, "apps/console/build.ts")];
      const { success, stderr } = await new Deno.Command("nice", {
        args: ["-n", "10", Deno.execPath(), ...args],
        cwd: ROOT,
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).output();
      if (!success) {
        building = undefined;
        return new TextDecoder().decode(stderr).trim();
      }
    }
    folder = wanted;
  })().catch((error) => {
    building = undefined;
    return String(error);
  });
}

/** Serves everything below `/app`. */
export async function answerConsole(info: StackInfo, incoming: Incoming): Promise<Response> {
  const path = incoming.path.replace(/^\/app/, "") || "/";
  if (path === "/config.json") return configuration(info, isOurs(incoming.url));
  // After a source change a page load triggers a new build.
  if (!path.startsWith("/assets/") && folder && folder !== await consoleFolder()) {
    folder = building = undefined;
  }
  if (!folder) {
    // An existing build is found at once; otherwise the page waits for it, not the request.
    const failed = await Promise.race([
      buildConsole(),
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 200)),
    ]);
    if (failed) {
      return page("The console cannot be built", `<pre>${failed.replace(/[<&]/g, "")}</pre>`, {
        status: 500,
      });
    }
    if (!folder) return beingBuilt();
  }
  const name = normalize(decodeURIComponent(path)).replace(/^\/+/, "");
  const takes_brotli = /\bbr\b/.test(incoming.headers.get("accept-encoding") ?? "");
  const file = extname(name) in TYPES && !name.startsWith("..")
    ? await openFile(join(folder, name), takes_brotli)
    : null;
  if (file) {
    const is_stamped = name.startsWith("assets/");
    return answerFile(file, extname(name), is_stamped ? "max-age=31536000, immutable" : "no-cache");
  }
  if (path.startsWith("/assets/")) return page("There is nothing here", "", { status: 404 });
  return answerFile(await openFile(join(folder, "index.html"), takes_brotli), ".html", "no-cache");
}

interface Opened {
  readable: ReadableStream;
  encoding?: "br";
}

/** Opens the file, precompressed by the build if the client accepts brotli. */
async function openFile(path: string, takes_brotli: boolean): Promise<Opened | null> {
  const compressed = takes_brotli ? await Deno.open(`${path}.br`).catch(() => null) : null;
  if (compressed) return { readable: compressed.readable, encoding: "br" };
  const file = await Deno.open(path).catch(() => null);
  return file && { readable: file.readable };
}

function answerFile(file: Opened | null, extension: string, cache: string): Response {
  if (!file) return page("There is nothing here", "", { status: 404 });
  const headers = {
    ...HEADERS,
    "content-type": TYPES[extension] ?? "application/octet-stream",
    "cache-control": cache,
    vary: "accept-encoding",
    ...(file.encoding ? { "content-encoding": file.encoding } : {}),
  };
  return new Response(file.readable, { headers });
}

/** Returns what the console needs to know of this stack. None of it is secret. */
function configuration(info: StackInfo, is_ours: boolean): Response {
  return Response.json({
    url: "",
    key: info.publishable_key,
    docs: "/docs",
    mail: "/mail",
    demo: is_ours ? info.demo : null,
  }, { headers: { ...HEADERS, "cache-control": "no-store" } });
}

function beingBuilt(): Response {
  const waiting = page(
    "The console is being built",
    `<p>This takes a few seconds after the first start. The page then loads automatically.</p>`,
    { status: 503 },
  );
  waiting.headers.set("refresh", "2");
  waiting.headers.set("retry-after", "2");
  return waiting;
}

/** `/docs`: the OpenAPI document in a self-hosted viewer, with this stack's keys and the demo creator's token filled in. */
import { join } from "node:path";
import type { StackInfo } from "../home/home.ts";
import { ROOT } from "../home/settings.ts";
import type { Incoming } from "../http/incoming.ts";
import { escape, isOurs, page } from "../http/page.ts";
import { VIEWER } from "../../packages.ts";

const SCRIPT = "/docs/viewer.js";
const PROBLEMS = join(ROOT, "docs/problems.md");

/** Serves everything below `/docs`. */
export async function answerDocs(info: StackInfo, incoming: Incoming): Promise<Response> {
  const { path } = incoming;
  if (path === SCRIPT) return await viewer();
  if (path === "/docs/problems") return await problems();
  if (path !== "/docs" && path !== "/docs/") return page("There is nothing here", "", { status: 404 });
  return reference(info, isOurs(incoming.url));
}

async function viewer(): Promise<Response> {
  const file = await Deno.open(join(ROOT, VIEWER)).catch(() => null);
  if (!file) return new Response("// the viewer is not installed: run deno task packages", { status: 404 });
  return new Response(file.readable, {
    headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "max-age=3600" },
  });
}

/** Fills in keys only for this machine's own host names; see the front page. */
function reference(info: StackInfo, is_ours: boolean): Response {
  const nonce = crypto.randomUUID();
  const keys = {
    publishableKey: { value: is_ours ? info.publishable_key : "" },
    secretKey: { value: is_ours ? info.secret_key : "" },
    user: { token: "" },
  };
  const configuration = {
    url: "/openapi.json",
    baseServerURL: info.api_url,
    servers: [{ url: info.api_url, description: "This stack" }],
    proxyUrl: "",
    withDefaultFonts: false,
    telemetry: false,
    hideClientButton: true,
    showDeveloperTools: "never",
    agent: { disabled: true },
    mcp: { disabled: true },
    persistAuth: false,
    authentication: { preferredSecurityScheme: [["publishableKey", "user"]], securitySchemes: keys },
  };
  // Escapes `<`, so that no value can end the script.
  const literal = (value: unknown) => JSON.stringify(value).replaceAll("<", "\\u003c");
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'unsafe-eval'`,
    "style-src 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self' ${info.api_url}`,
    "worker-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  const text =
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>StreamVibe API</title><link rel="icon" href="data:,"><div id="app"></div>
<script nonce="${nonce}" src="${SCRIPT}"></script><script nonce="${nonce}">
const configuration = ${literal(configuration)};
const demo = ${literal(is_ours ? info.demo ?? null : null)};
async function token() {
  if (!demo) return "";
  const answer = await fetch("/auth/v1/token?grant_type=password", {
    method: "POST",
    headers: { apikey: configuration.authentication.securitySchemes.publishableKey.value, "content-type": "application/json" },
    body: JSON.stringify(demo),
  });
  return answer.ok ? (await answer.json()).access_token : "";
}
token().catch(() => "").then((token) => {
  configuration.authentication.securitySchemes.user.token = token;
  // Without one the viewer would send a made-up token, which is refused everywhere.
  if (!token) configuration.authentication.preferredSecurityScheme = "publishableKey";
  Scalar.createApiReference("#app", configuration);
});
</script>`;
  return new Response(text, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": policy,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  });
}

/** Renders docs/problems.md with a heading for each code, to which the `type` of a problem links. */
async function problems(): Promise<Response> {
  const text = await Deno.readTextFile(PROBLEMS);
  const inline = (line: string) => escape(line).replace(/`([^`]+)`/g, "<code>$1</code>");
  const sections = [...text.matchAll(/^### (\w+)\n\n([\s\S]*?)(?=\n\n###|\n*$(?![\s\S]))/gm)];
  const body = sections.map(([, code = "", advice = ""]) =>
    `<h2 id="${code}">${code}</h2><p>${inline(advice)}</p>`
  );
  return page(
    "Problems",
    `<p class="quiet">What each error code means, and what to do.</p>${body.join("\n")}`,
  );
}

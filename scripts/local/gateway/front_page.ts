/** `GET /`: lists what runs here, as a page for browsers and as JSON for programs. */
import { join } from "node:path";
import { z } from "zod";
import type { Incoming } from "../http/incoming.ts";
import { escape, isOurs, link, page, table } from "../http/page.ts";
import type { StackInfo } from "../home/home.ts";
import { ROOT } from "../home/settings.ts";

const OPENAPI = join(ROOT, "docs/openapi.json");
const FUNCTIONS = "/functions/v1/";
const Operations = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ summary: z.string() }))),
});

export async function answerFrontPage(info: StackInfo, incoming: Incoming): Promise<Response> {
  const wants_page = incoming.headers.get("accept")?.includes("text/html");
  if (wants_page && isOurs(incoming.url)) return await frontPage(info);
  return Response.json({
    auth: "/auth/v1",
    data_api: "/rest/v1",
    functions: "/functions/v1",
    mailbox: "/mail",
    console: "/app",
    docs: "/docs",
    openapi: "/openapi.json",
  }, { headers: { "access-control-allow-origin": "*" } });
}

export async function answerOpenApi(): Promise<Response> {
  return new Response(await Deno.readTextFile(OPENAPI), { headers: { "content-type": "application/json" } });
}

async function frontPage(info: StackInfo): Promise<Response> {
  const { paths } = Operations.parse(JSON.parse(await Deno.readTextFile(OPENAPI)));
  const own = Object.entries(paths).filter(([path]) => path.startsWith(FUNCTIONS));
  const functions = own.flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { summary }]) => {
      const name = path.slice(FUNCTIONS.length);
      return [
        `<code>${method.toUpperCase()}</code>`,
        name === "health" ? link(path, name) : escape(name),
        escape(summary),
      ];
    })
  );
  const copied = (rows: [string, string][]) =>
    table(rows.map(([name, value]) => [
      escape(name),
      `<code>${escape(value)}</code>`,
      `<button type="button">Copy</button>`,
    ]));
  return page(
    "StreamVibe",
    `<p class="quiet">The local stack in <code>${escape(info.home)}</code></p>
<h2>Open</h2>
${
      table([
        [link("/app", "Console"), "What visitors, creators and operators see, in a browser"],
        [link("/mail", "Mailbox"), "Every mail that this stack has sent"],
        [
          link(`${info.simulator_url}/_admin/youtube/accounts`, "Channels"),
          "The channels of the simulated YouTube",
        ],
        [
          link(`${info.simulator_url}/_admin/requests`, "Platform calls"),
          "Requests that the simulated platforms received",
        ],
        [link("/functions/v1/health", "Health"), "Database, Vault, queue and cron"],
        [link("/docs", "API reference"), "Every call with examples; try them with this stack's keys"],
        [link("/openapi.json", "OpenAPI"), "Every function with its input and output"],
        [link("/auth/v1/.well-known/jwks.json", "JWKS"), "The key that signs this stack's tokens"],
      ])
    }
<h2>Connect</h2>
${
      copied([
        ["URL", info.api_url],
        ["Publishable key", info.publishable_key],
        ["Secret key", info.secret_key],
        ["Database", info.db_url],
      ])
    }
${
      info.demo
        ? `<h2>Demo login</h2>${copied([["E-mail", info.demo.email], ["Password", info.demo.password]])}`
        : ""
    }
<h2>Functions</h2>
${table(functions)}`,
  );
}

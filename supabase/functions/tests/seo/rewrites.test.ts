/** Runs, or at least parses, the configurations in docs/seo.md for serving these functions on the site's own domain. */
import assert from "node:assert/strict";
import { parse as parseToml } from "smol-toml";
import { testDatabase, testStack } from "../../../../scripts/test/stack.ts";
import { publicCreator } from "../support/public_creator.ts";

const document = await Deno.readTextFile(new URL("../../../../docs/seo.md", import.meta.url));
const { api_url } = await testStack();
const stack = new URL(api_url);
const PROJECT = "https://PROJECT.supabase.co";

/** Returns the document's code block with this language tag, adapted to the stack. */
function block(name: string): string {
  const [, text] = new RegExp(`\`\`\`${name}\\n([\\s\\S]*?)\`\`\``).exec(document) ?? [];
  assert.ok(text, `docs/seo.md has no block ${name}`);
  return text.replaceAll(PROJECT, api_url).replaceAll("PROJECT.supabase.co", stack.host);
}

type Get = (path: string) => Promise<Response>;

/** Requests everything by the paths of a site. */
async function holds(get: Get): Promise<void> {
  const sql = await testDatabase();
  const { id: user, ids: [id = ""] } = await publicCreator(1);
  await sql`update public.content_item set thumbnail_url = 'https://i.ytimg.com/vi/1/hq.jpg' where id = ${id}`;
  const robots = await get("/robots.txt");
  assert.equal(robots.status, 200);
  assert.match(await robots.text(), /^User-agent: \*/m);
  const index = await get("/sitemap.xml");
  assert.match(index.headers.get("content-type") ?? "", /^application\/xml/);
  const [, page] = /<loc>https:\/\/streamvibe\.example(\/sitemap-\d+\.xml)<\/loc>/.exec(await index.text()) ??
    [];
  const first = await get(page ?? "");
  assert.equal(first.status, 200);
  assert.match(await first.text(), /<urlset/);
  const picture = await get(`/t/${id}`);
  await picture.body?.cancel();
  assert.equal(picture.headers.get("location"), "https://i.ytimg.com/vi/1/hq.jpg");
  await sql`delete from auth.users where id = ${user}`;
  await sql.end();
}

const hasNginx = await new Deno.Command("nginx", { args: ["-v"], stderr: "null" }).output().then(
  ({ success }) => success,
  () => false,
);

Deno.test({
  name: "the nginx rewrites reach the functions (only if nginx is installed)",
  ignore: !hasNginx,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "streamvibe-nginx-" });
    const port = freePort();
    await Deno.writeTextFile(
      `${folder}/nginx.conf`,
      `pid ${folder}/nginx.pid; daemon off; error_log stderr; events {}
      http {
        access_log off;
        client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c; uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
        server { listen 127.0.0.1:${port}; ${block("nginx")} }
      }`,
    );
    const nginx = new Deno.Command("nginx", {
      args: ["-c", `${folder}/nginx.conf`, "-p", folder],
      stderr: "null",
    }).spawn();
    try {
      const get: Get = (path) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: "manual" });
      for (
        const limit = Date.now() + 20_000;
        !await get("/").then((one) => one.body?.cancel().then(() => true), () => false);
      ) {
        assert.ok(Date.now() < limit, "nginx does not listen");
      }
      await holds(get);
    } finally {
      nginx.kill("SIGTERM");
      await nginx.status;
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("the Cloudflare worker reaches the functions", async () => {
  const { default: worker } = await import(
    `data:text/javascript,${encodeURIComponent(block("js worker.js"))}`
  );
  await holds((path) => worker.fetch(new Request(`https://streamvibe.example${path}`)));
});

Deno.test("the rewrites of Next.js and Netlify point to the functions", async () => {
  const { default: config } = await import(
    `data:text/javascript,${encodeURIComponent(block("js next.config.mjs"))}`
  );
  const next: { source: string; destination: string }[] = await config.rewrites();
  assert.deepEqual(
    next.map(({ source, destination }) => [source, destination.replace(`${api_url}/functions/v1/`, "")]),
    [["/robots.txt", "robots"], ["/sitemap.xml", "sitemap"], [
      "/sitemap-:page(\\d+).xml",
      "sitemap?page=:page",
    ], [
      "/t/:id",
      "thumbnail?id=:id",
    ]],
  );
  const { redirects } = parseToml(block("toml netlify.toml")) as {
    redirects: { from: string; to: string; status: number }[];
  };
  assert.deepEqual(
    redirects.map(({ from, to, status }) => [from, to.replace(`${api_url}/functions/v1/`, ""), status]),
    [["/robots.txt", "robots", 200], ["/sitemap.xml", "sitemap", 200], ["/t/:id", "thumbnail?id=:id", 200]],
  );
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

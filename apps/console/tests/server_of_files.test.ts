/** Runs the configuration in docs/console.md: nginx serves the console from another origin than the backend. Ignored if nginx is not installed. */
import assert from "node:assert/strict";
import { CHROMIUM, openBrowser } from "../../../scripts/test/browser.ts";
import { testStack } from "../../../scripts/test/stack.ts";
import { eventually } from "../../../supabase/functions/tests/support/eventually.ts";
import { furnishedCreator } from "./furnished_creator.ts";

/** An origin that the stack's functions allow; nginx listens on another port. */
const SITE = "http://localhost:3000";
const hasNginx = new Deno.Command("sh", {
  args: ["-c", "PATH=$PATH:/usr/sbin command -v nginx"],
  stdout: "null",
}).outputSync().success;

interface Served extends AsyncDisposable {
  port: number;
  /** The port of the server block that redirects HTTP to HTTPS. */
  plain: number;
  folder: string;
}

async function serve(): Promise<Served> {
  const { api_url, publishable_key } = await testStack();
  const folder = await Deno.makeTempDir({ prefix: "streamvibe-console-" });
  await Deno.chmod(folder, 0o755);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "apps/console/build.ts",
      "--out",
      `${folder}/dist`,
      "--url",
      api_url,
      "--key",
      publishable_key,
    ],
    stdout: "null",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const [port, plain] = [freePort(), freePort()];
  const guide = await Deno.readTextFile("docs/console.md");
  const [, text] = /```nginx [^\n]*\n([\s\S]*?)```/.exec(guide) ?? [];
  assert.ok(text, "docs/console.md has no nginx configuration");
  const site = text.replace("listen 80;", `listen 127.0.0.1:${plain};`)
    .replace("listen 443 ssl http2;", `listen 127.0.0.1:${port};`)
    .replace(/ssl_certificate(_key)? .*;/g, "")
    .replace("/srv/streamvibe", `${folder}/dist`)
    .replaceAll("wss://PROJECT.supabase.co", api_url.replace("http", "ws"))
    .replaceAll("https://PROJECT.supabase.co", api_url);
  await Deno.writeTextFile(
    `${folder}/nginx.conf`,
    `pid ${folder}/nginx.pid; daemon off; error_log stderr; events {} ${Deno.uid() === 0 ? "user root;" : ""}
    http {
      include /etc/nginx/mime.types; access_log off;
      client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c; uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
      ${site}
    }`,
  );
  const nginx = new Deno.Command("sh", {
    args: ["-c", `PATH=$PATH:/usr/sbin exec nginx -c ${folder}/nginx.conf -p ${folder}`],
    stderr: "null",
  }).spawn();
  const served = {
    port,
    plain,
    folder: `${folder}/dist`,
    async [Symbol.asyncDispose]() {
      nginx.kill("SIGTERM");
      await nginx.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
  await eventually(
    () => fetch(`http://127.0.0.1:${port}/`).then((one) => one.body?.cancel().then(() => true), () => false),
    "nginx listens",
  );
  return served;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test({
  name:
    "nginx, configured as in the guide, serves the console's routes, cache lifetimes and the build's headers",
  ignore: !hasNginx,
  async fn() {
    await using served = await serve();
    const get = async (path: string, port = served.port) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: "manual" });
      return { answer, text: await answer.text() };
    };
    const first = await get("/");
    assert.equal(first.answer.headers.get("cache-control"), "no-cache");
    for (const path of ["/studio/library/some-id", "/@somebody", "/operator/jobs?status=failed"]) {
      assert.equal((await get(path)).text, first.text, path);
    }
    const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(first.text) ?? [];
    const file = await get(script ?? "");
    assert.equal(file.answer.headers.get("cache-control"), "max-age=31536000, immutable");
    assert.match(file.answer.headers.get("content-type") ?? "", /javascript/);
    assert.equal(file.answer.headers.get("content-encoding"), "gzip");
    const told = await Deno.readTextFile(`${served.folder}/_headers`);
    for (const [, name = "", value] of told.matchAll(/^ {2}([\w-]+): (.*)$/gm)) {
      for (const { answer } of [first, file]) assert.equal(answer.headers.get(name), value, name);
    }
    for (const path of ["/assets/none.js", "/_headers", "/.vite/manifest.json"]) {
      const { answer } = await get(path);
      assert.equal(answer.status, 404, path);
      assert.equal(answer.headers.get("cache-control"), null, path);
      assert.ok(answer.headers.has("content-security-policy"), path);
    }
    const { answer } = await get("/studio", served.plain);
    assert.deepEqual([answer.status, answer.headers.get("location")], [301, "https://127.0.0.1/studio"]);
  },
});

Deno.test({
  name: "on a static file server, a visitor browses and a creator signs in at a deep link without any errors",
  ignore: !hasNginx || !CHROMIUM,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { creator, item } = await furnishedCreator();
    const { api_url } = await testStack();
    await using served = await serve();
    await using opened = await openBrowser(
      `--host-resolver-rules=MAP localhost:3000 127.0.0.1:${served.port}`,
    );
    const page = await opened.browser.newPage();
    page.setDefaultTimeout(30_000);
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(`threw ${error}`));
    page.on("console", (message) => message.type() === "error" && faults.push(`said ${message.text()}`));
    page.on("request", (request) => {
      if (![SITE, api_url].includes(new URL(request.url()).origin)) faults.push(`asked ${request.url()}`);
    });
    await page.goto(`${SITE}/v/${item}`);
    await page.getByRole("heading", { level: 1, name: "Item 1" }).waitFor();
    await page.goto(`${SITE}/studio/library/${item}`);
    await page.getByLabel("Email").fill(creator.email);
    await page.getByLabel("Password").fill(creator.password);
    await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("textbox", { name: "Title" }).waitFor();
    await page.reload();
    await page.getByRole("textbox", { name: "Title" }).waitFor();
    await page.getByRole("navigation", { name: "Studio" }).getByRole("link", { name: "Analytics" }).click();
    await page.getByRole("heading", { level: 1, name: "Analytics" }).waitFor();
    await page.locator(".loading").first().waitFor({ state: "detached" });
    assert.equal(await page.getByRole("alert").count(), 0);
    assert.deepEqual(faults, []);
  },
});

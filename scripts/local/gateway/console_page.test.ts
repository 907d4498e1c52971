import assert from "node:assert/strict";
import { buildConsole } from "../../../apps/console/build.ts";
import { testStack } from "../../test/stack.ts";

Deno.test("the console is served under /app: its files, its client-side routes, and a policy without inline scripts or styles", async () => {
  await buildConsole();
  const { api_url } = await testStack();
  // The stack finds an existing build by the second request at the latest.
  let answer = await fetch(`${api_url}/app`);
  while (answer.status === 503) {
    assert.match(await answer.text(), /being built/);
    assert.equal(answer.headers.get("refresh"), "2");
    await new Promise((resolve) => setTimeout(resolve, 200));
    answer = await fetch(`${api_url}/app`);
  }
  const html = await answer.text();
  assert.equal(answer.status, 200);
  const policy = answer.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  const deep = await fetch(`${api_url}/app/studio/library/some-id`);
  assert.equal(await deep.text(), html);
  const script = html.match(/src="(\/app\/assets\/[^"]+\.js)"/)?.[1] ?? "";
  const file = await fetch(api_url + script);
  assert.match(file.headers.get("content-type") ?? "", /javascript/);
  assert.match(file.headers.get("cache-control") ?? "", /immutable/);
  await file.body?.cancel();
  for (const path of ["/app/assets/none.js", "/app/assets/..%2f..%2f..%2fdeno.json"]) {
    const missing = await fetch(api_url + path);
    assert.equal(missing.status, 404, path);
    await missing.body?.cancel();
  }
});

Deno.test("the console's configuration has the publishable key, not the secret one, and other origins cannot read it", async () => {
  const { api_url, publishable_key, secret_key } = await testStack();
  const answer = await fetch(`${api_url}/app/config.json`, { headers: { origin: "https://evil.example" } });
  const text = await answer.text();
  assert.equal(JSON.parse(text).key, publishable_key);
  assert.ok(!text.includes(secret_key));
  assert.equal(answer.headers.get("access-control-allow-origin"), null);
});

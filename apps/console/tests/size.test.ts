import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { buildConsole, firstView } from "../build.ts";

/** In bytes, gzip-compressed. */
const LIMIT = 132_000;

Deno.test("the first view loads no more than 132 kB of JavaScript", async () => {
  const folder = await buildConsole();
  const sizes = await Promise.all(
    (await firstView(folder)).map(async (file) =>
      gzipSync(await Deno.readFile(`${folder}/${file}`)).byteLength
    ),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`first view: ${total} bytes gzip in ${sizes.length} files`);
  assert.ok(sizes.length > 3 && total > 0 && total <= LIMIT, `${total} bytes, ${LIMIT} at most`);
});

Deno.test("a build for a static file server refuses a secret key", async () => {
  const out = await Deno.makeTempDir();
  try {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "apps/console/build.ts",
        "--out",
        out,
        "--url",
        "https://x.supabase.co",
        "--key",
        "sb_secret_x",
      ],
    }).output();
    assert.equal(code, 2);
    assert.match(new TextDecoder().decode(stderr), /must be a publishable key/);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

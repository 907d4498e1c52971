/** docs/add-a-platform.md is true: every platform has every part that it names, and no part is longer than it says. */
import assert from "node:assert/strict";
import { simulatorSettings } from "../../../../scripts/local/functions/environment.ts";
import { PLATFORM_SLUGS } from "../../_shared/platforms/platform.ts";
import { findPlatform } from "../../_shared/platforms/registry.ts";
import { readSettings } from "../../_shared/settings/settings.ts";
import { adapterWorld } from "../support/adapter_world.ts";
import { ROWS } from "./platform_rows.ts";

const ROOT = new URL("../../../../", import.meta.url);

const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));

async function linesOf(path: string): Promise<number> {
  return (await read(path)).trimEnd().split("\n").length;
}

for (const slug of PLATFORM_SLUGS) {
  Deno.test(`${slug} has every part of a platform`, async () => {
    await read(`supabase/functions/_shared/platforms/${slug}.ts`);
    const world = {
      ...adapterWorld({}),
      settings: readSettings({
        SUPABASE_URL: "http://127.0.0.1:1",
        ...simulatorSettings("http://127.0.0.1:1"),
      }),
    };
    const platform = findPlatform(slug, world);
    assert.equal(platform?.slug, slug);

    const config = await read("supabase/config.toml");
    const pairs = [["oauth-youtube-init", `oauth-${slug}-init`], [
      "oauth-youtube-callback",
      `oauth-${slug}-callback`,
    ], ["sync-youtube", `sync-${slug}`]];
    for (const [model, name] of pairs) {
      const file = `supabase/functions/${name}/index.ts`;
      assert.ok(
        await linesOf(file) <= await linesOf(`supabase/functions/${model}/index.ts`),
        `${file} is no longer than YouTube's`,
      );
      assert.ok((await read(file)).includes(`"${slug}"`), file);
      assert.ok(config.includes(`[functions.${name}]`), name);
      await read(`supabase/functions/${name}/deno.json`);
    }

    const documented = await read(".env.example");
    for (const setting of ["CLIENT_ID", "CLIENT_SECRET"]) {
      assert.match(documented, new RegExp(`^${slug.toUpperCase()}_${setting}=`, "m"));
      assert.ok(
        simulatorSettings("http://127.0.0.1:1")[`${slug.toUpperCase()}_${setting}`],
        "the local stack has an app there",
      );
    }

    const schema = await Promise.all((await Array.fromAsync(Deno.readDir(new URL("database/schema/", ROOT))))
      .map(({ name }) => read(`database/schema/${name}`)));
    assert.ok(schema.some((sql) => sql.includes(`('${slug}', `)), "the reference row");
    assert.ok(ROWS.some((row) => row.slug === slug), "the row of the matrix");
    await read(`supabase/functions/tests/platforms/${slug}_adapter.test.ts`);
    assert.match(await read("docs/platforms.md"), new RegExp(`^## ${platform?.title}$`, "m"));
  });
}

Deno.test("every file that docs/add-a-platform.md names is there", async () => {
  const text = await read("docs/add-a-platform.md");
  const named = [...text.matchAll(/`((?:supabase|scripts|database|docs)\/[\w./-]+)`/g)].map(([, path = ""]) =>
    path
  );
  assert.ok(named.length > 8);
  for (const path of named) {
    if (path.includes("vimeo")) continue;
    await Deno.stat(new URL(path, ROOT));
  }
  for (
    const part of [
      "youtube.ts",
      "tiktok.ts",
      "twitter.ts",
      "instagram.ts",
      "facebook.ts",
      "meta_graph.ts",
      "normalize.ts",
    ]
  ) {
    assert.ok(text.includes(`\`${part}\``), part);
    await read(`supabase/functions/_shared/platforms/${part}`);
  }
});

/** Tests the sitemap's files: validated against the published schemas and read by an independent parser. */
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { parseSitemap } from "sitemap";
import type { SeoItem } from "../../_shared/seo/page_facts.ts";
import { creatorEntry, entriesPart, itemEntry, sitemapIndex, urlSet } from "../../_shared/seo/sitemap_xml.ts";
import type { Xml } from "../../_shared/seo/xml.ts";
import { AND_URLS, hostileTexts, NOW, realItems, seoItem, URLS } from "../support/seo_items.ts";
import { xsdFaults } from "../support/xsd.ts";

/** Returns a file made of parts with these entries, decompressed. */
async function fileOf(...parts: Xml[][]): Promise<string> {
  const packed = parts.map(entriesPart);
  const body = new Uint8Array(await new Blob(packed.map(({ body }) => new Uint8Array(body))).arrayBuffer());
  const file = new Blob([urlSet(body, packed)]).stream();
  return await new Response(file.pipeThrough(new DecompressionStream("gzip"))).text();
}

const xmlOf = (items: SeoItem[]) => fileOf(items.map((item) => itemEntry(item, URLS, NOW)));

async function read(items: SeoItem[]) {
  const xml = await xmlOf(items);
  assert.deepEqual(await xsdFaults(xml, "page"), []);
  return await parseSitemap(Readable.from([xml]));
}

Deno.test("a video's entry has the required and the recommended fields of a video sitemap", async () => {
  const [entry] = await read([seoItem()]);
  const { video: [video] = [], ...rest } = JSON.parse(JSON.stringify(entry));
  assert.equal(rest.url, "https://watch.example.com/v/3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11");
  assert.equal(rest.lastmod, "2026-11-03T10:00:00+00:00");
  assert.deepEqual(video, {
    tag: ["bread", "baking"],
    thumbnail_loc: "https://watch.example.com/t/3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11",
    title: "Episode 1",
    description: "How bread is made.\n\nWith flour.",
    player_loc: "https://www.youtube.com/embed/vid00000001",
    duration: 185,
    publication_date: "2026-11-01T10:00:00+00:00",
    uploader: "Bread Channel",
    "uploader:info": "https://watch.example.com/@bread-channel",
  });
});

Deno.test("an entry has a video element only if all required fields exist", async () => {
  const has = async (changes: Partial<SeoItem>) =>
    (await xmlOf([seoItem(changes)])).includes("<video:video>");
  assert.ok(await has({}));
  assert.ok(await has({ description: "" }), "the title replaces an empty description");
  assert.ok(!await has({ has_thumbnail: false }));
  assert.ok(!await has({ platform: "instagram" }), "Instagram documents no player");
  assert.ok(!await has({ metadata: { embeddable: false } }));
  assert.ok(!await has({ content_type: "post" }));
  assert.match(await xmlOf([seoItem({ content_type: "carousel" })]), /<image:image><image:loc>https:/);
});

Deno.test("durations are whole seconds from 1 to 28,800, or are omitted", async () => {
  const duration = async (changes: Partial<SeoItem>) =>
    /<video:duration>(.*?)</.exec(await xmlOf([seoItem(changes)]))?.[1];
  assert.equal(await duration({ duration_seconds: 28_800 }), "28800");
  for (const duration_seconds of [0, 28_801, 30_000, null]) {
    assert.equal(await duration({ duration_seconds }), undefined);
  }
  assert.equal(await duration({ metadata: { live: "live" } }), undefined);
  assert.match(await xmlOf([seoItem({ metadata: { live: "live" } })]), /<video:live>yes</);
  assert.doesNotMatch(await xmlOf([seoItem({ metadata: { live: "none" } })]), /video:live/);
});

Deno.test("view and like counts do not change an entry", async () => {
  const seen = (views_count: number) => xmlOf([seoItem({ views_count, likes_count: views_count })]);
  assert.equal(await seen(1), await seen(999));
});

Deno.test("an item dated in the future gets the date when it was first seen", async () => {
  const late = "2031-01-01T00:00:00Z";
  const xml = await xmlOf([seoItem({ published_at: late, changed_at: late })]);
  assert.match(xml, /<video:publication_date>2026-11-02T10:00:00\+00:00</);
  assert.doesNotMatch(xml, /<lastmod>/);
});

Deno.test("1,000 hostile titles, descriptions, tags and names give valid XML without double escapes", async () => {
  const items = hostileTexts(1_000).map((hostile) =>
    seoItem({
      title: hostile,
      description: hostile.repeat(30),
      tags: [hostile, "tag"],
      display_name: hostile,
    })
  );
  const entries = await read(items);
  assert.equal(entries.length, 1_000);
  for (const [place, { video: [video] = [] }] of entries.entries()) {
    const item = items[place];
    assert.ok(item && video);
    assert.ok(video.title.length <= 100 && video.title.length > 0);
    assert.ok(video.description.length <= 2_048 && video.description.length > 0);
    assert.ok(video.tag.every((tag) => tag.length <= 100));
    // No escape remains, unless the original text has it.
    for (const escape of ["&amp;", "&lt;", "&quot;", "&#"]) {
      if (!item.title.includes(escape)) assert.ok(!video.title.includes(escape), JSON.stringify(item.title));
    }
  }
});

Deno.test("URLs with & and quotes are escaped once in every field", async () => {
  const item = seoItem({ slug: "salt & <pepper>", tags: ["a&b", "&amp;"] });
  const xml = await fileOf([
    itemEntry(item, AND_URLS, NOW),
    itemEntry(seoItem({ content_type: "image" }), AND_URLS, NOW),
    creatorEntry({ slug: "a&b's", changed_at: item.changed_at }, AND_URLS, NOW),
  ]);
  assert.deepEqual(await xsdFaults(xml, "page"), []);
  const [entry, picture, creator] = await parseSitemap(Readable.from([xml]));
  assert.equal(entry?.url, `https://watch.example.com/watch?a=1&v=${item.id}`);
  const [video] = entry?.video ?? [];
  assert.equal(video?.thumbnail_loc, `https://watch.example.com/t?w=1&id=${item.id}`);
  assert.deepEqual(video?.tag, ["a&b", "&amp;"], "an escape in the original text stays text");
  assert.equal(
    video?.["uploader:info"],
    "https://watch.example.com/c?a='1'&name=salt%20%26%20%3Cpepper%3E",
  );
  assert.equal(picture?.img[0]?.url, `https://watch.example.com/t?w=1&id=${item.id}`);
  assert.equal(creator?.url, "https://watch.example.com/c?a='1'&name=a%26b%27s");
  const index = sitemapIndex([{ url: AND_URLS.sitemapPage(1), changed_at: null }]);
  assert.deepEqual(await xsdFaults(index, "index"), []);
  assert.match(index, /<loc>https:\/\/watch\.example\.com\/sitemap\?a=1&amp;page=1<\/loc>/);
});

const real = await realItems(1_000);
Deno.test({
  name: "the entries of 1,000 real videos are valid against the schemas",
  ignore: real === null,
  async fn() {
    assert.equal((await read(real ?? [])).length, 1_000);
  },
});

Deno.test("separately compressed parts form one valid file, whatever their number and content", async () => {
  const entries = hostileTexts(60).map((title) => itemEntry(seoItem({ title, tags: [title] }), URLS, NOW));
  const expected = await fileOf(entries);
  assert.equal(expected, `${(await fileOf()).replace("</urlset>\n", "")}${entries.join("\n")}\n</urlset>\n`);
  const parts = entries.map((entry) => [entry]);
  // The decompressor checks the CRC of the whole file.
  assert.equal(await fileOf([], ...parts.slice(0, 30), parts.slice(30).flat(), []), expected);
});

Deno.test("the index and creators' entries are valid, with encoded URLs", async () => {
  const index = sitemapIndex(
    [1, 2].map((page) => ({ url: URLS.sitemapPage(page), changed_at: "2026-11-01T00:00:00Z" })),
  );
  assert.deepEqual(await xsdFaults(index, "index"), []);
  const entry = creatorEntry({ slug: "größe-料理", changed_at: "2026-11-01T00:00:00Z" }, URLS, NOW);
  assert.match(entry, /<loc>https:\/\/watch\.example\.com\/@gr%C3%B6%C3%9Fe-%E6%96%99%E7%90%86<\/loc>/);
  assert.deepEqual(await xsdFaults(await fileOf([entry]), "page"), []);
});

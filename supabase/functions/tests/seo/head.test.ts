/** Tests the heads of pages, read by an HTML parser and checked against the engines' documentation. */
import assert from "node:assert/strict";
import { creatorHead, itemHead } from "../../_shared/seo/head.ts";
import { isoDuration, past, type SeoCreator, type SeoItem } from "../../_shared/seo/page_facts.ts";
import { oneLine } from "../../_shared/seo/words.ts";
import { AND_URLS, hostileTexts, NOW, realItems, seoItem, URLS } from "../support/seo_items.ts";
import { headFaults, readHead } from "../support/structural_validator.ts";

const CREATOR: SeoCreator = {
  id: "7d0e34c3-5f6a-4c53-9a53-4a4f2d9f0001",
  slug: "bread-channel",
  display_name: "Bread Channel",
  bio: "Bread, and nothing else.",
  avatar_url: "https://example.com/a.jpg",
  profile_urls: ["https://www.youtube.com/@bread", "https://www.youtube.com/@bread", "javascript:alert(1)"],
  twitter_username: "bread",
  created_at: "2026-01-01T00:00:00+00:00",
  updated_at: "2026-11-01T00:00:00+00:00",
};

const types = (item: SeoItem) => itemHead(item, URLS, NOW).json_ld.map((document) => document["@type"]);
const main = (item: SeoItem): Record<string, unknown> => itemHead(item, URLS, NOW).json_ld[0] ?? {};

Deno.test("a video's page has everything that a rich result and a card need", () => {
  const head = itemHead(seoItem(), URLS, NOW);
  assert.deepEqual(headFaults(head.html, NOW), []);
  const id = "3f1c9a52-7f0e-4b0a-9d53-1f6c2f7f1b11";
  assert.equal(head.canonical_url, `https://watch.example.com/v/${id}`);
  assert.equal(head.description, "How bread is made. With flour.");
  assert.deepEqual(head.json_ld[0], {
    "@context": "https://schema.org",
    "@type": "VideoObject",
    name: "Episode 1",
    description: "How bread is made.\n\nWith flour.",
    thumbnailUrl: [`https://watch.example.com/t/${id}`],
    uploadDate: "2026-11-01T10:00:00+00:00",
    dateModified: "2026-11-03T10:00:00+00:00",
    duration: "PT3M5S",
    embedUrl: "https://www.youtube.com/embed/vid00000001",
    url: head.canonical_url,
    inLanguage: "pt-BR",
    keywords: ["bread", "baking"],
    author: {
      "@type": "Person",
      name: "Bread Channel",
      url: "https://watch.example.com/%40bread-channel".replace("%40", "@"),
    },
    interactionStatistic: [
      {
        "@type": "InteractionCounter",
        interactionType: { "@type": "WatchAction" },
        userInteractionCount: 1_000,
      },
      { "@type": "InteractionCounter", interactionType: { "@type": "LikeAction" }, userInteractionCount: 10 },
    ],
  });
  assert.deepEqual(Object.keys(head.og_tags).filter((name) => name.startsWith("og:video")), [
    "og:video",
    "og:video:secure_url",
    "og:video:type",
    "og:video:width",
    "og:video:height",
  ]);
  assert.equal(head.og_tags["og:locale"], "pt_BR");
  assert.equal(head.twitter_tags["twitter:card"], "player");
  assert.deepEqual(
    readHead(head.html).head.metas.filter(([name]) => name === "video:tag").map(([, tag]) => tag),
    [
      "bread",
      "baking",
    ],
  );
});

Deno.test("a schema.org type is used only if all its required fields exist", () => {
  assert.deepEqual(types(seoItem()), ["VideoObject", "BreadcrumbList"]);
  assert.deepEqual(types(seoItem({ has_thumbnail: false })), ["SocialMediaPosting", "BreadcrumbList"]);
  assert.deepEqual(types(seoItem({ has_thumbnail: false, description: "" })), ["BreadcrumbList"]);
  assert.deepEqual(types(seoItem({ has_thumbnail: false, slug: null })), ["BreadcrumbList"]);
  assert.deepEqual(types(seoItem({ content_type: "carousel" })), [
    "ImageObject",
    "SocialMediaPosting",
    "BreadcrumbList",
  ]);
  assert.deepEqual(types(seoItem({ content_type: "image", has_thumbnail: false })), [
    "SocialMediaPosting",
    "BreadcrumbList",
  ]);
  assert.deepEqual(types(seoItem({ content_type: "post" })), ["SocialMediaPosting", "BreadcrumbList"]);
});

Deno.test("durations are omitted for zero, unknown and live videos, and kept above eight hours", () => {
  assert.deepEqual([1, 59, 60, 185, 3_600, 30_000].map(isoDuration), [
    "PT1S",
    "PT59S",
    "PT1M",
    "PT3M5S",
    "PT1H",
    "PT8H20M",
  ]);
  assert.equal(main(seoItem({ duration_seconds: 0 })).duration, undefined);
  assert.equal(main(seoItem({ duration_seconds: null })).duration, undefined);
  assert.equal(main(seoItem({ duration_seconds: 30_000 })).duration, "PT8H20M");
  const live = main(seoItem({
    duration_seconds: 30_000,
    metadata: { live: "live", live_started_at: "2026-11-26T10:00:00Z" },
  }));
  assert.equal(live.duration, undefined);
  assert.deepEqual(live.publication, {
    "@type": "BroadcastEvent",
    isLiveBroadcast: true,
    startDate: "2026-11-26T10:00:00+00:00",
  });
  for (const duration_seconds of [0, 30_000]) {
    assert.deepEqual(headFaults(itemHead(seoItem({ duration_seconds }), URLS, NOW).html, NOW), []);
  }
});

Deno.test("dates have a zone and are never in the future", () => {
  assert.equal(past("2026-11-01T10:00:00", NOW), "2026-11-01T10:00:00+00:00");
  assert.equal(past("2026-11-01 10:00:00.123456+05:30", NOW), "2026-11-01T10:00:00+05:30");
  assert.equal(past("2026-11-01T10:00:00-08", NOW), "2026-11-01T10:00:00-08:00");
  const none = ["2026-11-27T00:00:00Z", "yesterday", "2026-13-01T00:00:00Z", "2026-11-01", "", "infinity"];
  for (const time of [...none, "2026-02-30T10:00:00Z", "2026-11-31 10:00:00", "2025-02-29T10:00:00+01:00"]) {
    assert.equal(past(time, NOW), null, time);
  }
  assert.equal(past("2024-02-29T23:59:59-11:00", NOW), "2024-02-29T23:59:59-11:00");
  const page = (updated_at: string) =>
    creatorHead({ ...CREATOR, created_at: "2026-11-01 10:00:00", updated_at }, URLS, NOW).json_ld[0];
  assert.equal(page("2031-01-01T00:00:00Z")?.dateModified, undefined);
  assert.equal(page("2026-11-02 10:00:00")?.dateModified, "2026-11-02T10:00:00+00:00");
  assert.equal(page("2026-11-02 10:00:00")?.dateCreated, "2026-11-01T10:00:00+00:00");
  // A broadcast that ended before it began states only its start.
  const broadcast = (live_ended_at: string) =>
    main(seoItem({ metadata: { live: "none", live_started_at: "2026-11-02T10:00:00", live_ended_at } }))
      .publication as Record<string, unknown>;
  assert.equal(broadcast("2026-11-02T09:00:00Z").endDate, undefined);
  assert.equal(broadcast("2026-02-30T09:00:00Z").endDate, undefined);
  assert.equal(broadcast("2026-11-02T11:00:00Z").endDate, "2026-11-02T11:00:00+00:00");
  // A publication date in the future is replaced by the time when the item was first seen.
  assert.equal(
    main(seoItem({ published_at: "2031-01-01T00:00:00Z" })).uploadDate,
    "2026-11-02T10:00:00+00:00",
  );
});

Deno.test("an item without a title gets one from its other fields", () => {
  const title = (changes: Partial<SeoItem>) => itemHead(seoItem({ title: "", ...changes }), URLS, NOW).title;
  assert.equal(title({}), "How bread is made.");
  assert.equal(title({ description: "" }), "Video by Bread Channel");
  assert.equal(
    title({ description: "\u200b", content_type: "post", display_name: null }),
    "Post by bread-channel",
  );
  assert.equal(title({ description: "", slug: null }), "Video");
});

Deno.test("a creator's page describes the creator and links to their other profiles", () => {
  const head = creatorHead(CREATOR, URLS, NOW);
  assert.deepEqual(headFaults(head.html, NOW), []);
  assert.deepEqual(head.json_ld.map((document) => document["@type"]), ["ProfilePage", "BreadcrumbList"]);
  assert.deepEqual((head.json_ld[0]?.mainEntity as Record<string, unknown>).sameAs, [
    "https://www.youtube.com/@bread",
  ]);
  assert.equal(head.twitter_tags["twitter:creator"], "@bread");
});

Deno.test("URLs with & are escaped once in HTML, and not at all in JSON-LD", () => {
  const item = seoItem({ permalink: "https://www.youtube.com/watch?v=a&t=1", slug: "salt & pepper's" });
  const { html, json_ld, canonical_url } = itemHead(item, AND_URLS, NOW);
  assert.deepEqual(headFaults(html, NOW), []);
  assert.equal(canonical_url, `https://watch.example.com/watch?a=1&v=${item.id}`);
  assert.ok(html.includes(`<link rel="canonical" href="${canonical_url.replaceAll("&", "&amp;")}">`));
  assert.ok(!html.includes("&amp;amp;"));
  assert.equal(json_ld[0]?.url, canonical_url);
  assert.deepEqual(json_ld[0]?.thumbnailUrl, [`https://watch.example.com/t?w=1&id=${item.id}`]);
  const creator = creatorHead({ ...CREATOR, avatar_url: "https://example.com/a?b=1&c='2'" }, AND_URLS, NOW);
  assert.ok(creator.html.includes(`content="https://example.com/a?b=1&amp;c=&apos;2&apos;"`));
});

Deno.test("1,000 hostile titles, descriptions, tags and names inject no tag or script, and keep their text", () => {
  for (const hostile of hostileTexts(1_000)) {
    const item = seoItem({ title: hostile, description: hostile, tags: [hostile], display_name: hostile });
    const { html, title } = itemHead(item, URLS, NOW);
    assert.deepEqual(headFaults(html, NOW), [], JSON.stringify(hostile));
    const { head } = readHead(html);
    assert.equal(head.title, title);
    assert.equal(head.json_ld[0]?.name, title);
    const line = oneLine(hostile);
    if (line !== "" && line.length <= 100) assert.equal(title, line);
    assert.equal((html.match(/<\/script/gi) ?? []).length, head.json_ld.length);
    const creator = creatorHead({ ...CREATOR, display_name: hostile, bio: hostile }, URLS, NOW);
    assert.deepEqual(headFaults(creator.html, NOW), [], JSON.stringify(hostile));
  }
});

const real = await realItems(1_000);
Deno.test({
  name: "the pages of 1,000 real videos follow every rule of the engines' documents",
  ignore: real === null,
  fn() {
    for (const item of real ?? []) {
      assert.deepEqual(
        headFaults(itemHead(item, URLS, NOW).html, NOW),
        [],
        `${item.platform_content_id} ${item.title}`,
      );
      assert.deepEqual(types(item)[0], item.has_thumbnail ? "VideoObject" : types(item)[0]);
    }
    assert.equal(real?.length, 1_000);
  },
});

Deno.test("the validator of these tests detects errors", () => {
  const { html } = itemHead(seoItem(), URLS, NOW);
  const broken: [from: string | RegExp, to: string][] = [
    ['"uploadDate":"2026-11-01T10:00:00+00:00"', '"uploadDate":"2026-11-01T10:00:00"'],
    ['"uploadDate":"2026', '"uploadDate":"2036'],
    ["PT3M5S", "PT0S"],
    ["PT3M5S", "185"],
    [/"thumbnailUrl":\[[^\]]*\],/, ""],
    ['"userInteractionCount":1000', '"userInteractionCount":"1000"'],
    ["Episode 1", "</title><script>alert(1)</script>"],
    ['<meta property="og:video"', '<meta property="og:something"'],
    [/<meta name="twitter:player" [^>]*>/, ""],
    ['"position":2', '"position":3'],
  ];
  for (const [from, to] of broken) {
    assert.notDeepEqual(headFaults(html.replace(from, to), NOW), [], String(from));
  }
});

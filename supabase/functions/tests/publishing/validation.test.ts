/** Tests the validation of a post before it is sent, counting as each platform counts. Needs no stack. */
import assert from "node:assert/strict";
import type { PlatformSlug } from "../../_shared/platforms/platform.ts";
import { platformOf } from "../../_shared/platforms/registry.ts";
import { publishTime } from "../../_shared/publishing/contract.ts";
import type { Draft, Medium, Objection } from "../../_shared/publishing/publisher.ts";
import { publisherOf } from "../../_shared/publishing/registry.ts";
import { instantIn } from "../../_shared/publishing/time.ts";
import { adapterContext } from "../support/adapter_context.ts";

async function objections(slug: PlatformSlug, draft: Partial<Draft>): Promise<Objection[]> {
  const context = adapterContext({});
  const publisher = await publisherOf(slug, {
    ...context,
    platform: await platformOf(slug, context),
    media: { url: () => Promise.reject(), read: () => Promise.reject() },
    known_ids: [],
  });
  return await publisher.objections({
    kind: "text",
    title: "",
    body: "",
    media: [],
    options: {},
    thumbnail: null,
    due_at: null,
    ...draft,
  });
}

async function errors(slug: PlatformSlug, draft: Partial<Draft>): Promise<string[]> {
  return (await objections(slug, draft)).filter(({ level }) => level === "error").map(({ code }) => code)
    .sort();
}

function medium(about: Partial<Medium> = {}): Medium {
  return {
    id: crypto.randomUUID(),
    path: "x",
    kind: "image",
    mime_type: "image/jpeg",
    bytes: 100_000,
    sha256: "0".repeat(64),
    width: 1_080,
    height: 1_080,
    duration_seconds: null,
    frames_per_second: null,
    alt_text: null,
    status: "ready",
    ...about,
  };
}
const video = (about: Partial<Medium> = {}) =>
  medium({
    kind: "video",
    mime_type: "video/mp4",
    height: 1_920,
    duration_seconds: 20,
    frames_per_second: 30,
    ...about,
  });

Deno.test("X's weighted length: a Japanese character or any emoji is 2, every link 23, with a scheme or without", async () => {
  const family = "👨‍👩‍👧‍👦";
  const cases: [string, number][] = [
    ["a".repeat(281), 281],
    ["あ".repeat(141), 282],
    [family.repeat(141), 282],
    ["🫩".repeat(141), 282],
    [`${"a".repeat(257)} https://example.com/${"x".repeat(200)}`, 281],
    [`${"a".repeat(257)} example.com/${"x".repeat(60)}`, 281],
  ];
  for (const [body, weight] of cases) {
    const [found] = (await objections("twitter", { body })).filter(({ code }) => code === "body_length");
    assert.equal(found?.count, weight, body.slice(0, 12));
  }
  for (
    const body of [
      "a".repeat(280),
      "あ".repeat(140),
      family.repeat(140),
      `${"a".repeat(256)} example.com/${"x".repeat(90)}`,
    ]
  ) {
    assert.deepEqual(await errors("twitter", { body }), [], body.slice(0, 12));
  }
});

Deno.test("X: further posts of a thread and a second cashtag are validated too, and the price is stated", async () => {
  assert.deepEqual(
    await errors("twitter", { kind: "thread", body: "one", options: { thread: ["b".repeat(281)] } }),
    ["body_length"],
  );
  assert.deepEqual(await errors("twitter", { body: "$AAPL and $GOOG" }), ["cashtags"]);
  const cost = async (body: string) =>
    (await objections("twitter", { body })).find(({ code }) => code === "cost")?.message;
  assert.match(await cost("plain") ?? "", /\$0\.015/);
  assert.match(await cost("see example.com") ?? "", /\$0\.200/);
});

Deno.test("YouTube counts the quotes around tags with spaces: 38 of them pass, 39 do not", async () => {
  const tags = (count: number) =>
    Array.from({ length: count }, (_, index) => `lofi bea${String(index + 1).padStart(2, "0")}`);
  const draft = (count: number) => ({
    kind: "video" as const,
    title: "A title",
    media: [video()],
    options: { tags: tags(count) },
  });
  assert.deepEqual(await errors("youtube", draft(38)), []);
  const [found] = (await objections("youtube", draft(39))).filter(({ level }) => level === "error");
  assert.deepEqual([found?.count, found?.limit], [506, 500]);
});

Deno.test("YouTube's description is limited in bytes, its title in characters; TikTok counts UTF-16, Instagram code points", async () => {
  const youtube = { kind: "video" as const, media: [video()] };
  assert.deepEqual(
    await errors("youtube", { ...youtube, title: "é".repeat(100), body: "é".repeat(2_500) }),
    [],
  );
  assert.deepEqual(await errors("youtube", { ...youtube, title: "é".repeat(101), body: "é".repeat(2_501) }), [
    "body_length",
    "title_length",
  ]);
  assert.deepEqual(await errors("tiktok", { kind: "video", body: "😀".repeat(1_100), media: [video()] }), []);
  assert.deepEqual(await errors("tiktok", { kind: "video", body: "😀".repeat(1_101), media: [video()] }), [
    "body_length",
  ]);
  assert.deepEqual(
    await errors("instagram", { kind: "image", body: "😀".repeat(2_200), media: [medium()] }),
    [],
  );
  assert.deepEqual(
    await errors("instagram", { kind: "image", body: "😀".repeat(2_201), media: [medium()] }),
    ["body_length"],
  );
});

Deno.test("all reasons are reported at once", async () => {
  const found = await errors("instagram", {
    kind: "carousel",
    body: `${"x".repeat(2_100)} ${"#tag ".repeat(31)}`,
    media: [medium({ mime_type: "image/png", bytes: 9_000_000, width: 300, height: 900 })],
  });
  assert.deepEqual(found, [
    "body_length",
    "hashtags",
    "media_aspect",
    "media_bytes",
    "media_count",
    "media_type",
    "media_width",
  ]);
});

Deno.test("kinds, counts, durations and shapes of media are checked against each platform's rules", async () => {
  const cases: [PlatformSlug, Partial<Draft>, string[]][] = [
    ["youtube", { kind: "text", title: "t" }, ["kind_unknown", "media_count"]],
    ["youtube", { kind: "short", title: "t", media: [video({ duration_seconds: 181 })] }, ["media_duration"]],
    ["youtube", { kind: "short", title: "t", media: [video({ width: 1_920, height: 1_080 })] }, [
      "media_aspect",
    ]],
    ["youtube", { kind: "video", title: "<b>", media: [video()] }, ["title_characters"]],
    ["instagram", { kind: "reel", media: [video({ duration_seconds: 2 })] }, ["media_duration"]],
    ["instagram", { kind: "reel", media: [video({ width: 2_000 })] }, ["media_width"]],
    ["instagram", { kind: "carousel", media: [medium()] }, ["media_count"]],
    ["twitter", { kind: "video", media: [video({ duration_seconds: 141 })] }, ["media_duration"]],
    ["twitter", { kind: "carousel", media: [medium(), video()] }, ["media_mixed"]],
    ["twitter", { kind: "image", media: [medium({ bytes: 6_000_000 })] }, ["media_bytes"]],
    ["tiktok", { kind: "image", media: [medium({ mime_type: "image/png" })] }, ["media_type"]],
    ["tiktok", { kind: "video", media: [video({ frames_per_second: 15 })] }, ["media_frames"]],
    ["facebook", { kind: "reel", media: [video({ duration_seconds: 91 })] }, ["media_duration"]],
    ["facebook", { kind: "text" }, ["body_empty"]],
    ["facebook", { kind: "link" }, ["link_missing"]],
    ["facebook", { kind: "image", media: [medium({ status: "uploading" })] }, ["media_not_ready"]],
  ];
  for (const [slug, draft, codes] of cases) {
    assert.deepEqual(await errors(slug, draft), codes, `${slug} ${draft.kind}`);
  }
});

Deno.test("unsupported options and the limits of an unaudited TikTok app are reported as warnings", async () => {
  const warned = async (slug: PlatformSlug, draft: Partial<Draft>) =>
    (await objections(slug, draft)).filter(({ level }) => level === "warning").map(({ code }) => code);
  assert.ok((await warned("facebook", { body: "x", options: { tags: ["a"] } })).includes("option_unknown"));
  assert.ok((await warned("tiktok", { kind: "video", media: [video()] })).includes("unaudited"));
  assert.ok(
    (await warned("instagram", { kind: "story", body: "words", media: [medium()] })).includes("story_text"),
  );
});

Deno.test("a local time is interpreted in its time zone, also in the nights of clock changes", () => {
  const cases: [string, string, string][] = [
    ["Asia/Tokyo", "2026-12-24T09:00", "2026-12-24T00:00:00.000Z"],
    ["Europe/Paris", "2026-07-01T09:00", "2026-07-01T07:00:00.000Z"],
    // Occurs twice: the earlier one is used.
    ["Europe/Paris", "2026-10-25T02:30", "2026-10-25T00:30:00.000Z"],
    // Does not exist: shifted by the clock change.
    ["Europe/Paris", "2026-03-29T02:30", "2026-03-29T01:30:00.000Z"],
    ["America/St_Johns", "2026-01-01T00:00", "2026-01-01T03:30:00.000Z"],
    ["UTC", "2026-01-01T00:00:30", "2026-01-01T00:00:30.000Z"],
  ];
  for (const [zone, local, instant] of cases) {
    assert.equal(instantIn(zone, local).toISOString(), instant, `${zone} ${local}`);
  }
  const now = new Date("2026-11-26T12:00:00Z");
  assert.equal(
    publishTime({ publish_at: "2026-11-27T09:00", time_zone: "Asia/Tokyo" }, now)?.toISOString(),
    "2026-11-27T00:00:00.000Z",
  );
  assert.throws(
    () => publishTime({ publish_at: "2026-11-26T09:00", time_zone: "Asia/Tokyo" }, now),
    /publish_at/,
  );
  assert.throws(
    () => publishTime({ publish_at: "2026-11-27T09:00", time_zone: "Mars/Base" }, now),
    /time_zone/,
  );
});

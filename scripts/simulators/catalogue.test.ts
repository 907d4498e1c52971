import assert from "node:assert/strict";
import { fromVideoId, toVideoId } from "./engine/seeded.ts";
import { type SimulatorClient, uploadsOf, withSimulator } from "./simulator_client.ts";
import { SimulatorClock } from "./engine/clock.ts";
import { Library } from "./youtube/library.ts";
import { type Video, youtube_network } from "./youtube/network.ts";
import { voices } from "./engine/sample_text.ts";

function library(): Library {
  const clock = new SimulatorClock();
  const context = { provider: "youtube", clock, record: () => {}, redirect_uris: new Set<string>() };
  return new Library(context, youtube_network);
}

function everything(items: number, seed = 12): Video[] {
  const accounts = library();
  return accounts.at(accounts.create({ items, seed }).id, 0, items);
}

Deno.test("a video id encodes its channel and its number", () => {
  for (const [channel, index] of [[0, 0], [1, 9_999], [0xffffffff, 0xffffffff], [0x12345678, 7]] as const) {
    const id = toVideoId(channel, index);
    assert.match(id, /^[\w-]{11}$/);
    assert.deepEqual(fromVideoId(id), { channel, index });
  }
  assert.equal(fromVideoId("too short"), undefined);
  assert.equal(fromVideoId("AAAAAAAAAAB"), undefined);
});

Deno.test("the same seed generates the same videos, another seed generates others", () => {
  assert.deepEqual(everything(120), everything(120));
  assert.notDeepEqual(everything(120)[0], everything(120, 13)[0]);
});

Deno.test("two channels with the same seed have different ids, handles and video ids", () => {
  const catalogue = library();
  const [one, other] = [catalogue.create({ items: 3, seed: 5 }), catalogue.create({ items: 3, seed: 5 })];
  assert.notEqual(one.id, other.id);
  assert.notEqual(one.handle, other.handle);
  const ids = [one, other].flatMap(({ id }) => catalogue.at(id, 0, 3).map((video) => video.id));
  assert.equal(new Set(ids).size, 6);
});

Deno.test("a thousand videos contain every edge case that a library must handle", () => {
  const videos = everything(1_000);
  const has = (what: string, test: (video: Video) => boolean) =>
    assert.ok(videos.some(test), `no video of a thousand ${what}`);
  has("is private", (video) => video.privacy === "private");
  has("is unlisted", (video) => video.privacy === "unlisted");
  has("is deleted", (video) => video.deleted);
  has("is scheduled", (video) => video.publish_at !== null);
  has("has no description", (video) => video.description === "");
  has("has a description of 5,000 characters", (video) => video.description.length === 5_000);
  has("has no tags", (video) => video.tags.length === 0);
  has("has many tags", (video) => video.tags.length > 20);
  has("has hashtags", (video) => /#\p{L}/u.test(video.description));
  has("has a title of 100 characters", (video) => video.title.length >= 95);
  has("has emoji", (video) => /\p{Extended_Pictographic}/u.test(video.title));
  has("is right to left", (video) => /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(video.title));
  has("is CJK", (video) => /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Hangul}]/u.test(video.title));
  has("looks like markup", (video) => video.title.includes("<b>"));
  has("hides its likes", (video) => video.likes === null);
  has("is closed to comments", (video) => video.comments === null);
  has("is a short", (video) => video.duration_seconds > 0 && video.duration_seconds <= 60);
  has("lasts for hours", (video) => video.duration_seconds > 6 * 3_600);
  has("was a stream", (video) => video.live?.state === "completed");
  assert.ok(new Set(videos.map((video) => video.title)).size < 1_000, "no title occurs twice");
  assert.equal(new Set(videos.map((video) => video.id)).size, 1_000);
  for (const video of videos) {
    assert.ok(video.title.length > 0 && video.title.length <= 100);
    assert.ok(video.description.length <= 5_000);
    assert.ok(video.title.isWellFormed() && video.description.isWellFormed());
  }
  const uploaded = videos.map((video) => video.uploaded_at);
  assert.deepEqual(uploaded, uploaded.toSorted().reverse());
  const published = videos.map((video) => video.published_at);
  assert.notDeepEqual(published, published.toSorted().reverse());
});

Deno.test("every voice has subjects, titles, sentences and tags", () => {
  for (const { subjects, titles, sentences, tags } of voices) {
    for (const list of [subjects, titles, sentences, tags]) assert.ok(list.length > 0);
  }
});

Deno.test("reading 40 pages of a channel of 100,000 videos takes less than 50 MB of memory", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 100_000 });
    const { access_token } = await simulator.tokens(channel);
    const page = (position: string) =>
      simulator.list(
        `playlistItems?part=contentDetails&maxResults=50&playlistId=${
          uploadsOf(channel)
        }&pageToken=${position}`,
        access_token,
      );
    const first = await page("");
    assert.equal(first.pageInfo.totalResults, 100_000);
    const before = Deno.memoryUsage().heapUsed;
    let next = first.nextPageToken;
    for (let count = 0; count < 40 && next; count++) next = (await page(next)).nextPageToken;
    assert.ok(Deno.memoryUsage().heapUsed - before < 50_000_000);
  }));

Deno.test("the built-in channels have sizes from 0 to 10,000 videos, most of them around page limits", () =>
  withSimulator(async (simulator) => {
    const { accounts } = await simulator.admin("GET", "youtube/accounts");
    const sizes = accounts.map((channel: { items: number }) => channel.items).sort((
      one: number,
      other: number,
    ) => one - other);
    assert.deepEqual(sizes, [0, 1, 49, 50, 51, 120, 200, 250, 1_000, 10_000]);
  }));

const row = (change: Record<string, unknown>) =>
  JSON.stringify({
    video_id: "dQw4w9WgXcQ",
    title: "One",
    channel_id: "UCuAXFkgsw1L7xaCfnd5JJOw",
    channel_title: "A real channel",
    category_id: 10,
    publish_time: "2020-01-01T00:00:00Z",
    tags: ["a", "b"],
    views: 10,
    likes: 2,
    comment_count: 1,
    description: "d",
    country: "DE",
    default_language: null,
    ...change,
  });

/** Runs a test with a catalogue file, gzipped like the real ones. */
async function withCatalogue(
  lines: string[],
  test: (simulator: SimulatorClient) => Promise<void>,
  bytes = (whole: Uint8Array) => whole,
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".ndjson.gz" });
  const stream = new Blob([lines.join("\n")]).stream().pipeThrough(new CompressionStream("gzip"));
  await Deno.writeFile(path, bytes(new Uint8Array(await new Response(stream).arrayBuffer())));
  try {
    await withSimulator(test, { catalog: path });
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("a catalogue's videos are served newest first, and its nulls as missing members", () =>
  withCatalogue([
    row({}),
    row({
      video_id: "9bZkp7q19f0",
      title: "Two",
      publish_time: "2021-01-01T00:00:00Z",
      views: null,
      likes: null,
      comment_count: null,
    }),
    row({
      video_id: "kJQP7kiw5Fk",
      title: "Three",
      publish_time: "2019-01-01T00:00:00Z",
      tags: null,
      description: null,
    }),
    row({ video_id: "RgKAFK5djSk", channel_id: "UC38IQsAvIsxxjztdMZQtwHA", channel_title: "Another" }),
  ], async (simulator) => {
    const channel = "UCuAXFkgsw1L7xaCfnd5JJOw";
    const { access_token } = await simulator.connect(channel);
    const mine = await simulator.list(
      "channels?part=snippet,statistics,contentDetails&mine=true",
      access_token,
    );
    assert.equal(mine.items[0].snippet.title, "A real channel");
    assert.equal(mine.items[0].statistics.videoCount, "3");
    const page = await simulator.list(
      `playlistItems?part=snippet,contentDetails&playlistId=${uploadsOf(channel)}`,
      access_token,
    );
    assert.deepEqual(page.items.map((item) => item.snippet.title), ["Two", "One", "Three"]);
    const { items } = await simulator.list(
      "videos?part=snippet,statistics&id=9bZkp7q19f0,kJQP7kiw5Fk,AAAAAAAAAAA",
      access_token,
    );
    assert.deepEqual(items[0].statistics, { dislikeCount: "0", favoriteCount: "0" });
    assert.equal(items[1].snippet.description, "");
    assert.equal("tags" in items[1].snippet, false);
    const { accounts } = await simulator.admin("GET", "youtube/accounts");
    assert.deepEqual(accounts.slice(0, 2).map((one: { items: number }) => one.items), [3, 1]);
    const catalogue = await simulator.admin("GET", "youtube/catalogue");
    assert.deepEqual([catalogue.videos, catalogue.channels], [4, 2]);
    assert.match(await (await fetch(simulator.authorizationUrl())).text(), /A real channel/);
  }));

Deno.test("a real channel can be edited, and a generated channel can exist beside it", () =>
  withCatalogue([row({}), row({ video_id: "9bZkp7q19f0", title: "Two" })], async (simulator) => {
    const channel = "UCuAXFkgsw1L7xaCfnd5JJOw";
    const titles = async () =>
      (await simulator.admin("GET", `youtube/accounts/${channel}/items`)).items.map((
        video: { title: string },
      ) => video.title);
    assert.deepEqual(await titles(), ["Two", "One"]);
    await simulator.admin("PATCH", `youtube/accounts/${channel}/items/dQw4w9WgXcQ`, { title: "Uno" });
    await simulator.admin("POST", `youtube/accounts/${channel}/items`, { title: "Zero" });
    await simulator.admin("DELETE", `youtube/accounts/${channel}/items/9bZkp7q19f0`);
    assert.deepEqual(await titles(), ["Zero", "Uno"]);
    const made_up = await simulator.channel({ items: 2 });
    assert.equal((await simulator.admin("GET", `youtube/accounts/${made_up}/items`)).total, 2);
  }));

Deno.test("lines that are not videos are skipped and counted", () =>
  withCatalogue([
    row({}),
    "",
    "{",
    "null",
    "[1]",
    row({ video_id: "short" }),
    row({ channel_id: null }),
    row({ video_id: "9bZkp7q19f0", publish_time: "yesterday" }),
    row({ video_id: "9bZkp7q19f0", title: null }),
    row({ title: "again" }),
    row({ video_id: "kJQP7kiw5Fk" }),
  ], async (simulator) => {
    await simulator.admin("GET", "youtube/accounts");
    const catalogue = await simulator.admin("GET", "youtube/catalogue");
    assert.deepEqual([catalogue.videos, catalogue.skipped_lines, catalogue.duplicates, catalogue.error], [
      2,
      7,
      1,
      null,
    ]);
  }));

Deno.test("a truncated catalogue file serves the videos that it contains", async () => {
  const lines = Array.from(
    { length: 2_000 },
    (_, at) => row({ video_id: toVideoId(1, at), title: crypto.randomUUID() }),
  );
  const complained = console.error;
  console.error = () => {};
  try {
    await withCatalogue(lines, async (simulator) => {
      await simulator.admin("GET", "youtube/accounts");
      const catalogue = await simulator.admin("GET", "youtube/catalogue");
      assert.ok(catalogue.videos > 100 && catalogue.videos < 2_000, `${catalogue.videos}`);
      assert.notEqual(catalogue.error, null);
    }, (whole) => whole.subarray(0, Math.floor(whole.length / 2)));
  } finally {
    console.error = complained;
  }
});

Deno.test("a missing catalogue stops the start with an error that names it", async () => {
  await assert.rejects(
    () => withSimulator(async () => {}, { catalog: "/nowhere/catalogue.ndjson.gz" }),
    /nowhere.*no such file/,
  );
});

Deno.test("a file that is not a catalogue stops the start with an error", async () => {
  const notGzip = (whole: Uint8Array) => whole.map((byte) => byte ^ 255);
  await assert.rejects(
    () => withCatalogue([row({})], async () => {}, notGzip),
    /Cannot read the catalogue .*ndjson/,
  );
  await assert.rejects(
    () => withCatalogue(["", "{", "root:x:0:0"], async () => {}),
    /no line that is a video/,
  );
  await assert.rejects(
    () => withSimulator(async () => {}, { catalog: "/tmp" }),
    /Cannot read the catalogue \/tmp/,
  );
});

import assert from "node:assert/strict";
import { failure, sweep, uploadsOf, withSimulator } from "./simulator_client.ts";
import { readSelection, select } from "./google/field_selection.ts";
import { isoDuration } from "./youtube/resources.ts";

const item_parts = "part=snippet,contentDetails,status";
const video_parts = "part=snippet,contentDetails,statistics,status,liveStreamingDetails";

Deno.test("parameters that Google refuses are refused with Google's reasons", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 5 });
    const { access_token } = await simulator.tokens(channel);
    const many = Array.from({ length: 51 }, (_, at) => `AAAAAAAA${100 + at}`).join(",");
    const wrong: [string, number, string][] = [
      ["channels?mine=true", 400, "missingRequiredParameter"],
      ["channels?part=&mine=true", 400, "missingRequiredParameter"],
      ["channels?part=snippet,nonsense&mine=true", 400, "unknownPart"],
      ["channels?part=snippet", 400, "missingRequiredParameter"],
      ["channels?part=snippet&mine=true&id=UCx", 400, "incompatibleParameters"],
      ["channels?part=snippet&mine=true&colour=red", 400, "invalid"],
      ["channels?part=auditDetails&mine=true", 403, "insufficientPermissions"],
      ["playlistItems?part=snippet", 400, "missingRequiredParameter"],
      ["playlistItems?part=statistics&playlistId=UUx", 400, "unknownPart"],
      ["videos?part=snippet", 400, "missingRequiredParameter"],
      ["videos?part=snippet&id=AAAAAAAAAAA&maxResults=5", 400, "incompatibleParameters"],
      ["videos?part=snippet&id=AAAAAAAAAAA&chart=mostPopular", 400, "incompatibleParameters"],
      [`videos?part=snippet&id=${many}`, 400, "invalidFilters"],
      ["videos?part=snippet&id=AAAAAAAAAAA&fields=items(id", 400, "badRequest"],
      ["videos?part=snippet&id=AAAAAAAAAAA&fields=items(nonsense)", 400, "badRequest"],
      ["comments?part=snippet", 404, "notFound"],
    ];
    for (const [path, status, reason] of wrong) {
      await failure(await simulator.youtube(path, access_token), status, reason);
    }
    const { items: videos } = await simulator.admin(
      "GET",
      "youtube/accounts/" + await simulator.channel({ items: 1, plain: true }) + "/items",
    );
    await failure(
      await simulator.youtube(`videos?part=fileDetails&id=${videos[0].id}`, access_token),
      403,
      "forbidden",
    );
  }));

Deno.test("only the requested parts are returned, and fields trims them", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 1, plain: true });
    const { access_token } = await simulator.tokens(channel);
    const [{ id }] = (await simulator.admin("GET", `youtube/accounts/${channel}/items`)).items;
    const members = async (part: string) =>
      Object.keys((await simulator.list(`videos?part=${part}&id=${id}`, access_token)).items[0]);
    assert.deepEqual(await members("id"), ["kind", "etag", "id"]);
    assert.deepEqual(await members("statistics&part=snippet"), [
      "kind",
      "etag",
      "id",
      "snippet",
      "statistics",
    ]);
    const trimmed = await simulator.list(
      `videos?part=snippet,statistics&id=${id}&fields=items(id,snippet/title,statistics(viewCount)),pageInfo/totalResults`,
      access_token,
    );
    assert.deepEqual(Object.keys(trimmed), ["pageInfo", "items"]);
    assert.deepEqual(trimmed.pageInfo, { totalResults: 1 });
    assert.deepEqual(Object.keys(trimmed.items[0]), ["id", "snippet", "statistics"]);
    assert.deepEqual(Object.keys(trimmed.items[0].snippet), ["title"]);
    assert.deepEqual(Object.keys(trimmed.items[0].statistics), ["viewCount"]);
  }));

Deno.test("a field selection is a list of paths and groups", () => {
  const value = { a: 1, b: { c: 2, d: 3 }, e: [{ f: 4, g: 5 }] };
  const left = (text: string) => select(value, readSelection(text) ?? new Map());
  assert.deepEqual(left("a"), { a: 1 });
  assert.deepEqual(left("b/c,e/g"), { b: { c: 2 }, e: [{ g: 5 }] });
  assert.deepEqual(left("b(c,d),e(f)"), { b: { c: 2, d: 3 }, e: [{ f: 4 }] });
  assert.deepEqual(left("*/c"), { a: 1, b: { c: 2 }, e: [{}] });
  for (const wrong of ["", "a,", "a(b", "a)b", "a//b", "(a)", "a b"]) {
    assert.equal(readSelection(wrong), undefined);
  }
});

Deno.test("durations are ISO 8601, and zero is P0D", () => {
  const written = [0, 1, 59, 60, 3_600, 3_723, 86_400, 90_061].map(isoDuration);
  assert.deepEqual(written, ["P0D", "PT1S", "PT59S", "PT1M", "PT1H", "PT1H2M3S", "P1D", "P1DT1H1M1S"]);
});

Deno.test("a channel has one upcoming stream, one live stream and some that have ended", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 200 });
    const { access_token } = await simulator.tokens(channel);
    const { items } = await sweep(simulator, channel, access_token, 50);
    const ids = items.map((item) => item.contentDetails.videoId);
    const videos = [];
    for (let at = 0; at < ids.length; at += 50) {
      videos.push(
        ...(await simulator.list(`videos?${video_parts}&id=${ids.slice(at, at + 50)}`, access_token)).items,
      );
    }
    const states = videos.map((video) => video.snippet.liveBroadcastContent);
    assert.equal(states.filter((state) => state === "upcoming").length, 1);
    assert.equal(states.filter((state) => state === "live").length, 1);
    for (const video of videos) {
      const { liveBroadcastContent } = video.snippet;
      assert.equal(video.contentDetails.duration === "P0D", liveBroadcastContent !== "none");
      if (liveBroadcastContent === "live") {
        assert.equal(typeof video.liveStreamingDetails.concurrentViewers, "string");
      }
      if (liveBroadcastContent === "upcoming") {
        assert.equal("actualStartTime" in video.liveStreamingDetails, false);
      }
    }
    assert.ok(videos.some((video) => video.liveStreamingDetails?.actualEndTime));
    assert.ok(videos.some((video) => video.liveStreamingDetails === undefined));
  }));

Deno.test("responses are compressed for clients that accept gzip", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 50 });
    const { access_token } = await simulator.tokens(channel);
    const path = `playlistItems?${item_parts}&maxResults=50&playlistId=${uploadsOf(channel)}`;
    const raw = async (encoding: string) => {
      const process = new Deno.Command(Deno.execPath(), {
        args: [
          "eval",
          raw_request,
          `${simulator.url}/www.googleapis.com/youtube/v3/${path}`,
          access_token,
          encoding,
        ],
        stdout: "piped",
      });
      return JSON.parse(new TextDecoder().decode((await process.output()).stdout));
    };
    const [packed, plain] = [await raw("gzip"), await raw("identity")];
    assert.equal(packed.encoding, "gzip");
    assert.equal(plain.encoding, null);
    assert.ok(packed.bytes < plain.bytes / 3);
    const small = await simulator.youtube(`${path}&prettyPrint=false`, access_token);
    assert.ok((await small.text()).length < plain.bytes);
  }));

/** Uses node:http, which shows the raw bytes that fetch hides. */
const raw_request = `
  import { get } from "node:http";
  const [url, token, encoding] = Deno.args;
  get(url, { headers: { authorization: "Bearer " + token, "accept-encoding": encoding } }, async (response) => {
    let bytes = 0;
    for await (const chunk of response) bytes += chunk.length;
    console.log(JSON.stringify({ encoding: response.headers["content-encoding"] ?? null, bytes }));
  });
`;

Deno.test("every call costs a unit, failed ones too; with no units left, calls get quotaExceeded until midnight Pacific", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 5 });
    await simulator.admin("POST", "clock", { now: "2026-07-01T06:30:00Z" }); // 23:30 Pacific Time
    const { access_token } = await simulator.tokens(channel);
    const used = async () => (await simulator.admin("GET", "youtube/quota")).default;
    const before = (await used()).used;
    const { etag } = await simulator.list("channels?part=id&mine=true", access_token);
    await (await simulator.youtube("channels?part=nonsense&mine=true", access_token)).body?.cancel();
    await (await simulator.youtube("channels?part=id&mine=true", access_token, { "if-none-match": etag }))
      .body?.cancel();
    assert.equal((await used()).used, before + 3);
    assert.equal((await used()).limit, 10_000);
    assert.equal((await used()).resets_at, "2026-07-01T07:00:00.000Z");
    await simulator.admin("PUT", "youtube/quota", { used: 10_000 });
    const over = await simulator.youtube("channels?part=id&mine=true", access_token);
    const { error } = await over.clone().json();
    assert.equal(error.errors[0].domain, "youtube.quota");
    await failure(over, 403, "quotaExceeded");
    await simulator.admin("POST", "clock", { advance_seconds: 29 * 60 });
    await failure(await simulator.youtube("channels?part=id&mine=true", access_token), 403, "quotaExceeded");
    await simulator.admin("POST", "clock", { advance_seconds: 2 * 60 });
    await simulator.list("channels?part=id&mine=true", access_token);
    assert.equal((await used()).used, 1);
    assert.equal((await used()).resets_at, "2026-07-02T07:00:00.000Z");
    await simulator.admin("POST", "clock", { now: "2026-12-01T12:00:00Z" });
    assert.equal((await used()).resets_at, "2026-12-02T08:00:00.000Z");
  }));

Deno.test("batchGetStats has its own units, and returns 429 when they are used up", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 3, plain: true });
    const { access_token } = await simulator.tokens(channel);
    const { items: videos } = await simulator.admin("GET", `youtube/accounts/${channel}/items`);
    const path = `videos:batchGetStats?part=statistics,contentDetails&id=${
      videos.map((video: { id: string }) => video.id)
    }`;
    const answer = await simulator.list(path, access_token);
    assert.equal(answer.items.length, 3);
    assert.equal(answer.items[0].kind, "youtube#videoStats");
    await simulator.admin("PUT", "youtube/quota", { bucket: "batch_get_stats", used: 10_000 });
    const over = await simulator.youtube(path, access_token);
    const { error } = await over.clone().json();
    assert.equal(error.status, "RESOURCE_EXHAUSTED");
    assert.equal(error.details[0].metadata.quota_limit_value, "10000");
    await failure(over, 429, "rateLimitExceeded");
    await simulator.list("channels?part=id&mine=true", access_token);
  }));

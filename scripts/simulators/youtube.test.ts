import assert from "node:assert/strict";
import { failure, sweep, uploadsOf, withSimulator } from "./simulator_client.ts";
import { readPageToken, writePageToken } from "./youtube/page_token.ts";

const item_parts = "part=snippet,contentDetails,status";
const video_parts = "part=snippet,contentDetails,statistics,status,liveStreamingDetails";

Deno.test("prevPageToken leads back through the same pages", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 120 });
    const { access_token } = await simulator.tokens(channel);
    const page = (token: string) =>
      simulator.list(
        `playlistItems?${item_parts}&playlistId=${uploadsOf(channel)}&maxResults=50&pageToken=${token}`,
        access_token,
      );
    const first = await page("");
    assert.equal(first.prevPageToken, undefined);
    assert.deepEqual(first.items.map((item) => item.snippet.position), first.items.map((_, at) => at));
    assert.deepEqual(first.pageInfo, { totalResults: 120, resultsPerPage: 50 });
    const second = await page(first.nextPageToken ?? "");
    const third = await page(second.nextPageToken ?? "");
    assert.equal(third.items.length, 20);
    assert.equal(third.nextPageToken, undefined);
    assert.deepEqual((await page(third.prevPageToken ?? "")).items, second.items);
    assert.deepEqual((await page(second.prevPageToken ?? "")).items, first.items);
  }));

Deno.test("page tokens have Google's own encoding, and anything else is refused", () => {
  assert.equal(writePageToken({ position: 50, back: false }), "EAAaBlBUOkNESQ");
  for (const position of [0, 1, 5, 50, 127, 128, 9_950, 1_000_000]) {
    for (const back of [true, false]) {
      assert.deepEqual(readPageToken(writePageToken({ position, back })), { position, back });
    }
  }
  for (
    const token of [
      "",
      "CAUQAA",
      "EAAaBlBUOkNESQ==",
      "EAAaBlBUOkNES",
      "null",
      "'; drop table",
      "E".repeat(100),
    ]
  ) {
    assert.equal(readPageToken(token), undefined);
  }
});

Deno.test("a page has five items by default and at most fifty", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 60 });
    const { access_token } = await simulator.tokens(channel);
    const path = `playlistItems?part=id&playlistId=${uploadsOf(channel)}`;
    assert.equal((await simulator.list(path, access_token)).items.length, 5);
    assert.equal((await simulator.list(`${path}&maxResults=0`, access_token)).items.length, 0);
    for (const wrong of ["51", "-1"]) {
      await failure(
        await simulator.youtube(`${path}&maxResults=${wrong}`, access_token),
        400,
        "invalidValue",
      );
    }
    await failure(await simulator.youtube(`${path}&maxResults=ten`, access_token), 400, "invalid");
    await failure(
      await simulator.youtube(`${path}&pageToken=nonsense`, access_token),
      400,
      "invalidPageToken",
    );
  }));

Deno.test("the same response has the same etag, and a request with that etag returns 304 without a body", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 60, plain: true });
    const { access_token } = await simulator.tokens(channel);
    const items = `playlistItems?${item_parts}&playlistId=${uploadsOf(channel)}&maxResults=50`;
    const first = await simulator.list(items, access_token);
    const ids = first.items.map((item) => item.contentDetails.videoId).join(",");
    for (
      const path of [items, `videos?${video_parts}&id=${ids}`, "channels?part=snippet,statistics&mine=true"]
    ) {
      const { etag } = await simulator.list(path, access_token);
      assert.equal((await simulator.list(path, access_token)).etag, etag);
      for (const tag of [etag, `"${etag}"`, `W/"${etag}"`, `"other", "${etag}"`, "*"]) {
        const response = await simulator.youtube(path, access_token, { "if-none-match": tag });
        assert.equal(response.status, 304, `${path} ${tag}`);
        assert.equal(await response.text(), "");
      }
      const other = await simulator.youtube(path, access_token, { "if-none-match": '"another"' });
      assert.equal(other.status, 200);
      await other.body?.cancel();
    }
  }));

Deno.test("an edit changes the etag of the video, of its page and of nothing else", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 60, plain: true });
    const { access_token } = await simulator.tokens(channel);
    const page = (token = "") =>
      simulator.list(
        `playlistItems?${item_parts}&playlistId=${uploadsOf(channel)}&maxResults=50&pageToken=${token}`,
        access_token,
      );
    const [first, second] = [await page(), await page("EAAaBlBUOkNESQ")];
    const edited = first.items[3].contentDetails.videoId;
    await simulator.admin("PATCH", `youtube/accounts/${channel}/items/${edited}`, {
      title: "Renamed",
      likes: null,
    });
    const [changed, same] = [await page(), await page("EAAaBlBUOkNESQ")];
    assert.equal(same.etag, second.etag);
    assert.notEqual(changed.etag, first.etag);
    assert.deepEqual(
      changed.items.flatMap((item, at) => item.etag === first.items[at].etag ? [] : [at]),
      [3],
    );
    assert.equal(changed.items[3].snippet.title, "Renamed");
    const video = (await simulator.list(`videos?${video_parts}&id=${edited}`, access_token)).items[0];
    assert.equal(video.snippet.title, "Renamed");
    assert.equal("likeCount" in video.statistics, false);
    assert.equal(video.status.publicStatsViewable, false);
    // Counters are not part of a playlist entry: growing view counts leave the page unchanged.
    await simulator.admin("PATCH", `youtube/accounts/${channel}/items/${edited}`, {
      views: 9_007_199_254_740_991,
    });
    assert.equal((await page()).etag, changed.etag);
    const grown = (await simulator.list(`videos?${video_parts}&id=${edited}`, access_token)).items[0];
    assert.equal(grown.statistics.viewCount, "9007199254740991");
    assert.notEqual(grown.etag, video.etag);
  }));

Deno.test("new uploads come first, and deleted videos leave the list and move the rest up", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 10, plain: true });
    const { access_token } = await simulator.tokens(channel);
    const ids = async () =>
      (await sweep(simulator, channel, access_token, 50)).items.map((item) => item.contentDetails.videoId);
    const before = await ids();
    await simulator.admin("POST", `youtube/accounts/${channel}/items`, { title: "New", count: 2 });
    const { items: [last, one_before] } = await simulator.admin(
      "GET",
      `youtube/accounts/${channel}/items?limit=2`,
    );
    const added = [one_before, last];
    await simulator.admin("DELETE", `youtube/accounts/${channel}/items/${before[4]}`);
    await simulator.admin("DELETE", `youtube/accounts/${channel}/items/${before[0]}`);
    const expected = [added[1].id, added[0].id, ...before.filter((_, at) => at !== 4 && at !== 0)];
    assert.deepEqual(await ids(), expected);
    assert.deepEqual(
      (await simulator.admin("GET", `youtube/accounts/${channel}/items`)).items.map((
        video: { id: string },
      ) => video.id),
      expected,
    );
    for (const size of [1, 3]) {
      assert.deepEqual((await sweep(simulator, channel, access_token, size)).items.length, 10);
    }
    const left = await simulator.list(`videos?part=id&id=${before.join(",")}`, access_token);
    assert.deepEqual(left.items.map((video) => video.id), before.filter((_, at) => at !== 4 && at !== 0));
    const one = await simulator.list(
      `playlistItems?${item_parts}&playlistId=${uploadsOf(channel)}&videoId=${before[1]}`,
      access_token,
    );
    assert.equal(one.items[0].snippet.position, expected.indexOf(before[1]));
    const same = await simulator.list(`playlistItems?${item_parts}&id=${one.items[0].id}`, access_token);
    assert.deepEqual(same.items, one.items);
    await simulator.admin("DELETE", `youtube/accounts/${channel}/items/${added[0].id}`);
    assert.equal((await ids()).includes(added[0].id), false);
  }));

Deno.test("deleted and private videos keep an entry without content; videos.list silently leaves them out", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 5, plain: true });
    const stranger = await simulator.channel({ items: 1 });
    const [own, other] = [await simulator.tokens(channel), await simulator.tokens(stranger)];
    const { items: videos } = await simulator.admin("GET", `youtube/accounts/${channel}/items`);
    const [deleted, hidden, unlisted, open] = videos.map((video: { id: string }) => video.id);
    const edit = (id: string, change: unknown) =>
      simulator.admin("PATCH", `youtube/accounts/${channel}/items/${id}`, change);
    await edit(deleted, { deleted: true });
    await edit(hidden, { privacy: "private", title: "My secret" });
    await edit(unlisted, { privacy: "unlisted" });

    const entries = async (token: string) => (await sweep(simulator, channel, token, 50)).items;
    const [mine, theirs] = [await entries(own.access_token), await entries(other.access_token)];
    assert.equal(mine[0].snippet.title, "Deleted video");
    assert.deepEqual(mine[0].snippet.thumbnails, {});
    assert.equal("videoPublishedAt" in mine[0].contentDetails, false);
    assert.equal(mine[1].snippet.title, "My secret");
    assert.equal(mine[1].status.privacyStatus, "private");
    assert.equal(mine.length, 5);
    assert.equal(theirs.length, 4);
    assert.equal(theirs[1].snippet.title, "Private video");
    assert.deepEqual(theirs[1].snippet.thumbnails, {});
    assert.equal(theirs.some((item) => item.contentDetails.videoId === unlisted), false);

    const ids = [deleted, hidden, unlisted, open, "AAAAAAAAAAA", "not-an-id"].join(",");
    const seen = async (token?: string) =>
      (await simulator.list(`videos?part=id&id=${ids}${token ? "" : "&key=local-simulator-api-key"}`, token))
        .items
        .map((video) => video.id);
    assert.deepEqual(await seen(own.access_token), [hidden, unlisted, open]);
    assert.deepEqual(await seen(other.access_token), [unlisted, open]);
    assert.deepEqual(await seen(), [unlisted, open]);
  }));

Deno.test("an API key reads public data and has no channel of its own", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 5, plain: true });
    const key = "key=local-simulator-api-key";
    assert.equal((await simulator.list(`channels?part=id&id=${channel}&${key}`)).items[0].id, channel);
    assert.equal(
      (await simulator.list(`playlistItems?part=id&playlistId=${uploadsOf(channel)}&${key}`)).items.length,
      5,
    );
    await failure(await simulator.youtube(`channels?part=id&mine=true&${key}`), 401, "authorizationRequired");
    await failure(await simulator.youtube(`channels?part=id&id=${channel}&key=wrong`), 400, "badRequest");
    await failure(await simulator.youtube(`channels?part=id&id=${channel}`), 403, "forbidden");
    const missing = await simulator.youtube("channels?part=id&mine=true");
    assert.equal(missing.headers.get("www-authenticate"), 'Bearer realm="https://accounts.google.com/"');
    await failure(missing, 401, "required");
    await failure(await simulator.youtube("channels?part=id&mine=true", ""), 401, "authError");
  }));

Deno.test("channels.list finds channels by id, handle and owner, and returns no items if none matches", () =>
  withSimulator(async (simulator) => {
    const channel = await simulator.channel({ items: 5, plain: true, name: "Été à Brest" });
    const { access_token } = await simulator.tokens(channel);
    const mine = await simulator.list(
      "channels?part=snippet,contentDetails,statistics&mine=true",
      access_token,
    );
    assert.equal(mine.items[0].contentDetails.relatedPlaylists.uploads, uploadsOf(channel));
    assert.equal(mine.items[0].statistics.videoCount, "5");
    assert.equal(typeof mine.items[0].statistics.subscriberCount, "string");
    const handle = mine.items[0].snippet.customUrl;
    assert.equal(
      (await simulator.list(`channels?part=id&forHandle=${handle}`, access_token)).items[0].id,
      channel,
    );
    assert.equal(
      (await simulator.list(`channels?part=id&forHandle=${handle.slice(1)}`, access_token)).items[0].id,
      channel,
    );
    for (const path of ["channels?part=id&id=UCnobody", "channels?part=id&forHandle=@nobody"]) {
      const none = await simulator.list(path, access_token);
      assert.equal("items" in none, false);
      assert.deepEqual(none.pageInfo, { totalResults: 0, resultsPerPage: 5 });
    }
    const viewer = await simulator.tokens("account-without-channel");
    assert.equal("items" in await simulator.list("channels?part=id&mine=true", viewer.access_token), false);
    const hidden = await simulator.channel({ items: 1, hidden_subscribers: true });
    const seen = await simulator.list(`channels?part=statistics&id=${hidden}`, access_token);
    assert.equal(seen.items[0].statistics.hiddenSubscriberCount, true);
    assert.equal("subscriberCount" in seen.items[0].statistics, false);
  }));

Deno.test("the uploads playlist of a channel that never uploaded does not exist", () =>
  withSimulator(async (simulator) => {
    const [never, emptied] = [
      await simulator.channel({ items: 0 }),
      await simulator.channel({ items: 0, empty_uploads: "empty" }),
    ];
    const { access_token } = await simulator.tokens(never);
    await failure(
      await simulator.youtube(`playlistItems?part=id&playlistId=${uploadsOf(never)}`, access_token),
      404,
      "playlistNotFound",
    );
    await failure(
      await simulator.youtube("playlistItems?part=id&playlistId=UUnobody", access_token),
      404,
      "playlistNotFound",
    );
    const empty = await simulator.list(
      `playlistItems?part=id&playlistId=${uploadsOf(emptied)}`,
      access_token,
    );
    assert.deepEqual(empty.items, []);
    await simulator.admin("POST", `youtube/accounts/${never}/items`, { title: "The first" });
    assert.equal(
      (await simulator.list(`playlistItems?part=id&playlistId=${uploadsOf(never)}`, access_token)).items
        .length,
      1,
    );
  }));

/**
 * Checks the simulator's responses against Google's discovery documents, and their shape against responses recorded from
 * the real API. Both are stored outside the repository: without them these tests are ignored.
 */
import assert from "node:assert/strict";
import {
  type Answered,
  readonly_scope,
  type SimulatorClient,
  uploadsOf,
  withSimulator,
} from "./simulator_client.ts";
import {
  dataFolder,
  discoveryParameters,
  hasDiscovery,
  validateAgainstDiscovery,
  validateResource,
} from "./validate_against_discovery.ts";
import { collect, recorded } from "./answer_shape.ts";
import { writePageToken } from "./youtube/page_token.ts";
import * as resources from "./youtube/resources.ts";

const folder = dataFolder();
const missing = !hasDiscovery("youtube.v3") || !hasDiscovery("oauth2.v2");
if (missing) {
  console.warn("Google's discovery documents are missing: the simulators are not checked against them");
}

/** Creates a channel with every kind of content, a stranger's channel, and tokens: the owner's, the stranger's, and one with all scopes. */
async function cast(simulator: SimulatorClient) {
  const channel = await simulator.channel({ items: 1_000, seed: 4, country: "FR" });
  const stranger = await simulator.channel({ items: 1 });
  const scopes = [
    readonly_scope,
    "https://www.googleapis.com/auth/youtubepartner-channel-audit",
    "https://www.googleapis.com/auth/userinfo.email",
    "https://www.googleapis.com/auth/userinfo.profile",
  ];
  return {
    channel,
    stranger,
    own: (await simulator.tokens(channel, { scopes })).access_token,
    other: (await simulator.tokens(stranger)).access_token,
    viewer: (await simulator.tokens("account-without-channel")).access_token,
  };
}

const public_video_parts = resources.video_parts.filter((part) =>
  !resources.owner_parts.some((one) => one === part)
);

/** Makes calls of every kind: each part alone and all together, each filter, first, middle and last pages. */
async function sweep(
  simulator: SimulatorClient,
): Promise<{ path: string; answer: Answered; owner: boolean }[]> {
  const { channel, stranger, own, other, viewer } = await cast(simulator);
  const calls: [string, string | undefined][] = [];
  const channel_parts = resources.channel_parts;
  for (const part of [...channel_parts, channel_parts.join(",")]) {
    calls.push([`channels?part=${part}&mine=true`, own]);
  }
  const seen = channel_parts.filter((part) => part !== "auditDetails").join(",");
  calls.push([`channels?part=${seen}&id=${channel}`, other], [`channels?part=${seen}&mine=true`, viewer]);
  calls.push([`channels?part=${seen}&id=UCnobody,${channel}&maxResults=50`, other], [
    "channels?part=id&forHandle=@nobody",
    other,
  ]);
  calls.push([`channels?part=id&id=${channel},${stranger}&maxResults=1`, other]);
  calls.push([
    `channels?part=id&id=${channel},${stranger}&maxResults=1&pageToken=${
      writePageToken({ position: 1, back: false })
    }`,
    other,
  ]);
  calls.push([`channels?part=snippet&id=${channel}&key=local-simulator-api-key`, undefined]);

  const playlist = `playlistId=${uploadsOf(channel)}`;
  const item_parts = resources.playlist_item_parts;
  for (const part of item_parts) calls.push([`playlistItems?part=${part}&${playlist}`, own]);
  const ids: string[] = [];
  for (const token of [own, other]) {
    for (let next: string | undefined = ""; next !== undefined;) {
      const path = `playlistItems?part=${item_parts}&${playlist}&maxResults=50&pageToken=${next}`;
      calls.push([path, token]);
      const page: Awaited<ReturnType<typeof simulator.list>> = await simulator.list(path, token);
      if (token === own) ids.push(...page.items.map((item) => item.contentDetails.videoId));
      next = page.nextPageToken;
    }
  }
  calls.push([`playlistItems?part=${item_parts}&${playlist}&videoId=${ids[0]}`, own]);

  const video_parts = resources.video_parts;
  for (const part of video_parts) calls.push([`videos?part=${part}&id=${ids.slice(0, 50)}`, own]);
  for (let at = 0; at < ids.length; at += 50) {
    calls.push([`videos?part=${video_parts}&id=${ids.slice(at, at + 50)}`, own]);
    calls.push([`videos?part=${public_video_parts}&id=${ids.slice(at, at + 50)}`, other]);
  }
  calls.push([`videos?part=snippet,player&hl=es&maxWidth=640&id=${ids.slice(0, 50)}`, own], [
    "videos?part=id&id=AAAAAAAAAAA",
    own,
  ]);
  calls.push([`videos:batchGetStats?part=${resources.stats_parts}&id=${ids.slice(0, 50)}`, own]);

  const answers = [];
  for (const [path, token] of calls) {
    answers.push({ path, answer: await simulator.list(path, token), owner: token === own });
  }
  return answers;
}

const method_path = (path: string) => `/youtube/v3/${path.split("?")[0]}`;

Deno.test({
  name: "every response of the Data API matches Google's discovery document",
  ignore: missing,
  fn: () =>
    withSimulator(async (simulator) => {
      const answers = await sweep(simulator);
      assert.ok(answers.length > 100);
      for (const { path, answer } of answers) {
        assert.deepEqual(validateAgainstDiscovery("youtube.v3", "GET", method_path(path), answer), [], path);
      }
    }),
});

Deno.test({
  name: "an extra member, a number instead of a string and a wrong timestamp are detected",
  ignore: missing,
  fn: () => {
    const check = (answer: unknown) =>
      validateAgainstDiscovery("youtube.v3", "GET", "/youtube/v3/videos", answer);
    const video = {
      kind: "youtube#video",
      snippet: { publishedAt: "2026-01-01T00:00:00Z" },
      statistics: { viewCount: "1" },
    };
    assert.deepEqual(check({ items: [video] }), []);
    assert.match(check({ items: [{ ...video, extra: 1 }] }).join(), /additional properties/);
    assert.match(
      check({ items: [{ ...video, statistics: { viewCount: 1 } }] }).join(),
      /viewCount: must be string/,
    );
    assert.match(
      check({ items: [{ ...video, statistics: { viewCount: "many" } }] }).join(),
      /must match pattern/,
    );
    assert.match(check({ items: [{ ...video, snippet: { publishedAt: "yesterday" } }] }).join(), /date-time/);
    assert.match(
      check({ items: [{ ...video, status: { privacyStatus: "secret" } }] }).join(),
      /allowed values/,
    );
    assert.match(
      validateAgainstDiscovery("youtube.v3", "GET", "/youtube/v3/nonsense", {}).join(),
      /has no GET/,
    );
  },
});

Deno.test({
  name: "the methods accept every parameter of the discovery document, and no other",
  ignore: missing,
  fn: () =>
    withSimulator(async (simulator) => {
      const { own } = await cast(simulator);
      for (const method of ["channels", "playlistItems", "videos", "videos:batchGetStats"]) {
        const names = discoveryParameters("youtube.v3", "GET", method_path(method));
        assert.ok(names.includes("part"));
        for (const name of names) {
          const response = await simulator.youtube(`${method}?${name}=x`, own);
          const { error } = await response.json();
          assert.doesNotMatch(error?.message ?? "", /Unknown name/, `${method} ${name}`);
        }
        const unknown = await (await simulator.youtube(`${method}?made_up=x`, own)).json();
        assert.match(unknown.error.message, /Unknown name "made_up"/);
      }
    }),
});

const real_catalogue = folder && new URL("youtube_trending_fulldesc.ndjson.gz", folder);

Deno.test({
  name: "a real catalogue is served completely and in the same shape",
  ignore: missing || !isFile(real_catalogue),
  fn: () =>
    withSimulator(async (simulator) => {
      const { accounts } = await simulator.admin("GET", "youtube/accounts?limit=40");
      const catalogue = await simulator.admin("GET", "youtube/catalogue");
      assert.deepEqual([catalogue.videos, catalogue.skipped_lines, catalogue.duplicates], [83_794, 0, 0]);
      const real = accounts.filter((channel: { source: string }) => channel.source === "real");
      assert.equal(real.length, 20);
      for (const { account_id, items } of real) {
        const { access_token } = await simulator.tokens(account_id);
        const check = async (path: string) => {
          const answer = await simulator.list(path, access_token);
          assert.deepEqual(
            validateAgainstDiscovery("youtube.v3", "GET", method_path(path), answer),
            [],
            path,
          );
          return answer;
        };
        const mine = await check("channels?part=snippet,contentDetails,statistics&mine=true");
        const uploads = mine.items[0].contentDetails.relatedPlaylists.uploads;
        const seen: string[] = [];
        for (let next: string | undefined = ""; next !== undefined;) {
          const page: Answered = await check(
            `playlistItems?part=snippet,contentDetails,status&maxResults=50&playlistId=${uploads}&pageToken=${next}`,
          );
          const ids = page.items.map((item: Answered) => item.contentDetails.videoId);
          const listed = await check(`videos?part=snippet,contentDetails,statistics,status&id=${ids}`);
          assert.deepEqual(listed.items.map((video: Answered) => video.id), ids);
          seen.push(...ids);
          next = page.nextPageToken;
        }
        assert.equal(new Set(seen).size, items);
      }
    }, { catalog: real_catalogue?.pathname }),
});

function isFile(at: URL | undefined): boolean {
  try {
    return at !== undefined && Deno.statSync(at).isFile;
  } catch {
    return false;
  }
}

Deno.test({
  name: "tokeninfo and userinfo match the oauth2 discovery document",
  ignore: missing,
  fn: () =>
    withSimulator(async (simulator) => {
      const { own, channel } = await cast(simulator);
      const ask = async (method: string, path: string) => {
        const response = await fetch(`${simulator.url}/www.googleapis.com/${path}`, {
          method,
          headers: { authorization: `Bearer ${own}` },
        });
        assert.equal(response.status, 200);
        return await response.json();
      };
      const info = await ask("POST", `oauth2/v2/tokeninfo?access_token=${own}`);
      assert.deepEqual(validateAgainstDiscovery("oauth2.v2", "POST", "/oauth2/v2/tokeninfo", info), []);
      const user = await ask("GET", "oauth2/v2/userinfo");
      assert.deepEqual(validateAgainstDiscovery("oauth2.v2", "GET", "/oauth2/v2/userinfo", user), []);
      assert.equal(user.name, (await simulator.admin("GET", `youtube/accounts/${channel}`)).name);
    }),
});

/** Recorded members that the simulator omits: removed from the API since, or part of lists that it does not serve (charts, ratings). */
const left_out = new Set([
  "youtube#videoListResponse nextPageToken",
  "youtube#videoListResponse prevPageToken",
  "youtube#channel statistics.commentCount",
  "youtube#channel brandingSettings.channel.trackingAnalyticsAccountId",
  "youtube#channel brandingSettings.channel.unsubscribedTrailer",
]);

Deno.test({
  name:
    "responses have the shape of recorded ones: every recorded member with its type, and members always recorded always",
  ignore: missing || folder === undefined,
  fn: () =>
    withSimulator(async (simulator) => {
      const fixtures = new URL("fixtures/", folder);
      const real = collect([
        ...recorded(new URL("youtube/", fixtures)),
        ...recorded(new URL("youtube_raw/", fixtures)),
      ]);
      // The recordings do not cover a creator's view of their own deleted and private videos.
      const answers = (await sweep(simulator)).map(({ answer, path }) => ({
        ...answer,
        ...(path.startsWith("playlistItems") && path.includes("snippet")
          ? { items: answer.items.filter((item: Answered) => item.snippet?.videoOwnerChannelId) }
          : {}),
      }));
      const ours = collect(answers);
      assert.deepEqual([...real.keys()].sort().slice(0, 3), [
        "youtube#channel",
        "youtube#channelListResponse",
        "youtube#playlistItem",
      ]);
      const differences: string[] = [];
      for (const [kind, shape] of real) {
        const own = ours.get(kind);
        if (own === undefined) differences.push(`${kind} is never answered`);
        for (const [path, { types }] of shape.paths) {
          if (left_out.has(`${kind} ${path}`)) continue;
          const made = own?.paths.get(path);
          if (made === undefined) differences.push(`${kind} ${path} was recorded, and is never answered`);
          else if (made.types.difference(types).size > 0) {
            differences.push(`${kind} ${path} is ${[...made.types]}, was recorded as ${[...types]}`);
          }
          const part = !path.includes(".") && !["kind", "etag", "id"].includes(path);
          const optional = part || /thumbnails\.(standard|maxres)$/.test(path) ||
            path.includes("statistics.");
          if (shape.count > 10 && shape.always(path) && !own?.always(path) && !optional) {
            differences.push(`${kind} ${path} was always recorded, and is not always answered`);
          }
        }
      }
      assert.deepEqual(differences, []);
    }),
});

Deno.test({
  name: "recorded responses match the discovery document too, so the document can be trusted",
  ignore: missing || folder === undefined,
  fn: () => {
    const names: Record<string, string> = {
      "youtube#channel": "Channel",
      "youtube#playlistItem": "PlaylistItem",
      "youtube#video": "Video",
    };
    let count = 0;
    for (const answer of recorded(new URL("fixtures/", folder))) {
      for (const item of answer.items) {
        assert.deepEqual(validateResource("youtube.v3", names[item.kind] ?? "", item), []);
        count++;
      }
    }
    assert.ok(count > 100);
  },
});

// --- errors: the discovery document has no schema for them -----------------------------------------------------------

Deno.test("every error of the Data API has the common format of Google APIs", () =>
  withSimulator(async (simulator) => {
    const { own, other, channel } = await cast(simulator);
    const calls: [string, string | undefined][] = [
      ["channels?part=snippet", own],
      ["channels?part=nonsense&mine=true", own],
      ["channels?part=id&mine=true", "dead"],
      ["channels?part=id&mine=true", undefined],
      ["channels?part=id&id=x", undefined],
      ["channels?part=id&id=x&key=wrong", undefined],
      ["channels?part=auditDetails&mine=true", other],
      ["playlistItems?part=id&playlistId=nonsense", own],
      ["playlistItems?part=id&maxResults=99&playlistId=x", own],
      ["videos?part=id&id=x&fields=(", own],
      ["nothing/here", own],
    ];
    for (
      const reason of [
        "quotaExceeded",
        "rateLimitExceeded",
        "backendError",
        "internalError",
        "serviceUnavailable",
        "forbidden",
        "accessNotConfigured",
        "channelClosed",
        "authenticatedUserAccountClosed",
        "youtubeSignupRequired",
        "insufficientPermissions",
      ]
    ) {
      await simulator.fault(`reason=${reason}`, { reason });
      calls.push([`channels?part=id&mine=true&reason=${reason}`, own]);
    }
    for (const [path, token] of calls) {
      const response = await simulator.youtube(path, token);
      assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
      const body = await response.json();
      assert.deepEqual(Object.keys(body), ["error"], path);
      const { code, message, errors, status, details, ...rest } = body.error;
      assert.deepEqual(rest, {}, path);
      assert.equal(code, response.status);
      assert.ok(typeof message === "string" && message !== "");
      assert.equal(errors.length, 1);
      const { domain, reason, message: own_message, location, locationType, ...more } = errors[0];
      assert.deepEqual(more, {});
      for (const text of [domain, reason, own_message]) {
        assert.ok(typeof text === "string" && text !== "", path);
      }
      assert.equal(location === undefined, locationType === undefined);
      if (status !== undefined) assert.match(status, /^[A-Z_]+$/);
      for (const detail of details ?? []) {
        assert.equal(detail["@type"], "type.googleapis.com/google.rpc.ErrorInfo");
        assert.ok(Object.values(detail.metadata).every((value) => typeof value === "string"));
      }
      if (response.status === 401) {
        assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer realm=/);
      }
    }
    assert.ok(channel);
  }));

import assert from "node:assert/strict";
import { createCreator, simulator, testDatabase } from "../../../../scripts/test/stack.ts";
import {
  arm,
  assertSameLibrary,
  connectChannel,
  createChannel,
  disarm,
  editVideo,
  setPlan,
  syncAll,
  syncOnce,
  syncsUsed,
  trueVideos,
} from "../support/channels.ts";

/** How a fault must end: `heals` within the call; `passes` with an error, and the next call goes on; `needs` the creator. */
type End = { heals: true } | { passes: string } | { needs: string };

const FAULTS: [name: string, match: string, fault: Record<string, unknown>, times: number, end: End][] = [
  ["401 expired once", "v3/playlistItems", { token: "expired" }, 1, { heals: true }],
  ["401 expired for good", "v3/playlistItems", { token: "expired" }, 9, { needs: "no longer accepts" }],
  ["403 missing scope", "v3/videos", { reason: "insufficientPermissions" }, 9, { needs: "allow everything" }],
  ["403 account suspended", "v3/playlistItems", { reason: "authenticatedUserAccountSuspended" }, 9, {
    needs: "suspended",
  }],
  ["403 quota", "v3/videos", { reason: "quotaExceeded" }, 9, { passes: "provider_quota_exceeded" }],
  ["404 list, once", "v3/playlistItems", { reason: "playlistNotFound" }, 1, { heals: true }],
  ["404 without a body", "v3/videos", { status: 404 }, 9, { passes: "provider_unavailable" }],
  ["429 with Retry-After", "v3/videos", { status: 429, headers: { "retry-after": "1" } }, 1, { heals: true }],
  ["429 with a long Retry-After", "v3/videos", { status: 429, headers: { "retry-after": "600" } }, 9, {
    passes: "provider_unavailable",
  }],
  ["429 without Retry-After", "v3/playlistItems", { status: 429 }, 2, { heals: true }],
  ["500", "v3/playlistItems", { status: 500 }, 2, { heals: true }],
  ["500 for long", "v3/videos", { status: 500 }, 9, { passes: "provider_unavailable" }],
  ["502", "v3/videos", { status: 502 }, 1, { heals: true }],
  ["cut before the answer", "v3/playlistItems", { cut: "before" }, 1, { heals: true }],
  ["cut in the middle of the body", "v3/videos", { cut: "body" }, 1, { heals: true }],
  ["cut for long", "v3/videos", { cut: true }, 9, { passes: "provider_unavailable" }],
  ["malformed JSON", "v3/videos", { malformed: true }, 1, { heals: true }],
  ["malformed JSON for long", "v3/videos", { malformed: true }, 9, { passes: "provider_error" }],
  ["a body of another shape", "v3/videos", { status: 200, body: { items: "none" } }, 9, {
    passes: "provider_error",
  }],
  [
    "an empty list",
    "v3/playlistItems",
    { status: 200, body: { items: [], pageInfo: { totalResults: 25 } } },
    1,
    { heals: true },
  ],
  [
    "an empty list, twice",
    "v3/playlistItems",
    { status: 200, body: { items: [], pageInfo: { totalResults: 25 } } },
    2,
    { heals: true },
  ],
  ["videos that are not there for a moment", "v3/videos", { status: 200, body: { items: [] } }, 1, {
    heals: true,
  }],
  ["page token refused", "pageToken=", { reason: "invalidPageToken" }, 1, { heals: true }],
];

for (const [name, match, fault, times, end] of FAULTS) {
  // Twice: a fault on the first page meets nothing, on a later one it meets half a library.
  for (const skip of [0, 1]) {
    Deno.test(`sync, ${name}, ${skip === 0 ? "on the first page" : "on a later page"}`, async () => {
      const sql = await testDatabase();
      try {
        const channel = await createChannel({ videos: 25 });
        const creator = await createCreator();
        await setPlan(sql, creator.id, "premium");
        const social_account_id = await connectChannel(creator, channel);
        await syncAll(creator, social_account_id, 10);
        const videos = await trueVideos(channel);
        // On every page something has changed, so that every page has a body to spoil.
        for (const at of [0, 12, 24]) {
          await editVideo(channel, String(videos[at]?.id), { title: `After ${name}` });
        }
        await arm(channel, match, fault, { times, skip });

        let used = await syncsUsed(sql, creator.id);
        let sync_id: string | undefined;
        let failures = 0;
        let step;
        do {
          step = await syncOnce(creator, social_account_id, { max_results: 10, sync_id });
          if (step.status === 200) sync_id = step.body.sync_id;
          else failures += 1;
        } while (step.status === 200 && step.body.has_more);

        if ("heals" in end) {
          assert.equal(failures, 0, JSON.stringify(step.body));
          used += 1;
        } else {
          assert.equal(failures, 1);
          assert.equal(
            step.body.code,
            "passes" in end ? end.passes : "account_disconnected",
            JSON.stringify(step.body),
          );
          assert.equal(await syncsUsed(sql, creator.id), used, "the unit is returned");
          const [account] =
            await sql`select status, last_error from public.social_account where id = ${social_account_id}`;
          assert.equal(account?.status, "needs" in end ? "disconnected" : "active");
          assert.match(String(account.last_error), "needs" in end ? new RegExp(end.needs) : /again|anew/);
          if (fault.reason === "quotaExceeded") assert.ok(Number(step.headers.get("retry-after")) > 0);
          await disarm(channel);
          if ("needs" in end) {
            const refused = await syncOnce(creator, social_account_id);
            assert.deepEqual([refused.status, refused.body.code], [409, "account_disconnected"]);
            assert.equal(await connectChannel(creator, channel), social_account_id);
          }
        }
        await disarm(channel);
        await syncAll(creator, social_account_id, 10);
        await assertSameLibrary(sql, social_account_id, channel);
        assert.equal(await syncsUsed(sql, creator.id), used + 1);
      } finally {
        await sql.end();
      }
    });
  }
}

Deno.test("sync, access revoked at Google: the account is disconnected, the creator told once, connecting heals", async () => {
  const sql = await testDatabase();
  try {
    const channel = await createChannel({ videos: 3 });
    const creator = await createCreator();
    const social_account_id = await connectChannel(creator, channel);
    await simulator("youtube/tokens/revoke", { account_id: channel });
    const refused = await syncOnce(creator, social_account_id);
    assert.deepEqual(
      [refused.status, refused.body.code],
      [409, "account_disconnected"],
      JSON.stringify(refused.body),
    );
    const again = await syncOnce(creator, social_account_id);
    assert.equal(again.body.code, "account_disconnected");
    assert.equal(await syncsUsed(sql, creator.id), 0);
    const { data } = await creator.client.from("notification").select("*");
    assert.equal(data?.length, 1);
    await connectChannel(creator, channel);
    await syncAll(creator, social_account_id);
    await assertSameLibrary(sql, social_account_id, channel);
  } finally {
    await sql.end();
  }
});

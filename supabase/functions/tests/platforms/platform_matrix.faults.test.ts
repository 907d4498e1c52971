/**
 * Tests every way in which a platform can fail during a sync, on every platform. Each ends in a correct library, or in a
 * clear state that recovers automatically or tells the creator what to do; nothing is lost or duplicated, and no token is lost.
 */
import assert from "node:assert/strict";
import { syncPage } from "../../_shared/sync/sync_page.ts";
import { ConnectedAccount, type SyncAnswer } from "../support/connected_account.ts";
import { connectionContext } from "../support/connection_context.ts";
import { type PlatformRow, ROWS } from "./platform_rows.ts";

/** `heals`: recovers within the call; `passes`: an error, and the next call continues; `needs`: the creator is notified and must connect again. */
type End = "heals" | "passes" | "needs";

interface Case {
  name: string;
  /** The calls that the fault affects. Default: those of the list. */
  match?: string;
  fault: Record<string, unknown>;
  times: number;
  end: End;
  /** The message that the creator sees. */
  says?: RegExp;
  code?: string;
}

/** More than the number of attempts of any call. */
const FOR_LONG = 9;

function casesOf(row: PlatformRow): Case[] {
  const { words } = row;
  return [
    { name: "401 expired, once", fault: { token: "expired" }, times: 1, end: "heals" },
    {
      name: "401 revoked, permanently",
      fault: { token: "revoked" },
      times: FOR_LONG,
      end: "needs",
      says: /no longer accepts/,
    },
    {
      name: "403 missing scope",
      fault: { reason: words.missing_scope },
      times: FOR_LONG,
      end: "needs",
      says: /grant every permission/,
    },
    { name: "404", fault: { status: 404 }, times: FOR_LONG, end: row.not_found },
    {
      // A burst, with most of the window left (X reports both).
      name: "429 with Retry-After",
      fault: { status: 429, headers: { "retry-after": "1", "x-rate-limit-remaining": "5" } },
      times: 1,
      end: "heals",
    },
    {
      name: "429 with a long Retry-After",
      fault: { status: 429, headers: { "retry-after": "600" } },
      times: FOR_LONG,
      end: "passes",
    },
    {
      name: "429 without Retry-After",
      fault: { status: 429 },
      times: 2,
      end: row.waits_when_throttled ? "passes" : "heals",
    },
    {
      name: "quota exhausted",
      fault: { reason: words.quota },
      times: FOR_LONG,
      end: "passes",
      says: /quota|answer/,
    },
    { name: "500, twice", fault: { status: 500 }, times: 2, end: "heals" },
    {
      name: "500, repeatedly",
      fault: { status: 500 },
      times: FOR_LONG,
      end: "passes",
      says: /does not answer/,
      code: "provider_unavailable",
    },
    { name: "502", fault: { status: 502 }, times: 1, end: "heals" },
    {
      name: "502 with a proxy's HTML page",
      fault: { status: 502, body: "<h1>Bad gateway</h1>" },
      times: 1,
      end: "heals",
    },
    { name: "connection cut before the response", fault: { cut: true }, times: 1, end: "heals" },
    { name: "connection cut during the response", fault: { cut: "body" }, times: 1, end: "heals" },
    {
      name: "connection cut repeatedly",
      fault: { cut: true },
      times: FOR_LONG,
      end: "passes",
      says: /does not answer/,
      code: "provider_unavailable",
    },
    { name: "malformed JSON", fault: { malformed: true }, times: 1, end: "heals" },
    {
      name: "malformed JSON, repeatedly",
      fault: { malformed: true },
      times: FOR_LONG,
      end: "passes",
      says: /cannot be read/,
      code: "provider_error",
    },
    {
      name: "JSON of an unexpected shape",
      fault: { status: 200, body: { data: 7, items: 7 } },
      times: FOR_LONG,
      end: "passes",
      says: /cannot be read/,
      code: "provider_error",
    },
    { name: "an empty page", fault: { status: 200, body: row.empty_page }, times: 1, end: "heals" },
    {
      name: "cursor expired",
      match: row.calls.later_page === row.calls.list ? undefined : row.calls.later_page,
      fault: { reason: words.bad_cursor },
      times: 1,
      end: "heals",
    },
    ...(row.slug === "youtube" ? YOUTUBE_CASES : []),
    {
      name: "a request that is too large at any size",
      fault: { status: 413 },
      times: FOR_LONG,
      end: "passes",
      says: /too large/,
      code: "provider_error",
    },
    // Must be last, because the page size that the platform accepts is stored.
    { name: "a request that is too large", fault: { status: 413 }, times: 1, end: "heals" },
  ];
}

/** The number of calls before the fault. On the second page, half of the library has been read; the first page, with nothing read, is tested on YouTube only. */
function placesOf({ slug }: PlatformRow, { match }: Case): number[] {
  if (slug !== "youtube") return match ? [0] : [1];
  return match ? [0, 1] : [0, 3];
}

const YOUTUBE_LIST = "v3/playlistItems";
const EMPTY_LIST = { status: 200, body: { items: [], pageInfo: { totalResults: 25 } } };

/** Cases that only YouTube has, because it lists ids and returns their videos by another call. */
const YOUTUBE_CASES: Case[] = [
  {
    name: "403 account suspended",
    fault: { reason: "authenticatedUserAccountSuspended" },
    times: FOR_LONG,
    end: "needs",
    says: /suspended/,
  },
  {
    name: "a list that is not found once",
    match: YOUTUBE_LIST,
    fault: { reason: "playlistNotFound" },
    times: 1,
    end: "heals",
  },
  { name: "an empty list, twice", match: YOUTUBE_LIST, fault: EMPTY_LIST, times: 2, end: "heals" },
  {
    name: "videos that are temporarily missing",
    match: "v3/videos",
    fault: { status: 200, body: { items: [] } },
    times: 1,
    end: "heals",
  },
];

for (const row of ROWS) {
  Deno.test(`${row.title}: a sync recovers from every fault or ends in a clear state`, async (test) => {
    await using own = await ConnectedAccount.create(row.slug, { items: 25 });
    await own.syncAll({ max_results: 10 });
    for (const one of casesOf(row)) {
      for (const skip of placesOf(row, one)) {
        await test.step(`${one.name}, after ${skip} calls`, () => survives(own, one, skip));
      }
    }
  });

  Deno.test(`${row.title}: a call that takes too long is aborted and retried`, async () => {
    await using own = await ConnectedAccount.create(row.slug, { items: 12 });
    const context = await connectionContext({ PROVIDER_TIMEOUT_MS: "1000" });
    await own.arm(row.calls.list, { delay_ms: 3_000 }, { times: 1 });
    await syncHere(own, context);
    await own.disarm();
    await own.assertSameLibrary();

    await own.arm(row.calls.list, { delay_ms: 3_000 }, { times: FOR_LONG });
    const hasty = await connectionContext({ PROVIDER_TIMEOUT_MS: "50" });
    const used = await own.syncsUsed();
    await assert.rejects(syncHere(own, hasty), { code: "provider_unavailable" });
    await own.disarm();
    const { status, last_error } = await own.state();
    assert.equal(status, "active");
    assert.match(last_error, /does not answer/);
    assert.equal(await own.syncsUsed(), used, "the unit is returned");
    await own.syncAll();
    await own.assertSameLibrary();
  });

  Deno.test(`${row.title}: a clock that is wrong by a day loses neither items nor the account`, async (test) => {
    for (const hours of [-24, 24]) {
      await test.step(`${hours} hours`, async () => {
        await using own = await ConnectedAccount.create(row.slug, { items: 12 });
        const context = await connectionContext();
        await syncHere(own, { ...context, now: () => new Date(Date.now() + hours * 3_600_000) });
        await own.assertSameLibrary();
        const { status, notices } = await own.state();
        assert.deepEqual([status, notices], ["active", 0]);
        await row.simulator.add(own.account_id, "After the clock was set right");
        await own.syncAll();
        await own.assertSameLibrary();
      });
    }
  });

  Deno.test(`${row.title}: access revoked on the platform disconnects the account with one notification; reconnecting restores it`, async () => {
    await using own = await ConnectedAccount.create(row.slug, { items: 12 });
    await own.syncAll();
    const used = await own.syncsUsed();
    await row.simulator.revoke(own.account_id);
    for (let attempt = 0; attempt < 2; attempt++) {
      const { status, body } = await own.syncOnce();
      assert.deepEqual([status, body.code], [409, "account_disconnected"], JSON.stringify(body));
    }
    const { status, is_active, notices, next_sync_at } = await own.state();
    assert.deepEqual([status, is_active, notices, next_sync_at], ["disconnected", false, 1, null]);
    assert.equal(await own.syncsUsed(), used);
    assert.equal((await own.library()).length, 12, "the content stays");
    assert.equal(await own.reconnect(), own.social_account_id);
    await own.syncAll();
    await own.assertSameLibrary();
  });

  Deno.test(`${row.title}: a refusal that a check call does not confirm does not end the connection`, async (test) => {
    await using own = await ConnectedAccount.create(row.slug, { items: 12 });
    await own.syncAll();
    const faults: [string, Record<string, unknown>, string][] = [
      ["the token", { token: "revoked" }, "provider_unavailable"],
      ["the required scope", { reason: row.words.missing_scope }, "provider_error"],
    ];
    for (const [what, fault, code] of faults) {
      // TikTok reports this scope only where it is used.
      if (row.slug === "tiktok" && code === "provider_error") continue;
      await test.step(what, async () => {
        await own.arm(row.calls.list, fault, { times: FOR_LONG });
        const { body } = await own.syncOnce();
        await own.disarm();
        assert.equal(body.code, code, JSON.stringify(body));
        assert.doesNotMatch(String(body.detail), /connect/);
        const { status, is_active, notices, tokens } = await own.state();
        assert.deepEqual([status, is_active, notices], ["active", true, 0]);
        assert.ok(tokens);
        await own.awaitQuota();
        await own.syncAll();
        await own.assertSameLibrary();
      });
    }
  });

  Deno.test(`${row.title}: a list that does not advance, or loops, ends the run with a fault`, async (test) => {
    await using own = await ConnectedAccount.create(row.slug, { items: 25 });
    const ways: [string, Record<string, unknown>, { times: number; skip?: number }][] = [
      ["every page leads to itself", { next: "same" }, { times: FOR_LONG }],
      // The second page, which takes two calls on YouTube; the later pages are unaffected.
      ["one page leads back to the first", { next: "first" }, {
        times: 1,
        skip: row.slug === "youtube" ? 2 : 1,
      }],
    ];
    for (const [name, fault, about] of ways) {
      await test.step(name, async () => {
        const used = await own.syncsUsed();
        const { last_id } = await own.requests();
        await own.arm(row.calls.list, fault, about);
        const { failed, sync_id } = await stepUntilFailure(own);
        await own.disarm();
        assert.ok(failed, "the run ends");
        assert.equal(failed.body.code, "provider_error", JSON.stringify(failed.body));
        const { status, last_error, notices } = await own.state();
        assert.match(String(last_error), /returned to a page that was already read/);
        assert.deepEqual([status, notices, await own.syncsUsed()], ["active", 0, used]);
        assert.ok(await own.calls(row.calls.list, last_id) <= 10, "it makes only a few calls");
        await own.awaitQuota();
        await own.syncAll({ sync_id, max_results: 10 });
        await own.assertSameLibrary();
      });
    }
  });

  Deno.test(`${row.title}: a token that expired on the platform ${row.expired_heals ? "is refreshed unnoticed" : "needs the creator"}`, async () => {
    await using own = await ConnectedAccount.create(row.slug, { items: 12 });
    await own.syncAll();
    await row.simulator.expire(own.account_id);
    await row.simulator.add(own.account_id, "New since the token expired");
    const { status, body } = await own.syncOnce();
    if (row.expired_heals) assert.equal(status, 200, JSON.stringify(body));
    else {
      assert.deepEqual([status, body.code], [409, "account_disconnected"], JSON.stringify(body));
      assert.equal((await own.state()).notices, 1);
      assert.equal(await own.reconnect(), own.social_account_id);
    }
    await own.syncAll();
    await own.assertSameLibrary();
  });
}

async function survives(
  own: ConnectedAccount,
  { name, match, fault, times, end, says, code }: Case,
  skip: number,
): Promise<void> {
  const { row } = own;
  // An item on every page changes, so that every page has a body that the fault can affect.
  const items = await own.truth();
  for (const at of [0, 12, 24]) {
    await row.simulator.edit(own.account_id, String(items[at]?.id), `After ${name} (${skip}, ${at})`);
  }
  const { tokens, notices } = await own.state();
  const used = await own.syncsUsed();
  // A fault that only the creator can resolve affects the check call too.
  const refused = end === "needs" ? `${row.calls.list}|${row.calls.check}` : row.calls.list;
  await own.arm(match ?? refused, fault, { times, skip });
  const { failed, sync_id } = await stepUntilFailure(own);
  const after = await own.state();
  await own.disarm();
  if (end === "heals") assert.equal(failed, null, JSON.stringify(failed?.body));
  else {
    assert.ok(failed, "the fault is reported");
    const wanted = end === "passes" ? new RegExp(code ?? "^provider_") : /^account_disconnected$/;
    assert.match(String(failed.body.code), wanted, JSON.stringify(failed.body));
    if (says) assert.match(String(after.last_error), says);
    if (end === "passes") assert.match(String(after.last_error), /again|anew/);
    assert.equal(after.status, end === "passes" ? "active" : "disconnected");
    assert.equal(after.notices, end === "passes" ? notices : notices + 1, "notified once");
    assert.equal(await own.syncsUsed(), used, "the unit is returned");
    assert.ok(after.tokens, "no token is lost");
    if (end === "passes") assert.deepEqual(after.tokens, tokens);
  }
  if (end === "needs") {
    assert.equal((await own.syncOnce()).body.code, "account_disconnected");
    assert.equal(await own.reconnect(), own.social_account_id);
  }
  await own.awaitQuota();
  // A failed run continues where it stopped.
  if (end === "passes") assert.equal((await own.syncOnce({ sync_id, max_results: 10 })).status, 200);
  await own.syncAll({ max_results: 10 });
  await own.assertSameLibrary();
}

async function stepUntilFailure(own: ConnectedAccount) {
  let sync_id: string | undefined;
  for (;;) {
    const step = await own.syncOnce({ max_results: 10, sync_id });
    if (step.status !== 200) return { failed: step, sync_id };
    sync_id = step.body.sync_id;
    if (!step.body.has_more) return { failed: null, sync_id };
  }
}

/** Performs a whole sync run in this process, for what cannot be set on the stack: other time limits, another clock. */
async function syncHere(own: ConnectedAccount, context: Parameters<typeof syncPage>[0]): Promise<void> {
  const request = { social_account_id: own.social_account_id, max_results: 10, user_id: own.creator.id };
  let sync_id: string | undefined;
  let answer: SyncAnswer;
  do {
    answer = await syncPage(context, own.row.slug, { ...request, sync_id });
    sync_id = answer.sync_id;
  } while (answer.has_more);
}

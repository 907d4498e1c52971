/** Simulated channels for tests: made, connected by the real OAuth flow, synced, and compared with the library. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import {
  type Answer,
  type Creator,
  simulator,
  type StackInfo,
  testStack,
} from "../../../../scripts/test/stack.ts";

/** What a sync answers, as far as tests look at it. */
export interface SyncAnswer {
  sync_id: string;
  synced_count: number;
  new_items: number;
  updated_items: number;
  unchanged_items: number;
  removed_items: number;
  has_more: boolean;
  total_items: number | null;
  items_seen: number;
  [member: string]: unknown;
}

export interface ChannelWish {
  videos: number;
  seed?: number;
  /** Nothing but public videos, for tests that count. */
  plain?: boolean;
  empty_uploads?: "not_found" | "empty";
}

/** A video as the simulator has it; what a right library must equal. */
export interface TrueVideo {
  id: string;
  title: string;
  description: string;
  privacy: "public" | "private" | "unlisted";
  deleted: boolean;
}

export async function createChannel(
  { videos: items, ...wish }: ChannelWish,
  stack?: StackInfo,
): Promise<string> {
  const { account_id } = await simulator<{ account_id: string }>(
    "youtube/accounts",
    { plain: true, items, ...wish },
    "POST",
    stack,
  );
  return account_id;
}

/** What the channel's owner must find in the library: everything that was not deleted. */
export async function trueVideos(channel_id: string, stack?: StackInfo): Promise<TrueVideo[]> {
  const { items } = await simulator<{ items: TrueVideo[] }>(
    `youtube/accounts/${channel_id}/items`,
    undefined,
    "GET",
    stack,
  );
  return items.filter(({ deleted }) => !deleted);
}

export async function editVideo(
  channel_id: string,
  id: string,
  edit: Record<string, unknown>,
): Promise<void> {
  await simulator(`youtube/accounts/${channel_id}/items/${id}`, edit, "PATCH");
}

export async function removeVideo(channel_id: string, id: string): Promise<void> {
  await simulator(`youtube/accounts/${channel_id}/items/${id}`, undefined, "DELETE");
}

export async function addVideo(channel_id: string, video: Record<string, unknown> = {}): Promise<void> {
  await simulator(`youtube/accounts/${channel_id}/items`, video);
}

/** Arms faults for the calls of one channel only, so that tests side by side do not meet each other's. */
export async function arm(
  channel_id: string,
  match: string,
  fault: Record<string, unknown>,
  about: { times?: number; skip?: number } = {},
): Promise<void> {
  await simulator("faults", { match, account: channel_id, times: 1, ...about, fault });
}

export async function disarm(channel_id: string): Promise<void> {
  await simulator(`faults?account=${channel_id}`, undefined, "DELETE");
}

interface RequestLog {
  count: number;
  conditional: number;
  cost: number;
  counts: Record<string, number>;
  last_id: number;
  requests: { method: string; path: string; status: number; conditional: boolean }[];
}

/** The calls to the YouTube API about one channel since a point in the log. */
export async function apiCalls(channel_id: string, after = 0): Promise<RequestLog> {
  const query = new URLSearchParams({ account: channel_id, match: "/youtube/v3/", after: String(after) });
  return await simulator<RequestLog>(`requests?${query}`);
}

/** Answers the consent page as its form does. */
export async function consent(
  authorization_url: string,
  form: Record<string, string>,
): Promise<{ code: string | null; state: string; error: string | null }> {
  const response = await fetch(authorization_url, {
    method: "POST",
    body: new URLSearchParams({ decision: "allow", ...form }),
    redirect: "manual",
  });
  await response.body?.cancel();
  const location = response.headers.get("location");
  assert.ok(location, `the consent page answered ${response.status}`);
  const { searchParams } = new URL(location);
  return {
    code: searchParams.get("code"),
    state: searchParams.get("state") ?? "",
    error: searchParams.get("error"),
  };
}

/** The way from init to a code that the callback has not seen yet. */
export async function authorizeChannel(
  creator: Creator,
  channel_id: string,
): Promise<{ code: string; state: string }> {
  const init = await creator.call<{ authorization_url: string }>("oauth-youtube-init", {});
  assert.equal(init.status, 200, JSON.stringify(init.body));
  const { code, state } = await consent(init.body.authorization_url, { account: channel_id });
  assert.ok(code);
  return { code, state };
}

export async function connectChannel(creator: Creator, channel_id: string): Promise<string> {
  const answer = await creator.call("oauth-youtube-callback", await authorizeChannel(creator, channel_id));
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return String(answer.body.social_account_id);
}

export function syncOnce(
  creator: Creator,
  social_account_id: string,
  body: Record<string, unknown> = {},
): Promise<Answer<SyncAnswer>> {
  return creator.call<SyncAnswer>("sync-youtube", { social_account_id, ...body });
}

/** A whole sync run: one unit, as many calls as it takes. */
export async function syncAll(
  creator: Creator,
  social_account_id: string,
  max_results = 50,
): Promise<SyncAnswer[]> {
  const steps: SyncAnswer[] = [];
  let sync_id: string | undefined;
  while (steps.length < 1_000) {
    const { status, body } = await syncOnce(creator, social_account_id, { max_results, sync_id });
    assert.equal(status, 200, JSON.stringify(body));
    steps.push(body);
    if (!body.has_more) return steps;
    sync_id = body.sync_id;
  }
  throw new Error("the sync run does not end");
}

export function sumOf(
  steps: SyncAnswer[],
  member: "new_items" | "updated_items" | "unchanged_items" | "removed_items",
): number {
  return steps.reduce((sum, step) => sum + step[member], 0);
}

/** Fails unless the library holds exactly what the channel has, each video once, word for word. */
export async function assertSameLibrary(
  sql: Sql,
  social_account_id: string,
  channel_id: string,
  stack?: StackInfo,
): Promise<void> {
  const rows = await sql<{ id: string; title: string; description: string; privacy: string }[]>`
    select platform_content_id as id, title, description, visibility::text as privacy
    from public.content_item where social_account_id = ${social_account_id} and deleted_at is null
    order by platform_content_id`;
  const expected = (await trueVideos(channel_id, stack))
    .map(({ id, title, description, privacy }) => ({
      id,
      title: title.replace(/\s+/g, " ").trim(),
      description,
      privacy,
    }))
    .sort((one, other) => one.id < other.id ? -1 : 1);
  assert.deepEqual(
    rows.map((row) => ({ ...row })).sort((one, other) => one.id < other.id ? -1 : 1),
    expected,
  );
}

/** Moves a creator to a plan, past the billing that is not there yet. */
export async function setPlan(sql: Sql, user_id: string, tier: "free" | "basic" | "premium"): Promise<void> {
  await sql`update public.subscription set tier_id = (select id from public.subscription_tier where slug = ${tier}) where user_id = ${user_id}`;
}

export async function syncsUsed(sql: Sql, user_id: string): Promise<number> {
  const [row] = await sql<
    { syncs_used: number }[]
  >`select syncs_used from public.subscription where user_id = ${user_id}`;
  return row?.syncs_used ?? -1;
}

/** What the stack's functions have logged so far. */
export async function functionLog(): Promise<string> {
  await testStack();
  const { log_dir } = JSON.parse(await Deno.readTextFile(String(Deno.env.get("STREAMVIBE_TEST_STACK")))) as {
    log_dir: string;
  };
  return await Deno.readTextFile(`${log_dir}/functions.log`);
}

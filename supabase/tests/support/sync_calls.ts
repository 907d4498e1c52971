/** Shared by the tests of syncs: the calls of a step, and items and pages as the pipeline passes them. */
import { type Row, test as testWithFixtures, type TestContext } from "./context.ts";

export interface Begun {
  sync_id: string;
  fence: number;
  cursor: Row | null;
  page: Row | null;
  missing_ids: string[];
  items_seen: number;
  charged: boolean;
  tokens: Row;
  page_size: number | null;
}

export interface Applied {
  new_items: number;
  updated_items: number;
  unchanged_items: number;
  removed_items: number;
  done: boolean;
  items_seen: number;
  total: number | null;
  missing_ids: string[];
  next_sync_at: string | null;
}

export const json = (value: unknown) =>
  value === null ? "null" : `'${JSON.stringify(value).replaceAll("'", "''")}'`;

export function begin(db: TestContext, syncId: string | null = null, seconds = 60): Promise<Begun> {
  return db.value<Begun>(
    `select begin_sync($owner, $account, ${syncId === null ? "null" : `'${syncId}'`}, ${seconds})`,
    "service",
  );
}

export function tryBegin(db: TestContext, syncId: string | null = null) {
  return db.attempt(
    "service",
    `select begin_sync($owner, $account, ${syncId === null ? "null" : `'${syncId}'`}, 60)`,
  );
}

export const applyCall = (
  begun: Begun,
  page: Row,
  items: Row[],
  release = true,
  account: Row | null = null,
) =>
  `select apply_sync_page('${begun.sync_id}', ${begun.fence}, ${json(page)}, ${json(items)}, ${
    json(account)
  }, ${release})`;

export function apply(
  db: TestContext,
  begun: Begun,
  page: Row,
  items: Row[],
  release = true,
): Promise<Applied> {
  return db.value<Applied>(applyCall(begun, page, items, release), "service");
}

export const item = (id: string, more: Row = {}): Row => ({
  platform_content_id: id,
  content_type: "long_video",
  title: `Title ${id}`,
  description: `Description ${id}`,
  tags: ["tag"],
  hashtags: [],
  thumbnail_url: `https://example.com/${id}.jpg`,
  permalink: `https://example.com/${id}`,
  visibility: "public",
  language: "en",
  duration_seconds: 60,
  published_at: "2026-01-01T00:00:00Z",
  views_count: 1,
  likes_count: 1,
  comments_count: 1,
  shares_count: 0,
  platform_category: "22",
  metadata: { definition: "hd" },
  ...more,
});

/** Returns a page of the platform's list. */
export const page = (
  ids: string[],
  key: string | null = null,
  next: string | null = null,
  more: Row = {},
): Row => ({
  cursor: key === null ? null : { key },
  etags: { list: `etag-${ids.join()}` },
  item_ids: ids,
  present_ids: ids,
  next_cursor: next === null ? null : { key: next },
  total: 4,
  ...more,
});

/** Registers a test with an empty account, because the items of the fixtures would count as vanished. */
export function test(name: string, body: (db: TestContext) => Promise<void>): void {
  testWithFixtures(name, async (db) => {
    await db.query(`delete from content_item where social_account_id = $account`);
    await body(db);
  });
}

export const used = (db: TestContext) =>
  db.value<number>(`select syncs_used from subscription where user_id = $owner`);
export const library = async (db: TestContext) =>
  (await db.query(
    `select platform_content_id as id from content_item where social_account_id = $account
    and deleted_at is null order by 1`,
  )).map(({ id }) => id);
export const cutOff = (db: TestContext) =>
  db.query(
    `update ops.sync_run set leased_until = now() - interval '1 second' where social_account_id = $account`,
  );

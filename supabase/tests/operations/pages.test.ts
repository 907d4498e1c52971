/** Tests paginated lists: rows of the same instant are returned exactly once. */
import assert from "node:assert/strict";
import { type Actor, test } from "../support/context.ts";

const AT = "timestamptz '2036-11-01 12:00:00.123456Z'";
/** Failed jobs of the owner, all at one instant; their ids do not reflect the order of insertion. */
const JOBS = `
  insert into public.job_queue (id, user_id, job_type, handler, dedupe_hash, max_attempts, status, finished_at, error_message, created_at)
  select gen_random_uuid(), $owner, 'sync', 'sync_youtube', n, 1, 'failed', now(), 'it failed', ${AT} from generate_series(1, 15) as n`;
const POSTS = `
  insert into publishing.post (user_id, title, created_at) select $owner, 'Post ' || n, ${AT} from generate_series(1, 15) as n`;

interface Posts {
  posts: { post_id: string }[];
  next: { at: string; id: string } | null;
}

interface List {
  as: Actor;
  fill: string;
  /** Selects the ids of ten rows from a place; without a place, from the first row. */
  page: (place: string | null) => string;
  /** The page ends with the place of the next page. */
  isByPlace?: true;
}

const LISTS: Record<string, List> = {
  list_posts: {
    as: "service",
    fill: POSTS,
    isByPlace: true,
    page: (place) => `select public.list_posts($owner, p_limit => 10${place ?? ""}) as page`,
  },
  get_user_jobs: {
    as: "owner",
    fill: JOBS,
    page: (place) => `select id from public.get_user_jobs($owner, p_limit => 10, p_offset => ${place ?? 0})`,
  },
  list_dead_letters: {
    as: "admin",
    fill: `${JOBS}; insert into ops.job_dead_letter (job_id, handler, failed_at)
      select id, handler, ${AT} from public.job_queue where user_id = $owner`,
    page: (place) =>
      `select job_id as id from public.list_dead_letters(p_limit => 10, p_offset => ${place ?? 0})`,
  },
  list_publishing_problems: {
    as: "owner",
    fill: `${POSTS}; insert into publishing.post_target
        (post_id, user_id, social_account_id, platform, kind, status, due_at, error_message, who_must_act, updated_at)
      select id, $owner, $account, 'youtube', 'video', 'failed', now(), 'it failed', 'creator', ${AT} from publishing.post where user_id = $owner`,
    page: (place) =>
      `select problem ->> 'target_id' as id from public.list_publishing_problems($owner, p_limit => 10, p_offset => ${
        place ?? 0
      }) as problem`,
  },
};

for (const [name, { as, fill, page, isByPlace }] of Object.entries(LISTS)) {
  test(`${name}: fifteen rows with the same timestamp are returned in pages of ten, each once, ordered by id`, async (db) => {
    await db.query(fill);
    const seen: string[] = [];
    let place: string | null = null;
    for (let pages = 0; pages < 2; pages++) {
      if (isByPlace) {
        const { posts, next }: Posts = await db.value<Posts>(page(place), as);
        seen.push(...posts.map(({ post_id }) => post_id));
        place = next && `, p_after_at => '${next.at}', p_after_id => '${next.id}'`;
        // A row that is inserted between pages does not shift the others.
        await db.query(
          `insert into publishing.post (user_id, created_at) values ($owner, ${AT} + interval '1 s')`,
        );
      } else {
        seen.push(...(await db.perform<{ id: string }>(as, page(place))).map(({ id }) => id));
        place = String(seen.length);
      }
    }
    const own = seen.slice(0, 15);
    assert.equal(new Set(own).size, 15);
    assert.deepEqual(own, own.toSorted());
    if (isByPlace) assert.deepEqual([seen.length, place], [15, null]);
  });
}

/** Tests the sitemap's pages: divided, marked as changed, rendered again, complete and in order; each test in a transaction that no one else sees. */
import assert from "node:assert/strict";
import { adminOf } from "../../functions/_shared/database/database.ts";
import type { Context } from "../../functions/_shared/context.ts";
import { index, page, renderAhead } from "../../functions/_shared/seo/sitemap_pages.ts";
import { createLogger } from "../../functions/_shared/observability/log.ts";
import { testSettings } from "../../functions/tests/support/test_dependencies.ts";
import postgres from "postgres";
import { inTransaction, type TestContext } from "../support/context.ts";

const SIZE = 5;
const SITE = "https://watch.example.com";

function literal(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) {
    return `'${JSON.stringify(value).replace("[", "{").replace(/\]$/, "}").replaceAll("'", "''")}'`;
  }
  return typeof value === "number" ? String(value) : `'${String(value).replaceAll("'", "''")}'`;
}

/** Returns a rendering context in the test's transaction. */
function contextOf(db: TestContext, size = SIZE): Context {
  return {
    admin: adminOf((name, args) => {
      const named = Object.entries(args).map(([key, value]) => `${key} => ${literal(value)}`).join(", ");
      return db.value(`select public.${name}(${named})`, "service");
    }),
    settings: testSettings({ PUBLIC_SITE_URL: SITE, SITEMAP_PAGE_SIZE: String(size) }),
    fetch,
    now: () => new Date(Date.now() + 60_000),
    request_id: "test",
    log: createLogger({ level: "silent", fields: {} }),
  };
}

/**
 * Registers a test in a database that has only the owner's items: what other tests commit after its snapshot stays invisible. Hiding what
 * they had committed before fails while they change the same rows (SQLSTATE 40001), and then begins with a new snapshot.
 */
function aloneTest(name: string, items: number, body: (db: TestContext) => Promise<void>): void {
  Deno.test(name, async () => {
    for (let isAlone = false; !isAlone;) {
      try {
        await inTransaction(async (db) => {
          await alone(db, items);
          isAlone = true;
          await body(db);
        }, "repeatable read");
      } catch (error) {
        if (isAlone || !(error instanceof postgres.PostgresError) || error.code !== "40001") throw error;
      }
    }
  });
}

/** Creates a sitemap of only the owner's items; everything else is hidden until the test ends. */
async function alone(db: TestContext, items: number): Promise<void> {
  await db.query(`delete from ops.sitemap_part`);
  await db.query(`delete from ops.sitemap_change`);
  await db.query(
    `update public.users set is_public = (id = $owner), profile_slug = case when id = $owner then 'owner-' || left($owner, 8) else profile_slug end where is_public or id = $owner`,
  );
  await db.query(`insert into ops.sitemap_part (kind, from_at, from_id) values
    ('creator', '-infinity', '00000000-0000-0000-0000-000000000000'), ('item', '-infinity', '00000000-0000-0000-0000-000000000000')`);
  await db.query(`delete from public.content_item where social_account_id = $account`);
  await add(db, 1, items);
  await db.query(`delete from ops.sitemap_change`);
}

async function add(db: TestContext, from: number, to: number): Promise<void> {
  await db.query(
    `insert into public.content_item (social_account_id, platform_content_id, content_type, title, thumbnail_url, created_at)
    select $account, 's' || n, 'long_video', 'Title ' || n, 'https://i.ytimg.com/vi/' || n || '/hq.jpg', now() - interval '30 days' + make_interval(hours => n)
    from generate_series(${from}, ${to}) as n`,
  );
}

/** Renders until nothing is due. */
async function renderAll(db: TestContext, size = SIZE): Promise<number> {
  let rendered = 0;
  for (let round = 0; round < 100; round++) {
    await db.query(`update ops.sitemap_part set leased_until = null`);
    const done = await renderAhead(contextOf(db, size), 100);
    rendered += done.rendered;
    if (done.remaining === 0) return rendered;
  }
  throw new Error("rendering does not end");
}

const numbersOf = async (db: TestContext, size = SIZE) =>
  [...(await index(contextOf(db, size))).matchAll(/sitemap-(\d+)\.xml/g)].map(([, number]) => Number(number));

async function read(db: TestContext, number: number, size = SIZE): Promise<string | null> {
  const found = await page(contextOf(db, size), number, []);
  if (!found?.gzip) return null;
  return await new Response(new Blob([found.gzip]).stream().pipeThrough(new DecompressionStream("gzip")))
    .text();
}

/** Returns the titles of all pages, in the order of the index. */
async function titles(db: TestContext, size = SIZE): Promise<number[][]> {
  const pages: number[][] = [];
  for (const number of await numbersOf(db, size)) {
    const xml = await read(db, number, size) ?? "";
    pages.push([...xml.matchAll(/<video:title>Title (\d+)</g)].map(([, title]) => Number(title)));
  }
  return pages.filter((one) => one.length > 0);
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const tags = (db: TestContext) =>
  db.query<{ page: number; etag: string }>(
    `select page, string_agg(etag, '' order by from_at, from_id) as etag from ops.sitemap_part where kind = 'item'
    group by page order by min(from_at), page`,
  );

aloneTest(
  "pages are full, complete and in order; new items come last and move no other item",
  12,
  async (db) => {
    await renderAll(db);
    assert.deepEqual(await titles(db), [range(1, 5), range(6, 10), range(11, 12)]);
    const before = await tags(db);
    await add(db, 13, 17);
    await renderAll(db);
    assert.deepEqual(await titles(db), [range(1, 5), range(6, 10), range(11, 15), range(16, 17)]);
    assert.deepEqual((await tags(db)).slice(0, 2), before.slice(0, 2));
  },
);

aloneTest(
  "one changed item rewrites only its page and that page's line in the index",
  12,
  async (db) => {
    await renderAll(db);
    const before = await tags(db);
    await db.query(`update ops.sitemap_part set changed_at = '2026-01-01'`);
    await db.perform(
      "owner",
      `update content_item set description = 'New' where platform_content_id = 's7' returning id`,
    );
    assert.equal(await renderAll(db), 1);
    const after = await tags(db);
    assert.deepEqual(after.map(({ etag }, at) => etag === before[at]?.etag), [true, false, true]);
    const changed = await db.query(`select page from ops.sitemap_part where changed_at > '2026-01-01'`);
    assert.deepEqual(changed, [{ page: after[1]?.page }]);
  },
);

aloneTest("views, likes, clicks and a new picture signature cause no rendering", 6, async (db) => {
  await renderAll(db);
  await db.query(
    `update content_item set views_count = views_count + 5, likes_count = 3, total_clicks = 2, updated_at = now() + interval '1 hour'
    where social_account_id = $account`,
  );
  await db.query(
    `update content_item set thumbnail_url = thumbnail_url || '?oe=1' where social_account_id = $account`,
  );
  await db.query(
    `insert into content_click (content_id) select id from content_item where social_account_id = $account`,
  );
  assert.equal(await renderAll(db), 0);
});

const REMOVALS: Record<string, string> = {
  hidden: `update content_item set hidden_at = now(), hidden_reason = 'x' where platform_content_id = 's7'`,
  private: `update content_item set visibility = 'private' where platform_content_id = 's7'`,
  unlisted: `update content_item set visibility = 'unlisted' where platform_content_id = 's7'`,
  deleted: `update content_item set deleted_at = now() where platform_content_id = 's7'`,
  "deleted outright": `delete from content_item where platform_content_id = 's7'`,
};

for (const [way, statement] of Object.entries(REMOVALS)) {
  aloneTest(`an item that is ${way} is removed before its page is served again`, 12, async (db) => {
    await renderAll(db);
    await db.query(`${statement} and social_account_id = $account`);
    // Nothing was rendered in advance.
    assert.deepEqual(await titles(db), [range(1, 5), [6, 8, 9, 10], [11, 12]]);
  });
}

aloneTest(
  "all items of a creator or account that is no longer public are removed, and return with the creator",
  7,
  async (db) => {
    await renderAll(db);
    const slug = await db.value<string>(`select profile_slug from users where id = $owner`);
    const [creators = 0] = await numbersOf(db);
    assert.match(await read(db, creators) ?? "", new RegExp(`/@${slug}<`));
    for (
      const [gone, back] of [
        [
          `update users set is_public = false where id = $owner`,
          `update users set is_public = true where id = $owner`,
        ],
        [
          `update users set hidden_at = now(), hidden_reason = 'x' where id = $owner`,
          `update users set hidden_at = null, hidden_reason = null where id = $owner`,
        ],
      ] as const
    ) {
      await db.query(gone);
      assert.deepEqual(await titles(db), []);
      assert.doesNotMatch(await read(db, creators) ?? "", new RegExp(`/@${slug}<`));
      await db.query(back);
      await renderAll(db);
      assert.deepEqual(await titles(db), [range(1, 5), [6, 7]]);
    }
    await db.query(
      `update social_account set deleted_at = now(), status = 'disconnected' where id = $account`,
    );
    assert.deepEqual(await titles(db), []);
  },
);

aloneTest(
  "a page without entries is not in the index and not found; the first page contains the site itself",
  6,
  async (db) => {
    await renderAll(db);
    const numbers = await numbersOf(db);
    assert.equal(numbers.length, 3);
    await db.query(
      `update content_item set deleted_at = now() where platform_content_id = 's6' and social_account_id = $account`,
    );
    await renderAll(db);
    assert.deepEqual(await numbersOf(db), numbers.slice(0, 2));
    assert.equal(await read(db, numbers[2] ?? 0), null);
    assert.match(
      await read(db, numbers[0] ?? 0) ?? "",
      /<url><loc>https:\/\/watch\.example\.com\/<\/loc><\/url>/,
    );
    assert.equal(await read(db, 2_000_000_000), null);
  },
);

aloneTest("a change appears on its page within minutes even if nothing is rendered ahead", 3, async (db) => {
  await renderAll(db);
  await db.query(
    `update content_item set title = 'Title 33' where platform_content_id = 's3' and social_account_id = $account`,
  );
  assert.deepEqual(await titles(db), [[1, 2, 3]]);
  await db.query(`update ops.sitemap_change set noted_at = now() - interval '239 seconds'`);
  assert.deepEqual(await titles(db), [[1, 2, 3]]);
  await db.query(`update ops.sitemap_change set noted_at = now() - interval '241 seconds'`);
  assert.deepEqual(await titles(db), [[1, 2, 33]]);
});

aloneTest(
  "items that return in the middle of full pages make them grow until they are divided",
  30,
  async (db) => {
    await db.query(
      `update content_item set visibility = 'private' where social_account_id = $account and platform_content_id <> all (array['s1','s2','s3','s28','s29','s30'])`,
    );
    await renderAll(db);
    assert.deepEqual((await titles(db)).flat(), [1, 2, 3, 28, 29, 30]);
    await db.query(`update content_item set visibility = 'public' where social_account_id = $account`);
    await renderAll(db);
    const pages = await titles(db);
    assert.deepEqual(pages.flat(), range(1, 30));
    assert.ok(pages.every((one) => one.length <= 2 * SIZE), JSON.stringify(pages));
  },
);

aloneTest("a render that started from older data does not overwrite a newer one", 3, async (db) => {
  await renderAll(db);
  const number = await db.value<number>(`select min(part) from ops.sitemap_part where kind = 'item'`);
  const { admin } = contextOf(db);
  const old = await db.value<{ version: number }>(`select public.read_sitemap_part(${number}, 5)`, "service");
  await db.query(
    `update content_item set title = 'Title 9' where platform_content_id = 's1' and social_account_id = $account`,
  );
  await renderAll(db);
  const kept = await admin.call("put_sitemap_part", {
    p_part: number,
    p_version: old.version,
    p_made_with: "x",
    p_body: "",
    p_crc: 0,
    p_urls: 1,
    p_bytes: 1,
    p_changes: [],
    p_size: SIZE,
  });
  assert.equal(kept, false);
  assert.deepEqual(await titles(db), [[9, 2, 3]]);
});

aloneTest("a page is rendered again after the settings change", 6, async (db) => {
  await renderAll(db);
  const moved = contextOf(db);
  const [, number = 0] = await numbersOf(db);
  const found = await page(
    {
      ...moved,
      settings: testSettings({ PUBLIC_SITE_URL: "https://other.example", SITEMAP_PAGE_SIZE: "5" }),
    },
    number,
    [],
  );
  const text = await new Response(
    new Blob([found?.gzip ?? ""]).stream().pipeThrough(new DecompressionStream("gzip")),
  ).text();
  assert.match(text, /<loc>https:\/\/other\.example\/v\//);
});

aloneTest(
  "changes that are never rendered are not kept forever, and still mark their page",
  6,
  async (db) => {
    await renderAll(db);
    await db.query(
      `update content_item set deleted_at = now() where platform_content_id = 's2' and social_account_id = $account`,
    );
    await db.query(`update ops.sitemap_change set noted_at = now() - interval '2 hours'`);
    assert.ok(Number(await db.value(`select ops.tidy_sitemap()`)) > 0);
    assert.equal(await db.value(`select count(*)::int from ops.sitemap_change`), 0);
    assert.deepEqual(await titles(db), [[1, 3, 4, 5], [6]]);
  },
);

aloneTest(
  "after any sequence of changes, every public item and creator is on exactly one page, as if all pages were rendered again",
  20,
  async (db) => {
    await db.query(
      `insert into auth.users (id, email) select gen_random_uuid(), left($owner, 8) || n || '@example.com' from generate_series(1, 12) as n`,
    );
    await db.query(
      `update users set is_public = true, profile_slug = 'many-' || left(id::text, 13) where email like left($owner, 8) || '%@example.com'`,
    );
    const chance = (() => {
      let state = 7;
      return (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
    })();
    const pages = async (size: number) => {
      const found: string[] = [];
      for (const number of await numbersOf(db, size)) found.push(await read(db, number, size) ?? "");
      return found;
    };
    for (let round = 0; round < 12; round++) {
      // First with parts of one entry, then of three.
      const size = round < 6 ? SIZE : 30;
      for (let step = 0; step < 6; step++) {
        const number = 1 + chance(40);
        await db.query(
          [
            `update content_item set visibility = 'private' where platform_content_id = 's${number}' and social_account_id = $account`,
            `update content_item set visibility = 'public' where platform_content_id like 's${
              number % 10
            }%' and social_account_id = $account`,
            `update content_item set tags = array['t${number}'] where platform_content_id = 's${number}' and social_account_id = $account`,
            `delete from content_item where platform_content_id = 's${number}' and social_account_id = $account`,
            `insert into public.content_item (social_account_id, platform_content_id, content_type, title, thumbnail_url, created_at)
         values ($account, 's${number}', 'long_video', 'Title ${number}', 'https://i.ytimg.com/x.jpg', now() - interval '30 days' + make_interval(hours => ${number}))
         on conflict do nothing`,
            `update users set is_public = not is_public where email like left($owner, 8) || '${
              1 + number % 12
            }@%'`,
            `update users set display_name = 'Name ${number}' where id = $owner`,
          ][chance(7)] ?? "",
        );
      }
      if (chance(2) === 0) await renderAll(db, size);
      const items = await db.value<string[]>(
        `select coalesce(array_agg('/v/' || id order by created_at, id), '{}') from ops.public_item where user_id = $owner`,
      );
      const creators = await db.value<string[]>(
        `select array_agg('/@' || profile_slug order by created_at, id) from users where is_public and hidden_at is null`,
      );
      await db.query(`update ops.sitemap_change set noted_at = noted_at - interval '1 hour'`);
      // Reading a page can divide it, so pages are read repeatedly until all of them exist.
      for (let ask = 0; ask < 10; ask++) await pages(size);
      const found = await pages(size);
      const listed = found.flatMap((xml) => [...xml.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => url));
      const expected = ["/", ...creators, ...items].map((path) => SITE + path);
      assert.deepEqual(listed, expected, `round ${round}`);
      await db.query(`update ops.sitemap_part set made_with = null`);
      assert.deepEqual(await pages(size), found, `round ${round}`);
    }
  },
);

for (
  const [limit, statement] of Object.entries({
    "50,000 addresses": "urls = 49999",
    "50 MB": "bytes = 52427000",
  })
) {
  aloneTest(`a page that would exceed ${limit} moves its last parts to a new page`, 9, async (db) => {
    const size = 50_000;
    await db.query(
      `insert into ops.sitemap_part (kind, page, from_at, from_id)
      select 'item', part.page, item.created_at, item.id from content_item as item, ops.sitemap_part as part
      where item.social_account_id = $account and item.platform_content_id in ('s4', 's7', 's9') and part.kind = 'item'
      order by item.created_at`,
    );
    // Not the last page, which is divided earlier.
    await db.query(
      `update ops.sitemap_part set page = nextval(pg_get_serial_sequence('ops.sitemap_part', 'page')) where part = (select max(part) from ops.sitemap_part)`,
    );
    await renderAll(db, size);
    assert.deepEqual(await titles(db, size), [range(1, 8), [9]]);
    await db.query(
      `update ops.sitemap_part set ${statement} where part = (select min(part) from ops.sitemap_part where kind = 'item')`,
    );
    await db.query(
      `update content_item set description = 'New' where platform_content_id = 's8' and social_account_id = $account`,
    );
    await renderAll(db, size);
    // The manipulated sizes do not match the real file, so everything is rendered again.
    await db.query(`update ops.sitemap_part set made_with = null`);
    assert.deepEqual(await titles(db, size), [range(1, 3), range(4, 8), [9]]);
  });
}

aloneTest(
  "parts leased by a killed renderer are rendered at once for a request, and ahead once the lease expires",
  12,
  async (db) => {
    await renderAll(db);
    await db.query(
      `update content_item set title = 'Title ' || (100 + substr(title, 7)::int) where social_account_id = $account and platform_content_id <> 's7'`,
    );
    const made_with = await db.value<string>(`select min(made_with) from ops.sitemap_part`);
    const claimed = await db.value<{ parts: number[] }>(
      `select public.claim_sitemap_parts('${made_with}', ${SIZE}, 100)`,
      "service",
    );
    assert.ok(claimed.parts.length > 3);
    assert.equal((await renderAhead(contextOf(db), 100)).rendered, 0);
    await db.query(
      `delete from content_item where social_account_id = $account and platform_content_id = 's7'`,
    );
    assert.deepEqual((await titles(db))[1]?.length, 4);
    await db.query(
      `update ops.sitemap_part set leased_until = now() - interval '1 second' where leased_until is not null`,
    );
    await renderAhead(contextOf(db), 100);
    assert.deepEqual((await titles(db)).flat(), range(101, 112).filter((number) => number !== 107));
  },
);

aloneTest("reading a page uses one scan of one index", 40, async (db) => {
  await db.query(`analyze content_item`);
  await db.query(`set local enable_seqscan = off; set local enable_sort = off`);
  const plan = JSON.stringify(
    await db.query(`explain (format json) select item.id from ops.public_item as item
      where (item.created_at, item.id) >= (now() - interval '29 days', '00000000-0000-0000-0000-000000000000')
        and (item.created_at, item.id) < ('infinity', '00000000-0000-0000-0000-000000000000')
      order by item.created_at, item.id limit 6`),
  );
  assert.equal(plan.split("content_item_sitemap_idx").length - 1, 1);
  assert.doesNotMatch(plan, /"Sort"/);
});

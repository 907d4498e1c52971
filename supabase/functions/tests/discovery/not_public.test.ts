/**
 * Tests every public function against every way of not being public, over HTTP and with warm caches. What disappears is shown and counted before,
 * and within a second it is in none of our lists, counts, facets, snippets, corrections, related items or trends; browsers and CDNs may keep
 * responses for four seconds more. What remains public is still counted.
 */
import assert from "node:assert/strict";
import { contracts } from "../../../../scripts/check/openapi.ts";
import { callFunction, testDatabase } from "../../../../scripts/test/stack.ts";
import { type PublicCreator, publicCreator } from "../support/public_creator.ts";

const sql = await testDatabase();
const GONE_WITHIN_MS = 1_000;
/** An earlier request may have left a cached response. */
const SHOWN_WITHIN_MS = 5_000;
/** Responses are recomputed after one second, so a stale one that was being computed would appear within this time. */
const WATCHED_MS = 1_500;

/** What a response may show, by texts that occur nowhere else. */
type Mark = "item" | "sibling" | "account" | "creator";
/** What a response may count: the item, the creator's two items, their account, the creator. */
type Counted = "item" | "items" | "account" | "creator";

interface World {
  creator: PublicCreator;
  item: string;
  sibling: string;
  /** Another creator's item, related to the first item. */
  witness: string;
  marks: Record<Mark, string[]>;
  words: Record<"title" | "body" | "tag" | "name" | "both", string>;
  handle: string;
  /** Pages of the sitemap that contain the items and the creator. */
  pages: { item: number; creator: number };
  /** Number of other items and creators in the category. */
  others: { items: number; creators: number };
  delete(): Promise<void>;
}

interface Body {
  total_count?: number;
  categories?: { code: string; item_count: number }[];
  creators?: { id: string; item_count: number }[];
  featured?: { id: string }[];
  results?: { id: string; item_count: number; snippet_html: string }[];
  facets?: Record<string, Record<string, number>>;
  did_you_mean?: string | null;
  user?: { item_count: number; total_followers: number };
  social_accounts?: unknown[];
  pinned_content?: unknown[];
  trend_scores?: Record<string, number>;
  text?: string;
}

interface Probe {
  query: string;
  body?: unknown;
  shows: Mark[];
  counts?: (body: Body, status: number) => [Counted, number | undefined][];
}

const CATEGORY = "science";
const TOTAL: Record<Counted, number> = {
  item: 1,
  items: 2,
  account: 1,
  creator: 1,
};

/** Misspells a word by leaving out a letter. */
const misspelt = (word: string) => word.slice(0, 5) + word.slice(6);
const total = (counted: Counted) => (body: Body): [Counted, number | undefined][] => [[
  counted,
  body.total_count,
]];
const has = (is: boolean | undefined) => is ? 1 : 0;

/** The requests to each public function. A function that is missing here fails the first test. */
const CASES: Record<string, (world: World) => Probe[]> = {
  "browse-content": ({ creator: { slug } }) => [
    {
      query: `creator=${slug}`,
      shows: ["item", "sibling", "creator"],
      counts: total("items"),
    },
    {
      query: `category=${CATEGORY}&platform=youtube&limit=100`,
      shows: ["item", "sibling"],
    },
    {
      query: `creator=${slug}&limit=1`,
      shows: ["item"],
      counts: total("items"),
    },
  ],
  "browse-creators": ({ creator: { id }, others }) => [{
    query: `category=${CATEGORY}&limit=100`,
    shows: ["creator"],
    counts: ({ creators, featured, total_count = others.creators }) => [
      ["items", creators?.find((one) => one.id === id)?.item_count],
      ["creator", total_count - others.creators],
      ["creator", featured?.filter((one) => one.id === id).length],
    ],
  }],
  "browse-categories": ({ others }) => [{
    query: "",
    shows: [],
    counts: ({ categories = [] }) => [
      [
        "items",
        Number(categories.find(({ code }) => code === CATEGORY)?.item_count) -
        others.items,
      ],
    ],
  }],
  "search-content": ({ words, handle }) => [
    {
      query: `q=${words.both}&facets=true`,
      shows: ["item", "sibling", "creator"],
      counts: ({ total_count, facets }) => [
        ["items", total_count],
        ["items", facets?.category?.[CATEGORY]],
        ["items", facets?.platform?.youtube],
        ["items", facets?.content_type?.post],
      ],
    },
    {
      query: `q=${words.title}&facets=true`,
      shows: ["item"],
      counts: total("item"),
    },
    {
      query: `q=${words.title.slice(0, 6)}`,
      shows: ["item"],
      counts: total("item"),
    },
    {
      query: `q=${misspelt(words.title)}`,
      shows: ["item"],
      counts: (
        { did_you_mean },
      ) => [["item", has(did_you_mean === words.title)]],
    },
    { query: `q=${misspelt(words.title)} ${words.both}`, shows: ["item"] },
    {
      query: `q=${misspelt(words.title)} ${misspelt(words.both)}`,
      shows: ["item"],
    },
    {
      query: `q=${words.body}`,
      shows: ["item"],
      counts: ({ results = [] }) => [
        [
          "item",
          results.filter(({ snippet_html }) => snippet_html.includes(`<mark>${words.body}</mark>`)).length,
        ],
      ],
    },
    { query: `q=%23${words.tag}`, shows: ["item"], counts: total("item") },
    {
      query: `q=@${handle}`,
      shows: ["item", "sibling"],
      counts: total("items"),
    },
    {
      query: `q=${words.name}`,
      shows: ["item", "sibling", "creator"],
      counts: total("items"),
    },
  ],
  "search-creators": ({ creator: { slug, id }, words, handle }) => [
    {
      query: `q=${words.name}`,
      shows: ["creator"],
      counts: ({ total_count, results }) => [
        ["creator", total_count],
        ["items", results?.find((one) => one.id === id)?.item_count],
      ],
    },
    { query: `q=${slug}`, shows: ["creator"], counts: total("creator") },
    { query: `q=@${handle}`, shows: ["creator"], counts: total("account") },
  ],
  "get-content-detail": ({ item, sibling, witness }) => [
    { query: `id=${item}`, shows: ["item", "sibling", "creator"] },
    { query: `id=${sibling}`, shows: ["item", "sibling", "creator"] },
    { query: `id=${witness}`, shows: ["item"] },
  ],
  "get-creator-by-slug": ({ creator: { slug } }) => [{
    query: `slug=${slug}`,
    shows: ["item", "sibling", "account", "creator"],
    counts: ({ user, social_accounts, pinned_content }) => [
      ["items", user?.item_count],
      ["account", social_accounts?.length],
      ["account", has(user?.total_followers === 10)],
      ["item", pinned_content?.length],
    ],
  }],
  "get-trending": ({ item }) =>
    ["today", "week", "month"].flatMap((period) =>
      ["", `&category=${CATEGORY}`, "&platform=youtube"].map((of) => ({
        query: `period=${period}${of}`,
        shows: ["item" as const],
        counts: (
          { trend_scores = {} }: Body,
        ): [Counted, number][] => [["item", has(item in trend_scores)]],
      }))
    ),
  "get-seo-metadata": ({ item, sibling, creator: { slug } }) => [
    {
      query: `content_id=${item}`,
      shows: ["item"],
      counts: (_, status) => [["item", has(status === 200)]],
    },
    { query: `content_id=${sibling}`, shows: ["sibling"] },
    {
      query: `slug=${slug}`,
      shows: ["creator"],
      counts: (_, status) => [["creator", has(status === 200)]],
    },
  ],
  "sitemap": ({ pages, creator: { slug } }) => [
    { query: `page=${pages.item}`, shows: ["item", "sibling"] },
    {
      query: `page=${pages.creator}`,
      shows: [],
      counts: ({ text }) => [["creator", has(text?.includes(`/@${slug}<`))]],
    },
  ],
  "thumbnail": ({ item }) => [{
    query: `id=${item}`,
    shows: [],
    counts: (_, status) => [["item", has(status === 302)]],
  }],
  "track-click": ({ item }) => [{
    query: "",
    body: { content_id: item },
    shows: [],
    counts: (_, status) => [["item", has(status === 200)]],
  }],
};

interface Way {
  /** Takes a creator ($1) and an item ($2). */
  statement: string;
  /** Marks that disappear, and how much each count decreases. */
  gone: Mark[];
  lost: Partial<Record<Counted, number>>;
}

const ITEM: Omit<Way, "statement"> = {
  gone: ["item"],
  lost: { item: 1, items: 1 },
};
const ACCOUNT: Omit<Way, "statement"> = {
  gone: ["item", "sibling", "account"],
  lost: { item: 1, items: 2, account: 1 },
};
const CREATOR: Omit<Way, "statement"> = {
  gone: [...ACCOUNT.gone, "creator"],
  lost: TOTAL,
};
const creator = (change: string) => `update public.users set ${change} where id = $1 and $2 <> ''`;
const account = (change: string) =>
  `update public.social_account set ${change} where user_id = $1 and $2 <> ''`;
const item = (change: string) =>
  `update public.content_item set ${change} where user_id = $1 and id = $2::uuid`;

const WAYS: Record<string, Way> = {
  "the creator is private": {
    ...CREATOR,
    statement: creator("is_public = false"),
  },
  "the creator is hidden": {
    ...CREATOR,
    statement: creator("hidden_at = now(), hidden_reason = 'spam'"),
  },
  "the creator is deleted": {
    ...CREATOR,
    statement: "delete from auth.users where id = $1 and $2 <> ''",
  },
  "its owner has removed the account": {
    ...ACCOUNT,
    statement: account("deleted_at = now(), status = 'disconnected'"),
  },
  "the item is hidden": {
    ...ITEM,
    statement: item("hidden_at = now(), hidden_reason = 'spam'"),
  },
  "the item is private": { ...ITEM, statement: item("visibility = 'private'") },
  "the item is unlisted": {
    ...ITEM,
    statement: item("visibility = 'unlisted'"),
  },
  "the item is deleted": { ...ITEM, statement: item("deleted_at = now()") },
  "the item's row is deleted": {
    ...ITEM,
    statement: "delete from public.content_item where user_id = $1 and id = $2::uuid",
  },
};

/** Returns a unique word of twelve letters. */
function newWord(): string {
  const letters = Array.from(
    crypto.getRandomValues(new Uint8Array(10)),
    (byte) => "aioubdfgkmpv"[byte % 12],
  );
  return `z${letters.join("")}k`;
}

/** Waits until none of these items is queued for the search documents; cron refreshes them too. */
async function refreshed(ids: string[]): Promise<void> {
  const limit = Date.now() + 60_000;
  while (true) {
    await sql`select ops.refresh_discovery(5000)`;
    const [row] =
      await sql`select count(*)::int as waiting from ops.discovery_queue where content_item_id in ${
        sql(ids)
      }`;
    if (row?.waiting === 0) return;
    assert.ok(Date.now() < limit, `${row?.waiting} items are still queued`);
  }
}

/** Renders the sitemap until it contains the creator and the items; new entries may take some minutes otherwise. */
async function inSitemap(slug: string, ids: string[]): Promise<World["pages"]> {
  const limit = Date.now() + 60_000;
  while (true) {
    await callFunction("refresh-sitemap", { as: "secret", body: {} });
    const pages = await sql<{ kind: string; page: number }[]>`
      select distinct on (kind) kind, page from ops.sitemap_part order by kind, from_at desc, from_id desc`;
    const [creator = 0, item = 0] = pages.map(({ page }) => page);
    const read = async (page: number) =>
      (await callFunction<Body>("sitemap", { query: { page: String(page) } }))
        .body.text ?? "";
    const [creators, items] = [await read(creator), await read(item)];
    if (
      creators.includes(`/@${slug}<`) && ids.every((id) => items.includes(id))
    ) return { item, creator };
    assert.ok(Date.now() < limit, "the creator and the items are not in the sitemap");
  }
}

/** Creates a public creator with an account and two items; the first item is pinned, trending and related to another creator's item. */
async function makeWorld(): Promise<World> {
  const own = await publicCreator(2);
  const other = await publicCreator(1);
  const [item = "", sibling = ""] = own.ids;
  const [witness = ""] = other.ids;
  const words = {
    title: newWord(),
    body: newWord(),
    tag: newWord(),
    name: newWord(),
    both: newWord(),
  };
  const handle = newWord();
  await sql`update public.users set display_name = ${words.name}, primary_category = ${CATEGORY} where id = ${own.id}`;
  await sql`update public.social_account set username = ${handle} where user_id = ${own.id}`;
  await sql`update public.content_item set title = ${`Of ${words.both}`} where id = ${sibling}`;
  await sql`
    update public.content_item
    set title = ${`${words.both} ${words.title}`}, thumbnail_url = 'https://i.ytimg.com/vi/1/hq.jpg', description = ${`Some ${words.body} here`}, hashtags = array[${words.tag}]
    where id = ${item}`;
  await refreshed(own.ids);
  await sql`insert into public.content_tag (content_id, tag, source) values (${witness}, ${words.tag}, 'creator')`;
  await sql`insert into public.featured_creator (user_id) values (${own.id})`;
  await sql`select ops.add_trend_gains(array[${item}]::uuid[], array[50], now())`;
  await sql`select ops.refresh_trending()`;
  const pinned = await own.creator.client.rpc("pin_content", {
    p_content_item_ids: [item],
  });
  assert.equal(pinned.data, 1);
  const pages = await inSitemap(own.slug, own.ids);
  const [others] = await sql<World["others"][]>`
    select (select count(*)::int from ops.search_document where category_code = ${CATEGORY} and user_id <> ${own.id}) as items,
      (select count(*)::int from public.users join ops.creator_stat on user_id = id
       where is_public and hidden_at is null and primary_category = ${CATEGORY} and id <> ${own.id}) as creators`;
  assert.ok(others);
  return {
    creator: own,
    item,
    sibling,
    witness,
    words,
    handle,
    pages,
    others,
    marks: {
      item: [item, words.title, words.body, words.tag],
      sibling: [sibling],
      account: [handle],
      creator: [own.id, own.slug, words.name],
    },
    async delete() {
      await sql`delete from auth.users where id in ${sql([own.id, other.id])}`;
    },
  };
}

/** Returns the faults of a response: public things that it does not show or count, and things that it does although they are not public. */
async function faults(
  name: string,
  probe: Probe,
  { marks }: World,
  way: Omit<Way, "statement">,
): Promise<string[]> {
  const { status, body } = await callFunction<Body>(`${name}?${probe.query}`, {
    method: probe.body ? "POST" : "GET",
    body: probe.body,
  });
  const asked = `${name}?${probe.query}`;
  // A problem response repeats the request.
  const text = status === 200 ? JSON.stringify(body) : "";
  const found: string[] = [];
  for (const mark of way.gone) {
    for (const one of marks[mark]) {
      if (text.includes(one)) {
        found.push(`${asked} shows the ${mark} (${one})`);
      }
    }
  }
  // A query for something that has disappeared need not find the rest.
  if (way.gone.length === 0) {
    for (const mark of probe.shows) {
      if (!text.includes(String(marks[mark][0]))) {
        found.push(`${asked} does not show the ${mark}`);
      }
    }
  }
  for (const [counted, number = 0] of probe.counts?.(body, status) ?? []) {
    const expected = TOTAL[counted] - (way.lost[counted] ?? 0);
    if (number !== expected) {
      found.push(`${asked} counts ${number} of ${counted}, not ${expected}`);
    }
  }
  return found;
}

/** Sends all requests until there are no faults, then continues for a while in which no fault may recur. */
async function holds(world: World, way: Omit<Way, "statement">): Promise<void> {
  const all = async () =>
    (await Promise.all(
      Object.entries(CASES).flatMap(([name, probes]) =>
        probes(world).map((probe) => faults(name, probe, world, way))
      ),
    )).flat();
  const limit = Date.now() +
    (way.gone.length > 0 ? GONE_WITHIN_MS : SHOWN_WITHIN_MS);
  while (true) {
    const asked_at = Date.now();
    const wrong = await all();
    if (wrong.length === 0) break;
    assert.ok(asked_at < limit, wrong.join("\n"));
  }
  for (const end = Date.now() + WATCHED_MS; Date.now() < end;) {
    assert.deepEqual(await all(), []);
  }
}

/** Waits until everything is shown and counted, and the responses are cached. */
async function isShown(world: World): Promise<void> {
  const cached = (await contracts()).filter(({ name, cache }) => cache && name in CASES).map(({ name }) =>
    name
  );
  // Nothing is cached while its dependencies change, and other tests change them.
  for (const limit = Date.now() + 120_000;;) {
    await holds(world, { gone: [], lost: {} });
    const kept =
      await sql`select distinct split_part(key, ':', 2) as name from public.cache_store where key like 'http:%'`;
    const missing = cached.filter((name) => !kept.some((row) => row.name === name));
    if (missing.length === 0) break;
    // A response is cached only after it was returned.
    assert.ok(Date.now() < limit, `not cached: ${missing}`);
  }
}

Deno.test("every public function is covered by the tests for content that is not public", async () => {
  // These report on the service, its key or a deletion request, or only accept events.
  const others = ["health", "indexnow-key", "data-deletion-status", "log-usage"];
  const isPublic = (rate: string | undefined) => ["public_read", "click", "crawl"].includes(rate ?? "");
  const names = (await contracts()).filter(({ rate, name }) => isPublic(rate) && !others.includes(name));
  assert.deepEqual(
    names.map(({ name }) => name).sort(),
    Object.keys(CASES).sort(),
  );
});

for (const [way, { statement, ...what }] of Object.entries(WAYS)) {
  Deno.test(`no public function shows or counts the affected content, even from caches, once ${way}`, async () => {
    const world = await makeWorld();
    await isShown(world);
    await sql.unsafe(statement, [world.creator.id, world.item]);
    await holds(world, what);
    await world.delete();
  });
}

Deno.test("an account that only needs reconnecting is shown and counted by every public function", async () => {
  const world = await makeWorld();
  await isShown(world);
  await sql.unsafe(account("status = 'disconnected'"), [
    world.creator.id,
    world.item,
  ]);
  await refreshed(world.creator.ids);
  await sql`select public.forget_cached('{public}')`;
  await isShown(world);
  await world.delete();
  await sql.end();
});

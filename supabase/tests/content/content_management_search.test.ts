/** Module 002: the search in a creator's own library. */
import assert from "node:assert/strict";
import { inTransaction, type TestContext } from "../support/context.ts";

const LIBRARY = [
  {
    id: "title",
    title: "Minecraft castle tutorial",
    description: "Building with stone",
    tags: [],
    hashtags: [],
  },
  { id: "tag", title: "A quiet evening", description: "", tags: ["minecraft", "cozy"], hashtags: [] },
  { id: "hashtag", title: "Another evening", description: "", tags: [], hashtags: ["minecraft"] },
  {
    id: "description",
    title: "Weekly notes",
    description: "This week: minecraft, and bread",
    tags: [],
    hashtags: [],
  },
  {
    id: "accents",
    title: "Pokémon à la crème brûlée",
    description: "Señor Ünïcode",
    tags: ["café"],
    hashtags: [],
  },
  { id: "plural", title: "Running games", description: "", tags: [], hashtags: [] },
  { id: "cjk", title: "日本語の動画チュートリアル", description: "", tags: ["東京"], hashtags: [] },
  { id: "arabic", title: "مرحبا بالعالم", description: "", tags: [], hashtags: [] },
  { id: "cyrillic", title: "Привет Мир", description: "", tags: [], hashtags: [] },
  { id: "percent", title: "100% real_life \\ test", description: "", tags: [], hashtags: [] },
];

async function fill(db: TestContext): Promise<void> {
  await db.query(`delete from content_item where social_account_id = $account`);
  const rows = JSON.stringify(LIBRARY).replaceAll("'", "''");
  await db.query(
    `insert into content_item (social_account_id, platform_content_id, title, description, tags, hashtags)
    select $account, id, title, description, tags, hashtags
    from jsonb_to_recordset('${rows}') as r (id text, title text, description text, tags text[], hashtags text[])`,
  );
}

function inLibrary(
  test: (
    search: (query: string | null, more?: string) => Promise<string[]>,
    db: TestContext,
  ) => Promise<void>,
) {
  return inTransaction(async (db) => {
    await fill(db);
    const search = async (query: string | null, more = "") => {
      const text = query === null ? "null" : `'${query.replaceAll("'", "''")}'`;
      const rows = await db.perform<{ id: string }>(
        "owner",
        `select i.platform_content_id as id from search_library(${text}${more}) with ordinality as s
          join content_item i using (id) order by ordinality`,
      );
      return rows.map(({ id }) => id);
    };
    await test(search, db);
  });
}

Deno.test("title outweighs tags and hashtags, which outweigh the description", async () => {
  await inLibrary(async (search) => {
    const [first, second, third, fourth] = await search("minecraft");
    assert.equal(first, "title");
    assert.deepEqual([second, third].sort(), ["hashtag", "tag"]);
    assert.equal(fourth, "description");
    assert.equal((await search("#minecraft")).length, 4, "typed as a hashtag");
  });
});

Deno.test("search ignores accents and case, in the text and in the query", async () => {
  await inLibrary(async (search) => {
    for (
      const query of [
        "pokemon",
        "Pokémon",
        "POKEMON",
        "creme brulee",
        "Crème Brûlée",
        "senor unicode",
        "cafe",
        "café",
      ]
    ) {
      assert.deepEqual(await search(query), ["accents"], query);
    }
  });
});

Deno.test("search stems words and understands quoted phrases, exclusions and alternatives", async () => {
  await inLibrary(async (search) => {
    assert.deepEqual(await search("run game"), ["plural"]);
    assert.deepEqual(await search('"castle tutorial"'), ["title"]);
    assert.deepEqual(await search('"tutorial castle"'), []);
    assert.deepEqual((await search("minecraft -castle")).includes("title"), false);
    assert.deepEqual((await search("castle or bread")).sort(), ["description", "title"]);
  });
});

Deno.test("a query with a typo finds the title if nothing matches fully", async () => {
  await inLibrary(async (search) => {
    for (const typo of ["minecarft", "mincraft castel", "tutoral", "castel tutorail"]) {
      assert.equal((await search(typo))[0], "title", typo);
    }
    assert.equal((await search("pokemno"))[0], "accents");
    assert.deepEqual(await search("zzzzqqqq"), []);
  });
});

Deno.test("text in scripts without spaces and in other alphabets is found, whole and in part", async () => {
  await inLibrary(async (search) => {
    assert.deepEqual(await search("日本語の動画チュートリアル"), ["cjk"]);
    assert.deepEqual(await search("日本語"), ["cjk"]);
    assert.deepEqual(await search("動画"), ["cjk"]);
    assert.deepEqual(await search("東京"), ["cjk"]);
    assert.deepEqual(await search("مرحبا"), ["arabic"]);
    assert.deepEqual(await search("привет"), ["cyrillic"]);
  });
});

Deno.test("characters of patterns and query languages are treated as plain text", async () => {
  await inLibrary(async (search) => {
    assert.deepEqual(await search("100% real"), ["percent"]);
    for (
      const odd of [
        "%",
        "_",
        "\\",
        "'",
        "';--",
        '"',
        "& | !",
        "<script>",
        "a".repeat(10_000),
        "()",
        ":*",
        "-",
        "🎬",
      ]
    ) {
      assert.ok(Array.isArray(await search(odd)), odd);
    }
    assert.deepEqual(await search("%%%%"), []);
  });
});

Deno.test("tags filter exactly, with or without words; an empty query lists everything", async () => {
  await inLibrary(async (search) => {
    assert.deepEqual(await search(null, ", p_tags => '{minecraft,cozy}'"), ["tag"]);
    assert.deepEqual((await search(null, ", p_tags => '{minecraft}'")).sort(), ["hashtag", "tag"]);
    assert.deepEqual(await search("evening", ", p_tags => '{cozy}'"), ["tag"]);
    assert.deepEqual(await search("castle", ", p_tags => '{cozy}'"), []);
    assert.equal((await search("")).length, LIBRARY.length);
    assert.equal((await search("   ")).length, LIBRARY.length);
  });
});

Deno.test("pages follow each other without gaps or duplicates, and limits are clamped", async () => {
  await inLibrary(async (search) => {
    const all = await search("minecraft");
    const pages = [
      ...await search("minecraft", ", 2, 0"),
      ...await search("minecraft", ", 2, 2"),
      ...await search("minecraft", ", 2, 4"),
    ];
    assert.deepEqual(pages, all);
    assert.equal(
      (await search(null, ", 1000, -5")).length,
      LIBRARY.length,
      "limits are clamped, not refused",
    );
    assert.equal((await search(null, ", 0")).length, 1);
  });
});

Deno.test("no user finds another user's content, whatever their role", async () => {
  await inLibrary(async (_search, db) => {
    for (const actor of ["other", "moderator", "admin"] as const) {
      for (const query of ["'minecraft'", "'minecarft'", "null"]) {
        assert.equal((await db.attempt(actor, `select from search_library(${query})`)).count, 0);
      }
    }
    assert.equal(await db.refused("anon", "select from search_library('minecraft')"), "42501");
  });
});

Deno.test("the Data API's own filters find items by words and tags", async () => {
  await inLibrary(async (_search, db) => {
    const found = await db.perform(
      "owner",
      "select platform_content_id as id from content_item where search_vector @@ plainto_tsquery('castle') and deleted_at is null",
    );
    assert.deepEqual(found, [{ id: "title" }]);
    const tagged = await db.perform(
      "owner",
      "select platform_content_id as id from content_item where tags @> '{cozy}' and deleted_at is null",
    );
    assert.deepEqual(tagged, [{ id: "tag" }]);
  });
});

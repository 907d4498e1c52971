/** Tests texts in every script: they are stored, found by their own words, and turned into slugs, as described in docs/search.md. */
import assert from "node:assert/strict";
import { hashtagsOf } from "../../functions/_shared/platforms/hashtags.ts";
import { cleanText, titleText } from "../../functions/_shared/platforms/normalize.ts";
import { isVisible } from "../../functions/_shared/text/text.ts";
import { test, type TestContext } from "../support/context.ts";

interface Item {
  id: string;
  title?: string;
  description?: string;
  tags?: string[];
  hashtags?: string[];
}

const literal = (value: unknown) =>
  `'${(typeof value === "string" ? value : JSON.stringify(value)).replaceAll("'", "''")}'`;

function add(db: TestContext, items: Item[]) {
  return db.query(
    `insert into content_item (social_account_id, platform_content_id, title, description, tags, hashtags)
    select '${db.account}', id, coalesce(title, ''), coalesce(description, ''), coalesce(tags, '{}'), coalesce(hashtags, '{}')
    from jsonb_to_recordset(${
      literal(items)
    }) as r (id text, title text, description text, tags text[], hashtags text[])`,
  );
}

async function search(db: TestContext, query: string, more = ""): Promise<string[]> {
  const rows = await db.perform<{ found: string }>(
    "owner",
    `select i.platform_content_id || case matched when 'fuzzy' then '~' else '' end as found
    from search_library(${
      literal(query)
    }${more}) with ordinality as s join content_item i using (id) order by ordinality`,
  );
  return rows.map(({ found }) => found);
}

test("words in text without spaces are found in titles, hashtags and descriptions, however short they are", async (db) => {
  await add(db, [
    { id: "title", title: "東京タワーの夜景" },
    { id: "hashtag", title: "朝のルーティン", hashtags: ["東京"] },
    { id: "description", description: "今日は東京に行きました" },
    { id: "apart", title: "東北と京都", description: "京の東" },
    { id: "thai", title: "วันนี้กินข้าวที่บ้าน" },
    { id: "lao", title: "ມື້ນີ້ກິນເຂົ້າ" },
    { id: "khmer", title: "ខ្ញុំចូលចិត្តភាសាខ្មែរ" },
    { id: "burmese", title: "ကျွန်တော်မြန်မာစာဖတ်တယ်" },
    { id: "korean", title: "서울여행에서 먹은 김치" },
    { id: "width", title: "ﾃﾚﾋﾞゲームとＶＬＯＧ" },
    { id: "rare", title: "𠮷野家の牛丼" },
    { id: "mixed", title: "iPhone用ケース2024年版" },
  ]);
  for (
    const [query, ...found] of [
      ["東京", "title", "hashtag", "description"],
      ["夜景", "title"],
      ["タワー", "title"],
      ["景", "title"],
      ["東京タワーの夜景", "title"],
      ["東京 夜景", "title"],
      ["東京、夜景", "title"],
      ["ข้าว", "thai"],
      ["กิน", "thai"],
      ["ເຂົ້າ", "lao"],
      ["ភាសា", "khmer"],
      ["ខ្មែរ", "khmer"],
      ["မြန်မာ", "burmese"],
      ["여행", "korean"],
      ["서울", "korean"],
      ["テレビ", "width"],
      ["ｹﾞｰﾑ vlog", "width"],
      ["吉野家", ...[]],
      ["𠮷", "rare"],
      ["𠮷野家", "rare"],
      ["iphone", "mixed"],
      ["2024", "mixed"],
      ["ケース2024年", "mixed"],
      ['"東京に行き"', "description"],
      ["東京 -夜景", "hashtag", "description"],
      ["東京 -夜", "hashtag", "description"],
    ]
  ) {
    const expected = [...found].sort();
    assert.deepEqual((await search(db, query ?? "")).sort(), expected, query);
  }
  assert.deepEqual((await search(db, "東")).sort(), ["apart", "description", "hashtag", "title"]);
});

test("search ignores composition, width, case, accents and vowel signs", async (db) => {
  const written = [
    "한국 여행",
    "Straße nach Süden",
    "ΟΔΟΣ ΑΘΗΝΩΝ",
    "İstanbul'da ısı",
    "نرم‌افزار مُفيد",
    "Ёлка",
    "ﬁnal cut",
    "שָׁלוֹם",
  ];
  await add(db, written.map((title) => ({ id: title, title: title.normalize("NFD") })));
  for (
    const [query, title] of [
      ["한국", "한국 여행"],
      ["여행".normalize("NFD"), "한국 여행"],
      ["strasse", "Straße nach Süden"],
      ["STRASSE suden", "Straße nach Süden"],
      ["οδος", "ΟΔΟΣ ΑΘΗΝΩΝ"],
      ["αθηνών", "ΟΔΟΣ ΑΘΗΝΩΝ"],
      ["istanbul", "İstanbul'da ısı"],
      ["ISI", "İstanbul'da ısı"],
      ["نرمافزار", "نرم‌افزار مُفيد"],
      ["مفيد", "نرم‌افزار مُفيد"],
      ["елка", "Ёлка"],
      ["final", "ﬁnal cut"],
      ["שלום", "שָׁלוֹם"],
    ] as const
  ) {
    assert.deepEqual(await search(db, query), [title], query);
  }
  await add(db, [{ id: "tagged", hashtags: ["café"] }]);
  assert.deepEqual(await search(db, "", ", p_tags => array['#CAFE\u0301']"), ["tagged"]);
  assert.equal(titleText("한국 여행".normalize("NFD")), "한국 여행", "adapters store composed text");
});

test("a creator's edit is stored composed, with a single revision", async (db) => {
  await add(db, [{ id: "edited", title: "Before" }]);
  const decomposed = "한국 여행".normalize("NFD");
  const edit = `update content_item set title = ${literal(decomposed)}, tags = array[${
    literal("Cafe\u0301")
  }, 'b'] where platform_content_id = 'edited'`;
  await db.perform("owner", edit);
  const [row] = await db.query(
    `select id, title, tags from content_item where platform_content_id = 'edited'`,
  );
  assert.deepEqual([row?.title, row?.tags], ["한국 여행", ["Café", "b"]]);
  const history = await db.query(
    `select title, source, changed_fields from content_revision where content_item_id = '${row?.id}'`,
  );
  assert.deepEqual(history, [{ title: "Before", source: "creator", changed_fields: ["title", "tags"] }]);
});

test("similar titles follow the matches and never replace them; excluded items are not returned", async (db) => {
  await add(db, [
    { id: "typo", title: "minecarft, the worst of" },
    { id: "right", title: "Minecraft castle" },
    { id: "part", title: "All about supermatches" },
    { id: "nas", title: "How I built a NAS (2024)" },
    { id: "dash", title: "My NAS-2024 disks" },
    { id: "other", title: "A quiet nas" },
    { id: "covid", title: "Covid-19 diary" },
  ]);
  assert.deepEqual(await search(db, "minecarft"), ["typo", "right~"]);
  assert.deepEqual(await search(db, "minecarft", ", 1, 0"), ["typo"]);
  assert.deepEqual(await search(db, "minecarft", ", 1, 1"), ["right~"]);
  assert.deepEqual(await search(db, "minecarft", ", 5, 2"), []);
  assert.deepEqual(await search(db, '"minecarft"'), ["typo"]);
  assert.deepEqual(await search(db, "supermat"), ["part~"]);
  assert.deepEqual((await search(db, "nas")).sort(), ["dash", "nas", "other"]);
  assert.deepEqual(await search(db, "nas -2024"), ["other"]);
  assert.deepEqual(await search(db, "nsa -2024 -quiet"), []);
  assert.deepEqual(await search(db, 'minecarft -"castle"'), ["typo"]);
  assert.deepEqual(await search(db, "19"), ["covid"]);
  assert.deepEqual(await search(db, "covid-19"), ["covid"]);
  assert.deepEqual(await search(db, "“built a NAS”"), ["nas"]);
});

test("slugs are readable in every script, and never look like another creator's", async (db) => {
  const slugOf = (name: string) => db.value<string | null>(`select ops.slug_of(${literal(name)})`);
  for (
    const [name, slug] of [
      ["Tech Gaming Channel", "tech-gaming-channel"],
      ["  Café -- Ünïcode!  ", "cafe-unicode"],
      ["Don't Stop", "don-t-stop"],
      ["山田太郎", "山田太郎"],
      ["ミュージック・チャンネル", "ミュージック-チャンネル"],
      ["Ольга", "ольга"],
      ["Ελένη Παππά", "ελενη-παππα"],
      ["محمد علي", "محمد-علي"],
      ["हिन्दी चैनल", "हिन्दी-चैनल"],
      ["กินข้าว", "กินข้าว"],
      ["김철수".normalize("NFD"), "김철수"],
      ["Ｆｕｌｌ　Ｗｉｄｔｈ", "full-width"],
      ["Straße 7", "strasse-7"],
      ["👨‍👩‍👧 Family", "family"],
      ["Z̸̡a̶̧l̷̨g̵̢o̴", "zalgo"],
      ["аdmin", "admin"],
      ["🔥🔥", null],
      ["\u200b\u3164", null],
    ] as const
  ) {
    assert.equal(await slugOf(name), slug, name);
  }
  assert.equal(await slugOf("กำ".repeat(60)), "กำ".repeat(40), "truncated between whole characters");

  const made = async (name: string, id: string) => {
    const sql = `select setup_profile('${id}', ${literal(name)}) ->> 'profile_slug'`;
    return await db.value<string>(sql, "service");
  };
  const { owner, other, moderator, admin } = db.people;
  assert.equal(await made("сосо", owner), "сосо");
  assert.equal(await made("coco", other), "coco-2", "the two alphabets look alike");
  assert.equal(await made("аdmin", moderator), "admin-page");
  assert.match(await made("🔥", admin), /^creator-/);
  const twice = `update users set profile_slug = 'coco' where id = '${other}'`;
  assert.equal((await db.attempt("service", twice)).code, "23505");
});

test("the database also refuses names and bios without visible characters", async (db) => {
  const set = (column: string, value: string) =>
    db.attempt("owner", `update users set ${column} = ${literal(value)} where id = auth.uid()`);
  for (const nothing of ["\u200b\u200b", "\u3164", "\u2800", "\ufe0f\u200d", " \u00a0", "\u0301"]) {
    assert.equal((await set("display_name", nothing)).constraint, "users_display_name_length");
    assert.equal((await set("bio", nothing)).constraint, "users_bio_length");
  }
  for (const name of ["نرم‌افزار", "👨‍👩‍👧", "山"]) assert.equal((await set("display_name", name)).count, 1);
  assert.equal((await set("bio", "")).count, 1);
  const line = (text: string) => db.value(`select ops.clean_line(${literal(text)}, 100)`);
  assert.deepEqual([await line("\u200b "), await line(" Cafe\u0301\n")], [null, "Café"]);
});

test("the database and the functions agree on which characters are visible", async (db) => {
  const unseen = await db.query<{ code: number }>(
    `select code from generate_series(1, 131071) as code
      where code not between 55296 and 57343 and not ops.is_visible(chr(code)) order by code`,
  );
  for (const { code } of unseen) assert.ok(!isVisible(String.fromCodePoint(code)), code.toString(16));
  const known = new Set(unseen.map(({ code }) => code));
  // Combining marks alone are drawn on a dotted circle: the functions refuse them, the database need not.
  for (let code = 1; code < 131_072; code++) {
    const character = String.fromCodePoint(code);
    if (/[\p{Cs}\p{M}]/u.test(character) || isVisible(character)) continue;
    assert.ok(known.has(code), code.toString(16));
  }
});

/** Words in many scripts, each of at least three characters. */
const WORDS = [
  "sunset",
  "naïveté",
  "Größe",
  "ĐẶNG",
  "İzmir",
  "Ελλάδα",
  "Ёжик",
  "Հայաստան",
  "ქართული",
  "שלום",
  "مدرسة",
  "کتابخانه",
  "हिन्दी",
  "বাংলা",
  "தமிழ்",
  "తెలుగు",
  "ಕನ್ನಡ",
  "മലയാളം",
  "සිංහල",
  "ภาษาไทย",
  "ພາສາລາວ",
  "བོད་ཡིག",
  "မြန်မာစာ",
  "ភាសាខ្មែរ",
  "አማርኛ",
  "ᏣᎳᎩ",
  "ᠮᠣᠩᠭᠣᠯ",
  "日本語版",
  "カタカナ",
  "ひらがな",
  "中文字幕",
  "한국어판",
  "𠮷野家",
  "ꦗꦮꦶꦲ",
  "ᬩᬮᬶᬓ",
  "ꆈꌠꁱ",
  "ߒߞߏߓ",
  "ⵜⴰⵎⴰ",
  "𐐀𐐁𐐂",
  "Ｆｕｌｌ",
  "ﬁnesse",
];
const JOINERS = ["", "\u200d", "\u200c", "\u200b", "\u00ad", "\u2060", "\ufe0f"];
const MARKS = ["", "\u0301", "\u0308\u0323", "\u20e3", "\u0651", "\u3099"];
const FORMS = ["NFC", "NFD", "NFKC", "NFKD"] as const;
const EMOJI = ["", " 🔥", "👨‍👩‍👧", "#️⃣", "🏳️‍🌈 ", "🇯🇵", "️"];
const LENGTHS = [1, 3, 40];

function generated(): { id: string; text: string; word: string }[] {
  const texts: { id: string; text: string; word: string }[] = [];
  WORDS.forEach((word, index) => {
    for (let n = 0; n < 52; n++) {
      // A step that is coprime to a list's length reaches every member, in changing combinations.
      const at = <Value>(list: readonly Value[], step: number) =>
        list[(index + n * step) % list.length] as Value;
      const letters = Array.from(word);
      const joined = letters.length > 3
        ? [...letters.slice(0, 2), at(JOINERS, 1), ...letters.slice(2)].join("")
        : word;
      const form = (text: string) => text.normalize(at(FORMS, 1));
      const mark = at(MARKS, 5);
      const text = form(
        `${at(EMOJI, 3)} ${joined} o${mark} ${at(EMOJI, 2)} #${joined}${at(EMOJI, 1)} ${n} `.repeat(
          at(LENGTHS, 1),
        ),
      );
      texts.push({ id: `${word} ${n}`, text, word: form(joined) });
    }
  });
  return texts;
}

test("2,000 generated texts are normalized, stored, searched and turned into slugs, and each is found by its own word", async (db) => {
  const texts = generated();
  assert.ok(texts.length >= 2_000);
  await add(
    db,
    texts.map(({ id, text }) => ({
      id,
      title: titleText(text).slice(0, 500),
      description: cleanText(text),
      hashtags: hashtagsOf("tiktok", text),
    })),
  );
  for (const { id, text } of texts) assert.ok(hashtagsOf("tiktok", text).length > 0, id);
  const wrong = await db.query<{ id: string; word: string }>(
    `select given.id, given.word from jsonb_to_recordset(${
      literal(texts.map(({ id, word }) => ({ id, word })))
    }) as given (id text, word text)
      join content_item as item on item.platform_content_id = given.id and item.social_account_id = '${db.account}'
      cross join lateral ops.parse_search(given.word) as search
      where not coalesce(item.search_vector @@ search.words, false) or not item.search_vector @@ (ops.parse_search('"' || given.word || '"')).words`,
  );
  assert.deepEqual(wrong.slice(0, 10), []);
  const addresses = await db.query<{ id: string; slug: string | null }>(
    `select id, ops.slug_of(text) as slug from jsonb_to_recordset(${
      literal(texts.map(({ id, text }) => ({ id, text })))
    }) as given (id text, text text)
      where ops.slug_of(text) is null or ops.slug_of(ops.slug_of(text)) <> ops.slug_of(text) or not ops.is_visible(text)`,
  );
  assert.deepEqual(addresses.slice(0, 10), []);
  // One text per word through the function that users call.
  for (const { id, word } of texts.filter((_, index) => index % 52 === 0)) {
    const found = await db.perform(
      "owner",
      `select 1 from search_library(${literal(word)}, 100) as s join content_item as i using (id)
        where i.platform_content_id = ${literal(id)} or i.title like '%' || ${literal(word)} || '%' limit 1`,
    );
    assert.equal(found.length, 1, word);
  }
});

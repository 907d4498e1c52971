/** Tests which hashtags each platform turns into links. The sources are listed in `_shared/platforms/hashtags.ts` and docs/search.md. */
import assert from "node:assert/strict";
import { hashtagsOf, tagKey } from "../../_shared/platforms/hashtags.ts";
import { PLATFORM_SLUGS } from "../../_shared/platforms/platform.ts";
import { itemOf } from "../../_shared/platforms/twitter/items.ts";

const ELSEWHERE = PLATFORM_SLUGS.filter((slug) => slug !== "twitter");

function onEach(
  text: string,
  expected: string[],
  platforms = PLATFORM_SLUGS as readonly typeof PLATFORM_SLUGS[number][],
) {
  for (const platform of platforms) {
    assert.deepEqual(hashtagsOf(platform, text), expected, `${platform}: ${text}`);
  }
}

Deno.test("hashtags are found in every script, but not in links, entities or punctuation", () => {
  onEach("#Jazz, #LIVE(#café) ＃東京 #हिन्दी #عربي #a_b", [
    "jazz",
    "live",
    "café",
    "東京",
    "हिन्दी",
    "عربي",
    "a_b",
  ]);
  onEach(
    "see https://example.com/#part www.example.com#b example.com/a#b https://a.example/東京#歴史 C# &#39; # ## #_",
    [],
  );
  onEach("https://example.com/、#京都 ##twice one/#two", ["京都", "twice", "two"]);
  onEach("#c++ #rock-n-roll #don't", ["c", "rock", "don"]);
  assert.deepEqual(hashtagsOf("youtube", "#Same", "again #same"), ["same"]);
  onEach(
    Array.from({ length: 90 }, (_, index) => `#t${index}`).join(" "),
    Array.from({ length: 60 }, (_, index) => `t${index}`),
  );
});

Deno.test("adjacent hashtags without spaces count separately, except on X, where none counts", () => {
  for (
    const [text, tags] of [
      ["#food#foodie#travel", ["food", "foodie", "travel"]],
      ["旅行中#京都#抹茶スイーツ", ["京都", "抹茶スイーツ"]],
      ["ไปเที่ยว#เชียงใหม่＃ทะเล", ["เชียงใหม่", "ทะเล"]],
      ["word#tag", ["tag"]],
    ] as const
  ) {
    onEach(text, [...tags], ELSEWHERE);
    onEach(text, [], ["twitter"]);
  }
  onEach("🔥#after ❤️#heart", ["after", "heart"]);
  onEach("#scheme://x", [], ["twitter"]);
});

Deno.test("a keycap emoji is not a number sign", () => {
  onEach("#️⃣music #⃣music #\ufe0emusic", []);
  onEach("#food#️⃣music", ["food"], ELSEWHERE);
});

Deno.test("joiners, marks and middle dots belong to a tag where its script needs them, but not at its end", () => {
  onEach("#نرم‌افزار #ශ්‍රී #மாலை #ភាសាខ្មែរ #col·lecció #שלום־עולם #ג׳ירפה #བོད་ཡིག", [
    "نرم‌افزار",
    "ශ්‍රී",
    "மாலை",
    "ភាសាខ្មែរ",
    "col·lecció",
    "שלום־עולם",
    "ג׳ירפה",
    "བོད་ཡིག",
  ]);
  onEach("#end\u200d #dot· #tail\u200c\u200c!", ["end", "dot", "tail"]);
  onEach("#エレン・イェーガー", ["エレン"], ["youtube", "instagram"]);
  onEach("#エレン・イェーガー", ["エレン・イェーガー"], ["tiktok", "facebook", "twitter"]);
});

Deno.test("emoji and numbers are hashtags only on platforms that link them", () => {
  for (
    const [text, tags] of [["#🌺 #summer🌺", ["🌺", "summer🌺"]], ["#👨‍👩‍👧 #🇯🇵", ["👨‍👩‍👧", "🇯🇵"]], ["#2024", [
      "2024",
    ]]] as const
  ) {
    onEach(text, [...tags], ["instagram", "tiktok"]);
  }
  onEach("#🌺 #summer🌺 #2024 #1️⃣ #1st", ["summer", "1st"], ["youtube", "facebook", "twitter"]);
});

Deno.test("tags that differ only in case, composition or width are one tag, in every script", () => {
  for (
    const same of [
      "#Café #CAFÉ #cafe\u0301 #ＣＡＦＥ́",
      "#straße #STRASSE #STRAẞE",
      "#İstanbul #ISTANBUL #istanbul #ıstanbul",
      "#Αθήνα #ΑΘΗΝΑ #ΑΘΉΝΑ",
      "#οδος #ΟΔΟΣ",
      "#Ольга #ОЛЬГА",
      "#ქართული #ᲥᲐᲠᲗᲣᲚᲘ",
      "#Երևան #ԵՐԵՒԱՆ",
      "#ǆep #ǅep #Ǆep",
      "#ガール #ｶﾞｰﾙ #カ\u3099ール",
      "#한국 #\u1112\u1161\u11ab\u1100\u116e\u11a8",
      "#ﬁlm #FILM",
      "#𐐀𐐁 #𐐨𐐩",
      "#نرم‌افزار #نرمافزار",
    ]
  ) {
    assert.equal(hashtagsOf("youtube", same).length, 1, same);
  }
  assert.notEqual(tagKey("kita"), tagKey("kíta"));
  assert.notEqual(tagKey("か"), tagKey("が"));
});

Deno.test("hashtags that X reports are used, also for long posts; without them, X's rules apply", () => {
  const tagsOf = (post: Partial<Parameters<typeof itemOf>[0]>) =>
    itemOf({ id: "1", ...post }, [], false).hashtags;
  const said = (...tags: string[]) => ({ hashtags: tags.map((tag) => ({ tag })) });
  assert.deepEqual(tagsOf({ text: "#food#travel $a", entities: said("Travel", "TRAVEL") }), ["travel"]);
  assert.deepEqual(
    tagsOf({ text: "#a…", entities: said("a"), note_post: { text: "#a #B", entities: said("a", "B") } }),
    ["a", "b"],
  );
  assert.deepEqual(tagsOf({ text: "#notone", entities: said() }), []);
  assert.deepEqual(tagsOf({ text: "#One #two#three", entities: { urls: [] } }), ["one"]);
});

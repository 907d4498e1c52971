import assert from "node:assert/strict";
import { chooseWords, hardestWord, misspell } from "./words.ts";

Deno.test("words come from the first title with two long words, the longest first", () => {
  const items = [
    { id: "1", title: "A day out" },
    { id: "2", title: "Kettle 🎬" },
    { id: "3", title: "(Harbour) lights, repairing: harbour" },
  ];
  const { item, words } = chooseWords(items);
  assert.equal(item.id, "3");
  assert.deepEqual(words, ["repairing", "harbour"]);
});

Deno.test("titles in Latin letters are preferred; other scripts are accepted", () => {
  const cyrillic = { id: "1", title: "Мастерская керамики" };
  assert.deepEqual(chooseWords([cyrillic]).words, ["мастерская", "керамики"]);
  assert.equal(chooseWords([cyrillic, { id: "2", title: "Repairing lanterns" }]).item.id, "2");
});

Deno.test("terms that a search would not treat as one word are left out", () => {
  assert.deepEqual(chooseWords([{ id: "1", title: "Amazon.com forty-seven lantern" }]).words, ["lantern"]);
});

Deno.test("the word to misspell is the longest, in Latin letters when there is one", () => {
  const items = [{ id: "1", title: "достопримечательности" }, { id: "2", title: "A photography lantern" }];
  assert.equal(hardestWord(items), "photography");
  assert.equal(hardestWord(items.slice(0, 1)), "достопримечательности");
  assert.throws(() => hardestWord([]), /Cannot choose a word/);
});

Deno.test("a library without usable words is an error", () => {
  assert.throws(() => chooseWords([{ id: "1", title: "🎬" }]), /Cannot choose words/);
});

Deno.test("a typo swaps the last two adjacent letters that differ, or drops the last letter", () => {
  assert.equal(misspell("harbour"), "harboru");
  assert.equal(misspell("process"), "procses");
  assert.equal(misspell("aaaaaa"), "aaaaa");
  assert.equal(misspell("керамики"), "керамик");
});

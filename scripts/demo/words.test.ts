import assert from "node:assert/strict";
import { chooseWords, misspell } from "./words.ts";

Deno.test("words come from the first title that has two long ones", () => {
  const items = [
    { id: "1", title: "A day out" },
    { id: "2", title: "Kettle 🎬" },
    { id: "3", title: "Repairing the Harbour lights, harbour" },
  ];
  const { item, words } = chooseWords(items);
  assert.equal(item.id, "3");
  assert.deepEqual(words, ["repairing", "harbour"]);
});

Deno.test("one long word will do when no title has two", () => {
  assert.deepEqual(chooseWords([{ id: "1", title: "Мастерская" }]).words, ["мастерская"]);
});

Deno.test("a library without words says so", () => {
  assert.throws(() => chooseWords([{ id: "1", title: "🎬" }]), /Cannot choose words/);
});

Deno.test("a typo swaps two different neighbours", () => {
  assert.equal(misspell("harbour"), "habrour");
  assert.equal(misspell("aaabcd"), "aabacd");
  assert.equal(misspell("aaaaaa"), "aaaaa");
});

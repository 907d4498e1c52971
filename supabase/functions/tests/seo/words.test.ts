/** Tests the cutting of texts, and XML that every parser can read. */
import assert from "node:assert/strict";
import { element, text } from "../../_shared/seo/xml.ts";
import { cut, lines, oneLine } from "../../_shared/seo/words.ts";
import { hostileTexts } from "../support/seo_items.ts";

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

Deno.test("a text is cut after a whole word, and only if it is too long", () => {
  const cases: [text: string, most: number, cut: string][] = [
    ["one two three", 13, "one two three"],
    ["one two three", 12, "one two…"],
    ["one two, three four", 14, "one two…"],
    ["one two three four", 14, "one two three…"],
    ["a".repeat(20), 10, `${"a".repeat(9)}…`],
    // Thai and Japanese have no spaces; word boundaries come from dictionaries.
    ["日本語の料理を作る", 6, "日本語の…"],
    ["\u{1f1e9}\u{1f1ea}".repeat(10), 10, `${"\u{1f1e9}\u{1f1ea}".repeat(2)}…`],
    ["👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 14, "👨‍👩‍👧‍👦…"],
  ];
  for (const [given, most, expected] of cases) assert.equal(cut(given, most), expected, given);
});

Deno.test("a cut text stays within its limit and ends with a whole character", () => {
  for (const given of hostileTexts(1_000).map((one) => lines(one.repeat(3)))) {
    for (const most of [10, 40, 100]) {
      const short = cut(given, most);
      assert.ok(short.length <= most, `${short.length} of ${most}`);
      assert.ok(short.isWellFormed());
      if (short === given) continue;
      const kept = short.slice(0, -1);
      assert.ok(given.startsWith(kept));
      const ends = new Set([
        0,
        ...[...graphemes.segment(given)].map(({ index, segment }) => index + segment.length),
      ]);
      assert.ok(ends.has(kept.length), JSON.stringify(given));
    }
  }
});

Deno.test("a long text without spaces is cut quickly", () => {
  const began = performance.now();
  for (let n = 0; n < 200; n++) cut("\u0301".repeat(100_000), 2_048);
  for (let n = 0; n < 200; n++) cut("料".repeat(100_000), 2_048);
  assert.ok(performance.now() - began < 2_000);
});

Deno.test("line breaks are kept; repeated spaces and control characters are removed", () => {
  assert.equal(oneLine("a\u0000 \n\t b\u202e\ud800"), "a b\ufffd");
  assert.equal(lines("a  \r\n\r\n\r\n\n b\u0007"), "a\n\nb");
  // Directional marks (LRM, RLM) are kept, because they belong to the letters.
  assert.equal(oneLine("\u200fשלום\u200e a"), "\u200fשלום\u200e a");
});

Deno.test("text in XML is escaped once, and characters that XML does not allow are replaced", () => {
  assert.equal(text("&amp;<]]>\"'"), "&amp;amp;&lt;]]&gt;&quot;&apos;");
  assert.equal(text("\u0000\u001f\ud800\uffffx"), "\ufffd\ufffd\ufffd\ufffdx");
  assert.equal(text("\u{1f600}\t\n"), "\u{1f600}\t\n");
  assert.equal(element("a", [element("b", text("<"))], { c: '"&' }), '<a c="&quot;&amp;"><b>&lt;</b></a>');
});

/** Tests which parts of texts that people write are visible. */
import assert from "node:assert/strict";
import { cleanLine, cleanText, isVisible, line } from "../../_shared/text/text.ts";

const NOTHING = [
  "",
  " \t\n\u00a0\u3000",
  "\u200b\u200b",
  "\u200c\u200d\u2060\ufeff",
  "\u115f\u1160\u3164\uffa0",
  "\u2800\u2800",
  "\ufe0f\u180b\u{e0100}",
  "\u{e0067}\u{e007f}",
  "\u0301\u20e3",
  "\u202e\u2066",
  "\u00ad\u034f\u061c\u17b4\u2064",
  "\ufff9\ufffc\u{1d159}\u{1d173}",
];

Deno.test("a text without visible characters is empty, whatever it contains", () => {
  for (const text of [...NOTHING, NOTHING.join("")]) {
    assert.ok(!isVisible(text), JSON.stringify(text));
    assert.deepEqual([cleanLine(text), cleanText(text)], ["", ""]);
    assert.ok(!line(100).safeParse(text).success);
  }
});

Deno.test("a text with visible characters keeps them, including joiners", () => {
  for (
    const text of ["نرم‌افزار", "ශ්‍රී", "👨‍👩‍👧", "❤️", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "山", ".", "\u06dd", "辻\u{e0100}", "⠓⠊", "ㅎ"]
  ) {
    assert.ok(isVisible(text), text);
    assert.equal(cleanLine(` ${text} `), text);
  }
  assert.equal(cleanLine("Cafe\u0301"), "Café");
});

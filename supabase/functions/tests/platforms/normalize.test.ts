import assert from "node:assert/strict";
import {
  cleanText,
  countOf,
  distinctTags,
  identifierText,
  instantOf,
  languageOf,
  linkOf,
  secondsOf,
  titleOfCaption,
  titleText,
} from "../../_shared/platforms/normalize.ts";
import { nextMidnight } from "../../_shared/platforms/midnight.ts";

Deno.test("NUL is removed and lone surrogates are replaced, and a text is never cut inside a surrogate pair", () => {
  assert.equal(cleanText("a\0b\ud800c"), "ab\ufffdc");
  assert.equal(cleanText("ab😀", 3), "ab");
  assert.equal(cleanText("ab😀", 4), "ab😀");
  assert.equal(cleanText(undefined), "");
  assert.equal(cleanText({ toString: () => "x" }), "");
  assert.equal(cleanText("x".repeat(30_000)).length, 20_000);
  assert.equal(titleText("  Two\n lines\t "), "Two lines");
  assert.equal(identifierText("  "), null);
  assert.equal(identifierText(22), "22");
});

Deno.test("tags keep the creator's order and spelling, without case-insensitive duplicates", () => {
  assert.deepEqual(distinctTags(["Jazz", "jazz ", "", "two  words", 7, null]), ["Jazz", "two words"]);
  assert.deepEqual(distinctTags("jazz"), []);
  assert.equal(distinctTags(Array.from({ length: 500 }, (_, index) => `tag ${index}`)).length, 100);
});

Deno.test("texts are normalized to composed form, and titles without visible characters are empty", () => {
  const travel = "한국 여행";
  assert.equal(titleText(travel.normalize("NFD")), travel);
  assert.equal(cleanText("Cafe\u0301"), "Café");
  assert.deepEqual(distinctTags(["Cafe\u0301", "CAFÉ", "\u200b", "\u3164"]), ["Café"]);
  for (const nothing of ["\u200b\u200b", "\u3164", "\u2800 \ufe0f"]) assert.equal(titleText(nothing), "");
  assert.equal(titleOfCaption("\u200b\n\u2800\nEvening"), "Evening");
});

Deno.test("a caption is cut between whole characters", () => {
  const family = "👨‍👩‍👧";
  assert.equal(titleOfCaption(`${"山".repeat(96)}${family}${"山".repeat(9)}`), `${"山".repeat(96)}…`);
  assert.equal(titleOfCaption("กำ".repeat(80)), `${"กำ".repeat(49)}…`);
});

Deno.test("counters are numbers or null: a hidden counter is not zero", () => {
  assert.deepEqual(
    ["12", 12, "0", undefined, null, "-1", "1e3", "", -1, 1.5, "99999999999999999999"].map(countOf),
    [12, 12, 0, null, null, null, null, null, null, null, null],
  );
});

Deno.test("times of every platform are converted to UTC", () => {
  assert.equal(instantOf("2026-11-01T12:00:00+0200"), "2026-11-01T10:00:00.000Z");
  assert.equal(instantOf("2026-11-01T12:00:00Z"), "2026-11-01T12:00:00.000Z");
  assert.equal(instantOf(1_790_000_000), "2026-09-21T14:13:20.000Z");
  assert.deepEqual(
    ["soon", "", undefined, null, "0001-01-01T00:00:00Z", NaN].map(instantOf),
    Array(6).fill(null),
  );
});

Deno.test("only HTTP links are kept", () => {
  assert.equal(linkOf("https://i.example/a b.jpg"), "https://i.example/a%20b.jpg");
  assert.deepEqual(
    ["javascript:alert(1)", "/x", "", 3, `https://x.example/${"a".repeat(3_000)}`].map(linkOf),
    Array(5).fill(null),
  );
});

Deno.test("languages become current BCP 47 tags; values that name no language are null", () => {
  const current = {
    en: "en",
    in: "id",
    iw: "he",
    ji: "yi",
    jw: "jv",
    mo: "ro",
    "iw-IL": "he-IL",
    pt_br: "pt-BR",
    "ZH-hant-tw": "zh-Hant-TW",
    "zh-yue": "yue",
    "zh-cmn-Hans": "zh-Hans",
    "es-419": "es-419",
    "en-US-u-ca-gregory": "en-US",
    fil: "fil",
    ckb: "ckb",
  };
  assert.deepEqual(Object.keys(current).map(languageOf), Object.values(current));
  const none = ["und", "zxx", "mul", "mis", "art", "qme", "qht", "qam", "qct", "qst", "und-Latn", "ZXX"];
  const wrong = ["", "english", "x", "i-klingon", "en-", "de--DE", "de DE", "x-private", 7, null, undefined];
  for (const value of [...none, ...wrong, `en${"-latn".repeat(9)}`]) assert.equal(languageOf(value), null);
});

Deno.test("ISO 8601 durations become seconds; invalid ones are null", () => {
  assert.deepEqual(
    ["PT1H2M3S", "P0D", "PT15S", "P1DT1S", "PT61M", "P1W", "PT0.5S"].map(secondsOf),
    [3_723, 0, 15, 86_401, 3_660, 604_800, 0],
  );
  assert.deepEqual(
    ["", "P", "PT", "P1M", "1:02", undefined, `PT${"9".repeat(12)}H`].map(secondsOf),
    Array(7).fill(null),
  );
});

Deno.test("a quota ends at midnight in California, in summer, in winter and when the clocks change", () => {
  const ends = (now: string) => nextMidnight("America/Los_Angeles", new Date(now)).toISOString();
  assert.equal(ends("2026-07-01T12:00:00Z"), "2026-07-02T07:00:00.000Z");
  assert.equal(ends("2026-12-01T12:00:00Z"), "2026-12-02T08:00:00.000Z");
  assert.equal(ends("2026-03-08T09:00:00Z"), "2026-03-09T07:00:00.000Z", "a day of 23 hours");
  assert.equal(
    ends("2026-11-01T07:00:00Z"),
    "2026-11-02T08:00:00.000Z",
    "a day of 25 hours, from its first moment",
  );
  assert.equal(ends("2026-12-02T07:59:59.999Z"), "2026-12-02T08:00:00.000Z");
  assert.equal(ends("2026-12-02T08:00:00Z"), "2026-12-03T08:00:00.000Z");
});

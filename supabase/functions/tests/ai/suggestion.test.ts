/** Tests the checks of an answer, without a stack: hostile texts, faulty answers of every kind, truncation, ways of counting. */
import assert from "node:assert/strict";
import { anthropicUsage } from "../../_shared/ai/anthropic.ts";
import { judge } from "../../_shared/ai/generate.ts";
import { isWrittenIn } from "../../_shared/ai/language.ts";
import { googleUsage } from "../../_shared/ai/google.ts";
import { openaiUsage } from "../../_shared/ai/openai.ts";
import { type Brief, mostTokens, writePrompt } from "../../_shared/ai/prompt.ts";
import { NO_USAGE } from "../../_shared/ai/provider.ts";
import { seoScore } from "../../_shared/ai/scores.ts";
import { checkAnswer, limitsOf } from "../../_shared/ai/suggestion.ts";
import { cut, lengthOf, pointersIn } from "../../_shared/ai/text.ts";
import { briefOf } from "../support/ai_brief.ts";
import { HOSTILE } from "../support/hostile_texts.ts";
import { FAULTY, write } from "../../../../scripts/simulators/ai/writer.ts";

const SECRET = "planted-secret-of-another-creator";

const answerTo = (brief: Brief, faulty?: typeof FAULTY[number]) => {
  const { request, frame } = writePrompt(brief);
  const made = write({ ...request, model: "m", key: "k", max_output_tokens: 2_000 }, faulty);
  return {
    frame,
    made,
    request,
    outcome: judge({ text: made.text, ending: made.ending, usage: NO_USAGE }, frame),
  };
};

const PLACES = ["title", "description", "tags", "hashtags"] as const;
const PLATFORMS = ["youtube", "instagram", "tiktok", "facebook", "twitter"] as const;

Deno.test("none of 200 hostile texts gets from the data into the instructions or changes the shape of a response", () => {
  let tried = 0;
  for (const { order, text } of HOSTILE) {
    for (const place of PLACES) {
      const platform = PLATFORMS[tried % PLATFORMS.length] ?? "youtube";
      const item = {
        platform,
        ...(place === "tags" || place === "hashtags" ? { [place]: [text.slice(0, 500)] } : { [place]: text }),
      };
      const { request, outcome, frame } = answerTo(briefOf(item));
      tried++;
      assert.equal(request.messages.length, 1);
      const { data } = JSON.parse(request.messages[0]?.text ?? "");
      assert.deepEqual(Object.keys(data), ["item", "language", "tone", "past", "trending"]);
      assert.ok(!request.instructions.includes(order), "the instructions contain none of the item's text");
      assert.doesNotMatch(request.messages[0]?.text ?? "", /[\u202e\u{e0000}-\u{e007f}]/u);
      assert.ok(mostTokens(request) < 60_000, "the prompt stays within its size limit");
      if (outcome.kind === "valid") {
        const allowed = pointersIn(frame.given);
        const said = pointersIn(
          JSON.stringify([outcome.suggestion.titles, outcome.suggestion.descriptions]),
        );
        assert.deepEqual(said.filter((pointer) => !allowed.includes(pointer)), []);
      }
      // A model that obeys an injected instruction: every harmful change is refused.
      const good = {
        titles: ["One castle", "Two castles", "Three castles"],
        descriptions: ["All about it"],
      };
      const obey = (change: Record<string, unknown>) =>
        checkAnswer(
          JSON.stringify({
            ...good,
            tags: [],
            hashtags: [],
            category: "gaming",
            trending_keywords: [],
            ...change,
          }),
          { ...frame, language: null },
        );
      assert.ok(obey({}).suggestion);
      for (
        const said of [
          request.instructions,
          `${order}: https://evil.example.org/${tried}`,
          `${order} @someone_evil`,
          `<b>${order}</b>`,
        ]
      ) {
        assert.ok(obey({ descriptions: [said.slice(0, frame.limits.description)] }).fault, said);
        assert.ok(
          obey({ titles: [said.slice(0, frame.limits.title), "Two", "Three"] }).fault ?? said.length > 90,
          said,
        );
        assert.ok(obey({ tags: [said] }).fault, said);
      }
      assert.ok(obey({ system: order }).fault, "an additional member");
      assert.ok(obey({ category: order }).fault);
      assert.deepEqual(obey({ trending_keywords: [order] }).suggestion?.trending_keywords, []);
      assert.ok(
        obey({ titles: [order.repeat(30), "Two", "Three"] }).fault,
        "a title over the length limit",
      );
    }
  }
  assert.ok(tried >= 200);
});

Deno.test("none of 10,000 damaged responses that breaks a rule is accepted", () => {
  const good = ["fenced", "thinking", "cached"];
  // Repeating the same faults would prove nothing new, so each answer is also damaged at a different position.
  let seed = 1;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  let taken = 0;
  for (let round = 0; round < 10_000; round++) {
    const faulty = FAULTY[round % FAULTY.length];
    const { made, frame } = answerTo(briefOf({ title: `Castle number ${round % 97}` }), faulty);
    const damage = random(5);
    const at = random(Math.max(1, made.text.length));
    const text = damage === 0
      ? made.text.slice(0, at)
      : damage === 1
      ? made.text.slice(0, at) + String.fromCharCode(random(65_536)) + made.text.slice(at)
      : damage === 2
      ? `Thinking {about} it. ${made.text}`
      : damage === 3
      ? made.text.slice(0, at) + made.text.slice(at + 1 + random(20))
      : made.text;
    const outcome = judge({ text, ending: made.ending, usage: NO_USAGE }, frame);
    if (outcome.kind !== "valid") {
      assert.ok(outcome.kind === "faulty" && outcome.fault.length > 0);
      assert.ok(!(damage === 4 && good.includes(faulty ?? "")), `${faulty} should be accepted`);
      continue;
    }
    taken++;
    const { suggestion } = outcome;
    assert.ok(made.ending === "complete", "a truncated response is never accepted");
    assert.ok(suggestion.titles.length >= 3 && suggestion.titles.length <= 5);
    assert.ok(
      suggestion.titles.every((title) => lengthOf(title) <= frame.limits.title && title.isWellFormed()),
    );
    assert.ok(
      suggestion.descriptions.length >= 1 &&
        suggestion.descriptions.every((text) => lengthOf(text) <= frame.limits.description),
    );
    assert.doesNotMatch(JSON.stringify(suggestion), /@evil|:\/\/evil|<script/);
    assert.ok(JSON.stringify([...frame.tags, ...suggestion.tags]).length < 700);
    assert.ok(suggestion.trending_keywords.every((keyword) => frame.trending.includes(keyword)));
  }
  assert.ok(taken > 100);
});

Deno.test("a response in another language of the same script is detected; names and short texts cause no false positives", () => {
  const texts: Record<string, string> = {
    en: "How we built this castle in one day: all the tools that you need and what I learned from it",
    de: "Wie wir diese Burg an einem Tag gebaut haben und was ihr dafür braucht, mit allen Werkzeugen",
    es: "Cómo construimos este castillo en un día y todo lo que necesitas para hacerlo con tu familia",
    fr: "Comment nous avons construit ce château en un jour et tout ce qui vous aide à le faire",
    pt: "Como construímos este castelo em um dia e tudo o que você precisa para fazer isso com os amigos",
    it:
      "Come abbiamo costruito questo castello in un giorno e tutto quello che ti serve per farlo con gli amici",
    tr: "Bu kaleyi bir günde nasıl yaptık ve bunun için ne gerekiyor, hem de çok daha kolay bir yol ile",
    ru: "Как мы построили этот замок за день и всё, что для этого нужно, если вы уже начали",
    uk: "Як ми збудували цей замок за день і все, що для цього треба, якщо ви вже почали та не знаєте як",
  };
  for (const [code, text] of Object.entries(texts)) {
    for (const wanted of Object.keys(texts)) {
      assert.equal(isWrittenIn(text, wanted), code === wanted, `${code} where ${wanted} is expected`);
    }
    for (const none of [null, "zxx", "und", "sw"]) {
      assert.ok(isWrittenIn(code === "ru" || code === "uk" ? "x" : text, none));
    }
  }
  assert.ok(isWrittenIn("Minecraft Castle Speedrun World Record 2026 Official Trailer", "de"));
  assert.ok(isWrittenIn("A A A A A GIVEAWAY LIVE", "en"));
  assert.ok(isWrittenIn("", "ja"));
});

Deno.test("a language is accepted in every script in which it is written, and in no other", () => {
  const accepted: [language: string, text: string][] = [
    ["te", "ఇంట్లో వంటకం ఎలా చేయాలి"],
    ["ml", "വീട്ടിൽ എങ്ങനെ പാചകം ചെയ്യാം"],
    ["kn", "ಮನೆಯಲ್ಲಿ ಅಡುಗೆ ಮಾಡುವುದು ಹೇಗೆ"],
    ["mr", "घरी स्वयंपाक कसा करायचा"],
    ["ur", "گھر میں کھانا کیسے پکائیں"],
    ["ka", "როგორ მოვამზადოთ სახლში"],
    ["hy", "Ինչպես պատրաստել տանը"],
    ["am", "በቤት ውስጥ እንዴት ማብሰል"],
    ["sr", "Како се кува код куће"],
    ["sr", "Kako se kuva kod kuće"],
    ["kk", "Үйде қалай пісіруге болады"],
    ["ko", "집에서 요리하는 방법"],
    ["zh_TW", "在家做飯的方法"],
    ["zh-Hans", "在家做饭的方法"],
    ["iw", "איך לבשל בבית"],
  ];
  for (const [language, text] of accepted) {
    assert.ok(isWrittenIn(text, language), language);
    if (!["sr", "kk"].includes(language)) {
      assert.ok(!isWrittenIn("Cooking at home", language), `Latin for ${language}`);
    }
    if (language !== "ko") {
      assert.ok(!isWrittenIn("집에서 요리하는 방법", language), `Hangul for ${language}`);
    }
  }
  assert.ok(!isWrittenIn("Kako se kuva kod kuće", "sr-Cyrl"), "a language tag may specify its script");
  for (const unknown of ["tlh", "english", "x!", "en us"]) assert.ok(isWrittenIn("집에서", unknown), unknown);
});

Deno.test("the prompt does not request a language in which the item is not written, unless the creator chose it", () => {
  const asked = (about: Partial<Brief["item"]>, language: string | null) =>
    JSON.parse(writePrompt(briefOf(about, { language })).request.messages[0]?.text ?? "").data.language;
  const english = {
    title: "How we built this castle",
    description: "All the tools that you need and what I learned from it",
  };
  assert.equal(asked({ ...english, language: "hi" }, "hi"), null);
  assert.equal(asked({ ...english, language: "zxx" }, "zxx"), null);
  assert.equal(
    asked({ ...english, language: "hi" }, "es"),
    "es",
    "a language chosen by the creator is requested",
  );
  assert.equal(asked({ ...english, language: "en-GB" }, "en-GB"), "en-GB");
});

Deno.test("a prompt does not contain the brief's fingerprint", () => {
  const { request } = answerTo({ ...briefOf(), fingerprint: SECRET });
  assert.ok(!JSON.stringify(request).includes(SECRET));
});

Deno.test("a text is cut between whole grapheme clusters", () => {
  assert.equal(cut("ab👩‍👩‍👧‍👦cd", 5), "ab");
  assert.equal(cut("e\u0301e\u0301e\u0301", 3), "e\u0301");
  assert.equal(cut("🇩🇪🇫🇷", 6), "🇩🇪");
  assert.equal(cut("a\ud83d", 5), "a\ufffd");
  const zalgo = "a" + "\u0301".repeat(500);
  assert.equal(cut(zalgo, 10), "", "a character that does not fit is left out whole");
});

Deno.test("trending keywords invented by the model and tags that the item already has are removed", () => {
  const { frame } = writePrompt(briefOf());
  const { suggestion } = checkAnswer(
    JSON.stringify({
      titles: ["One castle", "Two castles", "Three castles"],
      descriptions: ["A castle"],
      tags: ["Castle", "#stone", "stone", "a,b"],
      hashtags: ["#big castle!", "bigcastle"],
      category: "gaming",
      trending_keywords: ["Minecraft", "made up"],
    }),
    frame,
  );
  assert.deepEqual(suggestion?.tags, ["stone", "a b"]);
  assert.deepEqual(suggestion?.hashtags, ["bigcastle"]);
  assert.deepEqual(suggestion?.trending_keywords, ["minecraft"]);
});

Deno.test("existing and suggested tags of a YouTube video together stay within 500 characters", () => {
  const have = Array.from({ length: 10 }, (_, place) => `present-tag-${place}-${"x".repeat(20)}`);
  const { frame } = writePrompt(briefOf({ tags: have }));
  const { suggestion } = checkAnswer(
    JSON.stringify({
      titles: ["One castle", "Two castles", "Three castles"],
      descriptions: ["A castle"],
      tags: Array.from({ length: 40 }, (_, place) => `new tag number ${place}`),
      hashtags: [],
      category: "gaming",
      trending_keywords: [],
    }),
    frame,
  );
  const all = [...have, ...(suggestion?.tags ?? [])];
  assert.ok(suggestion && suggestion.tags.length > 0);
  assert.ok(all.map((tag) => tag.includes(" ") ? `"${tag}"` : tag).join(",").length <= 500);
});

Deno.test("token usage is normalized across the providers' ways of counting", () => {
  const usage = {
    ...NO_USAGE,
    prompt_tokens: 1_000,
    cached_tokens: 600,
    completion_tokens: 150,
    thought_tokens: 50,
  };
  assert.deepEqual(
    openaiUsage({
      input_tokens: 1_000,
      input_tokens_details: { cached_tokens: 600, cache_write_tokens: 0 },
      output_tokens: 150,
      output_tokens_details: { reasoning_tokens: 50 },
    }),
    usage,
  );
  assert.deepEqual(
    googleUsage({
      promptTokenCount: 1_000,
      cachedContentTokenCount: 600,
      candidatesTokenCount: 100,
      thoughtsTokenCount: 50,
      toolUsePromptTokenCount: 0,
    }),
    usage,
  );
  assert.deepEqual(
    anthropicUsage({
      input_tokens: 10,
      cache_read_input_tokens: 600,
      cache_creation_input_tokens: 390,
      cache_creation: { ephemeral_1h_input_tokens: 90 },
      output_tokens: 150,
    }),
    { ...usage, thought_tokens: 0, cache_write_tokens: 300, cache_write_1h_tokens: 90 },
  );
});

Deno.test("a score is complete for a good item and low for a poor one, with advice for every missing part", () => {
  const poor = seoScore(
    { title: "x", description: "", tags: [], hashtags: [], category: null },
    limitsOf("youtube"),
  );
  assert.ok(poor.score < 10);
  assert.ok(poor.parts.every(({ points, of, advice }) => points === of || advice !== null));
  const good = seoScore({
    title: "Building a medieval castle in Minecraft",
    description: `Building a medieval castle in Minecraft, from the first stone to the last. ${
      "Every step is shown. ".repeat(10)
    }`,
    tags: ["castle", "minecraft", "medieval", "building", "stone", "tutorial", "survival", "tower"],
    hashtags: ["minecraft", "castle", "building"],
    category: "gaming",
  }, limitsOf("youtube"));
  assert.equal(good.score, 100);
});

/** Checks whether a text is written in a language, by its script and by the function words that nearly every sentence has. */

/** Scripts that CLDR names by a combination of Unicode scripts. */
const COMBINED: Readonly<Record<string, readonly string[]>> = {
  Jpan: ["Hira", "Kana", "Hani"],
  Kore: ["Hang", "Hani"],
  Hans: ["Hani"],
  Hant: ["Hani"],
};
/** A second script that a language is commonly written in, beside its likely one (CLDR, likely subtags). */
const SECOND_SCRIPTS: Readonly<Record<string, string>> = {
  az: "Cyrl",
  bs: "Cyrl",
  kk: "Latn",
  ku: "Arab",
  ky: "Latn",
  mn: "Mong",
  ms: "Arab",
  pa: "Arab",
  sd: "Deva",
  sr: "Latn",
  tg: "Arab",
  tk: "Cyrl",
  tt: "Latn",
  ug: "Cyrl",
  uz: "Cyrl",
};

/** The most frequent function words of languages that share a script. Names, brands and English titles contain none of them. */
const SMALL_WORDS: Readonly<Record<string, string>> = {
  en:
    "the and of to is in you for this that with on are it my we your was from have be not they what i how all our will can",
  es:
    "el la los las de que y en un una es por con para del se su al lo como más pero esta este nos tu mi muy todo todos",
  pt:
    "o os as de que e em um uma é por com para do da não se no na dos das mais mas como você seu sua nos esse este isso muito",
  fr:
    "le la les de des et en un une est pour dans que qui sur avec pas vous nous ce cette du au plus je il elle son mais tout votre",
  it:
    "il lo la gli le di che e in un una è per con del della non si su al dei nel sono come più questo questa anche mi ci tutti",
  de:
    "der die das und ist in ein eine zu den von mit für auf nicht wir ich sie es im dem auch wie euch ihr bei hier aus noch",
  nl:
    "de het een en van is in op te dat die voor met niet zijn ik je we er aan maar ook naar deze dit bij wij jullie heb",
  id:
    "yang dan di ke dari ini itu untuk dengan tidak ada akan pada juga kita kami saya aku kamu bisa karena sudah lagi atau jangan oleh",
  tr:
    "ve bir bu da de için ile ne çok en gibi var daha olan ben sen biz kadar ama her mi nasıl değil olarak sonra ya diye",
  pl:
    "i w na z do się nie to jest że o jak co po za od dla ale są czy przez tym tak mnie mój jego już który tego oraz",
  vi:
    "và của là có cho không được một các những với này trong đã người như khi để ra về tôi bạn đến thì nhé anh em",
  sv:
    "och att det i en som är på av för med den till inte om har vi jag du ett var så från kan men när ni mig",
  ro:
    "și de la în nu cu pe un o este că pentru din mai care sunt ce se le dar sau acest prin când foarte noi am lui",
  cs: "a v na se je to že s z do o pro si jak ale jsem tak po od za které jako by už jsou co bude nebo při",
  da: "og i det at en er på til som for med den af ikke jeg vi du der har om et var fra men kan så når os",
  fi:
    "ja on ei että se en oli mutta niin kuin myös hän ovat joka tämä minä sen jos mitä nyt kun ole olen vain",
  hu: "a az és hogy nem is egy van ez de meg csak mint ha már azt lesz volt még vagy kell itt nagyon ezt ki",
  ru: "и в не на что с как это по но из у за то для все так вы мы он она они же бы от до или уже если когда",
  uk:
    "і в не на що з як це по але із у за то для всі так ви ми він вона вони ж би від до або вже якщо коли та є",
};
const SETS = new Map(Object.entries(SMALL_WORDS).map(([code, words]) => [code, new Set(words.split(" "))]));
/** Letters that a language does not use, for two languages that share most of their function words. */
const FOREIGN_LETTERS: Readonly<Record<string, RegExp>> = { ru: /[іїєґ]/giu, uk: /[ыэёъ]/giu };
const NO_LANGUAGE = ["zxx", "und", "mul", "mis"];

/** Returns the language of a tag such as `pt-BR`; undefined when the tag names none. Old codes such as `iw` become the current ones. */
export function languageCode(tag: string | null): string | undefined {
  return localeOf(tag)?.language;
}

function localeOf(tag: string | null): Intl.Locale | undefined {
  try {
    const locale = new Intl.Locale((tag ?? "und").replaceAll("_", "-"));
    return NO_LANGUAGE.includes(locale.language) ? undefined : locale;
  } catch {
    return undefined;
  }
}

/** Matches a letter of the scripts that a language is written in; undefined when they are not known. */
function scriptOf(locale: Intl.Locale): RegExp | undefined {
  const { script } = locale.maximize();
  if (!script) return undefined;
  const second = locale.script ? undefined : SECOND_SCRIPTS[locale.language];
  const names = [...COMBINED[script] ?? [script], ...second ? [second] : []];
  try {
    return new RegExp(`[${names.map((name) => `\\p{Script=${name}}`).join("")}]`, "u");
  } catch {
    // CLDR knows scripts that Unicode has no letters of.
    return undefined;
  }
}

/**
 * Whether a text may be written in a language; a tag without a language passes. Returns false when fewer than half of the letters belong to
 * the language's scripts (where CLDR knows them), when two or more letters are foreign to it, or when the text has at least four
 * different function words of another language and at least three times as many as of this one.
 */
export function isWrittenIn(text: string, language: string | null): boolean {
  const locale = localeOf(language);
  if (!locale) return true;
  const code = locale.language;
  const letters = text.match(/\p{L}/gu) ?? [];
  const script = scriptOf(locale);
  if (script && letters.filter((letter) => script.test(letter)).length * 2 < letters.length) return false;
  const foreign = FOREIGN_LETTERS[code];
  if (foreign && (text.match(foreign)?.length ?? 0) >= 2) return false;
  const own = SETS.get(code);
  if (!own) return true;
  const words = new Set(text.normalize("NFC").toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? []);
  const least = Math.max(4, 3 * own.intersection(words).size);
  return ![...SETS].some(([other, set]) => other !== code && set.intersection(words).size >= least);
}

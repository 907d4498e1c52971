/** Whether a text is written in a language: by its script, and by the small words that no sentence does without. */

const SCRIPTS: Readonly<Record<string, RegExp>> = {
  ru: /\p{Script=Cyrillic}/u,
  uk: /\p{Script=Cyrillic}/u,
  bg: /\p{Script=Cyrillic}/u,
  el: /\p{Script=Greek}/u,
  he: /\p{Script=Hebrew}/u,
  ar: /\p{Script=Arabic}/u,
  fa: /\p{Script=Arabic}/u,
  hi: /\p{Script=Devanagari}/u,
  bn: /\p{Script=Bengali}/u,
  ta: /\p{Script=Tamil}/u,
  th: /\p{Script=Thai}/u,
  ko: /\p{Script=Hangul}/u,
  ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u,
  zh: /\p{Script=Han}/u,
};

/** The most frequent function words of languages that share a script with others. Names, brands and English titles have none of them. */
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
/** Letters that a language does not have, for two that have most of their small words in common. */
const FOREIGN_LETTERS: Readonly<Record<string, RegExp>> = { ru: /[іїєґ]/giu, uk: /[ыэёъ]/giu };
const NO_LANGUAGE = ["zxx", "und", "mul", "mis"];

/** The language of a tag such as `pt-BR`; undefined where it names none. */
export function languageCode(tag: string | null): string | undefined {
  const code = tag?.toLowerCase().split(/[-_]/)[0];
  return code && !NO_LANGUAGE.includes(code) ? code : undefined;
}

/**
 * Whether a text may be of a language; unknown languages and short texts pass. It is not when fewer than half of its letters are of the
 * language's script, when it has letters that the language lacks, or when it has four different small words of another language and three
 * times as many as of this one.
 */
export function isWrittenIn(text: string, language: string | null): boolean {
  const code = languageCode(language);
  if (!code) return true;
  const letters = text.match(/\p{L}/gu) ?? [];
  const script = SCRIPTS[code] ?? /\p{Script=Latin}/u;
  if (letters.filter((letter) => script.test(letter)).length * 2 < letters.length) return false;
  const foreign = FOREIGN_LETTERS[code];
  if (foreign && (text.match(foreign)?.length ?? 0) >= 2) return false;
  const own = SETS.get(code);
  if (!own) return true;
  const words = new Set(text.normalize("NFC").toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? []);
  const least = Math.max(4, 3 * own.intersection(words).size);
  return ![...SETS].some(([other, set]) => other !== code && set.intersection(words).size >= least);
}

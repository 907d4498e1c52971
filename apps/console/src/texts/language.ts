/**
 * Which language the console speaks. A language is a folder beside `en/` with the same files, handed to `pick` in the file
 * of each area; what it lacks is English.
 */
let chosen = "en";

/** Chooses once, before the first page is drawn. `?language=` wins, for trying one out. */
export function chooseLanguage(configured?: string): void {
  const asked = new URLSearchParams(location.search).get("language") ?? configured ?? "en";
  try {
    const locale = new Intl.Locale(asked);
    chosen = locale.toString();
    document.documentElement.lang = locale.language;
    document.documentElement.dir = directionOf(locale);
  } catch {
    // Not a language: English it stays.
  }
}

const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "ckb", "dv"]);

function directionOf({ language }: Intl.Locale): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
}

/** How numbers and times are written: as the viewer's browser does. */
export const locale = (): string => chosen === "en" ? navigator.language || "en" : chosen;

/** The texts of one area in the chosen language. */
export function pick<Pack extends object>(packs: { en: Pack } & Record<string, Partial<Pack>>): Pack {
  const own = packs[chosen] ?? packs[chosen.split("-")[0] ?? "en"];
  return { ...packs.en, ...own };
}

const rules = new Map<string, Intl.PluralRules>();
/** `plural(3, { one: "# item", other: "# items" })`; `#` becomes the number. */
export function plural(
  count: number,
  forms: { one: string; other: string } & Partial<Record<Intl.LDMLPluralRule, string>>,
) {
  const rule = rules.get(chosen) ?? new Intl.PluralRules(chosen);
  rules.set(chosen, rule);
  return (forms[rule.select(count)] ?? forms.other).replace("#", count.toLocaleString(locale()));
}

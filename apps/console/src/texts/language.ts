/**
 * The console's language. Each language is a folder beside `en/` with the same files, passed to `pick` in the file of each area;
 * missing texts fall back to English.
 */
let chosen = "en";

/** Chooses the language once, before the first page renders. `?language=` overrides the configuration, for testing. */
export function chooseLanguage(configured?: string): void {
  const asked = new URLSearchParams(location.search).get("language") ?? configured ?? "en";
  try {
    const locale = new Intl.Locale(asked);
    chosen = locale.toString();
    document.documentElement.lang = locale.language;
    document.documentElement.dir = directionOf(locale);
  } catch {
    // Not a valid language tag: stay with English.
  }
}

const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "ckb", "dv"]);

function directionOf({ language }: Intl.Locale): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
}

/** Returns the locale for numbers and times: the browser's for English, otherwise the chosen language. */
export const locale = (): string => chosen === "en" ? navigator.language || "en" : chosen;

/** Returns the texts of one area in the chosen language. */
export function pick<Pack extends object>(packs: { en: Pack } & Record<string, Partial<Pack>>): Pack {
  const own = packs[chosen] ?? packs[chosen.split("-")[0] ?? "en"];
  return { ...packs.en, ...own };
}

const rules = new Map<string, Intl.PluralRules>();
/** `plural(3, { one: "# item", other: "# items" })`; `#` is replaced by the number. */
export function plural(
  count: number,
  forms: { one: string; other: string } & Partial<Record<Intl.LDMLPluralRule, string>>,
) {
  const rule = rules.get(chosen) ?? new Intl.PluralRules(chosen);
  rules.set(chosen, rule);
  return (forms[rule.select(count)] ?? forms.other).replace("#", count.toLocaleString(locale()));
}

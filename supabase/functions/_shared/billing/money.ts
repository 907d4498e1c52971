/** Formats amounts and times from Stripe as text. */

// https://docs.stripe.com/currencies: WHOLE currencies come in whole units, THOUSANDTHS in thousandths, all others in hundredths.
const WHOLE = new Set([
  ..."BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(" "),
]);
const THOUSANDTHS = new Set("BHD JOD KWD OMR TND".split(" "));
/** Currencies that no longer have decimals, but that Stripe still counts in hundredths. */
const SHOWN_WHOLE = new Set(["ISK", "UGX"]);

/** 1900 and usd → $19.00; 1900 and jpy → ¥1,900. */
export function money(minor: number, currency: string): string {
  const code = currency.toUpperCase();
  const digits = WHOLE.has(code) ? 0 : THOUSANDTHS.has(code) ? 3 : 2;
  const shown = SHOWN_WHOLE.has(code) ? 0 : digits;
  return new Intl.NumberFormat("en", {
    style: "currency",
    currency: code,
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  }).format(minor / 10 ** digits);
}

/** Formats a time in seconds as a day in words, in UTC. */
export function day(seconds: number): string {
  return new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" }).format(seconds * 1_000);
}

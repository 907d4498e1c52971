/** Amounts as Stripe has them, in words. */

// https://docs.stripe.com/currencies: amounts in these are whole units, and in those thousandths; all others are hundredths.
const WHOLE = new Set([
  ..."BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split(" "),
]);
const THOUSANDTHS = new Set("BHD JOD KWD OMR TND".split(" "));
/** Have no decimals any more, and are hundredths at Stripe all the same. */
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

/** A time in seconds as a day in words, in UTC. */
export function day(seconds: number): string {
  return new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" }).format(seconds * 1_000);
}

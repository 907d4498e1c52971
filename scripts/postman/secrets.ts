/** Keeps keys, passwords and tokens out of what a run leaves behind. */
import type { Environment } from "./environment.ts";

const MASK = "•••";

/** Members of JSON bodies whose values are nobody's business, as they stand in HTML (`"` is `&quot;`). */
const MEMBERS =
  /((?:"|&quot;)(?:password|access_token|refresh_token|provider_token|token_hash|hashed_token|email_otp|action_link|state)(?:"|&quot;)\s*:\s*(?:"|&quot;)).*?((?:"|&quot;))/g;
/** Authorization codes of any platform: unlike the codes of errors they are long, and not words of small letters. */
const CODES = /((?:"|&quot;)code(?:"|&quot;)\s*:\s*(?:"|&quot;))(?=[^"&]*[A-Z0-9])[^"&]{16,}((?:"|&quot;))/g;
/** Anything that is a token by its own shape: JSON web tokens, Supabase keys, Google's tokens and codes. */
const SHAPES = [
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g,
  /\bsb_(?:publishable|secret)_[\w-]{6,}/g,
  /\bya29\.[\w.-]{8,}/g,
  /\b1\/\/[\w-]{8,}/g,
  /\b4\/0[\w-]{8,}/g,
];
/** Query and fragment members of links: confirmation tokens, authorization codes, states. HTML writes `=` as `&#x3D;`. */
const IN_LINKS =
  /([?&#;](?:token|token_hash|access_token|refresh_token|code|state)(?:=|&#x3D;))[^&"'<>\s;]+/g;

/** The values of the environment that Postman marks as secret. */
export function secretsOf(environment: Environment): string[] {
  return environment.values.filter((entry) => entry.type === "secret" && entry.value !== "").map((entry) =>
    entry.value
  );
}

/** The text with every known secret, and everything that looks like one, replaced. */
export function scrub(text: string, secrets: string[]): string {
  let clean = text;
  for (const secret of secrets) clean = clean.replaceAll(secret, MASK);
  clean = clean.replace(MEMBERS, `$1${MASK}$2`).replace(CODES, `$1${MASK}$2`).replace(IN_LINKS, `$1${MASK}`);
  for (const shape of SHAPES) clean = clean.replace(shape, MASK);
  return clean;
}

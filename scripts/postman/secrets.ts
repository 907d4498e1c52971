/** Removes keys, passwords and tokens from the output of a run. */
import type { Environment } from "./environment.ts";

const MASK = "•••";

/** Members of JSON bodies with secret values, also as written in HTML (`"` is `&quot;`). */
const MEMBERS =
  /((?:"|&quot;)(?:password|access_token|refresh_token|provider_token|token_hash|hashed_token|email_otp|action_link|state)(?:"|&quot;)\s*:\s*(?:"|&quot;)).*?((?:"|&quot;))/g;
/** Authorization codes of any platform: unlike error codes they are long and contain capital letters or digits. */
const CODES = /((?:"|&quot;)code(?:"|&quot;)\s*:\s*(?:"|&quot;))(?=[^"&]*[A-Z0-9])[^"&]{16,}((?:"|&quot;))/g;
/** Tokens recognizable by their shape: JSON web tokens, Supabase keys, Google's tokens and codes. */
const SHAPES = [
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g,
  /\bsb_(?:publishable|secret)_[\w-]{6,}/g,
  /\bya29\.[\w.-]{8,}/g,
  /\b1\/\/[\w-]{8,}/g,
  /\b4\/0[\w-]{8,}/g,
];
/** Query and fragment parameters of links: confirmation tokens, authorization codes, states. HTML writes `=` as `&#x3D;`. */
const IN_LINKS =
  /([?&#;](?:token|token_hash|access_token|refresh_token|code|state)(?:=|&#x3D;))[^&"'<>\s;]+/g;

/** Returns the values of the environment that Postman marks as secret. */
export function secretsOf(environment: Environment): string[] {
  return environment.values.filter((entry) => entry.type === "secret" && entry.value !== "").map((entry) =>
    entry.value
  );
}

/** Masks every known secret in the text, and everything that looks like one. */
export function scrub(text: string, secrets: string[]): string {
  let clean = text;
  for (const secret of secrets) clean = clean.replaceAll(secret, MASK);
  clean = clean.replace(MEMBERS, `$1${MASK}$2`).replace(CODES, `$1${MASK}$2`).replace(IN_LINKS, `$1${MASK}`);
  for (const shape of SHAPES) clean = clean.replace(shape, MASK);
  return clean;
}

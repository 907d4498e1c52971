/**
 * Tokens that carry their own facts under a signature, so that they survive a restart of the simulators. The key is the
 * same in every process; it protects nothing but generated accounts.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const signing_key = "streamvibe simulator";

export function seal(prefix: string, facts: object): string {
  const text = JSON.stringify({ ...facts, n: randomBytes(6).toString("base64url") });
  const payload = new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
  return `${prefix}${payload}.${mac(prefix, payload)}`;
}

/** Returns undefined for anything that was not sealed here with this prefix. */
export function unseal<Facts extends object>(prefix: string, token: string): Facts | undefined {
  const [, payload, signature] = /^([\w-]+)\.([\w-]{22})$/.exec(token.slice(prefix.length)) ?? [];
  if (!token.startsWith(prefix) || payload === undefined || signature === undefined) return undefined;
  const [given, right] = [signature, mac(prefix, payload)].map((text) => new TextEncoder().encode(text));
  if (given === undefined || right === undefined || !timingSafeEqual(given, right)) return undefined;
  return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(payload, { alphabet: "base64url" })));
}

function mac(prefix: string, payload: string): string {
  return createHmac("sha256", signing_key).update(prefix + payload).digest("base64url").slice(0, 22);
}

/** HMAC (RFC 2104) with SHA-256, or SHA-1 where a peer requires it: verifies signatures of incoming webhooks and signs outgoing requests. */

import { hexOf } from "../text/hash.ts";

type Hash = "SHA-256" | "SHA-1";

/** Returns whether `signature` is the HMAC of the concatenated parts. Compares in constant time. */
export async function isSigned(
  secret: string,
  signature: Uint8Array<ArrayBuffer>,
  ...parts: (string | Uint8Array)[]
): Promise<boolean> {
  const signed = new Blob(parts.map((part) => typeof part === "string" ? part : new Uint8Array(part)));
  return await crypto.subtle.verify(
    "HMAC",
    await keyOf(secret, "verify", "SHA-256"),
    signature,
    await signed.arrayBuffer(),
  );
}

/** Like `isSigned`, for one body with SHA-1, the only hash that WebSub hubs support. */
export async function isSignedSha1(
  secret: string,
  signature: Uint8Array<ArrayBuffer>,
  bytes: Uint8Array,
): Promise<boolean> {
  return await crypto.subtle.verify(
    "HMAC",
    await keyOf(secret, "verify", "SHA-1"),
    signature,
    new Uint8Array(bytes),
  );
}

/** Decodes hexadecimal digits. */
export function bytesOfHex(digits: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** Returns the HMAC of a text as hexadecimal digits, such as Meta's `appsecret_proof`. */
export async function hmacHex(secret: string, text: string): Promise<string> {
  const mac = await crypto.subtle.sign(
    "HMAC",
    await keyOf(secret, "sign", "SHA-256"),
    new TextEncoder().encode(text),
  );
  return hexOf(mac);
}

function keyOf(secret: string, use: "sign" | "verify", hash: Hash): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), { name: "HMAC", hash }, false, [
    use,
  ]);
}

/** HMAC with SHA-256 (RFC 2104): signatures of reports that come from outside, and proofs that go there. */

import { hexOf } from "../text/hash.ts";

const ALGORITHM = { name: "HMAC", hash: "SHA-256" };

/** Whether `signature` is that of the parts, one after the other. Compares in constant time. */
export async function isSigned(
  secret: string,
  signature: Uint8Array<ArrayBuffer>,
  ...parts: (string | Uint8Array)[]
): Promise<boolean> {
  const signed = new Blob(parts.map((part) => typeof part === "string" ? part : new Uint8Array(part)));
  return await crypto.subtle.verify(
    "HMAC",
    await keyOf(secret, "verify"),
    signature,
    await signed.arrayBuffer(),
  );
}

/** As hexadecimal digits, such as Meta's `appsecret_proof`. */
export async function hmacHex(secret: string, text: string): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", await keyOf(secret, "sign"), new TextEncoder().encode(text));
  return hexOf(mac);
}

function keyOf(secret: string, use: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), ALGORITHM, false, [use]);
}

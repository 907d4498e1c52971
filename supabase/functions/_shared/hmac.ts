/** Signatures of reports that come from outside (HMAC with SHA-256, RFC 2104). */

/** Whether `signature` is that of the parts, one after the other. Compares in constant time. */
export async function isSigned(
  secret: string,
  signature: Uint8Array<ArrayBuffer>,
  ...parts: (string | Uint8Array)[]
): Promise<boolean> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, [
    "verify",
  ]);
  const signed = new Blob(parts.map((part) => typeof part === "string" ? part : new Uint8Array(part)));
  return await crypto.subtle.verify("HMAC", key, signature, await signed.arrayBuffer());
}

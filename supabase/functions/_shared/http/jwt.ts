/** Signs tokens (JWS, RFC 7515, RS256) for providers that accept a self-signed token as credentials. */

/** Returns `signed` with a dot and its signature appended. @throws When the key is not PKCS #8 in PEM. */
export async function signRs256(signed: string, pem: string): Promise<string> {
  const body = /-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----/.exec(pem)?.[1];
  if (!body) throw new Error("Cannot sign: the key is not in PKCS #8 PEM format");
  const der = Uint8Array.from(atob(body.replace(/\s/g, "")), (sign) => sign.charCodeAt(0));
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  const signature = await crypto.subtle.sign(algorithm.name, key, new TextEncoder().encode(signed));
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

/** Encodes as URL-safe base64 without padding (RFC 4648, section 5). */
export function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

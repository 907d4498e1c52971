/** Returns the bytes as hexadecimal digits. Hosted functions run on Deno 2.1, which lacks `Uint8Array.toHex`. */
export function hexOf(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Returns the SHA-256 of bytes, or of a text in UTF-8, as 64 hexadecimal digits. */
export async function sha256Hex(data: Uint8Array | string): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data);
  return hexOf(await crypto.subtle.digest("SHA-256", bytes));
}

/** Hexadecimal digits. `Uint8Array.toHex` would do, but Deno 2.1, under which hosted functions run, does not have it. */
export function hexOf(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** SHA-256 of bytes, or of a text in UTF-8, as 64 hexadecimal digits. */
export async function sha256Hex(data: Uint8Array | string): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data);
  return hexOf(await crypto.subtle.digest("SHA-256", bytes));
}

/** HTTP caching of public reads (RFC 9111) and conditional requests (RFC 9110, section 13). */

/** How long an answer may be reused, in seconds. */
export interface CachePolicy {
  max_age: number;
  stale_while_revalidate: number;
}

/** The `Cache-Control` of a public read. */
export function cacheControl({ max_age, stale_while_revalidate }: CachePolicy): string {
  return `public, max-age=${max_age}, stale-while-revalidate=${stale_while_revalidate}`;
}

/** A strong entity tag: the start of the body's SHA-256. */
export async function entityTag(body: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body)));
  return `"${btoa(String.fromCharCode(...digest.subarray(0, 16))).replace(/=+$/, "")}"`;
}

/** Whether `If-None-Match` names the tag; compared weakly, as the RFC asks. */
export function matches(ifNoneMatch: string | null, tag: string): boolean {
  if (ifNoneMatch === null) return false;
  if (ifNoneMatch.trim() === "*") return true;
  return (ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? []).some((candidate) =>
    candidate.replace(/^W\//, "") === tag
  );
}

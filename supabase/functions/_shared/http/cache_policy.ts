/** HTTP caching of public reads (RFC 9111) and conditional requests (RFC 9110, section 13). */

/**
 * How long an answer may be reused, in seconds: by whoever gets it, and by our own cache (`_shared/cache`), which all callers share. So the
 * answer must depend on the input alone, and the handler of such an endpoint is told nothing else.
 */
export interface CachePolicy {
  max_age: number;
  stale_while_revalidate: number;
  /** What the answer to an input depends on: it is gone from our cache within a tenth of a second of a change of one of these. */
  tags?(input: unknown): readonly string[];
  /** Asks the shared cache for every answer, so that a change of a tag is seen at once. */
  is_exact?: boolean;
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
    // Proxies that compress make a tag weak, or mark it: "abc-gzip" (Apache).
    candidate.replace(/^W\//, "").replace(/[-;](?:gzip|br|zstd|deflate)"$/, '"') === tag
  );
}

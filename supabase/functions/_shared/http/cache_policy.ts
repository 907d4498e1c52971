/** HTTP caching of public reads (RFC 9111) and conditional requests (RFC 9110, section 13). */

/**
 * How long a response may be reused, in seconds, by its recipient and by our own cache (`_shared/cache`), which all callers share. The
 * response must therefore depend on the input alone: the handler of such an endpoint gets no caller and no request.
 */
export interface CachePolicy {
  max_age: number;
  stale_while_revalidate: number;
  /** Returns the tags that the response to an input depends on: our cache drops it within 0.1 seconds of a change to one of them. */
  tags?(input: unknown): readonly string[];
  /** Reads the shared cache on every request, so that a tag change takes effect immediately. */
  is_exact?: boolean;
}

/** Returns the `Cache-Control` of a public read. */
export function cacheControl({ max_age, stale_while_revalidate }: CachePolicy): string {
  return `public, max-age=${max_age}, stale-while-revalidate=${stale_while_revalidate}`;
}

/** Returns a strong entity tag: the first 16 bytes of the body's SHA-256. */
export async function entityTag(body: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body)));
  return `"${btoa(String.fromCharCode(...digest.subarray(0, 16))).replace(/=+$/, "")}"`;
}

/** Returns whether `If-None-Match` contains the tag. Uses weak comparison, as the RFC requires. */
export function matches(ifNoneMatch: string | null, tag: string): boolean {
  if (ifNoneMatch === null) return false;
  if (ifNoneMatch.trim() === "*") return true;
  return (ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? []).some((candidate) =>
    // Proxies that compress weaken a tag or add a suffix: "abc-gzip" (Apache).
    candidate.replace(/^W\//, "").replace(/[-;](?:gzip|br|zstd|deflate)"$/, '"') === tag
  );
}

/** Responses for precompressed files with their own entity tag, including conditional requests (RFC 9110). */
import { cacheControl, type CachePolicy, matches } from "./cache_policy.ts";

export interface File {
  type: string;
  etag: string;
  /** Null only where the caller already has the file (`matches`). */
  gzip: Uint8Array<ArrayBuffer> | null;
}

/** Returns the tags in `If-None-Match`, at most 20. Compressed and plain forms of a file yield the same tag. */
export function knownTags(request: Request): string[] {
  const tags = (request.headers.get("if-none-match") ?? "").match(/"[^"]*"/g) ?? [];
  return tags.slice(0, 20).map((tag) => tag.replace(/[-;](?:gzip|br|zstd|deflate)"$/, '"'));
}

/** Returns the file, compressed if the caller accepts gzip, or 304. */
export function fileAnswer(request: Request, { type, etag, gzip }: File, cache: CachePolicy): Response {
  const headers = new Headers({ "cache-control": cacheControl(cache), etag, vary: "accept-encoding" });
  if (gzip === null || matches(request.headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers });
  }
  headers.set("content-type", type);
  if (takesGzip(request.headers.get("accept-encoding"))) {
    // Each representation needs its own tag.
    headers.set("etag", etag.replace(/"$/, '-gzip"'));
    headers.set("content-encoding", "gzip");
    return new Response(gzip, { headers });
  }
  return new Response(new Blob([gzip]).stream().pipeThrough(new DecompressionStream("gzip")), { headers });
}

/** Returns whether `Accept-Encoding` allows gzip (RFC 9110, section 12.5.3). */
export function takesGzip(accept: string | null): boolean {
  const weights = new Map(
    (accept ?? "").toLowerCase().split(",").map((one) => {
      const [coding = "", ...parameters] = one.split(";").map((part) => part.trim());
      const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
      return [coding, weight === undefined ? 1 : Number(weight)] as const;
    }),
  );
  return (weights.get("gzip") ?? weights.get("x-gzip") ?? weights.get("*") ?? 0) > 0;
}

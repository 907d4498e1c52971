/**
 * CORS with one allow-list (ALLOWED_ORIGINS). Credentials mode is never allowed: callers authenticate by header, not by cookie, so `*`,
 * if an operator allows it, is never combined with credentials.
 */
const REQUEST_HEADERS =
  "authorization, apikey, content-type, x-client-info, x-request-id, x-region, idempotency-key, if-none-match, x-retry-count";
const EXPOSED_HEADERS =
  "x-request-id, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, etag, idempotency-replayed";

/** Returns the headers that let an allowed origin read the response. Unless all origins are allowed, `vary` is always set. */
export function corsHeaders(request: Request, allowed: readonly string[]): Record<string, string> {
  if (allowed.includes("*")) {
    return { "access-control-allow-origin": "*", "access-control-expose-headers": EXPOSED_HEADERS };
  }
  const origin = request.headers.get("origin");
  if (origin === null || !allowed.includes(origin)) return { vary: "Origin" };
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": EXPOSED_HEADERS,
    vary: "Origin",
  };
}

/** Returns the response to OPTIONS. For an origin that is not allowed it omits the CORS headers, and the browser blocks the request. */
export function preflight(request: Request, method: string, allowed: readonly string[]): Response {
  const cors = corsHeaders(request, allowed);
  return new Response(null, {
    status: 204,
    headers: {
      ...cors,
      allow: `${method}, OPTIONS`,
      ...("access-control-allow-origin" in cors
        ? {
          "access-control-allow-methods": `${method}, OPTIONS`,
          "access-control-allow-headers": REQUEST_HEADERS,
          "access-control-max-age": "86400",
        }
        : {}),
    },
  });
}

/**
 * CORS from one allow-list (ALLOWED_ORIGINS). Credentials mode is never offered: callers identify themselves by header, not by cookie,
 * so `*`, if an operator allows it, cannot meet credentials.
 */
const REQUEST_HEADERS =
  "authorization, apikey, content-type, x-client-info, x-request-id, x-region, idempotency-key, if-none-match, x-retry-count";
const EXPOSED_HEADERS =
  "x-request-id, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, etag, idempotency-replayed";

/** Headers that let an allowed origin read the answer; `vary` always, since the answer depends on the origin. */
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

/** Answer to OPTIONS. An origin that is not allowed gets no permission, which is all that a browser needs to refuse. */
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

/** The response headers of the console, on the local stack and wherever its files are deployed. */

/** Returns the content security policy: pages may use their own origin, the backend and, if the operator enables it, images of platforms. */
export function contentSecurityPolicy(backend?: string, pictures = false): string {
  const socket = backend?.replace(/^http/, "ws");
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' data: blob:${backend ? ` ${backend}` : ""}${pictures ? " https:" : ""}`,
    "media-src 'self' blob:",
    "font-src 'self'",
    `connect-src 'self'${backend ? ` ${backend} ${socket}` : ""}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}

/** Returns the headers of every response. */
export function securityHeaders(policy: string): Record<string, string> {
  return {
    "content-security-policy": policy,
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
  };
}

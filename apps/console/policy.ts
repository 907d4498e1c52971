/** The headers that the console is served with, here and wherever its files are deployed. */

/** What a page may load and whom it may call: itself, the backend, and pictures of platforms only if the operator wants them. */
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

/** Every answer's headers. */
export function securityHeaders(policy: string): Record<string, string> {
  return {
    "content-security-policy": policy,
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
  };
}

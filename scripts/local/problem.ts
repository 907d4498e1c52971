/** Answers that the gateway gives itself, as problem details (RFC 9457). */

export function problem(
  status: number,
  code: string,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  const body = {
    type: `https://streamvibe.dev/problems/${code.toLowerCase()}`,
    title: titles[status] ?? "Error",
    status,
    code,
    detail,
  };
  return new Response(JSON.stringify({ ...body, message: detail }), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "access-control-allow-origin": "*",
      "sb-error-code": code,
      ...headers,
    },
  });
}

const titles: Record<number, string> = {
  401: "Unauthorized",
  404: "Not found",
  405: "Method not allowed",
  413: "Content too large",
  500: "Internal error",
  501: "Not implemented",
  503: "Unavailable",
  504: "Timeout",
  546: "Worker limit",
};

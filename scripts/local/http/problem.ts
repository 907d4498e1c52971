/** The gateway's own error responses, as problem details (RFC 9457) in the format that the functions use. */

const TITLES: Record<string, string> = {
  body_too_large: "The body is too large",
  boot_error: "The function did not start",
  client_closed_request: "The caller closed the connection",
  function_not_found: "There is no such function",
  idle_timeout: "The function did not answer in time",
  internal: "Something went wrong",
  method_not_allowed: "The method is not allowed",
  not_found: "There is nothing here",
  unauthorized: "The credential is missing or wrong",
  worker_error: "The function crashed",
  worker_limit: "The function took too much",
};

/** `platformCode` is Supabase's `sb-error-code` for the same event. */
export function problem(status: number, code: string, detail: string, platformCode?: string): Response {
  const requestId = crypto.randomUUID();
  const body = { type: `urn:streamvibe:problem:${code}`, title: TITLES[code] ?? code, status, detail, code };
  return new Response(JSON.stringify({ ...body, request_id: requestId }), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "access-control-allow-origin": "*",
      "x-request-id": requestId,
      ...(platformCode ? { "sb-error-code": platformCode } : {}),
    },
  });
}

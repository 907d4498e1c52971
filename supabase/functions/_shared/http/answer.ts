/** Turns a handler's result into the response: checks the output, adds caching headers, builds problem documents. */
import type * as z from "zod";
import { cacheControl, entityTag, matches } from "./cache_policy.ts";
import { type Auth, type Contract, type Definition, Reply, type RequestContext } from "./contract.ts";
import type { ApiError } from "../errors.ts";

/** A result that is not yet a response: text, or a complete response (streams). */
export interface Produced {
  body: string | Response;
  status: number;
  headers: Record<string, string>;
  /** Entity tag of a cached body. */
  etag?: string;
  /** A stale result, served because no newer one was available; clients must not reuse it. */
  is_old?: boolean;
}

/** Runs the handler and checks its output against the contract; a mismatch is a bug. */
export async function produce<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  definition: Definition<I, O, A>,
  context: RequestContext<I, A>,
): Promise<Produced> {
  const answer = await definition.handle(context);
  if (answer instanceof Response) return { body: answer, status: answer.status, headers: {} };
  const { body, options } = answer instanceof Reply ? answer : new Reply(answer);
  const output = definition.output.safeParse(body);
  if (!output.success) {
    throw new Error(`Cannot answer: the output of ${definition.name} breaks its own contract`, {
      cause: output.error,
    });
  }
  return {
    body: definition.produces ? String(output.data) : JSON.stringify(output.data),
    status: options.status ?? 200,
    headers: options.headers ?? {},
  };
}

/** Returns the response of a success, or 304 when the client has the current version. */
export async function respond(definition: Contract, request: Request, produced: Produced): Promise<Response> {
  if (produced.body instanceof Response) return new Response(produced.body.body, produced.body);
  const headers: Record<string, string> = {
    "content-type": definition.produces ?? "application/json",
    ...produced.headers,
  };
  if (definition.cache && (produced.status === 200 || produced.status === 302)) {
    headers["cache-control"] = produced.is_old ? "no-cache" : cacheControl(definition.cache);
  }
  if (definition.cache && produced.status === 200) {
    headers.etag = produced.etag ?? await entityTag(produced.body);
    if (matches(request.headers.get("if-none-match"), headers.etag)) {
      delete headers["content-type"];
      return new Response(null, { status: 304, headers });
    }
  }
  return new Response(produced.body, { status: produced.status, headers });
}

/** Returns the response of an error (RFC 9457). */
export function problem(error: ApiError, request_id: string, docs_url?: string): Response {
  return new Response(JSON.stringify(error.toProblem(request_id, docs_url)), {
    status: error.status,
    headers: { ...error.headers, "content-type": "application/problem+json", "x-request-id": request_id },
  });
}

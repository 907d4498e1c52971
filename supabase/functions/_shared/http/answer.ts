/** From what a handler gives to what the client gets: the output checked, the caching headers, the problem documents. */
import type * as z from "zod";
import { cacheControl, entityTag, matches } from "./cache_policy.ts";
import { type Auth, type Contract, type Definition, Reply, type RequestContext } from "./contract.ts";
import type { ApiError } from "../errors.ts";

/** An answer on its way: text, stream or a whole response. */
export interface Produced {
  body: string | Response;
  status: number;
  headers: Record<string, string>;
  /** Of an answer that was kept. */
  etag?: string;
  /** It is given because no newer one could be had: nobody may keep it. */
  is_old?: boolean;
}

/** Runs the handler and checks its output against the contract; what breaks it is a bug. */
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

/** The response of a success; 304 where the client has it already. */
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

/** The response of a refusal or a fault (RFC 9457). */
export function problem(error: ApiError, request_id: string, docs_url?: string): Response {
  return new Response(JSON.stringify(error.toProblem(request_id, docs_url)), {
    status: error.status,
    headers: { ...error.headers, "content-type": "application/problem+json", "x-request-id": request_id },
  });
}

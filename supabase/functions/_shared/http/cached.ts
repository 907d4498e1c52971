/** Serves public reads from the shared cache: endpoints with `cache` in their contract compute a result once for all equal requests. */
import * as z from "zod";
import { produce, type Produced } from "./answer.ts";
import { entityTag } from "./cache_policy.ts";
import type { Auth, Definition, RequestContext } from "./contract.ts";
import type { Ask } from "../cache/cache.ts";
import { ApiError, CODES, type ErrorCode } from "../errors.ts";
import { sha256Hex } from "../text/hash.ts";

/** A cache entry: a result, or a 404. */
const Kept = z.union([
  z.object({
    body: z.string(),
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    etag: z.string(),
  }),
  z.object({
    code: z.string().refine((code): code is ErrorCode => Object.hasOwn(CODES, code)),
    detail: z.string(),
    extras: z.record(z.string(), z.unknown()),
  }),
]);

/** Longer keys are hashed. */
const LONGEST_KEY = 200;

/**
 * Returns the cached result, or runs the handler and caches its result.
 *
 * @param context Context of the handler, with an anonymous caller.
 */
export async function produceCached<I extends z.ZodType, O extends z.ZodType, A extends Auth>(
  definition: Definition<I, O, A>,
  context: RequestContext<I, A>,
): Promise<Produced> {
  const tags = definition.cache?.tags?.(context.input) ?? [];
  const ask: Ask<typeof Kept> = {
    key: await keyOf(definition.name, context.input),
    schema: Kept,
    compute: async (signal) => {
      try {
        const produced = await produce(definition, { ...context, signal });
        if (produced.body instanceof Response) {
          throw new Error(`Cannot cache ${definition.name}: its handler returns a Response instead of data`);
        }
        const { body, status, headers } = produced;
        return { value: { body, status, headers, etag: await entityTag(body) }, tags };
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 404) throw error;
        const { code, message: detail, extras } = error;
        return { value: { code, detail, extras }, tags, is_negative: true };
      }
    },
    policy: {
      fresh_ms: 1_000 * (definition.cache?.max_age ?? 0),
      stale_ms: 1_000 * (definition.cache?.stale_while_revalidate ?? 0),
      ...(definition.cache?.is_exact ? { nearby_ms: 0 } : {}),
    },
  };
  const { value, source } = await context.cached(ask);
  if ("code" in value) throw new ApiError(value.code, value.detail, { extras: value.extras });
  return { ...value, is_old: source === "failed" };
}

async function keyOf(name: string, input: unknown): Promise<string> {
  const members = Object.entries(input ?? {}).filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => a < b ? -1 : 1);
  const key = `http:${name}:${JSON.stringify(Object.fromEntries(members))}`;
  if (key.length <= LONGEST_KEY) return key;
  return `http:${name}:${await sha256Hex(key)}`;
}

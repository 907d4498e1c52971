/** Calls edge functions through supabase-js, as an app does. */
import { FunctionsHttpError } from "@supabase/supabase-js";
import { z } from "zod";
import type { Journey } from "./journey.ts";

/** Problem details of a refused call. */
export const Problem = z.looseObject({ status: z.number(), code: z.string(), detail: z.string().optional() });
export type Problem = z.infer<typeof Problem>;

/** Calls a function and parses its response; throws with the function's own code and detail if it refuses. */
export async function call<Schema extends z.ZodType>(
  journey: Journey,
  name: string,
  body: Record<string, unknown>,
  answer: Schema,
): Promise<z.output<Schema>> {
  const { data, error } = await journey.app.functions.invoke(name, { body });
  if (error) {
    const { code, detail } = await problemOf(name, error);
    throw new Error(`Cannot run ${name}: ${code}${detail ? `, ${detail}` : ""}`);
  }
  const parsed = answer.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new Error(`Cannot read the answer of ${name}: ${z.prettifyError(parsed.error)}`);
}

/** Calls a function that must refuse, and returns the problem details. */
export async function refused(
  journey: Journey,
  name: string,
  body: Record<string, unknown>,
): Promise<Problem> {
  const { error } = await journey.app.functions.invoke(name, { body });
  if (!error) throw new Error(`Cannot see ${name} refuse: it accepted the call`);
  return await problemOf(name, error);
}

async function problemOf(name: string, error: unknown): Promise<Problem> {
  if (!(error instanceof FunctionsHttpError)) {
    throw new Error(`Cannot reach ${name}: ${error instanceof Error ? error.message : error}`);
  }
  const response: Response = error.context;
  const parsed = Problem.safeParse(await response.json().catch(() => null));
  if (parsed.success) return parsed.data;
  throw new Error(`Cannot run ${name}: it answered ${response.status} without problem details`);
}

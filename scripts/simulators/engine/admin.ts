/** Parses the input of admin routes, and rejects what they do not accept. */
import { z } from "zod";
import { type Answer, type Call, json } from "./provider.ts";

/** A rejected admin call; the message states the rule and the given value. */
export class AdminError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly issues: { path: string; message: string }[] = [],
  ) {
    super(message);
    this.name = "AdminError";
  }
}

export function adminFailure(error: AdminError): Answer {
  return json(error.status, {
    error: { message: error.message, ...(error.issues.length === 0 ? {} : { issues: error.issues }) },
  });
}

export function readBody<Schema extends z.ZodType>(schema: Schema, call: Call): z.output<Schema> {
  let value: unknown;
  try {
    value = call.body === "" ? {} : JSON.parse(call.body);
  } catch {
    throw new AdminError(400, `Cannot ${call.method} ${call.path}: the body must be JSON`);
  }
  return check(schema, value, call);
}

export function readQuery<Schema extends z.ZodType>(schema: Schema, call: Call): z.output<Schema> {
  return check(schema, Object.fromEntries(call.query), call);
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown, call: Call): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  const first = issues[0];
  throw new AdminError(
    400,
    `Cannot ${call.method} ${call.path}: ${
      first?.path === "" ? "the input" : first?.path
    }: ${first?.message}`,
    issues,
  );
}

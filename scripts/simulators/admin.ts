/** The simulator's own routes below `/_admin`: faults, request log, clock, reset. Providers add theirs. */
import { z } from "zod";
import type { Answer, Call, Provider, Route, World } from "./provider.ts";
import { json } from "./provider.ts";
import { FaultRule } from "./switchboard.ts";

/** An admin call that cannot be done; the message says the rule and what was given. */
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

const Pattern = z.string().refine((source) => {
  try {
    return new RegExp(source) !== undefined;
  } catch {
    return false;
  }
}, "must be a regular expression");
const RequestFilter = z.strictObject({
  match: Pattern.optional(),
  account: z.string().optional(),
  after: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(0).max(50_000).optional(),
});
const FaultFilter = z.strictObject({
  id: z.coerce.number().int().optional(),
  account: z.string().optional(),
});
const ClockInput = z.union([
  z.strictObject({ advance_seconds: z.number().min(-10 * 365 * 86_400).max(10 * 365 * 86_400) }),
  z.strictObject({ now: z.iso.datetime({ offset: true }) }),
], "must be {advance_seconds: number} or {now: RFC 3339 time}");

export function adminRoutes(world: World, providers: readonly Provider[]): Route[] {
  const { clock, switchboard, journal } = world;
  const time = () => ({ now: new Date(clock.now()).toISOString(), offset_seconds: clock.offset / 1_000 });

  return [
    { method: "GET", path: "/_admin/faults", handle: () => json(200, { faults: switchboard.rules() }) },
    {
      method: "POST",
      path: "/_admin/faults",
      handle: (call) => json(201, switchboard.arm(readBody(FaultRule, call))),
    },
    {
      method: "DELETE",
      path: "/_admin/faults",
      handle: (call) => json(200, { removed: switchboard.disarm(readQuery(FaultFilter, call)) }),
    },
    {
      method: "GET",
      path: "/_admin/requests",
      handle: (call) => json(200, switchboard.requests(readQuery(RequestFilter, call))),
    },
    {
      method: "DELETE",
      path: "/_admin/requests",
      handle: (call) => json(200, { removed: switchboard.forget(readQuery(RequestFilter, call)) }),
    },
    { method: "GET", path: "/_admin/clock", handle: () => json(200, time()) },
    {
      method: "POST",
      path: "/_admin/clock",
      handle: (call) => {
        const input = readBody(ClockInput, call);
        if ("now" in input) clock.set(Date.parse(input.now));
        else clock.advance(input.advance_seconds * 1_000);
        journal.record({ provider: "clock", kind: "offset", milliseconds: clock.offset });
        return json(200, time());
      },
    },
    {
      method: "POST",
      path: "/_admin/reset",
      handle: () => {
        clock.offset = 0;
        switchboard.reset();
        journal.clear();
        for (const provider of providers) provider.reset();
        return json(200, { reset: true });
      },
    },
  ];
}

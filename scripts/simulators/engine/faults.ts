/** Faults on demand, the same for every provider. */
import { z } from "zod";

export const Fault = z.strictObject({
  status: z.int().min(200).max(599).optional(),
  body: z.json().optional().describe(
    "a text as it is, anything else as JSON; with status and headers a recorded answer",
  ),
  headers: z.record(z.string().toLowerCase(), z.string()).optional(),
  reason: z.string().min(1).optional().describe("a failure in the provider's own words, e.g. quotaExceeded"),
  delay_ms: z.int().min(0).max(600_000).optional(),
  cut: z.union([z.literal(true), z.enum(["before", "headers", "body"])]).optional()
    .describe(
      "the connection is closed: before any byte (true), after the headers, or in the middle of the body",
    ),
  lost: z.literal(true).optional().describe(
    "the call has its effect, and the connection is closed before any answer",
  ),
  after: z.literal(true).optional().describe(
    "the call has its effect, and then it is answered as the fault says (a 500 after success)",
  ),
  answer_delay_ms: z.int().min(0).max(600_000).optional().describe(
    "the call has its effect at once, and is answered so much later",
  ),
  malformed: z.literal(true).optional().describe(
    "the answer's body is cut in half; its length header agrees",
  ),
  next: z.enum(["same", "first"]).optional().describe(
    "a list leads on to the page that was just asked for, or to its first one",
  ),
  entries: z.record(z.string(), z.string().min(1)).optional().describe(
    "of a batch: an entry, by its id, fails by this reason; `timeout` leaves it out",
  ),
  token: z.enum(["expired", "revoked"]).optional().describe("the call's token is treated as dead"),
});
export type Fault = z.infer<typeof Fault>;

export const Pattern = z.string().refine(isRegularExpression, "must be a regular expression");

export const FaultRule = z.strictObject({
  match: Pattern,
  times: z.int().min(1).max(1_000_000).default(1),
  skip: z.int().min(0).max(1_000_000).default(0).describe("leave this many matching calls alone first"),
  account: z.string().min(1).optional().describe("only calls of this account"),
  fault: Fault.refine((fault) => Object.keys(fault).length > 0, "must say at least one thing"),
});
export type FaultRule = z.infer<typeof FaultRule>;

function isRegularExpression(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}

interface ArmedRule extends FaultRule {
  readonly id: number;
  readonly pattern: RegExp;
  remaining: number;
  skipping: number;
  hits: number;
}

export class FaultInjector {
  #rules: ArmedRule[] = [];
  #next_rule = 1;

  arm(rule: FaultRule): { id: number } {
    const armed: ArmedRule = {
      ...rule,
      id: this.#next_rule++,
      pattern: new RegExp(rule.match),
      remaining: rule.times,
      skipping: rule.skip,
      hits: 0,
    };
    this.#rules.push(armed);
    return { id: armed.id };
  }

  /** Returns the fault for a call, from the first matching rule with uses left, and counts the use. */
  take(line: string, account: string | undefined): Fault | undefined {
    for (const rule of this.#rules) {
      if (rule.remaining === 0 || !rule.pattern.test(line)) continue;
      if (rule.account !== undefined && rule.account !== account) continue;
      if (rule.skipping > 0) {
        rule.skipping--;
        continue;
      }
      rule.remaining--;
      rule.hits++;
      return rule.fault;
    }
    return undefined;
  }

  /** Whether a future call will have its connection closed. */
  get cuts(): boolean {
    return this.#rules.some(({ remaining, fault }) =>
      remaining > 0 && (fault.cut !== undefined || fault.lost)
    );
  }

  rules() {
    return this.#rules.map(({ id, match, account, fault, remaining, skipping, hits }) => ({
      id,
      match,
      ...(account === undefined ? {} : { account }),
      fault,
      remaining,
      skipping,
      hits,
    }));
  }

  /** Disarms one rule, the rules of one account, or all rules; returns how many. */
  disarm(which: { id?: number | undefined; account?: string | undefined } = {}): number {
    const before = this.#rules.length;
    this.#rules = this.#rules.filter((rule) =>
      (which.id !== undefined && rule.id !== which.id) ||
      (which.account !== undefined && rule.account !== which.account)
    );
    return before - this.#rules.length;
  }
}

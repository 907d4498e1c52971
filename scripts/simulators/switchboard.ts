/** Faults on demand and the log of requests, the same for every provider. */
import { z } from "zod";

export const Fault = z.strictObject({
  status: z.int().min(200).max(599).optional(),
  body: z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())]).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  reason: z.string().min(1).optional().describe("a failure in the provider's own words, e.g. quotaExceeded"),
  delay_ms: z.int().min(0).max(600_000).optional(),
  cut: z.union([z.literal(true), z.enum(["before", "headers", "body"])]).optional()
    .describe(
      "the connection is closed: before any byte (true), after the headers, or in the middle of the body",
    ),
  lost: z.literal(true).optional().describe(
    "the call has its effect, and the connection is closed before any answer",
  ),
  malformed: z.literal(true).optional().describe(
    "the answer's body is cut in half; its length header agrees",
  ),
  token: z.enum(["expired", "revoked"]).optional().describe("the call's token is treated as dead"),
});
export type Fault = z.infer<typeof Fault>;

export const FaultRule = z.strictObject({
  match: z.string().refine(isRegularExpression, "must be a regular expression"),
  times: z.int().min(1).max(1_000_000).default(1),
  skip: z.int().min(0).max(1_000_000).default(0).describe("leave this many matching calls alone first"),
  account: z.string().min(1).optional().describe("only calls of this account, e.g. a channel id"),
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

export interface LoggedRequest {
  id: number;
  at: string;
  method: string;
  path: string;
  status: number;
  account?: string;
  cost: number;
  bucket?: string;
  conditional: boolean;
  fault?: Fault;
  duration_ms: number;
}

export interface RequestFilter {
  match?: string | undefined;
  account?: string | undefined;
  after?: number | undefined;
  limit?: number | undefined;
}

const log_size = 10_000;
const secret_parameters = [
  "access_token",
  "oauth_token",
  "key",
  "code",
  "token",
  "client_secret",
  "code_verifier",
];

export class Switchboard {
  #rules: ArmedRule[] = [];
  #requests: LoggedRequest[] = [];
  #next_rule = 1;
  #next_request = 1;

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

  /** The fault for a call, from the first rule that matches and still has some; takes one from it. */
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

  /** Whether some call to come will have its connection closed. */
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

  /** Disarms one rule, the rules of one account, or all; how many. */
  disarm(which: { id?: number | undefined; account?: string | undefined } = {}): number {
    const before = this.#rules.length;
    this.#rules = this.#rules.filter((rule) =>
      (which.id !== undefined && rule.id !== which.id) ||
      (which.account !== undefined && rule.account !== which.account)
    );
    return before - this.#rules.length;
  }

  note(request: Omit<LoggedRequest, "id">): void {
    this.#requests.push({ id: this.#next_request++, ...request });
    // Dropping a tenth at once keeps the cost of a full log out of every request.
    if (this.#requests.length > log_size) this.#requests.splice(0, log_size / 10);
  }

  requests(filter: RequestFilter = {}) {
    const chosen = this.#requests.filter(chooses(filter));
    const counts: Record<string, number> = {};
    let cost = 0;
    for (const request of chosen) {
      cost += request.cost;
      const line = `${request.method} ${request.path.split("?")[0]} ${request.status}`;
      counts[line] = (counts[line] ?? 0) + 1;
    }
    return {
      count: chosen.length,
      cost,
      conditional: chosen.filter((request) => request.conditional).length,
      counts,
      last_id: this.#next_request - 1,
      requests: chosen.slice(-(filter.limit ?? 1_000)),
    };
  }

  forget(filter: RequestFilter = {}): number {
    const before = this.#requests.length;
    const chosen = chooses(filter);
    this.#requests = this.#requests.filter((request) => !chosen(request));
    return before - this.#requests.length;
  }

  reset(): void {
    this.#rules = [];
    this.#requests = [];
  }
}

function chooses(filter: RequestFilter): (request: LoggedRequest) => boolean {
  const pattern = filter.match === undefined ? undefined : new RegExp(filter.match);
  return (request) =>
    (pattern === undefined || pattern.test(`${request.method} ${request.path}`)) &&
    (filter.account === undefined || filter.account === request.account) &&
    (filter.after === undefined || request.id > filter.after);
}

/** A path with its query as the log may keep it: credentials are replaced. */
export function pathForLog(url: URL): string {
  if (url.search === "") return url.pathname;
  const query = new URLSearchParams(url.search);
  for (const name of secret_parameters) if (query.has(name)) query.set(name, "***");
  return `${url.pathname}?${query}`;
}

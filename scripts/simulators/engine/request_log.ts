/** The calls that providers received, in the same form for every provider; credentials are not stored. */
import type { Fault } from "./faults.ts";

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
  "fb_exchange_token",
  "code_verifier",
];

export class RequestLog {
  #requests: LoggedRequest[] = [];
  #next_request = 1;

  note(request: Omit<LoggedRequest, "id">): void {
    this.#requests.push({ id: this.#next_request++, ...request });
    // Dropping a tenth at once avoids the cost of trimming a full log on every request.
    if (this.#requests.length > log_size) this.#requests.splice(0, log_size / 10);
  }

  read(filter: RequestFilter = {}) {
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
}

function chooses(filter: RequestFilter): (request: LoggedRequest) => boolean {
  const pattern = filter.match === undefined ? undefined : new RegExp(filter.match);
  return (request) =>
    (pattern === undefined || pattern.test(`${request.method} ${request.path}`)) &&
    (filter.account === undefined || filter.account === request.account) &&
    (filter.after === undefined || request.id > filter.after);
}

/** Returns the path and query for the log, with credentials masked. */
export function pathForLog(url: URL): string {
  if (url.search === "") return url.pathname;
  const query = new URLSearchParams(url.search);
  for (const name of secret_parameters) if (query.has(name)) query.set(name, "***");
  return `${url.pathname}?${query}`;
}

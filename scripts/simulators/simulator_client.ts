/** A client of the simulators for tests: consent without a browser, calls with a token, faults. */
import assert from "node:assert/strict";
import { startSimulators } from "./server.ts";
import type { SimulatorOptions } from "./server.ts";

export const client_id = "streamvibe-local.apps.googleusercontent.com";
export const client_secret = "GOCSPX-local-simulator";
export const redirect_uri = "http://localhost:3000/oauth/callback";
export const readonly_scope = "https://www.googleapis.com/auth/youtube.readonly";

export interface Tokens {
  access_token: string;
  expires_in: number;
  refresh_token?: string;
  scope: string;
  token_type: string;
}

export interface Listed {
  etag: string;
  nextPageToken?: string;
  prevPageToken?: string;
  pageInfo: { totalResults: number; resultsPerPage: number };
  items: Answered[];
}

/** Untyped JSON as fetch returns it: its content is what the tests check. */
export type Answered = Awaited<ReturnType<Response["json"]>>;

/** Runs a test with its own simulator on a free port, which is stopped afterwards. */
export async function withSimulator(
  test: (simulator: SimulatorClient) => Promise<void>,
  options: Partial<SimulatorOptions> = {},
): Promise<void> {
  const running = await startSimulators({ port: 0, ...options });
  try {
    await test(new SimulatorClient(running.url));
  } finally {
    await running.stop();
  }
}

export class SimulatorClient {
  constructor(readonly url: string) {}

  async admin(
    method: string,
    path: string,
    body?: unknown,
    status = method === "POST" ? [200, 201] : [200],
  ): Promise<Answered> {
    const response = await fetch(`${this.url}/_admin/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!status.includes(response.status)) {
      throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
    }
    return answer;
  }

  async account(provider: string, wish: Record<string, unknown>): Promise<string> {
    return (await this.admin("POST", `${provider}/accounts`, wish)).account_id;
  }

  /** Issues tokens for an account, without the consent page. */
  issue(provider: string, account_id: string, scopes?: string[]): Promise<Answered> {
    return this.admin("POST", `${provider}/tokens`, { account_id, ...(scopes ? { scopes } : {}) });
  }

  async channel(
    wish: { items: number; plain?: boolean; seed?: number; [option: string]: unknown },
  ): Promise<string> {
    return (await this.admin("POST", "youtube/accounts", wish)).account_id;
  }

  /** Issues tokens for a channel, without the consent page. */
  tokens(account_id: string, options: { scopes?: string[] } = {}): Promise<Tokens> {
    return this.admin("POST", "youtube/tokens", { account_id, ...options });
  }

  fault(
    match: string,
    fault: Record<string, unknown>,
    rule: { times?: number; skip?: number; account?: string } = {},
  ) {
    return this.admin("POST", "faults", { match, fault, ...rule });
  }

  authorizationUrl(parameters: Record<string, string | undefined> = {}): string {
    const all: Record<string, string | undefined> = {
      client_id,
      redirect_uri,
      response_type: "code",
      scope: readonly_scope,
      state: "state-of-this-test",
      access_type: "offline",
      ...parameters,
    };
    const given = Object.entries(all).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]);
    return `${this.url}/accounts.google.com/o/oauth2/v2/auth?${new URLSearchParams(given)}`;
  }

  /** Presses Allow; returns the URL that the browser is redirected to. */
  async consent(
    channel: string,
    parameters: Record<string, string | undefined> = {},
    form: string[][] = [],
  ): Promise<URL> {
    const body = new URLSearchParams([["account", channel], ["decision", "allow"], ...form]);
    const response = await fetch(this.authorizationUrl(parameters), {
      method: "POST",
      body,
      redirect: "manual",
    });
    await response.body?.cancel();
    const location = response.headers.get("location");
    if (location === null) throw new Error(`The consent page answered ${response.status}`);
    return new URL(location);
  }

  token(
    parameters: Record<string, string | undefined>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const all: Record<string, string | undefined> = { client_id, client_secret, ...parameters };
    const given = Object.entries(all).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]);
    return fetch(`${this.url}/oauth2.googleapis.com/token`, {
      method: "POST",
      headers,
      body: new URLSearchParams(given),
    });
  }

  /** Runs the whole flow: consent, code, tokens. */
  async connect(channel: string, parameters: Record<string, string | undefined> = {}): Promise<Tokens> {
    const code = (await this.consent(channel, parameters)).searchParams.get("code") ?? "";
    const response = await this.token({ grant_type: "authorization_code", code, redirect_uri });
    if (!response.ok) {
      throw new Error(`The token endpoint answered ${response.status}: ${await response.text()}`);
    }
    return await response.json();
  }

  refresh(refresh_token: string | undefined): Promise<Response> {
    return this.token({ grant_type: "refresh_token", refresh_token });
  }

  /** GET on the YouTube Data API. */
  youtube(path: string, token?: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}/www.googleapis.com/youtube/v3/${path}`, {
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    });
  }

  async list(path: string, token?: string): Promise<Listed> {
    const response = await this.youtube(path, token);
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  }
}

export function uploadsOf(account_id: string): string {
  return `UU${account_id.slice(2)}`;
}

/** Fails unless the call was refused with this status and Google reason. */
export async function failure(response: Response, status: number, reason: string): Promise<void> {
  const { error } = await response.json();
  assert.equal(response.status, status, JSON.stringify(error));
  assert.equal(error.code, status);
  assert.equal(error.errors[0].reason, reason);
}

/** Reads every entry of the uploads playlist, page by page. */
export async function sweep(simulator: SimulatorClient, channel: string, token: string, size: number) {
  const items = [];
  let pages = 0;
  for (let next: string | undefined = ""; next !== undefined;) {
    const page: Awaited<ReturnType<typeof simulator.list>> = await simulator.list(
      `playlistItems?part=snippet,contentDetails,status&playlistId=${
        uploadsOf(channel)
      }&maxResults=${size}&pageToken=${next}`,
      token,
    );
    assert.ok(page.items.length <= size);
    items.push(...page.items);
    pages++;
    next = page.nextPageToken;
  }
  return { items, pages };
}

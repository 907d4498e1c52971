/** A client of the Instagram and Facebook simulators for their tests. */
import assert from "node:assert/strict";
import { type Simulators, startSimulators } from "./server.ts";

export const redirect_uri = "http://localhost:3000/oauth/callback";
export const day = 86_400;
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

export class Stage {
  constructor(readonly simulators: Simulators) {}

  async get<Body = Record<string, unknown>>(path: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${this.simulators.url}/${path}`, { headers });
    return { status: response.status, headers: response.headers, body: await response.json() as Body };
  }

  async send<Body = Record<string, unknown>>(method: string, path: string, body: URLSearchParams | object) {
    const isForm = body instanceof URLSearchParams;
    const response = await fetch(`${this.simulators.url}/${path}`, {
      method,
      headers: { accept: "application/json", ...(isForm ? {} : { "content-type": "application/json" }) },
      body: isForm ? body : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() as Body };
  }

  async admin<Body = Record<string, unknown>>(path: string, body: object, method = "POST"): Promise<Body> {
    const answer = await this.send<Body>(method, `_admin/${path}`, body);
    assert.ok(answer.status < 300, JSON.stringify(answer.body));
    return answer.body;
  }

  advance(seconds: number) {
    return this.admin("clock", { advance_seconds: seconds });
  }

  async code(
    dialog: string,
    client_id: string,
    scope: string,
    form: Record<string, string>,
  ): Promise<string> {
    const query = new URLSearchParams({ client_id, redirect_uri, response_type: "code", scope, state: "s" });
    const { status, body } = await this.send<{ location: string }>(
      "POST",
      `${dialog}?${query}`,
      new URLSearchParams({ decision: "allow", ...form }),
    );
    assert.equal(status, 200);
    const { searchParams, hash } = new URL(body.location);
    assert.equal(searchParams.get("state"), "s");
    assert.match(hash, /^#_/);
    return searchParams.get("code") ?? "";
  }
}

export function test(name: string, run: (stage: Stage) => Promise<void>): void {
  Deno.test(name, async () => {
    const simulators = await startSimulators({ port: 0 });
    try {
      await run(new Stage(simulators));
    } finally {
      await simulators.stop();
    }
  });
}

export interface Token {
  access_token: string;
  expires_in: number;
  data?: { access_token: string }[];
}
export interface GraphError {
  error: { code: number; error_subcode?: number; fbtrace_id: string };
}
export interface List {
  data: Record<string, unknown>[];
  paging?: { cursors: { after: string }; next?: string };
}

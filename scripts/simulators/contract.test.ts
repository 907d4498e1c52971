/** Behavior that all providers share, whatever their wording: paging, edits, tokens, consent, quota, faults, the journal. */
import assert from "node:assert/strict";
import { redirect_uri, type Row, ROWS, type Sent } from "./contract_rows.ts";
import { type Answered, type SimulatorClient, withSimulator } from "./simulator_client.ts";
import type { SimulatorOptions } from "./server.ts";

class Provider {
  constructor(readonly row: Row, readonly simulator: SimulatorClient) {}

  send([path, init]: Sent): Promise<Response> {
    return fetch(`${this.simulator.url}/${path}`, init);
  }

  async status(sent: Sent): Promise<number> {
    const response = await this.send(sent);
    await response.body?.cancel();
    return response.status;
  }

  async read(sent: Sent): Promise<Answered> {
    const response = await this.send(sent);
    const text = await response.text();
    assert.ok(response.ok, `${sent[0]} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }

  admin(method: string, path: string, body?: unknown, status?: number[]): Promise<Answered> {
    return this.simulator.admin(method, `${this.row.slug}/${path}`, body, status);
  }

  async account(wish: Record<string, unknown> = {}): Promise<string> {
    return (await this.admin("POST", "accounts", { items: 3, plain: true, ...wish })).account_id;
  }

  async token(account_id: string, scopes?: readonly string[]): Promise<string> {
    return this.row.token(await this.admin("POST", "tokens", { account_id, ...(scopes ? { scopes } : {}) }));
  }

  whoami(token: string): Promise<number> {
    return this.status(this.row.whoami(token));
  }

  /** Returns the ids that a correct library contains, newest first. */
  async truth(account: string): Promise<string[]> {
    const { items } = await this.admin("GET", `accounts/${account}/items`);
    return items.filter((item: Answered) => !item.deleted).map(({ id }: Answered) => id);
  }

  async list(account: string, token: string, size = this.row.page_size): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.read(this.row.page(account, token, size, cursor));
      assert.ok(this.row.ids(page).length <= size);
      ids.push(...this.row.ids(page));
      cursor = this.row.next(page);
    } while (cursor !== undefined);
    return ids;
  }

  authorizationUrl(changes: Record<string, string> = {}): string {
    const { path, parameters } = this.row.consent;
    const query = {
      response_type: "code",
      redirect_uri,
      state: "state-of-this-test",
      ...parameters,
      ...changes,
    };
    return `${this.simulator.url}/${path}?${new URLSearchParams(query)}`;
  }

  /** Submits the consent form; returns the URL that the browser is redirected to. */
  async decide(form: Record<string, string>, headers: Record<string, string> = {}): Promise<URL> {
    const body = new URLSearchParams(form);
    const response = await fetch(this.authorizationUrl(), {
      method: "POST",
      body,
      headers,
      redirect: "manual",
    });
    const text = await response.text();
    const isJson = "accept" in headers;
    assert.equal(response.status, isJson ? 200 : 302, text);
    return new URL(isJson ? JSON.parse(text).location : response.headers.get("location") ?? "");
  }

  async code(account: string): Promise<string> {
    return (await this.decide({ account, decision: "allow" })).searchParams.get("code") ?? "";
  }

  /** Returns whether an exchange produced a token; TikTok refuses with status 200. */
  async exchanges(code: string, uri = redirect_uri): Promise<boolean> {
    const answer = await (await this.send(this.row.exchange(code, uri))).json();
    return answer.access_token !== undefined || answer.data?.[0]?.access_token !== undefined;
  }
}

function contract(
  name: string,
  test: (provider: Provider, row: Row) => Promise<void>,
  options: Partial<SimulatorOptions> = {},
): void {
  for (const row of ROWS) {
    Deno.test(`${row.slug}: ${name}`, () =>
      withSimulator((simulator) => test(new Provider(row, simulator), row), options));
  }
}

contract("pages of any size add up to the account's list, newest first", async (provider, row) => {
  for (const items of [1, row.page_size, row.page_size + 1]) {
    const account = await provider.account({ items });
    const token = await provider.token(account);
    const truth = await provider.truth(account);
    assert.equal(new Set(truth).size, items);
    for (const size of [7, row.page_size]) assert.deepEqual(await provider.list(account, token, size), truth);
  }
});

contract(
  "an account with every kind of content lists what the provider shows, the same each time",
  async (provider) => {
    const account = await provider.account({ items: 130, plain: false, seed: 4 });
    const token = await provider.token(account);
    const [listed, truth] = [await provider.list(account, token), await provider.truth(account)];
    // YouTube keeps an entry for a deleted video; Facebook lists some videos in another list.
    if (provider.row.slug === "youtube") assert.ok(truth.every((id) => listed.includes(id)));
    else {assert.ok(
        listed.length > 50 && listed.every((id) => truth.includes(id) || provider.row.slug === "twitter"),
      );}
    assert.deepEqual(await provider.list(account, token, 10), listed);
    const twin = await provider.account({ items: 130, plain: false, seed: 4 });
    assert.notEqual(twin, account);
    assert.equal(
      (await provider.list(twin, await provider.token(twin))).length,
      listed.length,
      "the same content",
    );
  },
);

contract(
  "new posts come first, deleted posts disappear, and edits are visible",
  async (provider, row) => {
    const account = await provider.account({ items: 20 });
    const token = await provider.token(account);
    const before = await provider.list(account, token);
    const [edited, deleted] = [before[0] as string, before[4] as string];
    await provider.admin("PATCH", `accounts/${account}/items/${edited}`, { text: "Edited 日本 👍🏽" });
    const first = await provider.read(row.page(account, token, 10, undefined));
    assert.ok(row.text(first).startsWith("Edited 日本 👍🏽"));
    await provider.admin("DELETE", `accounts/${account}/items/${deleted}`);
    await provider.admin("GET", `accounts/${account}/items/${deleted}`, undefined, [404]);
    const { id: added } = await provider.admin("POST", `accounts/${account}/items`, { text: "New" });
    const expected = [added, ...before.filter((id) => id !== deleted)];
    assert.deepEqual(await provider.list(account, token, 7), expected);
    assert.deepEqual(await provider.truth(account), expected);
    const { name } = await provider.admin("PATCH", `accounts/${account}`, { name: "Renamed" });
    assert.equal(name, "Renamed");
    assert.equal((await provider.admin("GET", "accounts?search=renamed")).accounts[0].account_id, account);
  },
);

contract(
  "a paging fault leads a list to the same page again, or back to its first page",
  async (provider, row) => {
    const account = await provider.account({ items: 20 });
    const token = await provider.token(account);
    const read = (cursor?: string) => provider.read(row.page(account, token, 7, cursor));
    const [first, second] = [await read(), await read(row.next(await read()))];
    const lead = (next: string) => provider.simulator.fault("", { next }, { account });
    const cursor = row.next(first);
    await lead("same");
    assert.equal(row.next(await read(cursor)), cursor);
    for (const next of ["same", "first"]) {
      await lead(next);
      const again = await read(row.next(await read()));
      assert.deepEqual(row.ids(again), row.ids(first), `${next}, on the first page`);
    }
    await lead("first");
    assert.deepEqual(row.ids(await read(row.next(await read(cursor)))), row.ids(first));
    assert.deepEqual(row.ids(await read(cursor)), row.ids(second), "then paging works again");
  },
);

contract(
  "an expired, revoked or forged token is refused; other accounts' tokens keep working",
  async (provider, row) => {
    const [account, other] = [await provider.account(), await provider.account()];
    const [token, neighbour] = [await provider.token(account), await provider.token(other)];
    assert.equal(await provider.whoami(token), 200);
    await provider.admin("POST", "tokens/expire", { account_id: account });
    assert.equal(await provider.whoami(token), row.status.dead);
    const fresh = await provider.token(account);
    assert.equal(await provider.whoami(fresh), 200);
    await provider.admin("POST", "tokens/revoke", { account_id: account });
    assert.equal(await provider.whoami(fresh), row.status.dead);
    assert.equal((await provider.admin("GET", `accounts/${account}`)).consented, false);
    assert.equal(await provider.whoami(neighbour), 200);
    const at = neighbour.length - 30;
    const forged = neighbour.slice(0, at) + (neighbour[at] === "A" ? "B" : "A") + neighbour.slice(at + 1);
    assert.equal(await provider.whoami(forged), row.status.dead, "one character changed");
  },
);

contract("a call without its scope is refused", async (provider, row) => {
  const token = await provider.token(await provider.account(), row.other_scopes);
  assert.equal(await provider.whoami(token), row.status.scope);
});

contract(
  "the consent page is a form that works without scripts and escapes its content",
  async (provider) => {
    const name = 'Tom & "Ann" <3';
    const account = await provider.account({ name });
    const response = await fetch(provider.authorizationUrl({ login_hint: account }));
    const page = await response.text();
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
    assert.ok(page.includes('<html lang="en">') && page.includes('name="decision" value="allow"'));
    assert.ok(!page.includes("<script") && !page.includes('Ann" <3'));
    assert.ok(page.includes("Tom &amp; &quot;Ann&quot; &lt;3") && page.includes(account));
  },
);

contract("Allow returns a code, Deny an error without a code, both with the state", async (provider, row) => {
  const account = await provider.account();
  const denied = await provider.decide({ decision: "deny" });
  assert.equal(denied.origin + denied.pathname, redirect_uri);
  assert.equal(denied.searchParams.get("error"), "access_denied");
  assert.equal(denied.searchParams.get("code"), null);
  const allowed = await provider.decide({ account, decision: "allow" }, { accept: "application/json" });
  for (const { searchParams } of [denied, allowed]) {
    assert.equal(searchParams.get("state"), "state-of-this-test");
  }
  assert.equal((await provider.admin("GET", `accounts/${account}`)).consented, true);
  const answer = await provider.read(row.exchange(allowed.searchParams.get("code") ?? "", redirect_uri));
  assert.equal(await provider.status((row.person ?? row.whoami)(row.token(answer))), 200);
});

contract(
  "a request with a wrong client or redirect URI gets an error page, never a redirect",
  async (provider, row) => {
    const client = Object.keys(row.consent.parameters)[0] as string;
    const addresses = [
      "https://evil.example/callback",
      "http://localhost.evil.example/",
      "http://localhost:3000/#fragment",
      "not a uri",
    ];
    const asked = async (changes: Record<string, string>) => {
      const response = await fetch(provider.authorizationUrl(changes), { redirect: "manual" });
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await asked({ [client]: "somebody-else" }), 400);
    for (const redirect_uri of addresses) assert.equal(await asked({ redirect_uri }), 400, redirect_uri);
    const uri = "https://app.streamvibe.example/oauth/callback";
    assert.equal(await asked({ redirect_uri: uri }), 400);
    await provider.simulator.admin("POST", "redirect-uris", { redirect_uris: [uri] });
    assert.equal(await asked({ redirect_uri: uri }), 200);
    // Some providers refuse an unknown scope with an error page, others with a redirect.
    const strange = await fetch(provider.authorizationUrl({ scope: "everything" }), { redirect: "manual" });
    await strange.body?.cancel();
    const back = strange.headers.get("location") ?? "?error=page";
    assert.match(back, /[?&]error=/);
    assert.ok(strange.status === 400 || strange.status === 302);
    const nobody = { account: "nobody", decision: "allow" };
    const unknown = await fetch(provider.authorizationUrl(), {
      method: "POST",
      body: new URLSearchParams(nobody),
    });
    await unknown.body?.cancel();
    assert.equal(unknown.status, 400);
  },
);

contract("a code works once, with its own redirect URI, until it expires", async (provider, row) => {
  const account = await provider.account();
  const code = await provider.code(account);
  assert.equal(await provider.exchanges("made-up"), false);
  assert.equal(await provider.exchanges(code, `${redirect_uri}/other`), false);
  assert.equal(await provider.exchanges(code), true);
  assert.equal(await provider.exchanges(code), false);
  const [early, late] = [await provider.code(account), await provider.code(account)];
  await provider.simulator.admin("POST", "clock", { advance_seconds: row.code_life - 10 });
  assert.equal(await provider.exchanges(early), true);
  await provider.simulator.admin("POST", "clock", { advance_seconds: 11 });
  assert.equal(await provider.exchanges(late), false);
});

contract("an exhausted quota refuses this account only, until its window ends", async (provider, row) => {
  const [poor, rich] = [await provider.account(), await provider.account()];
  const [few, many] = [await provider.token(poor), await provider.token(rich)];
  const set = (change: Record<string, unknown>) =>
    provider.admin("PUT", "quota", { account_id: poor, bucket: row.bucket, ...change });
  await set({ limit: 2, used: 0 });
  assert.deepEqual([await provider.whoami(few), await provider.whoami(few)], [200, 200]);
  assert.equal(await provider.whoami(few), row.status.quota);
  assert.equal(await provider.whoami(many), 200);
  const readings: Answered[] = Object.values(await provider.admin("GET", `quota?account_id=${poor}`));
  assert.ok(
    readings.some(({ limit, used, resets_at }) => limit === 2 && used === 2 && Date.parse(resets_at) > 0),
  );
  await provider.simulator.admin("POST", "clock", { advance_seconds: row.quota_seconds });
  // The tokens may have expired when the clock advanced.
  assert.equal(await provider.whoami(await provider.token(poor)), 200);
  await set({ limit: 0 });
  assert.equal(await provider.whoami(await provider.token(poor)), row.status.quota);
  await set({ limit: null });
  assert.equal(await provider.whoami(await provider.token(poor)), 200);
});

contract(
  "failures have the provider's own format, and recorded responses are returned unchanged",
  async (provider, row) => {
    const account = await provider.account();
    const token = await provider.token(account);
    const after = async (fault: Record<string, unknown>) => {
      await provider.simulator.fault("", fault, { account });
      return await provider.send(row.whoami(token));
    };
    const [reason, status] = row.reason;
    const faults: [Record<string, unknown>, number][] = [
      [{ reason }, status],
      [{ status: 503 }, 503],
      [{ token: "expired" }, row.status.dead],
      [{ token: "revoked" }, row.status.dead],
    ];
    for (const [fault, expected] of faults) {
      const response = await after(fault);
      assert.equal(response.status, expected, JSON.stringify(fault));
      assert.notEqual(await response.text(), "");
    }
    const headers = {
      "Content-Type": "application/problem+json",
      "x-recorded": "yes",
      "content-encoding": "br",
      "content-length": "7",
    };
    const recorded = await after({ status: 418, headers, body: { recorded: [1, null] } });
    assert.deepEqual(
      [recorded.status, recorded.headers.get("content-type"), recorded.headers.get("x-recorded")],
      [418, "application/problem+json", "yes"],
    );
    assert.deepEqual(await recorded.json(), { recorded: [1, null] });
    const text = await after({
      status: 200,
      headers: { "content-type": "text/plain" },
      body: "word for word\n",
    });
    assert.deepEqual([text.headers.get("content-type"), await text.text()], [
      "text/plain",
      "word for word\n",
    ]);
    assert.equal(await provider.whoami(token), 200);
  },
);

contract("an unknown parameter or field is refused", async (provider, row) => {
  const account = await provider.account();
  assert.equal(
    await provider.status(row.unknown(account, await provider.token(account))),
    row.unknown_status,
  );
});

for (const row of ROWS) {
  Deno.test(`${row.slug}: accounts, edits, consents and revocations survive a kill, until a reset`, async () => {
    const folder = await Deno.makeTempDir();
    const state = `${folder}/simulators.ndjson`;
    const within = (test: (provider: Provider) => Promise<void>) =>
      withSimulator((simulator) => test(new Provider(row, simulator)), { state });
    let [account, token, dead] = ["", "", ""];
    let truth: Answered;
    try {
      await within(async (provider) => {
        account = await provider.account({ items: 5 });
        const other = await provider.account();
        [token, dead] = [await provider.token(account), await provider.token(other)];
        await provider.admin("POST", "tokens/revoke", { account_id: other });
        const [first, second] = await provider.truth(account);
        await provider.admin("PATCH", `accounts/${account}/items/${first}`, { text: "Kept" });
        await provider.admin("DELETE", `accounts/${account}/items/${second}`);
        await provider.admin("POST", `accounts/${account}/items`, { text: "Added" });
        await provider.simulator.admin("POST", "clock", { advance_seconds: 60 });
        truth = await provider.admin("GET", `accounts/${account}/items`);
      });
      await Deno.writeTextFile(state, `{"provider":"${row.slug}","ki`, { append: true });
      await within(async (provider) => {
        assert.deepEqual(await provider.admin("GET", `accounts/${account}/items`), truth);
        assert.equal(await provider.whoami(token), 200);
        assert.equal(await provider.whoami(dead), row.status.dead);
        assert.ok(await provider.exchanges(await provider.code(account)));
        assert.equal((await provider.simulator.admin("GET", "clock")).offset_seconds, 60);
        await provider.simulator.admin("POST", "reset");
        await provider.admin("GET", `accounts/${account}`, undefined, [404]);
      });
      assert.equal(await Deno.readTextFile(state), "");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Each adapter against its provider's simulator, without a stack: a whole library, rotation, look-ups, the end. */
import assert from "node:assert/strict";
import { simulatorSettings } from "../../../../scripts/local/functions/environment.ts";
import { startSimulators } from "../../../../scripts/simulators/server.ts";
import { createLogger } from "../../_shared/observability/log.ts";
import { authorizationUrl, newCodeVerifier } from "../../_shared/platforms/oauth_client.ts";
import {
  type Grant,
  type NormalizedItem,
  type Page,
  type Platform,
  type PlatformContext,
  PlatformFault,
  type PlatformSlug,
  type Profile,
  type Tokens,
  type Usage,
} from "../../_shared/platforms/platform.ts";
import { platformOf } from "../../_shared/platforms/registry.ts";
import { readSettings } from "../../_shared/settings/settings.ts";

/** Platforms whose refresh tokens rotate. */
const ROTATING: readonly PlatformSlug[] = ["tiktok", "twitter"];

const redirect_uri = "http://localhost:3000/oauth/callback";

interface TrueItem {
  id: string;
  description: string;
  content_type: string;
  visibility: string;
  deleted: boolean;
}

class Stage {
  private constructor(
    readonly url: string,
    readonly slug: PlatformSlug,
    readonly now: () => number,
    readonly usages: Usage[],
    readonly platform: Platform,
  ) {}

  static async at(url: string, slug: PlatformSlug, now: () => number): Promise<Stage> {
    const usages: Usage[] = [];
    const context: PlatformContext = {
      settings: readSettings({ SUPABASE_URL: "http://127.0.0.1:1", ...simulatorSettings(url) }),
      fetch,
      now: () => new Date(now()),
      request_id: "test",
      log: createLogger({ level: "silent" }),
      used: (usage) => usages.push(usage),
    };
    return new Stage(url, slug, now, usages, await platformOf(slug, context));
  }

  async admin<Result = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Result> {
    const response = await fetch(`${this.url}/_admin/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }

  async account(wish: Record<string, unknown>): Promise<string> {
    const path = `${this.slug}/accounts`;
    return (await this.admin<{ account_id: string }>("POST", path, wish)).account_id;
  }

  async items(account: string): Promise<TrueItem[]> {
    return (await this.admin<{ items: TrueItem[] }>("GET", `${this.slug}/accounts/${account}/items`))
      .items;
  }

  fault(account: string, match: string, fault: Record<string, unknown>, times = 1): Promise<unknown> {
    return this.admin("POST", "faults", { match, account, times, fault });
  }

  async consent(account: string, form: string[][] = []): Promise<Grant> {
    const code_verifier = newCodeVerifier();
    const { authorization } = this.platform;
    const url = await authorizationUrl(authorization, { state: "state", code_verifier, redirect_uri });
    const response = await fetch(url, {
      method: "POST",
      body: new URLSearchParams([["account", account], ["decision", "allow"], ...form]),
      redirect: "manual",
    });
    await response.body?.cancel();
    const { searchParams } = new URL(response.headers.get("location") ?? "");
    assert.equal(searchParams.get("state"), "state");
    return await this.platform.exchange({
      code: searchParams.get("code") ?? "",
      code_verifier,
      redirect_uri,
    });
  }

  async connect(account: string): Promise<{ tokens: Tokens; profile: Profile }> {
    const { profile, grant } = await this.platform.identify(await this.consent(account));
    assert.equal(profile.platform_account_id, account);
    return { tokens: grant.tokens, profile };
  }

  async library(
    { tokens, profile }: { tokens: Tokens; profile: Profile },
    size: number,
    memory = new Map<string, Page>(),
  ): Promise<{ items: Map<string, NormalizedItem>; pages: Page[] }> {
    const items = new Map<string, NormalizedItem>();
    const pages: Page[] = [];
    for (let cursor: Page["cursor"] = null;;) {
      const key = cursor?.key ?? "";
      const page: Page = await this.platform.page(tokens, {
        account: profile,
        cursor,
        size,
        remembered: memory.get(key) ?? null,
        may_restart: true,
      });
      memory.set(key, page);
      pages.push(page);
      for (const item of page.items) items.set(item.platform_content_id, item);
      if (page.next_cursor === null) return { items, pages };
      assert.ok(pages.length < 500, "the list does not end");
      cursor = page.next_cursor;
    }
  }
}

async function faultOf(work: Promise<unknown>): Promise<PlatformFault> {
  const error = await work.then(() => assert.fail("expected a fault"), (error: unknown) => error);
  if (!(error instanceof PlatformFault)) throw error;
  return error;
}

function assertSame(items: Iterable<NormalizedItem>, truth: TrueItem[]): void {
  const shown = (list: Omit<TrueItem, "deleted">[]) =>
    list.map(({ id, description, content_type, visibility }) => ({
      id,
      description,
      content_type,
      visibility,
    }))
      .sort((one, other) => one.id < other.id ? -1 : 1);
  assert.deepEqual(
    shown([...items].map((item) => ({ ...item, id: item.platform_content_id }))),
    shown(truth.filter(({ deleted }) => !deleted)),
  );
}

for (const slug of ROTATING) {
  const staged = (name: string, test: (stage: Stage) => Promise<void>) =>
    Deno.test(`${slug}: ${name}`, async () => {
      // In the middle of an hour: signed addresses change with the hour, and a test may not run across one.
      let time = Math.floor(Date.now() / 3_600_000) * 3_600_000 + 1_800_000;
      const now = () => time++;
      const simulators = await startSimulators({ port: 0, now });
      try {
        await test(await Stage.at(simulators.url, slug, now));
      } finally {
        await simulators.stop();
      }
    });

  staged("a library is what the provider has, word for word, in every script", async (stage) => {
    for (const [items, size] of [[0, 50], [1, 50], [20, 20], [50, 50], [137, 20], [137, 7]] as const) {
      const account = await stage.account({ items, seed: items });
      const library = await stage.library(
        await stage.connect(account),
        Math.min(size, stage.platform.page_size),
      );
      assertSame(library.items.values(), await stage.items(account));
    }
  });

  staged(
    "reading again what did not change gives unchanged pages; an edit changes its page only",
    async (stage) => {
      const account = await stage.account({ items: 60, plain: true });
      const connected = await stage.connect(account);
      const memory = new Map<string, Page>();
      const first = await stage.library(connected, 20, memory);
      const again = await stage.library(connected, 20, memory);
      assert.ok(again.pages.every(({ unchanged, items }) => unchanged && items.length === 0));
      assert.deepEqual(
        again.pages.map((page) => page.present_ids),
        first.pages.map((page) => page.present_ids),
      );
      const [, , target] = first.pages.map((page) => page.item_ids[3] ?? "");
      await stage.admin("PATCH", `${slug}/accounts/${account}/items/${target}`, {
        text: "Edited 日本 👍🏽",
      });
      const third = await stage.library(connected, 20, memory);
      assert.deepEqual(third.pages.map(({ unchanged }) => unchanged), [true, true, false]);
      assert.ok([...third.items.values()].some(({ description }) => description.includes("Edited 日本 👍🏽")));
    },
  );

  staged("what was deleted is not found by its id, what lives is, and nobody else's is", async (stage) => {
    const account = await stage.account({ items: 30, plain: true });
    const stranger = await stage.account({ items: 3, plain: true });
    const { tokens, profile } = await stage.connect(account);
    const ids = (await stage.items(account)).map(({ id }) => id);
    const [gone = "", alive = "", other = ""] = [...ids.slice(0, 2), (await stage.items(stranger))[0]?.id];
    await stage.admin("DELETE", `${slug}/accounts/${account}/items/${gone}`);
    const found = await stage.platform.lookup(tokens, [gone, alive, other], profile);
    assert.deepEqual(found.map((item) => item.platform_content_id), [alive]);
    const all = await stage.platform.lookup(tokens, ids.slice(0, stage.platform.lookup_size), profile);
    assert.equal(all.length, Math.min(ids.length, stage.platform.lookup_size) - 1);
  });

  staged("a refresh gives a new refresh token, and the old one is dead", async (stage) => {
    const account = await stage.account({ items: 2, plain: true });
    const { tokens, profile } = await stage.connect(account);
    const { tokens: fresh, expires_at } = await stage.platform.refresh(tokens);
    assert.ok(fresh.refresh_token && fresh.refresh_token !== tokens.refresh_token);
    assert.ok(Math.abs((expires_at?.getTime() ?? 0) - stage.now() - 7_200_000) < 60_000);
    assert.equal((await faultOf(stage.platform.refresh(tokens))).kind, "grant_refused");
    await stage.library({ tokens: fresh, profile }, 5);
    await stage.platform.refresh(fresh);
  });

  staged("a refresh whose answer is lost is not asked for twice", async (stage) => {
    const account = await stage.account({ items: 1 });
    const { tokens } = await stage.connect(account);
    await stage.fault(account, "oauth2?/token", { lost: true });
    assert.equal((await faultOf(stage.platform.refresh(tokens))).kind, "transient");
    const query = new URLSearchParams({ account, match: "oauth2?/token" });
    const { requests } = await stage.admin<{ requests: { status: number }[] }>("GET", `requests?${query}`);
    assert.deepEqual(requests.map(({ status }) => status), [200, 0]);
  });

  staged(
    "an access token that is two hours old is expired; a grant that was taken away is dead",
    async (stage) => {
      const account = await stage.account({ items: 2, plain: true });
      const { tokens, profile } = await stage.connect(account);
      await stage.admin("POST", "clock", { advance_seconds: 7_201 });
      assert.equal((await faultOf(stage.library({ tokens, profile }, 5))).kind, "token_expired");
      const { tokens: fresh } = await stage.platform.refresh(tokens);
      await stage.library({ tokens: fresh, profile }, 5);
      await stage.admin("POST", `${slug}/tokens/revoke`, { account_id: account });
      assert.equal((await faultOf(stage.library({ tokens: fresh, profile }, 5))).kind, "token_expired");
      assert.equal((await faultOf(stage.platform.refresh(fresh))).kind, "grant_refused");
    },
  );

  staged("a code works once, with its own verifier and address, and not for long", async (stage) => {
    const account = await stage.account({ items: 1 });
    const code_verifier = newCodeVerifier();
    const ask = async () => {
      const url = await authorizationUrl(stage.platform.authorization, {
        state: "s",
        code_verifier,
        redirect_uri,
      });
      const headers = { accept: "application/json" };
      const body = new URLSearchParams({ account, decision: "allow" });
      const { location } = await (await fetch(url, { method: "POST", headers, body })).json();
      return new URL(location).searchParams.get("code") ?? "";
    };
    const code = await ask();
    await stage.platform.exchange({ code, code_verifier, redirect_uri });
    assert.equal(
      (await faultOf(stage.platform.exchange({ code, code_verifier, redirect_uri }))).kind,
      "code_refused",
    );
    const late = await ask();
    await stage.admin("POST", "clock", { advance_seconds: 601 });
    const fault = await faultOf(stage.platform.exchange({ code: late, code_verifier, redirect_uri }));
    assert.equal(fault.kind, "code_refused");
    if (!stage.platform.authorization.pkce) return;
    const other = { code: await ask(), code_verifier: newCodeVerifier(), redirect_uri };
    assert.equal((await faultOf(stage.platform.exchange(other))).kind, "code_refused");
  });

  staged("revoking ends the grant, also with an access token that is too old, also twice", async (stage) => {
    const account = await stage.account({ items: 1 });
    const { tokens } = await stage.connect(account);
    await stage.admin("POST", `${slug}/tokens/expire`, { account_id: account });
    await stage.platform.revoke?.(tokens);
    const path = `${slug}/accounts/${account}`;
    assert.equal((await stage.admin<{ consented: boolean }>("GET", path)).consented, false);
    await stage.platform.revoke?.(tokens);
  });

  staged("faults are told apart", async (stage) => {
    const account = await stage.account({ items: 30, plain: true });
    const connected = await stage.connect(account);
    const list = slug === "twitter" ? "/2/users/\\d+/tweets" : "/v2/video/list/";
    const cases: [fault: Record<string, unknown>, kind: string][] = [
      [{ token: "expired" }, "token_expired"],
      [{ status: 401 }, "token_expired"],
      [{ status: 403 }, "scope_missing"],
      [{ status: 403, body: "<html>proxy</html>" }, "transient"],
      [{ status: 404 }, "transient"],
      [{ status: 429 }, "transient"],
      [{ status: 500 }, "transient"],
      [{ status: 502 }, "transient"],
      [{ cut: true }, "transient"],
      [{ cut: "body" }, "transient"],
      [{ malformed: true }, "malformed"],
      [{ status: 200, body: [] }, "malformed"],
    ];
    for (const [fault, kind] of cases) {
      await stage.fault(account, list, fault, 9);
      const found = await faultOf(stage.library(connected, 10));
      assert.equal(found.kind, kind, JSON.stringify(fault));
      if (fault.status === 429) assert.ok(found.retry_at && found.retry_at.getTime() > stage.now() + 30_000);
      await stage.admin("DELETE", `faults?account=${account}`);
    }
    for (
      const fault of [{ status: 500 }, { status: 502 }, { cut: true }, { cut: "body" }, { malformed: true }]
    ) {
      await stage.fault(account, list, fault, 1);
      const { items } = await stage.library(connected, 10);
      assert.equal(items.size, 30, JSON.stringify(fault));
    }
  });
}

/**
 * What the scripts of all collections share. A collection cannot import, so its pre-request script holds the source of
 * this one function, which therefore uses nothing but its arguments and what the sandbox brings.
 */
import type { Assertion, Body, Pm, Row } from "./sandbox.ts";

/** A creator as the collection's variables hold it; what is not there yet is undefined. */
export interface Creator {
  user_id: string;
  email: string;
  password: string;
  access_token: string;
  expires_at: string | number;
  social_account_id: string;
  channel_id: string;
}

/** The answer to a call beside the numbered requests. */
export interface Answer<T = Body> {
  status: number;
  body: T;
  header(name: string): string;
}

/** Who calls: a session, "service" (the secret key), or nobody. */
export type Caller = { access_token: string } | "service" | undefined;

/** What a sync function answers. */
export interface SyncAnswer {
  synced_count: number;
  new_items: number;
  updated_items: number;
  sync_id: string;
  has_more: boolean;
}

interface Call {
  method?: string;
  as?: Caller;
  json?: unknown;
  form?: Record<string, string>;
  headers?: Record<string, string>;
}

interface Timers {
  setTimeout: typeof setTimeout;
  clearTimeout: typeof clearTimeout;
}

/** The helpers of one script's run: `pm` and the timers belong to it alone. */
export function streamvibe(pm: Pm, timers: Timers) {
  const get = (name: string) => pm.variables.get(name);
  const set = (values: Row) => {
    for (const [name, value] of Object.entries(values)) pm.collectionVariables.set(name, value);
  };

  /**
   * Runs a script to its end (a pending timer keeps it alive) and turns an error into a failed assertion. A request is
   * skipped when its set-up fails, or when the environment lacks the variable that it `needs`.
   */
  const run = (work: () => unknown, needs?: string) => {
    const isSetUp = pm.info.eventName === "prerequest";
    if (needs && !get(needs)) return pm.execution.skipRequest();
    const alive = timers.setTimeout(() => {}, 170000);
    (async () => await work())().catch((error) => {
      pm.test(`${isSetUp ? "set-up" : "checks"}: ${error.message}`, () => {
        throw error;
      });
      if (isSetUp) pm.execution.skipRequest();
    }).finally(() => timers.clearTimeout(alive));
  };

  /** One call: to the project when the address is a path, else to wherever it says. */
  const send = <T = Body>(url: string, { method, as, json, form, headers = {} }: Call = {}) => {
    const isOutside = /^https?:/.test(url);
    const header: Record<string, string> = { Accept: "application/json", ...headers };
    if (!isOutside) header.apikey = get(as === "service" ? "secret_key" : "publishable_key");
    if (as && as !== "service") header.Authorization = `Bearer ${as.access_token}`;
    if (json !== undefined) header["Content-Type"] = "application/json";
    const urlencoded = Object.entries(form ?? {}).map(([key, value]) => ({ key, value }));
    const request = {
      url: isOutside ? url : get("api_url") + url,
      method: method ?? (json === undefined && form === undefined ? "GET" : "POST"),
      header,
      body: json !== undefined
        ? { mode: "raw", raw: JSON.stringify(json) }
        : form && { mode: "urlencoded", urlencoded },
    };
    return new Promise<Answer<T>>((resolve, reject) => {
      pm.sendRequest(request, (error, response) => {
        if (error) return reject(new Error(`Cannot ${request.method} ${request.url}: ${error.message}`));
        let body;
        try {
          body = JSON.parse(response.text());
        } catch {
          body = response.text(); // A page, or nothing.
        }
        resolve({ status: response.code, body, header: (name) => response.headers.get(name) });
      });
    });
  };
  const call = <T = Body>(name: string, as: Caller, json: unknown) =>
    send<T>(`/functions/v1/${name}`, { method: "POST", as, json });
  const rpc = <T = Body>(name: string, as: Caller, json: unknown) =>
    send<T>(`/rest/v1/rpc/${name}`, { method: "POST", as, json });
  const list = <T = Body>(table: string, query: string, as?: Caller) =>
    send<T>(`/rest/v1/${table}?${query}`, { as });
  /** Changes rows through the Data API and answers those that it changed. */
  const patch = (table: string, query: string, as: Caller, json: unknown, method = "PATCH") =>
    send(`/rest/v1/${table}?${query}`, { method, as, json, headers: { Prefer: "return=representation" } });

  /** An answer that a set-up needs: any other status than the wanted one ends it with the server's own words. */
  const must = async <T>(what: string, status: number, answer: Promise<Answer<T>>): Promise<T> => {
    const { status: got, body } = await answer;
    if (got === status) return body;
    const { detail, msg, message } = (body || {}) as Record<string, string | undefined>;
    const reason = detail || msg || message || "no message";
    throw new Error(`Cannot ${what}: the server answered ${got} (${reason}), expected ${status}`);
  };

  const random = () => pm.variables.replaceIn("{{$guid}}");
  const newEmail = () =>
    (get("email_template") || "creator-{id}@example.com").replace("{id}", random().slice(0, 13));

  /** Variables of the collection's own creator have no prefix, those of the second one `other_`. */
  const FIELDS = [
    "user_id",
    "email",
    "password",
    "access_token",
    "expires_at",
    "social_account_id",
    "channel_id",
  ] as const;
  const load = (prefix = "") =>
    Object.fromEntries(FIELDS.map((field) => [field, get(prefix + field)])) as unknown as Creator;
  const save = (prefix: string, creator: Partial<Creator>) => {
    for (const field of FIELDS) {
      if (creator[field] === undefined) pm.collectionVariables.unset(prefix + field);
      else pm.collectionVariables.set(prefix + field, creator[field]);
    }
    return creator as Creator;
  };

  const signIn = async (creator: Partial<Creator>) => {
    const { email, password } = creator;
    const token = send<{ access_token: string; expires_in: number }>("/auth/v1/token?grant_type=password", {
      json: { email, password },
    });
    const { access_token, expires_in } = await must("sign the creator in", 200, token);
    return { ...creator, access_token, expires_at: Date.now() + expires_in * 1000 };
  };

  /** A confirmed creator by the admin API: mails are phase 1's subject, and hosted projects send few of them an hour. */
  const newCreator = async () => {
    const credentials = { email: newEmail(), password: `pw-${random()}` };
    const json = { ...credentials, email_confirm: true };
    const user = send<{ id: string }>("/auth/v1/admin/users", { as: "service", json });
    return await signIn({ user_id: (await must("create a creator", 200, user)).id, ...credentials });
  };

  /** The collection's creator (or another), created at the first need and signed in again before the session ends. */
  const creator = async (prefix = "") => {
    const known = load(prefix);
    if (!known.access_token) return save(prefix, await newCreator());
    const isLate = known.expires_at && Number(known.expires_at) < Date.now() + 60000;
    return isLate && known.password ? save(prefix, await signIn(known)) : known;
  };
  const other = () => creator("other_");

  /** An account of the simulator's own, so that runs do not meet: a channel with `videos`, elsewhere 20 items. */
  const newAccount = async (slug: string, { videos: items, ...channel }: Row) => {
    const url = get("simulator_url");
    if (!url) {
      throw new Error("Cannot connect an account by script: simulator_url is empty (see postman/README.md)");
    }
    const json = slug === "youtube" ? { items, ...channel } : { items: 20, plain: true };
    const created = send<{ account_id: string }>(`${url}/_admin/${slug}/accounts`, { json });
    return (await must("create an account", 201, created)).account_id;
  };

  /** Starts the OAuth flow, chooses the account on the consent page and allows: code and state as the app gets them. */
  const authorize = async (creator: Creator, accountId: string, slug = "youtube") => {
    const flow = call<{ authorization_url: string }>(`oauth-${slug}-init`, creator, {});
    const { authorization_url } = await must("start the OAuth flow", 200, flow);
    const isGoogle = slug === "youtube";
    const url = isGoogle ? `${authorization_url}&login_hint=${accountId}` : authorization_url;
    const page = send<string>(url, { headers: { Accept: "text/html" } });
    const html = await must("open the consent page", 200, page);
    if (isGoogle && !html.includes(`value="${accountId}"`)) {
      throw new Error(
        "Cannot grant access: the consent page does not offer the channel (see postman/README.md)",
      );
    }
    // A script's request cannot stop at a redirect; asked for JSON, the simulator answers its address instead.
    const form = { account: accountId, decision: "allow" };
    const { location } = await must("grant access", 200, send<{ location: string }>(url, { form }));
    const { code, state, error } = query(location);
    if (!code) throw new Error(`Cannot grant access: the consent page answered ${error}`);
    return isGoogle ? { code, state } : { code, state, account_id: accountId };
  };

  /** The parameters of an address, or of its fragment. */
  const query = (address: string, mark = "?"): Record<string, string> => {
    const text = address.split(mark)[1] ?? "";
    const pairs = (mark === "?" ? text.split("#")[0] ?? "" : text).split("&").map((pair) => pair.split("="));
    return Object.fromEntries(
      pairs.map(([name = "", value = ""]) => [name, decodeURIComponent(value.replace(/\+/g, " "))]),
    );
  };

  /** The creator with a connected account, connected at the first need. */
  const connected = async (prefix = "", channel: Row = { videos: 3 }, slug = "youtube") => {
    const me = await creator(prefix);
    if (me.social_account_id) return me;
    const channel_id = me.channel_id || await newAccount(slug, channel);
    const json = await authorize(me, channel_id, slug);
    const connection = call<{ social_account_id: string }>(`oauth-${slug}-callback`, me, json);
    const { social_account_id } = await must("connect the account", 200, connection);
    return save(prefix, { ...me, social_account_id, channel_id });
  };

  /** Follows a sync run to its end, at no further cost; how many items its later calls brought. */
  const goOn = async (me: Creator, answer: SyncAnswer, slug = "youtube") => {
    let [page, items] = [answer, 0];
    for (let calls = 1; page.has_more && calls < 100; calls++) {
      const json = { social_account_id: me.social_account_id, sync_id: page.sync_id };
      page = await must("go on with the sync", 200, call<SyncAnswer>(`sync-${slug}`, me, json));
      items += page.new_items;
    }
    return items;
  };

  /** Syncs the whole library: one unit of quota, as many calls of 50 as it takes. */
  const syncAll = async (me: Creator, slug = "youtube") => {
    const first = call<SyncAnswer>(`sync-${slug}`, me, { social_account_id: me.social_account_id });
    await goOn(me, await must("sync", 200, first), slug);
  };

  /** The creator with a whole library: connected and synced at the first need. */
  const synced = async (prefix = "", slug = "youtube") => {
    const me = await connected(prefix, { videos: 60, seed: 8 }, slug);
    if (get(`${prefix}synced`) !== me.social_account_id) {
      await syncAll(me, slug);
      set({ [`${prefix}synced`]: me.social_account_id });
    }
    return me;
  };

  /** Subscribes on the simulated checkout page, and waits for the plan to follow. */
  const subscribed = async (me: { access_token: string }, tier: string) => {
    const checkout = call<{ url: string }>("create-checkout-session", me, { tier });
    const { url } = await must("start a checkout", 200, checkout);
    await must("pay", 200, send(url, { form: { card: "works", decision: "pay" } }));
    for (let look = 0; look < 150; look++) {
      const { body } = await send<{ plan: { slug: string } }>("/functions/v1/billing-status", { as: me });
      if (body.plan?.slug === tier) return body;
      await new Promise((resolve) => timers.setTimeout(() => resolve(undefined), 200));
    }
    throw new Error(`Cannot see the plan ${tier}: it was paid, and nothing followed`);
  };

  /** When each row of the library changed last. */
  const versions = async (me: Creator) =>
    (await list(
      "content_item",
      `social_account_id=eq.${me.social_account_id}&select=id,updated_at&order=id`,
      me,
    ))
      .body;

  /** The tokens of an account, as only the service reads them. */
  const vault = (social_account_id: string) =>
    rpc<{ tokens: Record<string, string>; code?: string }>("read_connection", "service", {
      p_user_id: null,
      p_social_account_id: social_account_id,
    });

  /** Asserts what every edge function's answer carries: status, JSON, the request's own id, what is left of the rate. */
  const expectAnswer = (status: number) => {
    const header = (name: string) => pm.response.headers.get(name);
    pm.test(`answers ${status}`, () => pm.response.to.have.status(status));
    pm.test("answers JSON", () => {
      pm.expect(header("content-type")).to.match(/^application\/(problem\+|x-nd)?json/);
    });
    pm.test("returns the request's own x-request-id", () => {
      pm.expect(header("x-request-id")).to.equal(pm.request.headers.get("x-request-id"));
    });
    pm.test("says what is left of the rate limit", () => {
      const limit = Number(header("RateLimit-Limit") ?? NaN);
      pm.expect(limit, "RateLimit-Limit").to.be.above(0);
      pm.expect(Number(header("RateLimit-Remaining") ?? NaN), "RateLimit-Remaining").to.be.within(
        0,
        limit - 1,
      );
      pm.expect(Number(header("RateLimit-Reset") ?? NaN), "RateLimit-Reset").to.be.at.least(0);
    });
  };

  /** Asserts a refusal by an edge function: RFC 9457 problem details with a stable code. */
  const expectProblem = (what: string, answer: Answer, status: number, code: string) => {
    pm.test(`${what}: ${status} ${code}`, () => {
      pm.expect(answer.status, "status").to.equal(status);
      pm.expect(answer.header("content-type")).to.match(/^application\/problem\+json/);
      pm.expect(answer.body).to.include.all.keys("type", "title", "status", "code", "request_id");
      pm.expect(answer.body).to.include({ status, code, request_id: answer.header("x-request-id") });
    });
  };

  const expectRows = (what: string, answer: Answer<unknown>, count: number) => {
    pm.test(what, () => {
      pm.expect(answer.status).to.equal(200);
      pm.expect(answer.body).to.be.an("array").with.lengthOf(count);
    });
  };

  /** Asserts that a caller without a session sees no row, whether the Data API refuses or answers none. */
  const expectHidden = (what: string, answer: Answer) => {
    pm.test(what, () => {
      pm.expect(answer.status === 200 ? answer.body : [], "rows").to.eql([]);
      pm.expect(answer.status).to.be.oneOf([200, 401, 403]);
    });
  };

  /** Asserts one statement about a value: `check` gets the assertion to go on with. */
  const expect = (what: string, value: unknown, check: (to: Assertion) => unknown) => {
    pm.test(what, () => void check(pm.expect(value).to));
  };

  const expectNow = (what: string, time: string) =>
    expect(what, Math.abs(Date.now() - Date.parse(time)), (to) => to.be.below(120000));

  /** Asserts only whether a token is told: a value that an assertion compares would stand in the report. */
  const expectNoToken = (what: string, tokens: Record<string, string>, text: string) => {
    const isTold = Object.values(tokens).some((token) => String(token).length > 20 && text.includes(token));
    pm.test(what, () => pm.expect(isTold, "a token in the text").to.equal(false));
  };

  /** The request's own response in the form that `send` answers. */
  const response = (): Answer => ({
    status: pm.response.code,
    body: pm.response.json(),
    header: (name) => pm.response.headers.get(name),
  });
  const sent = <T = Row>(): T => JSON.parse(pm.request.body.raw);

  return {
    ...{
      get,
      set,
      run,
      send,
      call,
      rpc,
      list,
      patch,
      must,
      random,
      newEmail,
      load,
      save,
      query,
      sent,
      response,
    },
    ...{
      creator,
      other,
      newCreator,
      newAccount,
      authorize,
      connected,
      goOn,
      syncAll,
      synced,
      subscribed,
      versions,
      vault,
    },
    ...{ expect, expectAnswer, expectProblem, expectRows, expectHidden, expectNow, expectNoToken },
  };
}

/** `sv` in a script. */
export type StreamVibe = ReturnType<typeof streamvibe>;

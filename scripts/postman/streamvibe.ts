/**
 * Helpers shared by the scripts of all collections. A collection cannot import, so its pre-request script contains the source
 * of this one function, which therefore uses only its arguments and what the sandbox provides.
 */
import type { Assertion, Body, Pm, Row } from "./sandbox.ts";

/** A creator as stored in the collection's variables; members not set yet are undefined. */
export interface Creator {
  user_id: string;
  email: string;
  password: string;
  access_token: string;
  expires_at: string | number;
  social_account_id: string;
  channel_id: string;
}

/** The response to a call made by a script, in addition to the numbered requests. */
export interface Answer<T = Body> {
  status: number;
  body: T;
  header(name: string): string;
}

/** The caller: a session, "service" (the secret key), or undefined for no session. */
export type Caller = { access_token: string } | "service" | undefined;

/** The response of a sync function. */
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

/** Returns the helpers for one run of a script; `pm` and the timers belong to that run only. */
export function streamvibe(pm: Pm, timers: Timers) {
  const get = (name: string) => pm.variables.get(name);
  const set = (values: Row) => {
    for (const [name, value] of Object.entries(values)) pm.collectionVariables.set(name, value);
  };

  /**
   * Runs a script to its end (a pending timer keeps it alive) and turns an error into a failed assertion. Skips the request
   * if its setup fails, or if the environment lacks the variable that it `needs`.
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

  /** Sends a request: to the project if `url` is a path, otherwise to the given URL. */
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
          body = response.text(); // HTML, or empty.
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
  /** Changes rows through the Data API and returns the changed rows. */
  const patch = (table: string, query: string, as: Caller, json: unknown, method = "PATCH") =>
    send(`/rest/v1/${table}?${query}`, { method, as, json, headers: { Prefer: "return=representation" } });

  /** Returns the body of a response that the setup needs; throws with the server's message on any other status. */
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

  /** Variables of the collection's own creator have no prefix; those of the second one start with `other_`. */
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

  /** Creates a confirmed creator with the admin API: phase 1 covers mails, and hosted projects send only a few per hour. */
  const newCreator = async () => {
    const credentials = { email: newEmail(), password: `pw-${random()}` };
    const json = { ...credentials, email_confirm: true };
    const user = send<{ id: string }>("/auth/v1/admin/users", { as: "service", json });
    return await signIn({ user_id: (await must("create a creator", 200, user)).id, ...credentials });
  };

  /** Returns the collection's creator (or another), created on first use and signed in again before the session expires. */
  const creator = async (prefix = "") => {
    const known = load(prefix);
    if (!known.access_token) return save(prefix, await newCreator());
    const isLate = known.expires_at && Number(known.expires_at) < Date.now() + 60000;
    return isLate && known.password ? save(prefix, await signIn(known)) : known;
  };
  const other = () => creator("other_");

  /** Creates a separate account on the simulator, so that runs do not interfere: a channel with `videos`, elsewhere 20 items. */
  const newAccount = async (slug: string, { videos: items, ...channel }: Row) => {
    const url = get("simulator_url");
    if (!url) {
      throw new Error("Cannot connect an account by script: simulator_url is empty (see postman/README.md)");
    }
    const json = slug === "youtube" ? { items, ...channel } : { items: 20, plain: true };
    const created = send<{ account_id: string }>(`${url}/_admin/${slug}/accounts`, { json });
    return (await must("create an account", 201, created)).account_id;
  };

  /** Starts the OAuth flow, chooses the account on the consent page and allows access; returns code and state as the app gets them. */
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
    // A script's request cannot stop at a redirect; when asked for JSON, the simulator returns the location instead.
    const form = { account: accountId, decision: "allow" };
    const { location } = await must("grant access", 200, send<{ location: string }>(url, { form }));
    const { code, state, error } = query(location);
    if (!code) throw new Error(`Cannot grant access: the consent page answered ${error}`);
    return isGoogle ? { code, state } : { code, state, account_id: accountId };
  };

  /** Returns the parameters of a URL's query or fragment. */
  const query = (address: string, mark = "?"): Record<string, string> => {
    const text = address.split(mark)[1] ?? "";
    const pairs = (mark === "?" ? text.split("#")[0] ?? "" : text).split("&").map((pair) => pair.split("="));
    return Object.fromEntries(
      pairs.map(([name = "", value = ""]) => [name, decodeURIComponent(value.replace(/\+/g, " "))]),
    );
  };

  /** Returns the creator with a connected account, connected on first use. */
  const connected = async (prefix = "", channel: Row = { videos: 3 }, slug = "youtube") => {
    const me = await creator(prefix);
    if (me.social_account_id) return me;
    const channel_id = me.channel_id || await newAccount(slug, channel);
    const json = await authorize(me, channel_id, slug);
    const connection = call<{ social_account_id: string }>(`oauth-${slug}-callback`, me, json);
    const { social_account_id } = await must("connect the account", 200, connection);
    return save(prefix, { ...me, social_account_id, channel_id });
  };

  /** Continues a sync run to its end, at no further cost; returns the number of new items of its later calls. */
  const goOn = async (me: Creator, answer: SyncAnswer, slug = "youtube") => {
    let [page, items] = [answer, 0];
    for (let calls = 1; page.has_more && calls < 100; calls++) {
      const json = { social_account_id: me.social_account_id, sync_id: page.sync_id };
      page = await must("go on with the sync", 200, call<SyncAnswer>(`sync-${slug}`, me, json));
      items += page.new_items;
    }
    return items;
  };

  /** Syncs the whole library: one unit of quota, however many calls of 50 it takes. */
  const syncAll = async (me: Creator, slug = "youtube") => {
    const first = call<SyncAnswer>(`sync-${slug}`, me, { social_account_id: me.social_account_id });
    await goOn(me, await must("sync", 200, first), slug);
  };

  /** Returns the creator with a whole library, connected and synced on first use. */
  const synced = async (prefix = "", slug = "youtube") => {
    const me = await connected(prefix, { videos: 60, seed: 8 }, slug);
    if (get(`${prefix}synced`) !== me.social_account_id) {
      await syncAll(me, slug);
      set({ [`${prefix}synced`]: me.social_account_id });
    }
    return me;
  };

  /** Subscribes on the simulated checkout page, and waits until the plan changes. */
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

  /** Returns when each row of the library last changed. */
  const versions = async (me: Creator) =>
    (await list(
      "content_item",
      `social_account_id=eq.${me.social_account_id}&select=id,updated_at&order=id`,
      me,
    ))
      .body;

  /** Returns the tokens of an account, which only the service can read. */
  const vault = (social_account_id: string) =>
    rpc<{ tokens: Record<string, string>; code?: string }>("read_connection", "service", {
      p_user_id: null,
      p_social_account_id: social_account_id,
    });

  /** Asserts what every edge function's response has: status, JSON, the request's own id, the remaining rate limit. */
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

  /** Asserts that a caller without a session sees no rows, whether the Data API refuses or returns an empty list. */
  const expectHidden = (what: string, answer: Answer) => {
    pm.test(what, () => {
      pm.expect(answer.status === 200 ? answer.body : [], "rows").to.eql([]);
      pm.expect(answer.status).to.be.oneOf([200, 401, 403]);
    });
  };

  /** Asserts one statement about a value; `check` receives the assertion to continue. */
  const expect = (what: string, value: unknown, check: (to: Assertion) => unknown) => {
    pm.test(what, () => void check(pm.expect(value).to));
  };

  const expectNow = (what: string, time: string) =>
    expect(what, Math.abs(Date.now() - Date.parse(time)), (to) => to.be.below(120000));

  /** Asserts only whether a token is exposed: a value that an assertion compares would appear in the report. */
  const expectNoToken = (what: string, tokens: Record<string, string>, text: string) => {
    const isTold = Object.values(tokens).some((token) => String(token).length > 20 && text.includes(token));
    pm.test(what, () => pm.expect(isTold, "a token in the text").to.equal(false));
  };

  /** Returns the request's own response in the form that `send` returns. */
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

/** The type of `sv` in a script. */
export type StreamVibe = ReturnType<typeof streamvibe>;

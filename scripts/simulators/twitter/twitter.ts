/** API v2 reads: users/me, a user's posts, posts by id. Every returned post costs a credit. */
import { z } from "zod";
import { Accounts } from "../engine/accounts.ts";
import { readBody } from "../engine/admin.ts";
import { accountOfCall, Grants } from "../engine/grants.ts";
import { type Post, postersAdmin } from "../engine/posts.ts";
import {
  type Answer,
  bearer,
  type Call,
  type Context,
  json,
  type Part,
  type Provider,
  type Route,
  words,
} from "../engine/provider.ts";
import { Publishing } from "../engine/publishing.ts";
import { type Bucket, Quota, type Reading } from "../engine/quota.ts";
import { firstVersions, specialOf, timeOfId, truthOf, twitter_network, versionsOf } from "./network.ts";
import { oauthFailure, twitterOauth } from "./oauth.ts";
import { twitterPublishing } from "./publishing.ts";
import { blank, failureOf, invalidRequest, noCredits, notFound, suspended, unreadable } from "./problems.ts";
import { media_fields, mediaOf, type Naming, post_fields, postOf, user_fields, userOf } from "./resources.ts";

const api = "/api.x.com/2";

/** The maximum number of posts that a timeline reaches back. */
const longest_timeline = 3_200;
const longest_without_replies = 800;

const page_parameters = words("max_results pagination_token exclude since_id until_id start_time end_time");
const read_scopes = ["tweet.read", "users.read", "offline.access"];

/** Call limits of an endpoint per user in 15 minutes, reported in the headers of every response. */
const calls = (limit: number): Bucket => ({ limit, per: "account", window: { kind: "grid", seconds: 900 } });
const buckets = {
  "users/me": calls(75),
  "users/:id/tweets": calls(900),
  tweets: calls(5_000),
  posts: calls(100),
  media: calls(1_875),
  /** One per returned post or users/me call. Credits limited by a test reset after a month. */
  credits: { limit: Infinity, per: "account", window: { kind: "rolling", seconds: 30 * 86_400 } } as Bucket,
  /** Calls in 24 hours; reported once a test has limited them, as X reports them for some endpoints only. */
  "user/24h": { limit: Infinity, per: "account", window: { kind: "rolling", seconds: 86_400 } } as Bucket,
  "app/24h": { limit: Infinity, per: "app", window: { kind: "rolling", seconds: 86_400 } } as Bucket,
};
type Endpoint = "users/me" | "users/:id/tweets" | "tweets";

/** The naming (`tweet.fields` or `post.fields`) that an account's calls may use; both unless a test restricts it. */
class Namings implements Part {
  readonly #only = new Map<string, Naming>();

  of(account: string): Naming | undefined {
    return this.#only.get(account);
  }

  admin(root: string): Route[] {
    const Change = z.strictObject({
      account_id: z.string().min(1),
      accepts: z.enum(["tweet", "post", "both"]),
    });
    return [{
      method: "PUT",
      path: `${root}/naming`,
      handle: (call) => {
        const change = readBody(Change, call);
        if (change.accepts === "both") this.#only.delete(change.account_id);
        else this.#only.set(change.account_id, change.accepts);
        return json(200, change);
      },
    }];
  }

  reset(): void {
    this.#only.clear();
  }
}

export function twitter(context: Context): Provider {
  const accounts = new Accounts(context, twitter_network);
  const grants: Grants = new Grants(context, {
    code: { prefix: "x-code-", life: 30 },
    tokens: {
      access: { prefix: "x-access-", life: 7_200 },
      refresh: { prefix: "x-refresh-", life: 182 * 86_400, most: 1_000 },
    },
    expires: "access",
    read_scopes,
    hand_out: (account, scopes) => grants.pair(accounts.expect(account).id, scopes),
  });
  const quota = new Quota(context, buckets);
  const namings = new Namings();

  /** Checks token, limit, credits and scopes, then calls `handle` with the account and the requested fields. */
  const asUser = (
    endpoint: Endpoint,
    others: readonly string[],
    handle: (account_id: string, call: Call, asked: Asked) => Answer,
  ) =>
  (call: Call): Answer => {
    const access = call.fault?.token ? undefined : grants.access(bearer(call) ?? "");
    if (!access) return blank(401, "Unauthorized");
    const windows = [[endpoint, "x-rate-limit"], ["user/24h", "x-user-limit-24hour"], [
      "app/24h",
      "x-app-limit-24hour",
    ]] as const;
    const taken = windows.map(([bucket]) => quota.take(bucket, access.account));
    const told = windows.map(([bucket, name]) =>
      windowHeaders(quota.read(bucket, bucket === "app/24h" ? undefined : access.account), name)
    );
    const answer = () => {
      if (taken.includes(false)) return blank(429, "Too Many Requests");
      if (!quota.take("credits", access.account, 0)) return noCredits(access.account);
      const hasScopes = ["tweet.read", "users.read"].every((scope) => access.scopes.includes(scope));
      if (!hasScopes) return blank(403, "Forbidden");
      const asked = readFields(call, namings.of(access.account), others);
      return "status" in asked ? asked : handle(access.account, call, asked);
    };
    const { headers, ...given } = answer();
    quota.take("credits", access.account, call.notes.cost ?? 0);
    return { ...given, headers: Object.assign({ ...headers }, ...told) };
  };

  function me(account_id: string, call: Call, asked: Asked): Answer {
    const account = accounts.account(account_id);
    if (!account || account.suspended) return json(200, { errors: [suspended(account_id)] });
    call.notes.cost = 1;
    const posts = [...accounts.below(account_id)].filter((post) => !post.deleted).length;
    return json(200, { data: userOf(account, posts, asked.user, asked.naming) });
  }

  function timeline(account_id: string, call: Call, asked: Asked): Answer {
    const { query } = call;
    const owner = call.params.id ?? "";
    const account = accounts.account(owner);
    if (!account) return json(200, { errors: [notFound("user", "id", owner)] });
    if (account.suspended) return json(200, { errors: [suspended(owner)] });
    if (account.closed && owner !== account_id) return blank(403, "Forbidden");
    const size = Number(query.get("max_results") ?? 10);
    const wrong = (name: string) => invalidValue(name, query.get(name) ?? "");
    if (!Number.isInteger(size) || size < 5 || size > 100) return wrong("max_results");
    const excluded = (query.get("exclude") ?? "").split(",").filter((one) => one !== "");
    if (!excluded.every((one) => one === "retweets" || one === "replies")) return wrong("exclude");
    const token = query.get("pagination_token");
    const before = token === null ? undefined : readPageToken(token, owner);
    if (token !== null && before === undefined) return wrong("pagination_token");

    const start = before === undefined ? Infinity : accounts.numberAt(owner, timeOfId(before));
    const total = accounts.size(owner);
    const oldest = total - (excluded.includes("replies") ? longest_without_replies : longest_timeline);
    const rest = accounts.below(owner, start).take(size + 1).filter(({ number }) => number >= oldest)
      .toArray();
    // Excluded posts are removed after the page is cut, so it may be shorter than requested.
    const page = rest.slice(0, size);
    const posts = page.filter((post) => !post.deleted && !isExcluded(post, excluded));
    const last = page.at(-1);
    const next = last && rest.length > size ? pageToken(last.id, owner) : undefined;
    call.notes.cost = posts.length;
    const ids = posts.map((post) => versionsOf(post).at(-1) ?? post.id);
    return json(200, {
      ...listed(posts.map((post, index) => [post, ids[index] ?? post.id]), asked),
      meta: {
        result_count: posts.length,
        ...(ids.length > 0 ? { newest_id: ids[0], oldest_id: ids.at(-1) } : {}),
        next_token: call.fault?.next ? astray(call.fault.next, token, owner) : next,
        ...(token === null ? {} : { previous_token: `prev${token}` }),
      },
    });
  }

  function byIds(account_id: string, call: Call, asked: Asked): Answer {
    const given = call.query.get("ids") ?? "";
    const ids = given.split(",");
    const isRight = ids.length <= 100 && ids.every((id) => /^\d{1,19}$/.test(id));
    if (!isRight) return invalidValue("ids", given);
    const found = ids.map((id) => [find(account_id, id), id] as const);
    const posts = found.flatMap(([post, id]) => post ? [[post, id] as const] : []);
    call.notes.cost = posts.length;
    const failing = call.fault?.entries ?? {};
    const told = posts.filter(([, id]) => failing[id] === undefined);
    const errors = found.flatMap(([post, id]) => {
      const reason = failing[id];
      if (reason === undefined) return post ? [] : [notFound("tweet", "ids", id)];
      return reason === "timeout" ? [] : [unreadable(reason, id)];
    });
    return json(200, { ...listed(told, asked), ...(errors.length > 0 ? { errors } : {}) });
  }

  /** Finds a post by the id of any of its versions. Only the caller's own posts are simulated. */
  function find(account_id: string, id: string): Post | undefined {
    return firstVersions(id).map((first) => accounts.find(first, account_id))
      .find((post) => post !== undefined && !post.deleted && versionsOf(post).includes(id));
  }

  /** Empty lists are omitted. */
  function listed(posts: readonly (readonly [Post, string])[], asked: Asked): Record<string, unknown> {
    const media = posts.filter(([post]) =>
      asked.expands.includes(specialOf(post) === "article" ? "article.cover_media" : "attachments.media_keys")
    ).flatMap(([post]) => mediaOf(post, asked.media));
    return {
      ...(posts.length > 0
        ? { data: posts.map(([post, id]) => postOf(post, id, asked.post, asked.naming)) }
        : {}),
      ...(media.length > 0 ? { includes: { media } } : {}),
    };
  }

  const publishing = new Publishing(context);

  /** Checks token, scope, the endpoint's limit and credits. */
  const asWriter =
    (scope: string, handle: (account_id: string, call: Call) => Answer | Promise<Answer>) =>
    async (call: Call): Promise<Answer> => {
      const access = call.fault?.token ? undefined : grants.access(bearer(call) ?? "");
      if (!access) return blank(401, "Unauthorized");
      if (!access.scopes.includes(scope)) return blank(403, "Forbidden");
      const bucket = call.path.endsWith("/tweets") ? "posts" : "media";
      const isLeft = quota.take(bucket, access.account);
      const told = windowHeaders(quota.read(bucket, access.account), "x-rate-limit");
      if (!isLeft) return blank(429, "Too Many Requests", told);
      if (!quota.take("credits", access.account, 0)) return noCredits(access.account);
      const answer = await handle(access.account, call);
      return { ...answer, headers: { ...answer.headers, ...told } };
    };

  const routes: Route[] = [
    ...twitterOauth(context, accounts, grants),
    ...twitterPublishing(accounts, publishing, asWriter),
    { method: "GET", path: `${api}/users/me`, handle: asUser("users/me", [], me) },
    {
      method: "GET",
      path: `${api}/users/:id/tweets`,
      handle: asUser("users/:id/tweets", page_parameters, timeline),
    },
    { method: "GET", path: `${api}/tweets`, handle: asUser("tweets", ["ids"], byIds) },
  ];
  const admin = postersAdmin(accounts, grants, { truth: truthOf });
  return {
    name: context.provider,
    routes,
    parts: [accounts, grants, admin, quota, namings, publishing],
    accountOf: (call) => accountOfCall(grants, call),
    // A refusal by a fault also reports an exhausted limit that resets later.
    failure: (reason, call) =>
      call.path.includes("/oauth2/") ? oauthFailure(reason) : failureOf(
        reason,
        windowHeaders({ limit: 900, used: 900, resets_at: context.clock.now() + 600_000 }, "x-rate-limit"),
      ),
  };
}

/** Returns the page token for a fault that misdirects a list: the same page again, or the newest post. */
function astray(next: "same" | "first", token: string | null, owner: string): string {
  const newest = pageToken(String(2n ** 62n), owner);
  return next === "same" ? token ?? newest : newest;
}

function windowHeaders({ limit, used, resets_at }: Reading, name: string): Record<string, string> {
  if (limit === Infinity) return {};
  return {
    [`${name}-limit`]: String(limit),
    [`${name}-remaining`]: String(Math.max(0, limit - used)),
    [`${name}-reset`]: String(Math.ceil(resets_at / 1_000)),
  };
}

function invalidValue(name: string, value: string): Answer {
  return invalidRequest(name, value, `The \`${name}\` query parameter value [${value}] is not valid`);
}

interface Asked {
  readonly naming: Naming;
  readonly post: readonly string[];
  readonly user: readonly string[];
  readonly media: readonly string[];
  readonly expands: readonly string[];
}

/** Returns the fields that a call requests. X refuses unknown parameters and fields. */
function readFields(call: Call, only: Naming | undefined, others: readonly string[]): Asked | Answer {
  const { query } = call;
  const known = [
    "expansions",
    "media.fields",
    "user.fields",
    ...(only ? [`${only}.fields`] : ["tweet.fields", "post.fields"]),
  ];
  for (const [name, value] of query) {
    if (known.includes(name) || others.includes(name)) continue;
    const allowed = [...others, ...known].join();
    return invalidRequest(name, value, `The query parameter [${name}] is not one of [${allowed}]`);
  }
  const naming: Naming = only ?? (query.has("post.fields") ? "post" : "tweet");
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ["media.fields", media_fields],
    ["user.fields", user_fields],
    [`${naming}.fields`, post_fields[naming]],
  ];
  for (const [name, fields] of lists) {
    const unknown = listOf(query.get(name)).find((field) => !fields.includes(field));
    if (unknown !== undefined) {
      return invalidRequest(
        name,
        unknown,
        `The \`${name}\` query parameter value [${unknown}] is not one of [${fields}]`,
      );
    }
  }
  return {
    naming,
    post: listOf(query.get(`${naming}.fields`)),
    user: listOf(query.get("user.fields")),
    media: listOf(query.get("media.fields")),
    expands: listOf(query.get("expansions")),
  };
}

function listOf(text: string | null): string[] {
  return (text ?? "").split(",").filter((one) => one !== "");
}

function isExcluded(post: Post, excluded: readonly string[]): boolean {
  const as = specialOf(post);
  return (as === "repost" && excluded.includes("retweets")) ||
    ((as === "reply" || as === "thread") && excluded.includes("replies"));
}

/** A position in the list of one account; other accounts' lists reject it. */
function pageToken(id: string, owner: string): string {
  return (BigInt(id) * 32n + BigInt(owner) % 29n).toString(32);
}

function readPageToken(token: string, owner: string): string | undefined {
  if (!/^[0-9a-v]{10,16}$/.test(token)) return undefined;
  const value = [...token].reduce((sum, digit) => sum * 32n + BigInt(parseInt(digit, 32)), 0n);
  return value % 32n === BigInt(owner) % 29n ? String(value / 32n) : undefined;
}

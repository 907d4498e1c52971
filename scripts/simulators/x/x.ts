/** API v2 reads: users/me, a user's posts, posts by id. Every post that is answered costs a credit. */
import { z } from "zod";
import { readBody } from "../admin.ts";
import { type Answer, type Call, json, type Provider, type Route, type World } from "../provider.ts";
import { Grants } from "../social/grants.ts";
import type { PostRecord } from "../social/post.ts";
import { SocialAccounts } from "../social/social_accounts.ts";
import { socialAdmin } from "../social/social_admin.ts";
import { type Endpoint, RateWindows } from "./rate_windows.ts";
import { firstVersions, specialOf, truthOf, versionsOf, x_network } from "./x_network.ts";
import { oauthFailure, xOauth } from "./x_oauth.ts";
import { blank, failureOf, invalidRequest, noCredits, notFound, suspended } from "./x_problems.ts";
import {
  media_fields,
  mediaOf,
  type Naming,
  post_fields,
  postOf,
  user_fields,
  userOf,
} from "./x_resources.ts";

const api = "/api.x.com/2";

/** The timeline goes back no further. */
const longest_timeline = 3_200;
const longest_without_replies = 800;

const page_parameters = [
  "max_results",
  "pagination_token",
  "exclude",
  "since_id",
  "until_id",
  "start_time",
  "end_time",
];
const read_scopes = ["tweet.read", "users.read", "offline.access"];

const Credits = z.strictObject({ account_id: z.string().min(1), depleted: z.boolean() });
const Dialect = z.strictObject({ account_id: z.string().min(1), accepts: z.enum(["tweet", "post", "both"]) });

export function x(world: World, redirect_uris: readonly string[] = []): Provider {
  const accounts = new SocialAccounts(world, x_network);
  const grants = new Grants(world, {
    provider: "x",
    life: { code: 30, access: 7_200, refresh: 182 * 86_400 },
    rotates: true,
    prefixes: { code: "x-code-", access: "x-access-", refresh: "x-refresh-" },
  });
  const windows = new RateWindows(world.clock);
  const depleted = new Set<string>();
  const dialects = new Map<string, Naming>();

  /** Checks token, limit, credits and scopes; hands on whose call it is and the headers of the answer. */
  const asUser = (
    endpoint: Endpoint,
    handle: (account_id: string, call: Call, headers: Record<string, string>) => Answer,
  ) =>
  (call: Call): Answer => {
    const [, token = ""] = /^Bearer (.+)$/.exec(call.headers.get("authorization") ?? "") ?? [];
    const access = call.fault?.token ? undefined : grants.access(token);
    if (!access) return blank(401, "Unauthorized");
    const { allowed, headers } = windows.take(access.account, endpoint);
    if (!allowed) return blank(429, "Too Many Requests", headers);
    if (depleted.has(access.account)) return noCredits(access.account, headers);
    const hasScopes = ["tweet.read", "users.read"].every((scope) => access.scopes.includes(scope));
    return hasScopes ? handle(access.account, call, headers) : blank(403, "Forbidden", headers);
  };

  function me(account_id: string, call: Call, headers: Record<string, string>): Answer {
    const asked = readFields(call, dialects.get(account_id), []);
    if ("status" in asked) return { ...asked, headers: { ...asked.headers, ...headers } };
    const account = accounts.account(account_id);
    if (!account || account.suspended) return json(200, { errors: [suspended(account_id)] }, headers);
    call.notes.cost = 1;
    const posts =
      accounts.at(account_id, 0, accounts.size(account_id)).filter((post) => !post.deleted).length;
    return json(200, { data: userOf(account, posts, asked.user, asked.naming) }, headers);
  }

  function timeline(account_id: string, call: Call, headers: Record<string, string>): Answer {
    const asked = readFields(call, dialects.get(account_id), page_parameters);
    if ("status" in asked) return { ...asked, headers: { ...asked.headers, ...headers } };
    const { query } = call;
    const owner = call.params.id ?? "";
    const account = accounts.account(owner);
    if (!account) return json(200, { errors: [notFound("user", "id", owner)] }, headers);
    if (account.suspended) return json(200, { errors: [suspended(owner)] }, headers);
    if (account.closed && owner !== account_id) return blank(403, "Forbidden", headers);
    const size = Number(query.get("max_results") ?? 10);
    const wrong = (name: string) => {
      const value = query.get(name) ?? "";
      return invalidRequest(
        name,
        value,
        `The \`${name}\` query parameter value [${value}] is not valid`,
        headers,
      );
    };
    if (!Number.isInteger(size) || size < 5 || size > 100) return wrong("max_results");
    const excluded = (query.get("exclude") ?? "").split(",").filter((one) => one !== "");
    if (!excluded.every((one) => one === "retweets" || one === "replies")) return wrong("exclude");
    const token = query.get("pagination_token");
    const before = token === null ? undefined : readPageToken(token, owner);
    if (token !== null && before === undefined) return wrong("pagination_token");

    const start = before === undefined ? 0 : accounts.positionBefore(owner, timeOfId(before));
    const end = Math.min(
      accounts.size(owner),
      excluded.includes("replies") ? longest_without_replies : longest_timeline,
    );
    // What is left out is left out after the page was cut: it may hold fewer than were asked for.
    const cut = accounts.at(owner, start, Math.max(0, Math.min(size, end - start)));
    const posts = cut.filter((post) => !post.deleted && !isExcluded(post, excluded));
    const last = cut.at(-1);
    const more = last !== undefined && start + cut.length < end;
    call.notes.cost = posts.length;
    const ids = posts.map((post) => versionsOf(post).at(-1) ?? post.id);
    return json(200, {
      ...listed(posts.map((post, index) => [post, ids[index] ?? post.id]), asked),
      meta: {
        result_count: posts.length,
        ...(ids.length > 0 ? { newest_id: ids[0], oldest_id: ids.at(-1) } : {}),
        ...(more ? { next_token: pageToken(last.id, owner) } : {}),
        ...(token === null ? {} : { previous_token: `prev${token}` }),
      },
    }, headers);
  }

  function byIds(account_id: string, call: Call, headers: Record<string, string>): Answer {
    const asked = readFields(call, dialects.get(account_id), ["ids"]);
    if ("status" in asked) return { ...asked, headers: { ...asked.headers, ...headers } };
    const given = call.query.get("ids") ?? "";
    const ids = given.split(",");
    const isRight = ids.length <= 100 && ids.every((id) => /^\d{1,19}$/.test(id));
    if (!isRight) {
      return invalidRequest(
        "ids",
        given,
        `The \`ids\` query parameter value [${given}] is not valid`,
        headers,
      );
    }
    const found = ids.map((id) => [find(account_id, id), id] as const);
    const posts = found.flatMap(([post, id]) => post ? [[post, id] as const] : []);
    call.notes.cost = posts.length;
    const errors = found.flatMap(([post, id]) => post ? [] : [notFound("tweet", "ids", id)]);
    return json(200, { ...listed(posts, asked), ...(errors.length > 0 ? { errors } : {}) }, headers);
  }

  /** A post by the id of any of its versions. Only the caller's own posts are simulated. */
  function find(account_id: string, id: string): PostRecord | undefined {
    return firstVersions(id).map((first) => accounts.post(account_id, first))
      .find((post) => post !== undefined && !post.deleted && versionsOf(post).includes(id));
  }

  /** Empty lists are left out. */
  function listed(posts: readonly (readonly [PostRecord, string])[], asked: Asked): Record<string, unknown> {
    const media = asked.expandsMedia ? posts.flatMap(([post]) => mediaOf(post, asked.media)) : [];
    return {
      ...(posts.length > 0
        ? { data: posts.map(([post, id]) => postOf(post, id, asked.post, asked.naming)) }
        : {}),
      ...(media.length > 0 ? { includes: { media } } : {}),
    };
  }

  const routes: Route[] = [
    ...xOauth(accounts, grants, redirect_uris),
    { method: "GET", path: `${api}/users/me`, handle: asUser("users/me", me) },
    { method: "GET", path: `${api}/users/:id/tweets`, handle: asUser("users/:id/tweets", timeline) },
    { method: "GET", path: `${api}/tweets`, handle: asUser("tweets", byIds) },
  ];
  return {
    name: "x",
    routes,
    admin: [
      ...socialAdmin({ accounts, grants, scopes: read_scopes, truth: truthOf }),
      ...windows.admin("/_admin/x/limit"),
      {
        method: "PUT",
        path: "/_admin/x/credits",
        handle: (call) => {
          const change = readBody(Credits, call);
          if (change.depleted) depleted.add(change.account_id);
          else depleted.delete(change.account_id);
          return json(200, change);
        },
      },
      {
        method: "PUT",
        path: "/_admin/x/dialect",
        handle: (call) => {
          const change = readBody(Dialect, call);
          if (change.accepts === "both") dialects.delete(change.account_id);
          else dialects.set(change.account_id, change.accepts);
          return json(200, change);
        },
      },
    ],
    accountOf: (call) => accountOf(grants, call),
    failure: (reason, call) =>
      call.path.includes("/oauth2/") ? oauthFailure(reason) : failureOf(reason, windows.spent(600)),
    replay: (event) => {
      grants.replay(event);
      accounts.replay(event);
    },
    reset: () => {
      grants.reset();
      accounts.reset();
      windows.reset();
      depleted.clear();
      dialects.clear();
    },
  };
}

interface Asked {
  readonly naming: Naming;
  readonly post: readonly string[];
  readonly user: readonly string[];
  readonly media: readonly string[];
  readonly expandsMedia: boolean;
}

/** What fields a call asks for. X refuses parameters and fields that it does not know. */
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
    expandsMedia: listOf(query.get("expansions")).includes("attachments.media_keys"),
  };
}

function listOf(text: string | null): string[] {
  return (text ?? "").split(",").filter((one) => one !== "");
}

function isExcluded(post: PostRecord, excluded: readonly string[]): boolean {
  const as = specialOf(post);
  return (as === "repost" && excluded.includes("retweets")) ||
    ((as === "reply" || as === "thread") && excluded.includes("replies"));
}

/** A place in the list of one account; elsewhere it is worth nothing. */
function pageToken(id: string, owner: string): string {
  return (BigInt(id) * 32n + BigInt(owner) % 29n).toString(32);
}

function readPageToken(token: string, owner: string): string | undefined {
  if (!/^[0-9a-v]{10,16}$/.test(token)) return undefined;
  const value = [...token].reduce((sum, digit) => sum * 32n + BigInt(parseInt(digit, 32)), 0n);
  return value % 32n === BigInt(owner) % 29n ? String(value / 32n) : undefined;
}

function timeOfId(id: string): number {
  return Number(BigInt(id) >> 22n) + 1_288_834_974_657;
}

function accountOf(grants: Grants, call: Call): string | undefined {
  const bearer = /^Bearer (.+)$/.exec(call.headers.get("authorization") ?? "")?.[1];
  if (bearer) return grants.accountOf(bearer);
  const form = new URLSearchParams(call.body);
  const token = form.get("refresh_token") ?? form.get("code") ?? form.get("token");
  if (token) return grants.accountOf(token);
  return form.get("account") ?? call.query.get("login_hint") ?? undefined;
}

/** The Display API v2: an error in every response, `fields` as a query parameter of POSTs, pages that may be short. */
import { Accounts } from "../engine/accounts.ts";
import { accountOfCall, Grants } from "../engine/grants.ts";
import { type Post, postersAdmin } from "../engine/posts.ts";
import {
  type Answer,
  bearer,
  type Call,
  type Context,
  json,
  pick,
  type Provider,
  type Route,
} from "../engine/provider.ts";
import { Publishing } from "../engine/publishing.ts";
import { type Bucket, Quota } from "../engine/quota.ts";
import { isListed, tiktok_network, truthOf, user_fields, userOf, video_fields, videoOf } from "./network.ts";
import { logId, refused, scope_words, tiktokOauth } from "./oauth.ts";
import { tiktokPublishing } from "./publishing.ts";
import { tiktokWebhooks } from "./webhooks.ts";

const api = "/open.tiktokapis.com/v2";
const read_scopes = Object.keys(scope_words).slice(0, 4);

const messages: Readonly<Record<string, readonly [status: number, message: string]>> = {
  access_token_invalid: [401, "The access token is invalid or not found in the request."],
  scope_not_authorized: [401, "The user did not authorize the scope required for completing this request."],
  scope_permission_missed: [400, "To retrieve certain field information, the scope is required."],
  privacy_level_option_mismatch: [403, "Privacy level option mismatch."],
  spam_risk_too_many_posts: [403, "The daily post cap for the current user is reached."],
  unaudited_client_can_only_post_to_private_accounts: [403, "Please review our integration guidelines."],
  invalid_params: [400, "One or more fields in request is invalid."],
  invalid_cursor: [400, "Invalid cursor."],
  rate_limit_exceeded: [429, "The API rate limit was exceeded. Please try again later."],
  internal_error: [500, "Something is wrong. Please try again later."],
};

/** TikTok does not document the scope of these limits; here each account has its own. */
const a_minute = (limit: number): Bucket => ({
  limit,
  per: "account",
  window: { kind: "sliding", seconds: 60 },
});
const calls_a_minute = a_minute(600);
const endpoints = {
  "user/info": calls_a_minute,
  "video/list": calls_a_minute,
  "video/query": calls_a_minute,
  "post/creator_info": a_minute(20),
  "post/init": a_minute(6),
  "post/status": a_minute(30),
};
type Endpoint = keyof typeof endpoints;

export function tiktok(context: Context): Provider {
  const { clock } = context;
  const accounts = new Accounts(context, tiktok_network);
  const grants: Grants = new Grants(context, {
    code: { prefix: "tt", life: 600 },
    tokens: {
      access: { prefix: "act.", life: 7_200 },
      refresh: { prefix: "rft.", life: 180 * 86_400, most: 1_000 },
    },
    expires: "access",
    read_scopes,
    hand_out: (account, scopes) => grants.pair(accounts.expect(account).id, scopes),
  });
  const quota = new Quota(context, endpoints);

  /** Checks the token, the per-minute limit and the scope, then calls `handle` with the account. */
  const asUser = (
    endpoint: Endpoint,
    scope: string,
    handle: (account_id: string, scopes: readonly string[], call: Call) => Answer | Promise<Answer>,
  ) =>
  (call: Call): Answer | Promise<Answer> => {
    const access = call.fault?.token ? undefined : grants.access(bearer(call) ?? "");
    if (!access) return failed("access_token_invalid");
    if (!quota.take(endpoint, access.account)) return failed("rate_limit_exceeded");
    if (!access.scopes.includes(scope)) return failed("scope_not_authorized");
    return handle(access.account, access.scopes, call);
  };

  function userInfo(account_id: string, scopes: readonly string[], call: Call): Answer {
    const account = accounts.account(account_id);
    const fields = fieldsOf(call, Object.values(user_fields).flat());
    if (!account || !fields) return failed("invalid_params");
    const scopeOf = (field: string) =>
      Object.keys(user_fields).find((scope) => user_fields[scope]?.includes(field));
    if (!fields.every((field) => scopes.includes(scopeOf(field) ?? ""))) {
      return failed("scope_not_authorized");
    }
    const videos = [...accounts.below(account_id)].filter(isListed).length;
    return answered({ user: pick(userOf(account, videos), fields) });
  }

  function videoList(account_id: string, _scopes: readonly string[], call: Call): Answer {
    const body = readJson(call);
    const fields = fieldsOf(call, video_fields);
    const count = body?.max_count ?? 10;
    const top = clock.now() + 86_400_000;
    const cursor = body?.cursor ?? top;
    const leads = call.fault?.next;
    if (!body || !fields || !isInteger(count, 1, 20)) return failed("invalid_params");
    if (!isInteger(cursor, 0, 8.64e15)) return failed("invalid_cursor");
    const older = accounts.below(account_id, accounts.numberAt(account_id, cursor)).take(count + 1).toArray();
    // Private videos are removed after the page is cut: it may be short, or empty, with more to come.
    const posts = older.slice(0, count);
    const last = posts.at(-1);
    return answered({
      videos: posts.filter(isListed).map((post) => shown(post, fields)),
      cursor: leads === "first" ? top : last && !leads ? Date.parse(last.created_at) : cursor,
      has_more: older.length > count || leads !== undefined,
    });
  }

  function videoQuery(account_id: string, _scopes: readonly string[], call: Call): Answer {
    const ids = (readJson(call)?.filters as { video_ids?: unknown } | undefined)?.video_ids;
    const fields = fieldsOf(call, video_fields);
    if (!fields || !Array.isArray(ids) || ids.length === 0 || ids.length > 20) {
      return failed("invalid_params");
    }
    const posts = ids.map((id) => accounts.find(String(id), account_id)).filter((post) => post !== undefined);
    return answered({ videos: posts.filter(isListed).map((post) => shown(post, fields)) });
  }

  function shown(post: Post, fields: readonly string[]): Record<string, unknown> {
    const account = accounts.account(post.account_id);
    return account ? pick(videoOf(post, account, clock.now()), fields) : {};
  }

  const publishing = new Publishing(context);
  const routes: Route[] = [
    ...tiktokOauth(context, accounts, grants),
    ...tiktokPublishing({
      accounts,
      publishing,
      answered,
      failed,
      asUser: (bucket, handle) =>
        asUser(`post/${bucket}`, "video.publish", (account_id, _scopes, call) => handle(account_id, call)),
    }),
    { method: "GET", path: `${api}/user/info/`, handle: asUser("user/info", "user.info.basic", userInfo) },
    { method: "POST", path: `${api}/video/list/`, handle: asUser("video/list", "video.list", videoList) },
    { method: "POST", path: `${api}/video/query/`, handle: asUser("video/query", "video.list", videoQuery) },
  ];
  const admin = postersAdmin(accounts, grants, { truth: truthOf });
  return {
    name: context.provider,
    routes,
    parts: [accounts, grants, admin, quota, tiktokWebhooks(context, accounts), publishing],
    // Upload URLs need no token.
    accountOf: (call) =>
      publishing.uploads.get(call.query.get("upload_id") ?? "")?.account_id ?? accountOfCall(grants, call),
    failure,
  };
}

function answered(data: Record<string, unknown>): Answer {
  return json(200, { data, error: { code: "ok", message: "", log_id: logId() } });
}

function failed(reason: string): Answer {
  const [status, message] = messages[reason] ?? [500, reason];
  const code = reason === "invalid_cursor" ? "invalid_params" : reason;
  return json(status, { data: {}, error: { code, message, log_id: logId() } });
}

/** Returns the failure for an error code or a bare status; the OAuth endpoints have their own codes and shape. */
function failure(reason: string, call: Call): Answer | undefined {
  if (call.path.includes("/oauth/")) return oauthFailure(reason);
  if (reason in messages) return failed(reason);
  switch (reason) {
    case "401":
      return failed("access_token_invalid");
    case "403":
    case "scope_missing":
      return failed("scope_not_authorized");
    case "400":
      return failed("invalid_params");
    case "429":
      return failed("rate_limit_exceeded");
    case "500":
      return failed("internal_error");
    case "404":
      return { status: 404, headers: { "content-type": "text/plain" }, body: "Unsupported path(Janus)" };
    default:
      return /^5\d\d$/.test(reason)
        ? { status: Number(reason), headers: { "content-type": "text/html" }, body: "<html>upstream</html>" }
        : undefined;
  }
}

function oauthFailure(reason: string): Answer {
  switch (reason) {
    case "400":
    case "invalid_grant":
      return refused("invalid_grant", "Refresh token is invalid or expired.");
    case "401":
    case "invalid_client":
      return refused("invalid_client", "Client key or secret is incorrect.", 401);
    case "429":
      return failed("rate_limit_exceeded");
    default:
      return /^5\d\d$/.test(reason) ? failed("internal_error") : refused(reason, reason);
  }
}

/** Returns the fields that a call requests; undefined if it requests none, or an unknown one. */
function fieldsOf(call: Call, known: readonly string[]): string[] | undefined {
  const fields = (call.query.get("fields") ?? "").split(",").filter((field) => field !== "");
  return fields.length > 0 && fields.every((field) => known.includes(field)) ? fields : undefined;
}

function readJson(call: Call): Record<string, unknown> | undefined {
  if (!/^application\/json\b/i.test(call.headers.get("content-type") ?? "")) return undefined;
  try {
    const value = JSON.parse(call.body === "" ? "{}" : call.body);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isInteger(value: unknown, low: number, high: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= low && value <= high;
}

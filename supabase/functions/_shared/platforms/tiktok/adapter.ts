/**
 * TikTok: Login Kit (OAuth 2.0 with TikTok's own names) and the Display API v2.
 *
 * A page is one call for at most 20 public videos, newest first. Responses contain an error member even on success, and may refuse
 * with status 200; there are no ETags, and no headers that report what is left of 600 calls a minute.
 */
import * as z from "zod";
import { countOf, identifierText, linkOf, titleText } from "../normalize.ts";
import { isProfileDue, moved, recognised } from "../page.ts";
import { oauthClient } from "../oauth_client.ts";
import { type Dialect, kindOfStatus, providerClient, type ProviderRefusal } from "../provider_client.ts";
import {
  type FaultKind,
  type Grant,
  type NormalizedItem,
  type Page,
  type PageRequest,
  type Platform,
  type PlatformContext,
  PlatformFault,
  type Profile,
  type Tokens,
} from "../platform.ts";
import { scopesOf } from "../settings.ts";
import { requireSetting } from "../../settings/settings.ts";
import { itemOf } from "./items.ts";
import { UserInfo, VideoList } from "./schemas.ts";
import { TIKTOK } from "./settings.ts";

const PAGE_SIZE = 20;

/** Limits are per minute, over a sliding window. */
const WINDOW_SECONDS = 60;

const SCOPES = ["user.info.basic", "user.info.profile", "user.info.stats", "video.list"];
const REQUIRED_SCOPES = ["user.info.basic", "video.list"];

/** One field without its scope makes TikTok refuse the whole call, so only fields of granted scopes are requested. */
const USER_FIELDS: Readonly<Record<string, string>> = {
  "user.info.basic": "open_id,avatar_url,avatar_large_url,display_name",
  "user.info.profile": "username,profile_deep_link",
  "user.info.stats": "follower_count,video_count",
};

const VIDEO_FIELDS =
  "id,create_time,title,video_description,duration,height,width,cover_image_url,share_url," +
  "view_count,like_count,comment_count,share_count";

const ApiError = z.looseObject({
  error: z.looseObject({ code: z.string(), message: z.string().optional() }),
});

const FAULT_OF_CODE: Readonly<Record<string, FaultKind>> = {
  access_token_invalid: "token_expired",
  scope_not_authorized: "scope_missing",
  scope_permission_missed: "scope_missing",
  invalid_params: "misconfigured",
  invalid_param: "misconfigured",
  rate_limit_exceeded: "transient",
  internal_error: "transient",
};

const DIALECT: Dialect = {
  explain,
  refuses: (body) => (ApiError.safeParse(body).data?.error.code ?? "ok") !== "ok",
  wait: ({ status }) => status === 429 ? WINDOW_SECONDS : null,
};

export function tiktok(context: PlatformContext): Platform {
  const settings = context.settings.of(TIKTOK);
  const client_id = requireSetting(settings, "TIKTOK_CLIENT_ID");
  const api = providerClient("tiktok", settings.TIKTOK_API_URL, context, DIALECT);
  const oauth = oauthClient("tiktok", context, {
    authorization_endpoint: settings.TIKTOK_AUTHORIZATION_URL,
    token_endpoint: settings.TIKTOK_TOKEN_URL,
    revocation_endpoint: settings.TIKTOK_REVOCATION_URL,
    client_id,
    client_secret: requireSetting(settings, "TIKTOK_CLIENT_SECRET"),
    client_authentication: "client_key",
    // PKCE is documented for mobile and desktop apps only, and there with a challenge in hex; a web app has its secret.
    pkce: false,
    scopes: scopesOf(context, SCOPES, ["video.publish"]),
    scope_separator: ",",
    rotates: true,
    revokes: "access_token",
    faults: {
      access_token_invalid: "token_expired",
      rate_limit_exceeded: "transient",
      internal_error: "transient",
    },
    reshape,
  });

  /** TikTok's codes contain no "%": if there is one, the code was not decoded on its way here and is decoded now. */
  function exchange(answer: { code: string; code_verifier: string; redirect_uri: string }): Promise<Grant> {
    const code = answer.code.replace(
      /%[0-7][0-9a-f]/gi,
      (byte) => String.fromCharCode(parseInt(byte.slice(1), 16)),
    );
    return oauth.exchange({ ...answer, code });
  }

  /** Revokes the grant, which only an access token can do; one that is too old is refreshed for that. */
  async function revoke(tokens: Tokens): Promise<void> {
    try {
      await oauth.revoke(tokens);
    } catch (fault) {
      const mayBeOld = fault instanceof PlatformFault &&
        ["token_expired", "misconfigured"].includes(fault.kind);
      if (!mayBeOld) throw fault;
      const fresh = await refreshForRevocation(tokens);
      if (fresh) await oauth.revoke(fresh);
    }
  }

  /** Returns null when there is nothing left to revoke. */
  async function refreshForRevocation(tokens: Tokens): Promise<Tokens | null> {
    try {
      return (await oauth.refresh(tokens)).tokens;
    } catch (fault) {
      if (fault instanceof PlatformFault && fault.kind === "grant_refused") return null;
      throw fault;
    }
  }

  async function readProfile(tokens: Tokens, fields: string): Promise<Profile> {
    const { data } = await api.get("user/info/", tokens, UserInfo, { query: { fields } });
    const { user } = data;
    const username = identifierText(user.username);
    return {
      platform_account_id: user.open_id,
      username,
      display_name: titleText(user.display_name) || username,
      avatar_url: linkOf(user.avatar_large_url) ?? linkOf(user.avatar_url),
      profile_url: username === null ? linkOf(user.profile_deep_link) : `https://www.tiktok.com/@${username}`,
      followers_count: countOf(user.follower_count),
      details: { read_at: context.now().toISOString(), fields, videos: countOf(user.video_count) },
    };
  }

  /** Returns the account's own figures when the stored ones are old; else null. */
  async function freshProfile(tokens: Tokens, request: PageRequest): Promise<Profile | null> {
    if (!isProfileDue(request, context.now())) return null;
    const { details } = request.account;
    const basic = fieldsFor(REQUIRED_SCOPES);
    const fields = typeof details.fields === "string" ? details.fields : basic;
    try {
      return await readProfile(tokens, fields);
    } catch (fault) {
      // The creator removed an optional scope; the required ones may still be granted.
      const isLess = fault instanceof PlatformFault && fault.kind === "scope_missing" && fields !== basic;
      if (!isLess) throw fault;
      return await readProfile(tokens, basic);
    }
  }

  async function readList(tokens: Tokens, { cursor, size }: PageRequest): Promise<VideoList> {
    const body = { max_count: size, ...(cursor ? { cursor: Number(cursor.key) } : {}) };
    const { data } = await api.ask("video/list/", tokens, VideoList, {
      query: { fields: VIDEO_FIELDS },
      body,
    });
    return data;
  }

  async function page(tokens: Tokens, request: PageRequest): Promise<Page> {
    const account = await freshProfile(tokens, request);
    const total = countOf((account ?? request.account).details.videos);
    let list = await readList(tokens, request);
    // An empty list for an account that has videos may be a glitch, so it is read twice before it is believed.
    const isOdd = list.videos.length === 0 && !list.has_more && request.cursor === null && (total ?? 0) > 0;
    if (isOdd) list = await readList(tokens, request);
    const items = list.videos.map(itemOf);
    const ids = items.map((item) => item.platform_content_id);
    return await recognised(
      { next_cursor: nextOf(list, request), item_ids: ids, present_ids: ids, items, total, account },
      request,
    );
  }

  /** Checks a missing scope with a call that needs it, and any other refusal with a call that needs only the basic scope. */
  async function check(tokens: Tokens, { kind }: PlatformFault): Promise<void> {
    if (kind === "scope_missing") {
      const query = { fields: "id" };
      await api.ask("video/list/", tokens, VideoList, { query, body: { max_count: 1 } });
    } else await api.get("user/info/", tokens, UserInfo, { query: { fields: "open_id" } });
  }

  async function lookup(tokens: Tokens, ids: string[]): Promise<NormalizedItem[]> {
    const body = { filters: { video_ids: ids } };
    const { data } = await api.ask("video/query/", tokens, VideoList, {
      query: { fields: VIDEO_FIELDS },
      body,
    });
    return data.videos.map(itemOf);
  }

  return {
    slug: "tiktok",
    title: "TikTok",
    website: "https://www.tiktok.com",
    authorization: oauth.authorization,
    required_scopes: REQUIRED_SCOPES,
    quota: {
      scope: "app",
      counts: "calls",
      size: settings.TIKTOK_CALLS_PER_MINUTE,
      seconds: 60,
      ahead: 2,
    },
    page_size: PAGE_SIZE,
    lookup_size: PAGE_SIZE,
    exchange,
    refresh: oauth.refresh,
    revoke,
    check,
    identify: async (grant) => ({ profile: await readProfile(grant.tokens, fieldsFor(grant.scopes)), grant }),
    page,
    lookup,
  };
}

function fieldsFor(scopes: readonly string[]): string {
  return scopes.flatMap((scope) => USER_FIELDS[scope] ?? []).join();
}

/** Returns the next cursor. A page may be short or empty while more follow; only a cursor that stands still would loop forever. */
function nextOf({ cursor, has_more }: VideoList, request: PageRequest): Page["next_cursor"] {
  return has_more ? { key: moved("tiktok", String(cursor ?? ""), request.cursor?.key) } : null;
}

/** Token responses are flat; errors of the endpoint's front end come in the API's envelope. */
function reshape(body: Record<string, unknown>): Record<string, unknown> {
  const envelope = ApiError.safeParse(body).data;
  if (envelope) return { error: envelope.error.code, error_description: envelope.error.message };
  return typeof body.data === "object" && body.data !== null ? { ...body.data } : body;
}

/** Converts TikTok's error to a fault. The status says less than the code, and may be 200. */
function explain({ status, body, retry_at }: ProviderRefusal, now: Date): PlatformFault {
  const { code = "", message = "" } = ApiError.safeParse(body).data?.error ?? {};
  const known = code === "invalid_params" && /cursor/i.test(message) ? "cursor_invalid" : FAULT_OF_CODE[code];
  const kind = known ?? kindOfStatus(status);
  const waits = code === "rate_limit_exceeded" ? new Date(now.getTime() + WINDOW_SECONDS * 1_000) : null;
  return new PlatformFault("tiktok", kind, {
    reason: code.slice(0, 80),
    status,
    retry_at: retry_at ?? waits,
  });
}

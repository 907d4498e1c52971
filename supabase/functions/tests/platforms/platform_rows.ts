/**
 * One row per platform: what the tests in platform_matrix.*.test.ts need to know about it. All other knowledge of a
 * platform is in its adapter and its simulator; adding a row is enough to test a new platform.
 */
import assert from "node:assert/strict";
import { type Creator, simulator } from "../../../../scripts/test/stack.ts";
import { PLATFORM_SLUGS, type PlatformSlug } from "../../_shared/platforms/platform.ts";

/** An item in the simulator; a correct library must equal it. */
export interface TrueItem {
  id: string;
  title?: string;
  description: string;
  visibility: string;
  deleted: boolean;
  content_type?: string;
  parts?: string[];
  /** Counts that the platform reports; null where it does not. */
  views?: number | null;
  shares?: number | null;
}

export interface PlatformRow {
  slug: PlatformSlug;
  title: string;
  simulator: Simulated;
  /** Calls, as regular expressions on `METHOD path?query`. */
  calls: {
    /** Reads a page of the library. */
    list: string;
    /** Reads a page that is not the first. */
    later_page: string;
    /** Refreshes tokens. */
    refresh: string;
    /** The check before a creator is told to connect again. */
    check: string;
    /** Ends a grant; null where the platform has no such call. */
    revoke: string | null;
  };
  /** The platform's own error codes, as its simulator knows them. */
  words: { missing_scope: string; bad_cursor: string; quota: string; dead_grant: string };
  /** An answer with status 200 that names no items and no next page. */
  empty_page: Record<string, unknown>;
  /** Whether a new access token can be obtained after the old one expired; not if the access token is its own refresh token. */
  expired_heals: boolean;
  /** A refresh is an ordinary API call, so its refusal is not the verdict of a token endpoint. */
  prolongs?: true;
  /** Whether every refresh returns a new refresh token and invalidates the previous one. */
  rotates: boolean;
  /** Whether a 429 always means that an immediate retry is useless (windows of a minute or more). */
  waits_when_throttled?: true;
  /** How a 404 on the list ends; platforms that return it for deleted accounts need the creator. */
  not_found: "passes" | "needs";
  /** The simulator can begin each page with the last item of the previous page, as observed on the platform. */
  repeats?: true;
  /** Makes the account's tokens older, on platforms that do not refresh young tokens. */
  age?: (account_id: string) => Promise<void>;
}

/** The initial library. `plain`, the default: only public items; `repeats`: see `PlatformRow`. */
export interface Wish {
  items: number;
  plain?: boolean;
  seed?: number;
  repeats?: true;
}

/** What tests do at a provider; the same for every provider. */
export interface Simulated {
  create(wish: Wish): Promise<string>;
  items(account_id: string): Promise<TrueItem[]>;
  add(account_id: string, text: string): Promise<void>;
  edit(account_id: string, item: string, text: string): Promise<void>;
  remove(account_id: string, item: string): Promise<void>;
  expire(account_id: string): Promise<void>;
  revoke(account_id: string): Promise<void>;
}

/** The simulator's admin routes are under `/_admin/<slug>`, the same for every platform. */
function network(provider: string): Simulated {
  const path = (account_id: string, rest = "") => `${provider}/accounts/${account_id}/items${rest}`;
  return {
    async create(wish) {
      const { account_id } = await simulator<{ account_id: string }>(`${provider}/accounts`, {
        plain: true,
        ...wish,
      });
      return account_id;
    },
    async items(account_id) {
      const { items } = await simulator<{ items: TrueItem[] }>(path(account_id));
      // The library stores titles with whitespace collapsed and trimmed.
      return items.map((item) =>
        item.title === undefined ? item : { ...item, title: item.title.replace(/\s+/g, " ").trim() }
      );
    },
    add: async (account_id, text) => void await simulator(path(account_id), { text }),
    edit: async (account_id, item, text) =>
      void await simulator(path(account_id, `/${item}`), { text }, "PATCH"),
    remove: async (account_id, item) =>
      void await simulator(path(account_id, `/${item}`), undefined, "DELETE"),
    expire: async (account_id) => void await simulator(`${provider}/tokens/expire`, { account_id }),
    revoke: async (account_id) => void await simulator(`${provider}/tokens/revoke`, { account_id }),
  };
}

const BY_PLATFORM: Record<PlatformSlug, Omit<PlatformRow, "slug">> = {
  youtube: {
    title: "YouTube",
    simulator: network("youtube"),
    calls: {
      list: "v3/(playlistItems|videos)",
      check: "v3/channels",
      later_page: "pageToken=",
      refresh: "oauth2.googleapis.com/token",
      revoke: "oauth2.googleapis.com/revoke",
    },
    words: {
      missing_scope: "insufficientPermissions",
      bad_cursor: "invalidPageToken",
      quota: "quotaExceeded",
      dead_grant: "invalid_grant",
    },
    empty_page: { items: [], pageInfo: { totalResults: 0 } },
    expired_heals: true,
    rotates: false,
    not_found: "passes",
  },
  instagram: {
    title: "Instagram",
    simulator: network("instagram"),
    calls: {
      list: "graph.instagram.com/v[0-9.]+/me/(media|stories)",
      check: "graph.instagram.com/v[0-9.]+/me\\?",
      later_page: "me/media.*[?&]after=",
      refresh: "graph.instagram.com/refresh_access_token",
      revoke: null,
    },
    words: {
      missing_scope: "missing_scope",
      bad_cursor: "invalid_cursor",
      quota: "instagram_account_limit",
      dead_grant: "token_revoked",
    },
    empty_page: { data: [] },
    expired_heals: false,
    prolongs: true,
    rotates: false,
    not_found: "needs",
    repeats: true,
    age: async (account_id) =>
      void await simulator("instagram/tokens/age", { account_id, seconds: 50 * 86_400 }),
  },
  tiktok: {
    title: "TikTok",
    simulator: network("tiktok"),
    calls: {
      list: "v2/video/list/",
      check: "v2/user/info/",
      // The cursor is in the body, so later pages have the same path as the first.
      later_page: "v2/video/list/",
      refresh: "v2/oauth/token/",
      revoke: "v2/oauth/revoke/",
    },
    words: {
      missing_scope: "scope_not_authorized",
      bad_cursor: "invalid_cursor",
      quota: "rate_limit_exceeded",
      dead_grant: "invalid_grant",
    },
    empty_page: { data: { videos: [], has_more: false }, error: { code: "ok", message: "", log_id: "1" } },
    expired_heals: true,
    rotates: true,
    waits_when_throttled: true,
    not_found: "passes",
  },
  facebook: {
    title: "Facebook",
    simulator: network("facebook"),
    calls: {
      list: "(published_posts|videos|video_reels)\\?",
      check: "GET /graph.facebook.com/v[0-9.]+/me(/permissions)?\\?",
      later_page: "published_posts.*[?&]after=",
      refresh: "graph.facebook.com/v[0-9.]+/[0-9]+\\?fields=access_token",
      revoke: "DELETE /graph.facebook.com/",
    },
    words: {
      missing_scope: "missing_scope",
      bad_cursor: "invalid_cursor",
      quota: "pages_account_limit",
      dead_grant: "token_revoked",
    },
    empty_page: { data: [] },
    expired_heals: true,
    prolongs: true,
    rotates: false,
    not_found: "needs",
    repeats: true,
  },
  twitter: {
    title: "X",
    simulator: network("twitter"),
    calls: {
      list: "2/users/[0-9]+/tweets",
      check: "2/users/me",
      later_page: "pagination_token=",
      refresh: "2/oauth2/token",
      revoke: "2/oauth2/revoke",
    },
    words: {
      missing_scope: "scope_missing",
      bad_cursor: "pagination_token",
      quota: "credits",
      dead_grant: "invalid_grant",
    },
    empty_page: { meta: { result_count: 0 } },
    expired_heals: true,
    rotates: true,
    waits_when_throttled: true,
    not_found: "passes",
  },
};

export const ROWS: readonly PlatformRow[] = PLATFORM_SLUGS.map(rowOf);

export function rowOf(slug: PlatformSlug): PlatformRow {
  return { slug, ...BY_PLATFORM[slug] };
}

/** Submits a consent page as its form does; returns what the platform passes to the app. */
export async function consent(
  authorization_url: string,
  form: Record<string, string>,
): Promise<{ code?: string; state: string; error?: string }> {
  const response = await fetch(authorization_url, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams({ decision: "allow", ...form }),
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  const { code, state = "", error } = Object.fromEntries(new URL(JSON.parse(text).location).searchParams);
  return { ...(code && { code }), state, ...(error && { error }) };
}

/** Performs the flow from init through the consent page; returns the response, which is not passed to the callback yet. */
export async function authorize({ slug }: PlatformRow, creator: Creator, account: string) {
  const init = await creator.call<{ authorization_url: string }>(`oauth-${slug}-init`, {});
  assert.equal(init.status, 200, JSON.stringify(init.body));
  return await consent(init.body.authorization_url, { account });
}

/** Performs the flow from init through the consent page to a connected account. */
export async function connect(row: PlatformRow, creator: Creator, account_id: string): Promise<string> {
  const given = await authorize(row, creator, account_id);
  const answer = await creator.call(`oauth-${row.slug}-callback`, { ...given, account_id });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return String(answer.body.social_account_id);
}

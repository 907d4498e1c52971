/** Every provider as a table row with the facts that the contract suite needs. */
import { createHash } from "node:crypto";
import { facebook_app } from "./facebook/facebook.ts";
import { local_client as google_client } from "./google/token.ts";
import { instagram_app } from "./instagram/instagram.ts";
import type { Answered } from "./simulator_client.ts";
import { local_client as tiktok_client } from "./tiktok/network.ts";
import { local_client as twitter_client } from "./twitter/network.ts";

type Parameters = Record<string, string>;
export type Sent = [path: string, init?: RequestInit];

export interface Row {
  readonly slug: string;
  /** The authorization URL without host and query, and the parameters of a valid request. */
  readonly consent: { readonly path: string; readonly parameters: Parameters };
  /** Lifetime of a code in seconds. */
  readonly code_life: number;
  exchange(code: string, redirect_uri: string): Sent;
  /** Returns the access token of a response to an exchange or to `tokens`. */
  token(answer: Answered): string;
  /** A call that the account's token allows. */
  whoami(token: string): Sent;
  /** The same with the token from an exchange, for providers where that token is a person's and not a Page's. */
  person?(token: string): Sent;
  page(account: string, token: string, size: number, cursor: string | undefined): Sent;
  ids(answer: Answered): string[];
  next(answer: Answered): string | undefined;
  /** Returns the text of the first item of a page. */
  text(answer: Answered): string;
  readonly page_size: number;
  /** Scopes without the one that `whoami` requires. */
  readonly other_scopes: readonly string[];
  /** Statuses of refusals: for a dead token, a missing scope, an exhausted quota. */
  readonly status: { readonly dead: number; readonly scope: number; readonly quota: number };
  /** The bucket that `whoami` draws on, if the account has several. */
  readonly bucket?: string;
  /** Seconds until an exhausted quota is full again. */
  readonly quota_seconds: number;
  /** A failure reason of this provider, and its status. */
  readonly reason: readonly [string, number];
  /** A call with a parameter or field that the provider does not know; `unknown_status` is the refusal's status. */
  unknown(account: string, token: string): Sent;
  readonly unknown_status: number;
}

export const redirect_uri = "http://localhost:3000/oauth/callback";
const verifier = "a-code-verifier-of-at-least-forty-three-characters";
const form = (members: Parameters): RequestInit => ({ method: "POST", body: new URLSearchParams(members) });
const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });
const optional = (name: string, value: string | undefined) => value === undefined ? "" : `&${name}=${value}`;
const idsOf = (items: { id: string }[] = []) => items.map(({ id }) => id);

const google = "https://www.googleapis.com/auth";
const youtube: Row = {
  slug: "youtube",
  consent: {
    path: "accounts.google.com/o/oauth2/v2/auth",
    parameters: { client_id: google_client.id, scope: `${google}/youtube.readonly`, access_type: "offline" },
  },
  code_life: 600,
  exchange: (code, redirect_uri) => [
    "oauth2.googleapis.com/token",
    form({
      grant_type: "authorization_code",
      code,
      redirect_uri,
      client_id: google_client.id,
      client_secret: google_client.secret,
    }),
  ],
  token: ({ access_token }) => access_token,
  whoami: (token) => ["www.googleapis.com/youtube/v3/channels?part=id&mine=true", bearer(token)],
  page: (account, token, size, cursor) => [
    `www.googleapis.com/youtube/v3/playlistItems?part=snippet,contentDetails&maxResults=${size}&playlistId=UU${
      account.slice(2)
    }${optional("pageToken", cursor)}`,
    bearer(token),
  ],
  ids: ({ items = [] }) => items.map((item: Answered) => item.contentDetails.videoId),
  next: ({ nextPageToken }) => nextPageToken,
  text: ({ items }) => items[0].snippet.description,
  page_size: 50,
  other_scopes: [`${google}/userinfo.email`],
  status: { dead: 401, scope: 403, quota: 403 },
  quota_seconds: 25 * 3_600,
  reason: ["quotaExceeded", 403],
  unknown: (
    _account,
    token,
  ) => ["www.googleapis.com/youtube/v3/channels?part=id&mine=true&made_up=1", bearer(token)],
  unknown_status: 400,
};

/** Members shared by both products of Meta. */
const graph = {
  ids: ({ data }: Answered) => idsOf(data),
  next: ({ paging }: Answered) => paging?.next === undefined ? undefined : paging.cursors.after,
  text: ({ data: [item] }: Answered) => item.caption ?? item.message,
  code_life: 3_600,
  page_size: 100,
  quota_seconds: 86_400,
  unknown_status: 400,
  status: { dead: 400, scope: 403, quota: 400 },
};

const instagram: Row = {
  ...graph,
  slug: "instagram",
  consent: {
    path: "www.instagram.com/oauth/authorize",
    parameters: { client_id: instagram_app.id, scope: "instagram_business_basic" },
  },
  exchange: (code, redirect_uri) => [
    "api.instagram.com/oauth/access_token",
    form({
      grant_type: "authorization_code",
      code,
      redirect_uri,
      client_id: instagram_app.id,
      client_secret: instagram_app.secret,
    }),
  ],
  token: ({ access_token, data }) => access_token ?? data[0].access_token,
  whoami: (token) => ["graph.instagram.com/v26.0/me?fields=user_id", bearer(token)],
  page: (_account, token, size, cursor) => [
    `graph.instagram.com/v26.0/me/media?fields=id,caption&limit=${size}${optional("after", cursor)}`,
    bearer(token),
  ],
  other_scopes: ["instagram_business_manage_comments"],
  reason: ["instagram_account_limit", 400],
  unknown: (_account, token) => ["graph.instagram.com/v26.0/me?fields=made_up", bearer(token)],
};

const facebook: Row = {
  ...graph,
  slug: "facebook",
  consent: {
    path: "www.facebook.com/v26.0/dialog/oauth",
    parameters: { client_id: facebook_app.id, scope: "pages_show_list,pages_read_engagement" },
  },
  exchange: (code, redirect_uri) => [
    `graph.facebook.com/v26.0/oauth/access_token?${new URLSearchParams({
      code,
      redirect_uri,
      client_id: facebook_app.id,
      client_secret: facebook_app.secret,
    })}`,
  ],
  token: ({ access_token }) => access_token,
  whoami: (token) => ["graph.facebook.com/v26.0/me/published_posts", bearer(token)],
  person: (token) => ["graph.facebook.com/v26.0/me/accounts", bearer(token)],
  page: (account, token, size, cursor) => [
    `graph.facebook.com/v26.0/${account}/published_posts?fields=id,message&limit=${size}${
      optional("after", cursor)
    }`,
    bearer(token),
  ],
  other_scopes: ["email"],
  reason: ["pages_account_limit", 400],
  unknown: (_account, token) => ["graph.facebook.com/v26.0/me/published_posts?fields=made_up", bearer(token)],
};

const json = (token: string, body: unknown): RequestInit => ({
  method: "POST",
  headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
  body: JSON.stringify(body),
});
const tiktok: Row = {
  slug: "tiktok",
  consent: {
    path: "www.tiktok.com/v2/auth/authorize/",
    parameters: { client_key: tiktok_client.key, scope: "user.info.basic,video.list" },
  },
  code_life: 600,
  exchange: (code, redirect_uri) => [
    "open.tiktokapis.com/v2/oauth/token/",
    form({
      grant_type: "authorization_code",
      code,
      redirect_uri,
      client_key: tiktok_client.key,
      client_secret: tiktok_client.secret,
    }),
  ],
  token: ({ access_token }) => access_token,
  whoami: (token) => ["open.tiktokapis.com/v2/user/info/?fields=open_id", bearer(token)],
  page: (_account, token, size, cursor) => [
    "open.tiktokapis.com/v2/video/list/?fields=id,video_description",
    json(token, { max_count: size, ...(cursor === undefined ? {} : { cursor: Number(cursor) }) }),
  ],
  ids: ({ data }) => idsOf(data.videos),
  next: ({ data }) => data.has_more ? String(data.cursor) : undefined,
  text: ({ data }) => data.videos[0].video_description,
  page_size: 20,
  other_scopes: ["video.list"],
  status: { dead: 401, scope: 401, quota: 429 },
  quota_seconds: 61,
  reason: ["rate_limit_exceeded", 429],
  unknown: (_account, token) => ["open.tiktokapis.com/v2/user/info/?fields=made_up", bearer(token)],
  unknown_status: 400,
};

const twitter: Row = {
  slug: "twitter",
  consent: {
    path: "x.com/i/oauth2/authorize",
    parameters: {
      client_id: twitter_client.id,
      scope: "tweet.read users.read offline.access",
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
    },
  },
  code_life: 30,
  exchange: (code, redirect_uri) => [
    "api.x.com/2/oauth2/token",
    {
      ...form({ grant_type: "authorization_code", code, redirect_uri, code_verifier: verifier }),
      headers: { authorization: `Basic ${btoa(`${twitter_client.id}:${twitter_client.secret}`)}` },
    },
  ],
  token: ({ access_token }) => access_token,
  whoami: (token) => ["api.x.com/2/users/me", bearer(token)],
  page: (account, token, size, cursor) => [
    `api.x.com/2/users/${account}/tweets?max_results=${size}${optional("pagination_token", cursor)}`,
    bearer(token),
  ],
  ids: ({ data }) => idsOf(data),
  next: ({ meta }) => meta.next_token,
  text: ({ data }) => data[0].text,
  page_size: 100,
  other_scopes: ["tweet.read"],
  status: { dead: 401, scope: 403, quota: 429 },
  bucket: "users/me",
  quota_seconds: 901,
  reason: ["credits", 402],
  unknown: (_account, token) => ["api.x.com/2/users/me?made_up=1", bearer(token)],
  unknown_status: 400,
};

export const ROWS: readonly Row[] = [youtube, instagram, tiktok, facebook, twitter];

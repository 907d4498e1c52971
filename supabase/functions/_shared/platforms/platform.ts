/**
 * The interface between a platform and the rest of StreamVibe: one adapter implements `Platform`, and the OAuth flow, the token
 * refresh, the sync pipeline and the disconnect know nothing else about it.
 */
import * as z from "zod";
import type { Context } from "../context.ts";

export const PLATFORM_SLUGS = ["youtube", "instagram", "tiktok", "facebook", "twitter"] as const;
export type PlatformSlug = typeof PLATFORM_SLUGS[number];

/** The name of a creator's account on each platform, for documentation. */
export const ACCOUNTS: Readonly<Record<PlatformSlug, string>> = {
  youtube: "a YouTube channel",
  instagram: "an Instagram account",
  tiktok: "a TikTok account",
  facebook: "a Facebook Page",
  twitter: "an X account",
};

export type ContentType = "long_video" | "short_video" | "image" | "carousel" | "story" | "reel" | "post";
export type Visibility = "public" | "private" | "unlisted";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** One published item of any platform. The keys are the columns of `content_item`. */
export interface NormalizedItem {
  platform_content_id: string;
  content_type: ContentType;
  title: string;
  description: string;
  tags: string[];
  hashtags: string[];
  thumbnail_url: string | null;
  permalink: string | null;
  visibility: Visibility;
  language: string | null;
  duration_seconds: number | null;
  published_at: string | null;
  /** A counter that the platform hides is null, never 0. */
  views_count: number | null;
  likes_count: number | null;
  comments_count: number | null;
  shares_count: number | null;
  platform_category: string | null;
  metadata: JsonObject;
  /** The parts of an item that has several, in order; omitted when the item is its only part. */
  media?: NormalizedMedia[];
}

/** One image or video of a carousel, an album or a post. The keys are the columns of `content_media`. */
export interface NormalizedMedia {
  /** Counts from 0, in the creator's order. */
  position: number;
  kind: "image" | "video" | "gif";
  platform_media_id: string | null;
  /** Signed by most platforms, so it expires after hours or days; every sync reads it again. */
  url: string | null;
  thumbnail_url: string | null;
  width: number | null;
  height: number | null;
  duration_seconds: number | null;
  alt_text: string | null;
}

/** The tokens that Vault stores for a connection. Never logged, never stored in a table, never part of a response. */
export const Tokens = z.object({
  access_token: z.string(),
  /** Absent where the access token itself is extended (Instagram); for Facebook Pages, the token of the person. */
  refresh_token: z.string().optional(),
  /** The account that the access token is for, where a login has several (Facebook Pages). */
  account_id: z.string().optional(),
  token_type: z.string().optional(),
  obtained_at: z.string().optional(),
  /** When the access token expires; stored with it where it is its own refresh token (Instagram). */
  expires_at: z.string().optional(),
});
export type Tokens = z.output<typeof Tokens>;

/** Tokens as read from Vault; a missing or unreadable value becomes a token that no platform accepts. */
export const KeptTokens = Tokens.catch({ access_token: "" });

export interface Grant {
  tokens: Tokens;
  /** Null for a token that does not expire (Facebook Pages). */
  expires_at: Date | null;
  /** The scopes that the creator granted, possibly fewer than requested. */
  scopes: string[];
}

export interface Profile {
  platform_account_id: string;
  username: string | null;
  display_name: string | null;
  avatar_url: string | null;
  profile_url: string | null;
  followers_count: number | null;
  /** Data that the adapter needs again when it syncs (YouTube: the uploads playlist). */
  details: JsonObject;
}

/** The account behind a grant. A platform whose accounts have their own tokens (Facebook Pages) replaces the grant. */
export interface Identity {
  profile: Profile;
  grant: Grant;
}

/** The parameters of the consent page; `authorizationUrl` alone builds the URL from them. */
export interface Authorization {
  endpoint: string;
  client_id: string;
  /** TikTok calls it `client_key`. */
  client_id_parameter: "client_id" | "client_key";
  scopes: readonly string[];
  scope_separator: " " | ",";
  /** Whether the platform checks a PKCE challenge (Instagram and Facebook ignore it). */
  pkce: boolean;
  extra: Readonly<Record<string, string>>;
}

/**
 * The position of a sync run in the library. `key` names the page and is the same in every sync run, so that the remembered page is
 * found again; the other members belong to the current sync run. The first page is null.
 */
export type Cursor = { key: string } & JsonObject;
export const Cursor = z.custom<Cursor>((value) => typeof (value as Cursor | null)?.key === "string");

/** Members that an adapter defines for itself. */
export const JsonObject = z.custom<JsonObject>((value) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
);

/** What was stored about a page when it was last read. */
export const RememberedPage = z.object({
  etags: JsonObject,
  item_ids: z.array(z.string()),
  present_ids: z.array(z.string()),
  next_cursor: Cursor.nullable(),
  total: z.number().nullable(),
});
export type RememberedPage = z.output<typeof RememberedPage>;

/** What is known about the account being synced. */
export type KnownAccount = Pick<Profile, "platform_account_id" | "details">;

export interface PageRequest {
  account: KnownAccount;
  cursor: Cursor | null;
  size: number;
  remembered: RememberedPage | null;
  /** Whether the sync run may still start over if the list changes while it is read (`cursor_invalid`). */
  may_restart: boolean;
}

/** Receives the id of an item that could not be read this time; whether the item still exists is unknown. */
export type Unread = (id: string) => void;

export interface Page {
  cursor: Cursor | null;
  next_cursor: Cursor | null;
  /** Nothing changed since the page was remembered: `items` is empty, and nothing is written. */
  unchanged: boolean;
  etags: JsonObject;
  /** All ids in the list, in its order. */
  item_ids: string[];
  /** The ids among these that the platform still shows. */
  present_ids: string[];
  items: NormalizedItem[];
  total: number | null;
  /** New data about the account itself, if the page included it; omitted members keep their value, and details are merged. */
  account: Partial<Profile> & Pick<Profile, "details"> | null;
}

/** What a call costs at the platform and what the platform reports as left: the input of the quota ledger. */
export interface Usage {
  calls: number;
  units: number;
  /** The platform's limit that applies, where every endpoint has its own (X); its size; what is left of it. */
  bucket?: string;
  limit?: number;
  remaining?: number;
  /** The used fraction of the window, 0 to 1, where a platform reports it that way (Meta). */
  spent?: number;
  resets_at?: Date;
  /** Until when no account of the app has anything left, where a platform limits the app as well as each account (X). */
  app_closed_until?: Date;
}

/** The window of calls that a platform grants, as the ledger (`ops.platform_window`) stores it. */
export interface Quota {
  /** Whether all accounts of the app share one window, or each has its own. */
  scope: "app" | "account";
  /** What is counted: `Usage.units`, `Usage.calls`, or only what the platform itself reports. */
  counts: "units" | "calls" | "reports";
  /** The capacity of a window; null where only the platform's own headers state it. */
  size: number | null;
  seconds: number;
  /** The time zone, where the window is a calendar day. */
  time_zone?: string;
  /** The expected usage of one step; reserved beforehand and corrected when the step has ended. */
  ahead: number;
}

/** What an adapter receives; it has no access to the database. */
export interface PlatformContext extends Omit<Context, "admin"> {
  /** Receives the usage of every call attempt. */
  used?: (usage: Usage) => void;
}

export interface Platform {
  slug: PlatformSlug;
  /** The platform's name as creators write it. */
  title: string;
  /** Where creators log in to confirm something or to resolve a problem. */
  website: string;
  authorization: Authorization;
  /** Scopes that StreamVibe cannot work without; a creator who unticks one gets an error. */
  required_scopes: readonly string[];
  quota: Quota;
  /** The maximum number of items per page. */
  page_size: number;
  /** The minimum number of items per page, where it is more than one. */
  least_page_size?: number;
  /** The maximum number of ids per `lookup`. */
  lookup_size: number;

  exchange(code: { code: string; code_verifier: string; redirect_uri: string }): Promise<Grant>;
  refresh(tokens: Tokens): Promise<Grant>;
  /** Whether a refresh is an ordinary API call (Meta) instead of a token endpoint request; then a refusal is checked, too. */
  refreshes_by_api?: boolean;
  /**
   * Makes one cheap call that shows whether the platform still accepts the tokens and their scopes; throws the refusal. A creator
   * is asked to connect again only when this call is refused, too. `fault` is the refusal in doubt.
   */
  check(tokens: Tokens, fault: PlatformFault): Promise<void>;
  /**
   * Revokes the grant at the platform. A token that is already dead counts as success. Null where a platform has no such call
   * (Instagram): then only the creator can remove the access, in the settings there.
   */
  revoke: ((tokens: Tokens) => Promise<void>) | null;
  /** Whether one grant covers several accounts (Facebook Pages); it is revoked only with the last of them. */
  shared_grant?: boolean;

  /** Returns the account behind the grant; `account_id` selects it where a login has several (Facebook Pages). */
  identify(grant: Grant, account_id?: string): Promise<Identity>;
  /** Returns one page of the library, newest first, by the cheapest calls available. */
  page(tokens: Tokens, request: PageRequest): Promise<Page>;
  /** Returns those of the items that the platform still has. An omitted item was deleted, unless `unread` received its id (`tellerOf`). */
  lookup(tokens: Tokens, ids: string[], account: KnownAccount, unread?: Unread): Promise<NormalizedItem[]>;
}

export type PlatformFactory = (context: PlatformContext) => Platform;

/** What went wrong, in terms of what happens next. */
export type FaultKind =
  /** Network, timeout, 5xx, short rate limits: the same call may work in a moment. */
  | "transient"
  /** A response that cannot be parsed; treated like a transient error, but distinguished for the operator. */
  | "malformed"
  /** This request asks for too much at once: a smaller one may work. */
  | "too_heavy"
  /** The access token is no longer valid; refresh it once. */
  | "token_expired"
  /** The grant itself no longer exists; only the creator can fix this, by connecting again. */
  | "grant_refused"
  /** The creator did not grant, or removed, a required scope. */
  | "scope_missing"
  /** The authorization code is wrong, already used or expired. */
  | "code_refused"
  /** The person has no channel, page or professional account there. */
  | "no_account"
  /** The account was closed or suspended by the platform. */
  | "account_gone"
  /** The person must log in there and confirm something (a checkpoint); then the same access works again. */
  | "confirmation_needed"
  /** The project's own quota at the platform is spent until `retry_at`. */
  | "quota_exhausted"
  /** The platform no longer knows the position in the list; start the sync run over. */
  | "cursor_invalid"
  /** Our own registration or request is wrong; an operator must fix it. */
  | "misconfigured";

/** The only error that adapters throw. It carries no token, body or cause, so it is safe to log. */
export class PlatformFault extends Error {
  /** A platform's slug, or that of another provider that was asked for a consent. */
  readonly platform: string;
  readonly kind: FaultKind;
  /** The platform's own short code (`quotaExceeded`, `invalid_grant`), for logs. */
  readonly reason: string;
  readonly status: number | null;
  readonly retry_at: Date | null;
  /** For `quota_exhausted`: no account of the app has anything left, although each has its own window. */
  readonly whole_app: boolean;
  /** What the creator reads instead of the kind's usual text, when more is known: what is wrong; what to do. */
  readonly advice: string | null;

  constructor(
    platform: string,
    kind: FaultKind,
    options: {
      reason?: string;
      status?: number | null;
      retry_at?: Date | null;
      whole_app?: boolean;
      advice?: string | null;
    } = {},
  ) {
    const reason = options.reason ?? kind;
    super(`Cannot use ${platform}: ${kind}, got ${options.status ?? "no answer"} ${reason}`);
    this.name = "PlatformFault";
    this.platform = platform;
    this.kind = kind;
    this.reason = reason;
    this.status = options.status ?? null;
    this.retry_at = options.retry_at ?? null;
    this.whole_app = options.whole_app ?? false;
    this.advice = options.advice ?? null;
  }
}

/** Returns the fault as kind `meant` if it is one of `kinds`; returns anything else unchanged. */
export function asKind(error: unknown, kinds: readonly FaultKind[], meant: FaultKind): unknown {
  return error instanceof PlatformFault && kinds.includes(error.kind)
    ? new PlatformFault(error.platform, meant, error)
    : error;
}

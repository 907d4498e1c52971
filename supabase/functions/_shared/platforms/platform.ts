/**
 * What a platform is to the rest of StreamVibe: one adapter file implements `Platform`, and the OAuth flow,
 * the token refresh, the sync pipeline and the disconnect know nothing else about it.
 */
import * as z from "zod";
import type { Context } from "../context.ts";

export const PLATFORM_SLUGS = ["youtube", "instagram", "tiktok", "facebook", "twitter"] as const;
export type PlatformSlug = typeof PLATFORM_SLUGS[number];

/** What a creator has there, in the words of documents. */
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

/** One published thing, whatever the platform calls it. The keys are the columns of `content_item`. */
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
  /** The parts of an item that has several, in their order; left out where the item is its only part. */
  media?: NormalizedMedia[];
}

/** One picture or video of a carousel, an album or a post. The keys are the columns of `content_media`. */
export interface NormalizedMedia {
  /** From 0, the order in which the creator put them. */
  position: number;
  kind: "image" | "video" | "gif";
  platform_media_id: string | null;
  /** Signed by most platforms, so it dies after hours or days; read again with every sync. */
  url: string | null;
  thumbnail_url: string | null;
  width: number | null;
  height: number | null;
  duration_seconds: number | null;
  alt_text: string | null;
}

/** What Vault keeps for a connection. Never logged, never in a table, never in an answer. */
export const Tokens = z.object({
  access_token: z.string(),
  /** Absent where the access token itself is prolonged (Instagram, Facebook). */
  refresh_token: z.string().optional(),
  /** The account that the access token is for, where the login behind it has several (Facebook pages). */
  account_id: z.string().optional(),
  token_type: z.string().optional(),
  obtained_at: z.string().optional(),
  /** When the access token ends, kept with it where it is its own refresh token (Instagram). */
  expires_at: z.string().optional(),
});
export type Tokens = z.output<typeof Tokens>;

/** Tokens as Vault kept them; what is gone or cannot be read is a token that no platform accepts. */
export const KeptTokens = Tokens.catch({ access_token: "" });

export interface Grant {
  tokens: Tokens;
  /** Null for a token that does not expire (Facebook pages). */
  expires_at: Date | null;
  /** What the creator really granted, which may be less than what was asked. */
  scopes: string[];
}

export interface Profile {
  platform_account_id: string;
  username: string | null;
  display_name: string | null;
  avatar_url: string | null;
  profile_url: string | null;
  followers_count: number | null;
  /** What the adapter wants to find again when it syncs (YouTube: the uploads playlist). */
  details: JsonObject;
}

/** The account behind a grant. A platform whose accounts have tokens of their own (Facebook pages) replaces the grant. */
export interface Identity {
  profile: Profile;
  grant: Grant;
}

/** The parameters of the page where the creator consents; the URL is built from them in one place. */
export interface Authorization {
  endpoint: string;
  client_id: string;
  /** TikTok says `client_key`. */
  client_id_parameter: "client_id" | "client_key";
  scopes: readonly string[];
  scope_separator: " " | ",";
  /** Whether the platform checks a PKCE challenge (Instagram and Facebook ignore it). */
  pkce: boolean;
  extra: Readonly<Record<string, string>>;
}

/**
 * Where a sync run over the library stands. `key` names the page and is the same in every sync run, so that what is
 * remembered of the page is found again; the other members belong to the sync run at hand. The first page is null.
 */
export type Cursor = { key: string } & JsonObject;
export const Cursor = z.custom<Cursor>((value) => typeof (value as Cursor | null)?.key === "string");

/** Members of an adapter's own. */
export const JsonObject = z.custom<JsonObject>((value) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
);

/** What was remembered of a page when it was last read. */
export const RememberedPage = z.object({
  etags: JsonObject,
  item_ids: z.array(z.string()),
  present_ids: z.array(z.string()),
  next_cursor: Cursor.nullable(),
  total: z.number().nullable(),
});
export type RememberedPage = z.output<typeof RememberedPage>;

/** What is known of the account that is synced. */
export type KnownAccount = Pick<Profile, "platform_account_id" | "details">;

export interface PageRequest {
  account: KnownAccount;
  cursor: Cursor | null;
  size: number;
  remembered: RememberedPage | null;
  /** Whether the sync run may still begin again, should the list have moved under it (`cursor_invalid`). */
  may_restart: boolean;
}

/** Told of an item that could not be read this time, which says nothing about whether it is there. */
export type Unread = (id: string) => void;

export interface Page {
  cursor: Cursor | null;
  next_cursor: Cursor | null;
  /** The platform said that nothing changed since the page was remembered: `items` is empty, nothing is written. */
  unchanged: boolean;
  etags: JsonObject;
  /** Everything that the list names, in its order. */
  item_ids: string[];
  /** Of these, what the platform still shows. */
  present_ids: string[];
  items: NormalizedItem[];
  total: number | null;
  /** What is new about the account itself, when the page came with it; what is left out stays, and details are added to. */
  account: Partial<Profile> & Pick<Profile, "details"> | null;
}

/** What a platform charges for a call and what it says is left: the signal that a quota ledger counts. */
export interface Usage {
  calls: number;
  units: number;
  /** Which of the platform's limits, where every endpoint has its own (X); its size; what is left of it. */
  bucket?: string;
  limit?: number;
  remaining?: number;
  /** The part of the window that is used up, 0 to 1, where a platform says it so (Meta). */
  spent?: number;
  resets_at?: Date;
  /** Until when nothing is left for any account of the app, where a platform counts that beside each account's (X). */
  app_closed_until?: Date;
}

/** The window of calls that a platform grants, as the ledger (`ops.platform_window`) keeps it. */
export interface Quota {
  /** Whether all accounts of the app share one window, or each has its own. */
  scope: "app" | "account";
  /** What is counted: `Usage.units`, `Usage.calls`, or only what the platform itself reports. */
  counts: "units" | "calls" | "reports";
  /** How much a window holds; null where only the platform's own headers say so. */
  size: number | null;
  seconds: number;
  /** Where the window is a calendar day of this place. */
  time_zone?: string;
  /** What one step is likely to use; taken ahead, and put right when the step has ended. */
  ahead: number;
}

/** What an adapter is given; it has no way to the database. */
export interface PlatformContext extends Omit<Context, "admin"> {
  /** Told about every call that counts against the platform's quota. */
  used?: (usage: Usage) => void;
}

export interface Platform {
  slug: PlatformSlug;
  /** As creators write it. */
  title: string;
  /** Where creators log in, to confirm something or to clear something up. */
  website: string;
  authorization: Authorization;
  /** Scopes without which nothing works; a creator who unticks one is told so. */
  required_scopes: readonly string[];
  quota: Quota;
  /** The most items that one page may hold. */
  page_size: number;
  /** The fewest that may be asked for, where that is more than one. */
  least_page_size?: number;
  /** The most ids that one `lookup` takes. */
  lookup_size: number;

  exchange(code: { code: string; code_verifier: string; redirect_uri: string }): Promise<Grant>;
  refresh(tokens: Tokens): Promise<Grant>;
  /** Whether refreshing is a call of the API like others (Meta), and no verdict of a token endpoint: a refusal is checked, too. */
  refreshes_by_api?: boolean;
  /**
   * One cheap call by which the platform shows that it still accepts the tokens and what was granted with them. A creator is told
   * to connect again only when this is refused, too; throws what it is refused with. `fault` is what made it doubtful.
   */
  check(tokens: Tokens, fault: PlatformFault): Promise<void>;
  /**
   * Ends the grant at the platform. A token that is dead already is a success. Null where a platform has no such
   * call (Instagram): then only the creator can take the access back, in the settings there.
   */
  revoke: ((tokens: Tokens) => Promise<void>) | null;
  /** Whether one grant stands behind several accounts (Facebook pages): it is ended with the last of them only. */
  shared_grant?: boolean;

  /** The account that was let in; `account_id` says which one, where a login has several (Facebook pages). */
  identify(grant: Grant, account_id?: string): Promise<Identity>;
  /** One page of the library, newest first, by the cheapest calls there are. */
  page(tokens: Tokens, request: PageRequest): Promise<Page>;
  /** Which of these items the platform still has. What is left out is gone, unless `unread` is told of it (`tellerOf`). */
  lookup(tokens: Tokens, ids: string[], account: KnownAccount, unread?: Unread): Promise<NormalizedItem[]>;
}

export type PlatformFactory = (context: PlatformContext) => Platform;

/** What went wrong, in the terms that decide what happens next. */
export type FaultKind =
  /** Network, timeout, 5xx, short rate limits: the same call may work in a moment. */
  | "transient"
  /** An answer that cannot be understood; treated like a transient error, told apart for the operator. */
  | "malformed"
  /** This request asks for too much at once: a smaller one may work. */
  | "too_heavy"
  /** The access token is no longer good; refresh once. */
  | "token_expired"
  /** The grant itself is gone: only the creator can heal it, by connecting again. */
  | "grant_refused"
  /** The creator did not grant, or took back, a scope that is needed. */
  | "scope_missing"
  /** The authorization code is wrong, used or late. */
  | "code_refused"
  /** The person has no channel, page or professional account there. */
  | "no_account"
  /** The account was closed or suspended by the platform. */
  | "account_gone"
  /** The person must log in there and confirm something (a checkpoint); then the same access works again. */
  | "confirmation_needed"
  /** The project's own quota at the platform is spent until `retry_at`. */
  | "quota_exhausted"
  /** The place in the list is no longer known: begin the sync run again. */
  | "cursor_invalid"
  /** Our own registration or request is wrong: an operator must look. */
  | "misconfigured";

/** The one error that adapters throw. It carries no token, no body and no cause, so it may be logged as it is. */
export class PlatformFault extends Error {
  /** A platform's slug, or who else was asked for a consent. */
  readonly platform: string;
  readonly kind: FaultKind;
  /** The platform's own short code (`quotaExceeded`, `invalid_grant`), for logs. */
  readonly reason: string;
  readonly status: number | null;
  readonly retry_at: Date | null;
  /** Of `quota_exhausted`: nothing is left for any account of the app, though each has a window of its own. */
  readonly whole_app: boolean;
  /** What the creator should read instead of what is said of the kind, where more is known: what is wrong; what to do. */
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

/** The same fault by another kind, where one of these means that here; anything else as it is. */
export function asKind(error: unknown, kinds: readonly FaultKind[], meant: FaultKind): unknown {
  return error instanceof PlatformFault && kinds.includes(error.kind)
    ? new PlatformFault(error.platform, meant, error)
    : error;
}

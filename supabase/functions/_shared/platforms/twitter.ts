/**
 * X (Twitter): OAuth 2.0 with PKCE and API v2. Nothing that is used here needs OAuth 1.0a signatures.
 *
 * A page is one call for at most 50 of the creator's own posts; every post that is read costs credits. Answers may hold
 * data and errors at once, leave out what is empty, and tell in every header what is left of 15 minutes. There are no ETags.
 */
import { z } from "zod";
import { requireSetting } from "../settings/settings.ts";
import { TWITTER } from "./twitter/settings.ts";
import { oauthClient } from "./oauth_client.ts";
import { isProfileFresh, recognised } from "./page.ts";
import {
  type ContentType,
  type FaultKind,
  type Json,
  type KnownAccount,
  type NormalizedItem,
  type NormalizedMedia,
  type Page,
  type PageRequest,
  type Platform,
  type PlatformContext,
  PlatformFault,
  type Profile,
  type Tokens,
} from "./platform.ts";
import { type Dialect, providerClient, type ProviderRefusal } from "./provider_client.ts";
import {
  cleanText,
  countOf,
  identifierText,
  instantOf,
  languageOf,
  linkOf,
  titleOfCaption,
  titleText,
  withoutNulls,
} from "./normalize.ts";
import { distinctHashtags, hashtagsOf } from "./hashtags.ts";

const PAGE_SIZE = 50;
/** The API refuses to list fewer. */
const LEAST_SIZE = 5;
const LOOKUP_SIZE = 100;

const SCOPES = ["tweet.read", "users.read", "offline.access"];

/** Nobody can know when credits are bought, or when a month's cap ends: it is asked again after this. */
const CREDITS_RETRY_MS = 60 * 60 * 1_000;

const LONGEST_SHORT_SECONDS = 180;

/**
 * X is renaming tweets to posts: its guides say `tweet.fields`, its specification `post.fields`. The settings name the one
 * to begin with, and the other is used when X refuses it. In answers both names are understood.
 */
const POST_FIELDS = {
  "tweet.fields":
    "created_at,text,lang,attachments,entities,public_metrics,possibly_sensitive,conversation_id,in_reply_to_user_id,note_tweet",
  "post.fields":
    "created_at,text,lang,attachments,entities,public_metrics,possibly_sensitive,conversation_id,note_post",
} as const;
type FieldsParameter = keyof typeof POST_FIELDS;

const MEDIA_FIELDS = "media_key,type,url,preview_image_url,duration_ms,width,height,alt_text,variants";
const USER_FIELDS = "id,name,username,profile_image_url,public_metrics,protected,verified";

/** Whatever it is, also nothing: normalising decides. */
const Any = z.unknown().optional();

const Problem = z.looseObject({
  type: z.string().optional(),
  title: z.string().optional(),
  detail: z.string().optional(),
  resource_id: z.string().optional(),
  resource_type: z.string().optional(),
  value: z.string().optional(),
  /** Of the old API: numbers instead of types. */
  code: z.number().optional(),
  message: z.string().optional(),
  parameter: z.string().optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
});
type Problem = z.output<typeof Problem>;

const User = z.looseObject({
  id: z.string().min(1),
  name: Any,
  username: Any,
  profile_image_url: Any,
  protected: Any,
  public_metrics: z.looseObject({
    followers_count: Any,
    tweet_count: Any,
    post_count: Any,
  }).optional(),
});

const UserAnswer = z.looseObject({ data: User.optional(), errors: z.array(Problem).optional() });

const Url = z.looseObject({
  url: z.string().nullish(),
  expanded_url: z.string().nullish(),
  media_key: z.string().nullish(),
});
const Entities = z.looseObject({
  urls: z.array(Url).nullish(),
  hashtags: z.array(z.looseObject({ tag: z.string() })).nullish().catch(null),
}).nullish().catch(null);
const LongText = z.looseObject({ text: z.string(), entities: Entities }).nullish().catch(null);

const Post = z.looseObject({
  id: z.string().min(1),
  text: Any,
  created_at: Any,
  lang: Any,
  conversation_id: z.string().optional(),
  in_reply_to_user_id: z.string().optional(),
  possibly_sensitive: Any,
  entities: Entities,
  note_tweet: LongText,
  note_post: LongText,
  attachments: z.looseObject({ media_keys: z.array(z.string()).nullish() }).nullish(),
  edit_history_tweet_ids: z.array(z.string()).optional(),
  edit_history_post_ids: z.array(z.string()).optional(),
  public_metrics: z.looseObject({
    impression_count: Any,
    like_count: Any,
    reply_count: Any,
    retweet_count: Any,
    repost_count: Any,
    quote_count: Any,
  }).optional(),
});
export type Post = z.output<typeof Post>;

const Media = z.looseObject({
  media_key: z.string(),
  type: Any,
  url: Any,
  preview_image_url: Any,
  duration_ms: Any,
  width: Any,
  height: Any,
  alt_text: Any,
  variants: z.array(z.looseObject({ content_type: Any, bit_rate: Any, url: Any }))
    .optional().catch(undefined),
});
export type Media = z.output<typeof Media>;

const PostList = z.looseObject({
  /** Left out when there is none. */
  data: z.array(Post).default([]),
  includes: z.looseObject({ media: z.array(Media).optional() }).optional(),
  errors: z.array(Problem).optional(),
  meta: z.looseObject({ next_token: z.string().optional(), result_count: z.number().optional() }).optional(),
});
type PostList = z.output<typeof PostList>;

/** The end of a problem's type, or the old API's number. */
const FAULT_OF_PROBLEM: Readonly<Record<string, FaultKind>> = {
  "invalid-request": "misconfigured",
  "client-forbidden": "misconfigured",
  "unsupported-authentication": "misconfigured",
  "resource-not-found": "account_gone",
  "usage-capped": "quota_exhausted",
  "credits": "quota_exhausted",
  "credits-depleted": "quota_exhausted",
  "50": "account_gone",
  "63": "account_gone",
  "64": "account_gone",
  "89": "token_expired",
  "326": "account_gone",
};

const DIALECT: Dialect = {
  explain,
  wait: ({ status, headers }, now) => {
    const reset = resetOf(headers);
    return status === 429 && reset ? Math.max(1, (reset.getTime() - now.getTime()) / 1_000) : null;
  },
  left: (headers, _now, path) => {
    const [limit, remaining] = ["limit", "remaining"].map((name) =>
      countOf(headers.get(`x-rate-limit-${name}`))
    );
    const resets_at = resetOf(headers);
    return {
      bucket: path.replace(/^users\/\d+\//, "users/:id/"),
      ...(typeof limit === "number" ? { limit } : {}),
      ...(typeof remaining === "number" ? { remaining } : {}),
      ...(resets_at ? { resets_at } : {}),
    };
  },
};

export function twitter(context: PlatformContext): Platform {
  const settings = context.settings.of(TWITTER);
  const client_id = requireSetting(settings, "TWITTER_CLIENT_ID");
  const api = providerClient("twitter", settings.TWITTER_API_URL, context, DIALECT);
  const oauth = oauthClient("twitter", context, {
    authorization_endpoint: settings.TWITTER_AUTHORIZATION_URL,
    token_endpoint: settings.TWITTER_TOKEN_URL,
    revocation_endpoint: settings.TWITTER_REVOCATION_URL,
    client_id,
    client_secret: requireSetting(settings, "TWITTER_CLIENT_SECRET"),
    client_authentication: "basic",
    pkce: true,
    scopes: SCOPES,
    rotates: true,
    // What X says of a refresh token, or a code, that is used up or was taken back.
    faults: { invalid_request: "grant_refused" },
  });
  let fields: FieldsParameter = settings.TWITTER_FIELDS_PARAMETER;

  async function readProfile(tokens: Tokens): Promise<Profile> {
    const { data: user, errors } = await api.get("users/me", tokens, UserAnswer, {
      query: { "user.fields": USER_FIELDS },
    });
    if (!user) throw faultOf(errors, 200, null);
    const username = identifierText(user.username);
    const metrics = user.public_metrics;
    return {
      platform_account_id: user.id,
      username,
      display_name: titleText(user.name) || username,
      avatar_url: linkOf(user.profile_image_url)?.replace(/_normal(\.\w+)$/, "_400x400$1") ?? null,
      profile_url: username === null ? null : `https://x.com/${encodeURIComponent(username)}`,
      followers_count: countOf(metrics?.followers_count),
      details: {
        read_at: context.now().toISOString(),
        posts: countOf(metrics?.post_count) ?? countOf(metrics?.tweet_count),
        protected: user.protected === true,
      },
    };
  }

  async function freshProfile(tokens: Tokens, { account, cursor }: PageRequest): Promise<Profile | null> {
    const isDue = cursor === null && !isProfileFresh(account.details, context.now());
    return isDue ? await readProfile(tokens) : null;
  }

  /** Reads posts in the words that X knows, and reports what they cost beyond the call itself. */
  async function readPosts(tokens: Tokens, path: string, query: Record<string, string>): Promise<PostList> {
    const read = (parameter: FieldsParameter) =>
      api.get(path, tokens, PostList, {
        query: {
          ...query,
          [parameter]: POST_FIELDS[parameter],
          expansions: "attachments.media_keys",
          "media.fields": MEDIA_FIELDS,
        },
      });
    let list: PostList;
    try {
      list = await read(fields);
    } catch (fault) {
      if (!(fault instanceof PlatformFault && fault.reason === UNKNOWN_FIELDS)) throw fault;
      const refused = fields;
      fields = refused === "tweet.fields" ? "post.fields" : "tweet.fields";
      context.log.warn("X refused a parameter; set TWITTER_FIELDS_PARAMETER to the other", { refused });
      list = await read(fields);
    }
    if (list.data.length > 1) context.used?.({ calls: 0, units: list.data.length - 1 });
    return list;
  }

  async function page(tokens: Tokens, request: PageRequest): Promise<Page> {
    const { cursor, size, account: known } = request;
    const account = await freshProfile(tokens, request);
    const details = (account ?? known).details;
    const read = () =>
      readPosts(tokens, `users/${encodeURIComponent(known.platform_account_id)}/tweets`, {
        max_results: String(Math.max(size, LEAST_SIZE)),
        exclude: settings.TWITTER_EXCLUDE,
        ...(cursor ? { pagination_token: cursor.key } : {}),
      });
    let list = await read();
    // An account that has posts and lists none may be a hiccup: look twice before believing it.
    const isOdd = list.data.length === 0 && cursor === null && (countOf(details.posts) ?? 0) > 0;
    if (isOdd && !list.errors) list = await read();
    if (list.errors && list.data.length === 0) throw faultOf(list.errors, 200, null);

    const own = list.data.filter((post) => !isReplyToOthers(post, known.platform_account_id));
    const items = own.map((post) => itemOf(post, list.includes?.media ?? [], details.protected));
    const next = list.meta?.next_token;
    if (next !== undefined && next === cursor?.key) {
      throw new PlatformFault("twitter", "malformed", { reason: "the list stands still", status: 200 });
    }
    return await recognised(
      {
        next_cursor: next === undefined ? null : { key: next },
        item_ids: [...new Set(list.data.map(originalId))],
        present_ids: [...new Set(items.map((item) => item.platform_content_id))],
        items,
        // The number that X gives counts reposts and replies too.
        total: null,
        account,
      },
      request,
    );
  }

  async function lookup(tokens: Tokens, ids: string[], { details }: KnownAccount): Promise<NormalizedItem[]> {
    const first = await readByIds(tokens, ids);
    // What was edited lives on under the id of its newest version; X still shows the old ones when asked for them.
    const newer = first.data.map(newestId).filter((id) => !first.data.some((post) => post.id === id));
    const second = newer.length > 0 ? await readByIds(tokens, newer) : null;
    const posts = new Map([...first.data, ...second?.data ?? []].map((post) => [originalId(post), post]));
    const media = [...first.includes?.media ?? [], ...second?.includes?.media ?? []];
    return [...posts.values()].map((post) => itemOf(post, media, details.protected));
  }

  /** Only what X says it does not know is gone; a post that it could not read this time must not look deleted. */
  async function readByIds(tokens: Tokens, ids: string[]): Promise<PostList> {
    const list = await readPosts(tokens, "tweets", { ids: ids.join() });
    const known = new Set([
      ...list.data.map((post) => post.id),
      ...(list.errors ?? []).filter(isGone).map((problem) => problem.resource_id ?? problem.value ?? ""),
    ]);
    if (ids.every((id) => known.has(id))) return list;
    throw new PlatformFault("twitter", "transient", { reason: "partial answer", status: 200 });
  }

  return {
    slug: "twitter",
    title: "X",
    authorization: {
      endpoint: settings.TWITTER_AUTHORIZATION_URL,
      client_id,
      client_id_parameter: "client_id",
      scopes: SCOPES,
      scope_separator: " ",
      pkce: true,
      extra: {},
    },
    required_scopes: SCOPES,
    // How much, and until when, stands in the headers of every answer.
    quota: { scope: "account", counts: "calls", size: null, seconds: 900, ahead: 1 },
    page_size: PAGE_SIZE,
    lookup_size: LOOKUP_SIZE,
    exchange: oauth.exchange,
    refresh: oauth.refresh,
    revoke: oauth.revoke,
    identify: async (grant) => ({ profile: await readProfile(grant.tokens), grant }),
    page,
    lookup,
  };
}

/** An edited post gets a new id and keeps the first one in its history: that is what it is called in the library. */
function originalId(post: Post): string {
  return historyOf(post)[0] ?? post.id;
}

function newestId(post: Post): string {
  return historyOf(post).at(-1) ?? post.id;
}

function historyOf(post: Post): string[] {
  return post.edit_history_post_ids ?? post.edit_history_tweet_ids ?? [];
}

/** A reply to somebody else is a comment, not content; a thread that goes on is. */
function isReplyToOthers(post: Post, own_id: string): boolean {
  if (post.in_reply_to_user_id !== undefined) return post.in_reply_to_user_id !== own_id;
  // Where X does not say whom a reply is to, its text begins with their names.
  const isReply = post.conversation_id !== undefined &&
    !historyOf(post).concat(post.id).includes(post.conversation_id);
  return isReply && cleanText(post.text).startsWith("@");
}

export function itemOf(post: Post, included: Media[], isProtected: Json | undefined): NormalizedItem {
  const keys = post.attachments?.media_keys ?? [];
  const media = keys.flatMap((key) => included.find((one) => one.media_key === key) ?? []).map(mediaOf);
  const description = textOf(post);
  const metrics = post.public_metrics;
  const [first] = media;
  return {
    platform_content_id: originalId(post),
    content_type: contentTypeOf(media),
    title: titleOfCaption(description),
    description,
    tags: [],
    hashtags: hashtagsOfPost(post, description),
    thumbnail_url: first?.thumbnail_url ?? null,
    // Without the creator's name, which may change.
    permalink: `https://x.com/i/status/${encodeURIComponent(newestId(post))}`,
    visibility: isProtected === true ? "private" : "public",
    language: languageOf(post.lang),
    duration_seconds: first?.duration_seconds ?? null,
    published_at: instantOf(post.created_at),
    views_count: countOf(metrics?.impression_count),
    likes_count: countOf(metrics?.like_count),
    comments_count: countOf(metrics?.reply_count),
    shares_count: sharesOf(metrics),
    platform_category: null,
    metadata: withoutNulls({
      sensitive: post.possibly_sensitive === true ? true : null,
      thread_id: post.conversation_id !== undefined && post.conversation_id !== originalId(post)
        ? post.conversation_id
        : null,
      newest_id: newestId(post) === originalId(post) ? null : newestId(post),
    }),
    ...(media.length > 1 ? { media } : {}),
  };
}

/** X says itself what it links; its rules are followed where an answer leaves that out. */
function hashtagsOfPost(post: Post, text: string): string[] {
  const long = post.note_post ?? post.note_tweet;
  const answers = [long?.entities?.hashtags, post.entities?.hashtags].filter((tags) => Array.isArray(tags));
  return answers.length > 0
    ? distinctHashtags(answers.flat().map(({ tag }) => cleanText(tag)))
    : hashtagsOf("twitter", text);
}

/** Everything that a reader sees, with real links instead of X's short ones, and none to the post's own media. */
function textOf(post: Post): string {
  const long = post.note_post ?? post.note_tweet;
  // Only the short text's entities say which links are the post's own media.
  const urls = [...post.entities?.urls ?? [], ...long?.entities?.urls ?? []];
  const text = urls.reduce(
    (whole, { url, expanded_url, media_key }) =>
      url ? whole.replaceAll(url, () => media_key ? "" : linkOf(expanded_url) ?? url) : whole,
    cleanText(long?.text ?? post.text),
  );
  // The API escapes these three, and nothing else.
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&").trim();
}

function mediaOf(media: Media, position: number): NormalizedMedia {
  const kind = media.type === "video" ? "video" : media.type === "animated_gif" ? "gif" : "image";
  const milliseconds = countOf(media.duration_ms);
  const variants = (media.variants ?? [])
    .filter(({ content_type }) => content_type === "video/mp4")
    .sort((one, other) => (countOf(other.bit_rate) ?? 0) - (countOf(one.bit_rate) ?? 0));
  return {
    position,
    kind,
    platform_media_id: media.media_key,
    url: linkOf(media.url) ?? linkOf(variants[0]?.url),
    thumbnail_url: linkOf(media.preview_image_url) ?? linkOf(media.url),
    width: countOf(media.width),
    height: countOf(media.height),
    duration_seconds: milliseconds === null ? null : Math.round(milliseconds / 1_000),
    alt_text: cleanText(media.alt_text) || null,
  };
}

function contentTypeOf(media: NormalizedMedia[]): ContentType {
  const [first] = media;
  if (!first) return "post";
  if (media.length > 1) return "carousel";
  if (first.kind !== "video") return "image";
  return (first.duration_seconds ?? 0) > LONGEST_SHORT_SECONDS ? "long_video" : "short_video";
}

function sharesOf(metrics: Post["public_metrics"]): number | null {
  const reposts = countOf(metrics?.repost_count) ?? countOf(metrics?.retweet_count);
  const quotes = countOf(metrics?.quote_count);
  return reposts === null && quotes === null ? null : (reposts ?? 0) + (quotes ?? 0);
}

/** The reason of a refusal that names the parameter of post fields: then the other name is tried. */
const UNKNOWN_FIELDS = "unknown fields parameter";

function isGone({ type }: Problem): boolean {
  return /\/(resource-not-found|not-authorized-for-resource|disallowed-resource)$/.test(type ?? "");
}

function resetOf(headers: Headers): Date | null {
  const reset = countOf(headers.get("x-rate-limit-reset"));
  return reset === null ? null : new Date(reset * 1_000);
}

/** X's refusals come as one problem, as a problem with errors, or as a list of the old API's numbered errors. */
function explain({ status, body, retry_at }: ProviderRefusal, now: Date): PlatformFault {
  const whole = Problem.safeParse(body).data;
  const errors = z.looseObject({ errors: z.array(Problem) }).safeParse(body).data?.errors ?? [];
  // Credits are refused with two kinds of body; the status is the same.
  if (status === 402) return spent("credits depleted", status, now);
  const fault = faultOf([...(whole ? [whole] : []), ...errors], status, retry_at);
  // Its window in the headers is another: the cap is of a month.
  return fault.kind === "quota_exhausted" ? spent(fault.reason, status, now) : fault;
}

function faultOf(problems: Problem[] = [], status: number, retry_at: Date | null): PlatformFault {
  const named = problems.map((problem) => ({ ...problem, name: nameOf(problem) }));
  const parameters = new Set(
    problems.flatMap(({ parameter, parameters = {} }) => [parameter ?? "", ...Object.keys(parameters)]),
  );
  const isInvalid = named.some(({ name }) => name === "invalid-request");
  if (isInvalid && parameters.has("pagination_token")) {
    return refusal("cursor_invalid", "pagination_token", status);
  }
  if (isInvalid && [...parameters].some((name) => name in POST_FIELDS)) {
    return refusal("misconfigured", UNKNOWN_FIELDS, status);
  }
  // A post that is gone says nothing of the account.
  const known = named.find(({ name, resource_type = "user" }) =>
    name in FAULT_OF_PROBLEM && resource_type === "user"
  );
  if (known) return refusal(FAULT_OF_PROBLEM[known.name] ?? "transient", known.name, status, retry_at);
  const reason = named[0]?.name ?? "";
  if (status === 401) return refusal("token_expired", reason || "Unauthorized", status);
  // Without the scope X says no more than that; a proxy's 403 has no problem in it.
  if (status === 403 && named.some(({ title }) => title === "Forbidden")) {
    return refusal("scope_missing", "Forbidden", status);
  }
  return refusal(status === 400 ? "misconfigured" : "transient", reason, status, retry_at);
}

function nameOf({ type, code, title }: Problem): string {
  const [, name] = /\/problems\/([\w-]+)$/.exec(type ?? "") ?? [];
  return name ?? (code === undefined ? title ?? "" : String(code));
}

function refusal(
  kind: FaultKind,
  reason: string,
  status: number,
  retry_at: Date | null = null,
): PlatformFault {
  return new PlatformFault("twitter", kind, { reason: reason.slice(0, 80), status, retry_at });
}

/** Credits and caps are the app's: no account of it can be read. */
function spent(reason: string, status: number, now: Date): PlatformFault {
  const retry_at = new Date(now.getTime() + CREDITS_RETRY_MS);
  return new PlatformFault("twitter", "quota_exhausted", { reason, status, retry_at, whole_app: true });
}

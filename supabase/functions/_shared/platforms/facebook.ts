/**
 * Facebook: Facebook Login and the Graph API for Pages.
 *
 * The person's token (60 days) is only used to get the Page's own token, which has no end of its own and with which everything
 * is read. A login may stand behind several Pages: `account_id` says which one to connect, else it is the first on which the
 * person may create content, and the others are named in the account's details.
 *
 * The library is the list of published posts and, behind it, the videos and reels of which no post tells. A post and its
 * video are one item, named by the post and put together the same way from whichever list they come.
 */
import { z } from "zod";
import { hmacHex } from "../http/hmac.ts";
import { callProvider } from "../http/outgoing.ts";
import { requireSetting } from "../settings/settings.ts";
import { FACEBOOK } from "./facebook/settings.ts";
import {
  cursorAfter,
  explainGraph,
  graphDialect,
  isNoSuchObject,
  lostCursor,
  Paging,
  reshapeTokenAnswer,
} from "./meta_graph.ts";
import {
  cleanText,
  countOf,
  identifierText,
  instantOf,
  linkOf,
  titleOfCaption,
  titleText,
  withoutNulls,
} from "./normalize.ts";
import { hashtagsOf } from "./hashtags.ts";
import { oauthClient } from "./oauth_client.ts";
import { isProfileFresh } from "./page.ts";
import {
  type ContentType,
  type Grant,
  type Identity,
  type Json,
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
import { asFault, callOptions, providerClient } from "./provider_client.ts";

const SCOPES = ["pages_show_list", "pages_read_engagement"] as const;

/** A batch may hold as many calls. */
const PAGE_SIZE = 50;

/** More than that many Pages of one person are not offered. */
const MOST_PAGES = 500;

/** A video of up to a minute that is no reel. */
const SHORT_SECONDS = 60;

const PAGE_FIELDS = "id,name,username,link,followers_count,picture{url}";
const POST_FIELDS = "id,message,story,created_time,permalink_url,full_picture,status_type,is_published," +
  "attachments{media_type,type,url,title,media,target,subattachments{media_type,type,media,target,description}}," +
  "shares,reactions.limit(0).summary(true),comments.limit(0).summary(true)";
const VIDEO_FIELDS =
  "id,title,description,created_time,length,permalink_url,picture,post_id,published,live_status,views";

/** Read with care by what normalises it, and not always there. */
const Anything = z.unknown().optional();

const UserToken = z.looseObject({
  access_token: z.string().min(1),
  token_type: z.string().optional(),
  /** Left out for a token without end. */
  expires_in: z.number().positive().optional(),
});

const Permissions = z.looseObject({
  data: z.array(z.looseObject({ permission: z.string(), status: z.string() })),
});

const FacebookPage = z.looseObject({
  id: z.string(),
  name: Anything,
  username: Anything,
  link: Anything,
  followers_count: Anything,
  picture: z.looseObject({ data: z.looseObject({ url: Anything }) }).optional().catch(undefined),
  access_token: z.string().optional(),
  tasks: z.array(z.string()).optional(),
});
type FacebookPage = z.infer<typeof FacebookPage>;

const Person = z.looseObject({ id: z.string() });

const PageList = z.looseObject({ data: z.array(FacebookPage), paging: Paging });

const Picture = z.looseObject({
  image: z.looseObject({ src: Anything, width: Anything, height: Anything }).optional(),
  source: Anything,
}).optional().catch(undefined);
const Target = z.looseObject({ id: z.string().optional() }).optional().catch(undefined);

const Attachment = z.looseObject({
  media_type: z.string().optional(),
  type: z.string().optional(),
  url: Anything,
  title: Anything,
  description: Anything,
  media: Picture,
  target: Target,
});
type Attachment = z.infer<typeof Attachment>;

const Summary = z.looseObject({ summary: z.looseObject({ total_count: Anything }).optional() }).optional();

const Post = z.looseObject({
  id: z.string(),
  message: Anything,
  story: Anything,
  created_time: Anything,
  permalink_url: Anything,
  full_picture: Anything,
  status_type: Anything,
  is_published: Anything,
  attachments: z.looseObject({
    data: z.array(
      Attachment.extend({ subattachments: z.looseObject({ data: z.array(Attachment) }).optional() }),
    ),
  }).optional(),
  shares: z.looseObject({ count: Anything }).optional(),
  reactions: Summary,
  comments: Summary,
});
export type Post = z.infer<typeof Post>;

const Video = z.looseObject({
  id: z.string(),
  title: Anything,
  description: Anything,
  created_time: Anything,
  length: Anything,
  permalink_url: Anything,
  picture: Anything,
  post_id: Anything,
  published: Anything,
  live_status: Anything,
  views: Anything,
});
export type Video = z.infer<typeof Video>;

const PostList = z.looseObject({ data: z.array(Post), paging: Paging });
const VideoList = z.looseObject({ data: z.array(Video), paging: Paging });

/** Null stands for a call that took too long. */
const BatchAnswer = z.array(z.looseObject({ code: z.number(), body: z.string() }).nullable());

/** The lists that make up a library, in the order in which a sync run reads them. */
const LISTS = ["published_posts", "videos", "video_reels"] as const;

export function facebook(context: PlatformContext): Platform {
  const settings = context.settings.of(FACEBOOK);
  const client_id = requireSetting(settings, "FACEBOOK_CLIENT_ID");
  const client_secret = requireSetting(settings, "FACEBOOK_CLIENT_SECRET");
  const base = `${settings.FACEBOOK_GRAPH_URL}/${settings.META_GRAPH_VERSION}`;
  const dialog = `${settings.FACEBOOK_URL}/${settings.META_GRAPH_VERSION}/dialog/oauth`;
  const dialect = graphDialect("facebook");
  const api = providerClient("facebook", base, context, dialect);
  const oauth = oauthClient("facebook", context, {
    authorization_endpoint: dialog,
    token_endpoint: `${base}/oauth/access_token`,
    client_id,
    client_secret,
    client_authentication: "body",
    pkce: false,
    scopes: SCOPES,
    rotates: false,
    reshape: reshapeTokenAnswer,
  });

  /** Apps may demand it, so it is always sent: proves that the token is used by the app that it was given to. */
  async function proven(tokens: Tokens, query: Record<string, string>): Promise<Record<string, string>> {
    return { ...query, appsecret_proof: await hmacHex(client_secret, tokens.access_token) };
  }

  async function get<Schema extends z.ZodType>(
    path: string,
    tokens: Tokens,
    schema: Schema,
    query: Record<string, string>,
  ): Promise<z.output<Schema>> {
    return await api.get(path, tokens, schema, { query: await proven(tokens, query) });
  }

  /** The code gives a token for an hour or two, and that one a token for 60 days; neither says what was granted. */
  async function exchange(
    code: { code: string; code_verifier: string; redirect_uri: string },
  ): Promise<Grant> {
    const short = await oauth.exchange(code);
    const long = await api.get("oauth/access_token", short.tokens, UserToken, {
      query: {
        grant_type: "fb_exchange_token",
        client_id,
        client_secret,
        fb_exchange_token: short.tokens.access_token,
      },
    });
    const now = context.now();
    const tokens: Tokens = {
      access_token: long.access_token,
      token_type: long.token_type ?? "bearer",
      obtained_at: now.toISOString(),
    };
    const { data } = await get("me/permissions", tokens, Permissions, {});
    return {
      tokens,
      expires_at: long.expires_in === undefined ? null : new Date(now.getTime() + long.expires_in * 1_000),
      scopes: data.filter(({ status }) => status === "granted").map(({ permission }) => permission),
    };
  }

  async function readPages(tokens: Tokens): Promise<FacebookPage[]> {
    const pages: FacebookPage[] = [];
    let after: string | null = null;
    do {
      const query: Record<string, string> = { fields: `${PAGE_FIELDS},access_token,tasks`, limit: "100" };
      if (after !== null) query.after = after;
      const list = await get("me/accounts", tokens, PageList, query);
      pages.push(...list.data);
      after = cursorAfter(list.paging);
    } while (after !== null && pages.length < MOST_PAGES);
    // Without a token, the person's role on that Page does not let them read it.
    return pages.filter((page) => page.access_token !== undefined);
  }

  async function identify(grant: Grant, account_id?: string): Promise<Identity> {
    const pages = await readPages(grant.tokens);
    const page = account_id === undefined
      ? pages.find(({ tasks }) => tasks?.includes("CREATE_CONTENT")) ?? pages[0]
      : pages.find(({ id }) => id === account_id);
    if (page?.access_token === undefined) {
      const reason = pages.length === 0 ? "no page" : "another page";
      throw new PlatformFault("facebook", "no_account", { reason, status: 200 });
    }
    // What a report of Meta names: the person, not the Page.
    const person = await get("me", grant.tokens, Person, { fields: "id" });
    const others: Json = pages.filter(({ id }) => id !== page.id)
      .map(({ id, name }) => ({ id, name: titleText(name) }));
    const profile = profileOf(page, context.now());
    return {
      profile: { ...profile, details: { ...profile.details, other_pages: others, granted_by: person.id } },
      grant: {
        ...grant,
        tokens: {
          ...grant.tokens,
          access_token: page.access_token,
          refresh_token: grant.tokens.access_token,
          account_id: page.id,
        },
        expires_at: null,
      },
    };
  }

  /** A Page's token dies early when its person loses a role or a password; as long as theirs lives, it gives a new one. */
  async function refresh({ refresh_token, account_id }: Tokens): Promise<Grant> {
    const gone = (reason: string) => new PlatformFault("facebook", "grant_refused", { reason });
    if (!refresh_token || !account_id) throw gone("no token of the person");
    try {
      const query = { fields: "access_token" };
      const page = await get(
        encodeURIComponent(account_id),
        { access_token: refresh_token },
        FacebookPage,
        query,
      );
      if (page.access_token === undefined) throw gone("no role on the page");
      const tokens = {
        access_token: page.access_token,
        refresh_token,
        account_id,
        obtained_at: context.now().toISOString(),
      };
      return { tokens, expires_at: null, scopes: [...SCOPES] };
    } catch (fault) {
      const isDead = fault instanceof PlatformFault && ["token_expired", "account_gone"].includes(fault.kind);
      throw isDead ? new PlatformFault("facebook", "grant_refused", fault) : fault;
    }
  }

  /** Takes away all that the person gave the app, so also the other Pages' access: see `shared_grant`. */
  async function revoke({ refresh_token, access_token }: Tokens): Promise<void> {
    const tokens = { access_token: refresh_token ?? access_token };
    const url = `${base}/me/permissions?${new URLSearchParams(await proven(tokens, {}))}`;
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    try {
      await callProvider(
        url,
        { method: "DELETE", headers },
        callOptions("facebook", context, "safe", 1, dialect),
      );
    } catch (error) {
      const fault = asFault("facebook", error, context.now(), dialect.explain);
      const isDead = fault instanceof PlatformFault && fault.kind === "token_expired";
      if (!isDead) throw fault;
    }
  }

  /** The Page's own figures, when those at hand are a day old and a sync run begins; else null. */
  async function freshProfile(tokens: Tokens, { account, cursor }: PageRequest): Promise<Profile | null> {
    if (cursor !== null || isProfileFresh(account.details, context.now())) return null;
    const page = await get(encodeURIComponent(account.platform_account_id), tokens, FacebookPage, {
      fields: PAGE_FIELDS,
    });
    const profile = profileOf(page, context.now());
    return { ...profile, details: { ...account.details, ...profile.details } };
  }

  /** Reads objects by their ids in one request; those that are gone or hidden are left out. */
  async function readAll<Schema extends z.ZodType>(
    tokens: Tokens,
    ids: string[],
    fields: string,
    schema: Schema,
  ): Promise<Map<string, z.output<Schema>>> {
    const found = new Map<string, z.output<Schema>>();
    if (ids.length === 0) return found;
    const query = new URLSearchParams(await proven(tokens, { fields }));
    const batch = ids.map((id) => ({ method: "GET", relative_url: `${encodeURIComponent(id)}?${query}` }));
    const answers = await api.ask("", tokens, BatchAnswer, {
      query: await proven(tokens, {}),
      body: { batch, include_headers: false },
      units: ids.length,
    });
    for (const [index, id] of ids.entries()) {
      const answer = answers[index];
      if (!answer) {
        throw new PlatformFault("facebook", "transient", { reason: "batch timed out", status: 200 });
      }
      const value = readPart(answer, schema, context.now());
      if (value !== null) found.set(id, value);
    }
    return found;
  }

  async function readPosts(tokens: Tokens, page_id: string, query: Record<string, string>) {
    const list = await get(`${page_id}/published_posts`, tokens, PostList, { fields: POST_FIELDS, ...query });
    const videos = await readAll(tokens, list.data.flatMap(videoIdOf), VIDEO_FIELDS, Video);
    const items = list.data.map((post) => itemOf(post, videos.get(videoIdOf(post)[0] ?? "")));
    return { items, paging: list.paging };
  }

  async function readVideos(tokens: Tokens, page_id: string, edge: string, query: Record<string, string>) {
    const type: Record<string, string> = edge === "videos" ? { type: "uploaded" } : {};
    const list = await get(`${page_id}/${edge}`, tokens, VideoList, {
      fields: VIDEO_FIELDS,
      ...type,
      ...query,
    });
    const post_ids = list.data.flatMap((video) => postIdOf(video, page_id));
    const posts = await readAll(tokens, post_ids, POST_FIELDS, Post);
    const items = list.data.map((video) => itemOf(posts.get(postIdOf(video, page_id)[0] ?? ""), video));
    return { items, paging: list.paging };
  }

  async function page(tokens: Tokens, request: PageRequest): Promise<Page> {
    const { cursor, size } = request;
    const account = await freshProfile(tokens, request);
    const page_id = encodeURIComponent(request.account.platform_account_id);
    const list = LISTS.find((name) => name === cursor?.list) ?? "published_posts";
    const after = typeof cursor?.after === "string" ? cursor.after : null;
    const query = { limit: String(size), ...(after === null ? {} : { after }) };
    const reading = list === "published_posts"
      ? readPosts(tokens, page_id, query)
      : readVideos(tokens, page_id, list, query);
    const { items, paging } = await reading.catch((fault) => {
      throw after === null ? fault : lostCursor(fault);
    });
    const ids = [...new Set(items.map((item) => item.platform_content_id))];
    return {
      cursor,
      next_cursor: nextCursor(list, after, cursorAfter(paging)),
      unchanged: false,
      etags: {},
      item_ids: ids,
      present_ids: ids,
      items,
      total: null,
      account,
    };
  }

  async function lookup(tokens: Tokens, ids: string[]): Promise<NormalizedItem[]> {
    const post_ids = ids.filter(isPostId);
    const posts = await readAll(tokens, post_ids, POST_FIELDS, Post);
    const video_ids = [...ids.filter((id) => !isPostId(id)), ...[...posts.values()].flatMap(videoIdOf)];
    const videos = await readAll(tokens, video_ids, VIDEO_FIELDS, Video);
    // "No such object" is also what a token hears that may no longer read anything: then nothing is missing.
    if (posts.size === 0 && videos.size === 0) await get("me", tokens, FacebookPage, { fields: "id" });
    return ids.flatMap((id) => {
      const post = posts.get(id);
      const video = videos.get(post ? videoIdOf(post)[0] ?? "" : id);
      return post || video ? [itemOf(post, video)] : [];
    });
  }

  return {
    slug: "facebook",
    title: "Facebook",
    authorization: {
      endpoint: dialog,
      client_id,
      client_id_parameter: "client_id",
      scopes: SCOPES,
      scope_separator: ",",
      pkce: false,
      // Without it, what a person once declined is not asked for again.
      extra: { auth_type: "rerequest" },
    },
    required_scopes: SCOPES,
    // Percentages of a rolling day, in a header of every answer.
    quota: { scope: "account", counts: "reports", size: null, seconds: 3_600, ahead: 0 },
    page_size: PAGE_SIZE,
    lookup_size: PAGE_SIZE,
    exchange,
    refresh,
    revoke,
    shared_grant: true,
    identify,
    page,
    lookup,
  };
}

function profileOf(page: FacebookPage, now: Date): Profile {
  const username = identifierText(page.username);
  return {
    platform_account_id: page.id,
    username,
    display_name: titleText(page.name) || username || page.id,
    avatar_url: linkOf(page.picture?.data.url),
    profile_url: linkOf(page.link) ?? `https://www.facebook.com/${encodeURIComponent(page.id)}`,
    followers_count: countOf(page.followers_count),
    details: { read_at: now.toISOString() },
  };
}

/** One answer of a batch; null for an object that is gone or hidden. */
function readPart<Schema extends z.ZodType>(
  { code, body }: { code: number; body: string },
  schema: Schema,
  now: Date,
): z.output<Schema> | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new PlatformFault("facebook", "malformed", { reason: "batch", status: code });
  }
  if (code !== 200) {
    const fault = explainGraph("facebook", { status: code, body: value, retry_at: null }, now);
    if (isNoSuchObject(fault)) return null;
    throw fault;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PlatformFault("facebook", "malformed", { reason: "batch", status: code });
}

/** The next page of a list, or the first one of the next list. */
function nextCursor(list: typeof LISTS[number], before: string | null, after: string | null) {
  if (after !== null && after === before) {
    throw new PlatformFault("facebook", "malformed", { reason: "cursor stands still", status: 200 });
  }
  const next = after === null ? LISTS[LISTS.indexOf(list) + 1] : list;
  return next === undefined ? null : { key: `${next}:${after ?? ""}`, list: next, after };
}

/** `{page}_{post}`, where a video has one number only. */
function isPostId(id: string): boolean {
  return id.includes("_");
}

/** The Page's own video that a post shows; what it shares of others is not its content. */
function videoIdOf({ status_type, attachments }: Post): string[] {
  const [attachment] = attachments?.data ?? [];
  const isOwn = attachment?.media_type === "video" && status_type !== "shared_story";
  return isOwn && attachment.target?.id ? [attachment.target.id] : [];
}

/** Videos name their post with the Page's id before it or without. */
function postIdOf({ post_id }: Video, page_id: string): string[] {
  const id = identifierText(post_id);
  return id === null ? [] : [isPostId(id) ? id : `${page_id}_${id}`];
}

export function itemOf(post: Post | undefined, video: Video | undefined): NormalizedItem {
  const [attachment] = post?.attachments?.data ?? [];
  const description = cleanText(post?.message ?? video?.description);
  const duration = typeof video?.length === "number" ? Math.round(video.length) : null;
  const permalink = absoluteLink(video?.permalink_url) ?? absoluteLink(post?.permalink_url);
  const parts = (attachment?.subattachments?.data ?? []).map(partOf);
  return {
    platform_content_id: post?.id ?? video?.id ?? "",
    content_type: video
      ? videoTypeOf(permalink, duration, video.live_status !== undefined)
      : postTypeOf(post, parts.length),
    title: titleText(video?.title) || titleOfCaption(description) || titleText(attachment?.title) ||
      titleText(post?.story),
    description,
    tags: [],
    hashtags: hashtagsOf("facebook", description),
    thumbnail_url: linkOf(post?.full_picture) ?? linkOf(video?.picture) ??
      linkOf(attachment?.media?.image?.src),
    permalink,
    visibility: post?.is_published === false || video?.published === false ? "private" : "public",
    language: null,
    duration_seconds: duration,
    published_at: instantOf(post?.created_time ?? video?.created_time),
    views_count: countOf(video?.views),
    likes_count: countOf(post?.reactions?.summary?.total_count),
    comments_count: countOf(post?.comments?.summary?.total_count),
    // Facebook leaves the counter out where it is 0.
    shares_count: post ? countOf(post.shares?.count) ?? 0 : null,
    platform_category: null,
    metadata: withoutNulls({
      status_type: identifierText(post?.status_type),
      attachment_type: identifierText(attachment?.type),
      link: attachment?.type === "share" ? linkOf(attachment.url) : null,
      video_id: post && video ? video.id : null,
      live: identifierText(video?.live_status),
    }),
    ...(parts.length > 0 ? { media: parts } : {}),
  };
}

function partOf({ media_type, media, target, description }: Attachment, position: number): NormalizedMedia {
  const kind = media_type === "video" ? "video" as const : "image" as const;
  const picture = linkOf(media?.image?.src);
  return {
    position,
    kind,
    platform_media_id: identifierText(target?.id),
    url: kind === "video" ? linkOf(media?.source) : picture,
    thumbnail_url: picture,
    width: countOf(media?.image?.width),
    height: countOf(media?.image?.height),
    duration_seconds: null,
    alt_text: cleanText(description) || null,
  };
}

function videoTypeOf(permalink: string | null, duration: number | null, isLive: boolean): ContentType {
  if (permalink?.includes("/reel/")) return "reel";
  return !isLive && duration !== null && duration > 0 && duration <= SHORT_SECONDS
    ? "short_video"
    : "long_video";
}

function postTypeOf(post: Post | undefined, parts: number): ContentType {
  const [attachment] = post?.attachments?.data ?? [];
  if (parts > 1 || attachment?.media_type === "album") return "carousel";
  if (post?.status_type === "shared_story") return "post";
  if (attachment?.media_type === "photo") return "image";
  // Its video cannot be read (yet), so nothing is known of its length.
  if (attachment?.media_type === "video") return videoTypeOf(absoluteLink(post?.permalink_url), null, false);
  return "post";
}

/** Links to videos come without their host. */
function absoluteLink(value: unknown): string | null {
  return typeof value === "string" && value.startsWith("/")
    ? linkOf(`https://www.facebook.com${value}`)
    : linkOf(value);
}

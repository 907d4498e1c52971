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
import type { z } from "zod";
import { titleText } from "../normalize.ts";
import { isProfileDue } from "../page.ts";
import { oauthClient } from "../oauth_client.ts";
import { asFault, callOptions, providerClient } from "../provider_client.ts";
import {
  asKind,
  type Grant,
  type Identity,
  type Json,
  type NormalizedItem,
  type Page,
  type PageRequest,
  type Platform,
  type PlatformContext,
  PlatformFault,
  type Profile,
  type Tokens,
} from "../platform.ts";
import {
  atPlace,
  cursorAfter,
  explainGraph,
  graphDialect,
  isNoSuchObject,
  nextPlace,
  pageOf,
  placeIn,
  reshapeTokenAnswer,
} from "../meta/graph.ts";
import { hmacHex } from "../../http/hmac.ts";
import { callProvider } from "../../http/outgoing.ts";
import { requireSetting } from "../../settings/settings.ts";
import { isPostId, itemOf, postIdOf, profileOf, videoIdOf } from "./items.ts";
import {
  BatchAnswer,
  FacebookPage,
  PageList,
  Permissions,
  Person,
  Post,
  PostList,
  UserToken,
  Video,
  VideoList,
} from "./schemas.ts";
import { FACEBOOK } from "./settings.ts";

const SCOPES = ["pages_show_list", "pages_read_engagement"] as const;

/** A batch may hold as many calls. */
const PAGE_SIZE = 50;

/** More than that many Pages of one person are not offered. */
const MOST_PAGES = 500;

const PAGE_FIELDS = "id,name,username,link,followers_count,picture{url}";
const POST_FIELDS = "id,message,story,created_time,permalink_url,full_picture,status_type,is_published," +
  "attachments{media_type,type,url,title,media,target,subattachments{media_type,type,media,target,description}}," +
  "shares,reactions.limit(0).summary(true),comments.limit(0).summary(true)";
const VIDEO_FIELDS =
  "id,title,description,created_time,length,permalink_url,picture,post_id,published,live_status,views";

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
    scope_separator: ",",
    // Without it, what a person once declined is not asked for again.
    extra: { auth_type: "rerequest" },
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
      throw asKind(fault, ["token_expired", "account_gone"], "grant_refused");
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
  async function freshProfile(tokens: Tokens, request: PageRequest): Promise<Profile | null> {
    if (!isProfileDue(request, context.now())) return null;
    const { account } = request;
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
    const account = await freshProfile(tokens, request);
    const page_id = encodeURIComponent(request.account.platform_account_id);
    const place = placeIn(LISTS, request);
    const reading = place.list === "published_posts"
      ? readPosts(tokens, page_id, place.query)
      : readVideos(tokens, page_id, place.list, place.query);
    const { items, paging } = await atPlace(place, reading);
    return {
      ...pageOf(items),
      cursor: request.cursor,
      next_cursor: nextPlace("facebook", LISTS, place, paging),
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
    authorization: oauth.authorization,
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

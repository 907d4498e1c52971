/**
 * Facebook: Facebook Login and the Graph API for Pages.
 *
 * The person's token (60 days) serves to get the Page's own token, which has no expiry of its own and reads the library. A login
 * may have several Pages: `account_id` selects the one to connect; by default it is the first on which the person may create
 * content. The others are listed in the account's details. Pages that belong to a business are included when the person lets the
 * app see their businesses.
 *
 * The library is the list of published posts, followed by the videos and reels that no post shows. A post and its video are one
 * item, named by the post and assembled the same way from either list.
 */
import type * as z from "zod";
import { titleText } from "../normalize.ts";
import { isProfileDue, lighter, standstill, tellerOf } from "../page.ts";
import { oauthClient } from "../oauth_client.ts";
import { asFault, callOptions, providerClient } from "../provider_client.ts";
import {
  asKind,
  type Grant,
  type Identity,
  type Json,
  type KnownAccount,
  type NormalizedItem,
  type Page,
  type PageRequest,
  type Platform,
  type PlatformContext,
  PlatformFault,
  type Profile,
  type Tokens,
  type Unread,
} from "../platform.ts";
import {
  atPlace,
  cursorAfter,
  explainGraph,
  graphDialect,
  judge,
  nextPlace,
  pageOf,
  type Paging,
  placeIn,
  reshapeTokenAnswer,
} from "../meta/graph.ts";
import { hmacHex } from "../../http/hmac.ts";
import { callProvider } from "../../http/outgoing.ts";
import { scopesOf } from "../settings.ts";
import { requireSetting } from "../../settings/settings.ts";
import { isPostId, itemOf, postIdOf, profileOf, videoIdOf } from "./items.ts";
import {
  BatchAnswer,
  BusinessList,
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
/** Optional: shows the Pages that belong to a business, which `me/accounts` may leave out. */
const BUSINESS_SCOPE = "business_management";

/** The maximum number of calls in a batch. */
const PAGE_SIZE = 50;

/** The maximum number of Pages offered to one person. */
const MOST_PAGES = 500;
const PAGES_AT_ONCE = 100;

/** The ways in which a business has a Page. */
const BUSINESS_EDGES = ["owned_pages", "client_pages"] as const;

const PAGE_FIELDS = "id,name,username,link,followers_count,picture{url}";
const OWN_PAGE_FIELDS = `${PAGE_FIELDS},access_token,tasks`;
const POST_FIELDS = "id,message,story,created_time,permalink_url,full_picture,status_type,is_published," +
  "attachments{media_type,type,url,title,media,target,subattachments{media_type,type,media,target,description}}," +
  "shares,reactions.limit(0).summary(true),comments.limit(0).summary(true)";
const VIDEO_FIELDS =
  "id,title,description,created_time,length,permalink_url,picture,post_id,published,live_status,views";

/** Why none of a login's Pages can be connected, and what the creator can do. */
const NO_PAGE = {
  "no page": "this login has no Page; create one with Facebook, then start again",
  "no page shown":
    "Facebook shows no Page of this login; tick the Page where Facebook asks which ones, or create one if there is none, then start again",
  "no page granted":
    "you let StreamVibe see none of your Pages; start again and tick the Page where Facebook asks which ones",
  "no page token":
    "your role on the Page does not let StreamVibe read it; ask an administrator of the Page for full access, then start again",
  "another page":
    "you did not let StreamVibe see the Page that you want to reconnect; start again and tick it",
} as const;

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
    scopes: scopesOf(
      context,
      settings.FACEBOOK_BUSINESS_PAGES === "ask" ? [...SCOPES, BUSINESS_SCOPE] : SCOPES,
      ["pages_manage_posts", "pages_manage_engagement"],
    ),
    scope_separator: ",",
    // Without it, Facebook does not ask again for what the person once declined.
    extra: { auth_type: "rerequest" },
    rotates: false,
    reshape: reshapeTokenAnswer,
  });

  /** Adds proof that the token is used by the app it was issued to. Apps may require it, so it is always sent. */
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

  /** Exchanges the code for a token of an hour or two, and that one for a token of 60 days; neither response lists the scopes. */
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
    return {
      tokens,
      expires_at: long.expires_in === undefined ? null : new Date(now.getTime() + long.expires_in * 1_000),
      scopes: await readGranted(tokens),
    };
  }

  async function readGranted(tokens: Tokens): Promise<string[]> {
    const { data } = await get("me/permissions", tokens, Permissions, {});
    return data.filter(({ status }) => status === "granted").map(({ permission }) => permission);
  }

  /** Reads a list of the person's objects, in pages that get smaller when Facebook reports that they ask for too much. */
  async function readWhole<Item>(
    path: string,
    tokens: Tokens,
    schema: z.ZodType<{ data: Item[]; paging?: z.infer<typeof Paging> }>,
    fields: (size: number) => string,
    start: string | null = null,
  ): Promise<Item[]> {
    const items: Item[] = [];
    const seen = new Set<string | null>();
    let place = start;
    let size = PAGES_AT_ONCE;
    do {
      seen.add(place);
      const after: Record<string, string> = place === null ? {} : { after: place };
      const read = await lighter(
        size,
        1,
        (limit) => get(path, tokens, schema, { fields: fields(limit), limit: String(limit), ...after }),
      );
      size = read.size;
      items.push(...read.result.data);
      place = cursorAfter(read.result.paging);
      if (place !== null && seen.has(place)) throw standstill("facebook");
    } while (place !== null && items.length < MOST_PAGES);
    return items;
  }

  /** Reads the Pages that the person's businesses own or manage for clients. */
  async function readBusinessPages(tokens: Tokens): Promise<FacebookPage[]> {
    const fields = (size: number) =>
      ["id", ...BUSINESS_EDGES.map((edge) => `${edge}.limit(${size}){${OWN_PAGE_FIELDS}}`)].join();
    const pages = new Map<string, FacebookPage>();
    for (const business of await readWhole("me/businesses", tokens, BusinessList, fields)) {
      for (const edge of BUSINESS_EDGES) {
        const { data = [], paging } = business[edge] ?? {};
        const after = cursorAfter(paging);
        const path = `${encodeURIComponent(business.id)}/${edge}`;
        const more = after === null
          ? []
          : await readWhole(path, tokens, PageList, () => OWN_PAGE_FIELDS, after);
        for (const page of [...data, ...more].slice(0, MOST_PAGES)) pages.set(page.id, page);
      }
    }
    return [...pages.values()];
  }

  /**
   * Returns the Pages of the person's businesses, if the app may see them. Only a failure other than a refusal is thrown, and only
   * when these Pages are needed.
   */
  async function pagesBehind({ tokens, scopes }: Grant, isNeeded: boolean): Promise<FacebookPage[]> {
    if (!scopes.includes(BUSINESS_SCOPE)) return [];
    try {
      return await readBusinessPages(tokens);
    } catch (fault) {
      const isRefused = fault instanceof PlatformFault &&
        ["scope_missing", "misconfigured", "account_gone"].includes(fault.kind);
      if (isNeeded && !isRefused) throw fault;
      context.log.warn("the Pages of a person's businesses could not be read", { error: fault });
      return [];
    }
  }

  /** Returns the Pages of a login that can be read, and why the others cannot. */
  async function readPages(grant: Grant, account_id: string | undefined) {
    const listed = await readWhole("me/accounts", grant.tokens, PageList, () => OWN_PAGE_FIELDS);
    const usable = new Map(listed.filter(hasToken).map((page) => [page.id, page]));
    const isNeeded = account_id === undefined ? usable.size === 0 : !usable.has(account_id);
    const behind = (await pagesBehind(grant, isNeeded)).filter(({ id }) => !usable.has(id));
    for (const page of behind.filter(hasToken)) usable.set(page.id, page);
    // A business also lists Pages without their token; the Page itself returns one if this person has it.
    const bare = behind.filter((page) => !hasToken(page)).map(({ id }) => id).slice(0, MOST_PAGES);
    const tokenless = new Set(listed.filter((page) => !hasToken(page)).map(({ id }) => id));
    const withheld = new Set<string>();
    for (let done = 0; done < bare.length; done += PAGE_SIZE) {
      const ids = bare.slice(done, done + PAGE_SIZE);
      const { found, unread } = await readAll(grant.tokens, ids, OWN_PAGE_FIELDS, FacebookPage);
      const obstacle = [...unread.values()].find(isPassing);
      if (obstacle && isNeeded && usable.size === 0 && found.size === 0) throw obstacle;
      for (const id of ids) {
        const page = found.get(id);
        if (page === undefined && !tokenless.has(id)) withheld.add(id);
        if (page === undefined) continue;
        if (hasToken(page)) usable.set(id, page);
        else tokenless.add(id);
      }
    }
    return { usable: [...usable.values()], tokenless, withheld };
  }

  async function identify(grant: Grant, account_id?: string): Promise<Identity> {
    const { usable, tokenless, withheld } = await readPages(grant, account_id);
    const page = account_id === undefined
      ? usable.find(({ tasks }) => tasks?.includes("CREATE_CONTENT")) ?? usable[0]
      : usable.find(({ id }) => id === account_id);
    if (page?.access_token === undefined) {
      const is = (pages: Set<string>) => account_id === undefined ? pages.size > 0 : pages.has(account_id);
      const reason = is(withheld)
        ? "no page granted"
        : is(tokenless)
        ? "no page token"
        : usable.length > 0
        ? "another page"
        : grant.scopes.includes(BUSINESS_SCOPE)
        ? "no page"
        : "no page shown";
      throw new PlatformFault("facebook", "no_account", { reason, status: 200, advice: NO_PAGE[reason] });
    }
    // Meta's reports name the person, not the Page.
    const person = await get("me", grant.tokens, Person, { fields: "id" });
    const others: Json = usable.filter(({ id }) => id !== page.id)
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

  /** Gets a new Page token with the person's token. A Page token dies early when the person loses a role or changes a password. */
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

  /** Revokes everything that the person granted the app, including the access to other Pages; see `shared_grant`. */
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

  /** Permissions belong to the person, so only their token can read them. Everything else is checked with the Page's own token. */
  async function check(tokens: Tokens, { kind }: PlatformFault): Promise<void> {
    if (kind !== "scope_missing") return void await get("me", tokens, FacebookPage, { fields: "id" });
    const granted = await readGranted({ access_token: tokens.refresh_token ?? tokens.access_token });
    const missing = SCOPES.filter((scope) => !granted.includes(scope));
    if (missing.length > 0) {
      throw new PlatformFault("facebook", "scope_missing", { reason: missing.join(" ") });
    }
  }

  /** Returns the Page's own figures when a sync run begins and the stored ones are a day old; else null. */
  async function freshProfile(tokens: Tokens, request: PageRequest): Promise<Profile | null> {
    if (!isProfileDue(request, context.now())) return null;
    const { account } = request;
    const page = await get(encodeURIComponent(account.platform_account_id), tokens, FacebookPage, {
      fields: PAGE_FIELDS,
    });
    const profile = profileOf(page, context.now());
    return { ...profile, details: { ...account.details, ...profile.details } };
  }

  /** Reads objects by their ids in batches; each object is judged by its own response. Deleted or hidden ones are left out. */
  async function readAll<Schema extends z.ZodType>(
    tokens: Tokens,
    ids: string[],
    fields: string,
    schema: Schema,
  ): Promise<Parts<z.output<Schema>>> {
    const found = new Map<string, z.output<Schema>>();
    const unread = new Map<string, PlatformFault>();
    for (let left = ids, isLast = false; left.length > 0;) {
      const query = new URLSearchParams(await proven(tokens, { fields }));
      const batch = left.map((id) => ({ method: "GET", relative_url: `${encodeURIComponent(id)}?${query}` }));
      const answers = await api.ask("", tokens, BatchAnswer, {
        query: await proven(tokens, {}),
        body: { batch, include_headers: false },
        units: left.length,
      });
      const late = left.filter((_, index) => !answers[index]);
      if (late.length === left.length) {
        throw new PlatformFault("facebook", "transient", { reason: "batch timed out", status: 200 });
      }
      const again: string[] = [];
      for (const [index, id] of left.entries()) {
        const answer = answers[index];
        if (!answer) continue;
        const part = readPart(answer, schema, context.now());
        if (!(part instanceof PlatformFault)) found.set(id, part);
        else if (judge(part) === "whole") throw part;
        else if (judge(part) !== "absent") {
          if (isPassing(part) && !isLast) again.push(id);
          else unread.set(id, part);
        }
      }
      // Calls that timed out are repeated as long as others are answered; failed calls are repeated once.
      isLast = true;
      left = [...late, ...again];
    }
    // If the token has just read something else, the token is not the problem.
    const dead = [...unread.values()].find((fault) => judge(fault) === "token");
    if (dead && found.size === 0) throw dead;
    return { found, unread };
  }

  /** Reads posts with their videos; `kept`: ids of items that stay unchanged, because a part of them could not be read. */
  async function readPosts(tokens: Tokens, page_id: string, query: Record<string, string>) {
    const list = await get(`${page_id}/published_posts`, tokens, PostList, { fields: POST_FIELDS, ...query });
    const videos = await readAll(tokens, list.data.flatMap(videoIdOf), VIDEO_FIELDS, Video);
    const videoOf = (post: Post) => videoIdOf(post)[0] ?? "";
    const [kept, whole] = partition(list.data, (post) => isPassing(videos.unread.get(videoOf(post))));
    const items = whole.map((post) => itemOf(post, videos.found.get(videoOf(post))));
    return { items, kept: kept.map(({ id }) => id), paging: list.paging };
  }

  async function readVideos(tokens: Tokens, page_id: string, edge: string, query: Record<string, string>) {
    const type: Record<string, string> = edge === "videos" ? { type: "uploaded" } : {};
    const list = await get(`${page_id}/${edge}`, tokens, VideoList, {
      fields: VIDEO_FIELDS,
      ...type,
      ...query,
    });
    const postOf = (video: Video) => postIdOf(video, page_id)[0] ?? "";
    const posts = await readAll(tokens, list.data.map(postOf).filter(Boolean), POST_FIELDS, Post);
    const [kept, whole] = partition(list.data, (video) => isPassing(posts.unread.get(postOf(video))));
    const items = whole.map((video) => itemOf(posts.found.get(postOf(video)), video));
    return { items, kept: kept.map(postOf), paging: list.paging };
  }

  async function page(tokens: Tokens, request: PageRequest): Promise<Page> {
    const account = await freshProfile(tokens, request);
    const page_id = encodeURIComponent(request.account.platform_account_id);
    const place = placeIn(LISTS, request);
    const reading = place.list === "published_posts"
      ? readPosts(tokens, page_id, place.query)
      : readVideos(tokens, page_id, place.list, place.query);
    const { items, kept, paging } = await atPlace(place, reading);
    return {
      ...pageOf(items, kept),
      cursor: request.cursor,
      next_cursor: nextPlace("facebook", LISTS, place, paging),
      account,
    };
  }

  async function lookup(
    tokens: Tokens,
    ids: string[],
    _account: KnownAccount,
    unread?: Unread,
  ): Promise<NormalizedItem[]> {
    const posts = await readAll(tokens, ids.filter(isPostId), POST_FIELDS, Post);
    const video_ids = [
      ...ids.filter((id) => !isPostId(id)),
      ...[...posts.found.values()].flatMap(videoIdOf),
    ];
    const videos = await readAll(tokens, video_ids, VIDEO_FIELDS, Video);
    // A token that may no longer read anything also gets "no such object"; this call fails then, so no item looks deleted.
    if (posts.found.size === 0 && videos.found.size === 0) {
      await get("me", tokens, FacebookPage, { fields: "id" });
    }
    const tell = tellerOf("facebook", unread);
    return ids.flatMap((id) => {
      const post = posts.found.get(id);
      const video_id = post ? videoIdOf(post)[0] ?? "" : id;
      const video = videos.found.get(video_id);
      const obstacle = posts.unread.get(id) ?? videos.unread.get(video_id);
      if (obstacle && (!post || isPassing(obstacle))) {
        tell(id);
        return [];
      }
      return post || video ? [itemOf(post, video)] : [];
    });
  }

  return {
    slug: "facebook",
    title: "Facebook",
    website: "https://www.facebook.com",
    authorization: oauth.authorization,
    required_scopes: SCOPES,
    // Percentages of a rolling day, in a header of every response; a report counts for an hour.
    quota: { scope: "account", counts: "reports", size: null, seconds: 3_600, ahead: 0 },
    page_size: PAGE_SIZE,
    lookup_size: PAGE_SIZE,
    exchange,
    refresh,
    refreshes_by_api: true,
    check,
    revoke,
    shared_grant: true,
    identify,
    page,
    lookup,
  };
}

/** What a batch returned for several objects. */
interface Parts<Part> {
  found: Map<string, Part>;
  /** The objects that could not be read, and why. */
  unread: Map<string, PlatformFault>;
}

/** Returns one object of a batch, or the fault for it. */
function readPart<Schema extends z.ZodType>(
  { code, body }: { code: number; body: string },
  schema: Schema,
  now: Date,
): z.output<Schema> | PlatformFault {
  const malformed = new PlatformFault("facebook", "malformed", { reason: "batch", status: code });
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return malformed;
  }
  if (code !== 200) return explainGraph("facebook", { status: code, body: value, retry_at: null }, now);
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : malformed;
}

/** Returns whether the same object may become readable later. */
function isPassing(fault: PlatformFault | undefined): boolean {
  return fault !== undefined && (judge(fault) === "token" || ["transient", "malformed"].includes(fault.kind));
}

function hasToken({ access_token }: FacebookPage): boolean {
  return access_token !== undefined;
}

function partition<One>(all: readonly One[], test: (one: One) => boolean): [One[], One[]] {
  return [all.filter(test), all.filter((one) => !test(one))];
}

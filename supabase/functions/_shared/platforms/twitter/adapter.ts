/**
 * X (Twitter): OAuth 2.0 with PKCE and API v2. Nothing used here needs OAuth 1.0a signatures.
 *
 * A page is one call for at most 50 of the creator's own posts; every post that is read costs credits. Responses may contain data
 * and errors at once, omit what is empty, and report in their headers what is left of 15 minutes. There are no ETags.
 */
import { countOf, identifierText, linkOf, titleText } from "../normalize.ts";
import { isProfileDue, moved, recognised, tellerOf } from "../page.ts";
import { oauthClient } from "../oauth_client.ts";
import { type Dialect, providerClient } from "../provider_client.ts";
import {
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
import { scopesOf } from "../settings.ts";
import { requireSetting } from "../../settings/settings.ts";
import { explain, faultOf, isGone, UNKNOWN_FIELDS } from "./errors.ts";
import { isReplyToOthers, itemOf, newestId, originalId } from "./items.ts";
import { type FieldsParameter, POST_FIELDS, PostList, UserAnswer } from "./schemas.ts";
import { TWITTER } from "./settings.ts";
import { leftIn, spentWindow } from "./windows.ts";

const PAGE_SIZE = 50;
/** The smallest page that the API accepts. */
const LEAST_SIZE = 5;
const LOOKUP_SIZE = 100;

const SCOPES = ["tweet.read", "users.read", "offline.access"];

const MEDIA_FIELDS = "media_key,type,url,preview_image_url,duration_ms,width,height,alt_text,variants";
const USER_FIELDS = "id,name,username,profile_image_url,public_metrics,protected,verified";

const DIALECT: Dialect = {
  explain,
  wait: ({ status, headers }, now) => {
    const { resets_at } = spentWindow(headers);
    return status === 429 && resets_at ? Math.max(1, (resets_at.getTime() - now.getTime()) / 1_000) : null;
  },
  left: (headers, _now, path) => leftIn(headers, path),
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
    scopes: scopesOf(context, SCOPES, ["tweet.write", "media.write"]),
    scope_separator: " ",
    rotates: true,
    // X's error for a refresh token, or a code, that was already used or revoked.
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

  /** Reads posts with the parameter name that X accepts, and reports what they cost beyond the call itself. */
  async function readPosts(tokens: Tokens, path: string, query: Record<string, string>): Promise<PostList> {
    const read = (parameter: FieldsParameter) =>
      api.get(path, tokens, PostList, {
        query: {
          ...query,
          [parameter]: POST_FIELDS[parameter],
          expansions: "attachments.media_keys,article.cover_media",
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
    const account = isProfileDue(request, context.now()) ? await readProfile(tokens) : null;
    const details = (account ?? known).details;
    const read = () =>
      readPosts(tokens, `users/${encodeURIComponent(known.platform_account_id)}/tweets`, {
        max_results: String(Math.max(size, LEAST_SIZE)),
        exclude: settings.TWITTER_EXCLUDE,
        ...(cursor ? { pagination_token: cursor.key } : {}),
      });
    let list = await read();
    // An empty list for an account that has posts may be a glitch, so it is read twice before it is believed.
    const isOdd = list.data.length === 0 && cursor === null && (countOf(details.posts) ?? 0) > 0;
    if (isOdd && !list.errors) list = await read();
    // Errors about single posts say nothing about the page that lists them.
    const isPage = list.meta !== undefined &&
      list.errors?.every(({ resource_type }) => resource_type === "tweet");
    if (list.errors && list.data.length === 0 && !isPage) throw faultOf(list.errors, 200, null);

    const own = list.data.filter((post) => !isReplyToOthers(post, known.platform_account_id));
    const items = own.map((post) => itemOf(post, list.includes?.media ?? [], details.protected));
    const next = moved("twitter", list.meta?.next_token ?? null, cursor?.key);
    return await recognised(
      {
        next_cursor: next === null ? null : { key: next },
        item_ids: [...new Set(list.data.map(originalId))],
        present_ids: [...new Set(items.map((item) => item.platform_content_id))],
        items,
        // X's own count includes reposts and replies.
        total: null,
        account,
      },
      request,
    );
  }

  async function lookup(
    tokens: Tokens,
    ids: string[],
    { details }: KnownAccount,
    unread?: Unread,
  ): Promise<NormalizedItem[]> {
    const tell = tellerOf("twitter", unread);
    const first = await readByIds(tokens, ids, tell);
    // An edited post continues under the id of its newest version; X still returns old versions when asked for them.
    const newer = first.data.map(newestId).filter((id) => !first.data.some((post) => post.id === id));
    const lost = new Set<string>();
    const second = newer.length > 0 ? await readByIds(tokens, newer, (id) => lost.add(id)) : null;
    const posts = new Map([...first.data, ...second?.data ?? []].map((post) => [originalId(post), post]));
    for (const [id, post] of posts) {
      if (!lost.has(newestId(post))) continue;
      tell(id);
      posts.delete(id);
    }
    const media = [...first.includes?.media ?? [], ...second?.includes?.media ?? []];
    return [...posts.values()].map((post) => itemOf(post, media, details.protected));
  }

  /** Reads posts by id. Only a post that X reports as unknown counts as deleted; one that could not be read must not look deleted. */
  async function readByIds(tokens: Tokens, ids: string[], tell: Unread): Promise<PostList> {
    const list = await readPosts(tokens, "tweets", { ids: ids.join() });
    const known = new Set([
      ...list.data.map((post) => post.id),
      ...(list.errors ?? []).filter(isGone).map((problem) => problem.resource_id ?? problem.value ?? ""),
    ]);
    for (const id of ids) if (!known.has(id)) tell(id);
    return list;
  }

  return {
    slug: "twitter",
    title: "X",
    website: "https://x.com",
    authorization: oauth.authorization,
    required_scopes: SCOPES,
    // The size and the end of the window are in the headers of every response.
    quota: { scope: "account", counts: "calls", size: null, seconds: 900, ahead: 1 },
    page_size: PAGE_SIZE,
    least_page_size: LEAST_SIZE,
    lookup_size: LOOKUP_SIZE,
    exchange: oauth.exchange,
    refresh: oauth.refresh,
    revoke: oauth.revoke,
    // Needs every scope for reading.
    check: async (tokens) => void await readProfile(tokens),
    identify: async (grant) => ({ profile: await readProfile(grant.tokens), grant }),
    page,
    lookup,
  };
}

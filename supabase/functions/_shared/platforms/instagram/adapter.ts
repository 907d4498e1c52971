/**
 * Instagram: Instagram Login and the Instagram API for professional (business and creator) accounts.
 *
 * There is no refresh token: a token lives 60 days and is itself prolonged, once it is a day old and as long as it lives.
 * A page costs one call. The library is the list of media and, behind it, the stories of the last 24 hours.
 * Views and shares (insights) cost a call for each medium, so they are read where they still change; an account that did
 * not grant them is synced without. Instagram tells no durations and no languages.
 */
import type * as z from "zod";
import { countOf, identifierText, instantOf, linkOf, titleText } from "../normalize.ts";
import { isProfileDue, tellerOf } from "../page.ts";
import { oauthClient } from "../oauth_client.ts";
import { providerClient } from "../provider_client.ts";
import {
  asKind,
  type Grant,
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
  graphDialect,
  isBadParameter,
  isNoSuchObject,
  judge,
  nextPlace,
  pageOf,
  placeIn,
  reshapeTokenAnswer,
} from "../meta/graph.ts";
import { scopesOf } from "../settings.ts";
import { requireSetting } from "../../settings/settings.ts";
import { itemOf } from "./items.ts";
import { Insights, InstagramUser, LongLivedToken, Media, MediaList } from "./schemas.ts";
import { INSTAGRAM } from "./settings.ts";

const SCOPE = "instagram_business_basic";
/** Nice to have: without it nothing is missing but views and shares. */
const INSIGHTS_SCOPE = "instagram_business_manage_insights";
const PAGE_SIZE = 50;

/** Media are looked up one by one, so few at a time. */
const LOOKUP_SIZE = 10;

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Every kind of medium has these; one that a kind does not have would refuse the whole call. */
const METRICS = "views,shares";
const INSIGHTS_AT_ONCE = 10;
/** So long after it was published a medium's figures are read in every sync run, and later once in as many days. */
const LIVELY_DAYS = 30;

const PROFILE_FIELDS =
  "id,user_id,username,name,account_type,profile_picture_url,followers_count,media_count";
const MEDIA_FIELDS = "id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink,timestamp," +
  "like_count,comments_count,alt_text,children{id,media_type,media_url,thumbnail_url,alt_text}";

type Figures = Pick<NormalizedItem, "views_count" | "shares_count">;

/** What `details.insights` of an account says: whether its creator granted them, and whether a sync run has read them all. */
type InsightsState = "refused" | "unread" | "read";

/** The lists that make up a library, in the order in which a sync run reads them. */
const LISTS = ["media", "stories"] as const;

export function instagram(context: PlatformContext): Platform {
  const settings = context.settings.of(INSTAGRAM);
  const client_id = requireSetting(settings, "INSTAGRAM_CLIENT_ID");
  const client_secret = requireSetting(settings, "INSTAGRAM_CLIENT_SECRET");
  const reading = settings.INSTAGRAM_INSIGHTS === "ask" ? [SCOPE, INSIGHTS_SCOPE] : [SCOPE];
  const scopes = scopesOf(context, reading, [
    "instagram_business_content_publish",
    "instagram_business_manage_comments",
  ]);
  const dialect = graphDialect("instagram");
  const api = providerClient(
    "instagram",
    `${settings.INSTAGRAM_GRAPH_URL}/${settings.META_GRAPH_VERSION}`,
    context,
    dialect,
  );
  /** Tokens are exchanged and prolonged outside the versions of the API, and only by the query. */
  const exchange = providerClient("instagram", settings.INSTAGRAM_GRAPH_URL, context, dialect);
  const oauth = oauthClient("instagram", context, {
    authorization_endpoint: settings.INSTAGRAM_AUTHORIZATION_URL,
    token_endpoint: settings.INSTAGRAM_TOKEN_URL,
    client_id,
    client_secret,
    client_authentication: "body",
    pkce: false,
    scopes,
    scope_separator: ",",
    rotates: false,
    reshape: reshapeTokenAnswer,
  });

  function grantOf(
    { access_token, token_type, expires_in, permissions }: z.infer<typeof LongLivedToken>,
  ): Grant {
    const now = context.now();
    const expires_at = new Date(now.getTime() + expires_in * 1_000);
    const scopes = Array.isArray(permissions)
      ? permissions.map(String)
      : String(permissions ?? "").split(",");
    return {
      tokens: {
        access_token,
        token_type: token_type ?? "bearer",
        obtained_at: now.toISOString(),
        expires_at: expires_at.toISOString(),
      },
      expires_at,
      scopes: scopes.filter(Boolean),
    };
  }

  /** The code gives a token for an hour, and that one a token for 60 days. */
  async function exchangeCode(
    code: { code: string; code_verifier: string; redirect_uri: string },
  ): Promise<Grant> {
    const short = await oauth.exchange(code);
    const { access_token } = short.tokens;
    const query = { grant_type: "ig_exchange_token", client_secret, access_token };
    const long = grantOf(await exchange.get("access_token", short.tokens, LongLivedToken, { query }));
    return { ...long, scopes: short.scopes };
  }

  async function refresh(tokens: Tokens): Promise<Grant> {
    const { access_token, obtained_at, expires_at } = tokens;
    const age = context.now().getTime() - Date.parse(obtained_at ?? "");
    try {
      if (expires_at !== undefined && age < DAY_MS) {
        // Instagram prolongs no token of the first day; all that can be found out is whether this one lives.
        await readProfile(tokens);
        return { tokens, expires_at: new Date(expires_at), scopes: [SCOPE] };
      }
      const query = { grant_type: "ig_refresh_token", access_token };
      return grantOf(await exchange.get("refresh_access_token", tokens, LongLivedToken, { query }));
    } catch (fault) {
      // The token is its own refresh token: when it is dead, nothing is left.
      throw asKind(fault, ["token_expired"], "grant_refused");
    }
  }

  async function readProfile(tokens: Tokens): Promise<Profile> {
    const user = await api.get("me", tokens, InstagramUser, { query: { fields: PROFILE_FIELDS } });
    const username = identifierText(user.username);
    if (user.account_type === "PERSONAL") {
      const advice =
        "this is a personal account; make it a professional one in Instagram's settings, then start again";
      throw new PlatformFault("instagram", "no_account", { reason: "personal account", status: 200, advice });
    }
    return {
      platform_account_id: user.user_id ?? user.id,
      username,
      display_name: titleText(user.name) || username,
      avatar_url: linkOf(user.profile_picture_url),
      profile_url: username === null ? null : `https://www.instagram.com/${encodeURIComponent(username)}/`,
      followers_count: countOf(user.followers_count),
      details: {
        read_at: context.now().toISOString(),
        media_count: countOf(user.media_count),
        // What a report of Meta names: the person as this app knows them, which is not the account's own id.
        granted_by: user.id,
      },
    };
  }

  async function page(tokens: Tokens, request: PageRequest): Promise<Page> {
    const { cursor } = request;
    const account = isProfileDue(request, context.now()) ? await readProfile(tokens) : null;
    const place = placeIn(LISTS, request);
    const query = { fields: MEDIA_FIELDS, ...place.query };
    const { data, paging } = await atPlace(place, api.get(`me/${place.list}`, tokens, MediaList, { query }));
    const isStory = place.list === "stories";
    // A day has one sync run that reads the profile, and this one measures old media, too.
    const measured = cursor === null
      ? (account ? dayOf(request.account.details.read_at) : null)
      : cursor.measured;
    const figures = await readFigures(
      tokens,
      mediaToMeasure(data, request.account.details, measured),
      isStory,
    );
    const items = data.map((media) => ({ ...itemOf(media, isStory), ...figures.get(media.id) }));
    const next_cursor = nextPlace("instagram", LISTS, place, paging, { measured: measured ?? null });
    return {
      ...pageOf(items),
      cursor,
      next_cursor,
      total: countOf((account ?? request.account).details.media_count),
      account: next_cursor === null && request.account.details.insights === "unread"
        // From now on only those that change are read.
        ? { ...account, details: { ...account?.details, insights: "read" satisfies InsightsState } }
        : account,
    };
  }

  /** Those whose figures are due, when old ones were last measured on that day. */
  function mediaToMeasure(
    data: Media[],
    { insights }: Profile["details"],
    measured: Json | undefined,
  ): Media[] {
    const today = Math.floor(context.now().getTime() / DAY_MS);
    const days = typeof measured === "number" ? today - measured : 0;
    if (insights === "unread") return data;
    return insights === "read" ? data.filter((media) => isDue(media, today, days)) : [];
  }

  /** They are an extra: whatever goes wrong with them, the page is kept, and a figure that is not told stays as it was. */
  async function readFigures(
    tokens: Tokens,
    media: Media[],
    isStory: boolean,
  ): Promise<Map<string, Figures>> {
    const figures = new Map<string, Figures>();
    const readOne = async (id: string): Promise<PlatformFault | null> => {
      const query = { metric: METRICS };
      try {
        const { data } = await api.get(`${encodeURIComponent(id)}/insights`, tokens, Insights, { query });
        figures.set(id, { views_count: figureOf(data, "views"), shares_count: figureOf(data, "shares") });
        return null;
      } catch (fault) {
        if (fault instanceof PlatformFault) return fault;
        throw fault;
      }
    };
    let obstacle: PlatformFault | undefined;
    for (let done = 0; done < media.length && obstacle === undefined; done += INSIGHTS_AT_ONCE) {
      const some = media.slice(done, done + INSIGHTS_AT_ONCE);
      const faults = (await Promise.all(some.map(({ id }) => readOne(id)))).filter((fault) => fault !== null);
      // What is refused of all of them is not about one: a metric that is no more, a time before insights.
      obstacle = faults.length === some.length
        ? faults[0]
        : faults.find((fault) => !hasNoInsights(fault, isStory));
    }
    if (obstacle) {
      context.log.info("insights left out", { platform: "instagram", reason: obstacle.reason });
    }
    return figures;
  }

  async function lookup(
    tokens: Tokens,
    ids: string[],
    _account: KnownAccount,
    unread?: Unread,
  ): Promise<NormalizedItem[]> {
    const tell = tellerOf("instagram", unread);
    const refusals: { id: string; fault: PlatformFault }[] = [];
    const found = await Promise.all(ids.map(async (id) => {
      try {
        return await api.get(encodeURIComponent(id), tokens, Media, { query: { fields: MEDIA_FIELDS } });
      } catch (fault) {
        if (!(fault instanceof PlatformFault)) throw fault;
        if (judge(fault) === "whole") throw fault;
        if (judge(fault) !== "absent") refusals.push({ id, fault });
        return null;
      }
    }));
    const media = found.filter((one) => one !== null);
    // With which something else was read a moment ago, the token is not what is wrong.
    const dead = refusals.find(({ fault }) => judge(fault) === "token");
    if (dead && media.length === 0) throw dead.fault;
    for (const { id } of refusals) tell(id);
    // "No such object" is also what a token hears that may no longer read anything: then nothing is missing.
    if (media.length === 0) await readProfile(tokens);
    return media.map((one) => itemOf(one, false));
  }

  return {
    slug: "instagram",
    title: "Instagram",
    website: "https://www.instagram.com",
    authorization: oauth.authorization,
    required_scopes: [SCOPE],
    // Percentages of a rolling day, in a header of every answer.
    quota: { scope: "account", counts: "reports", size: null, seconds: 3_600, ahead: 0 },
    page_size: PAGE_SIZE,
    lookup_size: LOOKUP_SIZE,
    exchange: exchangeCode,
    refresh,
    refreshes_by_api: true,
    check: async (tokens) => void await readProfile(tokens),
    // The creator removes the app in Instagram's settings; Instagram has no call for it.
    revoke: null,
    identify: async (grant) => {
      const profile = await readProfile(grant.tokens);
      const insights: InsightsState = grant.scopes.includes(INSIGHTS_SCOPE) ? "unread" : "refused";
      return { profile: { ...profile, details: { ...profile.details, insights } }, grant };
    },
    page,
    lookup,
  };
}

/** Days since 1970; null for what is no time. */
function dayOf(time: unknown): number | null {
  const at = Date.parse(String(time));
  return Number.isNaN(at) ? null : Math.floor(at / DAY_MS);
}

/** Whether a medium's figures are due: those of new ones always, those of an old one when its day of thirty was one of the last. */
function isDue({ id, timestamp }: Media, today: number, days: number): boolean {
  const published = dayOf(instantOf(timestamp));
  if (published === null || today - published <= LIVELY_DAYS) return true;
  const place = [...id].reduce((sum, digit) => (sum * 31 + digit.charCodeAt(0)) % LIVELY_DAYS, 0);
  return (today - place) % LIVELY_DAYS < days;
}

/**
 * Whether a fault is about one medium alone: from before the account was a professional one, or a story that too few
 * people have seen, which is refused as if a permission were missing.
 */
function hasNoInsights(fault: PlatformFault, isStory: boolean): boolean {
  return isBadParameter(fault) || isNoSuchObject(fault) || (isStory && fault.kind === "scope_missing");
}

/** Figures that Instagram does not have are not in the list, which says nothing about their being 0. */
function figureOf(data: z.infer<typeof Insights>["data"], name: string): number | null {
  const figure = data.find((one) => one.name === name);
  return countOf(figure?.values?.at(-1)?.value ?? figure?.total_value?.value);
}

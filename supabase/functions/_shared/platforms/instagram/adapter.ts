/**
 * Instagram: Instagram Login and the Instagram API for professional (business and creator) accounts.
 *
 * There is no refresh token: a token lives 60 days and is itself extended, once it is a day old and while it is still valid. A page
 * costs one call. The library is the list of media, followed by the stories of the last 24 hours. Views and shares (insights) cost
 * one call per medium, so they are read where they still change; an account that did not grant them is synced without them.
 * Instagram reports no durations and no languages.
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
/** Optional: without it, only views and shares are missing. */
const INSIGHTS_SCOPE = "instagram_business_manage_insights";
const PAGE_SIZE = 50;

/** A look-up takes one call per medium, so it is small. */
const LOOKUP_SIZE = 10;

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Every kind of medium has these metrics; an unsupported metric would make Instagram refuse the whole call. */
const METRICS = "views,shares";
const INSIGHTS_AT_ONCE = 10;
/** For this many days after publication a medium's figures are read in every sync run; later once in as many days. */
const LIVELY_DAYS = 30;

const PROFILE_FIELDS =
  "id,user_id,username,name,account_type,profile_picture_url,followers_count,media_count";
const MEDIA_FIELDS = "id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink,timestamp," +
  "like_count,comments_count,alt_text,children{id,media_type,media_url,thumbnail_url,alt_text}";

type Figures = Pick<NormalizedItem, "views_count" | "shares_count">;

/** The values of an account's `details.insights`: whether its creator granted them, and whether a sync run has read them all. */
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
  /** Tokens are exchanged and extended at addresses without an API version, with query parameters only. */
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

  /** Exchanges the code for a token of one hour, and that one for a token of 60 days. */
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
        // Instagram does not extend a token on its first day; this can only check whether the token is still valid.
        await readProfile(tokens);
        return { tokens, expires_at: new Date(expires_at), scopes: [SCOPE] };
      }
      const query = { grant_type: "ig_refresh_token", access_token };
      return grantOf(await exchange.get("refresh_access_token", tokens, LongLivedToken, { query }));
    } catch (fault) {
      // The token is its own refresh token: once it is dead, nothing can renew it.
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
        // Meta's reports name the person by their id in this app, which is not the account's own id.
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
    // One sync run per day reads the profile; it measures old media, too.
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
        // From now on, only the media whose figures are due are read.
        ? { ...account, details: { ...account?.details, insights: "read" satisfies InsightsState } }
        : account,
    };
  }

  /** Returns the media whose figures are due; `measured` is the day on which old media were last measured. */
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

  /** Reads insights, which are optional: after any failure the page is kept, and a figure that was not read keeps its value. */
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
      // A refusal of the whole group is not about one medium: a metric that was removed, or media older than insights.
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
    // If the token has just read something else, the token is not the problem.
    const dead = refusals.find(({ fault }) => judge(fault) === "token");
    if (dead && media.length === 0) throw dead.fault;
    for (const { id } of refusals) tell(id);
    // A token that may no longer read anything also gets "no such object"; this call fails then, so no item looks deleted.
    if (media.length === 0) await readProfile(tokens);
    return media.map((one) => itemOf(one, false));
  }

  return {
    slug: "instagram",
    title: "Instagram",
    website: "https://www.instagram.com",
    authorization: oauth.authorization,
    required_scopes: [SCOPE],
    // Percentages of a rolling day, in a header of every response; a report counts for an hour.
    quota: { scope: "account", counts: "reports", size: null, seconds: 3_600, ahead: 0 },
    page_size: PAGE_SIZE,
    lookup_size: LOOKUP_SIZE,
    exchange: exchangeCode,
    refresh,
    refreshes_by_api: true,
    check: async (tokens) => void await readProfile(tokens),
    // Instagram has no call for this; the creator removes the app in Instagram's settings.
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

/** Returns days since 1970; null if the value is not a time. */
function dayOf(time: unknown): number | null {
  const at = Date.parse(String(time));
  return Number.isNaN(at) ? null : Math.floor(at / DAY_MS);
}

/**
 * Returns whether a medium's figures are due: for a recent medium always; for an old one, when its day in the cycle of thirty was
 * one of the last `days`.
 */
function isDue({ id, timestamp }: Media, today: number, days: number): boolean {
  const published = dayOf(instantOf(timestamp));
  if (published === null || today - published <= LIVELY_DAYS) return true;
  const place = [...id].reduce((sum, digit) => (sum * 31 + digit.charCodeAt(0)) % LIVELY_DAYS, 0);
  return (today - place) % LIVELY_DAYS < days;
}

/**
 * Returns whether a fault concerns one medium alone: it is older than the professional account, or it is a story that too few
 * people have seen, which Instagram refuses like a missing permission.
 */
function hasNoInsights(fault: PlatformFault, isStory: boolean): boolean {
  return isBadParameter(fault) || isNoSuchObject(fault) || (isStory && fault.kind === "scope_missing");
}

/** Returns a figure or null: Instagram omits figures that it does not have, which does not mean that they are 0. */
function figureOf(data: z.infer<typeof Insights>["data"], name: string): number | null {
  const figure = data.find((one) => one.name === name);
  return countOf(figure?.values?.at(-1)?.value ?? figure?.total_value?.value);
}

/**
 * Instagram as an app with Instagram Login sees it: www.instagram.com (consent), api.instagram.com (codes) and
 * graph.instagram.com (long-lived tokens, profile, media, stories).
 */
import { MetaAccounts } from "../meta/accounts.ts";
import { decideDialog, type Dialog, showDialog } from "../meta/authorize.ts";
import { Callbacks } from "../meta/callbacks.ts";
import { graphTime, signedUrl } from "../meta/captions.ts";
import { pageOf } from "../meta/cursor.ts";
import { type Fields, readFields, select } from "../meta/fields.ts";
import { refused } from "../meta/graph_error.ts";
import { metaProduct, tokenOf } from "../meta/product.ts";
import { MetaUsage } from "../meta/usage.ts";
import { type Answer, type Call, json, type Provider, type World } from "../provider.ts";
import { instagramAdmin } from "./instagram_admin.ts";
import { type AccountRecord, InstagramLibrary, type MediaRecord, type Part } from "./library.ts";

export const instagram_app = {
  id: "990001112223334",
  secret: "local-simulator-instagram-secret",
  name: "StreamVibe (local)",
};

const basic = "instagram_business_basic";
const manage_insights = "instagram_business_manage_insights";
const known_scopes = [
  basic,
  "instagram_business_content_publish",
  "instagram_business_manage_comments",
  "instagram_business_manage_messages",
  manage_insights,
];

/** The fields that this simulator has of each of Meta's models. */
export const instagram_fields = {
  IGUserForIGOnlyAPI: [
    "id",
    "user_id",
    "username",
    "name",
    "account_type",
    "profile_picture_url",
    "followers_count",
    "follows_count",
    "media_count",
    "biography",
    "website",
  ],
  IGMediaForIGOnlyAPI: [
    "id",
    "caption",
    "media_type",
    "media_product_type",
    "media_url",
    "thumbnail_url",
    "permalink",
    "shortcode",
    "timestamp",
    "username",
    "like_count",
    "comments_count",
    "is_comment_enabled",
    "is_shared_to_feed",
    "alt_text",
    "owner",
  ],
} as const;

/** What may be asked of a medium; one that its kind does not have refuses the whole call. All are answered with what the library knows. */
const metrics = ["views", "reach", "likes", "comments", "saved", "shares", "total_interactions"];
const metrics_of_feed = [...metrics, "follows", "profile_visits", "profile_activity"];
const metrics_of_reels = [...metrics, "ig_reels_avg_watch_time", "ig_reels_video_view_total_time"];
const metrics_of_stories = ["views", "reach", "replies", "shares", "navigation"];
/** A story that fewer people have seen has no insights. */
const least_viewers = 5;

/** Edges that a field may name, as `children{…}`. */
const media_edges = ["children"];

const host = "scontent-sim1-1.cdninstagram.com";
const min_age = 24 * 3_600_000;

export function instagram(world: World, redirect_uris?: readonly string[]): Provider {
  const library = new InstagramLibrary(world);
  const accounts = new MetaAccounts(world, "instagram", "IGAA", instagram_app, redirect_uris);
  const usage = new MetaUsage(world, "instagram");
  const callbacks = new Callbacks(world, "instagram", instagram_app);
  const dialog: Dialog = {
    product: "Instagram",
    accounts,
    known_scopes,
    choices: () =>
      library.list().slice(0, 20).map(({ id, username, media }) => ({
        id,
        name: username,
        detail: `${media.length} posts`,
      })),
    find: (id) => library.account(id) && { person: id, pages: [] },
    fragment: "#_",
  };

  /** The account of a call's token, or why there is none. */
  function reader(call: Call, scope: string | null = basic): AccountRecord | Answer {
    const token = tokenOf(call);
    if (token === "") return refused("no_token");
    if (call.fault?.token) return refused(call.fault.token === "expired" ? "token_expired" : "token_revoked");
    const state = accounts.read(token);
    if (state === "malformed") return refused("token_malformed");
    if (state === "expired" || state === "revoked") return refused(`token_${state}`);
    const account = library.account(state.facts.person);
    if (account === undefined) return refused("no_such_object");
    if (scope !== null && !state.consent.scopes.includes(scope)) return refused("missing_scope");
    return usage.charge(account.id) ?? account;
  }

  function reading(
    call: Call,
    answer: (account: AccountRecord, fields: Fields) => Answer,
    known: readonly string[],
  ): Answer {
    const fields = readFields(call.query.get("fields") ?? "id");
    if (fields === undefined) return refused("invalid_parameter", "(#100) Syntax error in the field list");
    const account = reader(call);
    if ("status" in account) return account;
    const stranger = [...fields.keys()].find((name) => !known.includes(name));
    if (stranger !== undefined) {
      return refused("invalid_parameter", `(#100) Tried accessing nonexisting field (${stranger})`);
    }
    return withUsage(answer(account, fields), account.id);
  }

  function withUsage(answer: Answer, account: string): Answer {
    return { ...answer, headers: { ...answer.headers, ...usage.headers(account) } };
  }

  function user(account: AccountRecord): Record<string, unknown> {
    const now = world.clock.now();
    return {
      id: account.scoped_id,
      user_id: account.id,
      username: account.username,
      name: account.name,
      account_type: account.account_type,
      profile_picture_url: signedUrl(host, `t51.2885-19/${account.id}_a.jpg`, now),
      followers_count: account.followers,
      follows_count: 12,
      media_count: library.media(account).filter((media) => library.isAlive(media)).length,
      biography: `${account.name}: made up by a simulator`,
      website: "https://example.com/",
    };
  }

  function mediaNode(account: AccountRecord, media: MediaRecord): Record<string, unknown> {
    const now = world.clock.now();
    const isVideo = media.type === "VIDEO";
    const shortcode = `C${BigInt(media.id).toString(36)}`;
    const picture = signedUrl(host, `t51.29350-15/${media.id}_n.jpg`, now);
    return {
      id: media.id,
      caption: media.caption ?? undefined,
      media_type: media.type,
      media_product_type: media.product,
      media_url: media.flagged
        ? undefined
        : isVideo
        ? signedUrl(host, `t66.30100-16/${media.id}_n.mp4`, now)
        : picture,
      thumbnail_url: isVideo ? picture : undefined,
      permalink: media.product === "STORY"
        ? `https://www.instagram.com/stories/${account.username}/${media.id}`
        : `https://www.instagram.com/${media.product === "REELS" ? "reel" : "p"}/${shortcode}/`,
      shortcode,
      timestamp: graphTime(media.at),
      username: account.username,
      like_count: media.likes ?? undefined,
      comments_count: media.comments,
      is_comment_enabled: true,
      is_shared_to_feed: media.product === "REELS" ? true : undefined,
      alt_text: media.alt_text ?? undefined,
      owner: { id: account.scoped_id },
      children: media.parts.length === 0
        ? undefined
        : { data: media.parts.map((part) => partNode(media, part)) },
    };
  }

  function partNode(media: MediaRecord, part: Part): Record<string, unknown> {
    const now = world.clock.now();
    const picture = signedUrl(host, `t51.29350-15/${part.id}_n.jpg`, now);
    return {
      id: part.id,
      media_type: part.type,
      media_url: part.type === "VIDEO" ? signedUrl(host, `t66.30100-16/${part.id}_n.mp4`, now) : picture,
      thumbnail_url: part.type === "VIDEO" ? picture : undefined,
      permalink: `https://www.instagram.com/p/C${BigInt(part.id).toString(36)}/`,
      timestamp: graphTime(media.at),
      alt_text: part.alt_text ?? undefined,
    };
  }

  const media_fields = [...instagram_fields.IGMediaForIGOnlyAPI, ...media_edges];

  function insights(call: Call): Answer {
    const account = reader(call, manage_insights);
    if ("status" in account) return account;
    const found = library.find(call.params.object ?? "");
    if (found?.account !== account || !library.isAlive(found.media)) return refused("no_such_object");
    const { media } = found;
    const asked = (call.query.get("metric") ?? "").split(",");
    const known = media.product === "STORY"
      ? metrics_of_stories
      : media.product === "REELS"
      ? metrics_of_reels
      : metrics_of_feed;
    const index = asked.findIndex((metric) => !known.includes(metric));
    if (index >= 0) {
      return refused(
        "invalid_parameter",
        `(#100) metric[${index}] must be one of the following values: ${known.join(", ")}`,
      );
    }
    if (media.product === "STORY" && (media.views ?? 0) < least_viewers) return refused("few_viewers");
    if (media.views === null) return withUsage(json(200, { data: [] }), account.id);
    const figures: Record<string, number> = {
      views: media.views,
      reach: Math.ceil(media.views * 0.8),
      likes: media.likes ?? 0,
      comments: media.comments,
      shares: media.shares,
      total_interactions: (media.likes ?? 0) + media.comments + media.shares,
    };
    const data = asked.map((name) => ({
      name,
      period: "lifetime",
      values: [{ value: figures[name] ?? 0 }],
      title: name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " "),
      description: `The number of ${name.replaceAll("_", " ")}.`,
      id: `${media.id}/insights/${name}/lifetime`,
    }));
    return withUsage(json(200, { data }), account.id);
  }

  function list(call: Call): Answer {
    const { edge = "", object = "" } = call.params;
    if (edge === "insights") return insights(call);
    if (edge !== "media" && edge !== "stories") return refused("unknown_path");
    return reading(call, (account, fields) => {
      if (object !== "me" && object !== account.id && object !== account.scoped_id) {
        return refused("no_such_object");
      }
      return pageOf(call, {
        items: edge === "media" ? library.media(account) : library.stories(account),
        show: (media) => select(mediaNode(account, media), fields),
        most: 100,
        usual: 25,
        token: tokenOf(call),
        repeats: account.repeats,
      });
    }, media_fields);
  }

  function object(call: Call): Answer {
    const { object: id = "" } = call.params;
    const found = library.find(id);
    if (found === undefined && id !== "me" && library.account(id) === undefined) {
      const account = reader(call);
      return "status" in account ? account : refused("no_such_object");
    }
    const known = found ? media_fields : instagram_fields.IGUserForIGOnlyAPI;
    return reading(call, (account, fields) => {
      if (found === undefined) {
        return id === "me" || id === account.id
          ? json(200, select(user(account), fields))
          : refused("no_such_object");
      }
      const isOwn = found.account === account && library.isAlive(found.media);
      return isOwn ? json(200, select(mediaNode(account, found.media), fields)) : refused("no_such_object");
    }, known);
  }

  /** A code for a token of an hour. Its errors are not in the Graph API's shape. */
  function exchangeCode(call: Call): Answer {
    const fail = (message: string) =>
      json(400, { error_type: "OAuthException", code: 400, error_message: message });
    if (!/^application\/x-www-form-urlencoded\b/i.test(call.headers.get("content-type") ?? "")) {
      return fail("Invalid request: only form-encoded bodies are read");
    }
    const form = new URLSearchParams(call.body);
    if (form.get("client_id") !== instagram_app.id || form.get("client_secret") !== instagram_app.secret) {
      return fail("Invalid platform app");
    }
    if (form.get("grant_type") !== "authorization_code") return fail("Invalid grant_type");
    const person = accounts.redeem(form.get("code") ?? "", form.get("redirect_uri") ?? "");
    if (person === "unknown" || person === "used") {
      return fail("Matching code was not found or was already used");
    }
    if (person === "redirect_uri") {
      return fail("Error validating verification code. The redirect_uri is not the same");
    }
    const token = accounts.issue("short", person);
    const permissions = accounts.consent(person).scopes;
    // The documented shape and the one that is seen; an account always gets the same one.
    return Number(person.at(-1)) % 2 === 0
      ? json(200, { data: [{ access_token: token, user_id: person, permissions: permissions.join(",") }] })
      : {
        ...json(200, {}),
        body: `{"access_token": ${JSON.stringify(token)}, "user_id": ${person}, "permissions": ${
          JSON.stringify(permissions)
        }}`,
      };
  }

  function exchangeToken(call: Call): Answer {
    if (call.query.get("grant_type") !== "ig_exchange_token") {
      return refused("invalid_parameter", "Invalid grant_type");
    }
    if (call.query.get("client_secret") !== instagram_app.secret) {
      return refused("invalid_parameter", "Error validating client secret.");
    }
    const token = call.query.get("access_token") ?? "";
    const state = call.fault?.token ?? accounts.read(token);
    if (typeof state === "string") {
      return refused(state === "malformed" ? "token_malformed" : `token_${state}`);
    }
    if (state.facts.kind !== "short") {
      return refused(
        "invalid_parameter",
        "Session key invalid. This could be because the session key has an incorrect format",
      );
    }
    return tokenAnswer(accounts.issue("long", state.facts.person));
  }

  function refreshToken(call: Call): Answer {
    if (call.query.get("grant_type") !== "ig_refresh_token") {
      return refused("invalid_parameter", "Invalid grant_type");
    }
    const token = call.query.get("access_token") ?? "";
    const state = call.fault?.token ?? accounts.read(token);
    if (typeof state === "string") {
      return refused(state === "malformed" ? "token_malformed" : `token_${state}`);
    }
    if (state.facts.kind !== "long") {
      return refused("invalid_parameter", "Only long-lived tokens can be refreshed");
    }
    if (accounts.ageOf(state.facts) < min_age) return refused("too_young");
    if (!state.consent.scopes.includes(basic)) return refused("missing_scope");
    return tokenAnswer(accounts.issue("long", state.facts.person), state.consent.scopes);
  }

  function tokenAnswer(access_token: string, permissions?: readonly string[]): Answer {
    const state = accounts.read(access_token);
    const expires_in = typeof state === "string" ? 0 : accounts.left(state.facts);
    return json(200, {
      access_token,
      token_type: "bearer",
      expires_in,
      ...(permissions === undefined ? {} : { permissions: permissions.join(",") }),
    });
  }

  const authorize = "/www.instagram.com/oauth/authorize";
  return {
    name: "instagram",
    routes: [
      { method: "GET", path: authorize, handle: (call) => showDialog(dialog, call) },
      { method: "POST", path: authorize, handle: (call) => decideDialog(dialog, call) },
      { method: "POST", path: "/api.instagram.com/oauth/access_token", handle: exchangeCode },
      { method: "GET", path: "/graph.instagram.com/access_token", handle: exchangeToken },
      { method: "GET", path: "/graph.instagram.com/refresh_access_token", handle: refreshToken },
      { method: "GET", path: "/graph.instagram.com/:version/:object", handle: object },
      { method: "GET", path: "/graph.instagram.com/:version/:object/:edge", handle: list },
    ],
    admin: instagramAdmin(library, accounts, usage, callbacks),
    accountOf: (call) => {
      const form = new URLSearchParams(call.body);
      const given = tokenOf(call) || form.get("code") || "";
      return given ? accounts.accountOf(given) : form.get("account") ?? undefined;
    },
    ...metaProduct({ accounts, callbacks, library, usage }),
  };
}

/**
 * Instagram as an app with Instagram Login sees it: www.instagram.com (consent), api.instagram.com (codes) and
 * graph.instagram.com (long-lived tokens, profile, media, stories).
 */
import { Accounts } from "../engine/accounts.ts";
import { accountChoices } from "../engine/consent_page.ts";
import { type Facts, Grants } from "../engine/grants.ts";
import { type Post, postersAdmin } from "../engine/posts.ts";
import { type Answer, type Call, type Context, json, type Provider, readForm } from "../engine/provider.ts";
import { Publishing } from "../engine/publishing.ts";
import { pageOf } from "../meta/cursor.ts";
import { type Fields, select } from "../meta/fields.ts";
import {
  code,
  dialogRoutes,
  fieldsOf,
  type MetaApp,
  metaProvider,
  readToken,
  reports,
  token_lives,
  tokenOf,
  Usage,
} from "../meta/graph.ts";
import { refused } from "../meta/graph_error.ts";
import {
  type Account,
  instagram_change,
  instagram_fields,
  instagram_network,
  instagram_wish,
  isAlive,
  likesOf,
  media_fields,
  mediaNode,
  scopedId,
  truthOf,
  userNode,
} from "./network.ts";
import { instagramPublishing } from "./publishing.ts";

export const instagram_app: MetaApp = {
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

/** Insights metrics by kind of medium. A metric that the kind does not have fails the whole call; metrics without simulated data are 0. */
const metrics = ["views", "reach", "likes", "comments", "saved", "shares", "total_interactions"];
const metrics_of_feed = [...metrics, "follows", "profile_visits", "profile_activity"];
const metrics_of_reels = [...metrics, "ig_reels_avg_watch_time", "ig_reels_video_view_total_time"];
const metrics_of_stories = ["views", "reach", "replies", "shares", "navigation"];
/** Minimum number of viewers for a story's insights. */
const least_viewers = 5;

const min_age = 24 * 3_600_000;

export function instagram(context: Context): Provider {
  const now = () => context.clock.now();
  const accounts = new Accounts(context, instagram_network);
  const prefix = "IGAA";
  const grants: Grants = new Grants(context, {
    code,
    tokens: { short: { prefix, life: token_lives.short }, long: { prefix, life: token_lives.long } },
    replaces: true,
    read_scopes: [basic, manage_insights],
    hand_out: (account) => ({ access_token: grants.issue("long", accounts.expect(account).id) }),
  });
  const usage = new Usage(context, "instagram");

  const isHeld = ({ account }: Facts) => accounts.account(account)?.checkpoint ?? false;

  /** Returns the account of a call's token, or the refusal. */
  function reader(call: Call, scope = basic): Account | Answer {
    const token = tokenOf(call);
    const facts = token === "" ? refused("no_token") : readToken(call, grants, token, isHeld);
    if ("status" in facts) return facts;
    const account = accounts.account(facts.account);
    if (account === undefined) return refused("no_such_object");
    if (!grants.of(account.id).scopes.includes(scope)) return refused("missing_scope");
    return usage.charge(account.id) ?? account;
  }

  function reading(
    call: Call,
    answer: (account: Account, fields: Fields) => Answer,
    known: readonly string[],
  ): Answer {
    const account = reader(call);
    if ("status" in account) return account;
    const fields = fieldsOf(call, known);
    return "status" in fields ? fields : usage.told(answer(account, fields), account.id);
  }

  /** Returns a medium that the account's own token may read. */
  function own(account: Account, id: string): Post | undefined {
    const post = accounts.find(id);
    return post?.account_id === account.id && isAlive(post, now()) ? post : undefined;
  }

  function insights(call: Call): Answer {
    const account = reader(call, manage_insights);
    if ("status" in account) return account;
    const media = own(account, call.params.object ?? "");
    if (!media) return refused("no_such_object");
    const asked = (call.query.get("metric") ?? "").split(",");
    const known = media.kind === "story"
      ? metrics_of_stories
      : media.kind === "reel"
      ? metrics_of_reels
      : metrics_of_feed;
    const index = asked.findIndex((metric) => !known.includes(metric));
    if (index >= 0) {
      return refused(
        "invalid_parameter",
        `(#100) metric[${index}] must be one of the following values: ${known.join(", ")}`,
      );
    }
    if (media.kind === "story" && (media.views ?? 0) < least_viewers) return refused("few_viewers");
    if (media.views === null) return usage.told(json(200, { data: [] }), account.id);
    const figures: Record<string, number> = {
      views: media.views,
      reach: Math.ceil(media.views * 0.8),
      likes: likesOf(media) ?? 0,
      comments: media.comments,
      shares: media.shares,
      total_interactions: (likesOf(media) ?? 0) + media.comments + media.shares,
    };
    const data = asked.map((name) => ({
      name,
      period: "lifetime",
      values: [{ value: figures[name] ?? 0 }],
      title: name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " "),
      description: `The number of ${name.replaceAll("_", " ")}.`,
      id: `${media.id}/insights/${name}/lifetime`,
    }));
    return usage.told(json(200, { data }), account.id);
  }

  function list(call: Call): Answer {
    const { edge = "", object = "" } = call.params;
    if (edge === "insights") return insights(call);
    if (edge !== "media" && edge !== "stories") return refused("unknown_path");
    return reading(call, (account, fields) => {
      if (![account.id, scopedId(account.id), "me"].includes(object)) return refused("no_such_object");
      const isListed = (post: Post) =>
        edge === "media"
          ? post.kind !== "story" && !post.deleted
          : post.kind === "story" && isAlive(post, now());
      return pageOf(call, {
        below: (number) => accounts.below(account.id, number).filter(isListed),
        show: (post) => select(mediaNode(account, post, now()), fields),
        repeats: account.repeats,
        bears: account.bears ?? undefined,
      });
    }, media_fields);
  }

  const publishing = new Publishing(context);
  const publisher = instagramPublishing(accounts, publishing, reader);

  function object(call: Call): Answer {
    const { object: id = "" } = call.params;
    if (publisher.isContainer(id)) return publisher.status(call);
    const isMedium = accounts.find(id) !== undefined;
    if (!isMedium && id !== "me" && accounts.account(id) === undefined) {
      const account = reader(call);
      return "status" in account ? account : refused("no_such_object");
    }
    return reading(call, (account, fields) => {
      if (isMedium) {
        const post = own(account, id);
        return post ? json(200, select(mediaNode(account, post, now()), fields)) : refused("no_such_object");
      }
      if (id !== "me" && id !== account.id) return refused("no_such_object");
      const count = [...accounts.below(account.id)].filter((post) =>
        post.kind !== "story" && isAlive(post, now())
      ).length;
      return json(200, select(userNode(account, count, now()), fields));
    }, isMedium ? media_fields : instagram_fields.IGUserForIGOnlyAPI);
  }

  /** Exchanges a code for a token of one hour. Its errors are not in the Graph API's shape. */
  function exchangeCode(call: Call): Answer {
    const fail = (message: string) =>
      json(400, { error_type: "OAuthException", code: 400, error_message: message });
    const form = readForm(call);
    if (!form) return fail("Invalid request: only form-encoded bodies are read");
    if (form.get("client_id") !== instagram_app.id || form.get("client_secret") !== instagram_app.secret) {
      return fail("Invalid platform app");
    }
    if (form.get("grant_type") !== "authorization_code") return fail("Invalid grant_type");
    const found = grants.redeem(form.get("code") ?? "", { redirect_uri: form.get("redirect_uri") });
    if (found === "redirect_uri") {
      return fail("Error validating verification code. The redirect_uri is not the same");
    }
    if (typeof found === "string") return fail("Matching code was not found or was already used");
    const { account } = found;
    const token = grants.issue("short", account);
    const permissions = grants.of(account).scopes;
    // Half of the accounts get the documented shape, the other half the one seen in practice; an account always gets the same one.
    if (Number(account.at(-1)) % 2 === 0) {
      return json(200, {
        data: [{ access_token: token, user_id: account, permissions: permissions.join(",") }],
      });
    }
    const answer = json(200, { access_token: token, user_id: 0, permissions });
    // The id is too large for a JavaScript number.
    return { ...answer, body: answer.body.replace('"user_id": 0', `"user_id": ${account}`) };
  }

  function exchangeToken(call: Call): Answer {
    if (call.query.get("grant_type") !== "ig_exchange_token") {
      return refused("invalid_parameter", "Invalid grant_type");
    }
    if (call.query.get("client_secret") !== instagram_app.secret) {
      return refused("invalid_parameter", "Error validating client secret.");
    }
    const facts = readToken(call, grants, call.query.get("access_token") ?? "");
    if ("status" in facts) return facts;
    if (facts.kind !== "short") {
      return refused(
        "invalid_parameter",
        "Session key invalid. This could be because the session key has an incorrect format",
      );
    }
    return tokenAnswer(facts.account);
  }

  function refreshToken(call: Call): Answer {
    if (call.query.get("grant_type") !== "ig_refresh_token") {
      return refused("invalid_parameter", "Invalid grant_type");
    }
    const facts = readToken(call, grants, call.query.get("access_token") ?? "", isHeld);
    if ("status" in facts) return facts;
    if (facts.kind !== "long") {
      return refused("invalid_parameter", "Only long-lived tokens can be refreshed");
    }
    if (grants.ageOf(facts) < min_age) return refused("too_young");
    const { scopes } = grants.of(facts.account);
    return scopes.includes(basic) ? tokenAnswer(facts.account, scopes) : refused("missing_scope");
  }

  function tokenAnswer(account: string, permissions?: readonly string[]): Answer {
    return json(200, {
      access_token: grants.issue("long", account),
      token_type: "bearer",
      expires_in: token_lives.long,
      ...(permissions === undefined ? {} : { permissions: permissions.join(",") }),
    });
  }

  const admin = postersAdmin(accounts, grants, {
    wish: instagram_wish,
    change: instagram_change,
    truth: (post) => truthOf(post, now()),
    describe: ({ id }) => ({ scoped_id: scopedId(id), consented: grants.of(id).consented }),
  });
  return {
    name: context.provider,
    routes: [
      ...dialogRoutes(context, instagram_app, {
        network: "Instagram",
        known_scopes,
        paths: ["/www.instagram.com/oauth/authorize"],
        grants,
        ...accountChoices(accounts),
        fragment: "#_",
      }),
      { method: "POST", path: "/api.instagram.com/oauth/access_token", handle: exchangeCode },
      { method: "GET", path: "/graph.instagram.com/access_token", handle: exchangeToken },
      { method: "GET", path: "/graph.instagram.com/refresh_access_token", handle: refreshToken },
      ...publisher.routes,
      { method: "GET", path: "/graph.instagram.com/:version/:object", handle: object },
      { method: "GET", path: "/graph.instagram.com/:version/:object/:edge", handle: list },
    ],
    parts: [
      accounts,
      grants,
      admin,
      usage,
      publishing,
      reports(context, instagram_app, grants, {
        ownerOf: (id) => accounts.expect(id).id,
        scopedId,
        object: "instagram",
        fields: ["comments", "mentions", "story_insights"],
      }),
    ],
    ...metaProvider(grants, usage),
  };
}

/** Facebook as an app with Facebook Login for Pages sees it: www.facebook.com (consent) and graph.facebook.com. */
import { createHmac } from "node:crypto";
import { MetaAccounts, type TokenFacts } from "../meta/accounts.ts";
import { decideDialog, type Dialog, showDialog } from "../meta/authorize.ts";
import { Callbacks } from "../meta/callbacks.ts";
import { pageOf } from "../meta/cursor.ts";
import { type Fields, readFields, select } from "../meta/fields.ts";
import { refused } from "../meta/graph_error.ts";
import { metaProduct, tokenOf } from "../meta/product.ts";
import { MetaUsage } from "../meta/usage.ts";
import { type Answer, type Call, json, type Provider, type World } from "../provider.ts";
import { facebookAdmin } from "./facebook_admin.ts";
import { FacebookLibrary, type PageRecord } from "./library.ts";
import { facebook_fields, pageNode, postNode, videoNode } from "./nodes.ts";

export const facebook_app = {
  id: "880001112223335",
  secret: "local-simulator-facebook-secret",
  name: "StreamVibe (local)",
};

const known_scopes = [
  "public_profile",
  "email",
  "business_management",
  "pages_show_list",
  "pages_read_engagement",
  "pages_read_user_content",
  "pages_manage_posts",
  "read_insights",
];

const lists = ["published_posts", "videos", "video_reels"] as const;
const most_in_batch = 50;

export function facebook(world: World, redirect_uris?: readonly string[]): Provider {
  const library = new FacebookLibrary(world);
  const accounts = new MetaAccounts(world, "facebook", "EAAG", facebook_app, redirect_uris);
  const usage = new MetaUsage(world, "pages");
  const callbacks = new Callbacks(world, "facebook", facebook_app);
  const dialog: Dialog = {
    product: "Facebook",
    accounts,
    known_scopes,
    choices: () =>
      library.people().slice(0, 20).map(({ id, name, pages }) => ({
        id,
        name,
        detail: pages.length === 0 ? "no Pages" : "Pages that the app may see:",
        pages: pages.map((page) => ({ id: page.id, name: page.name })),
      })),
    find: (id) => {
      const person = library.page(id)?.person ?? id;
      if (!library.isPerson(person)) return undefined;
      return { person, pages: library.pagesOf(person).map((page) => page.id) };
    },
    fragment: "#_=_",
  };

  /** What a call's token says, or why it says nothing. */
  function bearer(call: Call): { facts: TokenFacts; scopes: string[]; pages: string[] } | Answer {
    const token = tokenOf(call);
    if (token === "") return refused("no_token");
    if (call.fault?.token) return refused(call.fault.token === "expired" ? "token_expired" : "token_revoked");
    const state = accounts.read(token);
    if (state === "malformed") return refused("token_malformed");
    if (typeof state === "string") return refused(`token_${state}`);
    const proof = call.query.get("appsecret_proof");
    const wanted = createHmac("sha256", facebook_app.secret).update(token).digest("hex");
    if (proof !== null && proof !== wanted) {
      return refused("invalid_parameter", "Invalid appsecret_proof provided in the API argument");
    }
    const { facts, consent } = state;
    const refusal = usage.charge(facts.page ?? facts.person);
    return refusal ?? { facts, scopes: consent.scopes, pages: consent.pages };
  }

  function withUsage(answer: Answer, account: string): Answer {
    const headers = { ...answer.headers, ...usage.headers(account), "facebook-api-version": "v26.0" };
    return { ...answer, headers };
  }

  /** The fields that a call names, or why not. */
  function fieldsOf(call: Call, known: readonly string[]): Fields | Answer {
    const fields = readFields(call.query.get("fields") ?? "id");
    if (fields === undefined) return refused("invalid_parameter", "(#100) Syntax error in the field list");
    const stranger = [...fields.keys()].find((name) => !known.includes(name));
    return stranger === undefined
      ? fields
      : refused("invalid_parameter", `(#100) Tried accessing nonexisting field (${stranger})`);
  }

  const page_fields = [...facebook_fields.Page, ...facebook_fields.PageExtra];

  /** A Page's own token for the person, when their role gives one. */
  function pageToken(page: PageRecord, person: TokenFacts): string | undefined {
    if (page.person !== person.person || page.tasks.length === 0) return undefined;
    // Only a long-lived token of the person makes tokens without end.
    return accounts.issue("page", page.person, {
      page: page.id,
      expires: person.kind === "long" ? null : person.expires,
    });
  }

  /** The Pages that the person let the app see. */
  function myPages(call: Call): Answer {
    const who = bearer(call);
    if ("status" in who) return who;
    if (!who.scopes.includes("pages_show_list")) return refused("permission_denied");
    const fields = fieldsOf(call, page_fields);
    if ("status" in fields) return fields;
    const pages = library.pagesOf(who.facts.person).filter(({ id }) => who.pages.includes(id));
    const answer = pageOf(call, {
      items: pages.map((page, index) => ({ page, order: pages.length - index })),
      show: ({ page }) => select(pageNode(page, world.clock.now(), pageToken(page, who.facts)), fields),
      most: 100,
      usual: 25,
      token: tokenOf(call),
    });
    return withUsage(answer, who.facts.person);
  }

  function permissions(call: Call): Answer {
    const who = bearer(call);
    if ("status" in who) return who;
    const { scopes, declined } = accounts.consent(who.facts.person);
    return json(200, {
      data: [
        ...scopes.map((permission) => ({ permission, status: "granted" })),
        ...declined.map((permission) => ({ permission, status: "declined" })),
      ],
    });
  }

  function forget(call: Call): Answer {
    const who = bearer(call);
    if ("status" in who) return who;
    if (who.facts.kind === "page") {
      return refused("permission_denied", "(#200) This call requires a user access token");
    }
    accounts.revoke(who.facts.person);
    return json(200, { success: true });
  }

  function list(call: Call): Answer {
    const edge = lists.find((name) => name === call.params.edge);
    if (edge === undefined) return refused("unknown_path");
    const who = bearer(call);
    if ("status" in who) return who;
    const page = library.page(call.params.object === "me" ? who.facts.page ?? "" : call.params.object ?? "");
    if (page === undefined || who.facts.page !== page.id) return refused("no_such_object");
    if (!who.scopes.includes("pages_read_engagement")) return refused("missing_scope");
    const fields = fieldsOf(
      call,
      edge === "published_posts" ? facebook_fields.PagePost : facebook_fields.AdVideo,
    );
    if ("status" in fields) return fields;
    const now = world.clock.now();
    const answer = pageOf(call, {
      items: library.list(page, edge),
      show: (post) =>
        select(edge === "published_posts" ? postNode(page, post, now) : videoNode(post, now), fields),
      most: 100,
      usual: 25,
      token: tokenOf(call),
      repeats: page.repeats,
    });
    return withUsage(answer, page.id);
  }

  function object(call: Call): Answer {
    const { object: id = "" } = call.params;
    const who = bearer(call);
    if ("status" in who) return who;
    const own = who.facts.page ?? who.facts.person;
    const page = library.page(id === "me" ? who.facts.page ?? "" : id);
    if (page !== undefined) {
      const isReadable = who.facts.page === page.id ||
        (page.person === who.facts.person && who.pages.includes(page.id) &&
          who.scopes.includes("pages_show_list"));
      if (!isReadable) return refused("no_such_object");
      const fields = fieldsOf(call, page_fields);
      if ("status" in fields) return fields;
      const token = who.facts.kind === "page" ? tokenOf(call) : pageToken(page, who.facts);
      return withUsage(json(200, select(pageNode(page, world.clock.now(), token), fields)), own);
    }
    if (id === "me" || id === who.facts.person) return withUsage(json(200, { id: who.facts.person }), own);
    const found = library.find(id);
    const isVisible = found !== undefined && who.facts.page === found.page.id && !found.post.hidden &&
      (found.is_video || found.post.has_post);
    if (!isVisible) return refused("no_such_object");
    if (!who.scopes.includes("pages_read_engagement")) return refused("missing_scope");
    const fields = fieldsOf(call, found.is_video ? facebook_fields.AdVideo : facebook_fields.PagePost);
    if ("status" in fields) return fields;
    const now = world.clock.now();
    const node = found.is_video ? videoNode(found.post, now) : postNode(found.page, found.post, now);
    return withUsage(json(200, select(node, fields)), own);
  }

  /** Several reads in one request; each counts, and each has an answer of its own. */
  function batch(call: Call): Answer {
    const wanted = batchOf(call);
    if (wanted === undefined) return refused("invalid_parameter", "(#100) batch must be a list of requests");
    if (wanted.length > most_in_batch) {
      return refused("invalid_parameter", "Too many requests in batch message. Maximum batch size is 50");
    }
    const answers = wanted.map(({ method, relative_url }) => {
      const url = new URL(relative_url.replace(/^\//, ""), "https://graph.invalid/");
      const headers = new Headers(call.headers);
      const inner: Call = {
        ...call,
        method,
        url,
        query: url.searchParams,
        headers,
        body: "",
        params: { version: call.params.version ?? "", object: decodeURIComponent(url.pathname.slice(1)) },
        notes: {},
      };
      const answer = method === "GET" ? object(inner) : refused("unknown_path");
      return { code: answer.status, body: answer.body };
    });
    const state = accounts.read(tokenOf(call));
    const account = typeof state === "string" ? undefined : state.facts.page ?? state.facts.person;
    return { ...json(200, answers), headers: { ...json(200, {}).headers, ...usage.headers(account) } };
  }

  /** A code for a short-lived token, or a short-lived token for one of sixty days. By GET or by POST. */
  function token(call: Call): Answer {
    const form = new URLSearchParams([...call.query, ...new URLSearchParams(call.body)]);
    if (call.fault?.token) return refused(call.fault.token === "expired" ? "token_expired" : "token_revoked");
    if (form.get("client_id") !== facebook_app.id) {
      return refused(
        "invalid_parameter",
        "Error validating application. Cannot get application info due to a system error.",
      );
    }
    if (form.get("client_secret") !== facebook_app.secret) {
      return refused("invalid_parameter", "Error validating client secret.");
    }
    if (form.get("grant_type") === "fb_exchange_token") {
      const state = accounts.read(form.get("fb_exchange_token") ?? "");
      if (typeof state === "string") {
        return refused(state === "malformed" ? "token_malformed" : `token_${state}`);
      }
      return tokenAnswer(accounts.issue("long", state.facts.person));
    }
    const person = accounts.redeem(form.get("code") ?? "", form.get("redirect_uri") ?? "");
    if (person === "unknown") return refused("invalid_parameter", "Invalid verification code format.");
    if (person === "used") return refused("invalid_parameter", "This authorization code has been used.");
    if (person === "redirect_uri") {
      return refused(
        "invalid_parameter",
        "Error validating verification code. Please make sure your redirect_uri is identical",
      );
    }
    return tokenAnswer(accounts.issue("short", person));
  }

  function tokenAnswer(access_token: string): Answer {
    const state = accounts.read(access_token);
    return json(200, {
      access_token,
      token_type: "bearer",
      expires_in: typeof state === "string" ? 0 : accounts.left(state.facts),
    });
  }

  /** The Page, where a call is about one: by its token, its path, or because the person has no other. */
  function accountOf(call: Call): string | undefined {
    const form = new URLSearchParams(call.body);
    const given = tokenOf(call) || call.query.get("fb_exchange_token") || form.get("code") || "";
    const owner = given ? accounts.accountOf(given) : form.get("account") ?? undefined;
    if (owner === undefined || library.page(owner) !== undefined) return owner;
    const named = call.path.split("/")[3] ?? "";
    const pages = library.pagesOf(owner);
    return pages.find(({ id }) => id === named)?.id ?? (pages.length === 1 ? pages[0]?.id : owner);
  }

  const dialog_path = "/www.facebook.com/:version/dialog/oauth";
  const graph = "/graph.facebook.com/:version";
  return {
    name: "facebook",
    routes: [
      { method: "GET", path: dialog_path, handle: (call) => showDialog(dialog, call) },
      { method: "POST", path: dialog_path, handle: (call) => decideDialog(dialog, call) },
      { method: "GET", path: `${graph}/oauth/access_token`, handle: token },
      { method: "POST", path: `${graph}/oauth/access_token`, handle: token },
      { method: "GET", path: `${graph}/me/accounts`, handle: myPages },
      { method: "GET", path: `${graph}/me/permissions`, handle: permissions },
      { method: "DELETE", path: `${graph}/me/permissions`, handle: forget },
      { method: "POST", path: `${graph}/`, handle: batch },
      { method: "GET", path: `${graph}/:object/:edge`, handle: list },
      { method: "GET", path: `${graph}/:object`, handle: object },
    ],
    admin: facebookAdmin(library, accounts, usage, callbacks),
    accountOf,
    ...metaProduct({ accounts, callbacks, library, usage }),
  };
}

interface BatchedRequest {
  method: string;
  relative_url: string;
}

/** Of a JSON body, or of a form whose member `batch` is JSON. */
function batchOf(call: Call): BatchedRequest[] | undefined {
  try {
    const isJson = /\bjson\b/.test(call.headers.get("content-type") ?? "");
    const given: unknown = isJson
      ? JSON.parse(call.body).batch
      : JSON.parse(new URLSearchParams(call.body).get("batch") ?? "null");
    return Array.isArray(given) && given.every((one) => typeof one?.relative_url === "string")
      ? given.map(({ method = "GET", relative_url }) => ({ method: String(method), relative_url }))
      : undefined;
  } catch {
    return undefined;
  }
}

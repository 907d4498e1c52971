/** Facebook as an app with Facebook Login for Pages sees it: www.facebook.com (consent) and graph.facebook.com. */
import { createHmac } from "node:crypto";
import { Accounts } from "../engine/accounts.ts";
import type { Choice } from "../engine/consent_page.ts";
import { accountOfCall, type Facts, Grants } from "../engine/grants.ts";
import type { JournalEvent } from "../engine/journal.ts";
import { type Post, postersAdmin } from "../engine/posts.ts";
import {
  type Answer,
  type Call,
  type Context,
  json,
  type Part,
  type Provider,
  type Route,
  words,
} from "../engine/provider.ts";
import { Publishing } from "../engine/publishing.ts";
import { hash } from "../engine/seeded.ts";
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
  facebook_change,
  facebook_fields,
  facebook_network,
  facebook_wish,
  hasPost,
  isVideo,
  type Page,
  pageNode,
  personId,
  postNode,
  truthOf,
  videoId,
  videoNode,
} from "./network.ts";
import { facebookPublishing } from "./publishing.ts";

export const facebook_app: MetaApp = {
  id: "880001112223335",
  secret: "local-simulator-facebook-secret",
  name: "StreamVibe (local)",
};

const known_scopes = words(
  "public_profile email business_management pages_show_list pages_read_engagement pages_read_user_content " +
    "pages_manage_posts pages_manage_engagement read_insights",
);
const business_edges = { owned_pages: "owned", client_pages: "client" } as const;
const isBusinessEdge = (name: string): name is keyof typeof business_edges =>
  Object.hasOwn(business_edges, name);
const page_fields = [...facebook_fields.Page, ...facebook_fields.PageExtra];
const most_in_batch = 50;

/** The posts that each list of a Page contains. */
const lists: Readonly<Record<string, (post: Post) => boolean>> = {
  published_posts: hasPost,
  videos: ({ kind }) => kind === "video",
  video_reels: ({ kind }) => kind === "reel",
};

/** People without a Page. */
class People implements Part {
  readonly ids: string[] = [];

  constructor(private readonly context: Context) {}

  admin(root: string): Route[] {
    const handle = () => {
      this.context.record({ kind: "person" });
      return json(201, { person_id: this.#create() });
    };
    return [{ method: "POST", path: `${root}/people`, handle }];
  }

  replay({ kind }: JournalEvent): void {
    if (kind === "person") this.#create();
  }

  reset(): void {
    this.ids.length = 0;
  }

  #create(): string {
    const id = personId(hash(`facebook person ${this.ids.length}`));
    this.ids.push(id);
    return id;
  }
}

export function facebook(context: Context): Provider {
  const now = () => context.clock.now();
  const accounts = new Accounts(context, facebook_network);
  const people = new People(context);
  const pagesOf = (person: string) => accounts.all().filter(({ person_id }) => person_id === person);
  const ownerOf = (page: string) => accounts.account(page)?.person_id ?? page;
  const isPerson = (id: string) => people.ids.includes(id) || pagesOf(id).length > 0;
  const prefix = "EAAG";
  const grants: Grants = new Grants(context, {
    code,
    tokens: {
      short: { prefix, life: token_lives.short },
      long: { prefix, life: token_lives.long },
      page: { prefix, life: token_lives.page },
    },
    expires: "page",
    replaces: true,
    ownerOf,
    read_scopes: ["pages_show_list", "pages_read_engagement"],
    hand_out(account) {
      const { id, person_id } = accounts.expect(account);
      return {
        access_token: grants.issue("page", person_id, { about: id }),
        user_access_token: grants.issue("long", person_id),
      };
    },
  });
  const usage = new Usage(context, "pages");

  function choices(): Choice[] {
    const ids = new Set([...accounts.all().map(({ person_id }) => person_id), ...people.ids]);
    return [...ids].slice(0, 20).map((id, index) => {
      const pages = pagesOf(id).map((page) => ({ id: page.id, name: page.name }));
      const detail = pages.length === 0 ? "no Pages" : "Pages that the app may see:";
      return { id, name: `Person ${index + 1}`, detail, pages };
    });
  }

  /** Returns the person behind a form's id (a person, or one of their Pages), and the Pages that they may let the app see. */
  function consenter(id: string) {
    const account = ownerOf(id);
    return isPerson(account) ? { account, pages: pagesOf(account).map((page) => page.id) } : undefined;
  }

  const isHeld = ({ account }: Facts) => pagesOf(account).some(({ checkpoint }) => checkpoint);

  /** Returns the facts of a call's token, or the refusal. */
  function bearer(
    call: Call,
  ): { facts: Facts; person: string; page: string | undefined; scopes: readonly string[] } | Answer {
    const token = tokenOf(call);
    const facts = token === "" ? refused("no_token") : readToken(call, grants, token, isHeld);
    if ("status" in facts) return facts;
    const proof = call.query.get("appsecret_proof");
    const wanted = createHmac("sha256", facebook_app.secret).update(token).digest("hex");
    if (proof !== null && proof !== wanted) {
      return refused("invalid_parameter", "Invalid appsecret_proof provided in the API argument");
    }
    const { account: person, about: page } = facts;
    return usage.charge(page ?? person) ?? { facts, person, page, scopes: grants.of(person).scopes };
  }

  function withUsage(answer: Answer, account: string): Answer {
    const told = usage.told(answer, account);
    return { ...told, headers: { ...told.headers, "facebook-api-version": "v26.0" } };
  }

  /** Returns a Page's own token for the person, if they have a role on the Page and let the app see it. */
  function pageToken({ id, person_id, tasks }: Page, { account, kind, expires }: Facts): string | undefined {
    if (person_id !== account || tasks.length === 0) return undefined;
    if (!grants.of(person_id).chosen.includes(id)) return undefined;
    // Only a long-lived token of the person yields Page tokens without expiry.
    return grants.issue("page", person_id, { about: id, expires: kind === "long" ? null : expires });
  }

  /** Returns a list of Pages, with the fields that the person may see. */
  function listed(call: Call, { facts }: { facts: Facts }, pages: readonly Page[], fields: Fields): Answer {
    const numbered = pages.map((page, index) => ({ page, number: pages.length - index }));
    return pageOf(call, {
      below: (place) => numbered.filter(({ number }) => number < place),
      show: ({ page }) => select(shownPage(page, facts), fields),
    });
  }

  function shownPage(page: Page, facts: Facts) {
    return pageNode(page, now(), page.business && page.bare ? undefined : pageToken(page, facts));
  }

  /** Returns the Pages that the person let the app see, except those that belong to their business. */
  function myPages(call: Call): Answer {
    const who = bearer(call);
    if ("status" in who) return who;
    if (!who.scopes.includes("pages_show_list")) return refused("permission_denied");
    const fields = fieldsOf(call, page_fields);
    if ("status" in fields) return fields;
    const { chosen } = grants.of(who.person);
    const pages = pagesOf(who.person).filter(({ id, business }) => business === null && chosen.includes(id));
    return withUsage(listed(call, who, pages, fields), who.person);
  }

  /** Returns the person's single business with its Pages, whether or not the person let the app see them. */
  function businesses(call: Call): Answer {
    const who = businessReader(call);
    if ("status" in who) return who;
    const fields = fieldsOf(call, [...facebook_fields.Business, ...Object.keys(business_edges)]);
    if ("status" in fields) return fields;
    const pages = pagesOf(who.person).filter(({ business }) => business !== null);
    const node: Record<string, unknown> = { id: businessId(who.person), name: "A business" };
    for (const [edge, { below, modifiers }] of fields) {
      const inner = {
        ...call,
        path: `${call.path.split("/").slice(0, 3).join("/")}/${businessId(who.person)}/${edge}`,
        query: new URLSearchParams({ limit: modifiers.get("limit") ?? "25" }),
      };
      if (isBusinessEdge(edge)) {
        const answer = listed(inner, who, withRelation(pages, edge), below);
        if (answer.status !== 200) return answer;
        const edges = JSON.parse(answer.body);
        // An empty edge is omitted.
        if (edges.data.length > 0) node[edge] = edges;
      }
    }
    return withUsage(json(200, { data: pages.length > 0 ? [select(node, plain(fields))] : [] }), who.person);
  }

  function businessPages(call: Call, edge: keyof typeof business_edges): Answer {
    const who = businessReader(call);
    if ("status" in who) return who;
    const fields = fieldsOf(call, page_fields);
    if ("status" in fields) return fields;
    if (call.params.object !== businessId(who.person)) return refused("no_such_object");
    return withUsage(listed(call, who, withRelation(pagesOf(who.person), edge), fields), who.person);
  }

  function businessReader(call: Call) {
    const who = bearer(call);
    if ("status" in who) return who;
    if (who.scopes.includes("business_management")) return who;
    return refused(
      "permission_denied",
      "(#200) Requires business_management permission to manage the object",
    );
  }

  function permissions(call: Call): Answer {
    const who = bearer(call);
    if ("status" in who) return who;
    const { scopes, declined } = grants.of(who.person);
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
    grants.revoke(who.person);
    return json(200, { success: true });
  }

  function list(call: Call): Answer {
    const { edge = "", object = "" } = call.params;
    if (isBusinessEdge(edge)) return businessPages(call, edge);
    const isListed = lists[edge];
    if (isListed === undefined) return refused("unknown_path");
    const who = bearer(call);
    if ("status" in who) return who;
    const page = accounts.account(object === "me" ? who.page ?? "" : object);
    if (page === undefined || who.page !== page.id) return refused("no_such_object");
    if (!who.scopes.includes("pages_read_engagement")) return refused("missing_scope");
    const arePosts = edge === "published_posts";
    const fields = fieldsOf(call, arePosts ? facebook_fields.PagePost : facebook_fields.AdVideo);
    if ("status" in fields) return fields;
    const answer = pageOf(call, {
      below: (place) => accounts.below(page.id, place).filter((post) => !post.deleted && isListed(post)),
      show: (post) => select(arePosts ? postNode(page, post, now()) : videoNode(post, now()), fields),
      repeats: page.repeats,
      bears: page.bears ?? undefined,
    });
    return withUsage(answer, page.id);
  }

  const publishing = new Publishing(context);
  const publisher = facebookPublishing(accounts, publishing, bearer);

  function object(call: Call): Answer {
    const { object: id = "" } = call.params;
    const reel = publisher.reelNode(call);
    if (reel) return reel;
    const who = bearer(call);
    if ("status" in who) return who;
    const own = who.page ?? who.person;
    const page = accounts.account(id === "me" ? who.page ?? "" : id);
    if (page !== undefined) {
      const isReadable = who.page === page.id ||
        (page.person_id === who.person && grants.of(who.person).chosen.includes(page.id) &&
          who.scopes.includes("pages_show_list"));
      if (!isReadable) return refused("no_such_object");
      const fields = fieldsOf(call, page_fields);
      if ("status" in fields) return fields;
      const token = who.facts.kind === "page" ? tokenOf(call) : pageToken(page, who.facts);
      return withUsage(json(200, select(pageNode(page, now(), token), fields)), own);
    }
    if (id === "me" || id === who.person) return withUsage(json(200, { id: who.person }), own);
    const post = accounts.find(id);
    const owner = accounts.account(post?.account_id ?? "");
    if (!post || !owner || who.page !== owner.id || post.hidden || post.deleted) {
      return refused("no_such_object");
    }
    const is_video = isVideo(post) && videoId(post) === id;
    if (!is_video && !hasPost(post)) return refused("no_such_object");
    if (!who.scopes.includes("pages_read_engagement")) return refused("missing_scope");
    const fields = fieldsOf(call, is_video ? facebook_fields.AdVideo : facebook_fields.PagePost);
    if ("status" in fields) return fields;
    const node = is_video ? videoNode(post, now()) : postNode(owner, post, now());
    return withUsage(json(200, select(node, fields)), own);
  }

  /** Runs several reads in one request; each counts, and each has its own response. */
  function batch(call: Call): Answer {
    const wanted = batchOf(call);
    if (wanted === undefined) return refused("invalid_parameter", "(#100) batch must be a list of requests");
    if (wanted.length > most_in_batch) {
      return refused("invalid_parameter", "Too many requests in batch message. Maximum batch size is 50");
    }
    const answers = wanted.map(({ method, relative_url }) => {
      const failing = call.fault?.entries?.[decodeURIComponent(relative_url.split("?")[0] ?? "")];
      if (failing === "timeout") return null;
      if (failing !== undefined) {
        const { status, body } = refused(failing);
        return { code: status, body };
      }
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
    const facts = grants.read(tokenOf(call));
    return usage.told(
      json(200, answers),
      typeof facts === "string" ? undefined : facts.about ?? facts.account,
    );
  }

  /** Exchanges a code for a short-lived token, or a short-lived token for one of sixty days, by GET or POST. */
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
      const facts = readToken(call, grants, form.get("fb_exchange_token") ?? "");
      return "status" in facts ? facts : tokenAnswer("long", facts.account);
    }
    const found = grants.redeem(form.get("code") ?? "", { redirect_uri: form.get("redirect_uri") });
    if (typeof found !== "string") return tokenAnswer("short", found.account);
    return refused(
      "invalid_parameter",
      found === "used"
        ? "This authorization code has been used."
        : found === "redirect_uri"
        ? "Error validating verification code. Please make sure your redirect_uri is identical"
        : "Invalid verification code format.",
    );
  }

  function tokenAnswer(kind: "short" | "long", person: string): Answer {
    const access_token = grants.issue(kind, person);
    return json(200, { access_token, token_type: "bearer", expires_in: token_lives[kind] });
  }

  /** Returns the Page of a call: from its token, from its path, or because the person has no other Page. */
  function accountOf(call: Call): string | undefined {
    // Reels are uploaded with their own authorization scheme.
    const upload = /^OAuth +(.+)$/i.exec(call.headers.get("authorization") ?? "")?.[1];
    const owner = upload === undefined ? accountOfCall(grants, call) : grants.accountOf(upload);
    if (owner === undefined || accounts.account(owner) !== undefined) return owner;
    const named = call.path.split("/")[3] ?? "";
    const pages = pagesOf(owner);
    return pages.find(({ id }) => id === named)?.id ?? (pages.length === 1 ? pages[0]?.id : owner);
  }

  const graph = "/graph.facebook.com/:version";
  const admin = postersAdmin(accounts, grants, {
    wish: facebook_wish,
    change: facebook_change,
    truth: truthOf,
    describe: ({ person_id }) => ({ consented: grants.of(person_id).consented }),
  });
  return {
    name: context.provider,
    routes: [
      ...dialogRoutes(context, facebook_app, {
        network: "Facebook",
        known_scopes,
        paths: ["/www.facebook.com/:version/dialog/oauth"],
        grants,
        choices,
        find: consenter,
        fragment: "#_=_",
      }),
      { method: "GET", path: `${graph}/oauth/access_token`, handle: token },
      { method: "POST", path: `${graph}/oauth/access_token`, handle: token },
      { method: "GET", path: `${graph}/me/accounts`, handle: myPages },
      { method: "GET", path: `${graph}/me/businesses`, handle: businesses },
      { method: "GET", path: `${graph}/me/permissions`, handle: permissions },
      { method: "DELETE", path: `${graph}/me/permissions`, handle: forget },
      { method: "POST", path: `${graph}/`, handle: batch },
      ...publisher.routes,
      { method: "GET", path: `${graph}/:object/:edge`, handle: list },
      { method: "GET", path: `${graph}/:object`, handle: object },
    ],
    parts: [
      accounts,
      people,
      grants,
      admin,
      usage,
      publishing,
      reports(context, facebook_app, grants, {
        ownerOf,
        scopedId: ownerOf,
        object: "page",
        fields: ["feed", "videos"],
      }),
    ],
    ...metaProvider(grants, usage),
    accountOf,
  };
}

function businessId(person: string): string {
  return `77${person}`;
}

function withRelation(pages: readonly Page[], edge: keyof typeof business_edges): Page[] {
  return pages.filter(({ business }) => business === business_edges[edge]);
}

/** Returns the same fields without nested ones, which have already been applied. */
function plain(fields: Fields): Fields {
  return new Map([...fields.keys()].map((name) => [name, { below: new Map(), modifiers: new Map() }]));
}

interface BatchedRequest {
  method: string;
  relative_url: string;
}

/** Reads the batch from a JSON body, or from a form whose member `batch` is JSON. */
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

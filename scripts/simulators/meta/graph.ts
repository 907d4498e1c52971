/** The common part of Instagram and Facebook as products of Meta: tokens, the dialog, limits, webhooks, admin routes. */
import { createHmac } from "node:crypto";
import { z } from "zod";
import { type ConsentRequest, consentRoutes, type ConsentRules, isRegistered } from "../engine/consent.ts";
import { errorPage } from "../engine/consent_page.ts";
import { accountOfCall, type Facts, type Grants } from "../engine/grants.ts";
import {
  type Answer,
  bearer,
  type Call,
  type Context,
  type Provider,
  type Route,
} from "../engine/provider.ts";
import { type Bucket, Quota } from "../engine/quota.ts";
import { Webhooks } from "../engine/webhooks.ts";
import { type Fields, readFields } from "./fields.ts";
import { graphFailure, refused } from "./graph_error.ts";

export interface MetaApp {
  readonly id: string;
  readonly secret: string;
  readonly name: string;
}

const hour = 3_600;

/** About sixty days: the real responses say 5183944 and similar. A Page's token may have no expiry. */
export const token_lives = { short: hour, long: 5_183_944, page: Infinity };
export const code = { prefix: "AQ", life: hour };

const brand = (network: string) => ({ network, accent: { light: "#0064e0", dark: "#78aefc" } });

/** The authorization dialog of both products. */
export function dialogRoutes(
  context: Context,
  app: MetaApp,
  about: Pick<ConsentRules, "paths" | "grants" | "fragment" | "choices" | "find"> & {
    readonly network: string;
    readonly known_scopes: readonly string[];
  },
): Route[] {
  const fail = (message: string) => errorPage(400, brand(about.network), message);
  function read({ query }: Call): ConsentRequest | Answer {
    if (query.get("client_id") !== app.id) return fail("Invalid platform app");
    const redirect_uri = query.get("redirect_uri") ?? "";
    if (!isRegistered(context, redirect_uri)) return fail("Invalid redirect_uri");
    if ((query.get("response_type") ?? "code") !== "code") return fail("response_type must be code");
    const scopes = (query.get("scope") ?? "").split(/[\s,]+/).filter(Boolean);
    const unknown = scopes.find((scope) => !about.known_scopes.includes(scope));
    if (scopes.length === 0 || unknown !== undefined) return fail(`Invalid scopes: ${unknown ?? "none"}`);
    return { redirect_uri, state: query.get("state"), scopes };
  }
  return consentRoutes({
    ...about,
    brand: brand(about.network),
    app: app.name,
    granular: true,
    scope_words: {},
    denied: {
      error: "access_denied",
      error_reason: "user_denied",
      error_description: "The user denied your request",
    },
    read,
  });
}

/** Returns the token of a call, from the query or the header. */
export function tokenOf(call: Call): string {
  return call.query.get("access_token") ?? bearer(call) ?? "";
}

/** Account state that only Meta has. */
export interface MetaState {
  /** The account's person must log in at Meta and confirm something: until then every token is refused. */
  readonly checkpoint: boolean;
  /** Lists that request more items per page are refused as too much data; null allows any size. */
  readonly bears: number | null;
}

export const meta_change = { checkpoint: z.boolean(), bears: z.int().min(1).nullable() };
export const free: MetaState = { checkpoint: false, bears: null };

/** Returns the facts of a live token, or the refusal; `isHeld` tells whether the account is at a checkpoint. */
export function readToken(
  call: Call,
  grants: Grants,
  token: string,
  isHeld: (facts: Facts) => boolean = () => false,
): Facts | Answer {
  const state = call.fault?.token ?? grants.read(token);
  if (typeof state === "string") return refused(`token_${state}`);
  return isHeld(state) ? refused("token_checkpoint") : state;
}

/** Returns the fields that a call requests, or the refusal. */
export function fieldsOf(call: Call, known: readonly string[]): Fields | Answer {
  const fields = readFields(call.query.get("fields") ?? "id");
  if (fields === undefined) return refused("invalid_parameter", "(#100) Syntax error in the field list");
  const stranger = [...fields.keys()].find((name) => !known.includes(name));
  return stranger === undefined
    ? fields
    : refused("invalid_parameter", `(#100) Tried accessing nonexisting field (${stranger})`);
}

/** Meta's limits: one hourly pool for the app, one daily pool per account; every response's headers report their usage. */
export class Usage extends Quota<"app" | "account"> {
  readonly #type: "instagram" | "pages";
  readonly #now: () => number;

  constructor(context: Context, type: "instagram" | "pages") {
    const pool = (limit: number, per: Bucket["per"], seconds: number): Bucket => ({
      limit,
      per,
      window: { kind: "rolling", seconds },
    });
    super(context, { app: pool(100_000, "app", hour), account: pool(48_000, "account", 24 * hour) });
    this.#type = type;
    this.#now = () => context.clock.now();
  }

  /** Counts a call; returns the refusal if a pool is empty. */
  charge(account: string): Answer | undefined {
    const reason = !this.take("app", undefined, 0)
      ? "app_limit"
      : !this.take("account", account)
      ? `${this.#type}_account_limit`
      : undefined;
    if (reason !== undefined) return this.told(refused(reason), account);
    this.take("app", undefined);
    return undefined;
  }

  /** Adds the pools' usage to a response's headers. */
  told(answer: Answer, account: string | undefined): Answer {
    return { ...answer, headers: { ...answer.headers, ...this.headers(account) } };
  }

  headers(account: string | undefined): Record<string, string> {
    const app = percent(this.read("app"));
    const headers: Record<string, string> = { "x-app-usage": JSON.stringify(times(app)) };
    if (account === undefined) return headers;
    const reading = this.read("account", account);
    const own = percent(reading);
    const minutes = own >= 100 ? Math.ceil((reading.resets_at - this.#now()) / 60_000) : 0;
    headers["x-business-use-case-usage"] = JSON.stringify({
      [account]: [{ type: this.#type, ...times(own), estimated_time_to_regain_access: minutes }],
    });
    return headers;
  }
}

function percent({ used, limit }: { used: number; limit: number }): number {
  return limit === 0 ? 100 : Math.floor((used / limit) * 100);
}

function times(call_count: number) {
  return { call_count, total_cputime: Math.ceil(call_count / 4), total_time: Math.ceil(call_count / 3) };
}

/**
 * Meta's webhooks: people who remove the app (a signed request in a form; the tokens are revoked before it is sent), and changes of accounts
 * and Pages (JSON, signed as sent, with all non-ASCII characters escaped).
 */
export function reports(
  context: Context,
  app: MetaApp,
  grants: Grants,
  about: {
    ownerOf: (account: string) => string;
    scopedId: (account: string) => string;
    object: "instagram" | "page";
    fields: readonly string[];
  },
): Webhooks {
  return new Webhooks(context, {
    events: ["deauthorize", "data_deletion", ...about.fields],
    members: {
      issued_at: z.int().optional(),
      value: z.record(z.string(), z.unknown()).default({}).describe("of a change"),
      names: z.array(z.string()).optional().describe(
        "the accounts that a batch of changes names, instead of its own",
      ),
    },
    address: ({ event }) =>
      about.fields.includes(event) && context.functions_url
        ? `${context.functions_url}/meta-webhook`
        : undefined,
    before({ account_id, event }) {
      const owner = about.ownerOf(account_id);
      if (!about.fields.includes(event)) grants.revoke(owner);
    },
    sign({ account_id, event, issued_at, secret, tamper, value, names }, now) {
      if (about.fields.includes(event)) {
        const entry = (names as string[] | undefined ?? [account_id]).map((id) => ({
          id,
          time: issued_at ?? now,
          changes: [{ field: event, value }],
        }));
        const body = JSON.stringify({ object: about.object, entry }).replaceAll("/", "\\/").replace(
          /[\u0080-\uffff]/g,
          (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
        );
        const mac = createHmac("sha256", secret ?? app.secret).update(body).digest("hex");
        return {
          headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${mac}` },
          body: tamper ? body.replace("}", " }") : body,
        };
      }
      const written = (user_id: string) =>
        Buffer.from(
          JSON.stringify({ algorithm: "HMAC-SHA256", expires: 0, issued_at: issued_at ?? now, user_id }),
        )
          .toString("base64url");
      const user_id = about.scopedId(account_id);
      const payload = written(user_id);
      const signature = createHmac("sha256", secret ?? app.secret).update(payload).digest("base64url");
      const sent = tamper ? written(`${user_id}0`) : payload;
      return { body: new URLSearchParams({ signed_request: `${signature}.${sent}` }) };
    },
  });
}

/** Failures and account lookup of both products. */
export function metaProvider(grants: Grants, usage: Usage): Pick<Provider, "failure" | "accountOf"> {
  return {
    accountOf: (call) => accountOfCall(grants, call),
    failure: (reason, call) =>
      graphFailure(reason, { headers: usage.headers(grants.accountOf(tokenOf(call))) }),
  };
}

/** Returns a picture's URL as on Meta's CDN: signed for each response, expiring after four days. */
export function signedUrl(host: string, path: string, now: number): string {
  const expires = Math.floor(now / 1_000) + 4 * 86_400;
  const signature = (now % 1_000_000_007).toString(16).padStart(8, "0");
  return `https://${host}/v/${path}?_nc_cat=1&ccb=1-7&_nc_sid=18de74&oh=00_${signature}&oe=${
    expires.toString(16).toUpperCase()
  }`;
}

/** `2026-11-01T12:00:00+0000`: an offset without a colon. */
export function graphTime(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, "+0000");
}

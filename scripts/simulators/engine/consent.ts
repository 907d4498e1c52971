/** A network's authorization endpoint: the page, and the handling of its form. The network itself validates requests. */
import { type Brand, type Choice, consentPage, errorPage } from "./consent_page.ts";
import type { CodeFacts, Grants } from "./grants.ts";
import { type Answer, type Call, type Context, json, type Route } from "./provider.ts";

export interface ConsentRequest {
  readonly redirect_uri: string;
  readonly state: string | null;
  readonly scopes: readonly string[];
  /** What the code stores in addition to the account and its scopes. */
  readonly code?: Partial<CodeFacts>;
  /** Answers without a page: the account, if it has granted all this before; null redirects with an error. */
  readonly silent?: string | null;
  /** Whether previously granted scopes are added to the new ones. */
  readonly keeps_scopes?: boolean;
}

/** The account that gives consent, and the Pages that it may share. */
export interface Consenter {
  readonly account: string;
  readonly pages?: readonly string[];
}

export interface ConsentRules {
  readonly brand: Brand;
  readonly app: string;
  readonly paths: readonly string[];
  readonly grants: Grants;
  readonly granular: boolean;
  readonly scope_words: Readonly<Record<string, string>>;
  /** Whether the page has a search, for networks with too many accounts to list. */
  readonly searches?: boolean;
  /** Redirect parameters when the person denies access. */
  readonly denied: Readonly<Record<string, string>>;
  /** Appended to every redirect URL. */
  readonly fragment?: string;
  choices(search: string, hint: string | undefined): readonly Choice[] | Promise<readonly Choice[]>;
  find(account: string): Consenter | undefined | Promise<Consenter | undefined>;
  /** Returns the request, or the response to an invalid one: a page while no redirect URI is trusted, a redirect afterwards. */
  read(call: Call): ConsentRequest | Answer;
  /** Redirect parameters in addition to the code and the state. */
  extra?(scopes: readonly string[]): Record<string, string>;
}

export function consentRoutes(rules: ConsentRules): Route[] {
  return rules.paths.flatMap((path) => [
    { method: "GET", path, handle: (call: Call) => show(rules, call) },
    { method: "POST", path, handle: (call: Call) => decide(rules, call) },
  ]);
}

async function show(rules: ConsentRules, call: Call): Promise<Answer> {
  const request = rules.read(call);
  if ("status" in request) return request;
  if (request.silent === null) {
    return sendBack(call, request.redirect_uri, { error: "interaction_required", state: request.state });
  }
  if (request.silent !== undefined) {
    return grant(rules, call, request, { account: request.silent }, request.scopes);
  }
  const search = call.query.get("find") ?? "";
  const hint = call.query.get("login_hint") ?? undefined;
  const parameters = new URLSearchParams([...call.query].filter(([name]) => name !== "find"));
  return consentPage({
    brand: rules.brand,
    app: rules.app,
    action: `${call.path}?${parameters}`,
    choices: await rules.choices(search, hint),
    chosen: hint,
    scopes: request.scopes.map((name) => ({ name, words: rules.scope_words[name] })),
    granular: rules.granular,
    ...(rules.searches ? { search: { text: search, parameters } } : {}),
  });
}

/**
 * Handles the consent form. A client without a browser sends the same: POST to the authorization URL with `account` and
 * `decision=allow`; without `granular`, everything requested is granted, on everything that the account has.
 */
async function decide(rules: ConsentRules, call: Call): Promise<Answer> {
  const request = rules.read(call);
  if ("status" in request) return request;
  const form = new URLSearchParams(call.body);
  const denied = () =>
    sendBack(call, request.redirect_uri, { ...rules.denied, state: request.state }, rules.fragment);
  if (form.get("decision") === "deny") return denied();
  if (form.get("decision") !== "allow") return errorPage(400, rules.brand, "decision must be allow or deny");
  const account = form.get("account") ?? call.query.get("login_hint") ?? "";
  const found = await rules.find(account);
  if (found === undefined) {
    return errorPage(400, rules.brand, `No account of this simulator has the id ${account}`);
  }
  const ticked = form.getAll("scope");
  const isWhole = !rules.granular || (!form.has("granular") && ticked.length === 0);
  const scopes = isWhole ? request.scopes : request.scopes.filter((scope) => ticked.includes(scope));
  if (scopes.length === 0) return denied();
  const pages = form.has("page")
    ? found.pages?.filter((page) => form.getAll("page").includes(page))
    : found.pages;
  return grant(rules, call, request, { ...found, ...(pages ? { pages } : {}) }, scopes);
}

function grant(
  { grants, extra, fragment }: ConsentRules,
  call: Call,
  request: ConsentRequest,
  { account, pages = [] }: Consenter,
  granted: readonly string[],
): Answer {
  const before = grants.of(account);
  const scopes = request.keeps_scopes ? [...new Set([...granted, ...before.scopes])] : granted;
  const code = grants.authorize({ ...request.code, account, scopes, redirect_uri: request.redirect_uri }, {
    declined: request.scopes.filter((scope) => !granted.includes(scope)),
    chosen: pages,
  });
  return sendBack(call, request.redirect_uri, { code, ...extra?.(scopes), state: request.state }, fragment);
}

/** Whether the URI is registered or on this machine: the simulator has no console to register each test's port in. */
export function isRegistered({ redirect_uris }: Context, redirect_uri: string): boolean {
  if (redirect_uris.has(redirect_uri)) return true;
  if (!URL.canParse(redirect_uri)) return false;
  const { protocol, hostname, hash } = new URL(redirect_uri);
  return protocol === "http:" && hash === "" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

/** Redirects back to the app. A client that asks for JSON gets the location instead: Postman scripts cannot stop at a redirect. */
export function sendBack(
  call: Call,
  redirect_uri: string,
  parameters: Readonly<Record<string, string | null>>,
  fragment = "",
): Answer {
  const url = new URL(redirect_uri);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) url.searchParams.set(name, value);
  }
  const location = url.href + fragment;
  const headers = { "cache-control": "no-store" };
  const wantsJson = /\bapplication\/json\b/.test(call.headers.get("accept") ?? "");
  return wantsJson && call.method === "POST"
    ? json(200, { location }, headers)
    : { status: 302, headers: { location, ...headers }, body: "" };
}

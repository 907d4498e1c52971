/** A network's authorization endpoint: the page, and what its form answers. What a right request is, is the network's knowledge. */
import { type Brand, type Choice, consentPage, errorPage } from "./consent_page.ts";
import type { CodeFacts, Grants } from "./grants.ts";
import { type Answer, type Call, type Context, json, type Route } from "./provider.ts";

export interface ConsentRequest {
  readonly redirect_uri: string;
  readonly state: string | null;
  readonly scopes: readonly string[];
  /** What the code is for, beside the account and its scopes. */
  readonly code?: Partial<CodeFacts>;
  /** An answer without a page: the account, when it has granted all this before; null sends the browser back. */
  readonly silent?: string | null;
  /** Whether scopes that were granted before come with the new ones. */
  readonly keeps_scopes?: boolean;
}

/** What a person may let in: an account, or what the form names by one of its belongings. */
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
  /** Whether the page has a search, where there are too many accounts to list. */
  readonly searches?: boolean;
  /** Parameters of the way back when the person says no. */
  readonly denied: Readonly<Record<string, string>>;
  /** Appended to every address that people are sent back to. */
  readonly fragment?: string;
  choices(search: string, hint: string | undefined): readonly Choice[] | Promise<readonly Choice[]>;
  find(account: string): Consenter | undefined | Promise<Consenter | undefined>;
  /** The request, or the answer to a wrong one: a page while no redirect URI can be trusted, a redirect afterwards. */
  read(call: Call): ConsentRequest | Answer;
  /** What is sent back beside the code and the state. */
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
 * The form's answer. A client without a browser sends the same: POST to the authorization URL with `account` and
 * `decision=allow`; without `granular` everything that was asked for is granted, on all that the account has.
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

/** Registered exactly, or on this machine: a simulator has no console to register each test's port in. */
export function isRegistered({ redirect_uris }: Context, redirect_uri: string): boolean {
  if (redirect_uris.has(redirect_uri)) return true;
  if (!URL.canParse(redirect_uri)) return false;
  const { protocol, hostname, hash } = new URL(redirect_uri);
  return protocol === "http:" && hash === "" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

/** The way back to the app. Who sends the form and asks for JSON is told the address: scripts in Postman cannot stop at a redirect. */
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

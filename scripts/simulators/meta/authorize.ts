/** The authorization dialog of both products: what it refuses, what it shows, what it sends back. */
import { type Choice, consentPage, errorPage } from "../oauth/consent_page.ts";
import { grantedScopes, sendBack } from "../oauth/redirect.ts";
import type { Answer, Call } from "../provider.ts";
import type { MetaAccounts } from "./accounts.ts";

const accent = { light: "#0064e0", dark: "#78aefc" };

export interface Dialog {
  readonly product: "Instagram" | "Facebook";
  readonly accounts: MetaAccounts;
  readonly known_scopes: readonly string[];
  /** People who can be chosen. */
  readonly choices: () => readonly Choice[];
  /** The person behind what the form names (a person, or one of their Pages), and the Pages that they may let in. */
  readonly find: (account: string) => { person: string; pages: readonly string[] } | undefined;
  /** Instagram appends `#_` to every address that it sends people back to. */
  readonly fragment: string;
}

interface Request {
  redirect_uri: string;
  state: string | null;
  scopes: string[];
}

function readRequest({ product, accounts, known_scopes }: Dialog, call: Call): Request | Answer {
  const { query } = call;
  const fail = (message: string) => errorPage(400, { network: product, accent }, message);
  if (query.get("client_id") !== accounts.app.id) return fail("Invalid platform app");
  const redirect_uri = query.get("redirect_uri") ?? "";
  if (!accounts.isRegistered(redirect_uri)) return fail("Invalid redirect_uri");
  if ((query.get("response_type") ?? "code") !== "code") return fail("response_type must be code");
  const scopes = (query.get("scope") ?? "").split(/[\s,]+/).filter(Boolean);
  const unknown = scopes.find((scope) => !known_scopes.includes(scope));
  if (scopes.length === 0 || unknown !== undefined) return fail(`Invalid scopes: ${unknown ?? "none"}`);
  return { redirect_uri, state: query.get("state"), scopes };
}

export function showDialog(dialog: Dialog, call: Call): Answer {
  const request = readRequest(dialog, call);
  if ("status" in request) return request;
  return consentPage({
    brand: { network: dialog.product, accent },
    app: dialog.accounts.app.name,
    action: `${call.path}?${call.query}`,
    field: "account",
    choices: dialog.choices(),
    chosen: undefined,
    scopes: request.scopes.map((name) => ({ name })),
    granular: true,
  });
}

/**
 * The form's answer. A client without a browser sends the same: POST to the dialog's URL with `account` and
 * `decision=allow`; without `granular` everything that was asked for is granted, on all of the person's Pages.
 */
export function decideDialog(dialog: Dialog, call: Call): Answer {
  const request = readRequest(dialog, call);
  if ("status" in request) return request;
  const { redirect_uri, state, scopes } = request;
  const form = new URLSearchParams(call.body);
  if (form.get("decision") !== "allow") {
    const denial = {
      error: "access_denied",
      error_reason: "user_denied",
      error_description: "The user denied your request",
    };
    return sendBack(call, redirect_uri, { ...denial, state }, dialog.fragment);
  }
  const found = dialog.find(form.get("account") ?? "");
  if (found === undefined) {
    const brand = { network: dialog.product, accent };
    return errorPage(400, brand, `No account of this simulator has the id ${form.get("account")}`);
  }
  const granted = grantedScopes(form, scopes);
  const pages = form.has("page")
    ? found.pages.filter((page) => form.getAll("page").includes(page))
    : [...found.pages];
  const code = dialog.accounts.authorize(found.person, redirect_uri, {
    scopes: granted,
    declined: scopes.filter((scope) => !granted.includes(scope)),
    pages,
  });
  return sendBack(call, redirect_uri, { code, state }, dialog.fragment);
}

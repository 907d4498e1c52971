/** The way back from a consent page to the app, and what its form said. */
import { type Answer, type Call, json, redirect } from "../provider.ts";

/** Registered exactly, or on this machine: a simulator has no console to register each test's port in. */
export function isRegistered(redirect_uri: string, registered: Iterable<string>): boolean {
  for (const uri of registered) if (uri === redirect_uri) return true;
  if (!URL.canParse(redirect_uri)) return false;
  const { protocol, hostname, hash } = new URL(redirect_uri);
  return protocol === "http:" && hash === "" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

/** Who sends the form and asks for JSON is told the address: scripts in Postman cannot stop at a redirect. */
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
  const wantsJson = /\bapplication\/json\b/.test(call.headers.get("accept") ?? "");
  return wantsJson && call.method === "POST"
    ? json(200, { location }, { "cache-control": "no-store" })
    : redirect(location);
}

/** The scopes that were left ticked; all that were asked for when the form is not from the page and names none. */
export function grantedScopes(form: URLSearchParams, asked: readonly string[]): string[] {
  const ticked = form.getAll("scope");
  if (!form.has("granular") && ticked.length === 0) return [...asked];
  return asked.filter((scope) => ticked.includes(scope));
}

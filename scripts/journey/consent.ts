/** Uses the platform's consent page as a person does: reads the form, chooses the channel and presses Allow. */
import { z } from "zod";
import { call } from "./functions.ts";
import type { Journey } from "./journey.ts";

const Started = z.object({ authorization_url: z.url(), state: z.string() });

/** Starts the OAuth flow and grants access to the channel; returns the code and state from the platform's redirect. */
export async function grantAccess(
  journey: Journey,
  channel_id: string,
): Promise<{ code: string; state: string }> {
  const { authorization_url, state } = await call(journey, "oauth-youtube-init", {}, Started);
  const url = new URL(authorization_url);
  url.searchParams.set("login_hint", channel_id);
  const form = readForm(await open(url), channel_id);
  return { code: await press(new URL(form.action, url), form.fields, state), state };
}

/** Grants access on another platform's consent page, whose list of accounts may be too long to include this account. */
export async function grantAccountAccess(
  journey: Journey,
  slug: string,
  account_id: string,
): Promise<{ code: string; state: string }> {
  const { authorization_url, state } = await call(journey, `oauth-${slug}-init`, {}, Started);
  const url = new URL(authorization_url);
  await open(url);
  const fields = new URLSearchParams({ account: account_id, decision: "allow" });
  return { code: await press(url, fields, state), state };
}

async function open(url: URL): Promise<string> {
  const page = await fetch(url);
  const html = await page.text();
  if (!page.ok) throw new Error(`Cannot open the consent page: it answered ${page.status}`);
  return html;
}

/** Sends the form and returns the code from the redirect, after checking the state. */
async function press(action: URL, fields: URLSearchParams, state: string): Promise<string> {
  const pressed = await fetch(action, { method: "POST", body: fields, redirect: "manual" });
  await pressed.body?.cancel();
  const location = pressed.headers.get("location");
  if (!location) throw new Error(`Cannot grant access: the consent page answered ${pressed.status}`);
  const answer = new URL(location).searchParams;
  const code = answer.get("code");
  if (!code) throw new Error(`Cannot grant access: the platform answered ${answer.get("error")}`);
  if (answer.get("state") !== state) throw new Error("Cannot grant access: the state came back changed");
  return code;
}

/** Returns the action and the fields that a browser would send after choosing the channel and pressing Allow. */
export function readForm(html: string, channel_id: string): { action: string; fields: URLSearchParams } {
  const [form, opening] = html.match(/(<form\b[^>]*\bmethod="post"[^>]*>)[^]*?<\/form>/i) ?? [];
  if (!form || !opening) throw new Error("Cannot grant access: the consent page has no form to send");
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<(?:input|button)\b[^>]*>/gi)) {
    const [name, value, type] = [
      attribute(tag, "name"),
      attribute(tag, "value") ?? "",
      attribute(tag, "type"),
    ];
    const sent = tag.startsWith("<button")
      ? value === "allow"
      : type === "radio"
      ? value === channel_id
      : type !== "checkbox" || /\bchecked\b/.test(tag);
    if (name && sent) fields.append(name, value);
  }
  if (!fields.has("account")) {
    throw new Error(`Cannot choose ${channel_id}: the consent page does not offer it`);
  }
  return { action: attribute(opening, "action") ?? "", fields };
}

function attribute(tag: string, name: string): string | undefined {
  const value = tag.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1];
  return value?.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll(
    "&amp;",
    "&",
  );
}

/** Sites at search engines: the operator's from the settings, creators' from the database. Also verifies the ownership of a site. */
import * as z from "zod";
import type { Context } from "../context.ts";
import { safeFetch, UnsafeFetchError } from "../http/safe_fetch.ts";
import {
  type EngineContext,
  EngineFault,
  ENGINES,
  nameOf,
  type Ownership,
  type Site,
  type Window,
} from "./engine.ts";
import { keyLocation } from "./indexnow.ts";
import { ADAPTERS, operatedEngines, operatorKey } from "./registry.ts";
import { hasPublicSite, publicUrls, SEO } from "./settings.ts";

/** `meta` and `file`: the site shows the token. `engine`: the engine's own API confirms the owner. */
export const METHODS = ["meta", "file", "engine"] as const;
export type VerificationMethod = typeof METHODS[number];

/** Result of `read_seo_connection()`. */
export const Connection = z.object({
  id: z.string(),
  user_id: z.string().nullable(),
  search_engine: z.enum(ENGINES),
  site_url: z.string(),
  engine_site: z.string().nullable(),
  verification_token: z.string(),
  verification_method: z.enum(METHODS).nullable(),
  is_active: z.boolean(),
  is_verified: z.boolean(),
  batch_size: z.int(),
  window_seconds: z.int(),
  secret: z.string().nullable(),
});
export type Connection = z.output<typeof Connection>;

export const META_NAME = "streamvibe-site-verification";

/** Returns the site with its key, or undefined if there is no key for it. */
export function siteOf(context: Context, connection: Connection): Site | undefined {
  const { search_engine: engine, user_id } = connection;
  // For IndexNow, the key is the token that the site shows.
  const secret = user_id === null
    ? operatorKey(context.settings, engine)
    : engine === "indexnow"
    ? connection.verification_token
    : connection.secret ?? undefined;
  if (secret === undefined) return undefined;
  const seo = context.settings.of(SEO);
  return {
    id: connection.id,
    engine,
    url: connection.site_url,
    engine_site: connection.engine_site,
    secret,
    sitemap_url: `${connection.site_url}${seo.PUBLIC_SITEMAP_PATH}`,
    sitemapPage: (page) =>
      `${connection.site_url}${seo.PUBLIC_SITEMAP_PAGE_PATH.replace("{page}", String(page))}`,
    batch_size: connection.batch_size,
    window_seconds: connection.window_seconds,
  };
}

/** Returns the context with the ledger of the engine's quotas and a way to replace its secret. */
export function engineContext(context: Context, connection_id: string): EngineContext {
  return {
    ...context,
    take: async (windows, amount) => {
      const { granted } = await context.admin.call("take_seo_quota", {
        p_connection_id: connection_id,
        p_windows: toJson(windows),
        p_amount: amount,
        p_now: context.now().toISOString(),
      }, z.object({ granted: z.int() }));
      return granted;
    },
    keep: async (old, secret) => {
      await context.admin.call("keep_seo_secret", {
        p_connection_id: connection_id,
        p_old: old,
        p_new: secret,
      });
    },
  };
}

/** Converts windows to the database's format. */
export function toJson(windows: readonly (Window & { remaining?: number })[]) {
  return windows.map(({ quota, starts, ends, amount, remaining }) => ({
    quota,
    starts: starts.toISOString(),
    ends: ends.toISOString(),
    amount,
    ...(remaining === undefined ? {} : { remaining }),
  }));
}

/** Registers the operator's site for every engine that has a key. Cheap when nothing has changed. */
export async function operateSites(context: Context): Promise<void> {
  if (!hasPublicSite(context.settings)) return;
  await context.admin.call("operate_seo_sites", {
    p_site_url: publicUrls(context.settings).site,
    p_item_path: context.settings.of(SEO).PUBLIC_ITEM_PATH,
    p_engines: operatedEngines(context.settings),
    p_now: context.now().toISOString(),
  });
}

/** A site's URL as a user enters it: http or https, without credentials, query or fragment. */
export const SiteUrl = z.string().max(500).refine((given) => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && !url.username && !url.password &&
    !url.search &&
    !url.hash;
}, "must be the address of a site, such as https://example.com or https://example.com/blog");

/** Returns a site's URL in canonical form: scheme and host in lower case, no trailing slash. */
export function siteUrl(given: string): string {
  const url = new URL(given);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

export interface Proof {
  is_verified: boolean;
  method: VerificationMethod;
  engine_site?: string | undefined;
  code?: string;
  message?: string;
}

/** Returns what a site must show and where, per method. */
export function proofs(
  connection: Connection,
): { method: VerificationMethod; where: string; what: string }[] {
  const { search_engine, site_url, verification_token: token } = connection;
  if (search_engine === "indexnow") {
    return [{ method: "file", where: keyLocation(site_url, token), what: token }];
  }
  return [
    {
      method: "engine",
      where: nameOf(search_engine),
      what: "a site that the key's owner has verified there",
    },
    { method: "meta", where: `${site_url}/`, what: `<meta name="${META_NAME}" content="${token}">` },
    { method: "file", where: `${site_url}/streamvibe-${token}.txt`, what: token },
  ];
}

/**
 * Verifies the proof of a site and stores the result. An engine with an API must know the site in any case, because nothing could be
 * submitted otherwise; if the creator chose a token on the site, that is checked too.
 *
 * @param is_doubt The engine refused something: its pause remains, even if the proof succeeds.
 */
export async function verifySite(
  context: Context,
  connection: Connection,
  method?: VerificationMethod,
  is_doubt = false,
): Promise<Proof> {
  const proof = await look(
    context,
    connection,
    method ?? connection.verification_method ??
      (connection.search_engine === "indexnow" ? "file" : "engine"),
  );
  await context.admin.call("settle_seo_verification", {
    p_connection_id: connection.id,
    p_is_verified: proof.is_verified,
    p_method: proof.method,
    p_engine_site: proof.engine_site,
    p_code: proof.code,
    p_message: proof.message,
    p_is_doubt: is_doubt,
    p_now: context.now().toISOString(),
  });
  return proof;
}

async function look(context: Context, connection: Connection, method: VerificationMethod): Promise<Proof> {
  const site = siteOf(context, connection);
  if (!site) {
    return {
      is_verified: false,
      method,
      code: "key_missing",
      message: `There is no key for ${nameOf(connection.search_engine)}`,
    };
  }
  try {
    if (method !== "engine") await expectShown(context, site, connection, method);
    const engine = await ADAPTERS[connection.search_engine]();
    const said: Ownership = await engine.ownership?.(engineContext(context, connection.id), site) ??
      { is_owner: true };
    if (!said.is_owner) return { is_verified: false, method, code: "site_not_verified", ...said };
    return { is_verified: true, method, engine_site: said.engine_site };
  } catch (error) {
    if (error instanceof EngineFault) {
      return { is_verified: false, method, code: error.code, message: error.message };
    }
    if (error instanceof NotShown) {
      return { is_verified: false, method, code: "proof_missing", message: error.message };
    }
    throw error;
  }
}

/** The site does not show its proof; the message explains why. */
class NotShown extends Error {}

async function expectShown(
  context: Context,
  site: Site,
  connection: Connection,
  method: "meta" | "file",
): Promise<void> {
  const proof = connection.search_engine === "indexnow"
    ? { where: keyLocation(site.url, site.secret), what: site.secret }
    : proofs(connection).find((one) => one.method === method);
  if (!proof) throw new NotShown("This method cannot verify the site");
  const answer = await safeFetch(proof.where, {
    max_bytes: 262_144,
    cut: true,
    timeout_ms: 10_000,
    // A page may redirect to its localized version; a file must be at its exact URL.
    redirects: method === "meta" ? 3 : 0,
    ...(context.signal ? { signal: context.signal } : {}),
    example_sites: context.settings.of(SEO).EXAMPLE_SITES_URL,
  }).catch((error) => {
    if (error instanceof UnsafeFetchError) throw new NotShown(error.message);
    throw error;
  });
  if (answer.status !== 200) {
    throw new NotShown(`${proof.where} answers with status ${answer.status} instead of showing the proof`);
  }
  if (new URL(answer.url).host !== new URL(site.url).host) {
    throw new NotShown(`${proof.where} redirects to another site`);
  }
  const text = answer.text();
  const is_shown = method === "meta"
    ? metaTokens(text).includes(connection.verification_token)
    : text.trim() === proof.what;
  if (!is_shown) throw new NotShown(`${proof.where} does not show ${proof.what}`);
}

/** Returns the contents of our meta tags before the body: visitors may have written what is in the body. */
export function metaTokens(html: string): string[] {
  const head = html.replace(/<!--[^]*?(-->|$)/g, "").split(/<body[\s>]/i)[0] ?? "";
  const tags = head.match(/<meta\s[^<>]*>/gi) ?? [];
  const attribute = (tag: string, name: string) =>
    new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, "i").exec(tag)?.slice(1).find((
      value,
    ) => value !== undefined);
  return tags.filter((tag) => attribute(tag, "name")?.toLowerCase() === META_NAME).map((tag) =>
    attribute(tag, "content")?.trim() ?? ""
  );
}

/**
 * Pages of the sitemap. Their parts are rendered and compressed in advance and stored in the database. Before a page is served, a part is
 * rendered again if something in it is no longer public, or if a pending change is older than allowed.
 */
import * as z from "zod";
import type { Context } from "../context.ts";
import { ApiError } from "../errors.ts";
import { sha256Hex } from "../text/hash.ts";
import { Subject } from "./page_facts.ts";
import { SEO } from "./settings.ts";
import { siteOf } from "./site.ts";
import { creatorEntry, entriesPart, itemEntry, sitemapIndex, urlEntry, urlSet } from "./sitemap_xml.ts";

/** Increment when the content of entries changes, so that parts of an older release are rendered again. */
const RENDERER = 1;

/** A page that is ready to be served. */
export interface SitemapPage {
  etag: string;
  urls: number;
  /** Null when the caller already has this version. */
  gzip: Uint8Array<ArrayBuffer> | null;
}

const Taken = z.union([
  z.object({ at: z.string(), due: z.array(z.int()) }),
  z.object({
    etag: z.string(),
    urls: z.int(),
    checks: z.array(z.object({ crc: z.int(), bytes: z.int() })),
    body: z.string().nullable(),
  }),
]).nullable();

const Rest = z.object({
  version: z.int(),
  is_first: z.boolean(),
  changes: z.array(z.int()),
  next: z.object({ at: z.string(), id: z.uuid() }).nullable(),
});
const Part = z.discriminatedUnion("kind", [
  Rest.extend({ kind: z.literal("item"), entries: z.array(Subject) }),
  Rest.extend({
    kind: z.literal("creator"),
    entries: z.array(z.object({ slug: z.string(), changed_at: z.string() })),
  }),
]).nullable();

const Listed = z.array(z.object({ page: z.int(), changed_at: z.string().nullable() }));
const Claimed = z.object({ parts: z.array(z.int()), due: z.int(), is_planned: z.boolean() });

/** Before this attempt, a request waits for a running rendering of a part; from it on, the request renders the part itself. */
const MOST_WAITS = 4;
/** Attempts until a page is current as of the first one: an attempt splits a part in two at most. */
const MOST_TAKES = 200;

/** Renderings in progress in this process, which requests for the same part wait for. They resolve to whether the part was split. */
const rendering = new Map<string, Promise<boolean>>();

/** Returns the sitemap index. */
export async function index(context: Context): Promise<string> {
  const urls = siteOf(context.settings);
  const pages = await context.admin.call("list_sitemap_pages", {}, Listed);
  return sitemapIndex(pages.map(({ page, changed_at }) => ({ url: urls.sitemapPage(page), changed_at })));
}

/**
 * Returns a page of the sitemap; null if it does not exist or is empty.
 *
 * @param known Entity tags of the versions that the caller has.
 */
export async function page(context: Context, number: number, known: string[]): Promise<SitemapPage | null> {
  let at: string | null = null;
  for (let attempt = 1; attempt <= MOST_TAKES; attempt++) {
    const taken: z.output<typeof Taken> = await context.admin.call("take_sitemap_page", {
      p_page: number,
      p_made_with: await madeWith(context),
      p_etags: known,
      p_at: at,
    }, Taken);
    if (taken === null) return null;
    if ("etag" in taken) {
      const { etag, urls, body, checks } = taken;
      return urls > 0 ? { etag, urls, gzip: body === null ? null : urlSet(decode(body), checks) } : null;
    }
    at = taken.at;
    for (const part of taken.due) {
      // A running rendering may have read its data before this request, so the part is checked again after the wait.
      const running = attempt < MOST_WAITS && rendering.get(await keyOf(context, part));
      await (running ? running.catch(() => {}) : renderOnce(context, part));
    }
  }
  throw new ApiError(
    "unavailable",
    `Cannot answer: page ${number} of the sitemap keeps changing; try again later`,
  );
}

/**
 * Renders at most `most` due parts in advance.
 *
 * @returns How many were rendered, and about how many are still due.
 */
export async function renderAhead(
  context: Context,
  most: number,
): Promise<{ rendered: number; remaining: number }> {
  const { parts, due, is_planned } = await context.admin.call("claim_sitemap_parts", {
    p_made_with: await madeWith(context),
    p_size: context.settings.of(SEO).SITEMAP_PAGE_SIZE,
    p_limit: most,
  }, Claimed);
  let rendered = 0;
  let cut = is_planned ? 0 : 1;
  for (const part of parts) {
    if (context.signal?.aborted) break;
    if (await renderOnce(context, part)) cut++;
    rendered++;
  }
  return { rendered, remaining: Math.max(0, due - rendered) + cut };
}

async function renderOnce(context: Context, part: number): Promise<boolean> {
  const key = await keyOf(context, part);
  const own = render(context, part);
  rendering.set(key, own);
  try {
    return await own;
  } finally {
    if (rendering.get(key) === own) rendering.delete(key);
  }
}

async function keyOf(context: Context, part: number): Promise<string> {
  return `${context.settings.SUPABASE_URL} ${await madeWith(context)} ${part}`;
}

/** Reads, renders and stores a part, unless another process was faster. Returns true if it was too large and a new part follows it. */
async function render(context: Context, part: number): Promise<boolean> {
  const size = context.settings.of(SEO).SITEMAP_PAGE_SIZE;
  const read = await context.admin.call("read_sitemap_part", { p_part: part, p_size: size }, Part);
  if (read === null) return false;
  const urls = siteOf(context.settings);
  const time = context.now();
  const entries = read.kind === "item"
    ? read.entries.map((item) => itemEntry(item, urls, time))
    : read.entries.map((creator) => creatorEntry(creator, urls, time));
  // The site's home page comes first.
  if (read.kind === "creator" && read.is_first) entries.unshift(urlEntry(`${urls.site}/`, null));
  const { body, crc, bytes } = entriesPart(entries);
  await context.admin.call("put_sitemap_part", {
    p_part: part,
    p_version: read.version,
    p_made_with: await madeWith(context),
    p_body: encode(body),
    p_crc: crc,
    p_urls: entries.length,
    p_bytes: bytes,
    p_changes: read.changes,
    p_size: size,
    p_next_at: read.next?.at ?? null,
    p_next_id: read.next?.id ?? null,
  });
  return read.next !== null;
}

/** Returns a hash of everything except the items and creators that a rendering depends on. */
async function madeWith({ settings }: Context): Promise<string> {
  const urls = siteOf(settings);
  const addresses = [urls.item({ id: "id", slug: "slug" }), urls.creator("slug"), urls.thumbnail("id")];
  return (await sha256Hex(JSON.stringify([RENDERER, settings.of(SEO).SITEMAP_PAGE_SIZE, ...addresses])))
    .slice(0, 16);
}

function encode(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_768) {
    text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  }
  return btoa(text);
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/**
 * Pages of the sitemap: rendered and compressed ahead, kept in the database, and rendered again before they are served where something in
 * them is no longer public, or a change is older than they may be.
 */
import * as z from "zod";
import type { Context } from "../context.ts";
import { sha256Hex } from "../text/hash.ts";
import { Subject } from "./page_facts.ts";
import { SEO } from "./settings.ts";
import { siteOf } from "./site.ts";
import {
  creatorEntry,
  itemEntry,
  MOST_BYTES,
  MOST_URLS,
  sitemapIndex,
  urlEntry,
  urlSet,
} from "./sitemap_xml.ts";
import type { Xml } from "./xml.ts";

/** To be changed with what entries hold: pages that an older release rendered are rendered again. */
const RENDERER = 1;

/** A page as it is served. */
export interface SitemapPage {
  etag: string;
  urls: number;
  /** Null where the caller has it already. */
  gzip: Uint8Array<ArrayBuffer> | null;
  /** It was just rendered, and held more than a page may: another one follows it now. */
  is_cut?: boolean;
}

const Taken = z.union([
  z.object({ is_due: z.literal(true) }),
  z.object({ is_due: z.literal(false), etag: z.string(), urls: z.int(), body: z.string().nullable() }),
]).nullable();

const Key = z.object({ at: z.string(), id: z.uuid() });
const Rest = z.object({
  version: z.int(),
  is_first: z.boolean(),
  most: z.int(),
  changes: z.array(z.int()),
  next: Key.nullable(),
});
const Portion = z.discriminatedUnion("kind", [
  Rest.extend({ kind: z.literal("item"), entries: z.array(Subject) }),
  Rest.extend({
    kind: z.literal("creator"),
    entries: z.array(
      z.object({ id: z.uuid(), created_at: z.string(), slug: z.string(), changed_at: z.string() }),
    ),
  }),
]).nullable();
type Portion = NonNullable<z.output<typeof Portion>>;

const Listed = z.array(z.object({ page: z.int(), changed_at: z.string().nullable() }));
const Claimed = z.object({ pages: z.array(z.int()), due: z.int(), is_planned: z.boolean() });

/** So often whoever finds a page being rendered waits for that, before rendering it once more. */
const MOST_WAITS = 4;

/** Renderings under way in this process: whoever asks for the same page meanwhile waits for them. */
const rendering = new Map<string, Promise<SitemapPage | null>>();

/** The index of the sitemap. */
export async function index(context: Context): Promise<string> {
  const urls = siteOf(context.settings);
  const pages = await context.admin.call("list_sitemap_pages", {}, Listed);
  return sitemapIndex(pages.map(({ page, changed_at }) => ({ url: urls.sitemapPage(page), changed_at })));
}

/**
 * A page of the sitemap; null where there is none, or nothing in it.
 *
 * @param known Tags of what the caller has.
 */
export async function page(context: Context, number: number, known: string[]): Promise<SitemapPage | null> {
  for (let attempt = 1;; attempt++) {
    const taken = await context.admin.call("take_sitemap_page", {
      p_page: number,
      p_made_with: await madeWith(context),
      p_etags: known,
    }, Taken);
    if (taken === null) return null;
    if (!taken.is_due) {
      const { etag, urls, body } = taken;
      return urls > 0 ? { etag, urls, gzip: body === null ? null : decode(body) } : null;
    }
    // What is being rendered was read before this was asked, so it is only a reason to look again.
    const running = attempt < MOST_WAITS && rendering.get(await keyOf(context, number));
    if (running) await running.catch(() => {});
    else {
      const rendered = await renderOnce(context, number);
      return rendered && rendered.urls > 0 ? rendered : null;
    }
  }
}

/**
 * Renders pages ahead, a few at most.
 *
 * @returns How many, and whether there is more to do.
 */
export async function renderAhead(
  context: Context,
  most: number,
): Promise<{ rendered: number; remaining: number }> {
  const { pages, due, is_planned } = await context.admin.call("claim_sitemap_pages", {
    p_made_with: await madeWith(context),
    p_size: context.settings.of(SEO).SITEMAP_PAGE_SIZE,
    p_limit: most,
  }, Claimed);
  let rendered = 0;
  let cut = is_planned ? 0 : 1;
  for (const number of pages) {
    if (context.signal?.aborted) break;
    if ((await renderOnce(context, number))?.is_cut) cut++;
    rendered++;
  }
  return { rendered, remaining: Math.max(0, due - rendered) + cut };
}

async function renderOnce(context: Context, number: number): Promise<SitemapPage | null> {
  const key = await keyOf(context, number);
  const own = render(context, number);
  rendering.set(key, own);
  try {
    return await own;
  } finally {
    if (rendering.get(key) === own) rendering.delete(key);
  }
}

async function keyOf(context: Context, number: number): Promise<string> {
  return `${context.settings.SUPABASE_URL} ${await madeWith(context)} ${number}`;
}

/** Reads, renders and keeps a page. Where another was faster, what was rendered is as true as theirs was when it was read. */
async function render(context: Context, number: number): Promise<SitemapPage | null> {
  const read = await readPortion(context, number, null);
  if (read === null) return null;
  // The page of the site itself comes on top.
  const urls_most = Math.min(MOST_URLS, read.most + (isSite(read) ? 1 : 0));
  const { gzip, urls, bytes, left: next } = await urlSet(entriesOf(context, number, read), {
    urls: urls_most,
    bytes: MOST_BYTES,
  });
  const etag = `"${(await sha256Hex(gzip)).slice(0, 32)}"`;
  await context.admin.call("put_sitemap_page", {
    p_page: number,
    p_version: read.version,
    p_made_with: await madeWith(context),
    p_body: encode(gzip),
    p_etag: etag,
    p_urls: urls,
    p_bytes: bytes,
    p_changes: read.changes,
    p_next_at: next?.at ?? null,
    p_next_id: next?.id ?? null,
  });
  return { etag, urls, gzip, is_cut: next !== null };
}

/** So many entries are held at once: an isolate has little memory, and a page of long texts is megabytes. */
const PORTION = 500;

async function readPortion(
  context: Context,
  number: number,
  from: z.output<typeof Key> | null,
): Promise<Portion | null> {
  return await context.admin.call("read_sitemap_page", {
    p_page: number,
    p_size: context.settings.of(SEO).SITEMAP_PAGE_SIZE,
    p_limit: PORTION,
    p_from_at: from?.at ?? null,
    p_from_id: from?.id ?? null,
  }, Portion);
}

function isSite({ kind, is_first }: Portion): boolean {
  return kind === "creator" && is_first;
}

/** The entries of a page in their order, with the keys of what they are of; one that does not fit begins the next page. */
async function* entriesOf(
  context: Context,
  number: number,
  first: Portion,
): AsyncGenerator<[Xml, z.output<typeof Key> | null]> {
  const urls = siteOf(context.settings);
  const time = context.now();
  if (isSite(first)) yield [urlEntry(`${urls.site}/`, null), null];
  for (let read: Portion | null = first; read;) {
    if (read.kind === "item") {
      for (const item of read.entries) {
        yield [itemEntry(item, urls, time), { at: item.created_at, id: item.id }];
      }
    } else {
      for (const creator of read.entries) {
        yield [creatorEntry(creator, urls, time), { at: creator.created_at, id: creator.id }];
      }
    }
    const { next }: Portion = read;
    read = next && await readPortion(context, number, next);
  }
}

/** What a rendering depends on beside the items. */
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

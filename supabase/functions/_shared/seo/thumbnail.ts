/**
 * Serves an item's picture at a stable URL, because the signed URLs of platforms expire. A picture URL that still works is used as it is;
 * an expired one is requested again from the platform, with other pictures of the account in the same call.
 */
import * as z from "zod";
import { Access } from "../connections/access.ts";
import type { Context } from "../context.ts";
import { ApiError } from "../errors.ts";
import { Meter } from "../platforms/meter.ts";
import { JsonObject, KeptTokens } from "../platforms/platform.ts";
import { isKnown, platformOf } from "../platforms/registry.ts";
import { PLATFORMS } from "../platforms/settings.ts";
import { https } from "./page_facts.ts";

const Thumbnail = z.object({
  platform: z.string(),
  url: z.string(),
  is_alive: z.boolean().nullable(),
  checked_seconds_ago: z.int().nullable(),
}).nullable();

const Claim = z.object({
  user_id: z.uuid(),
  social_account_id: z.uuid(),
  platform_account_id: z.string(),
  account_details: JsonObject.nullable(),
  connection_id: z.uuid(),
  tokens: KeptTokens,
  token_expires_at: z.string().nullable(),
  /** Item ids by platform content id. */
  items: z.record(z.string(), z.uuid()),
}).nullable();

/** How long a picture that was found counts as available. */
const SURE_SECONDS = 3_600;
/** How long a picture that was not found counts as missing: its URL is not checked again, the platform is asked for a new one. */
const GONE_SECONDS = 600;
/** A signed URL counts as expired this long before its end, because the redirected client needs time to follow it. */
const MARGIN_SECONDS = 60;
const CHECK_MS = 3_000;
/** Hosts of YouTube's pictures, which are not signed and exist as long as the video. */
const LASTING_HOSTS = /^i\d?\.ytimg\.com$/;

/**
 * Returns the current URL of an item's picture.
 *
 * @throws {ApiError} `not_found` if it has none, `unavailable` if the platform does not supply a new one now.
 */
export async function currentThumbnail(context: Context, id: string): Promise<string> {
  const found = await context.admin.call("get_thumbnail", { p_id: id }, Thumbnail);
  const url = found && https(found.url);
  if (!found || !url) {
    throw new ApiError("not_found", `Cannot find a picture: no public item with id ${id} has one`);
  }
  if (await isAlive(context, id, { ...found, url })) return url;
  const fresh = await refresh(context, id, found.platform);
  if (fresh) return fresh;
  throw new ApiError(
    "unavailable",
    "Cannot show the picture: its platform does not provide it at the moment",
    {
      retry_after: 600,
    },
  );
}

async function isAlive(
  context: Context,
  id: string,
  { url, is_alive, checked_seconds_ago }: NonNullable<z.output<typeof Thumbnail>>,
): Promise<boolean> {
  if (LASTING_HOSTS.test(new URL(url).hostname)) return true;
  const ends_at = signatureEnd(url);
  if (ends_at !== null) return context.now().getTime() / 1_000 < ends_at - MARGIN_SECONDS;
  if (is_alive && (checked_seconds_ago ?? Infinity) < SURE_SECONDS) return true;
  if (is_alive === false && (checked_seconds_ago ?? Infinity) < GONE_SECONDS) return false;
  const seen = await look(context, url);
  if (seen === null) return true;
  await context.admin.call("note_thumbnail", { p_id: id, p_is_alive: seen });
  return seen;
}

/**
 * Returns when a signed URL expires, in Unix seconds, or null if unknown. Meta sends `oe` (hexadecimal), TikTok `x-expires`, and version 2
 * signatures of Google Cloud and AWS `Expires`.
 */
export function signatureEnd(url: string): number | null {
  const { searchParams } = new URL(url);
  const oe = searchParams.get("oe");
  if (oe && /^[0-9a-f]{8}$/i.test(oe)) return parseInt(oe, 16);
  const expires = searchParams.get("x-expires") ?? searchParams.get("Expires");
  if (expires && /^\d{10}$/.test(expires)) return Number(expires);
  return null;
}

/** Returns whether a picture exists; null if that cannot be determined now. */
async function look(context: Context, url: string): Promise<boolean | null> {
  try {
    const response = await context.fetch(url, {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.any([AbortSignal.timeout(CHECK_MS), ...(context.signal ? [context.signal] : [])]),
    });
    await response.body?.cancel();
    if ([401, 403, 404, 410].includes(response.status)) return false;
    return response.status < 400 ? true : null;
  } catch {
    return null;
  }
}

/** Gets the picture's URL from the platform; null if it has none, was asked recently, or cannot be asked. */
async function refresh(context: Context, id: string, slug: string): Promise<string | null> {
  if (!isKnown(slug)) return null;
  const meter = new Meter();
  const platform = await platformOf(slug, { ...context, used: (usage) => meter.add(usage) });
  const claim = await context.admin.call(
    "claim_thumbnails",
    { p_id: id, p_limit: platform.lookup_size },
    Claim,
  );
  if (!claim) return null;
  const { items, user_id, social_account_id, platform_account_id, account_details } = claim;
  const account = { platform_account_id, details: account_details ?? {} };
  try {
    const found = await new Access(context, platform, claim).use((tokens) =>
      platform.lookup(tokens, Object.keys(items), account, () => {})
    );
    const urls = Object.fromEntries(
      found.flatMap(({ platform_content_id, thumbnail_url }) => {
        const item = items[platform_content_id];
        return item && https(thumbnail_url) ? [[item, thumbnail_url] as const] : [];
      }),
    );
    await context.admin.call("put_thumbnails", { p_urls: urls });
    return urls[id] ?? null;
  } catch (error) {
    meter.refuse(error);
    context.log.warn("the platform did not name a picture", { platform: slug, content_item_id: id, error });
    return null;
  } finally {
    const usage = meter.take(platform, context.settings.of(PLATFORMS).PLATFORM_QUOTA_PAUSE_SECONDS);
    if (usage) {
      await context.admin.call("record_platform_usage", {
        p_user_id: user_id,
        p_platform: slug,
        p_usage: usage,
        p_social_account_id: social_account_id,
      });
    }
  }
}

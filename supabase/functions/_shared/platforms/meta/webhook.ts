/**
 * Meta's reports about accounts and Pages, signed with the app's secret over the bytes as sent: Meta escapes non-ASCII characters
 * in a way that no JSON serializer reproduces. An installation may have two apps, Instagram's and Facebook's; either secret proves
 * that Meta sent the report.
 *
 * @see https://developers.facebook.com/docs/graph-api/webhooks/getting-started
 */
import * as z from "zod";
import { ApiError } from "../../errors.ts";
import type { Asked, Unread } from "../../http/contract.ts";
import { bytesOfHex, isSigned } from "../../http/hmac.ts";
import { requireSetting, settingsPart } from "../../settings/settings.ts";
import { FACEBOOK } from "../facebook/settings.ts";
import { INSTAGRAM } from "../instagram/settings.ts";

export const META_WEBHOOK = settingsPart("meta webhook", {
  /** Chosen by the installation; Meta repeats it when it verifies the callback address. */
  META_WEBHOOK_VERIFY_TOKEN: z.string().min(8).max(200).optional(),
});

const Id = z.union([z.string().min(1).max(100), z.int().positive().transform(String)]);

/** Meta may add members, fields and objects. */
export const MetaEvent = z.looseObject({
  object: z.string().min(1).max(50),
  entry: z.array(z.looseObject({
    id: Id,
    time: z.number().optional(),
    changes: z.array(z.looseObject({ field: z.string().max(100), value: z.unknown().optional() })).max(1_000)
      .default([]),
  })).max(1_000),
});
export type MetaEvent = z.output<typeof MetaEvent>;

/** @throws {ApiError} `unauthorized`, without details of what was wrong. */
export async function verifyMeta({ bytes, request, settings }: Unread): Promise<void> {
  const { INSTAGRAM_CLIENT_SECRET } = settings.of(INSTAGRAM);
  const { FACEBOOK_CLIENT_SECRET } = settings.of(FACEBOOK);
  if (!INSTAGRAM_CLIENT_SECRET) requireSetting(settings.of(FACEBOOK), "FACEBOOK_CLIENT_SECRET");
  const given = /^sha256=([0-9a-f]{64})$/i.exec(request.headers.get("x-hub-signature-256") ?? "")?.[1];
  for (const secret of [INSTAGRAM_CLIENT_SECRET, FACEBOOK_CLIENT_SECRET]) {
    if (given && secret && await isSigned(secret, bytesOfHex(given), bytes)) return;
  }
  throw new ApiError("unauthorized", "Cannot accept the report: its signature is missing or wrong");
}

/** Answers the verification request that Meta sends before any report. */
export async function answerMeta({ query, settings }: Asked): Promise<string | null> {
  const expected = settings.of(META_WEBHOOK).META_WEBHOOK_VERIFY_TOKEN;
  const { "hub.mode": mode, "hub.verify_token": token, "hub.challenge": challenge } = query;
  if (mode !== "subscribe" || !expected || !token || !/^[\w.-]{1,200}$/.test(challenge ?? "")) return null;
  return await isSame(expected, token) ? challenge ?? null : null;
}

/** Compares in constant time. */
async function isSame(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all(
    [one, other].map(async (text) =>
      new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))
    ),
  );
  return a !== undefined && b !== undefined && a.every((byte, index) => byte === b[index]);
}

/** Feed items that are a Page's own posts and videos; comments and reactions come from others. */
const POSTS = new Set(["post", "status", "photo", "video", "share", "album", "reel", "story"]);
const Value = z.looseObject({
  item: z.string().optional(),
  verb: z.string().optional(),
  post_id: Id.optional(),
  video_id: Id.optional(),
  id: Id.optional(),
  from: z.looseObject({ id: Id }).optional(),
});

export interface MetaReport {
  account_id: string;
  event: string;
  handle?: string | undefined;
  content_id?: string | undefined;
  wakes_sync?: "new" | "gone" | undefined;
}

/** Returns what a report means for pending posts and for the library; changes that concern neither are left out. */
export function metaReports({ object, entry }: MetaEvent): MetaReport[] {
  return entry.flatMap(({ id: account_id, changes }) =>
    changes.flatMap(({ field, value }): MetaReport[] => {
      const said = Value.safeParse(value).data ?? {};
      // Instagram has no event for "published": any report about the account is a reason to check its pending posts.
      if (object === "instagram") return [{ account_id, event: field }];
      if (object !== "page") return [];
      if (field === "videos") return [{ account_id, event: field }];
      if (field !== "feed" || !POSTS.has(said.item ?? "")) return [];
      const isOwn = said.from === undefined || said.from.id === account_id;
      if (!isOwn) return [];
      const { verb = "add", item } = said;
      const wakes_sync = verb === "add" ? "new" as const : verb === "remove" ? "gone" as const : undefined;
      return [{ account_id, event: `${field} ${item} ${verb}`, content_id: said.post_id, wakes_sync }];
    })
  );
}

/**
 * Meta's reports about a person who removed the app or wants their data erased: a form with one signed text. An installation may
 * have two apps, Instagram's and Facebook's, and Meta does not document which secret signs which report: either one proves that
 * Meta sent it, and the person is searched for on both platforms.
 *
 * @see https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
 */
import * as z from "zod";
import { ApiError, invalid } from "../../errors.ts";
import { hmacHex, isSigned } from "../../http/hmac.ts";
import { parseExactly } from "../../http/outgoing.ts";
import { requireSetting, type Settings } from "../../settings/settings.ts";
import { FACEBOOK } from "../facebook/settings.ts";
import { INSTAGRAM } from "../instagram/settings.ts";
import type { PlatformSlug } from "../platform.ts";

/** Meta may add members. */
export const SignedRequest = z.looseObject({
  /** Signature and payload, each in base64url. */
  signed_request: z.string().max(4_096).regex(
    /^[\w-]+={0,2}\.[\w-]+={0,2}$/,
    "must be a signature and a payload in base64url, with a dot between them",
  ),
});

const Payload = z.looseObject({
  algorithm: z.literal("HMAC-SHA256"),
  /** The person's id in this app; a string here, a number elsewhere at Meta. */
  user_id: z.union([z.string().min(1).max(255), z.int().positive().transform(String)]),
  /** Seconds since 1970. */
  issued_at: z.int().min(0).max(253_402_300_799),
});

/** The platforms where the person may have given StreamVibe access. */
export const META_PLATFORMS = [
  { slug: "instagram", title: "Instagram" },
  { slug: "facebook", title: "Facebook" },
] as const satisfies { slug: PlatformSlug; title: string }[];

/** A person's request, as forwarded by Meta. */
export interface PersonReport {
  person_id: string;
  /** HMAC of the id with the app's secret: distinguishes two requests of one person from those of two people; not reversible. */
  person_key: string;
  /** The end of the second in which Meta signed the report: a grant made within that second counts as older. */
  at: Date;
}

/** @throws {ApiError} `unauthorized` when no app of this installation signed it. */
export async function readSignedRequest(
  { signed_request }: z.output<typeof SignedRequest>,
  settings: Settings,
): Promise<PersonReport> {
  const [signature = "", payload = ""] = signed_request.split(".");
  const secret = await signerOf(signature, payload, settings);
  const said = Payload.safeParse(parsed(payload));
  if (!said.success) return invalid("/signed_request", "its payload does not match Meta's documentation");
  const { user_id, issued_at } = said.data;
  return {
    person_id: user_id,
    person_key: await hmacHex(secret, user_id),
    at: new Date((issued_at + 1) * 1_000),
  };
}

/** Returns the secret of the app that signed it. */
async function signerOf(signature: string, payload: string, settings: Settings): Promise<string> {
  const { INSTAGRAM_CLIENT_SECRET } = settings.of(INSTAGRAM);
  const { FACEBOOK_CLIENT_SECRET } = settings.of(FACEBOOK);
  if (!INSTAGRAM_CLIENT_SECRET) requireSetting(settings.of(FACEBOOK), "FACEBOOK_CLIENT_SECRET");
  const given = bytesOf(signature);
  for (const secret of [INSTAGRAM_CLIENT_SECRET, FACEBOOK_CLIENT_SECRET]) {
    if (secret && given && await isSigned(secret, given, payload)) return secret;
  }
  throw new ApiError("unauthorized", "Cannot accept the report: its signature is wrong");
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> | null {
  try {
    const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

function parsed(base64url: string): unknown {
  try {
    return parseExactly(new TextDecoder().decode(bytesOf(base64url) ?? new Uint8Array()));
  } catch {
    return null;
  }
}

/** Whether the person who holds a token has signed in just now, not only refreshed a session from long ago. */
import * as z from "zod";
import { ApiError } from "../errors.ts";

/** How each factor was last shown, as Auth writes it; refreshing a session leaves the times as they are. */
const Claims = z.object({ amr: z.array(z.object({ method: z.string(), timestamp: z.number() })).catch([]) });

export const LONGEST_AGO_SECONDS = 600;

/** @param token A token whose signature was checked. @throws {ApiError} `sign_in_again` */
export function requireRecentSignIn(token: string, now: Date): void {
  const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  const claims = Claims.safeParse(JSON.parse(new TextDecoder().decode(
    Uint8Array.from(atob(payload), (char) => char.charCodeAt(0)),
  )));
  const last = Math.max(0, ...(claims.data?.amr ?? []).map(({ timestamp }) => timestamp));
  const ago = Math.round(now.getTime() / 1_000 - last);
  if (ago <= LONGEST_AGO_SECONDS) return;
  throw new ApiError(
    "sign_in_again",
    `Cannot delete the account: the last sign-in may be ${LONGEST_AGO_SECONDS} seconds old, got ${
      last === 0 ? "none" : ago
    }; sign in again with your password or a code, then repeat`,
    { extras: { max_age_seconds: LONGEST_AGO_SECONDS } },
  );
}

/** Checks that the holder of a token has signed in recently, and has not only refreshed an old session. */
import * as z from "zod";
import { ApiError } from "../errors.ts";

/** When each authentication factor was last used, as Supabase Auth records it; a session refresh does not change the times. */
const Claims = z.object({ amr: z.array(z.object({ method: z.string(), timestamp: z.number() })).catch([]) });

export const LONGEST_AGO_SECONDS = 600;

/** @param token A token whose signature has been verified. @throws {ApiError} `sign_in_again` */
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
    `Cannot delete the account: the last sign-in must be at most ${LONGEST_AGO_SECONDS} seconds old, got ${
      last === 0 ? "none" : ago
    }; sign in again with your password or a code, then try again`,
    { extras: { max_age_seconds: LONGEST_AGO_SECONDS } },
  );
}

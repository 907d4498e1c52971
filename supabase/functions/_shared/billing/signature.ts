/**
 * Verifies Stripe's signature: HMAC-SHA256 over `<t>.<raw body>` with the endpoint's whole secret, one `v1` for each secret in use
 * (https://docs.stripe.com/webhooks/signature). Not left to the SDK, whose check supports only one secret, accepts timestamps in
 * the future, and would make every cold start of the webhook load the whole SDK.
 */
import { ApiError } from "../errors.ts";
import type { Unread } from "../http/contract.ts";
import { bytesOfHex, isSigned } from "../http/hmac.ts";
import { requireSetting } from "../settings/settings.ts";
import { BILLING } from "./settings.ts";

/** A timestamp that is older, or further ahead, may be a replay. */
const TOLERANCE_SECONDS = 300;
/** No rotation needs more; each one costs a computation. */
const MOST_SIGNATURES = 10;

/** @throws {ApiError} `bad_request`, without details of what was wrong. */
export async function verifyStripe({ bytes, request, settings, now }: Unread): Promise<void> {
  const secrets = requireSetting(settings.of(BILLING), "STRIPE_WEBHOOK_SECRET");
  const parts = (request.headers.get("stripe-signature") ?? "").split(",").map((part) => part.trim());
  const valuesOf = (name: string) =>
    parts.flatMap((part) => part.startsWith(`${name}=`) ? [part.slice(name.length + 1)] : []);
  const [time = "", second] = valuesOf("t");
  const age = now().getTime() / 1_000 - Number(time);
  const isRecent = /^\d{1,12}$/.test(time) && second === undefined && Math.abs(age) <= TOLERANCE_SECONDS;
  const given = valuesOf("v1").filter((value) => /^[0-9a-f]{64}$/i.test(value)).slice(0, MOST_SIGNATURES);
  if (isRecent) {
    for (const value of given) {
      const signature = bytesOfHex(value);
      for (const secret of secrets) if (await isSigned(secret, signature, `${time}.`, bytes)) return;
    }
  }
  throw new ApiError(
    "bad_request",
    "Cannot accept the event: its signature is missing, wrong, too old or of the future",
  );
}

import * as z from "zod";
import { type Settings, settingsPart } from "../settings/settings.ts";
import { list, milliseconds, url, whole } from "../settings/values.ts";

const flag = (by_default: "on" | "off") => z.enum(["on", "off"]).default(by_default);

/** Stripe, what is sold there, and billing mail. */
export const BILLING = settingsPart("billing", {
  STRIPE_SECRET_KEY: z.string().regex(
    /^(sk|rk)_(test|live)_\w+$/,
    "expected sk_test_…, sk_live_… or a restricted key",
  ).optional(),
  /** Both secrets, comma separated, while one is rotated. */
  STRIPE_WEBHOOK_SECRET: list.optional(),
  STRIPE_API_URL: url.default("https://api.stripe.com"),
  STRIPE_TIMEOUT_MS: milliseconds.default(10_000),
  STRIPE_AUTOMATIC_TAX: flag("off"),
  STRIPE_PROMOTION_CODES: flag("on"),
  STRIPE_TRIAL_DAYS: whole(0, 730).default(0),
  BILLING_RETURN_URLS: list.default(["http://localhost:3000/billing", "http://127.0.0.1:3000/billing"]),
  RESEND_API_KEY: z.string().optional(),
  RESEND_API_URL: url.default("https://api.resend.com"),
  MAIL_FROM: z.string().default("StreamVibe <billing@localhost>"),
});

/** Returns whether the key is a live-mode key. Test and live mode are separate: anything from the other mode is refused. */
export function isLive(settings: Settings): boolean {
  return settings.of(BILLING).STRIPE_SECRET_KEY?.includes("_live_") ?? false;
}

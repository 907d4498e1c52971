import * as z from "zod";
import { settingsPart } from "../settings/settings.ts";
import type { PlatformContext } from "./platform.ts";
import { milliseconds, whole } from "../settings/values.ts";

/** Settings that apply to every platform. */
export const PLATFORMS = settingsPart("platforms", {
  PROVIDER_TIMEOUT_MS: milliseconds.default(10_000),
  PROVIDER_RETRY_MS: milliseconds.default(400),
  PLATFORM_QUOTA_PAUSE_SECONDS: whole(0, 86_400).default(900),
  /** Whether creators who connect an account are also asked for permission to publish on it. */
  PLATFORM_PUBLISHING: z.enum(["ask", "off"]).default("off"),
});

/** Returns the scopes for reading, plus those for publishing when they are requested. */
export function scopesOf(
  { settings }: Pick<PlatformContext, "settings">,
  reading: readonly string[],
  publishing: readonly string[],
): string[] {
  return settings.of(PLATFORMS).PLATFORM_PUBLISHING === "ask" ? [...reading, ...publishing] : [...reading];
}

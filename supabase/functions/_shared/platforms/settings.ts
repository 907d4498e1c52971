import * as z from "zod";
import { settingsPart } from "../settings/settings.ts";
import type { PlatformContext } from "./platform.ts";
import { milliseconds, whole } from "../settings/values.ts";

/** What holds for every platform. */
export const PLATFORMS = settingsPart("platforms", {
  PROVIDER_TIMEOUT_MS: milliseconds.default(10_000),
  PROVIDER_RETRY_MS: milliseconds.default(400),
  PLATFORM_QUOTA_PAUSE_SECONDS: whole(0, 86_400).default(900),
  /** Whether creators who connect an account are asked for the right to publish on it, too. */
  PLATFORM_PUBLISHING: z.enum(["ask", "off"]).default("off"),
});

/** The scopes for reading, and those for publishing where they are asked for. */
export function scopesOf(
  { settings }: Pick<PlatformContext, "settings">,
  reading: readonly string[],
  publishing: readonly string[],
): string[] {
  return settings.of(PLATFORMS).PLATFORM_PUBLISHING === "ask" ? [...reading, ...publishing] : [...reading];
}

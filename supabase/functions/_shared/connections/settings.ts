import { settingsPart } from "../settings/settings.ts";
import { list } from "../settings/values.ts";

/** The addresses to which platforms may redirect creators. */
export const CONNECTIONS = settingsPart("connections", {
  OAUTH_REDIRECT_URIS: list.default([
    "http://localhost:3000/oauth/callback",
    "http://127.0.0.1:3000/oauth/callback",
  ]),
});

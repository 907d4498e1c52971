import * as z from "zod";
import { settingsPart } from "../../settings/settings.ts";
import { url } from "../../settings/values.ts";
import { META_GRAPH_VERSION } from "../meta/version.ts";

/** The Instagram app at Meta, and Instagram's addresses. */
export const INSTAGRAM = settingsPart("instagram", {
  META_GRAPH_VERSION,
  INSTAGRAM_AUTHORIZATION_URL: url.default("https://www.instagram.com/oauth/authorize"),
  INSTAGRAM_TOKEN_URL: url.default("https://api.instagram.com/oauth/access_token"),
  INSTAGRAM_GRAPH_URL: url.default("https://graph.instagram.com"),
  INSTAGRAM_CLIENT_ID: z.string().optional(),
  INSTAGRAM_CLIENT_SECRET: z.string().optional(),
  INSTAGRAM_INSIGHTS: z.enum(["ask", "off"]).default("ask"),
});

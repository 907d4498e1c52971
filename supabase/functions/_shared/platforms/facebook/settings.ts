import * as z from "zod";
import { settingsPart } from "../../settings/settings.ts";
import { url } from "../../settings/values.ts";
import { META_GRAPH_VERSION } from "../meta/version.ts";

/** The Facebook app at Meta, and Facebook's addresses. */
export const FACEBOOK = settingsPart("facebook", {
  META_GRAPH_VERSION,
  FACEBOOK_URL: url.default("https://www.facebook.com"),
  FACEBOOK_GRAPH_URL: url.default("https://graph.facebook.com"),
  FACEBOOK_CLIENT_ID: z.string().optional(),
  FACEBOOK_CLIENT_SECRET: z.string().optional(),
  FACEBOOK_BUSINESS_PAGES: z.enum(["ask", "off"]).default("off"),
});

import * as z from "zod";
import { settingsPart } from "../../settings/settings.ts";
import { url } from "../../settings/values.ts";

/** The X app, and X's addresses. */
export const TWITTER = settingsPart("twitter", {
  TWITTER_AUTHORIZATION_URL: url.default("https://x.com/i/oauth2/authorize"),
  TWITTER_TOKEN_URL: url.default("https://api.x.com/2/oauth2/token"),
  TWITTER_REVOCATION_URL: url.default("https://api.x.com/2/oauth2/revoke"),
  TWITTER_API_URL: url.default("https://api.x.com/2"),
  TWITTER_CLIENT_ID: z.string().optional(),
  TWITTER_CLIENT_SECRET: z.string().optional(),
  TWITTER_FIELDS_PARAMETER: z.enum(["tweet.fields", "post.fields"]).default("tweet.fields"),
  TWITTER_EXCLUDE: z.enum(["retweets", "retweets,replies"]).default("retweets"),
});

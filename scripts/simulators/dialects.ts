/** Every simulated provider, by the name in its admin routes. README.md explains how to add one. */
import { anthropic } from "./ai/anthropic.ts";
import { chatCompletions } from "./ai/chat_completions.ts";
import { gemini } from "./ai/gemini.ts";
import { ollama } from "./ai/ollama.ts";
import { openai } from "./ai/openai.ts";
import type { Context, Provider } from "./engine/provider.ts";
import { facebook } from "./facebook/facebook.ts";
import { instagram } from "./instagram/instagram.ts";
import { resend } from "./notices/resend.ts";
import { slack } from "./notices/slack.ts";
import { stripe } from "./stripe/stripe.ts";
import { bing } from "./seo/bing.ts";
import { googleSearch } from "./seo/google_search.ts";
import { indexnow } from "./seo/indexnow.ts";
import { yandex } from "./seo/yandex.ts";
import { tiktok } from "./tiktok/tiktok.ts";
import { twitter } from "./twitter/twitter.ts";
import { youtube } from "./youtube/youtube.ts";

export const dialects: Readonly<Record<string, (context: Context) => Provider | Promise<Provider>>> = {
  youtube,
  instagram,
  tiktok,
  facebook,
  twitter,
  openai,
  anthropic,
  gemini,
  ollama,
  stripe,
  chat_completions: chatCompletions,
  google_search: googleSearch,
  bing,
  yandex,
  indexnow,
  slack,
  resend,
};

/** An adapter's context for tests without a stack: scripted responses, a fixed clock, and a record of every call. */
import assert from "node:assert/strict";
import { createLogger } from "../../_shared/observability/log.ts";
import {
  type KnownAccount,
  type PageRequest,
  type PlatformContext,
  PlatformFault,
  type Usage,
} from "../../_shared/platforms/platform.ts";
import { readSettings, type Settings } from "../../_shared/settings/settings.ts";

export interface RecordedCall {
  url: URL;
  method: string;
  headers: Headers;
  form: URLSearchParams;
  body: string;
}

/** The platform's answer: a body (status 200), a whole response, or an error that fetch throws. */
export type Scripted = object | Response | Error;

export interface AdapterContext extends PlatformContext {
  calls: RecordedCall[];
  lines: string[];
  usages: Usage[];
  units: () => number;
}

export const NOW = new Date("2026-11-20T12:00:00Z");

/** Returns settings of every platform, with changes. */
export function adapterSettings(changes: Record<string, string> = {}): Settings {
  return readSettings({
    SUPABASE_URL: "http://127.0.0.1:1",
    PROVIDER_RETRY_MS: "1",
    YOUTUBE_CLIENT_ID: "client",
    YOUTUBE_CLIENT_SECRET: "GOCSPX-adapter-test",
    GOOGLE_TOKEN_URL: "http://127.0.0.1:1/token",
    GOOGLE_REVOCATION_URL: "http://127.0.0.1:1/revoke",
    YOUTUBE_API_URL: "http://127.0.0.1:1/youtube/v3",
    INSTAGRAM_CLIENT_ID: "instagram-client",
    INSTAGRAM_CLIENT_SECRET: "instagram-adapter-test",
    INSTAGRAM_TOKEN_URL: "http://127.0.0.1:1/oauth/access_token",
    INSTAGRAM_GRAPH_URL: "http://127.0.0.1:1/graph.instagram.com",
    FACEBOOK_CLIENT_ID: "facebook-client",
    FACEBOOK_CLIENT_SECRET: "facebook-adapter-test",
    FACEBOOK_GRAPH_URL: "http://127.0.0.1:1",
    TIKTOK_CLIENT_ID: "key",
    TIKTOK_CLIENT_SECRET: "tiktok-adapter-test",
    TIKTOK_TOKEN_URL: "http://127.0.0.1:1/v2/oauth/token/",
    TIKTOK_REVOCATION_URL: "http://127.0.0.1:1/v2/oauth/revoke/",
    TIKTOK_API_URL: "http://127.0.0.1:1/v2",
    TWITTER_CLIENT_ID: "x-client",
    TWITTER_CLIENT_SECRET: "x-adapter-test",
    TWITTER_TOKEN_URL: "http://127.0.0.1:1/2/oauth2/token",
    TWITTER_REVOCATION_URL: "http://127.0.0.1:1/2/oauth2/revoke",
    TWITTER_API_URL: "http://127.0.0.1:1/2",
    ...changes,
  });
}

/** Answers each call by the first rule that matches its path; a rule with several answers gives them in turn and repeats the last one. */
export function adapterContext(rules: Record<string, Scripted | Scripted[]>): AdapterContext {
  const calls: RecordedCall[] = [];
  const lines: string[] = [];
  const usages: Usage[] = [];
  const left = new Map(
    Object.entries(rules).map(([path, answers]) => [path, Array.isArray(answers) ? [...answers] : [answers]]),
  );
  const answer: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const text = await request.text();
    calls.push({
      url,
      method: request.method,
      headers: request.headers,
      form: new URLSearchParams(text),
      body: text,
    });
    const answers = left.get([...left.keys()].find((path) => url.pathname.endsWith(path)) ?? "");
    const next = answers && (answers.length > 1 ? answers.shift() : answers[0]);
    if (!next) throw new TypeError(`no answer for ${url.pathname}`);
    if (next instanceof Error) throw next;
    return next instanceof Response ? next.clone() : Response.json(next);
  };
  return {
    settings: adapterSettings(),
    fetch: answer,
    now: () => NOW,
    request_id: "test",
    log: createLogger({ level: "debug", sink: (line) => lines.push(line) }),
    used: (usage) => usages.push(usage),
    calls,
    lines,
    usages,
    units: () => usages.reduce((sum, usage) => sum + usage.units, 0),
  };
}

/** Returns the fault with which the work ends. */
export async function faultOf(work: Promise<unknown>): Promise<PlatformFault> {
  const error = await work.then(() => assert.fail("expected a fault"), (error: unknown) => error);
  if (!(error instanceof PlatformFault)) throw error;
  return error;
}

/** Returns a builder of page requests for an account; by default for the first page, with no items known. */
export function requestsOf(account: KnownAccount, size = 50) {
  return (about: Partial<PageRequest> = {}): PageRequest => ({
    account,
    cursor: null,
    size,
    remembered: null,
    may_restart: true,
    ...about,
  });
}

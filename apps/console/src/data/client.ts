/**
 * All access to the backend: the typed client over supabase-js, and its session. A visitor without a session calls functions with the
 * publishable key alone. supabase-js is a third of the first view, so it loads only if there is a session or the visitor signs in.
 */
import { createStreamVibe, isProblem, type StreamVibe, StreamVibeError } from "@streamvibe/client";
import type { Session } from "@supabase/supabase-js";
import { QueryCache, QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { config } from "./config.ts";

export let api: StreamVibe;
/** supabase-js: tables, sign-in and channels. Set as soon as a session exists; otherwise use `await connected()`. */
export let supabase: StreamVibe["supabase"];

interface SessionState {
  /** Undefined while it is loading. */
  session: Session | null | undefined;
  /** True if the session ended without a sign-out: the page stays open and asks the user to sign in again in place. */
  has_expired: boolean;
}
let state: SessionState = { session: undefined, has_expired: false };
const listeners = new Set<() => void>();
let isLeaving = false;

function setState(next: SessionState): void {
  const before = state.session?.user.id;
  state = next;
  // A different user must not see cached data of the previous one; the same user keeps the cache.
  if (before && next.session && next.session.user.id !== before) queries.clear();
  listeners.forEach((listener) => listener());
}

/** The localStorage key where supabase-js stores the session. */
const STORAGE_KEY = "streamvibe";
/** Few retries: the console prefers an error with a retry button to a long spinner. */
const RETRY = { attempts: 3, maxWaitMs: 4_000 };

/** Returns whether a session exists: stored by an earlier visit, or in the URL of a link from an email. */
const hasSession = (): boolean =>
  localStorage.getItem(STORAGE_KEY) !== null || /[#&?](access_token|error|error_code)=/.test(location.href);

/** Connects before the first page renders. If a session exists, it is restored first, so that no page loads as a visitor's. */
export async function connect(configured: Promise<void>): Promise<void> {
  const library = hasSession() ? import("@supabase/supabase-js") : undefined;
  await Promise.all([configured, library]);
  if (library) return void await connected();
  api = createStreamVibe({ functions: { invoke } } as unknown as StreamVibe["supabase"], { retry: RETRY });
  setState({ session: null, has_expired: false });
  // The user signed in in another tab.
  addEventListener("storage", ({ key, newValue }) => {
    if (key === STORAGE_KEY && newValue) void connected().catch(() => {});
  });
}

let connection: Promise<StreamVibe["supabase"]> | undefined;

/** Loads supabase-js on the first call and returns its client. After a failure the next call tries again. */
export function connected(): Promise<StreamVibe["supabase"]> {
  connection ??= import("@supabase/supabase-js").then(({ createClient }) => {
    supabase = createClient(config.url, config.key, {
      auth: { flowType: "implicit", detectSessionInUrl: true, storageKey: STORAGE_KEY },
    });
    api = createStreamVibe(supabase, { retry: RETRY });
    supabase.auth.onAuthStateChange((event, session) => {
      if (session) setState({ session, has_expired: false });
      else if (event === "INITIAL_SESSION") setState({ session: null, has_expired: false });
      else if (state.session && !isLeaving) setState({ session: state.session, has_expired: true });
      else setState({ session: null, has_expired: false });
    });
    return supabase;
  }).catch((error) => {
    connection = undefined;
    throw error;
  });
  return connection;
}

/** Calls a function the way supabase-js does for a visitor without a session. */
async function invoke(name: string, { method, headers, body, signal }: {
  method: string;
  headers: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}) {
  try {
    const answer = await fetch(`${config.url}/functions/v1/${name}`, {
      method,
      headers: {
        ...headers,
        apikey: config.key,
        authorization: `Bearer ${config.key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
    if (!answer.ok) return { data: null, error: { context: answer } };
    const text = await answer.text();
    return { data: text ? JSON.parse(text) : null, error: null };
  } catch (context) {
    return { data: null, error: { context } };
  }
}

/** Signs the user out in this browser. */
export async function signOut(): Promise<void> {
  isLeaving = true;
  try {
    await supabase.auth.signOut({ scope: "local" });
    queries.clear();
    setState({ session: null, has_expired: false });
  } finally {
    isLeaving = false;
  }
}

export function useSession(): SessionState {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => state);
}

/** Returns the id of the signed-in user. Only for pages behind the sign-in. */
export function useUserId(): string {
  return useSession().session?.user.id ?? "";
}

/** Handles a rejected access token: refreshes the session, or asks the user to sign in again in place if that fails. */
async function onRefused(): Promise<void> {
  if (!state.session || state.has_expired) return;
  const { data } = await supabase.auth.refreshSession();
  if (data.session) void queries.invalidateQueries();
  else setState({ session: state.session, has_expired: true });
}

const RETRIED = 1;
export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: (error) => isProblem(error, "unauthorized") && void onRefused() }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // The client already retries; only a lost connection is worth one more attempt.
      retry: (count, error) => count < RETRIED && isProblem(error, "unreachable"),
      retryDelay: 500,
      refetchOnWindowFocus: true,
      networkMode: "always",
    },
    mutations: {
      networkMode: "always",
      onError: (error) => isProblem(error, "unauthorized") && void onRefused(),
    },
  },
});

/** Default time limit of a request. */
export const LIMIT_MS = 20_000;

/** Returns a signal that aborts with the given one or after the time limit. */
export function limited(signal?: AbortSignal, ms = LIMIT_MS): AbortSignal {
  const limit = new AbortController();
  setTimeout(() => limit.abort(new DOMException("No answer came in time", "TimeoutError")), ms);
  return signal ? AbortSignal.any([signal, limit.signal]) : limit.signal;
}

/** Converts anything thrown, including a timeout, to a problem with a code. */
export function problemOf(error: unknown): StreamVibeError {
  if (isProblem(error)) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return name === "TimeoutError"
    ? new StreamVibeError("timeout", message, { cause: error })
    : new StreamVibeError(name === "TypeError" ? "unreachable" : "internal", message, { cause: error });
}

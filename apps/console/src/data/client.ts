/**
 * The one way to the backend: the typed client over supabase-js, and the session that it keeps. A visitor without a session calls
 * functions with the publishable key alone; supabase-js, a third of the first view, comes when somebody has a session or wants one.
 */
import { createStreamVibe, isProblem, type StreamVibe, StreamVibeError } from "@streamvibe/client";
import type { Session } from "@supabase/supabase-js";
import { QueryCache, QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { config } from "./config.ts";

export let api: StreamVibe;
/** supabase-js: tables, sign-in and channels. There as soon as there is a session; elsewhere `await connected()` gives it. */
export let supabase: StreamVibe["supabase"];

interface SessionState {
  /** Undefined until it is known. */
  session: Session | null | undefined;
  /** Ended by itself, so that the page stays and asks to sign in again in place. */
  has_expired: boolean;
}
let state: SessionState = { session: undefined, has_expired: false };
const listeners = new Set<() => void>();
let isLeaving = false;

function setState(next: SessionState): void {
  const before = state.session?.user.id;
  state = next;
  // What one person has read is not shown to the next; a session that comes back finds its pages.
  if (before && next.session && next.session.user.id !== before) queries.clear();
  listeners.forEach((listener) => listener());
}

/** Where supabase-js keeps the session. */
const STORAGE_KEY = "streamvibe";
/** The console shows a failure with a button rather than a spinner for long. */
const RETRY = { attempts: 3, maxWaitMs: 4_000 };

/** Whether there is a session already: kept by an earlier visit, or in the link of a mail that led here. */
const hasSession = (): boolean =>
  localStorage.getItem(STORAGE_KEY) !== null || /[#&?](access_token|error|error_code)=/.test(location.href);

/** Before the first page. Whoever has a session is connected with it, so that no page is read as a visitor's first. */
export async function connect(configured: Promise<void>): Promise<void> {
  const library = hasSession() ? import("@supabase/supabase-js") : undefined;
  await Promise.all([configured, library]);
  if (library) return void await connected();
  api = createStreamVibe({ functions: { invoke } } as unknown as StreamVibe["supabase"], { retry: RETRY });
  setState({ session: null, has_expired: false });
  // Another tab has signed in.
  addEventListener("storage", ({ key, newValue }) => {
    if (key === STORAGE_KEY && newValue) void connected().catch(() => {});
  });
}

let connection: Promise<StreamVibe["supabase"]> | undefined;

/** supabase-js, loaded when it is first wanted. After a failure the next call tries again. */
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

/** Calls a function as supabase-js does for a visitor. */
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

/** Ends the session because the person wants it. */
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

/** The signed-in person's id. For pages behind the sign-in only. */
export function useUserId(): string {
  return useSession().session?.user.id ?? "";
}

/** A refused token: perhaps it has only aged, so it is renewed; if that cannot be, the person signs in again in place. */
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
      // The client repeats what helps; a lost connection is the one thing that a further try may mend.
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

/** Nothing is waited for longer. */
export const LIMIT_MS = 20_000;

/** A signal that ends with the page's own, or with the time limit. */
export function limited(signal?: AbortSignal, ms = LIMIT_MS): AbortSignal {
  const limit = new AbortController();
  setTimeout(() => limit.abort(new DOMException("No answer came in time", "TimeoutError")), ms);
  return signal ? AbortSignal.any([signal, limit.signal]) : limit.signal;
}

/** What a failure is, whatever was thrown: a time limit, too, is a problem with a code. */
export function problemOf(error: unknown): StreamVibeError {
  if (isProblem(error)) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return name === "TimeoutError"
    ? new StreamVibeError("timeout", message, { cause: error })
    : new StreamVibeError(name === "TypeError" ? "unreachable" : "internal", message, { cause: error });
}

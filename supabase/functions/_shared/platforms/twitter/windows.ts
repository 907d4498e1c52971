/** How much X allows to be read, from its response headers: 15 minutes per endpoint, and for some a day per user and per app. */
import { countOf } from "../normalize.ts";
import type { Usage } from "../platform.ts";

interface Window {
  limit?: number;
  remaining?: number;
  resets_at?: Date;
}

const APP = "x-app-limit-24hour";
const SHORT = "x-rate-limit";
const NAMES = [SHORT, "x-user-limit-24hour", APP] as const;

function windowIn(headers: Headers, name: typeof NAMES[number]): Window {
  const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((part) =>
    countOf(headers.get(`${name}-${part}`)) ?? undefined
  );
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(reset === undefined ? {} : { resets_at: new Date(reset * 1_000) }),
  };
}

/** For a 429 response: returns the window that is used up, the last to end if there are several, X's usual one if none is named. */
export function spentWindow(headers: Headers) {
  const [last = SHORT] = NAMES.filter((name) => windowIn(headers, name).remaining === 0)
    .sort((one, other) => endOf(windowIn(headers, other)) - endOf(windowIn(headers, one)));
  return {
    resets_at: windowIn(headers, last).resets_at ?? null,
    of_day: last !== SHORT,
    whole_app: last === APP,
  };
}

/** Returns the account's window with the least left in it, and until when the whole app has nothing left. */
export function leftIn(headers: Headers, path: string): Omit<Usage, "calls" | "units"> {
  const [emptiest] = NAMES.filter((name) => name !== APP).map((name) => windowIn(headers, name))
    .sort((one, other) => leftOf(one) - leftOf(other) || endOf(other) - endOf(one));
  const app = windowIn(headers, APP);
  return {
    bucket: path.replace(/^users\/\d+\//, "users/:id/"),
    ...emptiest,
    ...(app.remaining === 0 && app.resets_at ? { app_closed_until: app.resets_at } : {}),
  };
}

const leftOf = ({ remaining = Number.MAX_SAFE_INTEGER }: Window) => remaining;
const endOf = ({ resets_at }: Window) => resets_at?.getTime() ?? 0;

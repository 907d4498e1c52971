/** The engine's own routes below `/_admin`: faults, request log, clock, redirect URIs, reset. Providers add theirs. */
import { z } from "zod";
import { readBody, readQuery } from "./admin.ts";
import type { SimulatorClock } from "./clock.ts";
import { FaultInjector, FaultRule, Pattern } from "./faults.ts";
import type { Journal } from "./journal.ts";
import { json, type Route } from "./provider.ts";
import type { RequestLog } from "./request_log.ts";

/** State that all providers share. */
export interface Shared {
  readonly clock: SimulatorClock;
  readonly faults: FaultInjector;
  readonly requests: RequestLog;
  readonly journal: Journal;
  readonly redirect_uris: Set<string>;
}

const RequestFilter = z.strictObject({
  match: Pattern.optional(),
  account: z.string().optional(),
  after: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(0).max(50_000).optional(),
});
const FaultFilter = z.strictObject({
  id: z.coerce.number().int().optional(),
  account: z.string().optional(),
});
const ClockInput = z.union([
  z.strictObject({ advance_seconds: z.number().min(-10 * 365 * 86_400).max(10 * 365 * 86_400) }),
  z.strictObject({ now: z.iso.datetime({ offset: true }) }),
], "must be {advance_seconds: number} or {now: RFC 3339 time}");
const RedirectUris = z.strictObject({ redirect_uris: z.array(z.url()).min(1) });

export function engineRoutes(shared: Shared, resetProviders: () => void): Route[] {
  const { clock, faults, requests, journal, redirect_uris } = shared;
  const time = () => ({ now: new Date(clock.now()).toISOString(), offset_seconds: clock.offset / 1_000 });
  const root = "/_admin";
  return [
    { method: "GET", path: `${root}/faults`, handle: () => json(200, { faults: faults.rules() }) },
    {
      method: "POST",
      path: `${root}/faults`,
      handle: (call) => json(201, faults.arm(readBody(FaultRule, call))),
    },
    {
      method: "DELETE",
      path: `${root}/faults`,
      handle: (call) => json(200, { removed: faults.disarm(readQuery(FaultFilter, call)) }),
    },
    {
      method: "GET",
      path: `${root}/requests`,
      handle: (call) => json(200, requests.read(readQuery(RequestFilter, call))),
    },
    {
      method: "DELETE",
      path: `${root}/requests`,
      handle: (call) => json(200, { removed: requests.forget(readQuery(RequestFilter, call)) }),
    },
    { method: "GET", path: `${root}/clock`, handle: () => json(200, time()) },
    {
      method: "POST",
      path: `${root}/clock`,
      handle: (call) => {
        const input = readBody(ClockInput, call);
        if ("now" in input) clock.set(Date.parse(input.now));
        else clock.advance(input.advance_seconds * 1_000);
        journal.record({ provider: "engine", kind: "clock", milliseconds: clock.offset });
        return json(200, time());
      },
    },
    {
      method: "POST",
      path: `${root}/redirect-uris`,
      handle: (call) => {
        const given = readBody(RedirectUris, call).redirect_uris;
        for (const uri of given) redirect_uris.add(uri);
        journal.record({ provider: "engine", kind: "redirect_uris", redirect_uris: given });
        return json(200, { redirect_uris: [...redirect_uris] });
      },
    },
    {
      method: "POST",
      path: `${root}/reset`,
      handle: () => {
        clock.offset = 0;
        faults.disarm();
        requests.forget();
        journal.clear();
        resetProviders();
        return json(200, { reset: true });
      },
    },
  ];
}

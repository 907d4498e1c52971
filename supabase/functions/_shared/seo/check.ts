/** Periodic checks: verifies sites again and checks the status of submissions. */
import * as z from "zod";
import type { Context } from "../context.ts";
import { consequence, EngineFault, type Verdict } from "./engine.ts";
import { ADAPTERS } from "./registry.ts";
import { Connection, engineContext, operateSites, siteOf, toJson, verifySite } from "./connection.ts";

const Work = z.array(z.object({ connection_id: z.string(), verify: z.boolean(), check: z.boolean() }));
const Claim = z.object({
  submissions: z.array(z.object({
    id: z.string(),
    url: z.string(),
    ref: z.string().nullable(),
    submitted_at: z.coerce.date(),
  })),
});

/** Inspections between two writes, and so the most that a crashed worker loses. */
const PORTION = 20;

export interface Checked {
  checked: number;
  changed: number;
  verified: number;
}

/** Runs due checks until the deadline. Concurrent runs are safe: one run does not see what another has claimed. */
export async function checkStatus(context: Context, deadline: Date): Promise<Checked> {
  await operateSites(context);
  const done: Checked = { checked: 0, changed: 0, verified: 0 };
  const work = await context.admin.call("list_seo_work", { p_now: context.now().toISOString() }, Work);
  for (const { connection_id, verify, check } of work) {
    if (context.now() >= deadline) break;
    const read = () =>
      context.admin.call("read_seo_connection", { p_connection_id: connection_id }, Connection);
    context.signal?.throwIfAborted();
    try {
      if (verify && (await verifySite(context, await read())).is_verified) done.verified++;
      if (check) await checkSite(context, await read(), deadline, done);
    } catch (error) {
      // The other sites are still checked.
      context.log.error("a site cannot be looked at", { connection_id, error });
    }
  }
  return done;
}

async function checkSite(
  context: Context,
  connection: Connection,
  deadline: Date,
  done: Checked,
): Promise<void> {
  const site = siteOf(context, connection);
  const engine = await ADAPTERS[connection.search_engine]();
  if (!site || !connection.is_verified || !engine.inspect || !engine.inspectionWindows) return;
  const told = engineContext(context, connection.id);
  while (context.now() < deadline) {
    const { submissions } = await context.admin.call("claim_seo_checks", {
      p_connection_id: connection.id,
      p_limit: PORTION,
      p_windows: toJson(engine.inspectionWindows(context.now())),
      p_now: context.now().toISOString(),
    }, Claim);
    if (submissions.length === 0) return;
    const outcomes: ({ id: string } & Verdict)[] = [];
    let fault: EngineFault | undefined;
    for (const { id, ...submission } of submissions) {
      try {
        outcomes.push({ id, ...await engine.inspect(told, site, submission) });
      } catch (error) {
        if (!(error instanceof EngineFault)) throw error;
        // `invalid` concerns one URL; any other fault would affect the next one too.
        if (error.kind === "invalid") {
          outcomes.push({ id, verdict: "rejected", code: error.code, message: error.message });
        } else fault = error;
      }
      if (fault) break;
    }
    done.checked += outcomes.length;
    done.changed += await context.admin.call("settle_seo_checks", {
      p_connection_id: connection.id,
      p_outcomes: outcomes,
      p_now: context.now().toISOString(),
    }, z.int());
    if (!fault) continue;
    const { pause } = consequence(fault, [], context.now());
    await context.admin.call("settle_seo_submissions", {
      p_connection_id: connection.id,
      p_claim: context.now().toISOString(),
      p_outcomes: [],
      p_pause: pause ? { ...pause, until: pause.until.toISOString() } : null,
      p_now: context.now().toISOString(),
    });
    return;
  }
}

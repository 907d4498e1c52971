/**
 * Processes what Stripe reported, and checks customers that are due although nothing was reported.
 *
 * The rule that makes every order of events end in the same state: an event is no statement, only a reason to look. The worker
 * draws a ticket, asks Stripe, and applies the response unless one with a later ticket has been applied. The state that is applied
 * last was fetched after the last event, and so includes everything that the event was about.
 */
import * as z from "zod";
import type Stripe from "stripe";
import type { Context } from "../context.ts";
import { background } from "../observability/background.ts";
import { sendMails } from "./mail.ts";
import { isLive } from "./settings.ts";
import { type CustomerState, Subscription } from "./state.ts";
import { describeFault, isMissing, OWNER, stripeClient } from "./stripe_client.ts";

const Work = z.object({ subject: z.string(), event_ids: z.array(z.string()), ticket: z.number() });
type Work = z.output<typeof Work>;

export const WorkOffOutput = z.object({
  /** Customers that were checked. */
  customers: z.int(),
  /** Those of them whose check failed; they are due again later. */
  failed: z.int(),
  mails: z.int(),
});

export interface WorkLimits {
  /** Customers that one run checks: each is one call to Stripe, rarely two or three. */
  max_customers: number;
  /** Customers checked concurrently. Stripe allows 25 calls a second for a sandbox, 100 for a live account. */
  at_once: number;
  /** No customer is started after this long. */
  budget_ms: number;
}

export const LIMITS: WorkLimits = { max_customers: 500, at_once: 4, budget_ms: 45_000 };
/** How long the customers of a worker that died stay claimed. */
const LEASE_SECONDS = 60;

/** @param customer_id Checks only this customer: in a database where many are tested at once (scripts/chaos), each test uses its own. */
export async function workOff(
  context: Context,
  limits: WorkLimits = LIMITS,
  customer_id?: string,
): Promise<z.output<typeof WorkOffOutput>> {
  const begun = Date.now();
  const livemode = isLive(context.settings);
  const done = { customers: 0, failed: 0 };
  let stripe: Promise<Stripe> | undefined;
  const turn = async (work: Work) => {
    done.customers += 1;
    try {
      await look(context, await (stripe ??= stripeClient(context)), livemode, work);
    } catch (error) {
      done.failed += 1;
      const reason = describeFault(error);
      context.log.warn("a customer could not be looked at", { reason, events: work.event_ids.length });
      if (work.event_ids.length > 0) {
        await context.admin.call("fail_stripe_events", { p_event_ids: work.event_ids, p_error: reason });
      }
    }
  };
  while (Date.now() - begun < limits.budget_ms && !context.signal?.aborted) {
    // Claims as many as are fetched at once: an idle ticket keeps others waiting until its lease ends. One claim per round, because
    // two concurrent ones would compete for the same rows, and the second would get none.
    const some = await context.admin.call("claim_stripe_work", {
      p_livemode: livemode,
      p_limit: Math.min(limits.at_once, limits.max_customers - done.customers),
      p_lease_seconds: LEASE_SECONDS,
      p_customer_id: customer_id,
    }, z.array(Work));
    if (some.length === 0) break;
    await Promise.all(some.map(turn));
    if (done.customers >= limits.max_customers) break;
  }
  return { ...done, mails: await sendMails(context) };
}

/** Checks one customer now, regardless of events; for creators who are about to pay. */
export async function lookAt(context: Context, stripe: Stripe, customer_id: string): Promise<void> {
  const ticket = await context.admin.call("draw_billing_ticket", {});
  await look(context, stripe, isLive(context.settings), { subject: customer_id, event_ids: [], ticket });
}

async function look(context: Context, stripe: Stripe, livemode: boolean, work: Work): Promise<void> {
  const { ticket, event_ids } = work;
  const customer_id = work.subject.startsWith("ch_") || work.subject.startsWith("py_")
    ? await customerOfCharge(stripe, work.subject)
    : work.subject;
  const apply = (state: CustomerState) =>
    context.admin.call("apply_stripe_state", {
      p_customer_id: customer_id ?? work.subject,
      p_livemode: livemode,
      p_ticket: ticket,
      p_state: state,
      p_event_ids: event_ids,
    });
  if (customer_id === null) {
    await apply({ is_deleted: false, subscriptions: [], user_id: null });
    return;
  }
  const state = await fetchState(stripe, customer_id);
  let outcome = await apply(state);
  if (outcome === "unknown") {
    // Not one of ours, or created by us and never stored: the customer's metadata names the owner.
    outcome = await apply({ ...state, user_id: await ownerOf(stripe, customer_id) });
  }
  context.log.debug("looked at a customer", { outcome, events: event_ids.length });
}

/** Returns all subscriptions of a customer in any state; none for a deleted customer. One call for up to a hundred. */
export async function fetchState(stripe: Stripe, customer_id: string): Promise<CustomerState> {
  const subscriptions: CustomerState["subscriptions"] = [];
  try {
    let after: string | undefined;
    do {
      const page = await stripe.subscriptions.list({
        customer: customer_id,
        status: "all",
        limit: 100,
        expand: ["data.latest_invoice"],
        ...(after ? { starting_after: after } : {}),
      });
      subscriptions.push(...z.array(Subscription).parse(page.data));
      after = page.has_more ? page.data.at(-1)?.id : undefined;
    } while (after);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { is_deleted: true, subscriptions: [] };
  }
  return { is_deleted: false, subscriptions };
}

async function ownerOf(stripe: Stripe, customer_id: string): Promise<string | null> {
  try {
    const customer = await stripe.customers.retrieve(customer_id);
    return customer.deleted ? null : customer.metadata?.[OWNER] ?? null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function customerOfCharge(stripe: Stripe, charge_id: string): Promise<string | null> {
  try {
    const { customer } = await stripe.charges.retrieve(charge_id);
    return typeof customer === "string" ? customer : customer?.id ?? null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

let running = false;
let again = false;

/**
 * Starts to process newly stored events in the background, after the response. A process does this once at a time: the next round
 * handles events that arrive in the meantime. If the process dies, cron handles the rest within a minute.
 */
export function workOffSoon(context: Context): void {
  if (running) {
    again = true;
    return;
  }
  running = true;
  const rounds = async () => {
    try {
      do {
        again = false;
        await workOff(context);
      } while (again);
    } catch (error) {
      context.log.warn("events of Stripe wait for cron", { error });
    } finally {
      running = false;
    }
  };
  background(rounds());
}

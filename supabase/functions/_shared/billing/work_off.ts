/**
 * Works off what Stripe reported, and looks at customers that are due although nothing was reported.
 *
 * The rule that makes every order of events end the same: an event is no statement, only a reason to look. A ticket is drawn, then
 * Stripe is asked, and what it says is applied unless something with a later ticket has been. Whatever is applied after the last event's
 * look was fetched after it, and so knows all that it was about.
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
  /** Customers that were looked at. */
  customers: z.int(),
  /** Of them those that could not be; they are due again later. */
  failed: z.int(),
  mails: z.int(),
});

export interface WorkLimits {
  /** Customers that one run looks at: each is one call of Stripe, seldom two or three. */
  max_customers: number;
  /** Customers at the same time. Stripe takes 25 calls a second of a sandbox, 100 of a live account. */
  at_once: number;
  /** No customer is begun after this long. */
  budget_ms: number;
}

export const LIMITS: WorkLimits = { max_customers: 500, at_once: 4, budget_ms: 45_000 };
/** How long a worker that died keeps its customers. */
const LEASE_SECONDS = 60;

/** @param customer_id Only this one: of many that are tried out in one database (scripts/chaos) each knows its own. */
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
    // As many as are fetched at once: a ticket that lies about keeps others waiting for its lease. In one call, since two at the same
    // time would be after the same rows, and the second get none.
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

/** Looks at one customer now, whatever was reported; for those who are about to pay. */
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
    // Not one of ours, or made by us and never written down: the customer says whose it is.
    outcome = await apply({ ...state, user_id: await ownerOf(stripe, customer_id) });
  }
  context.log.debug("looked at a customer", { outcome, events: event_ids.length });
}

/** All subscriptions of a customer, whatever their state; none of one that is gone. One call for up to a hundred. */
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
 * Begins to work off what was just stored, after the answer. A process does it once at a time: what comes meanwhile is found by the round
 * after. Should the process die, cron finds the rest within a minute.
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

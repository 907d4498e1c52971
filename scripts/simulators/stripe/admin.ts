/** Admin routes of the simulated Stripe, in addition to its API: cards, time, and deliveries in any order. */
import { z } from "zod";
import { AdminError, readBody, readQuery } from "../engine/admin.ts";
import { type Call, type Context, json, type Route } from "../engine/provider.ts";
import { StripeRefusal } from "./account.ts";
import { LOCAL_KEY, LOCAL_WEBHOOK_SECRET } from "./objects.ts";
import { customerOf, sign } from "./deliveries.ts";
import { advanceClock, type Held, type StripeHouse } from "./stripe.ts";

const Key = { key: z.string().default(LOCAL_KEY) };
const Card = z.enum(["works", "declined", "declined_later", "authenticates", "none"]);
const Customer = z.strictObject({
  ...Key,
  card: Card.optional(),
  /** `hold`: the customer's events wait for `POST deliveries`. */
  deliver: z.enum(["hold", "at once"]).optional(),
});
const Advance = z.strictObject({
  ...Key,
  customer: z.string(),
  seconds: z.number().int().min(0).optional(),
  to: z.number().int().optional(),
});
const Filter = z.strictObject({ ...Key, customer: z.string().optional(), type: z.string().optional() });
const Deliver = z.strictObject({
  ...Key,
  url: z.url().optional(),
  customer: z.string().optional(),
  events: z.array(z.string()).optional().describe("ids in the order wanted; all of the customer otherwise"),
  order: z.enum(["as it was", "reversed"]).default("as it was"),
  at_once: z.boolean().default(false),
  times: z.int().min(1).max(500).default(1),
  secrets: z.array(z.string()).min(1).default([LOCAL_WEBHOOK_SECRET]),
  signed_at: z.int().optional(),
  tamper: z.boolean().default(false),
  livemode: z.boolean().optional(),
  version: z.string().optional(),
});
const Dispute = z.strictObject({ ...Key, customer: z.string() });

export function stripeAdmin(root: string, house: StripeHouse, context: Context): Route[] {
  const route = (method: string, path: string, handle: (call: Call) => unknown): Route => ({
    method,
    path: `${root}/${path}`,
    async handle(call) {
      try {
        return json(200, await handle(call));
      } catch (error) {
        if (error instanceof StripeRefusal) throw new AdminError(error.status, error.message);
        throw error;
      }
    },
  });
  const chosen = ({ happenings }: Held, { customer, type }: { customer?: string; type?: string }) =>
    happenings.filter((one) =>
      (customer === undefined || customerOf(one) === customer) && (type === undefined || one.type === type)
    );
  return [
    route("PATCH", "customers/:id", (call) => {
      const { key, card, deliver } = readBody(Customer, call);
      const { account, deliveries } = house.of(key);
      const customer = account.get("customer", call.params.id ?? "");
      if (card) {
        customer.card = card;
        account.keep(customer);
      }
      if (deliver === "hold") deliveries.held.add(customer.id);
      if (deliver === "at once") deliveries.held.delete(customer.id);
      return { id: customer.id, card: customer.card, held: deliveries.held.has(customer.id) };
    }),
    route("GET", "customers/:id", (call) => {
      const { account } = house.of(readQuery(Filter, call).key);
      const customer = account.get("customer", call.params.id ?? "");
      return {
        customer,
        now: account.now(customer.id),
        subscriptions: account.subscriptionsOf(customer.id),
        invoices: account.all("invoice").filter((one) => one.customer === customer.id),
        charges: account.all("charge").filter((one) => one.customer === customer.id),
        sessions: account.all("checkout.session").filter((one) => one.customer === customer.id),
      };
    }),
    // A real customer gets a test clock at its creation or never; here a customer created by a checkout can get one later.
    route("POST", "advance", (call) => {
      const { key, customer: id, seconds, to } = readBody(Advance, call);
      const { account } = house.of(key);
      const customer = account.get("customer", id);
      if (!customer.test_clock) {
        customer.test_clock = account.createClock(account.now(), "given by a test").id;
        account.keep(customer);
      }
      const until = to ?? account.now(id) + (seconds ?? 0);
      advanceClock(account, customer.test_clock, until);
      return { now: account.now(id) };
    }),
    route("POST", "disputes", (call) => {
      const { key, customer } = readBody(Dispute, call);
      const { account } = house.of(key);
      const charge = account.all("charge").find((one) => one.customer === customer);
      if (!charge) throw new AdminError(404, "This customer has paid nothing yet");
      return account.dispute(charge.id);
    }),
    route("GET", "events", (call) => {
      const { key, ...filter } = readQuery(Filter, call);
      return {
        events: chosen(house.of(key), filter).map(({ id, type, created }) => ({ id, type, created })),
      };
    }),
    route("GET", "deliveries", (call) => {
      const { key, ...filter } = readQuery(Filter, call);
      const held = house.of(key);
      const ids = new Set(chosen(held, filter).map(({ id }) => id));
      return { attempts: held.deliveries.attempts().filter(({ event }) => ids.has(event)) };
    }),
    route("POST", "deliveries/run", async (call) => {
      await house.of(readBody(z.strictObject(Key), call).key).deliveries.run();
      return {};
    }),
    route("POST", "deliveries", async (call) => {
      const wish = readBody(Deliver, call);
      const held = house.of(wish.key);
      const url = wish.url ?? held.account.all("webhook_endpoint")[0]?.url;
      if (!url) throw new AdminError(400, "There is no webhook endpoint: say url");
      const all = chosen(held, { ...(wish.customer ? { customer: wish.customer } : {}) });
      const wanted = wish.events
        ? wish.events.map((id) => {
          const found = held.happenings.find((one) => one.id === id);
          if (!found) throw new AdminError(404, `There is no event ${id}`);
          return found;
        })
        : all;
      const ordered = wish.order === "reversed" ? [...wanted].reverse() : wanted;
      const sends = ordered.flatMap((one) =>
        Array.from({ length: wish.times }, () => () => {
          const body = held.deliveries.body(one, wish.version ?? null, wish.livemode);
          const now = wish.signed_at ?? Math.floor(context.clock.now() / 1_000);
          return held.deliveries.post(
            url,
            wish.tamper ? body.replace("{", "{ ") : body,
            sign(body, wish.secrets, now),
            60_000,
          );
        })
      );
      const answers: number[] = [];
      if (wish.at_once) answers.push(...await Promise.all(sends.map((send) => send())));
      else for (const send of sends) answers.push(await send());
      return { answers };
    }),
  ];
}

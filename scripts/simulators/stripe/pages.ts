/** Stripe's checkout and portal as clickable pages. Plain forms, without scripts. */
import { type Brand, escape, simulatorPage } from "../engine/consent_page.ts";
import { type Answer, type Call, type Context, json, type Route } from "../engine/provider.ts";
import { isOver, StripeRefusal } from "./account.ts";
import type { Card, Price, Session } from "./objects.ts";
import type { Held, StripeHouse } from "./stripe.ts";

const BRAND: Brand = { network: "Stripe", accent: { light: "#533afd", dark: "#a99bff" } };
const CARDS: readonly [Card, string, string][] = [
  ["works", "4242 4242 4242 4242", "works"],
  ["declined_later", "4000 0000 0000 0341", "works now, fails when the plan renews"],
  ["authenticates", "4000 0025 0000 3155", "requires authentication, which succeeds"],
  ["declined", "4000 0000 0000 0002", "is declined"],
];

/** Formats a price crudely: the app's own price formatting is tested elsewhere. */
function cost({ unit_amount, currency, interval }: Price): string {
  const digits =
    new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return `${(unit_amount / 10 ** digits).toFixed(digits)} ${currency.toUpperCase()} a ${interval}`;
}

const NOTE =
  `<p class="note">This is StreamVibe's simulator of Stripe. No money moves, and nothing leaves this machine.</p>`;

export function stripePages(house: StripeHouse, context: Context): Route[] {
  const sessionOf = (id: string) => {
    for (const held of house.every()) {
      const session = held.account.find("checkout.session", id);
      if (session) return { held, session };
    }
  };
  const portalOf = (id: string) => {
    for (const held of house.every()) {
      const portal = held.account.find("billing_portal.session", id);
      if (portal) return { held, portal };
    }
  };
  const gone = (what: string) =>
    page(404, what, `<h1>${what}</h1><p>Go back to the app and start again.</p>`);
  const checkout = "/checkout.stripe.com/c/pay/:id";
  const portal = "/billing.stripe.com/p/session/:id";
  return [
    {
      method: "GET",
      path: checkout,
      handle(call) {
        const found = sessionOf(call.params.id ?? "");
        if (!found || found.session.status !== "open" || isLate(found.session, context)) {
          return gone("This checkout is over");
        }
        return checkoutPage(200, call, found.held, found.session);
      },
    },
    {
      method: "POST",
      path: checkout,
      handle(call) {
        const found = sessionOf(call.params.id ?? "");
        if (!found || found.session.status !== "open" || isLate(found.session, context)) {
          return gone("This checkout is over");
        }
        const { held, session } = found;
        const form = new URLSearchParams(call.body);
        if (form.get("decision") === "cancel") return back(call, session.cancel_url ?? session.success_url);
        const card = CARDS.find(([name]) => name === form.get("card"))?.[0];
        if (!card) return checkoutPage(400, call, held, session, "Choose a card.");
        if (card === "declined") return checkoutPage(402, call, held, session, "Your card was declined.");
        const code = form.get("code")?.trim() || null;
        if (code && !held.account.find("coupon", code)) {
          return checkoutPage(400, call, held, session, "This code is invalid.");
        }
        held.account.complete(session, card === "authenticates" ? "works" : card, code);
        return back(call, session.success_url.replaceAll("{CHECKOUT_SESSION_ID}", session.id));
      },
    },
    {
      method: "GET",
      path: portal,
      handle(call) {
        const found = portalOf(call.params.id ?? "");
        return found
          ? portalPage(call, found.held, found.portal.customer, found.portal.return_url)
          : gone("This page has expired");
      },
    },
    {
      method: "POST",
      path: portal,
      handle(call) {
        const found = portalOf(call.params.id ?? "");
        if (!found) return gone("This page has expired");
        const { account } = found.held;
        const form = new URLSearchParams(call.body);
        const id = form.get("subscription") ?? "";
        let said: string | undefined;
        try {
          const own = account.subscriptionsOf(found.portal.customer).some((one) => one.id === id);
          if (id !== "" && !own) {
            throw new StripeRefusal(404, "invalid_request_error", "No such subscription");
          }
          switch (form.get("do")) {
            case "cancel":
              account.update(id, { cancel_at_period_end: true });
              break;
            case "keep":
              account.update(id, { cancel_at_period_end: false });
              break;
            case "end":
              account.cancel(id);
              break;
            case "plan":
              account.update(id, { price: form.get("price") ?? "" });
              break;
            case "card": {
              const customer = account.get("customer", found.portal.customer);
              customer.card = CARDS.find(([name]) => name === form.get("card"))?.[0] ?? customer.card;
              account.keep(customer);
              for (const { latest_invoice } of account.subscriptionsOf(customer.id)) {
                if (latest_invoice && account.invoice(latest_invoice).status === "open") {
                  account.pay(latest_invoice);
                }
              }
              break;
            }
            default:
              return found.portal.return_url
                ? back(call, found.portal.return_url)
                : gone("You can close this page");
          }
        } catch (error) {
          if (!(error instanceof StripeRefusal)) throw error;
          said = error.message;
        }
        if (wantsJson(call)) return json(said ? 400 : 200, { said: said ?? "done" });
        return portalPage(call, found.held, found.portal.customer, found.portal.return_url, said);
      },
    },
  ];
}

function isLate({ expires_at }: Session, { clock }: Context): boolean {
  return expires_at < clock.now() / 1_000;
}

function wantsJson(call: Call): boolean {
  return /\bapplication\/json\b/.test(call.headers.get("accept") ?? "");
}

/** Redirects; a client that asks for JSON gets the location instead: Postman scripts cannot stop at a redirect. */
function back(call: Call, location: string): Answer {
  return wantsJson(call)
    ? json(200, { location })
    : { status: 303, headers: { location, "cache-control": "no-store" }, body: "" };
}

function page(status: number, title: string, main: string): Answer {
  return simulatorPage(status, BRAND, title, `\n    ${main}`);
}

function cards(chosen: Card = "works"): string {
  return CARDS.map(([name, number, words]) => `
        <li><label><input type="radio" name="card" value="${name}" required${
    name === chosen ? " checked" : ""
  }>
          <span>${number}<small>${words}</small></span></label></li>`).join("");
}

function alert(said?: string): string {
  return said ? `<p role="alert"><strong>${escape(said)}</strong></p>` : "";
}

function checkoutPage(
  status: number,
  call: Call,
  { account }: Held,
  session: Session,
  said?: string,
): Answer {
  const price = account.price(session.price);
  const name = account.get("product", price.product).name;
  const trial = session.trial_days > 0
    ? `<p>${session.trial_days} days free, then ${escape(cost(price))}.</p>`
    : "";
  return page(
    status,
    `Subscribe to ${name}`,
    `<h1>Subscribe to ${escape(name)}</h1>
    <p><strong>${escape(cost(price))}</strong></p>${trial}
    ${NOTE}${alert(said)}
    <form method="post" action="${escape(call.path)}">
      <fieldset><legend>Card</legend>
        <ul>${cards()}
        </ul>
      </fieldset>${
      session.codes
        ? `
      <label for="code">Promotion code</label>
      <div class="row"><input id="code" name="code" autocomplete="off"></div>`
        : ""
    }
      <div class="row end">
        <button name="decision" value="cancel" formnovalidate>Back</button>
        <button name="decision" value="pay" class="main">Subscribe</button>
      </div>
    </form>`,
  );
}

function portalPage(
  call: Call,
  { account }: Held,
  customer: string,
  return_url: string | null,
  said?: string,
): Answer {
  const day = (seconds: number) => new Date(seconds * 1_000).toISOString().slice(0, 10);
  const form = (fields: string) => `
      <form method="post" action="${escape(call.path)}"><div class="row end">${fields}</div></form>`;
  const plans = account.all("price").filter(({ active, lookup_key }) =>
    active && lookup_key?.startsWith("streamvibe_")
  );
  const rows = account.subscriptionsOf(customer).map((one) => {
    const [item] = one.items;
    const price = item && account.price(item.price);
    const id = `<input type="hidden" name="subscription" value="${escape(one.id)}">`;
    const button = (action: string, words: string) =>
      `${id}<button name="do" value="${action}">${words}</button>`;
    const state = `${one.status}${item ? `, until ${day(item.period_end)}` : ""}${
      one.cancel_at_period_end ? ", then it ends" : ""
    }`;
    const options = plans.map((plan) =>
      `<option value="${escape(plan.id)}"${plan.id === price?.id ? " selected" : ""}>${
        escape(account.get("product", plan.product).name)
      }, ${escape(cost(plan))}</option>`
    );
    return `
      <fieldset><legend>${escape(price ? account.get("product", price.product).name : one.id)}</legend>
        <p>${escape(state)}</p>${
      isOver(one) ? "" : form(
        one.cancel_at_period_end ? button("keep", "Keep the plan") : button("cancel", "Cancel at the end"),
      ) +
        form(button("end", "End now")) +
        form(
          `${id}<select name="price" aria-label="Plan">${
            options.join("")
          }</select><button name="do" value="plan">Change the plan</button>`,
        )
    }
      </fieldset>`;
  });
  return page(
    said ? 400 : 200,
    "Your subscription",
    `<h1>Your subscription</h1>
    ${NOTE}${alert(said)}${rows.join("") || "<p>You have no subscription.</p>"}
    <form method="post" action="${escape(call.path)}">
      <fieldset><legend>Card</legend>
        <ul>${cards(account.get("customer", customer).card)}
        </ul>
        <div class="row end"><button name="do" value="card">Use this card</button></div>
      </fieldset>
    </form>${return_url ? form(`<button name="do" value="back" class="main">Back to the app</button>`) : ""}`,
  );
}

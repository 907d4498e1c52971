/** What Instagram and Facebook are to the simulator beside their routes: one app's accounts, limits, callbacks and library. */
import type { Call, Provider } from "../provider.ts";
import type { MetaAccounts } from "./accounts.ts";
import type { Callbacks } from "./callbacks.ts";
import { graphFailure } from "./graph_error.ts";
import type { MetaUsage } from "./usage.ts";

interface Parts {
  readonly accounts: MetaAccounts;
  readonly callbacks: Callbacks;
  readonly library: Pick<Provider, "replay" | "reset">;
  readonly usage: MetaUsage;
}

/** How a product fails, begins again where it was, and begins anew. */
export function metaProduct(
  { accounts, callbacks, library, usage }: Parts,
): Pick<Provider, "failure" | "replay" | "reset"> {
  return {
    failure: (reason, call) =>
      graphFailure(reason, { headers: usage.headers(accounts.accountOf(tokenOf(call))) }),
    replay: (event) => {
      for (const part of [accounts, callbacks, library]) part.replay(event);
    },
    reset: () => {
      for (const part of [accounts, callbacks, library, usage]) part.reset();
    },
  };
}

/** The token of a call, wherever it stands. */
export function tokenOf(call: Call): string {
  const bearer = /^Bearer (.+)$/i.exec(call.headers.get("authorization") ?? "")?.[1];
  return call.query.get("access_token") ?? bearer ?? "";
}

import { call } from "../functions.ts";
import { expect, known, must, type Step } from "../journey.ts";
import { Disconnected } from "./disconnect.ts";

/** Disconnects the remaining accounts: no account and no connection is left, and the whole library stays. */
export const disconnectOthers: Step = {
  name: "Disconnect the others",
  async run(journey) {
    const { app } = journey;
    const others = known(journey.others, "connected accounts");
    const content = async () =>
      (await app.from("content_item").select("id", { count: "exact", head: true }).is("deleted_at", null))
        .count;
    const before = await content();
    for (const { social_account_id } of others.values()) {
      await call(journey, "disconnect-account", { social_account_id }, Disconnected);
    }
    const accounts = await must(
      "list the accounts",
      app.from("social_account").select("id").is("deleted_at", null),
    );
    expect(accounts.length === 0, `Cannot disconnect: ${accounts.length} accounts are still in the list`);
    const active = await must(
      "list the connections",
      app.from("platform_connection").select("id").eq("is_active", true),
    );
    expect(active.length === 0, `Cannot disconnect: ${active.length} connections are still active`);
    const after = await content();
    expect(
      after === before && Boolean(after),
      `Cannot keep the content: ${before} items before, ${after} after`,
    );
    return `${others.size} accounts gone, ${after} items of five platforms stay in the library`;
  },
};

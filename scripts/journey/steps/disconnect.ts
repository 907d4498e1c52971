import { createClient } from "@supabase/supabase-js";
import { z } from "zod";
import { call, refused } from "../functions.ts";
import { expect, known, must, type Step } from "../journey.ts";

export const Disconnected = z.object({ disconnected_at: z.iso.datetime({ offset: true }) });

/** Disconnects the account: the content stays, the account disappears from the list, and the tokens are deleted. */
export const disconnect: Step = {
  name: "Disconnect",
  async run(journey) {
    const { app, stack } = journey;
    const social_account_id = known(journey.social_account_id, "a connected account");
    const content = () =>
      app.from("content_item").select("id", { count: "exact", head: true })
        .eq("social_account_id", social_account_id).is("deleted_at", null);
    const before = (await content()).count;
    await call(journey, "disconnect-account", { social_account_id }, Disconnected);
    const accounts = await must(
      "list the accounts",
      app.from("social_account").select("id").is("deleted_at", null),
    );
    expect(
      accounts.every(({ id }) => id !== social_account_id),
      "Cannot disconnect: the account is still in the list",
    );
    const active = await must(
      "list the connections",
      app.from("platform_connection").select("id").eq("is_active", true),
    );
    expect(active.length === accounts.length, "Cannot disconnect: the connection is still active");
    const after = (await content()).count;
    expect(
      after === before && Boolean(after),
      `Cannot keep the content: ${before} items before, ${after} after`,
    );
    const service = createClient(stack.api_url, stack.secret_key, { auth: { persistSession: false } });
    const vault = await service.rpc("read_connection", {
      p_user_id: null,
      p_social_account_id: social_account_id,
    });
    expect(
      vault.error?.code === "SVG03",
      "Cannot trust the disconnect: Vault still has the account's tokens",
    );
    const { status } = await refused(journey, "sync-youtube", { social_account_id });
    expect(status === 404 || status === 409, `Cannot trust the disconnect: a sync was answered ${status}`);
    return `tokens deleted, ${after} videos stay in the library`;
  },
};

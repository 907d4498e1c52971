/** Disconnecting on every platform is tested in platforms/platform_matrix.library.test.ts. */
import assert from "node:assert/strict";
import { ConnectedAccount } from "../support/connected_account.ts";

Deno.test("disconnect-account works when the token is dead or the platform is down, and reports whether access was revoked", async () => {
  await using own = await ConnectedAccount.create("youtube", { items: 1 });
  const disconnect = async () => {
    const { status, body } = await own.creator.call("disconnect-account", {
      social_account_id: own.social_account_id,
    });
    return [status, body.revoked, (await own.state()).tokens];
  };
  await own.row.simulator.revoke(own.account_id);
  assert.deepEqual(await disconnect(), [200, true, null]);

  await own.reconnect();
  await own.arm("oauth2.googleapis.com/revoke", { status: 503 }, { times: 10 });
  assert.deepEqual(await disconnect(), [200, false, null]);
});

/** Module 001: consents, accounts, tokens and their refreshes. */
import assert from "node:assert/strict";
import { inWorld, refusal, type Row, whileOpen, withPerson, type World } from "../support/world.ts";

const state = () => `state-${crypto.randomUUID()}`;
const begin = (world: World, name: string, platform = "youtube", user = world.people.owner) =>
  world.query(
    `select begin_oauth('${user}', '${platform}', '${name}', 'verifier', 'http://localhost/callback')`,
  );
const take = (world: World, name: string, platform = "youtube", user = world.people.owner) =>
  world.attempt("service", `select * from take_oauth_state('${user}', '${platform}', '${name}')`);

Deno.test("a consent is taken once, by its owner, for its platform, within ten minutes", async () => {
  await inWorld(async (world) => {
    const name = state();
    await begin(world, name);
    assert.deepEqual((await take(world, name)).rows, [{
      code_verifier: "verifier",
      redirect_uri: "http://localhost/callback",
    }]);
    for (
      const refused of [
        await take(world, name, "youtube", world.people.other),
        await take(world, name, "instagram"),
        await take(world, state()),
      ]
    ) assert.equal(refused.code, "SVO01");
    // Nobody's failed try has used it up.
    const call = `select * from take_oauth_state('${world.people.owner}', 'youtube', '${name}')`;
    assert.equal((await world.perform("service", call)).length, 1);
    assert.equal((await take(world, name)).code, "SVO01", "a second time");
    const late = state();
    await begin(world, late);
    await world.query(`update ops.oauth_state set expires_at = now() where state = '${late}'`);
    assert.equal((await take(world, late)).code, "SVO01");
    assert.equal(
      (await world.attempt(
        "service",
        `select begin_oauth('${world.people.owner}', 'myspace', '${state()}', 'v', 'u')`,
      )).code,
      "SVG01",
    );
    const gone = crypto.randomUUID();
    const orphan = `select begin_oauth('${gone}', 'youtube', '${state()}', 'v', 'u')`;
    assert.equal(
      (await world.attempt("service", orphan)).code,
      "SVG03",
      "the user is gone, the token is not",
    );
  });
});

Deno.test("of two hundred who take one state, one gets it", async () => {
  await withPerson(async ({ id, sql }) => {
    const name = state();
    await sql`select begin_oauth(${id}, 'youtube', ${name}, 'verifier', 'http://localhost/callback')`;
    const refusals = await Promise.all(
      Array.from(
        { length: 200 },
        () => refusal(sql`select * from take_oauth_state(${id}, 'youtube', ${name})`),
      ),
    );
    assert.equal(refusals.filter((code) => code === undefined).length, 1);
    assert.equal(refusals.filter((code) => code === "SVO01").length, 199);
  }, 40);
});

Deno.test("a person has at most twenty open consents, the newest; expired ones are pruned", async () => {
  await inWorld(async (world) => {
    const { owner } = world.people;
    const first = state();
    await begin(world, first);
    await world.query(
      `update ops.oauth_state set created_at = now() - interval '1 minute' where state = '${first}'`,
    );
    const expired = state();
    await begin(world, expired, "youtube", world.people.other);
    await world.query(
      `update ops.oauth_state set expires_at = now() - interval '1 hour' where state = '${expired}'`,
    );
    for (let i = 0; i < 20; i++) await begin(world, state());
    assert.equal(
      await world.value(`select count(*)::integer from ops.oauth_state where user_id = '${owner}'`),
      20,
    );
    assert.equal(
      await world.value(
        `select count(*)::integer from ops.oauth_state where state in ('${first}', '${expired}')`,
      ),
      0,
    );
  });
});

Deno.test("connecting stores the tokens in Vault and the account in its table; reconnecting heals and counts once", async () => {
  await inWorld(async (world) => {
    const read = () =>
      world.value<Row>(`select read_connection('${world.people.owner}', '${world.account}')`, "service");
    const before = await read();
    assert.deepEqual(before.tokens, {
      access_token: `at-${before.platform_account_id}`,
      refresh_token: `rt-${before.platform_account_id}`,
    });
    assert.equal(before.status, "active");

    const id = String(before.platform_account_id);
    const again = await world.connect("owner", id, { access_token: "at-2" });
    assert.deepEqual(again, { account: world.account, connection: world.connection, reconnected: true });
    assert.deepEqual(
      (await read()).tokens,
      { access_token: "at-2", refresh_token: `rt-${id}` },
      "a missing refresh token is kept",
    );
    await world.connect("owner", id, { access_token: "at-3", refresh_token: "" });
    assert.deepEqual((await read()).tokens, { access_token: "at-3", refresh_token: `rt-${id}` });
  });
});

Deno.test("a plan's number of accounts is a limit; disconnecting makes room, reviving needs it", async () => {
  await inWorld(async (world) => {
    const { owner } = world.people;
    const connect = (id: string) =>
      world.attempt(
        "service",
        `select connect_account('${owner}', 'youtube', '{"access_token": "x"}', null, null, '{"platform_account_id": "${id}"}')`,
      );
    const refused = await connect("UC-second");
    assert.equal(refused.code, "SVQ01");
    assert.deepEqual(refused.detail, { quota: "social_accounts", limit: 1, used: 1, resets_at: null });
    await world.query(`select disconnect_account('${owner}', '${world.account}')`);
    assert.equal((await connect("UC-second")).code, undefined);
    await world.connect("owner", "UC-second");
    const first = await world.value<string>(
      `select platform_account_id from social_account where id = '${world.account}'`,
    );
    assert.equal((await connect(first)).code, "SVQ01", "reviving the first is a second account");
    await world.query(`select set_user_plan('${owner}', 'basic')`);
    const revived = await world.connect("owner", first);
    assert.deepEqual([revived.account, revived.reconnected], [world.account, true]);
    assert.equal(
      await world.value(
        `select count(*)::integer from content_item where social_account_id = '${world.account}'`,
      ),
      3,
    );
  });
});

Deno.test("two accounts connected at the same moment on the free plan: one", async () => {
  await withPerson(async ({ id, sql }) => {
    const refusals = await Promise.all(
      Array.from(
        { length: 20 },
        (_, i) =>
          refusal(sql`select connect_account(${id}, 'youtube', '{"access_token": "x"}', now(), '{}',
        ${sql.json({ platform_account_id: `UC-${id}-${i}` })})`),
      ),
    );
    assert.equal(refusals.filter((code) => code === undefined).length, 1);
    assert.equal(refusals.filter((code) => code === "SVQ01").length, 19);
    const [row] =
      await sql`select (select count(*)::integer from social_account where user_id = ${id}) as accounts,
      (select count(*)::integer from platform_connection where user_id = ${id}) as connections,
      (select count(*)::integer from vault.secrets where name in (select vault_secret_name from platform_connection where user_id = ${id})) as secrets`;
    assert.deepEqual({ ...row }, { accounts: 1, connections: 1, secrets: 1 });
  }, 20);
});

Deno.test("who connects while another connection is being made waits for it, and then counts it", async () => {
  await withPerson(async ({ id }) => {
    const connect = (channel: string) =>
      `select connect_account('${id}', 'youtube', '{"access_token": "x"}', now(), '{}', '{"platform_account_id": "UC-${channel}-${id}"}')`;
    assert.deepEqual(await whileOpen(connect("one"), connect("two")), {
      waited: true,
      refused: "SVQ01",
    });
  }, 3);
});

Deno.test("one account connected many times at once is one account", async () => {
  await withPerson(async ({ id, sql }) => {
    const refusals = await Promise.all(
      Array.from(
        { length: 20 },
        () =>
          refusal(sql`select connect_account(${id}, 'youtube', '{"access_token": "x"}', now(), '{}',
        ${sql.json({ platform_account_id: `UC-${id}` })})`),
      ),
    );
    assert.deepEqual(refusals.filter(Boolean), []);
    const [row] = await sql`select count(*)::integer as accounts from social_account where user_id = ${id}`;
    assert.equal(row?.accounts, 1);
  }, 20);
});

Deno.test("disconnecting deletes the secret and keeps the content; twice, or by somebody else, is 404", async () => {
  await inWorld(async (world) => {
    const { owner, other } = world.people;
    const call = (user: string) => `select disconnect_account('${user}', '${world.account}')`;
    const foreign = await world.attempt("service", call(other));
    assert.equal(foreign.code, "SVG03");
    assert.deepEqual(foreign.detail, { resource: "social_account", id: world.account });
    await world.perform("service", call(owner));
    const [row] = await world.query(
      `select a.status, a.deleted_at is not null as deleted, a.next_sync_at, c.is_active,
      (select count(*)::integer from vault.secrets where name = c.vault_secret_name) as secrets,
      (select count(*)::integer from content_item where social_account_id = a.id and deleted_at is null) as items
      from social_account a join platform_connection c on c.id = a.connection_id where a.id = '${world.account}'`,
    );
    assert.deepEqual(row, {
      status: "disconnected",
      deleted: true,
      next_sync_at: null,
      is_active: false,
      secrets: 0,
      items: 3,
    });
    assert.equal((await world.attempt("service", call(owner))).code, "SVG03");
    assert.equal(
      (await world.attempt("service", `select read_connection('${owner}', '${world.account}')`)).code,
      "SVG03",
    );
    assert.equal(
      (await world.attempt("service", `select begin_sync('${owner}', '${world.account}', null, 60)`)).code,
      "SVC01",
    );
  });
});

Deno.test("read_connection is for the owner, or for the service as itself", async () => {
  await inWorld(async (world) => {
    const read = (user: string) =>
      world.attempt("service", `select read_connection(${user}, '${world.account}')`);
    assert.equal((await read(`'${world.people.owner}'`)).count, 1);
    assert.equal((await read("null")).count, 1);
    assert.equal((await read(`'${world.people.other}'`)).code, "SVG03");
    for (const actor of ["anon", "owner", "admin"] as const) {
      assert.equal(
        (await world.attempt(actor, `select read_connection(null, '${world.account}')`)).code,
        "42501",
      );
    }
  });
});

Deno.test("tokens are due in the last tenth of their life, at least 5 minutes before the end", async () => {
  await inWorld(async (world) => {
    const isDue = async (life: string, left: string) => {
      await world.query(
        `update platform_connection set token_issued_at = now() + interval '${left}' - interval '${life}',
        token_expires_at = now() + interval '${left}', refresh_lease = null, refresh_leased_until = null where id = '${world.connection}'`,
      );
      const due = await world.value<boolean>("select ops.has_due_token_refreshes()");
      const { rows } = await world.attempt(
        "service",
        "select claim_token_refreshes(100, 60) ->> 'connection_id' as id",
      );
      const claimed = rows.some(({ id }) => id === world.connection);
      if (claimed) assert.ok(due);
      return claimed;
    };
    assert.equal(await isDue("1 hour", "59 minutes"), false);
    assert.equal(await isDue("1 hour", "7 minutes"), false);
    assert.equal(await isDue("1 hour", "5 minutes"), true);
    assert.equal(await isDue("1 hour", "-1 minute"), true);
    assert.equal(await isDue("20 minutes", "4 minutes"), true);
    assert.equal(await isDue("60 days", "7 days"), false);
    assert.equal(await isDue("60 days", "5 days"), true);
    await world.query(`update platform_connection set is_active = false where id = '${world.connection}'`);
    assert.equal(await isDue("1 hour", "-1 minute"), false);
  });
});

Deno.test("a refresh is leased to one worker; what it stores needs the lease", async () => {
  await inWorld(async (world) => {
    const claim = () =>
      world.value<Row | null>(`select claim_token_refresh('${world.connection}', 60)`, "service");
    const lease = await claim();
    assert.equal(lease?.platform, "youtube");
    assert.equal(await claim(), null, "another holds it");
    const store = (id: unknown, tokens: Row) =>
      `select store_refreshed_tokens('${world.connection}', '${id}', '${
        JSON.stringify(tokens)
      }', now() + interval '1 hour')`;
    assert.equal(
      (await world.attempt("service", store(crypto.randomUUID(), { access_token: "no" }))).code,
      "SVC02",
    );
    await world.perform("service", store(lease?.lease, { access_token: "new", refresh_token: "" }));
    const [row] = await world.query(
      `select ops.read_tokens(vault_secret_name) as tokens, refresh_lease, last_refreshed_at is not null as refreshed
      from platform_connection where id = '${world.connection}'`,
    );
    assert.equal((row?.tokens as Row).access_token, "new");
    assert.match(
      String((row?.tokens as Row).refresh_token),
      /^rt-/,
      "an empty refresh token overwrites nothing",
    );
    assert.deepEqual([row?.refresh_lease, row?.refreshed], [null, true]);
    assert.equal(
      (await world.attempt("service", store(lease?.lease, { access_token: "late" }))).code,
      "SVC02",
    );

    // A worker that died loses its lease in time.
    const dead = await claim();
    await world.query(
      `update platform_connection set refresh_leased_until = now() - interval '1 second' where id = '${world.connection}'`,
    );
    const successor = await claim();
    assert.notEqual(successor?.lease, dead?.lease);
    assert.equal(
      (await world.attempt("service", store(dead?.lease, { access_token: "dead" }))).code,
      "SVC02",
    );
  });
});

Deno.test("many workers claim at once: every connection goes to one", async () => {
  await withPerson(async ({ id, sql }) => {
    await sql`select set_user_plan(${id}, 'premium')`;
    for (let i = 0; i < 10; i++) {
      await sql`select connect_account(${id}, 'youtube', '{"access_token": "x"}', now(), '{}', ${
        sql.json({ platform_account_id: `UC-${id}-${i}` })
      })`;
    }
    const claims = await Promise.all(
      Array.from({ length: 20 }, () =>
        sql<
          { id: string; user_id: string }[]
        >`select claim ->> 'connection_id' as id, claim ->> 'user_id' as user_id from claim_token_refreshes(3, 60) as claim`),
    );
    const own = claims.flat().filter((claim) => claim.user_id === id).map((claim) => claim.id);
    assert.equal(own.length, 10);
    assert.equal(new Set(own).size, 10);
  }, 20);
});

Deno.test("a refused refresh disconnects the account, stops automatic sync and tells the creator once", async () => {
  await inWorld(async (world) => {
    const { owner } = world.people;
    await world.perform("owner", "update social_account set sync_mode = 'auto'");
    assert.ok(await world.value(`select next_sync_at from social_account where id = '${world.account}'`));
    const lease = await world.value<Row>(`select claim_token_refresh('${world.connection}', 60)`);
    const refuse =
      `select refuse_connection('${world.connection}', '${lease.lease}', 'YouTube closed this account')`;
    assert.equal(
      (await world.attempt("service", refuse.replace(String(lease.lease), crypto.randomUUID()))).code,
      "SVC02",
    );
    await world.perform("service", refuse);
    assert.equal((await world.attempt("service", refuse)).code, "SVC02");
    assert.equal(
      (await world.attempt("service", `select claim_token_refresh('${world.connection}', 60)`)).code,
      "SVC01",
    );
    const [row] = await world.perform(
      "owner",
      "select status, next_sync_at, deleted_at, last_error from social_account",
    );
    assert.deepEqual(row, {
      status: "disconnected",
      next_sync_at: null,
      deleted_at: null,
      last_error: "YouTube closed this account",
    });
    const notes = await world.perform(
      "owner",
      "select type, data ->> 'social_account_id' as account from notification",
    );
    assert.deepEqual(notes, [{ type: "warning", account: world.account }]);
    assert.equal(
      (await world.attempt("service", `select begin_sync('${owner}', '${world.account}', null, 60)`)).code,
      "SVC01",
    );

    // Connecting again heals it, and automatic sync goes on.
    const id = await world.value<string>(
      `select platform_account_id from social_account where id = '${world.account}'`,
    );
    await world.connect("owner", id, { access_token: "fresh", refresh_token: "fresh" });
    const [healed] = await world.perform(
      "owner",
      "select status, sync_mode, next_sync_at is not null as scheduled, last_error from social_account",
    );
    assert.deepEqual(healed, { status: "active", sync_mode: "auto", scheduled: true, last_error: null });
  });
});

Deno.test("a refresh that failed for now is tried again later, ever later; nothing else changes", async () => {
  await inWorld(async (world) => {
    await world.query(
      `update platform_connection set token_expires_at = now() where id = '${world.connection}'`,
    );
    const claims = async () =>
      (await world.attempt("service", "select claim_token_refreshes(100, 60) ->> 'connection_id' as id")).rows
        .some(({ id }) => id === world.connection);
    let previous = 0;
    for (let failure = 1; failure <= 4; failure++) {
      const lease = await world.value<Row>(`select claim_token_refresh('${world.connection}', 60)`);
      await world.perform(
        "service",
        `select release_token_refresh('${world.connection}', '${lease.lease}', 'network')`,
      );
      assert.equal(await claims(), false, "backing off");
      const wait = Number(
        await world.value(
          `select extract(epoch from refresh_retry_at - now()) from platform_connection where id = '${world.connection}'`,
        ),
      );
      assert.ok(wait > previous && wait <= 30 * 2 ** (failure - 1), `${failure}: ${wait}`);
      previous = wait;
      await world.query(
        `update platform_connection set refresh_retry_at = now() where id = '${world.connection}'`,
      );
      assert.equal(await claims(), true);
    }
    assert.deepEqual(
      await world.query(`select status, last_error from social_account where id = '${world.account}'`),
      [{ status: "active", last_error: null }],
    );
    const lease = await world.value<Row>(`select claim_token_refresh('${world.connection}', 60)`);
    await world.perform(
      "service",
      `select release_token_refresh('${world.connection}', '${lease.lease}', null)`,
    );
    assert.equal(
      await world.value(`select refresh_failures from platform_connection where id = '${world.connection}'`),
      4,
      "nothing happened",
    );
  });
});

Deno.test("an account is scheduled exactly while it is active and automatic", async () => {
  await inWorld(async (world) => {
    const scheduled = () =>
      world.value(`select next_sync_at is not null from social_account where id = '${world.account}'`);
    assert.equal(await scheduled(), false);
    await world.perform("owner", "update social_account set sync_mode = 'auto'");
    assert.equal(await scheduled(), true);
    await world.query(`update social_account set status = 'suspended' where id = '${world.account}'`);
    assert.equal(await scheduled(), false);
    await world.query(`update social_account set status = 'active' where id = '${world.account}'`);
    assert.equal(await scheduled(), true);
    await world.perform("owner", "update social_account set sync_mode = 'disabled'");
    assert.equal(await scheduled(), false);
  });
});

Deno.test("has_other_account sees live accounts of the same person and platform only", async () => {
  await inWorld(async (world) => {
    const { owner, other } = world.people;
    const ask = (user: string, platform: string, except: string) =>
      world.value<boolean>(`select has_other_account('${user}', '${platform}', ${except})`);
    assert.equal(await ask(owner, "youtube", "null"), true);
    assert.equal(await ask(owner, "youtube", `'${world.account}'`), false);
    assert.equal(await ask(owner, "facebook", "null"), false);
    assert.equal(await ask(other, "youtube", `'${world.account}'`), false);
    await world.query(`select disconnect_account('${owner}', '${world.account}')`);
    assert.equal(await ask(owner, "youtube", "null"), false);
  });
});

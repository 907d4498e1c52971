/** Module 001: consents, accounts, tokens and token refreshes. */
import assert from "node:assert/strict";
import { refusal, type Row, test, type TestContext, whileOpen, withPerson } from "../support/context.ts";

const state = () => `state-${crypto.randomUUID()}`;
const begin = (db: TestContext, name: string, platform = "youtube", user = db.people.owner) =>
  db.query(
    `select begin_oauth('${user}', '${platform}', '${name}', 'verifier', 'http://localhost/callback')`,
  );
const take = (db: TestContext, name: string, platform = "youtube", user = db.people.owner) =>
  db.attempt("service", `select * from take_oauth_state('${user}', '${platform}', '${name}')`);

test("a consent state is taken once, by its owner, for its platform, within ten minutes", async (db) => {
  const name = state();
  await begin(db, name);
  assert.deepEqual((await take(db, name)).rows, [{
    code_verifier: "verifier",
    redirect_uri: "http://localhost/callback",
    details: null,
  }]);
  for (
    const refused of [
      await take(db, name, "youtube", db.people.other),
      await take(db, name, "instagram"),
      await take(db, state()),
    ]
  ) assert.equal(refused.code, "SVO01");
  // Failed attempts have not used up the state.
  const call = `select * from take_oauth_state($owner, 'youtube', '${name}')`;
  assert.equal((await db.perform("service", call)).length, 1);
  assert.equal((await take(db, name)).code, "SVO01", "taken a second time");
  const late = state();
  await begin(db, late);
  await db.query(`update ops.oauth_state set expires_at = now() where state = '${late}'`);
  assert.equal((await take(db, late)).code, "SVO01");
  assert.equal(
    await db.refused("service", `select begin_oauth($owner, 'myspace', '${state()}', 'v', 'u')`),
    "SVG01",
  );
  const gone = crypto.randomUUID();
  const orphan = `select begin_oauth('${gone}', 'youtube', '${state()}', 'v', 'u')`;
  assert.equal(
    await db.refused("service", orphan),
    "SVG03",
    "the user is deleted, but their token is still valid",
  );
});

Deno.test("of two hundred concurrent callers that take one state, one gets it", async () => {
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

test("a user has at most twenty open consents, the newest; expired ones are deleted", async (db) => {
  const { owner } = db.people;
  const first = state();
  await begin(db, first);
  await db.query(
    `update ops.oauth_state set created_at = now() - interval '1 minute' where state = '${first}'`,
  );
  const expired = state();
  await begin(db, expired, "youtube", db.people.other);
  await db.query(
    `update ops.oauth_state set expires_at = now() - interval '1 hour' where state = '${expired}'`,
  );
  for (let i = 0; i < 20; i++) await begin(db, state());
  assert.equal(
    await db.value(`select count(*)::integer from ops.oauth_state where user_id = '${owner}'`),
    20,
  );
  assert.equal(
    await db.value(`select count(*)::integer from ops.oauth_state where state in ('${first}', '${expired}')`),
    0,
  );
});

test("connecting stores the tokens in Vault and the account in its table; reconnecting updates both and adds no account", async (db) => {
  const read = () => db.value<Row>(`select read_connection($owner, $account)`, "service");
  const before = await read();
  assert.deepEqual(before.tokens, {
    access_token: `at-${before.platform_account_id}`,
    refresh_token: `rt-${before.platform_account_id}`,
  });
  assert.equal(before.status, "active");

  const id = String(before.platform_account_id);
  const again = await db.connect("owner", id, { access_token: "at-2" });
  assert.deepEqual(again, { account: db.account, connection: db.connection, reconnected: true });
  assert.deepEqual(
    (await read()).tokens,
    { access_token: "at-2", refresh_token: `rt-${id}` },
    "a missing refresh token leaves the stored one",
  );
  await db.connect("owner", id, { access_token: "at-3", refresh_token: "" });
  assert.deepEqual((await read()).tokens, { access_token: "at-3", refresh_token: `rt-${id}` });
});

test("a plan limits the number of accounts; disconnecting makes room, and reviving an account needs room", async (db) => {
  const { owner } = db.people;
  const connect = (id: string) =>
    db.attempt(
      "service",
      `select connect_account('${owner}', 'youtube', '{"access_token": "x"}', null, null, '{"platform_account_id": "${id}"}')`,
    );
  const refused = await connect("UC-second");
  assert.equal(refused.code, "SVQ01");
  assert.deepEqual(refused.detail, { quota: "social_accounts", limit: 1, used: 1, resets_at: null });
  await db.query(`select disconnect_account('${owner}', $account)`);
  assert.equal((await connect("UC-second")).code, undefined);
  await db.connect("owner", "UC-second");
  const first = await db.value<string>(`select platform_account_id from social_account where id = $account`);
  assert.equal((await connect(first)).code, "SVQ01", "reviving the first account would make two");
  await db.query(`select set_user_plan('${owner}', 'basic')`);
  const revived = await db.connect("owner", first);
  assert.deepEqual([revived.account, revived.reconnected], [db.account, true]);
  assert.equal(
    await db.value(`select count(*)::integer from content_item where social_account_id = $account`),
    3,
  );
});

Deno.test("of twenty accounts connected at the same moment on the free plan, one is accepted", async () => {
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

Deno.test("connecting an account waits for a concurrent connect, and then counts its account", async () => {
  await withPerson(async ({ id }) => {
    const connect = (channel: string) =>
      `select connect_account('${id}', 'youtube', '{"access_token": "x"}', now(), '{}', '{"platform_account_id": "UC-${channel}-${id}"}')`;
    assert.deepEqual(await whileOpen(connect("one"), connect("two")), { waited: true, refused: "SVQ01" });
  }, 3);
});

Deno.test("one account that is connected many times at once is stored once", async () => {
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

test("disconnecting deletes the secret and keeps the content; a second time, or for another user, the account is not found", async (db) => {
  const { owner, other } = db.people;
  const call = (user: string) => `select disconnect_account('${user}', $account)`;
  const foreign = await db.attempt("service", call(other));
  assert.equal(foreign.code, "SVG03");
  assert.deepEqual(foreign.detail, { resource: "social_account", id: db.account });
  await db.perform("service", call(owner));
  const [row] = await db.query(
    `select a.status, a.deleted_at is not null as deleted, a.next_sync_at, c.is_active,
    (select count(*)::integer from vault.secrets where name = c.vault_secret_name) as secrets,
    (select count(*)::integer from content_item where social_account_id = a.id and deleted_at is null) as items
    from social_account a join platform_connection c on c.id = a.connection_id where a.id = $account`,
  );
  assert.deepEqual(row, {
    status: "disconnected",
    deleted: true,
    next_sync_at: null,
    is_active: false,
    secrets: 0,
    items: 3,
  });
  assert.equal(await db.refused("service", call(owner)), "SVG03");
  assert.equal(await db.refused("service", `select read_connection('${owner}', $account)`), "SVG03");
  assert.equal(await db.refused("service", `select begin_sync('${owner}', $account, null, 60)`), "SVC01");
});

test("read_connection works for the owner, or for the service without a user", async (db) => {
  const read = (user: string) => db.attempt("service", `select read_connection(${user}, $account)`);
  assert.equal((await read(`$owner`)).count, 1);
  assert.equal((await read("null")).count, 1);
  assert.equal((await read(`$other`)).code, "SVG03");
  for (const actor of ["anon", "owner", "admin"] as const) {
    assert.equal(await db.refused(actor, `select read_connection(null, $account)`), "42501");
  }
});

test("tokens are due for refresh in the last tenth of their lifetime, at least 5 minutes before they expire", async (db) => {
  const isDue = async (life: string, left: string) => {
    await db.query(
      `update platform_connection set token_issued_at = now() + interval '${left}' - interval '${life}',
      token_expires_at = now() + interval '${left}', refresh_lease = null, refresh_leased_until = null where id = $connection`,
    );
    const due = await db.value<boolean>("select ops.has_due_token_refreshes()");
    const { rows } = await db.attempt(
      "service",
      "select claim_token_refreshes(100, 60) ->> 'connection_id' as id",
    );
    const claimed = rows.some(({ id }) => id === db.connection);
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
  await db.query(`update platform_connection set is_active = false where id = $connection`);
  assert.equal(await isDue("1 hour", "-1 minute"), false);
});

test("a refresh is leased to one worker, and storing its tokens requires the lease", async (db) => {
  const claim = () => db.value<Row | null>(`select claim_token_refresh($connection, 60)`, "service");
  const lease = await claim();
  assert.equal(lease?.platform, "youtube");
  assert.equal(await claim(), null, "another worker holds the lease");
  const store = (id: unknown, tokens: Row) =>
    `select store_refreshed_tokens($connection, '${id}', '${
      JSON.stringify(tokens)
    }', now() + interval '1 hour')`;
  assert.equal(await db.refused("service", store(crypto.randomUUID(), { access_token: "no" })), "SVC02");
  await db.perform("service", store(lease?.lease, { access_token: "new", refresh_token: "" }));
  const [row] = await db.query(
    `select ops.read_tokens(vault_secret_name) as tokens, refresh_lease, last_refreshed_at is not null as refreshed
    from platform_connection where id = $connection`,
  );
  assert.equal((row?.tokens as Row).access_token, "new");
  assert.match(
    String((row?.tokens as Row).refresh_token),
    /^rt-/,
    "an empty refresh token overwrites nothing",
  );
  assert.deepEqual([row?.refresh_lease, row?.refreshed], [null, true]);
  assert.equal(await db.refused("service", store(lease?.lease, { access_token: "late" })), "SVC02");

  // The lease of a dead worker expires.
  const dead = await claim();
  await db.query(
    `update platform_connection set refresh_leased_until = now() - interval '1 second' where id = $connection`,
  );
  const successor = await claim();
  assert.notEqual(successor?.lease, dead?.lease);
  assert.equal(await db.refused("service", store(dead?.lease, { access_token: "dead" })), "SVC02");
});

Deno.test("concurrent workers claim each connection exactly once", async () => {
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

test("a refused refresh disconnects the account, stops automatic sync and notifies the creator once", async (db) => {
  const { owner } = db.people;
  await db.perform("owner", "update social_account set sync_mode = 'auto'");
  assert.ok(await db.value(`select next_sync_at from social_account where id = $account`));
  const lease = await db.value<Row>(`select claim_token_refresh($connection, 60)`);
  const refuse = `select refuse_connection($connection, '${lease.lease}', 'YouTube closed this account')`;
  assert.equal(
    await db.refused("service", refuse.replace(String(lease.lease), crypto.randomUUID())),
    "SVC02",
  );
  await db.perform("service", refuse);
  assert.equal(await db.refused("service", refuse), "SVC02");
  assert.equal(await db.refused("service", `select claim_token_refresh($connection, 60)`), "SVC01");
  const [row] = await db.perform(
    "owner",
    "select status, next_sync_at, deleted_at, last_error from social_account",
  );
  assert.deepEqual(row, {
    status: "disconnected",
    next_sync_at: null,
    deleted_at: null,
    last_error: "YouTube closed this account",
  });
  const notes = await db.perform(
    "owner",
    "select type, data ->> 'social_account_id' as account from notification",
  );
  assert.deepEqual(notes, [{ type: "warning", account: db.account }]);
  assert.equal(await db.refused("service", `select begin_sync('${owner}', $account, null, 60)`), "SVC01");

  // Connecting again resolves the problem, and automatic sync continues.
  const id = await db.value<string>(`select platform_account_id from social_account where id = $account`);
  await db.connect("owner", id, { access_token: "fresh", refresh_token: "fresh" });
  const [healed] = await db.perform(
    "owner",
    "select status, sync_mode, next_sync_at is not null as scheduled, last_error from social_account",
  );
  assert.deepEqual(healed, { status: "active", sync_mode: "auto", scheduled: true, last_error: null });
});

test("an account that waits for its owner keeps its connection, is suspended, and notifies the creator once", async (db) => {
  await db.perform("owner", "update social_account set sync_mode = 'auto'");
  const reason = "Log in at https://www.youtube.com and do what it asks there, then sync again";
  for (let times = 0; times < 2; times++) {
    const { lease } = await db.value<Row>(`select claim_token_refresh($connection, 60)`);
    const hold = `select hold_account($connection, '${lease}', '${reason}')`;
    await db.perform("service", hold);
    assert.equal(await db.refused("service", hold), "SVC02", "only once per lease");
  }
  const state = async () =>
    (await db.perform(
      "owner",
      "select status, next_sync_at is not null as scheduled, last_error from social_account",
    ))[0];
  assert.deepEqual(await state(), { status: "suspended", scheduled: false, last_error: reason });
  assert.equal(await db.value(`select is_active from platform_connection where id = $connection`), true);
  const notes = await db.perform("owner", "select type, message, data ->> 'code' as code from notification");
  assert.deepEqual(notes, [{ type: "warning", message: reason, code: "account_locked" }]);

  // A successful sync ends the suspension.
  const run = await db.value<Row>(`select begin_sync($owner, $account, null, 60)`, "service");
  await db.perform(
    "service",
    `select apply_sync_page('${run.sync_id}', ${run.fence}, '{"item_ids": [], "present_ids": [], "next_cursor": null}', '[]')`,
  );
  assert.deepEqual(await state(), { status: "active", scheduled: true, last_error: null });
});

test("a refresh that failed temporarily is retried after growing waits; nothing else changes", async (db) => {
  await db.query(`update platform_connection set token_expires_at = now() where id = $connection`);
  const claims = async () =>
    (await db.attempt("service", "select claim_token_refreshes(100, 60) ->> 'connection_id' as id")).rows
      .some(({ id }) => id === db.connection);
  let previous = 0;
  for (let failure = 1; failure <= 4; failure++) {
    const lease = await db.value<Row>(`select claim_token_refresh($connection, 60)`);
    await db.perform("service", `select release_token_refresh($connection, '${lease.lease}', 'network')`);
    assert.equal(await claims(), false, "backing off");
    const wait = Number(
      await db.value(
        `select extract(epoch from refresh_retry_at - now()) from platform_connection where id = $connection`,
      ),
    );
    assert.ok(wait > previous && wait <= 30 * 2 ** (failure - 1), `${failure}: ${wait}`);
    previous = wait;
    await db.query(`update platform_connection set refresh_retry_at = now() where id = $connection`);
    assert.equal(await claims(), true);
  }
  assert.deepEqual(
    await db.query(`select status, last_error from social_account where id = $account`),
    [{ status: "active", last_error: null }],
  );
  const lease = await db.value<Row>(`select claim_token_refresh($connection, 60)`);
  await db.perform("service", `select release_token_refresh($connection, '${lease.lease}', null)`);
  assert.equal(
    await db.value(`select refresh_failures from platform_connection where id = $connection`),
    4,
    "a release without a failure changes nothing",
  );
});

test("an account is scheduled exactly while it is active and in automatic mode", async (db) => {
  const scheduled = () => db.value(`select next_sync_at is not null from social_account where id = $account`);
  assert.equal(await scheduled(), false);
  await db.perform("owner", "update social_account set sync_mode = 'auto'");
  assert.equal(await scheduled(), true);
  await db.query(`update social_account set status = 'suspended' where id = $account`);
  assert.equal(await scheduled(), false);
  await db.query(`update social_account set status = 'active' where id = $account`);
  assert.equal(await scheduled(), true);
  await db.perform("owner", "update social_account set sync_mode = 'disabled'");
  assert.equal(await scheduled(), false);
});

test("has_other_account finds only connected accounts of the same user and platform", async (db) => {
  const { owner, other } = db.people;
  const ask = (user: string, platform: string, except: string) =>
    db.value<boolean>(`select has_other_account('${user}', '${platform}', ${except})`);
  assert.equal(await ask(owner, "youtube", "null"), true);
  assert.equal(await ask(owner, "youtube", `$account`), false);
  assert.equal(await ask(owner, "facebook", "null"), false);
  assert.equal(await ask(other, "youtube", `$account`), false);
  await db.query(`select disconnect_account('${owner}', $account)`);
  assert.equal(await ask(owner, "youtube", "null"), false);
});

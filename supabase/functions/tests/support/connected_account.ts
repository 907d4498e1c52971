/** A creator for one test, with one account at a simulated platform, connected by the real OAuth flow. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import {
  type Answer,
  createCreator,
  type Creator,
  simulator,
  testDatabase,
} from "../../../../scripts/test/stack.ts";
import type { PlatformSlug } from "../../_shared/platforms/platform.ts";
import type { SyncOutput } from "../../_shared/sync/contract.ts";
import { connect, type PlatformRow, rowOf, type Wish } from "../platforms/platform_rows.ts";

/** The response of a sync: its counts, or a problem. */
export type SyncAnswer = SyncOutput & { [member: string]: unknown };

/** The calls that a simulator received about an account. */
interface RequestLog {
  count: number;
  conditional: number;
  counts: Record<string, number>;
  last_id: number;
  requests: { status: number; conditional: boolean }[];
}

export class ConnectedAccount {
  private constructor(
    /** Closed at the end of the test. */
    readonly sql: Sql,
    readonly row: PlatformRow,
    readonly creator: Creator,
    /** The platform's id of the account. */
    readonly account_id: string,
    readonly social_account_id: string,
  ) {}

  /** Creates the account on the premium plan, so that a test has enough syncs. */
  static async create(slug: PlatformSlug, wish: Wish): Promise<ConnectedAccount> {
    const row = rowOf(slug);
    const sql = await testDatabase();
    try {
      const [account_id, creator] = await Promise.all([row.simulator.create(wish), createCreator()]);
      await setPlan(sql, creator.id, "premium");
      return new ConnectedAccount(sql, row, creator, account_id, await connect(row, creator, account_id));
    } catch (error) {
      await sql.end();
      throw error;
    }
  }

  /** Returns the same account on a restarted stack. */
  with(sql: Sql): ConnectedAccount {
    const { row, creator, account_id, social_account_id } = this;
    return new ConnectedAccount(sql, row, creator, account_id, social_account_id);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.sql.end();
  }

  syncOnce(body: Record<string, unknown> = {}, creator = this.creator): Promise<Answer<SyncAnswer>> {
    const { social_account_id, row } = this;
    return creator.call<SyncAnswer>(`sync-${row.slug}`, { social_account_id, ...body });
  }

  /** Performs a sync run, or the rest of one; `between` is called after every step but the last. */
  async syncAll(
    { max_results = 50, sync_id, between }: {
      max_results?: number;
      sync_id?: string;
      between?: (step: number) => Promise<void>;
    } = {},
  ): Promise<SyncAnswer[]> {
    const steps: SyncAnswer[] = [];
    while (steps.length < 100) {
      const { status, body } = await this.syncOnce({ max_results, sync_id });
      assert.equal(status, 200, JSON.stringify(body));
      steps.push(body);
      if (!body.has_more) return steps;
      await between?.(steps.length);
      sync_id = body.sync_id;
    }
    throw new Error("the sync run does not end");
  }

  /** Returns the items that the platform shows for the account. */
  async truth() {
    return (await this.row.simulator.items(this.account_id)).filter(({ deleted }) => !deleted);
  }

  /** Returns the library; `version` changes whenever a row is written. */
  async library() {
    return await this.sql<
      {
        id: string;
        title: string;
        description: string;
        visibility: string;
        content_type: string;
        parts: string[];
        views: number;
        shares: number;
        version: string;
      }[]
    >`
      select platform_content_id as id, title, description, visibility::text as visibility, content_type,
        views_count::float8 as views, shares_count::float8 as shares, item.xmin::text as version,
        array(select media.platform_media_id from public.content_media as media where media.content_id = item.id order by position) as parts
      from public.content_item as item
      where social_account_id = ${this.social_account_id} and deleted_at is null
      order by platform_content_id collate "C"`;
  }

  /** Asserts that the library equals the platform's items, each exactly once, with the same texts and parts. */
  async assertSameLibrary(): Promise<void> {
    const [rows, truth] = await Promise.all([this.library(), this.truth()]);
    const expected = truth.toSorted((one, other) => one.id < other.id ? -1 : 1);
    assert.deepEqual(rows.map(({ id }) => id), expected.map(({ id }) => id));
    for (const [index, { version: _version, ...row }] of rows.entries()) {
      const told = Object.entries(expected[index] ?? {}).filter(([member, value]) =>
        member in row && value !== null
      );
      assert.deepEqual(row, { ...row, ...Object.fromEntries(told) });
    }
  }

  async syncsUsed(): Promise<number> {
    const [row] = await this.sql<{ syncs_used: number }[]>`
      select syncs_used from public.subscription where user_id = ${this.creator.id}`;
    return row?.syncs_used ?? -1;
  }

  /** Arms a fault for the calls of this account only, so that concurrent tests do not affect each other. */
  async arm(
    match: string,
    fault: Record<string, unknown>,
    about: { times?: number; skip?: number } = {},
  ): Promise<void> {
    await simulator("faults", { match, account: this.account_id, times: 1, ...about, fault });
  }

  /** Returns the faults armed for this account, with the number of calls that met them. */
  async armed(): Promise<{ faults: { hits: number }[] }> {
    const { faults } = await simulator<{ faults: { account?: string; hits: number }[] }>("faults");
    return { faults: faults.filter(({ account }) => account === this.account_id) };
  }

  async disarm(): Promise<void> {
    await simulator(`faults?account=${this.account_id}`, undefined, "DELETE");
  }

  /** Returns the matching calls about this account since a position in the log. */
  async requests(match = "", after = 0): Promise<RequestLog> {
    return await simulator(
      `requests?${new URLSearchParams({ account: this.account_id, match, after: String(after) })}`,
    );
  }

  /** Returns how many calls match. */
  async calls(match: string, after = 0): Promise<number> {
    return (await this.requests(match, after)).count;
  }

  async state() {
    const [state] = await this.sql`
      select a.status, a.last_error, a.deleted_at, a.next_sync_at, c.id as connection_id, c.is_active, c.token_expires_at,
        c.refresh_lease, c.refresh_retry_at,
        (select decrypted_secret::jsonb from vault.decrypted_secrets v where v.name = c.vault_secret_name) as tokens,
        (select count(*)::integer from public.notification n
         where n.user_id = a.user_id and n.data ->> 'code' = 'account_disconnected') as notices
      from public.social_account a join public.platform_connection c on c.id = a.connection_id
      where a.id = ${this.social_account_id}`;
    assert.ok(state);
    return state;
  }

  /** Ends the exhausted usage windows of this account, as if the time had passed. */
  async awaitQuota(): Promise<void> {
    await this.sql`delete from ops.platform_window where social_account_id = ${this.social_account_id}`;
  }

  reconnect(): Promise<string> {
    return connect(this.row, this.creator, this.account_id);
  }

  /** Moves the token's expiry near and its issue far into the past, as if weeks had passed. */
  async makeDue(): Promise<void> {
    const { connection_id, tokens } = await this.state();
    await this.row.age?.(this.account_id);
    await this.sql`
      update public.platform_connection
      set token_issued_at = now() - interval '50 days', token_expires_at = now() + interval '4 minutes', refresh_retry_at = null
      where id = ${connection_id}`;
    const older = { ...tokens, obtained_at: new Date(Date.now() - 50 * 86_400_000).toISOString() };
    await this.sql`
      select vault.update_secret(v.id, ${JSON.stringify(older)})
      from vault.secrets v join public.platform_connection c on c.vault_secret_name = v.name where c.id = ${connection_id}`;
  }
}

/** Moves a creator to a plan directly, without billing. */
export async function setPlan(sql: Sql, user_id: string, tier: "free" | "basic" | "premium"): Promise<void> {
  await sql`update public.subscription set tier_id = (select id from public.subscription_tier where slug = ${tier}) where user_id = ${user_id}`;
}

export function sumOf(
  steps: SyncAnswer[],
  member: "new_items" | "updated_items" | "unchanged_items" | "removed_items",
): number {
  return steps.reduce((sum, step) => sum + step[member], 0);
}

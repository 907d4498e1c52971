/** A creator with one account on one platform, for tests of the matrix. */
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
import { setPlan, type SyncAnswer, syncsUsed } from "./channels.ts";
import { connect, type PlatformRow, ROWS } from "../platforms/platform_rows.ts";

export class PlatformCreator {
  private constructor(
    readonly sql: Sql,
    readonly row: PlatformRow,
    readonly creator: Creator,
    readonly account_id: string,
    readonly social_account_id: string,
  ) {}

  static async make(
    sql: Sql,
    row: PlatformRow,
    items: number,
    about: { plain?: boolean; repeats?: true } = {},
  ): Promise<PlatformCreator> {
    const [account_id, creator] = await Promise.all([
      row.simulator.create({ items, ...about }),
      createCreator(),
    ]);
    await setPlan(sql, creator.id, "premium");
    const social_account_id = await connect(row, creator, account_id);
    return new PlatformCreator(sql, row, creator, account_id, social_account_id);
  }

  syncOnce(body: Record<string, unknown> = {}): Promise<Answer<SyncAnswer>> {
    return this.creator.call<SyncAnswer>(`sync-${this.row.slug}`, {
      social_account_id: this.social_account_id,
      ...body,
    });
  }

  /** A whole sync run; `between` is called after every step but the last. */
  async syncAll(max_results = 50, between?: (step: number) => Promise<void>): Promise<SyncAnswer[]> {
    const steps: SyncAnswer[] = [];
    let sync_id: string | undefined;
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

  /** What the provider shows of the account. */
  async truth() {
    return (await this.row.simulator.items(this.account_id)).filter(({ deleted }) => !deleted);
  }

  async library() {
    return await this.sql<
      {
        id: string;
        description: string;
        visibility: string;
        content_type: string;
        parts: string[];
        views: number;
        shares: number;
        version: string;
      }[]
    >`
      select platform_content_id as id, description, visibility::text as visibility, content_type,
        views_count::float8 as views, shares_count::float8 as shares, item.xmin::text as version,
        array(select media.platform_media_id from public.content_media as media where media.content_id = item.id order by position) as parts
      from public.content_item as item
      where social_account_id = ${this.social_account_id} and deleted_at is null
      order by platform_content_id collate "C"`;
  }

  /** Fails unless the library holds exactly what the platform has, each item once, word for word, part for part. */
  async assertSameLibrary(): Promise<void> {
    const [rows, truth] = await Promise.all([this.library(), this.truth()]);
    const expected = truth.toSorted((one, other) => one.id < other.id ? -1 : 1);
    assert.deepEqual(rows.map(({ id }) => id), expected.map(({ id }) => id));
    for (const [index, row] of rows.entries()) {
      const {
        description,
        visibility,
        content_type = row.content_type,
        parts = row.parts,
        views = null,
        shares = null,
      } = expected[index] ?? {};
      assert.deepEqual(
        [row.description, row.visibility, row.content_type, row.parts, row.views, row.shares],
        [description, visibility, content_type, parts, views ?? row.views, shares ?? row.shares],
        `item ${row.id}`,
      );
    }
  }

  syncsUsed(): Promise<number> {
    return syncsUsed(this.sql, this.creator.id);
  }

  async arm(
    match: string,
    fault: Record<string, unknown>,
    about: { times?: number; skip?: number } = {},
  ): Promise<void> {
    await simulator("faults", { match, account: this.account_id, times: 1, ...about, fault });
  }

  async disarm(): Promise<void> {
    await simulator(`faults?account=${this.account_id}`, undefined, "DELETE");
  }

  /** The calls about this account since a point in the log. */
  async calls(match: string, after = 0): Promise<number> {
    const query = new URLSearchParams({ account: this.account_id, match, after: String(after), limit: "0" });
    return (await simulator<{ count: number }>(`requests?${query}`)).count;
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

  /** Ends the windows that the platform has closed for this account, as waiting for them would. */
  async awaitQuota(): Promise<void> {
    await this.sql`delete from ops.platform_window where social_account_id = ${this.social_account_id}`;
  }

  reconnect(): Promise<string> {
    return connect(this.row, this.creator, this.account_id);
  }

  /** Brings the end of the token near, and its beginning far, as weeks of waiting would. */
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

/** A test about one creator, with a connection to the database that ends with it. */
export async function withPlatformCreator(
  slug: PlatformSlug,
  items: number,
  test: (own: PlatformCreator) => Promise<void>,
): Promise<void> {
  const row = ROWS.find((row) => row.slug === slug);
  assert.ok(row);
  const sql = await testDatabase();
  try {
    await test(await PlatformCreator.make(sql, row, items));
  } finally {
    await sql.end();
  }
}

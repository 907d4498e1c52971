/** An account for one test to publish to, with media in storage, and a worker in the test's process. */
import assert from "node:assert/strict";
import { simulator, testStack } from "../../../../scripts/test/stack.ts";
import type { Context } from "../../_shared/context.ts";
import type { PlatformSlug } from "../../_shared/platforms/platform.ts";
import { publishAccount } from "../../_shared/publishing/publish_account.ts";
import type { PostKind, TargetOptions } from "../../_shared/publishing/publisher.ts";
import { sha256Hex } from "../../_shared/text/hash.ts";
import { ConnectedAccount } from "./connected_account.ts";
import { type ConnectionContext, connectionContext } from "./connection_context.ts";

/** A published post as the simulated platform shows it. */
export interface Shown {
  id: string;
  kind: string;
  text: string;
  media: string[];
  comments: { id: string; text: string }[];
  about: Record<string, unknown>;
}

export interface Target {
  id: string;
  status: string;
  next_at: Date | null;
  platform_post_id: string | null;
  permalink: string | null;
  settled_by: string | null;
  error_message: string | null;
  who_must_act: string | null;
  wait_reason: string | null;
  is_sent: boolean;
}

export interface NewMedium {
  kind?: "image" | "video" | "gif";
  bytes?: number;
  mime_type?: string;
  width?: number;
  height?: number;
  seconds?: number;
}

/** Short waits: one second in which a late call may still take effect, and a status check every second. */
export const QUICK = {
  PUBLISH_SETTLE_SECONDS: "1",
  PUBLISH_ASK_SECONDS: "1",
  PUBLISH_TIMEOUT_MS: "1500",
  PROVIDER_TIMEOUT_MS: "1500",
};

export class PublishingAccount {
  private constructor(readonly account: ConnectedAccount, readonly context: ConnectionContext) {}

  static async create(
    slug: PlatformSlug,
    settings: Record<string, string> = {},
    items = 3,
  ): Promise<PublishingAccount> {
    const account = await ConnectedAccount.create(slug, { items });
    return new PublishingAccount(account, await connectionContext({ ...QUICK, ...settings }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.account[Symbol.asyncDispose]();
  }

  /** Creates a file in storage and its row, as a completed upload leaves them. */
  async medium(about: NewMedium = {}): Promise<{ id: string; sha256: string }> {
    const { kind = "image", bytes = 2_000 } = about;
    const { api_url, secret_key } = await testStack();
    const id = crypto.randomUUID();
    const path = `${this.account.creator.id}/${id}`;
    const body = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at += 65_536) {
      crypto.getRandomValues(body.subarray(at, Math.min(bytes, at + 65_536)));
    }
    const stored = await fetch(`${api_url}/storage/v1/object/upload/sign/media/${path}`, {
      method: "POST",
      headers: { apikey: secret_key },
    });
    const { url } = await stored.json();
    for (let at = 0; at === 0; at = 1) {
      const put = await fetch(`${api_url}/storage/v1${url}`, { method: "PUT", body });
      assert.equal(put.status, 200, await put.text());
    }
    const sha256 = await sha256Hex(body);
    const mime_type = about.mime_type ??
      (kind === "video" ? "video/mp4" : kind === "gif" ? "image/gif" : "image/jpeg");
    const [width, height] = [about.width ?? 1_080, about.height ?? (kind === "video" ? 1_920 : 1_080)];
    await this.account.sql`
      insert into publishing.media (id, user_id, path, kind, mime_type, bytes, sha256, width, height, duration_seconds, frames_per_second, status, ready_at)
      values (${id}, ${this.account.creator.id}, ${path}, ${kind}, ${mime_type}, ${bytes}, ${sha256}, ${width}, ${height},
        ${kind === "video" ? about.seconds ?? 12 : null}, ${kind === "video" ? 30 : null}, 'ready', now())`;
    return { id, sha256 };
  }

  /** Creates a post that is due now on this account, without validation; returns its target's id. */
  async due(
    post: { kind: PostKind; title?: string; body?: string; media_ids?: string[]; options?: TargetOptions },
  ): Promise<string> {
    const { sql, creator, social_account_id } = this.account;
    const { kind, title = "", body = "", media_ids = [], options = {} } = post;
    const targets = [{ social_account_id, kind, options }];
    const [saved] = await sql<{ id: string }[]>`
      select public.save_post(${creator.id}, null, null, ${sql.json({ title, body, media_ids })}, ${
      sql.json(targets as never)
    }) as id`;
    assert.ok(saved);
    await sql`select public.schedule_post(${creator.id}, ${saved.id})`;
    const [target] = await sql<
      { id: string }[]
    >`select id from publishing.post_target where post_id = ${saved.id}`;
    assert.ok(target);
    return target.id;
  }

  async target(id: string): Promise<Target> {
    const [target] = await this.account.sql<
      Target[]
    >`select * from publishing.post_target where id = ${id}`;
    assert.ok(target);
    return target;
  }

  /** Performs one visit of a worker. */
  async visit(context: Context = this.context): Promise<void> {
    // The deadline is by the context's own clock, which may be wrong.
    await publishAccount(context, this.account.social_account_id, new Date(context.now().getTime() + 60_000));
  }

  /** Visits until no further visit of the target is planned. */
  async end(
    id: string,
    { context, most = 60 }: { context?: () => Context; most?: number } = {},
  ): Promise<Target> {
    for (let visit = 0; visit < most; visit++) {
      await this.visit(context?.() ?? this.context);
      const target = await this.target(id);
      if (target.next_at === null) return target;
      await this.nudge(id);
      await new Promise((resolve) => setTimeout(resolve, 170));
    }
    return await this.target(id);
  }

  /** Shortens the target's wait and lease, as if the time had passed. */
  async nudge(id: string): Promise<void> {
    await this.account.sql`
      update publishing.post_target set next_at = least(next_at, now() + interval '150 milliseconds'),
        leased_until = case when leased_until > now() + interval '150 milliseconds' then now() + interval '150 milliseconds' else leased_until end
      where id = ${id} and next_at is not null`;
  }

  /** Returns what the platform shows as published by an app on this account. */
  async shown(): Promise<Shown[]> {
    const { row, account_id } = this.account;
    const { published } = await simulator<{ published: Shown[] }>(
      `${row.slug}/published?account_id=${account_id}`,
    );
    return published;
  }

  async history(id: string) {
    return await this.account.sql<
      { step: string; status: string; is_decisive: boolean; note: string | null; error_code: string | null }[]
    >`
      select step, status, is_decisive, note, error_code from publishing.publish_attempt where target_id = ${id} order by id`;
  }
}

/**
 * Publishes the due posts of one account, one after the other.
 *
 * A call that may make something visible is recorded before it is sent (armed, then sent) and made once. When its outcome is unknown, the worker
 * asks the platform or reads the account back. It repeats the call only when the call is proven to have had no effect, and not while a late call
 * may still take effect. If a worker dies, the next one finds the record and checks the outcome.
 */
import * as z from "zod";
import { Access } from "../connections/access.ts";
import { needsCreator, refusalReason } from "../connections/problem.ts";
import type { Context } from "../context.ts";
import { DatabaseError } from "../errors.ts";
import {
  type Json,
  JsonObject,
  KeptTokens,
  type KnownAccount,
  type Platform,
  PlatformFault,
  type PlatformSlug,
  type Tokens,
} from "../platforms/platform.ts";
import { isKnown, platformOf } from "../platforms/registry.ts";
import { type Media, mediaSource } from "./media.ts";
import { isUnclear } from "./mutate.ts";
import {
  type Draft,
  MediaUnavailable,
  Medium,
  POST_KINDS,
  type Publisher,
  type Settled,
  type Step,
  TargetOptions,
  textOf,
  type Verdict,
  type Work,
} from "./publisher.ts";
import { publisherOf } from "./registry.ts";
import { PUBLISHING } from "./settings.ts";

const Open = z.object({
  attempt_id: z.number(),
  step: z.string(),
  status: z.enum(["armed", "sent", "unknown"]),
  is_decisive: z.boolean(),
  attempt: z.number(),
  armed_at: z.string(),
  sent_at: z.string().nullable(),
  age_seconds: z.coerce.number(),
  witness: JsonObject.nullable(),
});
type Open = z.output<typeof Open>;

const Begun = z.object({
  target_id: z.uuid(),
  post_id: z.uuid(),
  user_id: z.uuid(),
  fence: z.int(),
  platform: z.string(),
  kind: z.enum(POST_KINDS),
  options: TargetOptions.catch({}),
  state: JsonObject,
  status: z.string(),
  failures: z.int(),
  is_sent: z.boolean(),
  processing_seconds: z.coerce.number().nullable(),
  due_at: z.string().nullable(),
  is_connected: z.boolean(),
  platform_account_id: z.string(),
  account_details: JsonObject.nullable(),
  connection_id: z.uuid().nullable(),
  scopes: z.array(z.string()).nullable(),
  token_expires_at: z.string().nullable(),
  tokens: KeptTokens.nullable(),
  open: Open.nullable(),
  post: z.object({ title: z.string(), body: z.string(), media: z.array(Medium) }),
  known_ids: z.array(z.string()),
});
export type Begun = z.output<typeof Begun>;

const Armed = z.object({
  attempt_id: z.number().optional(),
  attempt: z.int().optional(),
  wait_until: z.string().optional(),
});

/** Maximum delay between the mark and the call; a worker that was delayed longer does not make the call. */
const LONGEST_MARK_MS = 15_000;
/** Maximum number of consecutive failures that are retried. */
const MOST_FAILURES = 8;
/** Maximum attempts of a call that shows something, each proven to have had no effect. */
const MOST_ATTEMPTS = 3;

export interface Tally extends Record<string, number> {
  published: number;
  failed: number;
  unknown: number;
  waiting: number;
}

/** Publishes until nothing is due on the account or the deadline has passed. */
export async function publishAccount(
  context: Context,
  social_account_id: string,
  deadline: Date,
): Promise<Tally> {
  const tally: Tally = { published: 0, failed: 0, unknown: 0, waiting: 0 };
  const { PUBLISH_TIMEOUT_MS } = context.settings.of(PUBLISHING);
  const lease_seconds = Math.ceil(PUBLISH_TIMEOUT_MS / 1_000) + 30;
  while (context.now() < deadline && !context.signal?.aborted) {
    const begun = await context.admin.call("begin_publishing", {
      p_social_account_id: social_account_id,
      p_lease_seconds: lease_seconds,
    }, Begun.nullable());
    if (!begun) break;
    try {
      const status = await new Run(context, begun, lease_seconds).go(deadline);
      tally[status] = (tally[status] ?? 0) + 1;
    } catch (error) {
      // SVW02: another worker has claimed the post and continues from the stored state, or the post was cancelled.
      if (!(error instanceof DatabaseError && error.sqlstate === "SVW02")) throw error;
      context.log.info("a post was taken over", { target_id: begun.target_id });
    }
  }
  return tally;
}

type Change = { [member: string]: Json | undefined };

class Run {
  private state: JsonObject;
  private failures: number;
  private is_open = false;
  private readonly account: KnownAccount;
  private platform!: Platform;
  private publisher!: Publisher;
  private media!: Media;
  private access!: Access;
  private readonly draft: Draft;

  constructor(
    private readonly context: Context,
    private readonly begun: Begun,
    private readonly lease_seconds: number,
  ) {
    const { post, kind, options, due_at } = begun;
    this.state = begun.state;
    this.failures = begun.failures;
    this.account = { platform_account_id: begun.platform_account_id, details: begun.account_details ?? {} };
    this.draft = {
      kind,
      title: post.title,
      body: post.body,
      options,
      media: post.media.filter(({ id }) => id !== options.thumbnail_media_id),
      thumbnail: post.media.find(({ id }) => id === options.thumbnail_media_id) ?? null,
      due_at: due_at === null ? null : new Date(due_at),
    };
  }

  /** Works until the post is published, has failed or must wait. */
  async go(deadline: Date): Promise<string> {
    const { context, begun } = this;
    if (!isKnown(begun.platform)) {
      return await this.fail("this release does not support the platform", "operator", "platform");
    }
    if (!begun.is_connected || begun.connection_id === null || begun.tokens === null) {
      return await this.fail(
        "the account is disconnected; connect it again, then try again",
        "creator",
        "account_disconnected",
      );
    }
    await this.load(begun.platform, begun.connection_id, begun.tokens);
    if (begun.open) {
      this.is_open = begun.open.is_decisive && begun.open.status !== "armed";
      const status = await this.takeUp(begun.open);
      if (status !== null) return status;
      this.is_open = false;
    }
    for (;;) {
      if (context.now() >= deadline || context.signal?.aborted) {
        return await this.leave({ status: "waiting", next_seconds: 0 });
      }
      const step = this.publisher.next(this.work());
      if (step === null) return await this.finish();
      const status = step.effect === "reads" ? await this.read(step) : await this.change(step);
      if (status !== null) return status;
    }
  }

  private async load(slug: PlatformSlug, connection_id: string, tokens: Tokens): Promise<void> {
    const { context, begun } = this;
    const { admin: _, ...rest } = context;
    this.platform = await platformOf(slug, rest);
    this.media = mediaSource(rest);
    this.publisher = await publisherOf(slug, {
      ...rest,
      platform: this.platform,
      media: this.media,
      known_ids: begun.known_ids,
    });
    this.access = new Access(context, this.platform, {
      connection_id,
      tokens,
      token_expires_at: begun.token_expires_at,
    });
  }

  private work(): Work {
    return { ...this.draft, state: this.state, account: this.account, is_open: this.is_open };
  }

  /** Handles a call that an earlier run recorded and whose outcome is unknown. */
  private async takeUp(open: Open): Promise<string | null> {
    const { attempt_id } = open;
    if (open.status === "armed") {
      await this.record({ attempt_id, outcome: "dropped", note: "the call was not sent" });
      return null;
    }
    let step = this.publisher.next(this.work());
    // Steps that only read change nothing, and may show the outcome.
    while (open.is_decisive && step?.effect === "reads") {
      const status = await this.read(step);
      if (status !== null) return status;
      step = this.publisher.next(this.work());
    }
    if (!open.is_decisive) {
      const state = step?.name === open.step ? step.lost ?? this.state : this.state;
      await this.record({
        attempt_id,
        outcome: "absent",
        note: "the outcome is unknown; the call publishes nothing, so it is repeated",
        state,
      });
      return null;
    }
    // A step with another name is the same call, made by a worker with other settings, and its outcome is checked in the same way.
    if (!step?.settle) return await this.giveUp(open, "this release has no way to check it");
    return await this.settle(step, open);
  }

  private async read(step: Step): Promise<string | null> {
    try {
      const outcome = await this.access.use((tokens) => step.call(tokens));
      const isSame = JSON.stringify(outcome.state) === JSON.stringify(this.state);
      this.failures = 0;
      if (outcome.wait_seconds) {
        if (outcome.is_processing && this.isStuck()) return await this.endProcessing();
        return await this.leave({
          status: "waiting",
          state: outcome.state,
          next_seconds: outcome.wait_seconds,
          wait_reason: outcome.wait_reason,
          is_processing: outcome.is_processing,
        });
      }
      if (!isSame) await this.record({ state: outcome.state });
      return null;
    } catch (error) {
      if (!(error instanceof PlatformFault)) throw error;
      return await this.refused(step, error);
    }
  }

  private isStuck(): boolean {
    return (this.begun.processing_seconds ?? 0) > this.publisher.processing_hours * 3_600;
  }

  /** Handles a post that the platform has been processing for longer than `processing_hours`. */
  private async endProcessing(): Promise<string> {
    const { title } = this.platform;
    const why = `${title} has been processing it for more than ${this.publisher.processing_hours} hours`;
    if (!this.begun.is_sent) {
      return await this.fail(`${why}; change the media, or try again`, "creator", "processing");
    }
    return await this.leave({
      status: "unknown",
      next_at: null,
      error_code: "processing",
      error_message: `${why}. Check there, then mark it as published or retry`,
      who_must_act: "creator",
    });
  }

  /** Fetches the media that a call needs, before the call is recorded; returns null on success. */
  private async fetchMedia(step: Step): Promise<string | null> {
    try {
      await this.media.fetch(step.needs ?? []);
      return null;
    } catch (error) {
      if (!(error instanceof MediaUnavailable)) throw error;
      return await this.withoutMedia(step, error);
    }
  }

  private async withoutMedia(step: Step, error: MediaUnavailable): Promise<string> {
    this.context.log.warn("a medium could not be had from storage", {
      target_id: this.begun.target_id,
      step: step.name,
      error,
    });
    if (error.is_gone) {
      return await this.refuse(step, {
        then: "fail",
        message: "a file of this post no longer exists; upload it again and create a new post",
        who_must_act: "creator",
      }, "media_gone");
    }
    this.failures += 1;
    if (this.failures > MOST_FAILURES) {
      return await this.refuse(step, {
        then: "fail",
        message: "our storage could not provide the file for too long; try again later",
        who_must_act: "operator",
      }, "media_unavailable");
    }
    return await this.leave({
      status: "waiting",
      next_seconds: this.backoff(),
      wait_reason: "our storage cannot provide the file at the moment; it is tried again",
    });
  }

  /** Makes one call that changes something, and records it before and after. */
  private async change(step: Step): Promise<string | null> {
    const { context, begun } = this;
    const is_decisive = step.effect !== "prepares";
    const missing = this.missingScopes();
    if (missing.length > 0) {
      return await this.fail(
        `${this.platform.title} was not allowed to publish for you; connect the account again and grant every permission`,
        "creator",
        "scope_missing",
      );
    }
    const unfetched = await this.fetchMedia(step);
    if (unfetched !== null) return unfetched;
    const witness = step.needs_witness ? await this.witness() : null;
    const armed = await context.admin.call("arm_publishing", {
      p_target_id: begun.target_id,
      p_fence: begun.fence,
      p_step: step.name,
      p_is_decisive: is_decisive,
      p_limits: step.limits ?? [],
      p_witness: witness,
      p_cost_micro_usd: step.cost_micro_usd ?? null,
      p_lease_seconds: this.lease_seconds,
    }, Armed);
    if (armed.wait_until !== undefined) {
      return await this.leave({
        status: "waiting",
        next_at: armed.wait_until,
        wait_reason:
          `${this.platform.title} allows no more until ${armed.wait_until}; the post is published then`,
      });
    }
    const attempt_id = armed.attempt_id ?? 0;
    const mark = { is_made: false };
    try {
      const outcome = await this.access.use(async (tokens) => {
        // Marked once: if the token is refused and refreshed, this runs again, but the refused call had no effect.
        if (!mark.is_made) {
          const at = performance.now();
          await context.admin.call("send_publishing", {
            p_target_id: begun.target_id,
            p_fence: begun.fence,
            p_attempt_id: attempt_id,
          });
          mark.is_made = true;
          if (performance.now() - at > LONGEST_MARK_MS) throw new HeldUp();
        }
        return await step.call(tokens);
      });
      this.failures = 0;
      const waits = (outcome.wait_seconds ?? 0) > 0;
      await this.record({
        attempt_id,
        outcome: "confirmed",
        state: outcome.state,
        ...found(outcome.state),
        ...(waits
          ? {
            status: "waiting",
            next_seconds: outcome.wait_seconds,
            wait_reason: outcome.wait_reason,
            release: true,
          }
          : {}),
      });
      return waits ? "waiting" : null;
    } catch (error) {
      if (error instanceof DatabaseError) throw error;
      if (error instanceof HeldUp) {
        await this.record({ attempt_id, outcome: "absent", note: "the worker was delayed and did not call" });
        return null;
      }
      if (!mark.is_made) {
        await this.record({ attempt_id, outcome: "dropped", note: "the call was not sent" });
        if (!(error instanceof PlatformFault)) throw error;
        return await this.refused(step, error);
      }
      if (error instanceof MediaUnavailable) {
        await this.record({
          attempt_id,
          outcome: "absent",
          note: "our storage could not provide the file; nothing was sent",
        });
        return await this.withoutMedia(step, error);
      }
      return await this.failed(step, attempt_id, armed.attempt ?? 1, error);
    }
  }

  /** Handles a call that was sent and did not succeed. */
  private async failed(
    step: Step,
    attempt_id: number,
    attempt: number,
    error: unknown,
  ): Promise<string | null> {
    const fault = error instanceof PlatformFault ? error : null;
    const attempt_code = fault?.reason ?? "no answer";
    const isOpen = fault === null || isUnclear(fault) ||
      (this.publisher.isUnclear?.(fault, step, attempt) ?? false);
    if (!isOpen) {
      await this.record({ attempt_id, outcome: "refused", attempt_code, note: fault.message });
      return await this.refused(step, fault);
    }
    const note = fault?.message ?? (error instanceof Error ? error.message : "no answer");
    if (step.effect === "prepares") {
      await this.record({
        attempt_id,
        outcome: "absent",
        attempt_code,
        note,
        state: step.lost ?? this.state,
      });
      return await this.later(fault, step);
    }
    const { PUBLISH_ASK_SECONDS } = this.context.settings.of(PUBLISHING);
    return await this.leave({
      attempt_id,
      outcome: "unknown",
      attempt_code,
      note,
      ...this.unknown(step),
      next_seconds: PUBLISH_ASK_SECONDS,
    });
  }

  private unknown({ effect }: Step): Change {
    const { title } = this.platform;
    // An unknown addition to a published post does not make the post itself unknown.
    if (effect === "adds") {
      return {
        status: "waiting",
        wait_reason: `it is not known whether ${title} has accepted the comment; StreamVibe is checking`,
      };
    }
    return {
      status: "unknown",
      wait_reason: `${title} did not confirm the post; StreamVibe is checking`,
      error_code: "unknown",
      error_message: `${title} did not confirm the post`,
      who_must_act: "nobody",
    };
  }

  /** Finds out the outcome of a call. */
  private async settle(step: Step, open: Open): Promise<string | null> {
    const { PUBLISH_SETTLE_SECONDS, PUBLISH_GIVE_UP_HOURS } = this.context.settings.of(PUBLISHING);
    const { attempt_id, age_seconds } = open;
    const sent = { sent_at: new Date(open.sent_at ?? open.armed_at), witness: open.witness };
    let settled: Settled;
    try {
      settled = await this.access.use((tokens) =>
        step.settle?.(tokens, sent) ?? Promise.resolve({ is: "unknowable" as const })
      );
    } catch (error) {
      if (!(error instanceof PlatformFault)) throw error;
      if (needsCreator(error)) return await this.giveUp(open, refusalReason(error, this.platform));
      settled = { is: "unclear" };
    }
    if (settled.is === "there") {
      this.failures = 0;
      await this.record({
        attempt_id,
        outcome: "confirmed",
        note: settled.by === "read back"
          ? "found by reading the account"
          : "the platform said so when it was asked",
        state: settled.state,
        settled_by: settled.by ?? "asked",
        ...found(settled.state),
      });
      return null;
    }
    if (settled.is === "unknowable") {
      return await this.giveUp(open, `${this.platform.title} has no way to check it`);
    }
    if (settled.is === "absent" && (settled.surely || age_seconds >= PUBLISH_SETTLE_SECONDS)) {
      await this.record({
        attempt_id,
        outcome: "absent",
        note: "the platform was asked: nothing came of it",
        state: settled.state ?? this.state,
      });
      if (open.attempt < MOST_ATTEMPTS) return null;
      return await this.refused(step, null);
    }
    if (age_seconds > PUBLISH_GIVE_UP_HOURS * 3_600) {
      return await this.giveUp(open, "the outcome could not be determined");
    }
    return await this.leave({
      attempt_id,
      outcome: "unknown",
      ...this.unknown(step),
      next_seconds: this.askAgain(
        settled.is === "absent" ? PUBLISH_SETTLE_SECONDS - age_seconds : null,
        age_seconds,
      ),
    });
  }

  /** Returns the delay until the next check. It doubles, but never exceeds the time after which an observed absence counts as proof. */
  private askAgain(counts_in: number | null, age_seconds: number): number {
    const { PUBLISH_ASK_SECONDS } = this.context.settings.of(PUBLISHING);
    const usual = Math.min(3_600, Math.max(PUBLISH_ASK_SECONDS, age_seconds));
    return counts_in === null ? usual : Math.min(usual, Math.max(0.1, counts_in));
  }

  /** Stops checking a call of unknown outcome: only the creator can check the platform. */
  private async giveUp({ attempt_id }: Open, why: string): Promise<string> {
    const step = this.publisher.next(this.work());
    if (step?.effect === "adds") {
      await this.record({ attempt_id, outcome: "absent", note: why });
      return await this.finish(`the post is published; it is not known whether its first comment is: ${why}`);
    }
    return await this.leave({
      status: "unknown",
      next_at: null,
      attempt_id,
      outcome: "unknown",
      note: why,
      error_code: "unknown",
      error_message:
        `It may be on ${this.platform.title}, or not: ${why}. Check there, then mark it as published or retry`,
      who_must_act: "creator",
    });
  }

  /** Handles a refusal. @param fault Null when the call had no effect MOST_ATTEMPTS times. */
  private async refused(step: Step, fault: PlatformFault | null): Promise<string | null> {
    const verdict = this.verdict(step, fault);
    const reason = fault?.reason ?? "without effect";
    if (verdict.then === "fail") return await this.refuse(step, verdict, reason);
    if (verdict.then === "restart" && !verdict.wait_seconds) {
      await this.record({ state: verdict.state ?? this.state });
      return await this.countFailure(reason, verdict.message) ? null : "failed";
    }
    return await this.leave({
      status: "waiting",
      next_seconds: verdict.wait_seconds ?? 60,
      wait_reason: verdict.message,
      ...(verdict.state ? { state: verdict.state } : {}),
    });
  }

  private async refuse(step: Step, { message, who_must_act }: Verdict, code: string): Promise<string> {
    if (step.effect === "adds") {
      return await this.finish(`the post is published, its first comment is not: ${message}`);
    }
    // A preparation that fails for a published post (the thumbnail of its video) does not make the post fail.
    if (step.effect === "prepares" && textOf(this.state.post_id)) {
      return await this.finish(`the post is published without its ${step.name}: ${message}`);
    }
    return await this.fail(message, who_must_act, code);
  }

  private verdict(step: Step, fault: PlatformFault | null): Verdict {
    const { title } = this.platform;
    if (fault === null) {
      return {
        then: "fail",
        message: `${title} accepted it ${MOST_ATTEMPTS} times and did not publish it`,
        who_must_act: "operator",
      };
    }
    const own = this.publisher.judge?.(fault, step, this.work());
    if (own) return own;
    const is_for_creator: boolean = needsCreator(fault);
    if (is_for_creator) {
      return { then: "fail", message: refusalReason(fault, this.platform), who_must_act: "creator" };
    }
    const left = fault.retry_at === null
      ? null
      : (fault.retry_at.getTime() - this.context.now().getTime()) / 1_000;
    if (fault.kind === "quota_exhausted" || fault.status === 429 || (left !== null && left > 5)) {
      const wait_seconds = Math.max(1, left ?? 60);
      return {
        then: "wait",
        wait_seconds,
        message: `${title} allows no more at the moment; the post is published when it does`,
        who_must_act: "nobody",
      };
    }
    if (["transient", "malformed", "cursor_invalid"].includes(fault.kind)) {
      this.failures += 1;
      if (this.failures <= MOST_FAILURES) {
        return {
          then: "wait",
          wait_seconds: this.backoff(),
          message: `${title} does not answer; it is tried again`,
          who_must_act: "nobody",
        };
      }
      return {
        then: "fail",
        message: `${title} did not answer for too long; try again later`,
        who_must_act: "nobody",
      };
    }
    const message = fault.advice ??
      `${title} refused it (${fault.reason || fault.status}); we have to investigate`;
    return { then: "fail", message, who_must_act: fault.advice ? "creator" : "operator" };
  }

  private backoff(): number {
    return Math.min(300, 2 ** (this.failures - 1)) * (0.5 + Math.random() / 2);
  }

  private async later(fault: PlatformFault | null, step: Step): Promise<string> {
    const unanswered = fault ?? new PlatformFault(this.platform.slug, "transient", { reason: "no answer" });
    return await this.refused(step, unanswered) ?? "waiting";
  }

  /** Counts a failure; returns false when there were too many and the post has failed. */
  private async countFailure(reason: string, message: string): Promise<boolean> {
    this.failures += 1;
    if (this.failures <= MOST_FAILURES) return true;
    await this.fail(message, "nobody", reason);
    return false;
  }

  private missingScopes(): string[] {
    const granted = this.begun.scopes ?? [];
    return this.publisher.scopes(this.draft).filter((scope) => !granted.includes(scope));
  }

  /** Returns the ids of posts already on the account, so that a new post can be recognized later. */
  private async witness(): Promise<JsonObject> {
    const page = await this.access.use((tokens) =>
      this.platform.page(tokens, {
        account: this.account,
        cursor: null,
        size: this.platform.page_size,
        remembered: null,
        may_restart: false,
      })
    );
    return { ids: page.items.map(({ platform_content_id }) => platform_content_id) };
  }

  private async finish(note?: string): Promise<string> {
    await this.record({
      status: "published",
      ...found(this.state),
      ...(note ? { note_for_owner: note } : {}),
      settled_by: this.begun.open === null ? "answer" : undefined,
    });
    return "published";
  }

  private async fail(message: string, who_must_act: Verdict["who_must_act"], code: string): Promise<string> {
    await this.record({
      status: "failed",
      error_code: code.slice(0, 200),
      error_message: message,
      who_must_act,
    });
    return "failed";
  }

  /** Records a change and releases the post. */
  private async leave(change: Change): Promise<string> {
    await this.record({ ...change, release: true });
    return String(change.status ?? "waiting");
  }

  private async record(change: Change): Promise<void> {
    if (typeof change.state === "object" && change.state !== null) this.state = change.state as JsonObject;
    await this.context.admin.call("record_publishing", {
      p_target_id: this.begun.target_id,
      p_fence: this.begun.fence,
      p_change: { ...change, failures: this.failures, lease_seconds: this.lease_seconds },
    });
  }
}

/** The worker was delayed for too long between the mark and the call. */
class HeldUp extends Error {}

/** Returns the post's id and permalink, as far as the state has them. */
function found(state: JsonObject): Change {
  const platform_post_id = textOf(state.post_id);
  const permalink = textOf(state.permalink);
  return { ...(platform_post_id ? { platform_post_id } : {}), ...(permalink ? { permalink } : {}) };
}

/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the same key with the same body returns the first response again for 24
 * hours, even when two requests arrive at once; another body is 422. Only successes are stored: after an error the key may be used again.
 */
import * as z from "zod";
import type { Admin } from "../database/database.ts";
import { ApiError } from "../errors.ts";
import type { Rate, RateState } from "./limits.ts";

/** Result of the SQL function `admit_request`. */
const Admission = z.object({
  allowed: z.boolean(),
  /** Null where no hit was counted. */
  remaining: z.int().nullable(),
  reset_seconds: z.int().nullable(),
  idempotency: z.object({
    state: z.enum(["started", "replayed", "in_progress", "mismatch"]),
    status: z.int().nullable(),
    body: z.string().nullable(),
  }).nullable(),
});

/** Stored response of an earlier request, or null when this request is the first and must do the work. */
export type Replay = { status: number; body: string } | null;

/** Returns the idempotency key of a request, or null. */
export function idempotencyKey(headers: Headers): string | null {
  const key = headers.get("idempotency-key");
  if (key === null) return null;
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new ApiError(
    "idempotency_key_invalid",
    "Cannot use the Idempotency-Key: it must be 1 to 255 visible ASCII characters",
  );
}

/**
 * Counts the hit and claims the key in one round trip. While another request with the same key runs, waits for its response.
 *
 * @returns The rate limit state (null without a limit) and the replay, if any.
 */
export async function admit(
  admin: Admin,
  about: {
    rate: Rate | null;
    scope: string;
    key: string;
    hash: string;
    wait_ms: number;
    /** Called with the rate limit state as soon as it is known: a request whose key is then refused was counted too. */
    counted?: (state: RateState | null) => void;
    sleep?: (ms: number) => Promise<void>;
  },
): Promise<{ state: RateState | null; replay: Replay }> {
  const { rate, sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms)) } = about;
  const ask = (counted: Rate | null) =>
    admin.call("admit_request", {
      p_rate_key: counted?.key ?? null,
      p_limit: counted?.limit ?? null,
      p_window_seconds: counted?.window_seconds ?? null,
      p_scope: about.scope,
      p_idempotency_key: about.key,
      p_body_hash: about.hash,
    }, Admission);
  const first = await ask(rate);
  const state = rate && {
    allowed: first.allowed,
    remaining: first.remaining ?? 0,
    reset_seconds: first.reset_seconds ?? 0,
    limit: rate.limit,
  };
  about.counted?.(state);
  let { idempotency } = first;
  for (let waited = 0, pause = 25; idempotency?.state === "in_progress"; pause = Math.min(pause * 2, 1_000)) {
    if (waited >= about.wait_ms) {
      throw new ApiError("idempotency_in_progress", undefined, { retry_after: 5 });
    }
    await sleep(pause);
    waited += pause;
    ({ idempotency } = await ask(null));
  }
  if (idempotency?.state === "mismatch") {
    throw new ApiError(
      "idempotency_key_reused",
      "Cannot use the Idempotency-Key again: it was sent with another body within the last 24 hours",
    );
  }
  const replay = idempotency?.state === "replayed"
    ? { status: idempotency.status ?? 200, body: idempotency.body ?? "null" }
    : null;
  return { state, replay };
}

/** Stores a success for the key; with a null outcome releases the key, so that the work can be tried again. */
export async function settle(
  admin: Admin,
  about: { scope: string; key: string },
  outcome: { status: number; body: string } | null,
): Promise<void> {
  await admin.call("finish_request", {
    p_scope: about.scope,
    p_idempotency_key: about.key,
    p_status: outcome?.status ?? null,
    p_body: outcome?.body ?? null,
  });
}

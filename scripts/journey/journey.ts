/** State shared by the steps of a journey: the stack, and the results of earlier steps. */
import { createClient, type Session, type SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";

/** The part of `stack.json` that a journey uses. */
export const Stack = z.object({
  api_url: z.url(),
  publishable_key: z.string(),
  secret_key: z.string(),
  simulator_url: z.url(),
  mail_url: z.url(),
  /** The database of a local stack, if known. */
  db_url: z.string().optional(),
});
export type Stack = z.infer<typeof Stack>;

/** Shows the progress of a long step. */
export interface Progress {
  update(done: number, total: number): void;
}

/** One step of a journey. `run` returns a summary for a person to read, and throws if its result is wrong. */
export interface Step {
  name: string;
  run(journey: Journey, progress: Progress): Promise<string>;
}

/** A channel of the simulated YouTube. */
export interface Channel {
  channel_id: string;
  title: string;
}

/** A connected account of a platform other than YouTube. */
export interface Account {
  account_id: string;
  social_account_id: string;
}

export interface Journey {
  stack: Stack;
  /** The supabase-js client of the creator's app. */
  app: SupabaseClient;
  email: string;
  password: string;
  name: string;
  /** Part of the name of the channel to use, or its id. */
  search?: string;
  /** Minimum number of videos of the channel; 200 by default. */
  videos?: number;
  /** The members from here on are set by the steps, in order. */
  session?: Session;
  channel?: Channel;
  social_account_id?: string;
  /** The public creator's profile slug. */
  slug?: string;
  /** The id of the item that a visitor clicks. */
  clicked?: string;
  /** Connected accounts other than YouTube, by platform slug. */
  others?: Map<string, Account>;
}

/** Returns the journey of a creator who has not signed up yet. */
export function newJourney(
  stack: Stack,
  who: Pick<Journey, "email" | "password" | "name" | "search" | "videos">,
): Journey {
  const auth = { persistSession: false, autoRefreshToken: false };
  return { stack, app: createClient(stack.api_url, stack.publishable_key, { auth }), ...who };
}

/** Returns a value that an earlier step must have set, or throws. */
export function known<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) {
    throw new Error(`Cannot continue without ${what}: the step that provides it has not run`);
  }
  return value;
}

/** Stops the journey with this message unless the condition holds. */
export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Unwraps supabase-js's `{ data, error }` into data, or throws with the server's message. */
export async function must<Data>(
  what: string,
  answer: PromiseLike<{ data: Data; error: { message: string } | null }>,
): Promise<NonNullable<Data>> {
  const { data, error } = await answer;
  if (error) throw new Error(`Cannot ${what}: ${error.message}`);
  if (data === null || data === undefined) throw new Error(`Cannot ${what}: the answer is empty`);
  return data;
}

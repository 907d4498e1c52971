/** What the steps of a walk share: the stack, and what earlier steps brought about. */
import { createClient, type Session, type SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";

/** The part of `stack.json` that a walk uses. */
export const Stack = z.object({
  api_url: z.url(),
  publishable_key: z.string(),
  secret_key: z.string(),
  simulator_url: z.url(),
  mail_url: z.url(),
  /** A local stack's own, where it is known. */
  db_url: z.string().optional(),
});
export type Stack = z.infer<typeof Stack>;

/** Shows how far a long step is. */
export interface Progress {
  update(done: number, total: number): void;
}

/** A step answers what a person would want to see of it, and throws when its result is not as it must be. */
export interface Step {
  name: string;
  run(journey: Journey, progress: Progress): Promise<string>;
}

/** A channel of the simulated YouTube. */
export interface Channel {
  channel_id: string;
  title: string;
}

/** A connected account of a platform that is not YouTube. */
export interface Account {
  account_id: string;
  social_account_id: string;
}

export interface Journey {
  stack: Stack;
  /** supabase-js as the creator's app has it. */
  app: SupabaseClient;
  email: string;
  password: string;
  name: string;
  /** Part of the name of the channel to walk with, or its id. */
  search?: string;
  /** Videos that its channel should have, 200 unless it says otherwise. */
  videos?: number;
  /** Set by the steps, in their order. */
  session?: Session;
  channel?: Channel;
  social_account_id?: string;
  /** The public creator's address. */
  slug?: string;
  /** The item that a visitor clicks. */
  clicked?: string;
  /** The connected accounts beside YouTube, by the platform's slug. */
  others?: Map<string, Account>;
}

/** The journey of a creator whom nobody knows yet. */
export function newJourney(
  stack: Stack,
  who: Pick<Journey, "email" | "password" | "name" | "search" | "videos">,
): Journey {
  const auth = { persistSession: false, autoRefreshToken: false };
  return { stack, app: createClient(stack.api_url, stack.publishable_key, { auth }), ...who };
}

/** What an earlier step must have left. */
export function known<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) {
    throw new Error(`Cannot go on without ${what}: the step that brings it has not run`);
  }
  return value;
}

/** Stops the walk when something is not as it must be. */
export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Turns supabase-js's `{ data, error }` into data, or throws in the words of the server. */
export async function must<Data>(
  what: string,
  answer: PromiseLike<{ data: Data; error: { message: string } | null }>,
): Promise<NonNullable<Data>> {
  const { data, error } = await answer;
  if (error) throw new Error(`Cannot ${what}: ${error.message}`);
  if (data === null || data === undefined) throw new Error(`Cannot ${what}: the answer is empty`);
  return data;
}

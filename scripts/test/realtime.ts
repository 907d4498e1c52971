/** Channels of the official client for tests: received messages are stored and can be awaited. */
import {
  createClient,
  type RealtimeChannel,
  type RealtimeChannelOptions,
  type SupabaseClient,
} from "@supabase/supabase-js";
import { type Creator, testStack } from "./stack.ts";

/** A change as the client's callback receives it. */
export interface Change {
  eventType: "INSERT" | "UPDATE" | "DELETE";
  table: string;
  new: Record<string, unknown>;
  old: Record<string, unknown>;
  errors: string[] | null;
}

export interface Wish {
  event?: "*" | "INSERT" | "UPDATE" | "DELETE";
  schema?: string;
  table?: string;
  filter?: string;
  select?: string[];
}

interface SystemMessage {
  extension: string;
  status: string;
  message: string;
}

/** Waits for a condition; the error names it if it is not met in time. */
export async function until<Result>(
  what: string,
  check: () => Result | Promise<Result>,
  seconds = 15,
): Promise<NonNullable<Result>> {
  const limit = performance.now() + seconds * 1000;
  while (performance.now() < limit) {
    const result = await check();
    if (result) return result;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Cannot see within ${seconds} s that ${what}`);
}

/** Creates an anonymous client, or one for a creator. The caller disconnects it. */
export async function realtimeClient(creator?: Creator, vsn?: "1.0.0"): Promise<SupabaseClient> {
  const { api_url, publishable_key } = await testStack();
  const client = createClient(api_url, publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
    ...(vsn ? { realtime: { vsn } } : {}),
  });
  if (creator) {
    const { error } = await client.auth.signInWithPassword(creator);
    if (error) throw new Error(`Cannot sign in: ${error.message}`);
    // Otherwise the first channel joins anonymously and gets its token a moment later.
    await client.realtime.setAuth();
  }
  return client;
}

export class Ears {
  readonly changes: Change[] = [];
  readonly broadcasts: { event: string; payload: unknown; meta?: Record<string, unknown> }[] = [];
  readonly states: string[] = [];
  readonly errors: string[] = [];
  readonly system: SystemMessage[] = [];
  readonly channel: RealtimeChannel;

  constructor(
    private client: SupabaseClient,
    wishes: Wish[],
    options: RealtimeChannelOptions["config"] & { name?: string } = {},
  ) {
    const { name = `test-${crypto.randomUUID()}`, ...config } = options;
    this.channel = client.channel(name, { config });
    for (const { event = "*", schema = "public", ...wish } of wishes) {
      this.channel.on(
        "postgres_changes",
        { event: event as "*", schema, ...wish },
        (change) => this.changes.push(change as unknown as Change),
      );
    }
    this.channel.on("broadcast", { event: "*" }, (message) => this.broadcasts.push(message as never));
    this.channel.on("system", {}, (message) => this.system.push(message as SystemMessage));
  }

  subscribe(): this {
    this.channel.subscribe((state, error) => {
      this.states.push(state);
      if (error) this.errors.push(error.message);
    });
    return this;
  }

  /** Waits until the channel receives changes, or broadcasts if it subscribed to no changes. */
  async ready(): Promise<this> {
    if (this.states.length === 0) this.subscribe();
    await until(
      `the channel is ready (${JSON.stringify([this.states, this.errors, this.system])})`,
      () =>
        this.channel.bindings.postgres_changes?.length
          ? this.system.some(({ message }) => message === "Subscribed to PostgreSQL")
          : this.states.includes("SUBSCRIBED"),
    );
    return this;
  }

  async change(check: (change: Change) => boolean, seconds?: number): Promise<Change> {
    return await until("the change arrived", () => this.changes.find(check), seconds);
  }

  async close(): Promise<void> {
    await this.client.removeChannel(this.channel);
  }
}

import type { Caller, Input } from "./call.ts";

/** Names are codes such as `feed.opened`; values are numbers, booleans or codes. Never include text that a user wrote. */
export type UsageProperties = Record<string, number | boolean | string | null>;

export interface UsageOptions {
  /** How long events wait to be sent together, in milliseconds. Default 5,000. */
  delayMs?: number;
}

type Body = Input<"log-usage">;

/** Number of waiting events that triggers a send. */
const MOST = 50;

/** Browser APIs that other runtimes lack. */
interface Surroundings {
  navigator?: {
    doNotTrack?: string | null;
    globalPrivacyControl?: boolean;
  };
  document?: {
    visibilityState: string;
    addEventListener: (name: string, listen: () => void) => void;
    removeEventListener: (name: string, listen: () => void) => void;
  };
}

/**
 * Reports usage events to the server in batches. Events left when the page closes are sent with a request that
 * outlives the page. Reports nothing if the user asks not to be tracked. Nothing is stored on the device, and events that cannot be
 * sent are dropped.
 */
export class Usage {
  #caller: Caller;
  #delay_ms: number;
  #waiting: { event: string; properties?: UsageProperties; at: number }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #session = globalThis.crypto?.randomUUID?.();
  #around = globalThis as Surroundings;

  constructor(caller: Caller, { delayMs = 5_000 }: UsageOptions = {}) {
    this.#caller = caller;
    this.#delay_ms = delayMs;
    this.#around.document?.addEventListener("visibilitychange", this.#hidden);
  }

  /** Whether the user asks not to be tracked. */
  get isOff(): boolean {
    const { navigator } = this.#around;
    return navigator?.doNotTrack === "1" || navigator?.globalPrivacyControl === true;
  }

  /** Records an event, which is sent a little later with others. */
  track(event: string, properties?: UsageProperties): void {
    if (this.isOff) return;
    this.#waiting.push({ event, ...(properties ? { properties } : {}), at: Date.now() });
    if (this.#waiting.length >= MOST) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), this.#delay_ms);
  }

  /** Sends waiting events now and returns how many were sent. Never throws, because telemetry must not break the app. */
  async flush(): Promise<number> {
    const body = this.#take();
    return body ? await this.#caller.call("log-usage", body).then(() => body.events.length, () => 0) : 0;
  }

  /** Sends waiting events and stops listening to the page. */
  async close(): Promise<void> {
    this.#around.document?.removeEventListener("visibilitychange", this.#hidden);
    await this.flush();
  }

  /**
   * Sends waiting events when the page is hidden, since it may never run again. A `keepalive` request outlives the page. `sendBeacon` would
   * too, but sends JSON to another origin only if that origin allows credentials, which ours does not.
   */
  #hidden = (): void => {
    if (this.#around.document?.visibilityState !== "hidden") return;
    const body = this.#take();
    const url: unknown = Reflect.get(this.#caller.supabase, "supabaseUrl");
    if (!body || !url) return;
    fetch(`${String(url).replace(/\/+$/, "")}/functions/v1/log-usage`, {
      method: "POST",
      keepalive: true,
      credentials: "omit",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }).catch(() => {});
  };

  #take(): Body | null {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = Date.now();
    const events = this.#waiting.splice(0, 200).map(({ at, ...event }) => ({
      ...event,
      ago_ms: Math.max(0, now - at),
    }));
    return events.length === 0 ? null : { events, ...(this.#session ? { session_id: this.#session } : {}) };
  }
}

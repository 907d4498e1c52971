import type { Caller, Input } from "./call.ts";

/** Names are codes such as `feed.opened`; values are numbers, yes or no, or codes: what a person wrote does not belong there. */
export type UsageProperties = Record<string, number | boolean | string | null>;

export interface UsageOptions {
  /** Events wait for so long before they are sent together; 5,000. */
  delayMs?: number;
}

type Body = Input<"log-usage">;

/** What is sent at once. */
const MOST = 50;

/** Parts of a browser that other runtimes lack. */
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
 * Tells the server what is done in the app, in batches; what is left when the page is closed goes by a
 * request that outlives it. Says nothing where the
 * person asks not to be tracked. Nothing is stored on the device, and what cannot be sent is dropped.
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

  /** Whether the person asks not to be tracked. */
  get isOff(): boolean {
    const { navigator } = this.#around;
    return navigator?.doNotTrack === "1" || navigator?.globalPrivacyControl === true;
  }

  /** Notes an event; sent a little later, with others. */
  track(event: string, properties?: UsageProperties): void {
    if (this.isOff) return;
    this.#waiting.push({ event, ...(properties ? { properties } : {}), at: Date.now() });
    if (this.#waiting.length >= MOST) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), this.#delay_ms);
  }

  /** Sends what waits, now, and gives how many events were taken. Never throws: telemetry is no reason to fail. */
  async flush(): Promise<number> {
    const body = this.#take();
    return body ? await this.#caller.call("log-usage", body).then(() => body.events.length, () => 0) : 0;
  }

  /** Sends what waits and listens no more. */
  async close(): Promise<void> {
    this.#around.document?.removeEventListener("visibilitychange", this.#hidden);
    await this.flush();
  }

  /**
   * A page that is hidden may never run again, and its requests end with it: this one outlives it. `sendBeacon` would, too, but sends JSON to
   * another origin only where that allows credentials, which ours does not.
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

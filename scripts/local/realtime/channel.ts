/** One joined channel of a connection: its token, its subscriptions, and its permissions to send. */
import { type Access, AccessError, expiredText, type Identity, type Rights } from "./access.ts";
import { type Feed, type Listener, readWishes, type Wish } from "./feed.ts";
import { FilterError } from "./filters.ts";
import { type Broadcast, isObject, jsonBroadcast, readBroadcast } from "./frames.ts";
import { type Member, type PresenceDiff, topicName, type Topics } from "./topics.ts";

/** What a channel needs from the relay. */
export interface Surroundings {
  access: Access;
  topics: Topics;
  feed(): Feed;
  warn(text: string): void;
}

/** What a channel needs from its connection. */
export interface Wire {
  /** `payload` is JSON text. */
  send(event: string, payload: string, refs?: { joinRef?: string | null; ref?: string | null }): void;
  broadcast(message: Broadcast): void;
  closed(): void;
}

/** Maximum size of a message: 3,000 KB, as on a paid project. */
const LARGEST_PAYLOAD = 3_000 * 1024;
const MOST_REPLAYED = 25;
const RETRY_MS = 2_000;
/** Upper limit for the time that a join waits for the database. */
const PATIENCE_MS = 2_000;

export class Channel implements Listener, Member {
  reader: Identity;
  readonly #topic: string;
  readonly #config: Record<string, unknown>;
  readonly #isPrivate: boolean;
  readonly #wishes: Wish[];
  readonly #presenceKey: string;
  #presenceEnabled: boolean;
  #readable: Rights = { broadcast: true, presence: true };
  #sendable: Rights | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #subscribing: Promise<void> = Promise.resolve();
  #isOpen = true;

  constructor(
    /** Without the `realtime:` prefix. */
    readonly name: string,
    private joinRef: string | null,
    identity: Identity,
    params: unknown,
    private wire: Wire,
    private around: Surroundings,
  ) {
    this.reader = identity;
    this.#config = isObject(params) && isObject(params.config) ? params.config : {};
    this.#isPrivate = this.#config.private === true;
    this.#wishes = readWishes(this.#config);
    this.#topic = topicName(name, this.#isPrivate);
    const presence = isObject(this.#config.presence) ? this.#config.presence : {};
    this.#presenceKey = String(presence.key || crypto.randomUUID());
    this.#presenceEnabled = presence.enabled === true;
  }

  /** Completes the join; throws `AccessError` if it is refused. */
  async join(ref: string | null): Promise<void> {
    await this.#authorize(false);
    const messages = await this.#messagesToReplay();
    if (!this.#isOpen) return;
    const response = { postgres_changes: this.#wishes.map(({ id, params }) => ({ ...params, id })) };
    const answer = () => this.wire.send("phx_reply", JSON.stringify({ status: "ok", response }), { ref });
    const options = this.#config.postgres_changes_options;
    const waits = isObject(options) && options.wait === true && this.#wishes.length > 0;
    if (waits) {
      await this.around.feed().subscribe(this, this.#wishes).catch((error) => {
        this.around.feed().unsubscribe(this);
        throw new AccessError("UnableToSubscribe", error instanceof Error ? error.message : String(error));
      });
      // The socket closed in the meantime, and nothing else would remove the subscription.
      if (!this.#isOpen) return this.around.feed().unsubscribe(this);
    }
    this.around.topics.join(this.#topic, this);
    this.#watchExpiry();
    const isReady = this.around.feed().start();
    // The first connection after a pause starts the change stream. A client that receives SUBSCRIBED gets everything that the database
    // sends from then on.
    await Promise.race([isReady.catch(() => {}), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
    answer();
    if (isObject(this.#config.broadcast) && this.#config.broadcast.replication_ready) {
      isReady.then(() => this.#system("system", "ok", "Replication connection established"), () => {});
    }
    for (const message of messages) this.broadcast(message);
    if (this.#presenceEnabled && this.#readable.presence) {
      this.wire.send("presence_state", JSON.stringify(this.around.topics.present(this.#topic)));
    }
    if (waits) this.listening();
    else this.#subscribe();
  }

  /** Ends the channel, for either side; the caller notifies the client. */
  leave(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#expiry);
    clearTimeout(this.#retry);
    this.around.feed().unsubscribe(this);
    this.around.topics.leave(this.#topic, this);
    this.wire.closed();
  }

  async handle(event: string, ref: string | null, payload: unknown): Promise<void> {
    if (event === "access_token") return await this.#renew(payload);
    if (event === "broadcast") return await this.#say(ref, payload);
    if (event === "presence") return await this.#showPresence(ref, payload);
  }

  mayReceive(): boolean {
    if (this.#isOpen && this.reader.expires * 1000 <= Date.now()) {
      this.#shutDown(expiredText(this.reader.token));
    }
    return this.#isOpen;
  }

  receive(ids: number[], data: string): void {
    this.wire.send("postgres_changes", `{"ids":[${ids}],"data":${data}}`);
  }

  listening(): void {
    this.#system("postgres_changes", "ok", "Subscribed to PostgreSQL");
  }

  broadcast(message: Broadcast): void {
    if (this.#readable.broadcast) this.wire.broadcast(message);
  }

  presence(diff: PresenceDiff): void {
    if (this.#presenceEnabled && this.#readable.presence) {
      this.wire.send("presence_diff", JSON.stringify(diff));
    }
  }

  async #authorize(isJoined: boolean): Promise<void> {
    if (!this.#isPrivate) return;
    const before = this.#readable;
    const now = await this.around.access.mayRead(this.reader, this.name);
    this.#sendable = undefined;
    const lost = (before.broadcast && !now.broadcast) ||
      (this.#presenceEnabled && before.presence && !now.presence);
    if (isJoined ? lost : !now.broadcast && !now.presence) {
      const what = isJoined ? "You no longer have permission" : "You do not have permissions";
      throw new AccessError("Unauthorized", `${what} to read from this Channel topic: ${this.name}`);
    }
    this.#readable = now;
  }

  /** Subscribes in the background, one attempt at a time, so that nothing else waits for the database. */
  #subscribe(): void {
    clearTimeout(this.#retry);
    if (this.#wishes.length > 0) this.#subscribing = this.#subscribing.then(() => this.#trySubscribing());
  }

  /** Reports errors to the client as a system message, because the channel itself is open. */
  async #trySubscribing(): Promise<void> {
    if (!this.#isOpen) return;
    try {
      await this.around.feed().subscribe(this, this.#wishes);
      if (this.#isOpen) this.listening();
    } catch (error) {
      this.#system("postgres_changes", "error", error instanceof Error ? error.message : String(error));
      // An invalid wish stays invalid until the token changes.
      if (error instanceof FilterError || !this.#isOpen) return;
      this.#retry = setTimeout(() => this.#isOpen && this.#subscribe(), RETRY_MS);
    }
  }

  async #renew(payload: unknown): Promise<void> {
    const token = isObject(payload) ? payload.access_token : undefined;
    if (typeof token !== "string" || token.startsWith("sb_") || token === this.reader.token) return;
    try {
      this.reader = await this.around.access.identify(token);
      await this.#authorize(true);
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      return this.#shutDown(error.message);
    }
    this.#watchExpiry();
    this.#subscribe();
  }

  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    const ms = this.reader.expires * 1000 - Date.now();
    // Timers are limited to 2^31 ms; the expiry of a longer-lived token is checked with each message.
    if (ms < 2 ** 31) this.#expiry = setTimeout(() => this.mayReceive(), Math.max(0, ms) + 1);
  }

  async #say(ref: string | null, payload: unknown): Promise<void> {
    const message = readBroadcast(payload);
    if (!message || !(await this.#maySend("broadcast"))) return;
    const { ack = false, self = false } = isObject(this.#config.broadcast) ? this.#config.broadcast : {};
    const isTooLarge = message.payload.byteLength > LARGEST_PAYLOAD;
    if (!isTooLarge) this.around.topics.broadcast(this.#topic, message, self ? undefined : this);
    if (!ack) return;
    this.#reply(ref, isTooLarge ? "error" : "ok", isTooLarge ? { reason: "payload_size_exceeded" } : {});
  }

  async #showPresence(ref: string | null, payload: unknown): Promise<void> {
    const { event, payload: meta = {} } = isObject(payload) ? payload : {};
    const kind = String(event).toLowerCase();
    if (kind === "untrack") this.around.topics.untrack(this.#topic, this);
    else if (kind !== "track") return this.#reply(ref, "error", {});
    else if (!isObject(meta)) {
      return this.#reply(ref, "error", { reason: "Presence track payload must be a map" });
    } else if (!(await this.#maySend("presence"))) return this.#reply(ref, "error", {});
    else {
      this.#presenceEnabled = true;
      this.around.topics.track(this.#topic, this, this.#presenceKey, meta);
    }
    this.#reply(ref, "ok", {});
  }

  async #maySend(extension: keyof Rights): Promise<boolean> {
    if (!this.#isPrivate) return true;
    this.#sendable ??= await this.around.access.maySend(this.reader, this.name);
    return this.#sendable[extension];
  }

  async #messagesToReplay(): Promise<Broadcast[]> {
    const { replay } = isObject(this.#config.broadcast) ? this.#config.broadcast : {};
    if (replay === undefined || replay === null) return [];
    if (!this.#isPrivate) {
      throw new AccessError("UnableToReplayMessages", "Replay is not allowed for public channels");
    }
    const { since, limit = MOST_REPLAYED } = isObject(replay) ? replay : {};
    if (typeof since !== "number" || typeof limit !== "number" || limit < 1 || limit > MOST_REPLAYED) {
      throw new AccessError("UnableToReplayMessages", "Replay params are not valid");
    }
    if (!this.#readable.broadcast) return [];
    const rows = await this.around.feed().sql<{ id: string; event: string; payload: unknown }[]>`
      select id, event, payload from realtime.messages
      where topic = ${this.name} and private and extension = 'broadcast' and payload is not null
        and inserted_at >= (to_timestamp(${since / 1000}) at time zone 'utc')
      order by inserted_at desc limit ${limit}`;
    return rows.reverse().map(({ id, event, payload }) =>
      jsonBroadcast(event, payload, { replayed: true, id })
    );
  }

  #reply(ref: string | null, status: "ok" | "error", response: unknown): void {
    this.wire.send("phx_reply", JSON.stringify({ status, response }), { joinRef: this.joinRef, ref });
  }

  #system(extension: string, status: "ok" | "error", message: string): void {
    this.wire.send("system", JSON.stringify({ extension, status, message, channel: this.name }));
  }

  /** Closes the channel from this side, in the platform's order: the reason, then the close event. */
  #shutDown(reason: string): void {
    this.#system("system", "error", reason);
    this.wire.send("phx_close", "{}", { joinRef: this.joinRef, ref: this.joinRef });
    this.leave();
  }
}

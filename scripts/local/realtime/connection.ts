/** One WebSocket: handles frames in order, and disconnects a client that reads too slowly. */
import { AccessError, type Identity } from "./access.ts";
import { Channel, type Surroundings } from "./channel.ts";
import { isObject, type Message, type Protocol, readFrame, writeBroadcast, writeText } from "./frames.ts";

/** Maximum number of bytes buffered for a client. */
const MOST_BUFFERED = 8 * 1024 * 1024;
const MOST_CHANNELS = 100;

export class Connection {
  readonly #channels = new Map<string, { channel: Channel; joinRef: string | null }>();
  /** Joins, tokens and messages are handled one after another. */
  #order: Promise<void> = Promise.resolve();

  constructor(
    private socket: WebSocket,
    private protocol: Protocol,
    /** The identity of its API key; a channel may use a token instead. */
    private identity: Identity,
    private around: Surroundings,
    private onClose: () => void,
  ) {
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.#read(data);
    socket.onclose = () => this.#end();
    socket.onerror = () => {};
  }

  close(code: number, reason: string): void {
    try {
      this.socket.close(code, reason);
    } catch {
      // It is closed already.
    }
    this.#end();
  }

  #end(): void {
    for (const { channel } of this.#channels.values()) channel.leave();
    this.#channels.clear();
    this.onClose();
  }

  #read(data: string | ArrayBuffer): void {
    let message: Message;
    try {
      message = readFrame(this.protocol, data);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return this.close(1003, `Cannot read the frame: ${reason}`.slice(0, 120));
    }
    if (message.topic === "phoenix") {
      if (message.event === "heartbeat") this.#reply(message, "ok", {});
      return;
    }
    this.#order = this.#order.then(() => this.#handle(message)).catch((error) => {
      this.around.warn(
        `realtime: ${message.event} on ${message.topic}: ${error instanceof Error ? error.message : error}`,
      );
      this.#send(message.topic, "phx_error", "{}", message);
    });
  }

  async #handle(message: Message): Promise<void> {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    const { topic, event, ref, joinRef, payload } = message;
    if (event === "phx_join") return await this.#join(message);
    const joined = this.#channels.get(topic);
    if (!joined || (joinRef !== null && joined.joinRef !== joinRef)) {
      // A message to a channel that no longer exists gets a reply, so that the client does not wait for one.
      return this.#reply(message, event === "phx_leave" ? "ok" : "error", { reason: "unmatched topic" });
    }
    if (event !== "phx_leave") return await joined.channel.handle(event, ref, payload);
    this.#reply(message, "ok", {});
    this.#send(topic, "phx_close", "{}", { joinRef: joined.joinRef, ref: joined.joinRef });
    joined.channel.leave();
  }

  async #join(message: Message): Promise<void> {
    const { topic, joinRef, ref, payload } = message;
    const name = topic.match(/^realtime:(.+)$/s)?.[1];
    try {
      if (!name) throw new AccessError("TopicNameRequired", "You must provide a topic name");
      if (this.#channels.size >= MOST_CHANNELS) {
        throw new AccessError("ChannelRateLimitReached", "Too many channels");
      }
      const token = isObject(payload) ? payload.access_token ?? payload.user_token : undefined;
      const identity = typeof token === "string" && !token.startsWith("sb_")
        ? await this.around.access.identify(token)
        : this.identity;
      // Joining again ends the old channel.
      this.#channels.get(topic)?.channel.leave();
      const channel = new Channel(name, joinRef, identity, payload, {
        send: (event, text, refs) => {
          const { joinRef: of = refs ? joinRef : null, ref = null } = refs ?? {};
          this.#send(topic, event, text, { joinRef: of, ref });
        },
        broadcast: (broadcast) => this.#write(writeBroadcast(this.protocol, topic, broadcast)),
        closed: () => {
          if (this.#channels.get(topic)?.channel === channel) this.#channels.delete(topic);
        },
      }, this.around);
      this.#channels.set(topic, { channel, joinRef });
      await channel.join(ref).catch((error) => {
        channel.leave();
        throw error;
      });
    } catch (error) {
      if (!(error instanceof AccessError)) {
        this.around.warn(`realtime: cannot join ${topic}: ${error instanceof Error ? error.message : error}`);
      }
      const reason = error instanceof AccessError
        ? `${error.code}: ${error.message}`
        : "UnableToConnectToProject: Realtime was unable to connect to the project database";
      this.#reply(message, "error", { reason });
    }
  }

  #reply({ topic, joinRef, ref }: Message, status: string, response: unknown): void {
    this.#send(topic, "phx_reply", JSON.stringify({ status, response }), { joinRef, ref });
  }

  #send(topic: string, event: string, payload: string, refs: Pick<Message, "joinRef" | "ref">): void {
    this.#write(writeText(this.protocol, { ...refs, topic, event }, payload));
  }

  #write(frame: string | Uint8Array<ArrayBuffer> | undefined): void {
    if (frame === undefined || this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > MOST_BUFFERED) {
      return this.close(1008, "Too slow: messages wait for this client");
    }
    this.socket.send(frame);
  }
}

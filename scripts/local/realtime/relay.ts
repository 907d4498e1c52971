/**
 * Realtime of the local stack: WebSocket and HTTP of `/realtime/v1`. It starts reading changes with the first connection, and stops some
 * time after the last, so that a stack without listeners has no overhead.
 */
import type { Keys } from "../auth/keys.ts";
import type { Tokens } from "../auth/tokens.ts";
import { Access, AccessError, type Identity } from "./access.ts";
import { Connection } from "./connection.ts";
import { Feed } from "./feed.ts";
import { isObject, jsonBroadcast, type Protocol } from "./frames.ts";
import type { Tuple } from "./replication.ts";
import { topicName, Topics } from "./topics.ts";

export interface RelayParts {
  keys: Keys;
  tokens: Tokens;
  /** A login that may assume any role. */
  databaseUrl: string;
  warn(text: string): void;
}

const IDLE_MS = 30_000;
/** Retention of messages from the database, as on Supabase. */
const KEPT = "72 hours";

export class Relay {
  readonly #topics = new Topics();
  readonly #access: Access;
  readonly #connections = new Set<Connection>();
  #feed: Feed | undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(private parts: RelayParts) {
    this.#access = new Access(parts.keys, parts.tokens, () => this.#reading().sql);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#idle);
    for (const connection of this.#connections) {
      connection.close(1012, "Realtime is restarting, please standby");
    }
    await this.#stopReading();
  }

  /** Handles any request below `/realtime/v1`. `original` is the incoming request: only that can become a WebSocket. */
  async answer(request: Request, original: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/realtime/v1/websocket") return this.#connect(original);
    const one = pathname.match(/^\/realtime\/v1\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/);
    if (pathname !== "/realtime/v1/api/broadcast" && !one) return refusal(404, "Not found");
    if (request.method !== "POST") return refusal(405, "Broadcasts are sent by POST");
    try {
      const identity = await this.#caller(request.headers);
      return one
        ? await this.#sendOne(
          request,
          identity,
          decodeURIComponent(one[1] ?? ""),
          decodeURIComponent(one[2] ?? ""),
        )
        : await this.#sendMany(request, identity);
    } catch (error) {
      if (error instanceof AccessError) return refusal(401, error.message);
      throw error;
    }
  }

  #connect(request: Request): Response {
    const { searchParams } = new URL(request.url);
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return refusal(426, "Realtime speaks WebSocket here: connect with supabase-js");
    }
    const version = searchParams.get("vsn") ?? "1.0.0";
    if (version !== "1.0.0" && version !== "2.0.0") {
      return refusal(400, `The protocol is vsn=1.0.0 or vsn=2.0.0, got ${version}`);
    }
    let identity: Identity;
    try {
      identity = this.#access.identifyKey(request.headers.get("x-api-key") ?? searchParams.get("apikey"));
    } catch (error) {
      if (error instanceof AccessError) return refusal(401, error.message);
      throw error;
    }
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 60 });
    socket.onopen = () => this.#open(socket, version, identity);
    return response;
  }

  #open(socket: WebSocket, version: Protocol, identity: Identity): void {
    clearTimeout(this.#idle);
    const around = {
      access: this.#access,
      topics: this.#topics,
      feed: () => this.#reading(),
      warn: this.parts.warn,
    };
    const connection = new Connection(socket, version, identity, around, () => {
      this.#connections.delete(connection);
      clearTimeout(this.#idle);
      if (this.#connections.size === 0) this.#idle = setTimeout(() => this.#stopReading(), IDLE_MS);
    });
    this.#connections.add(connection);
    // Needed even if no channel subscribes to changes: broadcasts from the database use the same stream.
    this.#reading().start().catch(() => {});
  }

  #reading(): Feed {
    if (!this.#feed) {
      this.#feed = new Feed(this.parts.databaseUrl, {
        message: (row) => this.#relayMessage(row),
        warn: this.parts.warn,
      });
      this.#feed
        .sql`delete from realtime.messages where inserted_at < now() at time zone 'utc' - ${KEPT}::interval`
        .catch(() => {});
    }
    return this.#feed;
  }

  async #stopReading(): Promise<void> {
    const feed = this.#feed;
    this.#feed = undefined;
    await feed?.stop();
  }

  #relayMessage(row: Tuple): void {
    const { id, topic, event, payload, binary_payload: bytes } = row;
    if (row.extension !== "broadcast" || !topic || !event || !(payload || bytes)) return;
    const content = bytes ? hexBytes(bytes) : new TextEncoder().encode(payload ?? "");
    this.#topics.broadcast(topicName(topic, row.private === "t"), {
      event,
      encoding: bytes ? "binary" : "json",
      payload: content,
      meta: { id },
    });
  }

  /** Identifies the caller by the token if there is one, otherwise by the key. */
  async #caller(headers: Headers): Promise<Identity> {
    const bearer = headers.get("authorization")?.match(/^Bearer\s+(\S+)\s*$/i)?.[1];
    const identity = this.#access.identifyKey(headers.get("apikey") ?? bearer ?? null);
    return bearer && !bearer.startsWith("sb_") ? await this.#access.identify(bearer) : identity;
  }

  async #sendMany(request: Request, identity: Identity): Promise<Response> {
    const body: unknown = await request.json().catch(() => undefined);
    const messages = isObject(body) ? body.messages : undefined;
    if (!Array.isArray(messages) || messages.length === 0) {
      return unprocessable({ messages: ["can't be blank"] });
    }
    for (const message of messages) {
      const missing = ["topic", "event", "payload"].filter((field) => !isObject(message) || !message[field]);
      if (missing.length > 0) {
        return unprocessable({
          messages: [Object.fromEntries(missing.map((field) => [field, ["can't be blank"]]))],
        });
      }
    }
    for (const { topic, event, payload, private: isPrivate = false } of messages) {
      await this.#send(identity, topic, isPrivate === true, jsonBroadcast(event, payload));
    }
    return new Response(null, { status: 202 });
  }

  async #sendOne(request: Request, identity: Identity, topic: string, event: string): Promise<Response> {
    const isPrivate = new URL(request.url).searchParams.get("private") === "true";
    const isBinary = request.headers.get("content-type")?.startsWith("application/octet-stream");
    if (isBinary) {
      const payload = new Uint8Array(await request.arrayBuffer());
      await this.#send(identity, topic, isPrivate, { event, encoding: "binary", payload });
    } else {
      const payload: unknown = await request.json().catch(() => undefined);
      if (payload === undefined) return unprocessable({ payload: ["is not JSON"] });
      await this.#send(identity, topic, isPrivate, jsonBroadcast(event, payload));
    }
    return new Response(null, { status: 202 });
  }

  /** As on Supabase, a caller who may not send to a private topic gets no error. */
  async #send(
    identity: Identity,
    topic: string,
    isPrivate: boolean,
    message: ReturnType<typeof jsonBroadcast>,
  ): Promise<void> {
    if (isPrivate && !(await this.#access.maySend(identity, topic)).broadcast) return;
    this.#topics.broadcast(topicName(topic, isPrivate), message);
  }
}

function hexBytes(text: string): Uint8Array {
  return Uint8Array.from(text.slice(2).match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function refusal(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

function unprocessable(errors: unknown): Response {
  return Response.json({ errors }, { status: 422 });
}

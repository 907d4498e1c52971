/**
 * Phoenix messages on the wire. Protocol 1.0.0 uses JSON objects; 2.0.0 uses JSON arrays, and binary frames for broadcasts: kind 3 from a
 * client (kind, five lengths, encoding, join ref, ref, topic, event, metadata, payload), kind 4 to a client.
 */

export type Protocol = "1.0.0" | "2.0.0";

export interface Message {
  joinRef: string | null;
  ref: string | null;
  topic: string;
  event: string;
  payload: unknown;
}

/** A broadcast whose payload is passed on unchanged. */
export interface Broadcast {
  event: string;
  encoding: "json" | "binary";
  payload: Uint8Array;
  meta?: Record<string, unknown>;
}

const PUSH = 3;
const BROADCAST = 4;
const JSON_ENCODING = 1;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Throws an `Error` that describes what is wrong with the frame. */
export function readFrame(protocol: Protocol, data: string | ArrayBuffer): Message {
  if (typeof data !== "string") return readPush(new Uint8Array(data));
  const json: unknown = JSON.parse(data);
  const fields = protocol === "2.0.0"
    ? json
    : isObject(json) && [json.join_ref ?? null, json.ref ?? null, json.topic, json.event, json.payload];
  if (!Array.isArray(fields) || fields.length !== 5) {
    throw new Error("a message is [join_ref, ref, topic, event, payload]");
  }
  const [joinRef, ref, topic, event, payload] = fields;
  const isRef = (value: unknown) => value === null || typeof value === "string";
  if (!isRef(joinRef) || !isRef(ref) || typeof topic !== "string" || typeof event !== "string") {
    throw new Error("topic and event are strings, the refs strings or null");
  }
  return { joinRef, ref, topic, event, payload };
}

function readPush(bytes: Uint8Array): Message {
  const [kind, ...lengths] = bytes.subarray(0, 6);
  const total = 7 + lengths.reduce((sum, length) => sum + length, 0);
  if (kind !== PUSH || bytes.length < total) throw new Error("a binary frame is a broadcast (kind 3)");
  let at = 7;
  const [joinRef, ref, topic, event] = lengths.map((length) =>
    decoder.decode(bytes.subarray(at, at += length))
  );
  const broadcast: Broadcast = {
    event: event ?? "",
    encoding: bytes[6] === JSON_ENCODING ? "json" : "binary",
    payload: bytes.slice(at),
  };
  return {
    joinRef: joinRef || null,
    ref: ref || null,
    topic: topic ?? "",
    event: "broadcast",
    payload: broadcast,
  };
}

/** `payload` is JSON text, serialized once for all recipients. */
export function writeText(
  protocol: Protocol,
  { joinRef, ref, topic, event }: Omit<Message, "payload">,
  payload: string,
): string {
  const [j, r, t, e] = [joinRef, ref, topic, event].map((part) => JSON.stringify(part));
  return protocol === "2.0.0"
    ? `[${j},${r},${t},${e},${payload}]`
    : `{"join_ref":${j},"ref":${r},"topic":${t},"event":${e},"payload":${payload}}`;
}

type Frame = string | Uint8Array<ArrayBuffer> | undefined;
const written = new WeakMap<Broadcast, Map<string, Frame>>();

/**
 * Returns undefined if the protocol cannot carry it: 1.0.0 has no binary payloads. Frames are cached for recipients with the same protocol
 * and topic.
 */
export function writeBroadcast(protocol: Protocol, topic: string, broadcast: Broadcast): Frame {
  const frames = written.get(broadcast) ?? new Map<string, Frame>();
  written.set(broadcast, frames);
  const key = `${protocol} ${topic}`;
  if (!frames.has(key)) frames.set(key, makeBroadcast(protocol, topic, broadcast));
  return frames.get(key);
}

function makeBroadcast(
  protocol: Protocol,
  topic: string,
  { event, encoding, payload, meta }: Broadcast,
): Frame {
  const [t, e, m] = [topic, event, meta ? JSON.stringify(meta) : ""].map((text) => encoder.encode(text));
  if (!t || !e || !m) return undefined;
  // A length field is one byte; a longer name needs a text frame.
  const fits = [t, e, m].every(({ length }) => length < 256);
  if (protocol === "2.0.0" && fits) {
    const lengths = [t.length, e.length, m.length];
    const header = [BROADCAST, ...lengths, encoding === "json" ? JSON_ENCODING : 0];
    const frame = new Uint8Array(5 + t.length + e.length + m.length + payload.length);
    let at = 0;
    for (const part of [header, t, e, m, payload]) {
      frame.set(part, at);
      at += part.length;
    }
    return frame;
  }
  if (encoding === "binary") return undefined;
  const body = `{"type":"broadcast","event":${JSON.stringify(event)},"payload":${
    new TextDecoder().decode(payload)
  }${meta ? `,"meta":${JSON.stringify(meta)}` : ""}}`;
  return writeText(protocol, { joinRef: null, ref: null, topic, event: "broadcast" }, body);
}

/** Reads a broadcast that arrived as text: `{type, event, payload}`. */
export function readBroadcast(payload: unknown): Broadcast | undefined {
  if (!isObject(payload)) return undefined;
  if (payload.payload instanceof Uint8Array) return payload as unknown as Broadcast;
  if (typeof payload.event !== "string") return undefined;
  return jsonBroadcast(payload.event, payload.payload ?? {});
}

export function jsonBroadcast(event: string, payload: unknown, meta?: Record<string, unknown>): Broadcast {
  return { event, encoding: "json", payload: encoder.encode(JSON.stringify(payload)), meta };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reproducible random numbers: everything generated depends on a seed. */

/** FNV-1a of the text's UTF-16 units, mixed; 32 bits. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return mix(value);
}

/** Hashes a text to 160 bits in five lanes: for tags, not for secrets. Cheaper than node:crypto, where every call leaves the isolate. */
export function fingerprint(text: string): Uint8Array {
  let [a, b, c, d, e] = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995);
    c = Math.imul(c ^ unit, 0x1b873593);
    d = Math.imul(d ^ unit, 0x165667b1);
    e = Math.imul(e ^ unit, 0x85ebca77);
    // Otherwise a unit's high bits would never reach a lane's low bits.
    e ^= d >>> 15;
    d ^= c >>> 13;
  }
  const view = new DataView(new ArrayBuffer(20));
  for (const [index, lane] of [a, b, c, d, e].entries()) view.setUint32(index * 4, mix(lane ^ text.length));
  return new Uint8Array(view.buffer);
}

export function mix(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
  return (value ^ (value >>> 15)) >>> 0;
}

/** A sequence of random numbers from one or more seeds. */
export class Seeded {
  #state: number;

  constructor(...seeds: number[]) {
    let state = 0x9e3779b9;
    for (const seed of seeds) state = mix(state ^ mix(seed >>> 0));
    this.#state = state;
  }

  /** Returns a number of at least 0 and below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    return mix(this.#state) / 4_294_967_296;
  }

  /** Returns an integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() * items.length)] as Item;
  }
}

/**
 * Converts two 32-bit numbers to the 11 characters of a YouTube video id, and back. A Feistel network makes neighbors look
 * unrelated and needs no table: the id itself encodes the channel and the video.
 */
export function toVideoId(channel: number, index: number): string {
  let left = channel >>> 0;
  let right = index >>> 0;
  for (const key of round_keys) [left, right] = [right, (left ^ mix(right ^ key)) >>> 0];
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, left);
  view.setUint32(4, right);
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

export function fromVideoId(id: string): { channel: number; index: number } | undefined {
  if (!/^[\w-]{10}[048AEIMQUYcgkosw]$/.test(id)) return undefined;
  const view = new DataView(Uint8Array.fromBase64(id, { alphabet: "base64url" }).buffer);
  let left = view.getUint32(0);
  let right = view.getUint32(4);
  for (const key of round_keys.toReversed()) [left, right] = [(right ^ mix(left ^ key)) >>> 0, left];
  return { channel: left, index: right };
}

const round_keys = [0x5bd1e995, 0x27d4eb2f, 0x165667b1, 0x9e3779b1] as const;

/** YouTube's page tokens: a position and a direction, encoded in protobuf as the API does. */

export interface PageToken {
  readonly position: number;
  readonly back: boolean;
}

/** `EAAaBlBUOkNESQ` is {2: 0, 3: "PT:" + base64({1: 50})}: forwards from 50. */
export function writePageToken({ position, back }: PageToken): string {
  const inner = `PT:${base64([0x08, ...varint(position)])}`;
  const text = [...inner].map((character) => character.charCodeAt(0));
  return base64([0x10, back ? 1 : 0, 0x1a, text.length, ...text]);
}

export function readPageToken(token: string): PageToken | undefined {
  if (!/^[\w-]{6,40}$/.test(token)) return undefined;
  try {
    const bytes = Uint8Array.fromBase64(token, { alphabet: "base64url" });
    const text = String.fromCharCode(...bytes.subarray(4));
    const position = unvarint(Uint8Array.fromBase64(text.slice(3), { alphabet: "base64url" }));
    const read = { position, back: bytes[1] === 1 };
    // Accept only tokens that this module would write itself.
    return writePageToken(read) === token ? read : undefined;
  } catch {
    return undefined;
  }
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return [...bytes, value];
}

function unvarint(bytes: Uint8Array): number {
  let value = 0;
  for (let index = bytes.length - 1; index > 0; index--) {
    value = value * 128 + ((bytes[index] as number) & 0x7f);
  }
  return value;
}

function base64(bytes: number[]): string {
  return Uint8Array.from(bytes).toBase64({ alphabet: "base64url", omitPadding: true });
}

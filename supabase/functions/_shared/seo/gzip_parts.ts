/**
 * Builds one gzip file (RFC 1952) from parts that were compressed separately. Each part ends on a byte boundary (RFC 1951), and the file's
 * CRC is computed from theirs. Multiple members would be simpler, but some readers stop after the first.
 */
import { constants, deflateRawSync } from "node:zlib";

/** Data of a part that is needed besides its compressed bytes. */
export interface Check {
  /** CRC-32. */
  crc: number;
  /** Uncompressed length. */
  bytes: number;
}

const POLYNOMIAL = 0xedb88320;
/** The polynomial x^0; the highest bit is the lowest power. */
const ONE = 0x80000000;
/** Gzip header: deflate, no modification time, unknown operating system. */
const HEADER = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/** An empty final block. */
const LAST = [3, 0];
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ POLYNOMIAL : byte >>> 1;
  return byte;
});

/** Compresses a part and computes its CRC. */
export function deflated(text: string): Check & { body: Uint8Array } {
  const plain = new TextEncoder().encode(text);
  let crc = -1;
  for (const byte of plain) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 255] ?? 0);
  return {
    crc: ~crc >>> 0,
    bytes: plain.length,
    body: deflateRawSync(plain, { finishFlush: constants.Z_SYNC_FLUSH }),
  };
}

/** Returns a gzip file of the parts; the checks must be in the same order. */
export function gzipOf(parts: readonly Uint8Array[], checks: readonly Check[]): Uint8Array<ArrayBuffer> {
  const whole = checks.reduce((one, two) => ({
    crc: (product(one.crc, power(8 * two.bytes)) ^ two.crc) >>> 0,
    bytes: one.bytes + two.bytes,
  }), { crc: 0, bytes: 0 });
  const pieces = [new Uint8Array(HEADER), ...parts, new Uint8Array([...LAST, 0, 0, 0, 0, 0, 0, 0, 0])];
  const file = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    file.set(piece, at);
    at += piece.length;
  }
  const end = new DataView(file.buffer, at - 8);
  end.setUint32(0, whole.crc, true);
  end.setUint32(4, whole.bytes, true);
  return file;
}

/** Returns the product of two polynomials over GF(2), modulo the CRC's polynomial. */
function product(one: number, two: number): number {
  let sum = 0;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if (one & bit) sum ^= two;
    two = two & 1 ? (two >>> 1) ^ POLYNOMIAL : two >>> 1;
  }
  return sum;
}

/** Returns x to a power, modulo the CRC's polynomial. */
function power(exponent: number): number {
  let result = ONE;
  for (let square = ONE >>> 1; exponent > 0; exponent = Math.floor(exponent / 2)) {
    if (exponent % 2 === 1) result = product(result, square);
    square = product(square, square);
  }
  return result;
}

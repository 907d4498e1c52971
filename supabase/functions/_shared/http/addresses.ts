/**
 * Decides which IP addresses are public: all except those that IANA lists as private, local, reserved or for documentation
 * (https://www.iana.org/assignments/iana-ipv4-special-registry, …/iana-ipv6-special-registry).
 */

const NOT_PUBLIC_V4 = [
  "0.0.0.0/8", // this network
  "10.0.0.0/8",
  "100.64.0.0/10", // carrier-grade NAT
  "127.0.0.0/8",
  "169.254.0.0/16", // link-local, and cloud metadata services
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24", // 6to4 relays
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3", // multicast, reserved, broadcast
].map(readRange4);

/** Within 2000::/3, the only range that is allocated for global unicast. */
const NOT_PUBLIC_V6 = [
  "2001::/23", // Teredo, benchmarks, ORCHID
  "2001:db8::/32",
  "2002::/16", // 6to4: embeds an IPv4 address
  "2620:4f:8000::/48",
  "3fff::/20",
].map(readRange6);
const GIVEN_OUT = readRange6("2000::/3");
/** Ranges with an IPv4 address in the last 32 bits: IPv4-mapped (::ffff:0:0/96) and NAT64 (RFC 6052). */
const HOLD_V4 = ["::ffff:0:0/96", "64:ff9b::/96"].map(readRange6);

/** Returns whether an IP address, in dotted or any IPv6 notation, is publicly routable. */
export function isPublicAddress(address: string): boolean {
  const v4 = parseV4(address);
  if (v4 !== null) return isPublicV4(v4);
  const v6 = parseV6(address);
  if (v6 === null) return false;
  if (HOLD_V4.some((range) => inRange(v6, range, 128))) return isPublicV4(v6 & 0xffffffffn);
  return inRange(v6, GIVEN_OUT, 128) && !NOT_PUBLIC_V6.some((range) => inRange(v6, range, 128));
}

/** Returns whether a host is an IP address as `URL` serializes it: four decimal numbers, or IPv6 in square brackets. */
export function isAddress(host: string): boolean {
  return parseV4(host) !== null || parseV6(host) !== null;
}

interface Range {
  first: bigint;
  bits: number;
}

function isPublicV4(address: bigint): boolean {
  return !NOT_PUBLIC_V4.some((range) => inRange(address, range, 32));
}

function inRange(address: bigint, { first, bits }: Range, length: number): boolean {
  const shift = BigInt(length - bits);
  return address >> shift === first >> shift;
}

function readRange4(text: string): Range {
  return readRange(text, parseV4);
}

function readRange6(text: string): Range {
  return readRange(text, parseV6);
}

function readRange(text: string, parse: (address: string) => bigint | null): Range {
  const [address = "", bits] = text.split("/");
  const first = parse(address);
  if (first === null) throw new Error(`Cannot read the range ${text}`);
  return { first, bits: Number(bits) };
}

function parseV4(text: string): bigint | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return null;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function parseV6(text: string): bigint | null {
  // Rejects a zone (fe80::1%eth0), which names an interface of this machine.
  let bare = text.replace(/^\[|\]$/g, "").toLowerCase();
  if (!/^[0-9a-f:.]+$/.test(bare) || !bare.includes(":")) return null;
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
  if (tail) {
    const v4 = parseV4(tail[2] ?? "");
    if (v4 === null) return null;
    bare = `${tail[1]}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
  }
  const halves = bare.split("::");
  if (halves.length > 2) return null;
  const [head = [], rest] = halves.map((half) => half === "" ? [] : half.split(":"));
  const missing = 8 - head.length - (rest?.length ?? 0);
  if (rest === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array<string>(rest === undefined ? 0 : missing).fill("0"), ...rest ?? []];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/.test(group))) return null;
  return groups.reduce((sum, group) => sum * 65536n + BigInt(parseInt(group, 16)), 0n);
}
